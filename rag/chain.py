"""The chain in LlamaIndex's terms: node parser, embedding, retriever and query engine, each to be used or replaced.

At run time only this file imports llama_index, and it is itself imported when first needed: the import takes a second
or more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import numpy as np
from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.base.response.schema import Response
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.node_parser import NodeParser
from llama_index.core.schema import (
    BaseNode,
    Document,
    MetadataMode,
    NodeRelationship,
    NodeWithScore,
    QueryBundle,
    TextNode,
)

from rag.errors import ClipdeskError
from rag.ingest.chunk import MAX_WORDS, pack, vector_hash
from rag.ingest.sentences import split_sentences
from rag.keeping import wanted
from rag.models.embedding import Embedder, Matrix, unit
from rag.types import Answer, Filters, Found, Passage
from store.records import Article, Chunk, Prepared, Span
from store.truth import Truth


class SentenceChunker(NodeParser):
    """Cuts documents into runs of whole sentences whose `start_char_idx` and `end_char_idx` are exact."""

    max_words: int = MAX_WORDS

    @classmethod
    def class_name(cls) -> str:
        return "SentenceChunker"

    def _parse_nodes(self, nodes: Sequence[BaseNode], show_progress: bool = False, **_: Any) -> list[BaseNode]:
        return [node for document in nodes for node in self._parse(document)]

    def _parse(self, document: BaseNode) -> list[BaseNode]:
        text = document.get_content(metadata_mode=MetadataMode.NONE)
        spans = pack(text, split_sentences(text), max_words=self.max_words)
        return [_text_node(document, text, span, number) for number, span in enumerate(spans)]

    def _postprocess_parsed_nodes(self, nodes: list[BaseNode], parent_doc_map: dict[str, Document]) -> list[BaseNode]:
        # LlamaIndex looks the text of each node up again and takes an earlier repetition for it: keep what we know
        known = [(n.start_char_idx, n.end_char_idx) for n in nodes if isinstance(n, TextNode)]
        nodes = super()._postprocess_parsed_nodes(nodes, parent_doc_map)
        for node, (start, end) in zip((n for n in nodes if isinstance(n, TextNode)), known, strict=True):
            node.start_char_idx, node.end_char_idx = start, end
        return nodes


class ClipdeskEmbedding(BaseEmbedding):
    """An `Embedder` (the local model, or an endpoint) as a LlamaIndex embedding."""

    _embedder: Embedder = PrivateAttr()

    def __init__(self, embedder: Embedder) -> None:
        super().__init__(model_name=embedder.identity, embed_batch_size=2048)
        self._embedder = embedder

    @classmethod
    def class_name(cls) -> str:
        return "ClipdeskEmbedding"

    def _get_query_embedding(self, query: str) -> list[float]:
        return _floats(self._embedder.embed_query(query))

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return await asyncio.to_thread(self._get_query_embedding, query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return _floats(self._embedder.embed_documents([text])[0])

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self._embedder.embed_documents(texts).tolist()
        return vectors


class LlamaEmbedder:
    """The other way round: any LlamaIndex embedding as our `Embedder`."""

    def __init__(self, model: BaseEmbedding) -> None:
        self._model = model
        self.identity = f"{model.class_name()}:{model.model_name}"
        self.dimension = len(model.get_query_embedding("dimension"))

    def embed_documents(self, texts: Sequence[str]) -> Matrix:
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        return unit(np.array(self._model.get_text_embedding_batch(list(texts)), dtype=np.float32))

    def embed_query(self, question: str) -> Matrix:
        vector: Matrix = unit(np.array([self._model.get_query_embedding(question)], dtype=np.float32))[0]
        return vector


class HybridRetriever(BaseRetriever):
    """Clipdesk's search as a LlamaIndex retriever. Nodes carry `article_id`, `title`, `source` and exact offsets."""

    def __init__(self, search: Callable[[str], Sequence[Passage]]) -> None:
        super().__init__()
        self._search = search

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [passage_node(p) for p in self._search(query_bundle.query_str)]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)


class CitedQueryEngine(BaseQueryEngine):
    """Clipdesk's whole way as a LlamaIndex query engine.

    The response's `source_nodes` are the cited spans; `metadata["answer"]` is the whole Answer.
    """

    def __init__(self, ask: Callable[[str], Answer]) -> None:
        super().__init__(callback_manager=None)
        self._ask = ask

    def _get_prompt_modules(self) -> dict[str, Any]:
        return {}

    def _query(self, query_bundle: QueryBundle) -> Response:
        answer = self._ask(query_bundle.query_str)
        cited = [Passage(c.article, c.start, c.end, c.quote, 1.0) for c in answer.citations]
        return Response(answer.text, [passage_node(p) for p in cited], {"answer": answer, "status": answer.status})

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        return await asyncio.to_thread(self._query, query_bundle)


