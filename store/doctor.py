"""Is the data folder sound? SQLite, full-text index and vector index are held against each other, row by row."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable

import numpy as np

from store.errors import StoreError
from store.index import VectorIndex
from store.records import Check
from store.store import Store
from store.truth import Truth

SAMPLE = 100  # chunks looked up by their own vector and by their own words
_SEED = 20250621
_OWN_CHUNKS = "SELECT 1 FROM chunks c WHERE c.article_id = a.id"
_INCOMPLETE = (
    f"SELECT id FROM articles a WHERE NOT EXISTS ({_OWN_CHUNKS}) "
    "OR NOT EXISTS (SELECT 1 FROM sentences WHERE article_id = a.id) "
    f"OR EXISTS ({_OWN_CHUNKS} AND NOT (0 <= start AND start < stop AND stop <= length(a.text))) "
    f"OR EXISTS ({_OWN_CHUNKS} AND vector_hash NOT IN (SELECT hash FROM vectors)) ORDER BY seq"
)
_CHUNK = (
    "SELECT c.rowid, substr(a.text, c.start + 1, c.stop - c.start) FROM chunks c JOIN articles a "
    "ON a.id = c.article_id WHERE c.id = ?"
)


def examine(store: Store) -> tuple[Check, ...]:
    """All checks; nothing is changed but what a crash left in the journal, which every start puts right."""
    truth = store.truth
    problems = truth.problems()
    checks = [Check("database", not problems, "; ".join(problems[:3]) or "sound")]
    checks.append(_articles(truth))
    try:
        index = store.open_index()
    except StoreError as error:
        return (*checks, Check("vector index", False, str(error)))
    ids = truth.chunk_ids()
    checks.append(_full_text(truth, ids))
    checks.append(_rows(index, ids))
    checks.append(_self_queries(truth, index, ids))
    return tuple(checks)


def _articles(truth: Truth) -> Check:
    """Every article is whole: it has sentences and chunks inside its text, and each chunk its vector."""
    half = [row[0] for row in truth.rows(_INCOMPLETE)]
    detail = f"{truth.article_count()} whole" if not half else f"{len(half)} incomplete: {', '.join(half[:3])}"
    return Check("articles", not half, detail)


def _full_text(truth: Truth, ids: list[str]) -> Check:
    """FTS5 has a row for each chunk, and finds sampled chunks by their own words."""
    (rows,) = truth.row("SELECT count(*) FROM chunks_fts")
    lost = [i for i in _sampled(ids) if not _finds_itself(truth, i)]
    detail = f"{rows} rows for {len(ids)} chunks, {len(lost)} of {len(_sampled(ids))} sampled not found"
    return Check("full-text index", rows == len(ids) and not lost, detail)


def _finds_itself(truth: Truth, chunk_id: str) -> bool:
    """Whether the full-text index finds a chunk by five of its own words."""
    rowid, text = truth.row(_CHUNK, chunk_id)
    match = " AND ".join(f'"{word}"' for word in re.findall(r"[^\W\d_]+", text)[:5])
    found = "SELECT 1 FROM chunks_fts WHERE chunks_fts MATCH ? AND rowid = ?"
    return not match or truth.row(found, match, rowid) is not None


def _rows(index: VectorIndex, ids: list[str]) -> Check:
    """Chroma holds the chunks that the truth names, and no others."""
    there = index.ids()
    missing, extra = len(set(ids) - there), len(there - set(ids))
    detail = f"{index.count()} rows for {len(ids)} chunks, {missing} missing, {extra} too many"
    return Check("vector index", not missing and not extra and index.count() == len(ids), detail)


def _self_queries(truth: Truth, index: VectorIndex, ids: list[str]) -> Check:
    """Chroma opens damaged files without a word: sampled chunks are asked for by their own stored vectors."""
    sample = _sampled(ids)
    lost = 0
    for chunk_id, vector in truth.vectors(sample).items():
        try:
            hits = index.query(np.ascontiguousarray(vector), k=5)
        except Exception:  # chromadb raises bare Exception subclasses of its Rust core
            hits = []
        # equal texts share a vector: any row at no distance will do
        lost += not any(hit.chunk_id == chunk_id or hit.score > 0.9999 for hit in hits)
    return Check("self-queries", not lost, f"{len(sample) - lost} of {len(sample)} sampled chunks found")


def _sampled(ids: Iterable[str]) -> list[str]:
    known = sorted(ids)
    return known if len(known) <= SAMPLE else random.Random(_SEED).sample(known, SAMPLE)  # noqa: S311
