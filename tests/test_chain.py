"""Our parts as LlamaIndex parts, and LlamaIndex's own parts in our chain."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.embeddings import MockEmbedding
from llama_index.core.node_parser import NodeParser, TokenTextSplitter
from llama_index.core.query_engine import BaseQueryEngine
from llama_index.core.schema import BaseNode, Document, NodeWithScore, QueryBundle, TextNode

from rag import ClipdeskError, Filters, NewArticle, Rag
from rag.chain import ClipdeskEmbedding, SentenceChunker
from rag.models.embedding import LocalEmbedder
from tests.conftest import CAPTURED, SAMPLE


def test_the_node_parser_gives_exact_places_even_of_repeated_words() -> None:
    text = "Yes. " * 300 + "No.\n\nYes. No."
    document = Document(text=text)
    nodes = SentenceChunker(max_words=7).get_nodes_from_documents([document])
    assert isinstance(SentenceChunker(), NodeParser)
    at = 0
    for node in nodes:
        assert isinstance(node, TextNode)
        assert node.start_char_idx is not None
        assert node.start_char_idx >= at
        assert text[node.start_char_idx : node.end_char_idx] == node.text
        assert node.ref_doc_id == document.doc_id
        at = node.end_char_idx or 0
    assert "".join(n.get_content().replace(" ", "").replace("\n", "") for n in nodes) == "Yes." * 300 + "No.Yes.No."


def test_the_embedding_is_a_llama_index_embedding() -> None:
    embedder = LocalEmbedder()
    model = ClipdeskEmbedding(embedder)
    assert isinstance(model, BaseEmbedding)
    assert model.get_query_embedding("sappers") == pytest.approx(embedder.embed_query("sappers").tolist())
    first, second = model.get_text_embedding_batch(["a bridge", "a ferry"])
    assert first == pytest.approx(model.get_text_embedding("a bridge"), abs=0.02)
    assert first != second
    assert sum(v * v for v in first) == pytest.approx(1)


def test_the_retriever_and_the_query_engine(desk: Rag) -> None:
    retriever, engine = desk.as_retriever(k=3), desk.as_query_engine()
    assert isinstance(retriever, BaseRetriever)
    assert isinstance(engine, BaseQueryEngine)
    found = retriever.retrieve("How many sappers?")
    assert [n.node.get_content() for n in found] == [p.text for p in desk.search("How many sappers?", k=3)]
    response: Any = engine.query("How many sappers is Pyongyang sending?")
    assert "1,000 sappers" in str(response)
    answer = response.metadata["answer"]
    assert [n.node.get_content() for n in response.source_nodes] == [c.quote for c in answer.citations]
    assert asyncio.run(retriever.aretrieve("How many sappers?"))[0].node.get_content() == found[0].node.get_content()


class Reversed(BaseRetriever):
    """Somebody's own retriever: ours, worst first."""

    def __init__(self, inner: BaseRetriever) -> None:
        super().__init__()
        self.inner = inner

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return list(reversed(self.inner.retrieve(query_bundle)))


def test_a_retriever_of_ones_own_takes_the_place_of_ours(tmp_path: Path) -> None:
    with Rag.open(tmp_path) as rag:
        rag.ingest(SAMPLE, captured=CAPTURED)
        ours = rag.search("How many sappers?", k=10)
        rag._parts.retriever = Reversed(rag.as_retriever(k=10))
        assert [p.text for p in rag.search("How many sappers?", k=10)] == [p.text for p in reversed(ours)]
        answer = rag.ask("How many sappers is Pyongyang sending?")
        assert all(c.quote == c.article.text[c.start : c.end] for c in answer.citations)


def test_a_retriever_takes_filters_and_one_of_ones_own_is_kept_to_those_of_the_question(tmp_path: Path) -> None:
    articles = [
        NewArticle("Bridge closes", "The bridge at Ostrel closes.", "Ledger", date(2025, 5, 5)),
        NewArticle("Bridge opens", "The bridge at Ostrel is open again.", "Wire", date(2025, 6, 12)),
    ]

    def found(nodes: list[NodeWithScore]) -> set[str]:
        return {n.node.metadata["title"] for n in nodes}

    with Rag.open(tmp_path) as rag:
        rag.add(articles, name="ostrel")
        assert found(rag.as_retriever(filters=Filters(sources=("Wire",))).retrieve("Ostrel")) == {"Bridge opens"}
        then = rag.as_retriever(as_of="2025-06-21")
        assert found(then.retrieve("What happened at Ostrel last week?")) == {"Bridge opens"}
        rag._parts.retriever = Reversed(rag.as_retriever(filters=Filters(read=False)))
        kept = rag.search("What happened at Ostrel last week?", as_of=date(2025, 6, 21))
        assert [p.article.title for p in kept] == ["Bridge opens"]
        assert [r.words for r in kept.scope.read] == ["last week"]
        widened = rag.search("What happened at Ostrel last week?", as_of=date(2024, 6, 21))
        assert len(widened) == 2
        assert widened.scope.widened == Filters(since=date(2024, 6, 10), until=date(2024, 6, 16))
        timeless = rag.search("What did the Wire say of Ostrel in November 1999?", as_of=date(2024, 6, 21))
        assert {p.article.source for p in timeless} == {"Wire"}
        assert timeless.scope.widened == Filters(since=date(1999, 11, 1), until=date(1999, 11, 30))
        assert rag.search("Ostrel last week", filters=Filters(read=False)).scope.left == ("last week",)


def test_a_splitter_and_an_embedding_of_llama_index_s_own(tmp_path: Path) -> None:
    parts: dict[str, Any] = {
        "node_parser": TokenTextSplitter(chunk_size=128, chunk_overlap=0),
        "embed_model": MockEmbedding(embed_dim=8),
    }
    with Rag.open(tmp_path, **parts) as rag:
        rag.ingest(SAMPLE, captured=CAPTURED)
        passages = rag.search("How many sappers?")
        assert passages
        assert all(p.text == p.article.text[p.start : p.end] for p in passages)


class Shouting(NodeParser):
    """A splitter that alters the words."""

    def _parse_nodes(self, nodes: Any, show_progress: bool = False, **_: Any) -> list[BaseNode]:
        return [TextNode(text=n.get_content().upper(), relationships={"1": n.as_related_node_info()}) for n in nodes]


def test_a_splitter_that_alters_the_words_is_refused(tmp_path: Path) -> None:
    with Rag.open(tmp_path, node_parser=Shouting()) as rag:
        with pytest.raises(ClipdeskError, match=r"changed or lost the place of words of .*SentenceChunker"):
            rag.ingest(SAMPLE)
        assert rag.articles() == ()
