"""The truth store: articles, sentences, chunks, vectors and the full-text index, in one SQLite file."""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from store.errors import StoreError, StoreUnwritable
from store.records import Article, Chunk, Feedback, Hit, Page, Prepared, Span

Vector = NDArray[np.float32]

SCHEMA_VERSION = 1
_MANY = 500  # ids in one statement; SQLite's own limit on variables is 32,766
_ARTICLE = "id, title, source, agency, author, published, captured, url, text"


class Truth:
    """One connection, shared by the threads of a process behind a lock; every write is one transaction."""

    def __init__(self, path: Path) -> None:
        """Open or create the file. Raises StoreUnwritable or StoreError with the remedy."""
        self._lock = threading.RLock()
        try:
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.execute("PRAGMA foreign_keys = ON")
            self._db.execute("PRAGMA secure_delete = ON")
            self._migrate()
        except sqlite3.OperationalError as error:
            raise StoreUnwritable(f"cannot open {path} ({error}): make the data folder writable") from error
        except sqlite3.DatabaseError as error:
            raise StoreError(
                f"{path} is not a Clipdesk store ({error}): move it away and ingest the pages again"
            ) from error

    def close(self) -> None:
        with self._lock:
            self._db.close()

    # Settings of the store itself

    def meta(self, key: str) -> str | None:
        row = self._row("SELECT value FROM meta WHERE key = ?", key)
        return None if row is None else str(row[0])

    def set_meta(self, values: Mapping[str, str]) -> None:
        with self._transaction():
            self._db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    # Reading

    def articles(self) -> tuple[Article, ...]:
        """All articles, in order of arrival."""
        return tuple(_article(row) for row in self._rows(f"SELECT {_ARTICLE} FROM articles ORDER BY seq"))

    def articles_by_id(self, ids: Iterable[str]) -> dict[str, Article]:
        rows = self._rows_in(f"SELECT {_ARTICLE} FROM articles WHERE id IN", ids)
        return {row[0]: _article(row) for row in rows}

    def page(self, path: str) -> Page | None:
        row = self._row("SELECT path, digest, captured FROM pages WHERE path = ?", path)
        if row is None:
            return None
        ids = self._rows("SELECT article_id FROM page_articles WHERE path = ? ORDER BY ordinal", path)
        return Page(row[0], row[1], _date(row[2]), tuple(i for (i,) in ids))

    def sentences(self, article_id: str) -> tuple[Span, ...]:
        rows = self._rows("SELECT start, stop FROM sentences WHERE article_id = ? ORDER BY start", article_id)
        return tuple(Span(start, stop) for start, stop in rows)

    def chunks(self, ids: Iterable[str]) -> dict[str, Chunk]:
        """The chunks that exist, by id; an id the vector index still holds but we do not is left out."""
        rows = self._rows_in("SELECT id, article_id, ordinal, start, stop FROM chunks WHERE id IN", ids)
        return {row[0]: Chunk(*row) for row in rows}

    def article_count(self) -> int:
        return int(self._row("SELECT count(*) FROM articles")[0])

    def chunk_count(self) -> int:
        return int(self._row("SELECT count(*) FROM chunks")[0])

    def known_vectors(self, hashes: Iterable[str]) -> set[str]:
        return {row[0] for row in self._rows_in("SELECT hash FROM vectors WHERE hash IN", hashes)}

    def vectors_by_hash(self, hashes: Iterable[str]) -> dict[str, Vector]:
        rows = self._rows_in("SELECT hash, vector FROM vectors WHERE hash IN", hashes)
        return {key: np.frombuffer(blob, dtype="<f4") for key, blob in rows}

    def vectors(self, chunk_ids: Iterable[str]) -> dict[str, Vector]:
        """The stored vector of each chunk id, shape (dimension,)."""
        sql = "SELECT c.id, v.vector FROM chunks c JOIN vectors v ON v.hash = c.vector_hash WHERE c.id IN"
        return {row[0]: np.frombuffer(row[1], dtype="<f4") for row in self._rows_in(sql, chunk_ids)}

    def chunk_ids(self) -> list[str]:
        return [row[0] for row in self._rows("SELECT id FROM chunks ORDER BY rowid")]

    def lexical(self, query: str, *, k: int) -> list[Hit]:
        """The k best chunks by BM25 (FTS5; title and body weigh the same, any term may match), best first.

        `query` is plain text; nothing in it acts as FTS5 syntax.
        """
        sql = (
            "SELECT c.id, -f.rank FROM (SELECT rowid, rank FROM chunks_fts WHERE chunks_fts MATCH ? "
            "ORDER BY rank LIMIT ?) f JOIN chunks c ON c.rowid = f.rowid ORDER BY f.rank, c.id"
        )
        match = _any_term(query)
        return [Hit(*row) for row in self._rows(sql, match, k)] if match else []

    def lexical_articles(self, query: str, *, k: int) -> dict[str, float]:
        """The BM25 scores of the k best articles, by id, best first."""
        sql = (
            "SELECT a.id, -f.rank FROM (SELECT rowid, rank FROM articles_fts WHERE articles_fts MATCH ? "
            "ORDER BY rank LIMIT ?) f JOIN articles a ON a.seq = f.rowid ORDER BY f.rank, a.id"
        )
        match = _any_term(query)
        return dict(self._rows(sql, match, k)) if match else {}

    def feedback(self) -> tuple[Feedback, ...]:
        """All feedback, oldest first."""
        rows = self._rows("SELECT question, answer, verdict, note, given FROM feedback ORDER BY seq")
        return tuple(
            Feedback(q, a, verdict, note, datetime.fromisoformat(given)) for q, a, verdict, note, given in rows
        )

    # Writing

    def add_feedback(self, item: Feedback) -> None:
        with self._transaction():
            self._db.execute(
                "INSERT INTO feedback (question, answer, verdict, note, given) VALUES (?, ?, ?, ?, ?)",
                (item.question, item.answer, item.verdict, item.note, item.given.isoformat()),
            )

    def journal(self) -> list[str]:
        return [row[0] for row in self._rows("SELECT chunk_id FROM journal")]

    def journal_add(self, chunk_ids: Iterable[str]) -> None:
        with self._transaction():
            self._db.executemany("INSERT OR IGNORE INTO journal VALUES (?)", [(i,) for i in chunk_ids])

    def journal_clear(self, chunk_ids: Iterable[str]) -> None:
        with self._transaction():
            self._db.executemany("DELETE FROM journal WHERE chunk_id = ?", [(i,) for i in chunk_ids])

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
        with self._transaction():
            self._db.executemany(
                "INSERT OR IGNORE INTO vectors VALUES (?, ?)",
                [(key, vector.astype("<f4").tobytes()) for key, vector in vectors.items()],
            )
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
        with self._transaction():
            self._db.executemany("DELETE FROM pages WHERE path = ?", [(p,) for p in paths])
            return self._sweep()

    def replace_chunks(self, prepared: Sequence[Prepared], vectors: Mapping[str, Vector]) -> None:
        """Give stored articles new sentences, chunks and vectors (after a change of model or of chunk size)."""
        with self._transaction():
            self._db.executemany(
                "INSERT OR IGNORE INTO vectors VALUES (?, ?)",
                [(key, vector.astype("<f4").tobytes()) for key, vector in vectors.items()],
            )
            for item in prepared:
                self._drop_chunks(item.article.id)
                self._put_chunks(item)

    def sweep_vectors(self) -> None:
        """Delete vectors that no chunk uses."""
        with self._transaction():
            self._db.execute("DELETE FROM vectors WHERE hash NOT IN (SELECT vector_hash FROM chunks)")

    # Inside a transaction

    def _put_article(self, a: Article) -> None:
        row = (a.id, a.title, a.source, a.agency, a.author, _iso(a.published), _iso(a.captured), a.url, a.text)
        self._db.execute(
            f"INSERT INTO articles ({_ARTICLE}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
            "agency = excluded.agency, author = excluded.author, published = excluded.published, "
            "captured = excluded.captured, url = excluded.url",
            row,
        )

    def _put_chunks(self, item: Prepared) -> None:
        a = item.article
        self._db.executemany(
            "INSERT INTO sentences VALUES (?, ?, ?)", [(a.id, span.start, span.end) for span in item.sentences]
        )
        for chunk, vector_hash in zip(item.chunks, item.vector_hashes, strict=True):
            cursor = self._db.execute(
                "INSERT INTO chunks (id, article_id, ordinal, start, stop, vector_hash) VALUES (?, ?, ?, ?, ?, ?)",
                (chunk.id, a.id, chunk.ordinal, chunk.start, chunk.end, vector_hash),
            )
            self._db.execute(
                "INSERT INTO chunks_fts (rowid, title, body) VALUES (?, ?, ?)",
                (cursor.lastrowid, a.title, a.text[chunk.start : chunk.end]),
            )

    def _put_page(self, page: Page) -> None:
        self._db.execute(
            "INSERT INTO pages VALUES (?, ?, ?) ON CONFLICT (path) DO UPDATE "
            "SET digest = excluded.digest, captured = excluded.captured",
            (page.path, page.digest, _iso(page.captured)),
        )
        self._db.execute("DELETE FROM page_articles WHERE path = ?", (page.path,))
        self._db.executemany(
            "INSERT INTO page_articles VALUES (?, ?, ?)", [(page.path, n, i) for n, i in enumerate(page.article_ids)]
        )

    def _drop_chunks(self, article_id: str) -> None:
        self._db.execute(
            "DELETE FROM chunks_fts WHERE rowid IN (SELECT rowid FROM chunks WHERE article_id = ?)", (article_id,)
        )
        self._db.execute("DELETE FROM chunks WHERE article_id = ?", (article_id,))
        self._db.execute("DELETE FROM sentences WHERE article_id = ?", (article_id,))

    def _sweep(self) -> tuple[list[str], list[str]]:
        orphan = "FROM articles WHERE id NOT IN (SELECT article_id FROM page_articles)"
        article_ids = [row[0] for row in self._db.execute(f"SELECT id {orphan}")]
        chunk_ids = [row[0] for i in article_ids for row in self._rows("SELECT id FROM chunks WHERE article_id = ?", i)]
        self._db.executemany("INSERT OR IGNORE INTO journal VALUES (?)", [(i,) for i in chunk_ids])
        for article_id in article_ids:
            self._drop_chunks(article_id)
            self._db.execute("DELETE FROM articles WHERE id = ?", (article_id,))
        if article_ids:
            self._db.execute("DELETE FROM vectors WHERE hash NOT IN (SELECT vector_hash FROM chunks)")
        return article_ids, chunk_ids

    # Plumbing

    def _migrate(self) -> None:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version == 0:
            schema = files("store").joinpath("schema.sql").read_text("utf-8")
            self._db.executescript(f"BEGIN; {schema} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;")
        elif version != SCHEMA_VERSION:
            raise StoreError(
                f"the data folder was written by another version of Clipdesk (schema {version}, this one reads "
                f"{SCHEMA_VERSION}): use that version, or ingest the pages again into a new folder"
            )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                yield
                self._db.execute("COMMIT")
            except BaseException as error:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                if isinstance(error, sqlite3.OperationalError):
                    raise StoreUnwritable(
                        f"cannot write to the data folder ({error}): check its free space and its permissions"
                    ) from error
                raise

    def _row(self, sql: str, *values: Any) -> Any:
        with self._lock:
            return self._db.execute(sql, values).fetchone()

    def _rows(self, sql: str, *values: Any) -> list[Any]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def _rows_in(self, sql: str, values: Iterable[Any]) -> Iterator[Any]:
        wanted = list(values)
        for at in range(0, len(wanted), _MANY):
            some = wanted[at : at + _MANY]
            yield from self._rows(f"{sql} ({', '.join('?' * len(some))})", *some)


def _any_term(query: str) -> str:
    terms = dict.fromkeys(re.findall(r"[^\W_]+(?:[.,'’][^\W_]+)*", query))
    return " OR ".join(f'"{term}"' for term in terms)


def _article(row: Sequence[Any]) -> Article:
    article_id, title, source, agency, author, published, captured, url, text = row
    return Article(article_id, title, source, agency, author, _date(published), _date(captured), url, text)


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
