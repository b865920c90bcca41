"""The full-text index of a database: BM25 over chunks and over articles, by SQLite's FTS5."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from store.database import Database
from store.records import Hit

POSTINGS = 10_000  # chunks, counted once for each word that they hold, that one full-text search ranks
_TERM = re.compile(r"[^\W_]+(?:[.,'’][^\W_]+)*")
_HOLDING = "SELECT count(*) FROM (SELECT 1 FROM chunks_fts WHERE chunks_fts MATCH ? LIMIT ?)"


class FullText:
    """Queries are plain text: nothing in them acts as FTS5 syntax, any of their words may match."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._holding: dict[str, int] = {}  # chunks that hold a term, for a store of about one size
        self._size = (0, "")

    def chunks(self, query: str, *, k: int, among: Iterable[str] | None = None) -> list[Hit]:
        """The k best chunks by BM25 (title and body weigh the same), of all articles or of those `among` the ids."""
        match = self._any_term(query)
        if not match:
            return []
        inner, kept, values = _within("chunks_fts", "c.article_id", k, among)
        sql = f"SELECT c.id, -f.rank FROM ({inner}) f JOIN chunks c ON c.rowid = f.rowid {kept} ORDER BY f.rank, c.id"
        return [Hit(*row) for row in self._db.rows(f"{sql} LIMIT ?", match, *values, k)]

    def articles(self, query: str, *, k: int, among: Iterable[str] | None = None) -> dict[str, float]:
        """The BM25 scores of the k best articles, of all or of those `among` the given ids, by id, best first."""
        match = self._any_term(query)
        if not match:
            return {}
        inner, kept, values = _within("articles_fts", "a.id", k, among)
        sql = f"SELECT a.id, -f.rank FROM ({inner}) f JOIN articles a ON a.seq = f.rowid {kept} ORDER BY f.rank, a.id"
        return dict(self._db.rows(f"{sql} LIMIT ?", match, *values, k))

    def rebuild(self) -> None:
        """Make the index again from the stored chunks."""
        with self._db.transaction():
            self._db.run("DELETE FROM chunks_fts")
            self._db.run(
                "INSERT INTO chunks_fts (rowid, title, body) SELECT c.rowid, a.title, "
                "substr(a.text, c.start + 1, c.stop - c.start) FROM chunks c JOIN articles a ON a.id = c.article_id"
            )
            self._db.run("INSERT INTO articles_fts (articles_fts) VALUES ('rebuild')")

    def _any_term(self, query: str) -> str:
        """The words of a query as a full-text expression: all of them, or in a large store the telling ones.

        The time of a BM25 search grows with the chunks that hold any of its words, and words that many hold tell the
        least. Past POSTINGS the commonest are left out; the rarest always stays.
        """
        terms = list(dict.fromkeys(_TERM.findall(query)))
        (chunks,) = self._db.row("SELECT coalesce(max(rowid), 0) FROM chunks")
        if chunks > POSTINGS:
            holding = self._chunks_holding(terms, chunks)
            kept: set[str] = set()
            left = POSTINGS
            for term in sorted(terms, key=lambda t: (holding[t], t)):
                left -= holding[term]
                if kept and left < 0:
                    break
                kept.add(term)
            terms = [term for term in terms if term in kept]
        return " OR ".join(f'"{term}"' for term in terms)

    def _chunks_holding(self, terms: Iterable[str], chunks: int) -> dict[str, int]:
        """How many chunks hold each of these terms, up to POSTINGS; counted anew once the store has grown."""
        size = len(str(chunks)), str(chunks)[:1]  # counts of about this size will do
        if self._size != size:
            self._size, self._holding = size, {}
        known = self._holding
        for term in terms:
            if term not in known:
                known[term] = self._db.row(_HOLDING, f'"{term}"', POSTINGS)[0]
        return known


def _within(table: str, article: str, k: int, among: Iterable[str] | None) -> tuple[str, str, list[Any]]:
    """The ranked rows of a full-text table, the condition that keeps those of some articles, and both their values."""
    inner = f"SELECT rowid, rank FROM {table} WHERE {table} MATCH ? ORDER BY rank"
    if among is None:
        return f"{inner} LIMIT ?", "", [k]
    return inner, f"WHERE {article} IN (SELECT value FROM json_each(?))", [json.dumps(list(among))]