def prepare_articles(
    articles: Sequence[Article], *, node_parser: NodeParser, model: str
) -> tuple[list[Prepared], dict[str, BaseNode]]:
    """Cut articles into chunks with a node parser, ours or another.

    Returns what the store needs, and the nodes by vector hash, for `embed_nodes`. `model` is the identity of the
    embedding. Raises ClipdeskError if the parser changed the words, since a quote could then not be exact.
    """
    documents = [_document(article) for article in articles]
    nodes_of: dict[str, list[BaseNode]] = {article.id: [] for article in articles}
    for node in node_parser.get_nodes_from_documents(documents):
        nodes_of[node.ref_doc_id or ""].append(node)
    prepared: list[Prepared] = []
    by_hash: dict[str, BaseNode] = {}
    for article in articles:
        spans = [_exact_span(article, node) for node in nodes_of[article.id]]
        chunks = tuple(Chunk(f"{article.id}:{n}", article.id, n, s.start, s.end) for n, s in enumerate(spans))
        hashes = [vector_hash(model, n.get_content(MetadataMode.EMBED)) for n in nodes_of[article.id]]
        by_hash.update(zip(hashes, nodes_of[article.id], strict=True))
        prepared.append(Prepared(article, split_sentences(article.text), chunks, tuple(hashes)))
    return prepared, by_hash


def embed_nodes(nodes: dict[str, BaseNode], *, embed_model: BaseEmbedding) -> dict[str, Matrix]:
    """Embed nodes with a LlamaIndex embedding: a unit vector, shape (dimension,), for each key."""
    if not nodes:
        return {}
    embedded = embed_model(list(nodes.values()))
    vectors = unit(np.array([node.embedding for node in embedded], dtype=np.float32))
    return dict(zip(nodes, vectors, strict=True))


def passage_node(passage: Passage) -> NodeWithScore:
    """A passage as a scored node."""
    article = passage.article
    node = TextNode(
        id_=f"{article.id}:{passage.start}-{passage.end}",
        text=passage.text,
        start_char_idx=passage.start,
        end_char_idx=passage.end,
        metadata={
            "article_id": article.id,
            "title": article.title,
            "source": article.source,
            "published": article.published.isoformat() if article.published else None,
        },
    )
    return NodeWithScore(node=node, score=passage.score)


def search_with(
    retriever: BaseRetriever, truth: Truth, question: str, *, k: int, filters: Filters, as_of: date
) -> Found:
    """A search by somebody's own retriever, kept to the filters; nodes that are no spans of articles go.

    Filters are read from the question and given up as in our own search.
    """
    made = (_node_passage(node, articles=truth.articles_by_id) for node in retriever.retrieve(question))
    found = [passage for passage in made if passage is not None]
    _, keeping, left = wanted(truth, question, filters, as_of=as_of)
    ids = {p.article.id for p in found}
    for kept in keeping.steps:
        if admitted := kept.admitted(truth, ids, near=ids):
            passages = [p for p in found if p.article.id in admitted][:k]
            return Found(passages, kept.scope(widened=keeping.given_up(kept), left=left))
    return Found((), keeping.scope(left=left))


def _node_passage(scored: NodeWithScore, *, articles: Callable[[Sequence[str]], dict[str, Article]]) -> Passage | None:
    """A node of somebody's retriever as a passage; None if it names no span of a stored article."""
    node = scored.node
    article_id = str(node.metadata.get("article_id") or node.ref_doc_id or "")
    article = articles([article_id]).get(article_id)
    if article is None or not isinstance(node, TextNode) or node.start_char_idx is None or node.end_char_idx is None:
        return None
    text = article.text[node.start_char_idx : node.end_char_idx]
    return Passage(article, node.start_char_idx, node.end_char_idx, text, float(scored.score or 0.0))


def _document(article: Article) -> Document:
    # The title is embedded with each chunk: it names what the pronouns of the chunk stand for
    return Document(
        id_=article.id,
        text=article.text,
        metadata={"article_id": article.id, "title": article.title, "source": article.source},
        excluded_embed_metadata_keys=["article_id", "source"],
        metadata_template="{value}",
        text_template="{metadata_str}\n{content}",
    )


def _text_node(document: BaseNode, text: str, span: Span, number: int) -> TextNode:
    return TextNode(
        id_=f"{document.node_id}:{number}",
        text=text[span.start : span.end],
        start_char_idx=span.start,
        end_char_idx=span.end,
        excluded_embed_metadata_keys=document.excluded_embed_metadata_keys,
        excluded_llm_metadata_keys=document.excluded_llm_metadata_keys,
        metadata_template=getattr(document, "metadata_template", "{key}: {value}"),
        text_template=getattr(document, "text_template", "{metadata_str}\n\n{content}"),
        relationships={NodeRelationship.SOURCE: document.as_related_node_info()},
    )


def _exact_span(article: Article, node: BaseNode) -> Span:
    text = node.get_content(metadata_mode=MetadataMode.NONE)
    start = getattr(node, "start_char_idx", None)
    if start is None or article.text[start : start + len(text)] != text or not text:
        raise ClipdeskError(
            f'the node parser changed or lost the place of words of "{article.title}": '
            "use one that cuts the text without altering it, such as rag.chain.SentenceChunker"
        )
    return Span(start, start + len(text))


def _floats(vector: Matrix) -> list[float]:
    values: list[float] = vector.tolist()
    return values
