"""`Rag`: the one door to everything. The command line, the chat and the evals go through it."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from rag.errors import ClipdeskError
from rag.history import History
from rag.keeping import as_day, checked
from rag.once import once
from rag.parts import Parts
from rag.search import search
from rag.settings import Settings, load_settings
from rag.types import (
    Answer,
    Article,
    Claim,
    Completed,
    Event,
    Feedback,
    Filters,
    Found,
    Health,
    IngestReport,
    Listing,
    NewArticle,
    Turn,
)
from store.listing import list_articles, outlets
from store.store import Store

if TYPE_CHECKING:
    from llama_index.core.base.base_query_engine import BaseQueryEngine
    from llama_index.core.base.base_retriever import BaseRetriever

    from rag.answer.answerer import Answerer
    from rag.types import Verdict

SEARCH_K = 10


class Rag:
    """Saved articles, ready to be asked. Open it with `Rag.open`; use it as a context manager.

    One Rag owns its data folder, unless the index is on a Chroma server: then several processes may share it. Its
    methods may be called from several threads.
    """

    def __init__(self, store: Store, settings: Settings, **parts: Any) -> None:
        """Over an open store; `parts` as in `open`."""
        self.settings = settings
        self._store = store
        self._parts = Parts(settings, **parts)
        self._ingesting = threading.Lock()

    @classmethod
    def open(cls, data: str | Path | None = None, *, settings: Settings | None = None, **parts: Any) -> Self:
        """Open or create a data folder (default: CLIPDESK_DATA, else `data`).

        Settings come from the environment unless given. `parts` puts LlamaIndex parts of your own in place of ours:
        `node_parser`, `embed_model`, `retriever`. `endpoint` and `reranker` are an Endpoint and a Reranker, or
        subclasses that wrap their calls. Raises StoreLocked, StoreUnwritable, StoreError or SettingsError.
        """
        settings = settings or load_settings()
        folder = Path(data) if data is not None else settings.data
        return cls(Store(folder, server=settings.chroma), settings, **parts)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the data folder back, and stop the local model. Nothing is lost without it."""
        self._parts.close()
        self._store.close()

    @property
    def folder(self) -> Path:
        """The data folder."""
        return self._store.folder

    def ingest(
        self,
        path: str | Path | Sequence[str | Path],
        *more: str | Path,
        captured: str | date | None = None,
        prune: bool = False,
        dask: str | None = None,
        progress: Callable[[int, int, str], None] | None = None,
    ) -> IngestReport:
        """Bring the store in step with saved pages: files, or folders of them, in any format of docs/ingest.md.

        `captured` is the day they were saved (ISO), from which ages like "3 days ago" count; without it such an
        article has no date, unless its file says when it was saved. With `prune`, pages under the given folders whose
        files are gone are dropped. `dask` spreads the work over the workers of a Dask scheduler, by its address, or of
        this machine ("local"); the result is the same. A file that fails is listed in `report.failed` and loses nothing
        already stored.
        Raises ClipdeskError for a wrong date, EndpointError and IndexMismatch from the embedding.
        """
        from rag.ingest import sync  # here and below: what only asks need not load what reads pages

        spread = self._parts.spread(dask) if dask else None
        paths = [Path(p) for p in ([path] if isinstance(path, str | Path) else path)] + [Path(p) for p in more]
        with self._ingesting:
            return sync.ingest(
                self._store,
                paths,
                captured=as_day(captured, name="captured"),
                prune=prune,
                chain=self._parts.chain,
                spread=spread,
                progress=progress or _silent,
            )

    def add(
        self,
        articles: Iterable[NewArticle],
        *,
        name: str,
        progress: Callable[[int, int, str], None] | None = None,
    ) -> tuple[str, ...]:
        """Store articles that are clean already, under a `name` of your own; returns their ids, in order.

        The same name again replaces what was stored under it; articles that stay are not embedded anew. They belong to
        no folder, so that no ingest prunes them: `delete("added:" + name)` takes them out.
        """
        from rag.ingest import sync

        with self._ingesting:
            return sync.add(
                self._store, list(articles), name=name, chain=self._parts.chain(), progress=progress or _silent
            )

    def read(self, path: str | Path, *, captured: str | date | None = None) -> tuple[Article, ...]:
        """The articles of one saved page, in page order, without storing them. Raises PageError."""
        from rag.ingest.article import read_page

        return read_page(path, captured=as_day(captured, name="captured"))

    def delete(self, article_or_page: str | Path) -> tuple[str, ...]:
        """Remove an article (by id) or a page with its text and vectors, from the disk too.

        A page is named by its path, or by "added:" and the name under which `add` stored it. Returns the ids of the
        articles that went. The file itself stays: take it away as well, or the next ingest that finds it changed reads
        it again. Raises ClipdeskError if nothing of that name is stored.
        """
        from rag.ingest import sync

        with self._ingesting:
            return sync.delete(self._store, article_or_page)

    def copies(self, article_id: str) -> tuple[Article, ...]:
        """All outlets' copies of one story, this article among them, in order of arrival; () if it has none."""
        article = self._store.truth.articles_by_id([article_id]).get(article_id)
        return self._store.truth.copy_group(article.copy_group) if article and article.copy_group else ()

    def rebuild(self, *, progress: Callable[[int, int, str], None] | None = None) -> int:
        """Cut, embed and index every stored article anew, after a change of model or damage; returns the chunks."""
        from rag.ingest import sync

        with self._ingesting:
            return sync.rebuild(self._store, chain=self._parts.chain(), progress=progress or _silent)

    def doctor(self, *, repair: bool = False) -> Health:
        """Check that SQLite, full-text index and Chroma agree, and say how fresh the articles are.

        With `repair`, what does not agree is made again from the stored articles; what cannot be made again (a damaged
        database file) stays reported.
        """
        from rag.health import examined

        with self._ingesting:
            return examined(self._store, chain=self._parts.chain if repair else None)

    def articles(self) -> tuple[Article, ...]:
        """All stored articles, in order of arrival."""
        return self._store.truth.articles()

    def article(self, article_id: str) -> Article | None:
        """The article with this id, or None."""
        return self._store.truth.articles_by_id([article_id]).get(article_id)

    def article_count(self) -> int:
        """How many articles are stored."""
        return self._store.truth.article_count()

    def list_articles(self, **conditions: Any) -> Listing:
        """A page of the articles without their texts; the conditions are those of `store.listing.list_articles`."""
        return list_articles(self._store.truth, **conditions)

    def outlets(self) -> dict[str | None, int]:
        """How many articles each outlet has, the most first; None stands for those without one."""
        return outlets(self._store.truth)

    @cached_property
    def history(self) -> History:
        """Conversations: answers that were kept, to be found, read again, renamed, exported and deleted."""
        return History(self._store)

    def search(
        self, question: str, *, k: int = SEARCH_K, filters: Filters | None = None, as_of: str | date | None = None
    ) -> Found:
        """The k best passages, best first, and in `scope` the filters that they were kept to.

        `filters` limits the articles; more is read from the question unless they say `read=False`. `as_of` is the day
        from which "last week" counts, as a date or in ISO words; today if it is not given. Raises ClipdeskError for
        filters that cannot be meant: an id that no article has, `since` after `until`.
        """
        filters, day = checked(filters, self._store.truth), as_day(as_of, name="as_of") or date.today()
        if self._parts.retriever is not None:
            from rag.chain import search_with

            return search_with(self._parts.retriever, self._store.truth, question, k=k, filters=filters, as_of=day)
        return search(self._store, self._parts.embedder, question, k=k, filters=filters, as_of=day)

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        as_of: str | date | None = None,
    ) -> Answer:
        """Answer from the stored articles, or refuse. `history` holds earlier turns, oldest first.

        `as_of` is the day on which the question counts as asked; today if it is not given. `filters` as in `search`.
        """
        for event in self.stream(question, history=history, filters=filters, as_of=as_of):
            if isinstance(event, Completed):
                return event.answer
        raise ClipdeskError("the answer broke off: ask again")

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        as_of: str | date | None = None,
    ) -> Iterator[Event]:
        """The same answer as events: Retrieved, then Delta as text comes, then Completed with the checked answer.

        Quoted comes between where a model writes, and Waiting comes before the first text if a model has to be loaded.
        """
        if not re.search(r"\w", question):
            raise ClipdeskError("the question is empty: type one")
        day = as_day(as_of, name="as_of") or date.today()
        given = checked(filters, self._store.truth)
        yield from self._answerer.stream(question.strip(), history=history, filters=given, today=day)

    def warm(self) -> None:
        """Load the models now, which the first question waits for else. Nothing is asked of an endpoint.

        Raises ModelError or StoreError.
        """
        _ = self._answerer

    def check(self, text: str, sources: Sequence[str]) -> tuple[Claim, ...]:
        """The claims of a text, each with its support by the sources: the check that an answer's claims pass through.

        Claims are in the order of the text, with its words; their `citations` are empty.
        """
        from rag.answer.claims import check

        return check(text, sources, reranker=self._parts.reranker)

    def add_feedback(self, question: str, answer_text: str, verdict: Verdict, note: str = "") -> None:
        """Keep what a user said of an answer: "right", "wrong", or "missing" (the articles do answer it)."""
        if verdict not in ("right", "wrong", "missing"):
            raise ClipdeskError(f'"{verdict}" is no verdict: say right, wrong or missing')
        self._store.truth.add_feedback(
            Feedback(question, answer_text, verdict, note, datetime.now(UTC).replace(microsecond=0))
        )

    def feedback(self) -> tuple[Feedback, ...]:
        """All that users said, oldest first."""
        return self._store.truth.feedback()

    def as_retriever(
        self, *, k: int = SEARCH_K, filters: Filters | None = None, as_of: str | date | None = None
    ) -> BaseRetriever:
        """Our search as a LlamaIndex retriever; the arguments as in `search`."""
        from rag.chain import HybridRetriever

        def found(question: str) -> Found:
            given, day = checked(filters, self._store.truth), as_day(as_of, name="as_of") or date.today()
            return search(self._store, self._parts.embedder, question, k=k, filters=given, as_of=day)

        return HybridRetriever(found)

    def as_query_engine(self) -> BaseQueryEngine:
        """The whole way as a LlamaIndex query engine."""
        from rag.chain import CitedQueryEngine

        return CitedQueryEngine(self.ask)

    @once
    def _answerer(self) -> Answerer:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(1) as beside:
            reranker = beside.submit(lambda: self._parts.reranker)  # while the rest loads
            if self._parts.retriever is None and self.article_count():
                _ = self._store.index
            embedding = self._parts.embedder.identity
            from rag.answer.answerer import Answerer

            writes = self.settings.answer_mode == "llm"
            return Answerer(
                search=lambda question, k, filters, day: self.search(question, k=k, filters=filters, as_of=day),
                sentences=self._store.truth.sentences,
                reranker=reranker.result(),
                endpoint=self._parts.endpoint if writes else None,
                embedding=embedding,
            )


def _silent(done: int, total: int, name: str) -> None:
    """No progress shown."""
