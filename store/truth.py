"""The truth store: articles, sentences, chunks, vectors and the full-text index, in one SQLite file.

How an article is a row is in `store.rows`, what filters ask of it in `store.filtering`, the full-text search in
`store.full_text`, how copies are looked up in `store.sketches`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple
from datetime import date, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from store.database import Database
from store.filtering import condition
from store.full_text import FullText
from store.records import Article, Chunk, Feedback, Filters, Page, Prepared, Span
from store.rows import ARTICLE_COLUMNS, PUT_ARTICLE, article_row, iso, read_article, read_day
from store.sketches import Sketches

Vector = NDArray[np.float32]

_SOURCES = "SELECT id, source, agency FROM articles WHERE id IN"


class Truth(Database):
    """What is stored, as records. Each method that writes is one transaction."""

    def __init__(self, path: Path) -> None:
        """Open or create the file. Raises StoreUnwritable or StoreError with the remedy."""
        super().__init__(path)
        self.full_text = FullText(self)
        self.sketches = Sketches(self)

    # Reading

    def articles(self) -> tuple[Article, ...]:
        """All articles, in order of arrival."""
        return tuple(read_article(row) for row in self.rows(f"SELECT {ARTICLE_COLUMNS} FROM articles ORDER BY seq"))

    def articles_by_id(self, ids: Iterable[str]) -> dict[str, Article]:
        rows = self.rows_in(f"SELECT {ARTICLE_COLUMNS} FROM articles WHERE id IN", ids)
        return {row[0]: read_article(row) for row in rows}

    def matching(
        self, filters: Filters, *, among: Iterable[str] | None = None, limit: int = -1, newest: bool = False
    ) -> list[str]:
        """The ids of articles that meet the filters: of all, or of those `among` the given ids; at most `limit`, if
        `newest` those that arrived last.
        """
        met, values = condition(filters, outlets=self.outlets)
        if among is not None:
            met = f"id IN (SELECT value FROM json_each(?)) AND {met}"
            values = [json.dumps(list(among)), *values]
        order = "ORDER BY seq DESC" if newest else ""
        return [row[0] for row in self.rows(f"SELECT id FROM articles WHERE {met} {order} LIMIT ?", *values, limit)]

    def outlets(self) -> list[str]:
        """The names of all outlets and agencies that articles go by."""
        # each step is one look into the index: the names are few, the articles are not
        step = (
            "WITH RECURSIVE name(n) AS (SELECT min({0}) FROM articles UNION ALL "
            "SELECT (SELECT min({0}) FROM articles WHERE {0} > n) FROM name WHERE n IS NOT NULL) "
            "SELECT n FROM name WHERE n IS NOT NULL"
        )
        return sorted({row[0] for column in ("source", "agency") for row in self.rows(step.format(column))})

    def articles_of(self, chunk_ids: Iterable[str]) -> dict[str, str]:
        """The article of each chunk that exists, by chunk id."""
        return dict(self.rows_in("SELECT id, article_id FROM chunks WHERE id IN", chunk_ids))

    def chunks_of(self, article_ids: Iterable[str]) -> list[str]:
        """The ids of the chunks of some articles."""
        return [row[0] for row in self.rows_in("SELECT id FROM chunks WHERE article_id IN", article_ids)]

    def published(self, article_ids: Iterable[str]) -> dict[str, date]:
        """The date of publication of each article that has one."""
        rows = self.rows_in("SELECT id, published FROM articles WHERE published IS NOT NULL AND id IN", article_ids)
        return {row[0]: date.fromisoformat(row[1]) for row in rows}

    def sources(self, article_ids: Iterable[str]) -> dict[str, tuple[str | None, str | None]]:
        """(outlet, agency) of each article."""
        return {row[0]: (row[1], row[2]) for row in self.rows_in(_SOURCES, article_ids)}

    def page(self, path: str) -> Page | None:
        row = self.row("SELECT path, digest, captured FROM pages WHERE path = ?", path)
        if row is None:
            return None
        ids = self.rows("SELECT article_id FROM page_articles WHERE path = ? ORDER BY ordinal", path)
        return Page(row[0], row[1], read_day(row[2]), tuple(i for (i,) in ids))

    def sentences(self, article_id: str) -> tuple[Span, ...]:
        rows = self.rows("SELECT start, stop FROM sentences WHERE article_id = ? ORDER BY start", article_id)
        return tuple(Span(start, stop) for start, stop in rows)

    def chunks(self, ids: Iterable[str]) -> dict[str, Chunk]:
        """The chunks that exist, by id; an id the vector index still holds but we do not is left out."""
        rows = self.rows_in("SELECT id, article_id, ordinal, start, stop FROM chunks WHERE id IN", ids)
        return {row[0]: Chunk(*row) for row in rows}

    def is_empty(self) -> bool:
        """Whether there is nothing to search."""
        return self.row("SELECT 1 FROM chunks LIMIT 1") is None

    def chunk_count(self) -> int:
        return int(self.row("SELECT count(*) FROM chunks")[0])

    def known_vectors(self, hashes: Iterable[str]) -> set[str]:
        return {row[0] for row in self.rows_in("SELECT hash FROM vectors WHERE hash IN", hashes)}

    def vectors_by_hash(self, hashes: Iterable[str]) -> dict[str, Vector]:
        rows = self.rows_in("SELECT hash, vector FROM vectors WHERE hash IN", hashes)
        return {key: np.frombuffer(blob, dtype="<f4") for key, blob in rows}

    def vectors(self, chunk_ids: Iterable[str]) -> dict[str, Vector]:
        """The stored vector of each chunk id, shape (dimension,)."""
        sql = "SELECT c.id, v.vector FROM chunks c JOIN vectors v ON v.hash = c.vector_hash WHERE c.id IN"
        return {row[0]: np.frombuffer(row[1], dtype="<f4") for row in self.rows_in(sql, chunk_ids)}

    def chunk_ids(self) -> list[str]:
        return [row[0] for row in self.rows("SELECT id FROM chunks ORDER BY rowid")]

    def feedback(self) -> tuple[Feedback, ...]:
        """All feedback, oldest first."""
        rows = self.rows("SELECT question, answer, verdict, note, given FROM feedback ORDER BY seq")
        return tuple(
            Feedback(q, a, verdict, note, datetime.fromisoformat(given)) for q, a, verdict, note, given in rows
        )

    def pages(self) -> list[str]:
        """The paths of all pages."""
        return [row[0] for row in self.rows("SELECT path FROM pages ORDER BY path")]

    def article_count(self) -> int:
        return int(self.row("SELECT count(*) FROM articles")[0])

    def copy_groups(self, article_ids: Iterable[str]) -> dict[str, str]:
        """The copy group of each article that has one, by article id."""
        rows = self.rows_in("SELECT id, copy_group FROM articles WHERE copy_group IS NOT NULL AND id IN", article_ids)
        return {row[0]: row[1] for row in rows}

    def copy_group(self, group: str) -> tuple[Article, ...]:
        """The articles of a copy group, in order of arrival."""
        rows = self.rows(f"SELECT {ARTICLE_COLUMNS} FROM articles WHERE copy_group = ? ORDER BY seq", group)
        return tuple(read_article(row) for row in rows)

    # Writing

    def add_feedback(self, item: Feedback) -> None:
        with self.transaction():
            self.run(
                "INSERT INTO feedback (question, answer, verdict, note, given) VALUES (?, ?, ?, ?, ?)",
                *(item.question, item.answer, item.verdict, item.note, item.given.isoformat()),
            )

    def journal(self) -> list[str]:
        return [row[0] for row in self.rows("SELECT chunk_id FROM journal")]

    def journal_add(self, chunk_ids: Iterable[str]) -> None:
        with self.transaction():
            self.run_many("INSERT OR IGNORE INTO journal VALUES (?)", [(i,) for i in chunk_ids])

    def journal_clear(self, chunk_ids: Iterable[str]) -> None:
        with self.transaction():
            self.run_many("DELETE FROM journal WHERE chunk_id = ?", [(i,) for i in chunk_ids])

    def write(
        self,
        pages: Sequence[Page],
        prepared: Sequence[Prepared],
        vectors: Mapping[str, Vector],
        *,
        refreshed: Sequence[Article] = (),
    ) -> tuple[list[str], list[str]]:
        """Put pages and their articles in, wholly or not at all.

        `vectors` maps the hashes not yet stored to vectors; `refreshed` are stored articles whose metadata may have
        changed. Articles that no page holds any more are deleted.
        Returns (ids of deleted articles, ids of their chunks); the chunk ids are journalled in the same transaction.
        """
        with self.transaction():
            self._put_vectors(vectors)
            for item in prepared:
                self._put_article(item.article)
                self._put_chunks(item)
            for article in refreshed:
                self._put_article(article)
            for page in pages:
                self._put_page(page)
            return self._sweep()

    def forget(self, paths: Iterable[str]) -> tuple[list[str], list[str]]:
        """Drop pages, and the articles that only they held. Returns as `write` does."""
        with self.transaction():
            self.run_many("DELETE FROM pages WHERE path = ?", [(p,) for p in paths])
            return self._sweep()

    def drop(self, article_id: str) -> tuple[list[str], list[str]]:
        """Take an article out of all its pages, and so out of the store. Returns as `write` does."""
        with self.transaction():
            self.run("DELETE FROM page_articles WHERE article_id = ?", article_id)
            return self._sweep()

    def replace_chunks(self, prepared: Sequence[Prepared], vectors: Mapping[str, Vector]) -> None:
        """Give stored articles new sentences, chunks and vectors (after a change of model or of chunk size)."""
        with self.transaction():
            self._put_vectors(vectors)
            for item in prepared:
                self._drop_chunks(item.article.id)
                self._put_chunks(item)

    def sweep_vectors(self) -> None:
        """Delete vectors that no chunk uses."""
        with self.transaction():
            self.run("DELETE FROM vectors WHERE hash NOT IN (SELECT vector_hash FROM chunks)")

    # Inside a transaction

    def _put_article(self, article: Article) -> None:
        self.run(PUT_ARTICLE, *article_row(article))

    def _put_chunks(self, item: Prepared) -> None:
        a = item.article
        self.run_many(
            "INSERT INTO sentences VALUES (?, ?, ?)", [(a.id, span.start, span.end) for span in item.sentences]
        )
        for chunk, vector_hash in zip(item.chunks, item.vector_hashes, strict=True):
            rowid = self.run(
                "INSERT INTO chunks (id, article_id, ordinal, start, stop, vector_hash) VALUES (?, ?, ?, ?, ?, ?)",
                *astuple(chunk),
                vector_hash,
            )
            self.run(
                "INSERT INTO chunks_fts (rowid, title, body) VALUES (?, ?, ?)",
                rowid,
                a.title,
                a.text[chunk.start : chunk.end],
            )

    def _put_vectors(self, vectors: Mapping[str, Vector]) -> None:
        rows = [(key, vector.astype("<f4").tobytes()) for key, vector in vectors.items()]
        self.run_many("INSERT OR IGNORE INTO vectors VALUES (?, ?)", rows)

    def _put_page(self, page: Page) -> None:
        self.run(
            "INSERT INTO pages VALUES (?, ?, ?) ON CONFLICT (path) DO UPDATE "
            "SET digest = excluded.digest, captured = excluded.captured",
            page.path,
            page.digest,
            iso(page.captured),
        )
        self.run("DELETE FROM page_articles WHERE path = ?", page.path)
        self.run_many(
            "INSERT INTO page_articles VALUES (?, ?, ?)", [(page.path, n, i) for n, i in enumerate(page.article_ids)]
        )

    def _drop_chunks(self, article_id: str) -> None:
        self.run("DELETE FROM chunks_fts WHERE rowid IN (SELECT rowid FROM chunks WHERE article_id = ?)", article_id)
        self.run("DELETE FROM chunks WHERE article_id = ?", article_id)
        self.run("DELETE FROM sentences WHERE article_id = ?", article_id)

    def _sweep(self) -> tuple[list[str], list[str]]:
        orphan = "FROM articles WHERE id NOT IN (SELECT article_id FROM page_articles)"
        article_ids = [row[0] for row in self.rows(f"SELECT id {orphan}")]
        chunk_ids = [row[0] for i in article_ids for row in self.rows("SELECT id FROM chunks WHERE article_id = ?", i)]
        self.run_many("INSERT OR IGNORE INTO journal VALUES (?)", [(i,) for i in chunk_ids])
        for article_id in article_ids:
            self._drop_chunks(article_id)
            self.run("DELETE FROM articles WHERE id = ?", article_id)
        if article_ids:
            self.run("DELETE FROM vectors WHERE hash NOT IN (SELECT vector_hash FROM chunks)")
        return article_ids, chunk_ids
