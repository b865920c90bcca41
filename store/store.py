"""The door to the data folder: keeps the truth store and the vector index in step."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Self
from uuid import uuid4

import numpy as np

from store.errors import IndexLost, IndexMismatch, StoreError
from store.index import VectorIndex, clean_memory
from store.lock import FolderLock, WriterLock
from store.records import Article, Hit, Page, Prepared, Server
from store.truth import Truth, Vector


class Store:
    """A data folder: `clipdesk.sqlite3` (the truth), `chroma/` (the index, later `chroma-1/` …) and `lock`.

    New rows reach the vector index before the truth names them and leave it after the truth has forgotten them, so
    whatever the truth names can be found. A journal in the truth lists the rows on their way; after a crash it is
    worked off when the index is next opened.

    Several threads may search while one writes: `steady` is what a search holds. Who takes both locks takes the guard
    (one writer at a time) first, then the database's.

    With the index on a Chroma server several processes may do so: SQLite then keeps readers and a writer apart (WAL), a
    search reads one snapshot, and the guard is a lock on a file. So a journal that is found with the guard in hand was
    left by a crash, and a process that finds the index made anew by another takes up the new one.
    """

    def __init__(self, folder: Path, *, server: Server | None = None) -> None:
        """Open or create. With a `server` the index lies there, and several processes may have the folder open.

        Raises StoreLocked, StoreUnwritable or StoreError.
        """
        self.folder = folder
        self._server = server
        self._index: VectorIndex | None = None
        self._index_number = 0
        with ExitStack() as opened:
            self._lock = FolderLock(folder, shared=server is not None)
            opened.callback(self._lock.release)
            self._guard: WriterLock | threading.RLock = threading.RLock()
            if server:
                self._guard = WriterLock(folder)
                opened.callback(self._guard.release)
            with self._guard:
                self.truth = Truth(folder / "clipdesk.sqlite3")
            opened.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        with self._guard:
            self._close_index()
            self.truth.close()
            self._lock.release()
        if isinstance(self._guard, WriterLock):
            self._guard.release()

    def check_model(self, name: str, dimension: int) -> None:
        """Raise IndexMismatch unless the stored vectors were made by this embedding model, or there are none yet."""
        stored = self.truth.meta("embedding.name"), self.truth.meta("embedding.dimension")
        if stored[0] is not None and stored != (name, str(dimension)):
            raise IndexMismatch(
                f"the index was made with the embedding model {stored[0]} ({stored[1]} dimensions), not {name} "
                f'({dimension}): run "clipdesk rebuild" to embed it anew, or set CLIPDESK_EMBEDDING back'
            )

    def write(
        self,
        pages: Sequence[Page],
        prepared: Sequence[Prepared],
        vectors: Mapping[str, Vector],
        *,
        model: tuple[str, int],
        refreshed: Sequence[Article] = (),
    ) -> list[str]:
        """Put pages and their articles in, wholly or not at all; returns the ids of articles no page holds any more.

        `prepared` are articles that are not stored yet, `refreshed` ones that are; `vectors` maps each vector hash
        that is not stored to its vector; `model` is the embedding's (name, dimension). Raises IndexLost.
        """
        with self._changing():
            self.check_model(*model)
            if self._server:  # another process may have stored them since they were prepared
                known = self.truth.articles_by_id(p.article.id for p in prepared)
                prepared = [p for p in prepared if p.article.id not in known]
            hash_of = {c.id: key for p in prepared for c, key in zip(p.chunks, p.vector_hashes, strict=True)}
            index = self.index
            self.truth.set_meta({"embedding.name": model[0], "embedding.dimension": str(model[1])})
            self.truth.journal_add(hash_of)
            if hash_of:
                stored = self.truth.vectors_by_hash(set(hash_of.values()) - vectors.keys())
                if len(stored) < len(set(hash_of.values()) - vectors.keys()):
                    raise StoreError("another process deleted what this one was adding to: ingest once more")
                rows = [vectors[key] if key in vectors else stored[key] for key in hash_of.values()]
                index.upsert(list(hash_of), np.stack(rows))
            articles, chunks = self.truth.write(pages, prepared, vectors, refreshed=refreshed)
            index.delete(chunks)
            self.truth.journal_clear([*hash_of, *chunks])
            return articles

    def forget(self, paths: Sequence[str], *, scrub: bool = False) -> list[str]:
        """Drop pages; returns the ids of the articles that went with them. `scrub` wipes them from the disk too.

        Raises IndexLost before anything is dropped, or StoreError that says what is left to do.
        """
        return self._drop(lambda: self.truth.forget(paths), scrub=scrub) if paths else []

    def drop_article(self, article_id: str) -> list[str]:
        """Drop an article from all its pages and wipe it from the disk; returns its id, or nothing if unknown.

        Raises as `forget` does.
        """
        return self._drop(lambda: self.truth.drop(article_id), scrub=True)

    def _drop(self, drop: Callable[[], tuple[list[str], list[str]]], *, scrub: bool) -> list[str]:
        with self._changing():
            index = self.index
            index.count()  # a server that is gone is found out while nothing is dropped yet
            articles, chunks = drop()
            wipe = scrub and bool(articles)
            try:
                if wipe:
                    self._renew_index()  # an HNSW file only marks a vector as deleted
                else:
                    index.delete(chunks)
                self.truth.journal_clear(chunks)
            except BaseException as error:
                if wipe:
                    with suppress(StoreError):
                        self.truth.scrub()
                if not isinstance(error, StoreError):
                    raise
                raise StoreError(
                    f"the articles are removed, but the index still has their vectors ({error.__cause__ or error}): "
                    'once it serves again, run "clipdesk rebuild", which wipes them'
                ) from error
            if wipe:
                self.truth.scrub()
            return articles

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """The guard; an index that is lost meanwhile is opened anew by who next asks, and its journal worked off."""
        with self._guard:
            try:
                yield
            except StoreError:
                self._close_index()
                raise

    @property
    def writing(self) -> AbstractContextManager[object]:
        """What a writer holds over several steps, so that no other comes between; it may be nested."""
        return self._guard

    @contextmanager
    def steady(self) -> Iterator[None]:
        """What the store holds does not change meanwhile: no article comes or goes, the index is not exchanged.

        Raises StoreError as `index` does.
        """
        while True:
            self.index  # noqa: B018 - opened here, where its guard may still be waited for
            with self.truth.snapshot():
                if self._is_current():  # else it was closed, or another process made it anew, before we had this lock
                    yield
                    return

    def dense(self, vector: Vector, *, k: int) -> list[Hit]:
        """The k chunks nearest to `vector`, shape (dimension,), by cosine similarity, best first. Raises IndexLost."""
        with self.steady():
            try:
                return self._opened().query(vector, k=k)
            except IndexLost:
                self._close_index()  # the snapshot still names the old one: only a new search sees the new
                raise

    def lexical(self, query: str, *, k: int, among: Iterable[str] | None = None) -> list[Hit]:
        """The k best chunks by BM25, of all articles or of those `among` the given ids, best first."""
        return self.truth.full_text.chunks(query, k=k, among=among)

    def lexical_articles(self, query: str, *, k: int, among: Iterable[str] | None = None) -> dict[str, float]:
        """The BM25 scores of the k best articles, by id, best first."""
        return self.truth.full_text.articles(query, k=k, among=among)

    def rebuild_index(self, *, model: tuple[str, int], progress: Callable[[int, int], None]) -> int:
        """Make the vector index again from the stored vectors; returns its rows. `progress` gets (done, total)."""
        with self._changing():
            self.truth.set_meta({"embedding.name": model[0], "embedding.dimension": str(model[1])})
            rows = self._renew_index(progress)
            self.truth.journal_clear(self.truth.journal())
            return rows

    def _renew_index(self, progress: Callable[[int, int], None] = lambda done, total: None) -> int:
        """Make the index again in a new folder, then take it into use and delete the old one; returns its rows.

        The truth names the folder in use, so a crash leaves either the old index or the new one, and a folder that
        nobody names is swept away when the index is next opened or made anew.
        """
        self._sweep()
        number = self._number() + 1
        ids = self.truth.chunk_ids()
        with clean_memory():
            fresh = self._made(number)
            try:
                for at in range(0, len(ids), 1000):
                    vectors = self.truth.vectors(ids[at : at + 1000])
                    fresh.upsert(list(vectors), np.stack(list(vectors.values())))
                    progress(min(at + 1000, len(ids)), len(ids))
            except BaseException:
                fresh.close()  # its folder is to be swept
                raise
        with self.truth.steady():
            self.truth.set_meta({"index.number": str(number)})
            self._close_index()
            self._index, self._index_number = fresh, number
        self._sweep()
        return len(ids)

    def _made(self, number: int) -> VectorIndex:
        """The index of this number: in a folder of the data folder, or a collection of the server."""
        if self._server:
            return VectorIndex(self._server, name=f"{self._prefix()}{number}")
        return VectorIndex(self.folder / _folder_name(number))

    def _prefix(self) -> str:
        """What the names of this data folder's collections on a server begin with."""
        if self.truth.meta("index.id") is None:
            self.truth.set_meta({"index.id": uuid4().hex[:16]})
        return f"clipdesk-{self.truth.meta('index.id')}-"

    def _number(self) -> int:
        return int(self.truth.meta("index.number") or 0)

    def _sweep(self) -> None:
        """Delete indexes that nothing names: older ones, and what a renewal that broke off has made."""
        if self._server:
            prefix = self._prefix()
            self._opened().sweep(prefix, but=f"{prefix}{self._number()}")
            return
        in_use = _folder_name(self._number())
        for folder in self.folder.glob("chroma*"):
            if folder.name != in_use and re.fullmatch(r"chroma(?:-\d+)?", folder.name):
                shutil.rmtree(folder, ignore_errors=True)

    def open_index(self) -> VectorIndex:
        """The vector index with the journal worked off, whether or not it agrees with the truth; for the doctor."""
        with self._changing():
            index = self._opened()
            self._recover(index)
            return index

    def repair(self) -> None:
        """Make the full-text and the vector index again from what is stored."""
        with self._changing():
            self.truth.full_text.rebuild()
            self._renew_index()
            self.truth.journal_clear(self.truth.journal())

    @property
    def index(self) -> VectorIndex:
        """The vector index, opened at first use, with what a crash left half done put right.

        Raises StoreError if it does not hold what the truth says: Chroma opens a damaged folder without a word.
        """
        if (opened := self._index) is not None and self._is_current():
            return opened
        with self._changing():
            if self._index is not None:
                if self._index_number == self._number():
                    return self._index
                self._close_index()
            index = self.open_index()
            rows, chunks = index.count(), self.truth.chunk_count()
            if rows != chunks:
                raise StoreError(
                    f'the vector index holds {rows} of {chunks} chunks: run "clipdesk rebuild" to make it again'
                )
            return index

    def _is_current(self) -> bool:
        """The index is open, and no other process has made it anew since."""
        return self._index is not None and (self._server is None or self._index_number == self._number())

    def _opened(self) -> VectorIndex:
        if self._index is None:
            self._index_number = self._number()
            self._index = self._made(self._index_number)
            self._sweep()
        return self._index

    def _close_index(self) -> None:
        with self.truth.steady():
            if self._index is not None:
                self._index.close()
                self._index = None

    def _recover(self, index: VectorIndex) -> None:
        pending = self.truth.journal()
        if not pending:
            return
        kept = self.truth.vectors(pending)
        if kept:
            index.upsert(list(kept), np.stack(list(kept.values())))
        index.delete([i for i in pending if i not in kept])
        self.truth.journal_clear(pending)


def _folder_name(number: int) -> str:
    """Of an embedded index in the data folder."""
    return f"chroma-{number}" if number else "chroma"
