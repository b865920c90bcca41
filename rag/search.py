"""Search: candidates from the vector index and the full-text index, ranked together with their articles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from rag.models.embedding import Embedder
from rag.ranking import Scores, mixed, parts, relevance, select, standard
from rag.types import Passage
from rag.words import content_words
from store.records import Chunk, Hit
from store.store import Store

POOL = 100  # candidates from each index
DEEP = 1000  # full-text scores looked at
PART_POOL = 50  # candidates from the full-text index for each part of a question


def search(store: Store, embedder: Embedder, question: str, *, k: int) -> tuple[Passage, ...]:
    """The k best chunks for a question, best first; none if the store is empty or the question blank.

    Raises IndexMismatch if the index was made by another embedding model.
    """
    if not question.strip() or k < 1 or not store.truth.chunk_count():
        return ()
    store.check_model(embedder.identity, embedder.dimension)
    vector = embedder.embed_query(question)
    with store.steady():  # pages may be ingested, deleted or rebuilt in another thread
        return _search(store, vector, question, k=k)


def _search(store: Store, vector: NDArray[np.float32], question: str, *, k: int) -> tuple[Passage, ...]:
    by_part = [_lexical(store, part) for part in parts(question)]
    lexical: dict[str, float] = {}  # BM25 adds up over terms, so the parts' scores make the question's
    for scores in by_part:
        for chunk_id, score in scores.items():
            lexical[chunk_id] = lexical.get(chunk_id, 0.0) + score
    chunks = store.truth.chunks(_pool(store.dense(vector, k=max(POOL, 2 * k)), lexical, by_part, k=k))
    if not chunks:
        return ()
    found = [chunks[i] for i in sorted(chunks)]
    vectors = store.truth.vectors(chunk.id for chunk in found)
    dense = np.stack([vectors[chunk.id] for chunk in found]) @ vector
    articles = store.lexical_articles(" ".join(content_words(question)), k=DEEP)
    ids = [chunk.id for chunk in found]
    fits = [standard(_row(scores, ids)) for scores in by_part]
    ranked = relevance(mixed(dense, _row(lexical, ids)), _row(articles, [c.article_id for c in found]), fits)
    kept = without_copies(found, ranked, store.truth.copy_groups({c.article_id for c in found}))
    chosen = select(ranked[kept], [fit[kept] for fit in fits], k=k)
    return _passages(store, [(found[kept[n]], gain) for n, gain in chosen])


def without_copies(chunks: Sequence[Chunk], ranked: Scores, groups: Mapping[str, str]) -> list[int]:
    """The places of the chunks that count: of each copy group only those in the article that ranks first.

    `groups` holds the copy group of each article that has one: copies of a story count as one source.
    """
    first: dict[str, str] = {}
    for n in np.argsort(-ranked, kind="stable"):
        article = chunks[int(n)].article_id
        first.setdefault(groups.get(article, article), article)
    return [n for n, c in enumerate(chunks) if first[groups.get(c.article_id, c.article_id)] == c.article_id]


def _pool(dense: Sequence[Hit], lexical: dict[str, float], by_part: Sequence[dict[str, float]], *, k: int) -> set[str]:
    """The candidates: the best of each index, and of the full-text index for each part."""
    best = sorted(lexical, key=lambda i: (-lexical[i], i))[: max(POOL, 2 * k)]
    return {hit.chunk_id for hit in dense} | set(best) | {i for scores in by_part for i in list(scores)[:PART_POOL]}


def _lexical(store: Store, text: str) -> dict[str, float]:
    return {hit.chunk_id: hit.score for hit in store.lexical(" ".join(content_words(text)), k=DEEP)}


def _row(scores: dict[str, float], ids: Sequence[str]) -> Scores:
    """The scores of these ids; one that the index did not list counts as the last that it did."""
    last = min(scores.values(), default=0.0)
    return np.array([scores.get(i, last) for i in ids], dtype=np.float64)


def _passages(store: Store, ranked: list[tuple[Chunk, float]]) -> tuple[Passage, ...]:
    articles = store.truth.articles_by_id({chunk.article_id for chunk, _ in ranked})
    return tuple(
        Passage(a := articles[chunk.article_id], chunk.start, chunk.end, a.text[chunk.start : chunk.end], score)
        for chunk, score in ranked
    )
