"""Search: candidates from the vector index and the full-text index, ranked together with their articles."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, partial

import numpy as np

from rag.asked import Asked
from rag.clauses import clauses
from rag.keeping import Keeping, wanted
from rag.models.embedding import Embedder, LocalEmbedder
from rag.ranking import Scores, mixed, newest_first, relevance, select, standard
from rag.types import Filters, Found, Passage
from rag.words import content_words
from store.errors import IndexLost
from store.records import Chunk, Hit
from store.store import Store
from store.truth import Vector

POOL = 100  # candidates from each index
DEEP = 1000  # full-text scores looked at
OUTLET = 0.1  # what a passage gains, on a scale to 1, if the question names its outlet
PART_POOL = 50  # candidates from the full-text index for each part of a question


@dataclass(frozen=True, slots=True)
class Listed:
    """BM25 scores by id. What an index did not list scores `least`: nothing, unless its list was cut off there."""

    scores: dict[str, float]
    least: float = 0.0

    def row(self, ids: Sequence[str]) -> Scores:
        return np.array([self.scores.get(i, self.least) for i in ids], dtype=np.float64)

    def with_those(self, other: Listed) -> Listed:
        scores = self.scores | other.scores
        return Listed(scores, min([max(self.least, other.least), *scores.values()]))


@dataclass(frozen=True, slots=True)
class _Signals:
    """What both indexes say of a question: the nearest chunks, and BM25 scores by part of it and of whole articles."""

    question: str
    vector: Vector
    dense: list[Hit]
    by_part: list[Listed]
    articles: Listed

    @property
    def lexical(self) -> Listed:
        """The scores of the whole question: BM25 adds up over terms."""
        whole: dict[str, float] = {}
        for part in self.by_part:
            for chunk_id, score in part.scores.items():
                whole[chunk_id] = whole.get(chunk_id, 0.0) + score
        cut = any(part.least for part in self.by_part)
        return Listed(whole, min(whole.values()) if cut and whole else 0.0)

    def only(self, chunk_ids: Collection[str]) -> _Signals:
        kept = [replace(p, scores={i: s for i, s in p.scores.items() if i in chunk_ids}) for p in self.by_part]
        return replace(self, dense=[hit for hit in self.dense if hit.chunk_id in chunk_ids], by_part=kept)

    def with_those(self, other: _Signals) -> _Signals:
        """These signals and the other's for the same question; the other's count where both have one."""
        dense = {hit.chunk_id: hit for hit in (*self.dense, *other.dense)}
        return replace(
            self,
            dense=_best_first(dense.values()),
            by_part=[one.with_those(more) for one, more in zip(self.by_part, other.by_part, strict=True)],
            articles=self.articles.with_those(other.articles),
        )


def search(
    store: Store, embedder: Embedder, question: str, *, k: int, filters: Filters | None = None, as_of: date
) -> Found:
    """The k best chunks for a question, best first; none if the store is empty or the question blank.

    Filters are read from the question too (`rag.asked`), unless they say not to. Where no article meets them, first the
    times that were read are given up, then all that was read, then the others. Raises IndexMismatch if the index was
    made by another model, IndexLost if its server cannot be asked.
    """
    filters = filters or Filters()
    if not question.strip() or k < 1 or store.truth.is_empty():
        return Found()
    store.check_model(embedder.identity, embedder.dimension)
    with ThreadPoolExecutor(1) as thread:  # the full-text index is asked meanwhile
        embedded = thread.submit(embedder.embed_query, question).result
        if not isinstance(embedder, LocalEmbedder):
            embedded()  # a server may take long, and nobody can write inside `steady`
        found = partial(_found, store, embedded, question, k=k, filters=filters, as_of=as_of)
        try:
            return found()
        except IndexLost:
            return found()


def _found(
    store: Store, embedded: Callable[[], Vector], question: str, *, k: int, filters: Filters, as_of: date
) -> Found:
    with store.steady():  # pages may be ingested, deleted or rebuilt in another thread
        asked, keeping, left = wanted(store.truth, question, filters, as_of=as_of)
        look = cache(partial(_look, store, embedded, question, k=DEEP if keeping.filters.narrow else max(POOL, 2 * k)))
        for kept in keeping.steps:
            found = _ranked(store, _kept(store, look, kept, embedded, question, k=k), asked, k=k)
            if found:
                return Found(found, kept.scope(widened=keeping.given_up(kept), left=left))
    return Found((), keeping.scope(left=left))


def _look(store: Store, embedded: Callable[[], Vector], question: str, *, k: int) -> _Signals:
    words = _words(store, question)
    return _Signals(question, embedded(), store.dense(embedded(), k=k), *words)


def _words(store: Store, question: str, *, among: Collection[str] | None = None) -> tuple[list[Listed], Listed]:
    """BM25 scores of chunks for each part of the question, and of articles."""
    by_part = [_lexical(store, part, among=among) for part in clauses(question) or (question,)]
    return by_part, _listed(store.lexical_articles(" ".join(content_words(question)), k=DEEP, among=among))


def _ranked(store: Store, signals: _Signals, asked: Asked, *, k: int) -> tuple[Passage, ...]:
    chunks = store.truth.chunks(_pool(signals, k=k))
    found = [chunks[i] for i in sorted(chunks)]
    if not found:
        return ()
    near = {hit.chunk_id: hit.score for hit in signals.dense}
    vectors = store.truth.vectors(chunk.id for chunk in found if chunk.id not in near)
    near |= {i: float(vector @ signals.vector) for i, vector in vectors.items()}
    dense = np.array([near[chunk.id] for chunk in found])
    ids, article_ids = [chunk.id for chunk in found], [chunk.article_id for chunk in found]
    fits = [standard(part.row(ids)) for part in signals.by_part]
    ranked = relevance(mixed(dense, signals.lexical.row(ids)), signals.articles.row(article_ids), fits)
    if asked.outlets:
        sources = store.truth.sources(set(article_ids))
        ranked = ranked + OUTLET * np.array([bool(set(asked.outlets) & set(sources[i])) for i in article_ids])
    if asked.latest:
        days = store.truth.published(set(article_ids))
        ranked = newest_first(ranked, [days[i].toordinal() if i in days else 0 for i in article_ids])
    places = without_copies(found, ranked, store.truth.copy_groups(set(article_ids)))
    chosen = select(ranked[places], [fit[places] for fit in fits], [article_ids[n] for n in places], k=k)
    return _passages(store, [(found[places[n]], gain) for n, gain in chosen])


def _kept(
    store: Store, look: Callable[[], _Signals], kept: Keeping, embedded: Callable[[], Vector], question: str, *, k: int
) -> _Signals:
    """The signals of what the filters admit.

    Where few articles meet them, those of all their chunks; where nothing was read from the question, none but these
    few can pass, so nothing is looked for among all. Else those among the best of all, unless they are too few.
    """
    if not kept.filters.narrow:
        return look()
    few = kept.few(store.truth)
    if few is not None and not kept.readings:
        return _scored(store, embedded(), question, few)
    admitted = _admitted(store, look(), kept, k=k)
    if few is None and len(admitted.dense) < k:
        few = kept.newest(store.truth)
    return admitted if few is None else admitted.with_those(_scored(store, embedded(), question, few))


def _admitted(store: Store, signals: _Signals, kept: Keeping, *, k: int) -> _Signals:
    """The signals without what the filters exclude."""
    best = _pool(signals, k=k)
    article_of = store.truth.articles_of({hit.chunk_id for hit in signals.dense} | signals.lexical.scores.keys())
    near = {article_of[i] for i in best if i in article_of}
    admitted = kept.admitted(store.truth, set(article_of.values()), near=near)
    return signals.only({i for i, article_id in article_of.items() if article_id in admitted})


def _scored(store: Store, vector: Vector, question: str, few: Collection[str]) -> _Signals:
    """The signals of all chunks of a few articles."""
    vectors = store.truth.vectors(store.truth.chunks_of(few))
    dense = [Hit(i, float(stored @ vector)) for i, stored in vectors.items()]
    return _Signals(question, vector, _best_first(dense), *_words(store, question, among=few))


def _best_first(hits: Iterable[Hit]) -> list[Hit]:
    return sorted(hits, key=lambda hit: (-hit.score, hit.chunk_id))


def without_copies(chunks: Sequence[Chunk], ranked: Scores, groups: Mapping[str, str]) -> list[int]:
    """The places of the chunks that count: of each copy group only those in the article that ranks first.

    `groups` holds the copy group of each article that has one: copies of a story count as one source.
    """
    first: dict[str, str] = {}
    for n in np.argsort(-ranked, kind="stable"):
        article = chunks[int(n)].article_id
        first.setdefault(groups.get(article, article), article)
    return [n for n, c in enumerate(chunks) if first[groups.get(c.article_id, c.article_id)] == c.article_id]


def _pool(signals: _Signals, *, k: int) -> set[str]:
    """The candidates: the best of each index, and of the full-text index for each part."""
    most = max(POOL, 2 * k)
    nearest = {hit.chunk_id for hit in signals.dense[:most]}
    fitting = (_highest(part, most=PART_POOL) for part in signals.by_part)
    return nearest.union(_highest(signals.lexical, most=most), *fitting)


def _highest(listed: Listed, *, most: int) -> list[str]:
    return sorted(listed.scores, key=lambda i: (-listed.scores[i], i))[:most]


def _lexical(store: Store, text: str, *, among: Collection[str] | None) -> Listed:
    hits = store.lexical(" ".join(content_words(text)), k=DEEP, among=among)
    return _listed({hit.chunk_id: hit.score for hit in hits})


def _listed(scores: dict[str, float]) -> Listed:
    """The scores of the DEEP best, or of all that have one."""
    return Listed(scores, min(scores.values()) if len(scores) >= DEEP else 0.0)


def _passages(store: Store, ranked: list[tuple[Chunk, float]]) -> tuple[Passage, ...]:
    articles = store.truth.articles_by_id({chunk.article_id for chunk, _ in ranked})
    return tuple(
        Passage(a := articles[chunk.article_id], chunk.start, chunk.end, a.text[chunk.start : chunk.end], score)
        for chunk, score in ranked
    )
