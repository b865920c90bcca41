"""The bare parts that our times are held against, and stock LlamaIndex doing the same work.

Here alone, beside the product itself, the frameworks are used directly.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from llama_index.core import VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.schema import TextNode
from llama_index.vector_stores.chroma import ChromaVectorStore
from numpy.typing import NDArray
from tokenizers import Tokenizer

from store.index import bare_collection

Vectors = NDArray[np.float32]
PREFIX = "Represent this sentence for searching relevant passages: "  # of bge's model card, for questions


class _Embedding(BaseEmbedding):
    """What LlamaIndex asks of an embedding model, but for the vectors of many texts and of a query."""

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]


class Stock(_Embedding):
    """The model in `folder` as a LlamaIndex user would wrap it: the file in onnxruntime with its defaults, for texts as
    they come, in LlamaIndex's own batches of ten, padded to the longest. Vectors are the first token's, of length 1.
    """

    _session: Any = PrivateAttr()
    _tokenizer: Any = PrivateAttr()

    def __init__(self, folder: Path) -> None:
        super().__init__(model_name="stock")
        self._session = onnxruntime.InferenceSession(folder / "model.onnx")
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_padding()
        self._tokenizer.enable_truncation(512)

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embeddings([PREFIX + query])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        encoded = self._tokenizer.encode_batch(texts)
        feed = {
            "input_ids": [e.ids for e in encoded],
            "attention_mask": [e.attention_mask for e in encoded],
            "token_type_ids": [e.type_ids for e in encoded],
        }
        hidden = self._session.run(None, {name: np.array(rows, np.int64) for name, rows in feed.items()})[0]
        first = hidden[:, 0]
        vectors: list[list[float]] = (first / np.linalg.norm(first, axis=1, keepdims=True)).tolist()
        return vectors


class Mixed(_Embedding):
    """Vectors for a corpus too large to embed: each text gets a mixture of two real vectors, chosen by its digest.

    Questions are embedded in earnest.
    """

    _embedder: Any = PrivateAttr()
    _pool: Any = PrivateAttr()

    def __init__(self, embedder: Any, pool: Vectors) -> None:
        super().__init__(model_name="mixed")
        self._embedder = embedder
        self._pool = pool
        self.embed_batch_size = 2048

    def _get_query_embedding(self, query: str) -> list[float]:
        return [float(x) for x in self._embedder.embed_query(query)]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return [self._mixed(text) for text in texts]

    def _mixed(self, text: str) -> list[float]:
        rng = np.random.default_rng(int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()))
        one, other = self._pool[rng.integers(len(self._pool), size=2)]
        share = rng.uniform(0.6, 0.9)
        noise = rng.standard_normal(len(one)) * 0.2 / np.sqrt(len(one))
        mixed: list[float] = (share * one + (1 - share) * other + noise).tolist()
        return mixed


class Bare:
    """The two indexes of an open data folder, asked without anything around them."""

    def __init__(self, data: Path, embedder: Any) -> None:
        self._embedder = embedder
        self._collection = bare_collection(data / "chroma")
        self._db = sqlite3.connect(f"file:{data / 'clipdesk.sqlite3'}?mode=ro", uri=True)

    def search(self, question: str) -> None:
        """Embed, ask Chroma for 100, ask FTS5 for 100."""
        self.nearest(self._embedder.embed_query(question), k=100)
        terms = " OR ".join(f'"{word}"' for word in dict.fromkeys(re.findall(r"\w+", question)))
        sql = "SELECT rowid, rank FROM chunks_fts WHERE chunks_fts MATCH ? ORDER BY rank LIMIT 100"
        self._db.execute(sql, (terms,)).fetchall()

    def nearest(self, vector: Vectors, *, k: int) -> list[str]:
        found = self._collection.query(query_embeddings=vector, n_results=k, include=["distances"])
        return found["ids"][0]

    def exact(self, queries: Vectors, *, k: int) -> list[list[str]]:
        """The k nearest chunks of each query by comparing it with all."""
        rows = self._db.execute(
            "SELECT c.id, v.vector FROM chunks c JOIN vectors v ON v.hash = c.vector_hash"
        ).fetchall()
        vectors = np.stack([np.frombuffer(row[1], dtype="<f4") for row in rows])
        best = np.argsort(-(queries @ vectors.T), axis=1)[:, :k]
        return [[rows[n][0] for n in row] for row in best]

    def chunk_texts(self) -> list[str]:
        """What was embedded: the title and the words of each chunk."""
        sql = (
            "SELECT a.title || char(10) || substr(a.text, c.start + 1, c.stop - c.start) FROM chunks c "
            "JOIN articles a ON a.id = c.article_id ORDER BY c.rowid"
        )
        return [row[0] for row in self._db.execute(sql)]

    def close(self) -> None:
        self._db.close()


def stock_ingest(texts: Sequence[str], folder: Path, model: BaseEmbedding) -> None:
    """The same chunks into Chroma through LlamaIndex's pipeline, with its defaults."""
    store = ChromaVectorStore(chroma_collection=bare_collection(folder, "stock"))
    pipeline = IngestionPipeline(transformations=[model], vector_store=store)
    pipeline.run(nodes=[TextNode(text=text, id_=str(n)) for n, text in enumerate(texts)])


def stock_search(folder: Path, model: BaseEmbedding) -> Any:
    """A LlamaIndex retriever over what `stock_ingest` made; call its `retrieve`."""
    store = ChromaVectorStore(chroma_collection=bare_collection(folder, "stock"))
    index = VectorStoreIndex.from_vector_store(store, model)
    return index.as_retriever(similarity_top_k=10)
