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
from llama_index.core import VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.schema import TextNode
from llama_index.vector_stores.chroma import ChromaVectorStore
from numpy.typing import NDArray

from store.index import bare_collection

Vectors = NDArray[np.float32]


class Stock(BaseEmbedding):
    """Our embedding model as any LlamaIndex user would wrap one."""

    _embedder: Any = PrivateAttr()

    def __init__(self, embedder: Any) -> None:
        super().__init__(model_name="stock")
        self._embedder = embedder

    def _get_query_embedding(self, query: str) -> list[float]:
        return [float(x) for x in self._embedder.embed_query(query)]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self._embedder.embed_documents(texts).tolist()
        return vectors


class Mixed(Stock):
    """Vectors for a corpus too large to embed: each text gets a mixture of two real vectors, chosen by its digest.

    Questions are embedded in earnest.
    """

    _pool: Any = PrivateAttr()

    def __init__(self, embedder: Any, pool: Vectors) -> None:
        super().__init__(embedder)
        self._pool = pool
        self.embed_batch_size = 2048

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


def stock_ingest(texts: Sequence[str], folder: Path, embedder: Any) -> None:
    """The same chunks into Chroma through LlamaIndex's pipeline, with its defaults."""
    store = ChromaVectorStore(chroma_collection=bare_collection(folder, "stock"))
    pipeline = IngestionPipeline(transformations=[Stock(embedder)], vector_store=store)
    pipeline.run(nodes=[TextNode(text=text, id_=str(n)) for n, text in enumerate(texts)])


def stock_search(folder: Path, embedder: Any) -> Any:
    """A LlamaIndex retriever over what `stock_ingest` made; call its `retrieve`."""
    store = ChromaVectorStore(chroma_collection=bare_collection(folder, "stock"))
    index = VectorStoreIndex.from_vector_store(store, Stock(embedder))
    return index.as_retriever(similarity_top_k=10)
