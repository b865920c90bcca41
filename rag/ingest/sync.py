"""Keeping the store in step with saved pages: what is new, what changed, what stayed, what went."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import PageError
from rag.ingest.article import make_article
from rag.ingest.copies import group_copies
from rag.ingest.facts import read_sidecar, sidecar_of
from rag.ingest.paths import is_there, shown
from rag.ingest.read import find_pages, read_bytes
from rag.ingest.spread import EMBED_AHEAD, READ_AHEAD, Spread, ahead, read_articles
from rag.ingest.story import Known, Story
from rag.types import Failure, IngestReport, NewArticle
from store.records import Article, Page
from store.store import Store

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding
    from llama_index.core.node_parser import NodeParser

Progress = Callable[[int, int, str], None]
READER = "3"  # raise it when a page may give other articles than before: unchanged files are then read again
_UNITS = ("day", "week", "month", "quarter", "season", "year", "decade")  # of a date, finest first
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


@dataclass(frozen=True, slots=True)
class _Read:
    """A page that has to be written, and its articles."""

    page: Page
    articles: tuple[Article, ...]
    before: Page | None


@dataclass(frozen=True, slots=True)
class _Part:
    """As much of a page as is written at once; `page` names what it holds once this part is in."""

    read: _Read
    page: Page
    articles: tuple[Article, ...]


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
    files = list(_files(paths, tally, prune=prune))
    with spread or nullcontext() as workers:
        batches = _batches(store, files, tally, captured=captured, progress=progress, workers=workers)
        if workers:
            stored_ahead: set[str] = set()
            begin = partial(_embed_ahead, store, workers, stored_ahead)
            batches = ahead(batches, count=EMBED_AHEAD * workers.workers, begin=begin)
        for batch in batches:
            _write(store, batch, chain(), tally, workers=workers)
    if prune:
        tally.removed.extend(store.forget(_gone(store, paths), scrub=True))
    with store.writing:
        group_copies(store)
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
) -> Iterator[list[_Part]]:
    """What has to be written, in the order of the files and in pieces of about BATCH_CHARS."""
    batch: list[_Part] = []
    looks: Iterator[_Look] = (_look(store, path, captured=captured, workers=workers) for path in files)
    if workers:
        looks = ahead(looks, count=READ_AHEAD * workers.workers, begin=lambda look: None)
    for done, (path, look) in enumerate(zip(files, looks, strict=True)):
        progress(done, len(files), shown(path.name))
        try:
            found = look(tally.failed)
        except PageError as error:
            tally.failed.append(Failure(shown(path), str(error)))
            continue
        if isinstance(found, Page):
            tally.unchanged.extend(found.article_ids)
            continue
        for part in _parts(found):
            batch.append(part)
            if sum(len(a.text) for p in batch for a in p.articles) > BATCH_CHARS:
                yield batch
                batch = []
                if part.page is not found.page:
                    share = len(part.page.article_ids) - len(found.before.article_ids if found.before else ())
                    progress(done, len(files), f"{path.name}: {share} of {len(found.articles)} articles")
    if batch:
        yield batch


def _embed_ahead(store: Store, workers: Spread, expected: set[str], batch: Sequence[_Part]) -> None:
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
    read = _Read(Page(key, f"{READER}:added", None, tuple(a.id for a in unique)), unique, store.truth.page(key))
    done = 0
    for part in _parts(read):
        _write(store, [part], chain, _Tally())
        done += len(part.articles)
        progress(done, len(unique), name)
    return tuple(a.id for a in made)


def _clean(article: NewArticle) -> Story:
    published = Known(article.published, "day", "metadata") if article.published else None
    return Story(article.title, article.source, None, None, None, None, article.text, published=published)


def _files(paths: Sequence[Path], tally: _Tally, *, prune: bool) -> Iterator[Path]:
    for path in paths:
        try:
            yield from find_pages(path)
        except PageError as error:
            if prune and is_there(path, Path.is_dir):
                continue  # the last page was taken out of it
            tally.failed.append(Failure(shown(path), str(error)))


def _gone(store: Store, paths: Sequence[Path]) -> list[str]:
    """Stored pages under the given folders whose files are no longer there; a folder that is gone itself has none."""
    folders = [path.resolve() for path in paths if is_there(path, Path.is_dir)]
    pages = [Path(page) for page in store.truth.pages()]
    return [str(p) for p in pages if any(f in p.parents for f in folders) and not is_there(p)]


_Look = Callable[[list[Failure]], "_Read | Page"]


def _look(store: Store, path: Path, *, captured: date | None, workers: Spread | None) -> _Look:
    """Look at a page, and have it read if it changed.

    The call that it returns gives the page as it is now, or as it is stored if nothing about it changed; it adds what
    was passed over to a list. It raises PageError.
    """
    try:
        data = read_bytes(path)
        beside = sidecar_of(path)
        said = read_bytes(beside) if beside else b""
        bytes_digest = hashlib.blake2b(data + b"\0" + said if beside else data, digest_size=16).hexdigest()
        digest = f"{READER}:{bytes_digest}"
        key = str(path.resolve())
        before = store.truth.page(key)
        if before is not None and before.digest.endswith(f":{bytes_digest}"):
            captured = captured or before.captured  # the same file: what was said of it still holds
            if before.digest == digest and before.captured == captured:
                return lambda failed: before
        sidecar = read_sidecar(beside) if beside else None
    except PageError as error:
        return partial(_raise, error)
    how: dict[str, Any] = {"name": str(path), "sidecar": sidecar, "captured": captured}
    read = workers.read(data, **how) if workers else partial(read_articles, data, **how)

    def result(failed: list[Failure]) -> _Read:
        articles, skipped = read()
        failed.extend(Failure(str(path), reason) for reason in skipped)
        return _Read(Page(key, digest, captured, tuple(a.id for a in articles)), articles, before)

    return result


def _raise(error: PageError, failed: list[Failure]) -> _Read:
    raise error


def _parts(read: _Read) -> Iterator[_Part]:
    """A page in parts of about BATCH_CHARS. Until the last one is in, the page holds its old articles as well."""
    old = read.before.article_ids if read.before else ()
    part: list[Article] = []
    for done, article in enumerate(read.articles, start=1):
        part.append(article)
        if done < len(read.articles) and sum(len(a.text) for a in part) > BATCH_CHARS:
            ids = tuple(dict.fromkeys([*old, *(a.id for a in read.articles[:done])]))
            yield _Part(read, replace(read.page, digest="", article_ids=ids), tuple(part))
            part = []
    yield _Part(read, read.page, tuple(part))


def _write(store: Store, batch: Sequence[_Part], chain: Chain, tally: _Tally, *, workers: Spread | None = None) -> None:
    from rag.chain import embed_nodes, prepare_articles

    store.check_model(*chain.model)
    articles: dict[str, Article] = {}
    for article in (a for part in batch for a in part.articles):
        articles[article.id] = _merged(article, articles[article.id]) if article.id in articles else article
    known = store.truth.articles_by_id(articles)
    old = store.truth.articles_by_id(i for p in batch if p.read.before for i in p.read.before.article_ids)
    new = [a for a in articles.values() if a.id not in known]
    cut = workers.cut(new) if workers else None
    prepared, nodes = cut or prepare_articles(new, node_parser=chain.node_parser, model=chain.model[0])
    have = store.truth.known_vectors(nodes)
    lacking = {k: n for k, n in nodes.items() if k not in have}
    vectors = workers.embedded(lacking) if workers else None
    if vectors is None:
        vectors = embed_nodes(lacking, embed_model=chain.embed_model)
    refreshed = [_merged(a, known[a.id]) for a in articles.values() if a.id in known]
    changed = {a.id for a in refreshed if a != known[a.id]}
    gone = store.write([p.page for p in batch], prepared, vectors, refreshed=refreshed, model=chain.model)
    replaced: set[str] = set()
    for part in batch:
        for article in part.articles:
            if article.id in known:
                (tally.updated if article.id in changed else tally.unchanged).append(article.id)
            elif earlier := _earlier_version(part.read, article, old):
                replaced.add(earlier)
                tally.updated.append(article.id)
            else:
                tally.added.append(article.id)
    tally.removed.extend(i for i in gone if i not in replaced)


def _merged(now: Article, stored: Article) -> Article:
    """What is known of an article after it was met again: the newer word counts, silence takes nothing away.

    A coarser date ("1 month ago") never takes the place of a finer one ("2 days ago", or the day itself).
    """
    fields = ("agency", "author", "captured", "url", "language", "section", "kind", "extra")
    finer = _UNITS.index(now.published_precision or "day") <= _UNITS.index(stored.published_precision or "day")
    dating = not stored.published or (now.published and finer)
    dated = ("published", "published_precision", "published_from", "dates") if dating else ()
    known = {name: getattr(now, name) or getattr(stored, name) for name in fields}
    return replace(stored, **known, **{name: getattr(now, name) for name in dated})


def _earlier_version(read: _Read, article: Article, old: dict[str, Article]) -> str | None:
    """The article of the page as it was that this one stands for now: the same headline, or the same place."""
    before = [i for i in (read.before.article_ids if read.before else ()) if i not in read.page.article_ids]
    same = [i for i in before if i in old and old[i].title.casefold() == article.title.casefold()]
    if not same and read.before and len(read.before.article_ids) == len(read.articles):
        place = read.page.article_ids.index(article.id)
        same = [i for i in before if read.before.article_ids.index(i) == place]
    return same[0] if same else None
