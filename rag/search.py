"""Search: dense and lexical rankings of chunks, fused by reciprocal rank."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from rag.models.embedding import Embedder
from rag.types import Passage
from rag.words import content_words
from store.records import Hit
from store.store import Store

DEPTH = 60  # hits taken from each ranking
DENSE_WEIGHT = 0.4
RRF_K = 60


def search(store: Store, embedder: Embedder, question: str, *, k: int) -> tuple[Passage, ...]:
    """The k best chunks for a question, best first; none if the store is empty or the question blank.

    Raises IndexMismatch if the index was made by another embedding model.
    """
    if not question.strip() or k < 1 or not store.truth.chunk_count():
        return ()
    store.check_model(embedder.identity, embedder.dimension)
    depth = max(DEPTH, 2 * k)
    dense = store.dense(embedder.embed_query(question), k=depth)
    lexical = store.lexical(" ".join(content_words(question)), k=depth)
    hits = fuse([(dense, DENSE_WEIGHT), (lexical, 1 - DENSE_WEIGHT)])
    chunks = store.truth.chunks(hit.chunk_id for hit in hits)
    hits = fold_copies(hits, {i: c.article_id for i, c in chunks.items()}, store.truth.copy_groups)[:k]
    chunks = {hit.chunk_id: chunks[hit.chunk_id] for hit in hits}
    articles = store.truth.articles_by_id({c.article_id for c in chunks.values()})
    found = []
    for hit in hits:
        chunk = chunks[hit.chunk_id]
        article = articles[chunk.article_id]
        found.append(Passage(article, chunk.start, chunk.end, article.text[chunk.start : chunk.end], hit.score))
    return tuple(found)


def fold_copies(
    hits: Sequence[Hit], articles: Mapping[str, str], groups: Callable[[Iterable[str]], Mapping[str, str]]
) -> list[Hit]:
    """The hits, of each copy group only those in the article that ranks first: copies of a story count as one source.

    `articles` maps chunk ids to article ids, and `groups` finds the copy groups of those that have one.
    """
    group_of = groups(set(articles.values()))
    first: dict[str, str] = {}
    kept = []
    for hit in hits:
        article = articles[hit.chunk_id]
        if first.setdefault(group_of.get(article, article), article) == article:
            kept.append(hit)
    return kept


def fuse(rankings: Sequence[tuple[Sequence[Hit], float]]) -> list[Hit]:
    """Weighted reciprocal rank fusion: the sum of weight / (60 + rank), rank from 1. Ties are ordered by id.

    Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms Condorcet", SIGIR 2009.
    """
    scores: dict[str, float] = {}
    for hits, weight in rankings:
        for rank, hit in enumerate(hits, start=1):
            scores[hit.chunk_id] = scores.get(hit.chunk_id, 0.0) + weight / (RRF_K + rank)
    return sorted((Hit(i, s) for i, s in scores.items()), key=lambda hit: (-hit.score, hit.chunk_id))
