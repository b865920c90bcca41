"""Keeping the store in step with saved pages: what is new, what changed, what stayed, what went."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import ClipdeskError, PageError
from rag.ingest.article import make_article
from rag.ingest.copies import group_copies
from rag.ingest.paths import shown
from rag.ingest.pending import READER, Look, Part, Pending, find_files, find_gone, look, parts
from rag.ingest.spread import EMBED_AHEAD, READ_AHEAD, Spread, ahead
from rag.ingest.story import Known, Story
from rag.ingest.versions import Vanished, merged
from rag.types import Failure, IngestReport, NewArticle
from store.records import Article, Page
from store.store import Store

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding
    from llama_index.core.node_parser import NodeParser

Progress = Callable[[int, int, str], None]
BATCH_CHARS = 200_000  # of article text embedded and stored at a time


@dataclass(frozen=True, slots=True)
class Chain:
    """The LlamaIndex parts of an ingest, and the (identity, dimension) of the embedding."""

    node_parser: NodeParser
    embed_model: BaseEmbedding
    model: tuple[str, int]


@dataclass(slots=True)
class _Tally:
    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)

    def report(self) -> IngestReport:
        added, updated, unchanged, removed = (
            tuple(dict.fromkeys(ids)) for ids in (self.added, self.updated, self.unchanged, self.removed)
        )
        return IngestReport(added, updated, unchanged, removed, tuple(self.failed))


def ingest(
    store: Store,
    paths: Sequence[Path],
    *,
    captured: date | None,
    prune: bool,
    chain: Callable[[], Chain],
    spread: AbstractContextManager[Spread] | None = None,
    progress: Progress,
) -> IngestReport:
    """Bring the store in step with pages; a file that fails is reported, and what was stored of it stays.

    With `prune`, pages under the given folders whose files are gone are dropped. `chain` is called once there is
    something to embed. `spread` are workers to do so, see `rag.ingest.spread`. `progress` gets (files done, files in
    all, name).
    """
    tally = _Tally()
    files = list(find_files(paths, tally.failed, prune=prune))
    with spread if spread and files else nullcontext() as workers:
        batches = _batches(store, files, tally, captured=captured, progress=progress, workers=workers)
        if workers:
            stored_ahead: set[str] = set()
            begin = partial(_embed_ahead, store, workers, stored_ahead)
            batches = ahead(batches, count=EMBED_AHEAD * workers.workers, begin=begin)
        for batch in batches:
            _write(store, batch, chain(), tally, workers=workers)
    if prune:
        tally.removed.extend(store.forget(find_gone(store, paths), scrub=True))
    with store.writing:
        group_copies(store.truth)
    progress(len(files), len(files), "")
    return tally.report()


def _batches(
    store: Store,
    files: Sequence[Path],
    tally: _Tally,
    *,
    captured: date | None,
    progress: Progress,
    workers: Spread | None,
) -> Iterator[list[Part]]:
    """What has to be written, in the order of the files and in pieces of about BATCH_CHARS."""
    batch: list[Part] = []
    looks: Iterator[Look] = (look(store, path, captured=captured, workers=workers) for path in files)
    if workers:
        looks = ahead(looks, count=READ_AHEAD * workers.workers, begin=lambda read: None)
    for done, (path, read) in enumerate(zip(files, looks, strict=True)):
        progress(done, len(files), shown(path.name))
        try:
            found = read(tally.failed)
        except PageError as error:
            tally.failed.append(Failure(shown(path), str(error)))
            continue
        if isinstance(found, Page):
            tally.unchanged.extend(found.article_ids)
            continue
        for part in parts(found, size=BATCH_CHARS):
            batch.append(part)
            if sum(len(a.text) for p in batch for a in p.articles) > BATCH_CHARS:
                yield batch
                batch = []
                if part.page is not found.page:
                    share = len(part.page.article_ids) - len(found.before.article_ids if found.before else ())
                    progress(done, len(files), f"{path.name}: {share} of {len(found.articles)} articles")
    if batch:
        yield batch


def _embed_ahead(store: Store, workers: Spread, expected: set[str], batch: Sequence[Part]) -> None:
    """Have workers embed what this batch will need once those before it are written; `expected` grows by it."""
    articles = {a.id: a for part in batch for a in part.articles}
    known = store.truth.articles_by_id(articles)
    cut = workers.cut([a for a in articles.values() if a.id not in known and a.id not in expected])
    if cut:
        nodes = cut[1]
        have = store.truth.known_vectors(nodes)
        workers.embed_ahead({k: n for k, n in nodes.items() if k not in have and k not in expected})
        expected |= articles.keys() | nodes.keys()


def rebuild(store: Store, *, chain: Chain, progress: Progress) -> int:
    """Cut, embed and index all stored articles anew; vectors that are already right are kept. Returns the chunks."""
    from rag.chain import embed_nodes, prepare_articles

    articles = store.truth.articles()
    stored = store.truth.meta("embedding.name"), store.truth.meta("embedding.dimension")
    if stored[0] is not None and stored != (chain.model[0], str(chain.model[1])):
        # until the last vector is in, neither model may search: the store would hold vectors of both
        store.truth.set_meta({"embedding.name": "of an unfinished rebuild"})
    for at in range(0, len(articles), 100):
        progress(at, len(articles), "embedding")
        prepared, nodes = prepare_articles(articles[at : at + 100], node_parser=chain.node_parser, model=chain.model[0])
        known = store.truth.known_vectors(nodes)
        vectors = embed_nodes({k: n for k, n in nodes.items() if k not in known}, embed_model=chain.embed_model)
        store.truth.replace_chunks(prepared, vectors)
    store.truth.sweep_vectors()
    return store.rebuild_index(model=chain.model, progress=lambda done, total: progress(done, total, "indexing"))


def add(
    store: Store, articles: Sequence[NewArticle], *, name: str, chain: Chain, progress: Progress
) -> tuple[str, ...]:
    """Store clean articles as the page `name`, in parts; what was stored under it goes once the last part is in."""
    made = [make_article(_clean(article), captured=None) for article in articles]
    unique = tuple({a.id: a for a in made}.values())
    key = f"added:{name}"
    page = Pending(Page(key, f"{READER}:added", None, tuple(a.id for a in unique)), unique, store.truth.page(key))
    done = 0
    for part in parts(page, size=BATCH_CHARS):
        _write(store, [part], chain, _Tally())
        done += len(part.articles)
        progress(done, len(unique), name)
    with store.writing:
        group_copies(store.truth)
    return tuple(a.id for a in made)


def delete(store: Store, article_or_page: str | Path) -> tuple[str, ...]:
    """Remove an article by its id, or a page by its path or name. Returns the ids of the articles that went.

    Raises ClipdeskError if nothing of that name is stored.
    """
    name = shown(article_or_page)
    if name in store.truth.articles_by_id([name]):
        gone = store.drop_article(name)
    else:
        pages = [p for p in (name, shown(Path(article_or_page).resolve())) if store.truth.page(p)]
        if not pages:
            raise ClipdeskError(f'no article and no page is stored as {name}: "clipdesk articles" lists the ids')
        gone = store.forget(pages[:1], scrub=True)
    with store.writing:
        group_copies(store.truth)
    return tuple(gone)


def _clean(article: NewArticle) -> Story:
    published = Known(article.published, "day", "metadata") if article.published else None
    return Story(article.title, article.source, None, None, None, None, article.text, published=published)


def _write(store: Store, batch: Sequence[Part], chain: Chain, tally: _Tally, *, workers: Spread | None = None) -> None:
    from rag.chain import embed_nodes, prepare_articles

    store.check_model(*chain.model)
    articles: dict[str, Article] = {}
    for article in (a for part in batch for a in part.articles):
        articles[article.id] = merged(article, articles[article.id]) if article.id in articles else article
    known = store.truth.articles_by_id(articles)
    vanished = [Vanished(part.pending, store.truth.articles_by_id) for part in batch]  # while they are still there
    new = [a for a in articles.values() if a.id not in known]
    cut = workers.cut(new) if workers else None
    prepared, nodes = cut or prepare_articles(new, node_parser=chain.node_parser, model=chain.model[0])
    have = store.truth.known_vectors(nodes)
    lacking = {k: n for k, n in nodes.items() if k not in have}
    vectors = workers.embedded(lacking) if workers else None
    if vectors is None:
        vectors = embed_nodes(lacking, embed_model=chain.embed_model)
    refreshed = [merged(a, known[a.id]) for a in articles.values() if a.id in known]
    changed = {a.id for a in refreshed if a != known[a.id]}
    gone = store.write([p.page for p in batch], prepared, vectors, refreshed=refreshed, model=chain.model)
    replaced: set[str] = set()
    for part, before in zip(batch, vanished, strict=True):
        for article in part.articles:
            if article.id in known:
                (tally.updated if article.id in changed else tally.unchanged).append(article.id)
            elif earlier := before.version_of(article):
                replaced.add(earlier)
                tally.updated.append(article.id)
            else:
                tally.added.append(article.id)
    tally.removed.extend(i for i in gone if i not in replaced)
