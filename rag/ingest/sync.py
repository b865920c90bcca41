"""Keeping the store in step with saved pages: what is new, what changed, what stayed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import PageError
from rag.ingest.chunk import make_article
from rag.ingest.dates import resolve
from rag.ingest.page import Story, split_page
from rag.ingest.read import decode, find_pages, read_bytes
from rag.types import Failure, IngestReport, NewArticle
from store.records import Article, Page
from store.store import Store

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding
    from llama_index.core.node_parser import NodeParser

Progress = Callable[[int, int, str], None]
READER = "1"  # raise it when a page may give other articles than before: unchanged files are then read again
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


def ingest(
    store: Store, paths: Sequence[Path], *, captured: date | None, chain: Callable[[], Chain], progress: Progress
) -> IngestReport:
    """Bring the store in step with pages; a file that fails is reported, and what was stored of it stays.

    `chain` is called once there is something to embed. `progress` gets (files done, files in all, name).
    """
    tally = _Tally()
    batch: list[_Read] = []
    files = list(_files(paths, tally))
    for done, path in enumerate(files):
        progress(done, len(files), path.name)
        try:
            found = _read(store, path, captured=captured)
        except PageError as error:
            tally.failed.append(Failure(str(path), str(error)))
            continue
        if isinstance(found, Page):
            tally.unchanged.extend(found.article_ids)
        else:
            batch.append(found)
        if sum(len(a.text) for r in batch for a in r.articles) > BATCH_CHARS:
            _write(store, batch, chain(), tally)
            batch = []
    if batch:
        _write(store, batch, chain(), tally)
    progress(len(files), len(files), "")
    return tally.report()


def rebuild(store: Store, *, chain: Chain, progress: Progress) -> int:
    """Cut, embed and index all stored articles anew; vectors that are already right are kept. Returns the chunks."""
    from rag.chain import embed_nodes, prepare_articles

    articles = store.truth.articles()
    for at in range(0, len(articles), 100):
        progress(at, len(articles), "embedding")
        prepared, nodes = prepare_articles(articles[at : at + 100], node_parser=chain.node_parser, model=chain.model[0])
        known = store.truth.known_vectors(nodes)
        vectors = embed_nodes({k: n for k, n in nodes.items() if k not in known}, embed_model=chain.embed_model)
        store.truth.replace_chunks(prepared, vectors)
    store.truth.sweep_vectors()
    return store.rebuild_index(model=chain.model, progress=lambda done, total: progress(done, total, "indexing"))


def read(path: Path, *, captured: date | None) -> tuple[Article, ...]:
    """The articles of a page, in page order. Raises PageError."""
    return _articles(read_bytes(path), name=str(path), captured=captured)


def add(
    store: Store, articles: Sequence[NewArticle], *, name: str, chain: Chain, progress: Progress
) -> tuple[str, ...]:
    """Store clean articles as the page `name`, in batches; the page names them all once the last batch is in."""
    key = f"added:{name}"
    made = [
        make_article(Story(a.title, a.source, None, None, None, None, a.text), published=a.published) for a in articles
    ]
    made = list({a.id: a for a in made}.values())
    stored = set(store.truth.articles_by_id(a.id for a in made))
    done: list[Article] = []
    batch: list[Article] = []
    for article in made:
        batch.append(article)
        if sum(len(a.text) for a in batch) > BATCH_CHARS or article is made[-1]:
            done += batch
            batch = []
            there = {a.id for a in done} | stored  # what is wanted and stored stays, whichever batch it is in
            page = Page(key, f"{READER}:{len(done)}", None, tuple(a.id for a in made if a.id in there))
            fresh = tuple(a for a in made if a.id in there)
            _write(store, [_Read(page, fresh, store.truth.page(key))], chain, _Tally())
            progress(len(done), len(made), name)
    return tuple(a.id for a in made)


def _files(paths: Sequence[Path], tally: _Tally) -> Iterator[Path]:
    for path in paths:
        try:
            yield from find_pages([path])
        except PageError as error:
            tally.failed.append(Failure(str(path), str(error)))


def _read(store: Store, path: Path, *, captured: date | None) -> _Read | Page:
    """The page as it is now, or, if nothing about it changed, the page as it is stored."""
    data = read_bytes(path)
    bytes_digest = hashlib.blake2b(data, digest_size=16).hexdigest()
    digest = f"{READER}:{bytes_digest}"
    key = str(path.resolve())
    before = store.truth.page(key)
    if before is not None and before.digest.endswith(f":{bytes_digest}"):
        captured = captured or before.captured  # the same file: what was said of it still holds
        if before.digest == digest and before.captured == captured:
            return before
    articles = _articles(data, name=str(path), captured=captured)
    return _Read(Page(key, digest, captured, tuple(a.id for a in articles)), articles, before)


def _articles(data: bytes, *, name: str, captured: date | None) -> tuple[Article, ...]:
    stories = split_page(decode(data, name=name), name=name)
    articles = [
        make_article(
            story,
            published=resolve(story.when, captured=captured) if story.when else None,
            captured=captured,
        )
        for story in stories
    ]
    return tuple({a.id: a for a in articles}.values())


def _write(store: Store, batch: Sequence[_Read], chain: Chain, tally: _Tally) -> None:
    from rag.chain import embed_nodes, prepare_articles

    store.check_model(*chain.model)
    articles = {a.id: a for read in batch for a in read.articles}
    known = store.truth.articles_by_id(articles)
    old = store.truth.articles_by_id(i for r in batch if r.before for i in r.before.article_ids)
    new = [a for a in articles.values() if a.id not in known]
    prepared, nodes = prepare_articles(new, node_parser=chain.node_parser, model=chain.model[0])
    have = store.truth.known_vectors(nodes)
    vectors = embed_nodes({k: n for k, n in nodes.items() if k not in have}, embed_model=chain.embed_model)
    refreshed = [_merged(a, known[a.id]) for a in articles.values() if a.id in known]
    changed = {a.id for a in refreshed if a != known[a.id]}
    gone = store.write([r.page for r in batch], prepared, vectors, refreshed=refreshed, model=chain.model)
    replaced: set[str] = set()
    for read in batch:
        for ordinal, article in enumerate(read.articles):
            if article.id in known:
                (tally.updated if article.id in changed else tally.unchanged).append(article.id)
            elif earlier := _earlier_version(read, ordinal, old):
                replaced.add(earlier)
                tally.updated.append(article.id)
            else:
                tally.added.append(article.id)
    tally.removed.extend(i for i in gone if i not in replaced)


def _merged(now: Article, stored: Article) -> Article:
    """What is known of an article after it was met again: the newer word counts, silence takes nothing away."""
    fields = ("agency", "author", "published", "captured", "url")
    return replace(stored, **{name: getattr(now, name) or getattr(stored, name) for name in fields})


def _earlier_version(read: _Read, ordinal: int, old: dict[str, Article]) -> str | None:
    """The article of the page as it was that this one stands for now: the same headline, or the same place."""
    before = [i for i in (read.before.article_ids if read.before else ()) if i not in read.page.article_ids]
    title = read.articles[ordinal].title.casefold()
    same = [i for i in before if i in old and old[i].title.casefold() == title]
    if not same and read.before and len(read.before.article_ids) == len(read.articles):
        same = [i for i in before if read.before.article_ids.index(i) == ordinal]
    return same[0] if same else None
