"""An ingest spread over Dask workers: they read, cut and embed, and the one process that owns the store writes.

What is stored is the same, byte for byte, as without them: batches are made in the same order and of the same chunks,
and a batch that turns out to need other vectors than those asked for ahead is embedded where it is written. A task of a
worker that dies is given to another.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from rag.errors import ClipdeskError, ModelError, PageError
from rag.ingest.article import make_articles, read_with_facts
from rag.ingest.facts import Facts
from rag.settings import Settings
from store.records import Article, Prepared

if TYPE_CHECKING:
    from distributed import Client
    from llama_index.core.schema import BaseNode

    from rag.models.embedding import Embedder
    from rag.models.embedding import Matrix as Vectors

LOCAL = "local"
JOINING = 15  # seconds to wait for the first worker
READ_AHEAD = 4  # pages for each worker
EMBED_AHEAD = 2  # batches for each worker
Cut = tuple[Prepared, dict[str, "BaseNode"]]


def read_articles(
    data: bytes, *, name: str, sidecar: Facts | None, captured: date | None
) -> tuple[tuple[Article, ...], tuple[str, ...]]:
    """The articles of a page's bytes, and why some of it was passed over. Raises PageError."""
    reading = read_with_facts(data, name=name, sidecar=sidecar)
    return make_articles(reading, captured=captured), tuple(reading.skipped)


class Spread:
    """Work that was given out, by what it is for."""

    def __init__(self, client: Client, settings: Settings, *, model: str) -> None:
        self._client = client
        self._settings = _for_workers(settings)
        self._model = model
        self._cuts: dict[str, Cut] = {}
        self._embedded: dict[tuple[str, ...], Any] = {}
        self.workers = max(1, len(client.scheduler_info()["workers"]))

    def read(self, data: bytes, **how: Any) -> Callable[[], tuple[tuple[Article, ...], tuple[str, ...]]]:
        """Have a page read and its articles cut; the call that waits for them. It raises PageError."""
        from distributed import KilledWorker

        future = self._client.submit(_read_and_cut, data, how, self._model, pure=False)

        def result() -> tuple[tuple[Article, ...], tuple[str, ...]]:
            try:
                articles, skipped, cuts = future.result()
            except KilledWorker as error:
                raise PageError(
                    f"{how['name']} killed each worker that read it, {error.allowed_failures + 1} in all: give the "
                    "workers more memory, or ingest it without dask"
                ) from error
            self._cuts |= cuts
            return articles, skipped

        return result

    def cut(self, articles: Sequence[Article]) -> tuple[list[Prepared], dict[str, BaseNode]] | None:
        """As `prepare_articles`, for articles that workers cut; None if there are others among them."""
        if not all(article.id in self._cuts for article in articles):
            return None
        prepared = [replace(self._cuts[article.id][0], article=article) for article in articles]
        nodes: dict[str, BaseNode] = {}
        for article in articles:
            nodes |= self._cuts[article.id][1]
        return prepared, nodes

    def embed_ahead(self, nodes: Mapping[str, BaseNode]) -> None:
        """Have a batch embedded, to be fetched by exactly these keys."""
        if nodes:
            self._embedded[tuple(nodes)] = self._client.submit(
                _embed, dict(nodes), self._settings, self._model, pure=False
            )

    def embedded(self, nodes: Mapping[str, BaseNode]) -> dict[str, Vectors] | None:
        """The vectors of a batch that was embedded ahead, else None; so too if it killed the workers that tried.

        Raises ModelError if they have another model.
        """
        from distributed import KilledWorker

        future = self._embedded.pop(tuple(nodes), None)
        try:
            return None if future is None else future.result()
        except KilledWorker:
            return None


_T = TypeVar("_T")


def ahead(items: Iterator[_T], *, count: int, begin: Callable[[_T], None]) -> Iterator[_T]:
    """The same items, `begin` called for up to `count` of them before the first is given out."""
    waiting: deque[_T] = deque()
    for item in items:
        begin(item)
        waiting.append(item)
        if len(waiting) > count:
            yield waiting.popleft()
    yield from waiting


@contextmanager
def spread(scheduler: str, settings: Settings, *, model: str) -> Iterator[Spread]:
    """Workers of a Dask scheduler at an address, or of this machine ("local"). Raises ClipdeskError."""
    try:
        import distributed
    except ImportError as error:
        raise ClipdeskError('Dask is not installed: pip install "clipdesk[dask]"') from error
    dask: Any = distributed  # it has no types
    logging.getLogger("distributed").setLevel(logging.ERROR)
    with ExitStack() as opened:
        try:
            if scheduler == LOCAL:
                cluster = opened.enter_context(dask.LocalCluster(threads_per_worker=1, dashboard_address=None))
                client = opened.enter_context(dask.Client(cluster))
            else:
                client = opened.enter_context(dask.Client(scheduler, timeout=10))
        except (OSError, ValueError) as error:
            raise ClipdeskError(
                f"the Dask scheduler {scheduler} does not serve ({error}): check its address"
            ) from error
        try:
            client.wait_for_workers(1, timeout=JOINING)
        except TimeoutError as error:
            raise ClipdeskError(
                f'no worker has joined the Dask scheduler {scheduler}: start one with "dask worker {scheduler}"'
            ) from error
        try:
            yield Spread(client, settings, model=model)
        except (dask.comm.CommClosedError, dask.CancelledError, dask.client.ClosedClientError) as error:
            raise ClipdeskError(f"the Dask scheduler {scheduler} went away: start it and ingest again") from error


def _for_workers(settings: Settings) -> Settings:
    """What workers embed with; the secrets among it only where the endpoint embeds."""
    names = ["embedding", "models"]
    if settings.embedding.startswith("openai:"):
        names += ["openai_api_key", "openai_base_url", "timeout", "mode", "model", "llm_folder"]
    return Settings.model_construct(**{name: getattr(settings, name) for name in names})


def _read_and_cut(data: bytes, how: dict[str, Any], model: str) -> tuple[Any, ...]:
    from rag.chain import SentenceChunker, prepare_articles

    articles, skipped = read_articles(data, **how)
    cuts: dict[str, Cut] = {}
    for article in articles:
        (prepared,), nodes = prepare_articles([article], node_parser=SentenceChunker(), model=model)
        cuts[article.id] = prepared, nodes
    return articles, skipped, cuts


def _embed(nodes: dict[str, BaseNode], settings: Settings, model: str) -> dict[str, Vectors]:
    from rag.chain import ClipdeskEmbedding, embed_nodes

    embedder = _embedder(settings)
    if embedder.identity != model:
        raise ModelError(
            f"a Dask worker embeds with {embedder.identity}, not {model}: install this version of Clipdesk and its "
            "model on all workers"
        )
    return embed_nodes(nodes, embed_model=ClipdeskEmbedding(embedder))


@cache
def _embedder(settings: Settings) -> Embedder:
    from rag.models.embedding import open_embedder

    return open_embedder(settings)
