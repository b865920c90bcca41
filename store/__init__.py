"""What is kept: a truth store (SQLite) and a vector index (Chroma) behind one door, `Store`."""

from __future__ import annotations

from store.errors import ClipdeskError, IndexMismatch, StoreError, StoreLocked, StoreUnwritable
from store.records import Article, Chunk, Hit, Page, Prepared, Span

__all__ = [
    "Article",
    "Chunk",
    "ClipdeskError",
    "Hit",
    "IndexMismatch",
    "Page",
    "Prepared",
    "Span",
    "StoreError",
    "StoreLocked",
    "StoreUnwritable",
]
