"""The truth store: articles, sentences, chunks, vectors and the full-text index, in one SQLite file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from store.database import Database
from store.records import Article, Chunk, DateMention, Feedback, Filters, Hit, Page, Prepared, Span

Vector = NDArray[np.float32]

_KEPT = "id title source text copy_group".split()  # columns that meeting an article again does not change
_COLUMNS = (
    "id title source agency author published captured url text published_precision published_from language section "
    "kind extra dates copy_group"
).split()
_ARTICLE = ", ".join(_COLUMNS)
_PUT_ARTICLE = (
    f"INSERT INTO articles ({_ARTICLE}) VALUES ({', '.join('?' * len(_COLUMNS))}) ON CONFLICT (id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS if name not in _KEPT)
)


POSTINGS = 10_000  # chunks, counted once for each word that they hold, that one full-text search ranks
_HOLDING = "SELECT count(*) FROM (SELECT 1 FROM chunks_fts WHERE chunks_fts MATCH ? LIMIT ?)"
_SOURCES = "SELECT id, source, agency FROM articles WHERE id IN"
# A date that is known to the week covers that week, in either direction.
_SPREAD = "CASE published_precision WHEN 'week' THEN 6 WHEN 'month' THEN 30 WHEN 'year' THEN 365 ELSE 0 END"


class Truth(Database):
    """What is stored, as records. Each method that writes is one transaction."""

    _counts: tuple[object, dict[str, int]] = (None, {})  # chunks that hold a term, for a store of about one size

    # Reading

    def articles(self) -> tuple[Article, ...]:
        """All articles, in order of arrival."""
        return tuple(_article(row) for row in self.rows(f"SELECT {_ARTICLE} FROM articles ORDER BY seq"))

    def articles_by_id(self, ids: Iterable[str]) -> dict[str, Article]:
        rows = self.rows_in(f"SELECT {_ARTICLE} FROM articles WHERE id IN", ids)
        return {row[0]: _article(row) for row in rows}

    def matching(self, filters: Filters, *, among: Iterable[str] | None = None, limit: int = -1) -> list[str]:
        """The ids of articles that meet the filters: of all, or of those `among` the given ids; at most `limit`."""
        conditions, values = self._conditions(filters)
        if among is None:
            rows = self.rows(f"SELECT id FROM articles WHERE {' AND '.join(conditions)} LIMIT ?", *values, limit)
            return [row[0] for row in rows]
        wanted = json.dumps(list(among))
        sql = f"SELECT id FROM articles WHERE id IN (SELECT value FROM json_each(?)) AND {' AND '.join(conditions)}"
        return [row[0] for row in self.rows(sql, wanted, *values)]

    def _conditions(self, filters: Filters) -> tuple[list[str], list[Any]]:
        conditions, values = ["TRUE"], []
        if filters.sources:
            wanted = {_plain_name(name) for name in filters.sources}
            names = json.dumps([name for name in self.outlets() if _plain_name(name) in wanted])
            outlets = "(SELECT value FROM json_each(?))"
            conditions.append(f"(source IN {outlets} OR agency IN {outlets})")
            values += [names, names]
        if filters.since:
            conditions.append(f"published >= date(?, '-366 days') AND julianday(published) + {_SPREAD} >= julianday(?)")
            values += [filters.since.isoformat()] * 2
        if filters.until:
            conditions.append(f"published <= date(?, '+366 days') AND julianday(published) - {_SPREAD} <= julianday(?)")
            values += [filters.until.isoformat()] * 2
        if filters.articles:
            conditions.append("id IN (SELECT value FROM json_each(?))")
            values.append(json.dumps(filters.articles))
        if filters.language:
            conditions.append("language = ?")
            values.append(filters.language)
        return conditions, values

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
        return Page(row[0], row[1], _date(row[2]), tuple(i for (i,) in ids))

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

    def lexical(self, query: str, *, k: int, among: Iterable[str] | None = None) -> list[Hit]:
        """The k best chunks by BM25 (FTS5; title and body weigh the same, any term may match), best first.

        `query` is plain text; nothing in it acts as FTS5 syntax. With `among`, only chunks of these articles count.
        """
        match = self._any_term(query)
        if not match:
            return []
        inner, kept, values = _within("chunks_fts", "c.article_id", k, among)
        sql = f"SELECT c.id, -f.rank FROM ({inner}) f JOIN chunks c ON c.rowid = f.rowid {kept} ORDER BY f.rank, c.id"
        return [Hit(*row) for row in self.rows(f"{sql} LIMIT ?", match, *values, k)]

    def lexical_articles(self, query: str, *, k: int, among: Iterable[str] | None = None) -> dict[str, float]:
        """The BM25 scores of the k best articles, of all or of those `among` the given ids, by id, best first."""
        match = self._any_term(query)
        if not match:
            return {}
        inner, kept, values = _within("articles_fts", "a.id", k, among)
        sql = f"SELECT a.id, -f.rank FROM ({inner}) f JOIN articles a ON a.seq = f.rowid {kept} ORDER BY f.rank, a.id"
        return dict(self.rows(f"{sql} LIMIT ?", match, *values, k))

    def feedback(self) -> tuple[Feedback, ...]:
        """All feedback, oldest first."""
        rows = self.rows("SELECT question, answer, verdict, note, given FROM feedback ORDER BY seq")
        return tuple(
            Feedback(q, a, verdict, note, datetime.fromisoformat(given)) for q, a, verdict, note, given in rows
        )

    def pages(self) -> list[str]:
        """The paths of all pages."""
        return [row[0] for row in self.rows("SELECT path FROM pages ORDER BY path")]

    def pages_of(self, article_id: str) -> list[str]:
        """The paths of the pages that hold an article."""
        rows = self.rows("SELECT path FROM page_articles WHERE article_id = ? ORDER BY path", article_id)
        return [row[0] for row in rows]

    def article_ids(self) -> list[str]:
        """The ids of all articles, in order of arrival."""
        return [row[0] for row in self.rows("SELECT id FROM articles ORDER BY seq")]

    def article_count(self) -> int:
        return int(self.row("SELECT count(*) FROM articles")[0])

    def rebuild_full_text(self) -> None:
        """Make the full-text index again from the stored chunks."""
        with self.transaction():
            self.run("DELETE FROM chunks_fts")
            self.run(
                "INSERT INTO chunks_fts (rowid, title, body) SELECT c.rowid, a.title, "
                "substr(a.text, c.start + 1, c.stop - c.start) FROM chunks c JOIN articles a ON a.id = c.article_id"
            )
            self.run("INSERT INTO articles_fts (articles_fts) VALUES ('rebuild')")

    def sketches(self) -> dict[str, NDArray[np.uint32]]:
        """The MinHash of each article's body, in order of arrival, shape (permutations,)."""
        rows = self.rows("SELECT article_id, sketch FROM sketches JOIN articles ON id = article_id ORDER BY seq")
        return {article_id: np.frombuffer(blob, dtype="<u4") for article_id, blob in rows}

    def unsketched(self) -> list[str]:
        """The ids of articles that no sketch was made of yet."""
        return [
            row[0] for row in self.rows("SELECT id FROM articles WHERE id NOT IN (SELECT article_id FROM sketches)")
        ]

    def copy_groups(self, article_ids: Iterable[str]) -> dict[str, str]:
        """The copy group of each article that has one, by article id."""
        rows = self.rows_in("SELECT id, copy_group FROM articles WHERE copy_group IS NOT NULL AND id IN", article_ids)
        return {row[0]: row[1] for row in rows}

    def copy_group(self, group: str) -> tuple[Article, ...]:
        """The articles of a copy group, in order of arrival."""
        rows = self.rows(f"SELECT {_ARTICLE} FROM articles WHERE copy_group = ? ORDER BY seq", group)
        return tuple(_article(row) for row in rows)

    def _any_term(self, query: str) -> str:
        """The words of a query as a full-text expression: all of them, or in a large store the telling ones.

        The time of a BM25 search grows with the chunks that hold any of its words, and words that many hold tell the
        least. Past POSTINGS the commonest are left out; the rarest always stays.
        """
        terms = list(dict.fromkeys(re.findall(r"[^\W_]+(?:[.,'’][^\W_]+)*", query)))
        (chunks,) = self.row("SELECT coalesce(max(rowid), 0) FROM chunks")
        if chunks > POSTINGS:
            size = len(str(chunks)), str(chunks)[:1]  # counts of about this size will do
            if self._counts[0] != size:
                self._counts = size, {}
            known = self._counts[1]
            for term in terms:
                if term not in known:
                    known[term] = self.row(_HOLDING, f'"{term}"', POSTINGS)[0]
            kept: set[str] = set()
            left = POSTINGS
            for term in sorted(terms, key=lambda t: (known[t], t)):
                left -= known[term]
                if kept and left < 0:
                    break
                kept.add(term)
            terms = [term for term in terms if term in kept]
        return " OR ".join(f'"{term}"' for term in terms)

    # Writing

    def add_feedback(self, item: Feedback) -> None:
        with self.transaction():
            self.run(
                "INSERT INTO feedback (question, answer, verdict, note, given) VALUES (?, ?, ?, ?, ?)",
                *(item.question, item.answer, item.verdict, item.note, item.given.isoformat()),
            )

    def put_copies(self, sketches: Mapping[str, NDArray[np.uint32]], groups: Mapping[str, str]) -> None:
        """Keep new sketches, by article id, and the copy group of each article that has one; the others have none."""
        with self.transaction():
            rows = [(key, sketch.astype("<u4").tobytes()) for key, sketch in sketches.items()]
            self.run_many("INSERT OR REPLACE INTO sketches VALUES (?, ?)", rows)
            self.run("UPDATE articles SET copy_group = NULL WHERE copy_group IS NOT NULL")
            self.run_many("UPDATE articles SET copy_group = ? WHERE id = ?", [(g, i) for i, g in groups.items()])

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
            self.run_many(
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
            self.run_many(
                "INSERT OR IGNORE INTO vectors VALUES (?, ?)",
                [(key, vector.astype("<f4").tobytes()) for key, vector in vectors.items()],
            )
            for item in prepared:
                self._drop_chunks(item.article.id)
                self._put_chunks(item)

    def sweep_vectors(self) -> None:
        """Delete vectors that no chunk uses."""
        with self.transaction():
            self.run("DELETE FROM vectors WHERE hash NOT IN (SELECT vector_hash FROM chunks)")

    # Inside a transaction

    def _put_article(self, a: Article) -> None:
        known = {name: getattr(a, name) for name in _COLUMNS}
        dates = [(m.start, m.end, m.words, _iso(m.first), _iso(m.last), m.precision) for m in a.dates]
        known |= {"published": _iso(a.published), "captured": _iso(a.captured)}
        known |= {"extra": json.dumps(dict(a.extra), ensure_ascii=False), "dates": json.dumps(dates)}
        self.run(_PUT_ARTICLE, *known.values())

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

    def _put_page(self, page: Page) -> None:
        self.run(
            "INSERT INTO pages VALUES (?, ?, ?) ON CONFLICT (path) DO UPDATE "
            "SET digest = excluded.digest, captured = excluded.captured",
            page.path,
            page.digest,
            _iso(page.captured),
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


def _within(table: str, article: str, k: int, among: Iterable[str] | None) -> tuple[str, str, list[Any]]:
    """The ranked rows of a full-text table, the condition that keeps those of some articles, and both their values."""
    inner = f"SELECT rowid, rank FROM {table} WHERE {table} MATCH ? ORDER BY rank"
    if among is None:
        return f"{inner} LIMIT ?", "", [k]
    return inner, f"WHERE {article} IN (SELECT value FROM json_each(?))", [json.dumps(list(among))]


def _plain_name(outlet: str) -> str:
    return re.sub(r"^the ", "", outlet.strip().casefold())


def _article(row: Sequence[Any]) -> Article:
    known = dict(zip(_COLUMNS, row, strict=True))
    known |= {"published": _date(known["published"]), "captured": _date(known["captured"])}
    known["extra"] = json.loads(known["extra"])
    known["dates"] = tuple(
        DateMention(start, end, words, _date(first), _date(last), precision)
        for start, end, words, first, last, precision in json.loads(known["dates"])
    )
    return Article(**known)


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
