"""Ranking candidates from several signals: pure functions over arrays, one row per candidate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.floating[Any]]

# Fitted on the dev questions of MultiHop-RAG (docs/results/README.md); the optimum is flat.
ARTICLE = 0.5  # weight of the whole article's score beside the chunk's own
PART = 0.4  # weight of the part of the question that a chunk fits best
COVER = 0.45  # weight of parts not yet answered, against relevance, in the selection
DECAY = 0.5  # how much of a part a fitting chunk answers
NEAR = 0.05  # difference in relevance, on a scale to 1, below which the newer of two wins if the latest is asked for
CHOOSE_FROM = 60  # best candidates that the selection looks at


def standard(scores: Scores) -> Scores:
    """Scores as distances from their mean in standard deviations; zeros if they are all equal."""
    spread = float(scores.std())
    if spread < 1e-12:
        return np.zeros_like(scores)
    distances: Scores = (scores - scores.mean()) / spread
    return distances


def mixed(dense: Scores, lexical: Scores) -> Scores:
    """Cosine similarities and BM25 scores on one scale, with equal weight."""
    mean: Scores = 0.5 * standard(dense) + 0.5 * standard(lexical)
    return mean


def relevance(whole: Scores, article: Scores, by_part: Sequence[Scores]) -> Scores:
    """The candidates' relevance in [0, 1] to a question.

    `whole` are mixed scores, `article` the BM25 scores of the candidates' articles; each of `by_part` are standard
    BM25 scores for a part of the question.
    """
    score = whole + ARTICLE * standard(article)
    if len(by_part) > 1:
        score = score + PART * np.max(by_part, axis=0)
    low, high = float(score.min()), float(score.max())
    scaled: Scores = (score - low) / (high - low) if high > low else np.ones_like(score)
    return scaled


def select(score: Scores, by_part: Sequence[Scores], articles: Sequence[str], *, k: int) -> list[tuple[int, float]]:
    """The k candidates to show and the gain of each, in falling order; `articles` are those that they are from.

    With several parts, a candidate gains from relevance and from fitting parts that those before it leave open, as in
    xQuAD: Santos, Macdonald and Ounis, "Exploiting query reformulations for web search result diversification",
    WWW 2010. With one, several articles are heard.
    """
    order = [int(n) for n in np.argsort(-score, kind="stable")]
    if len(by_part) < 2:
        return [(n, float(score[n])) for n in of_several(order, articles, k=k)]
    fit = np.exp(np.stack(by_part) - np.max(by_part, axis=1, keepdims=True))  # (parts, candidates), best fit 1
    answered = np.zeros(len(by_part))
    left = order[: max(CHOOSE_FROM, k)]
    chosen: list[tuple[int, float]] = []
    while left and len(chosen) < k:
        gains = (1 - COVER) * score[left] + COVER * ((1 - answered) @ fit[:, left]) / len(by_part)
        best = int(np.argmax(gains))
        n = left.pop(best)
        chosen.append((n, float(gains[best])))
        answered = np.maximum(answered, DECAY * fit[:, n] + (1 - DECAY) * answered)
    return chosen


def of_several(order: Sequence[int], articles: Sequence[str], *, k: int) -> list[int]:
    """The k first of `order`; one article has half of the places at most while others have candidates."""
    taken: Counter[str] = Counter()
    within: list[int] = []
    beyond: list[int] = []
    for n in order:
        taken[articles[n]] += 1
        (within if taken[articles[n]] <= (k + 1) // 2 else beyond).append(n)
    kept = {*within[:k], *beyond[: max(0, k - len(within))]}
    return [n for n in order if n in kept]


def newest_first(score: Scores, days: Sequence[int]) -> Scores:
    """The scores dealt out anew so that of candidates that are nearly equal the newer comes first.

    From the best down, those within NEAR of the best that is left share their scores among them, by day; 0 stands for
    a day that is not known, and is the oldest.
    """
    dealt = score.copy()
    order = [int(n) for n in np.argsort(-score, kind="stable")]
    while order:
        group = [n for n in order if score[order[0]] - score[n] <= NEAR]
        for n, value in zip(sorted(group, key=lambda n: -days[n]), [score[n] for n in group], strict=True):
            dealt[n] = value
        order = order[len(group) :]
    return dealt
