"""How well an article's body was cut out of its page, by the definition of the article-extraction-benchmark.

Both texts are counted as shingles (runs of 4 words); matches, surplus and lack are shares of their sum, so that a long
article weighs no more than a short one; precision and recall are means over the pages that have anything to judge, and
F1 is the harmonic mean of these two means. Source: github.com/scrapinghub/article-extraction-benchmark, evaluate.py.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

SHINGLE = 4  # words


@dataclass(frozen=True, slots=True)
class Match:
    """Shares of shingles, in [0, 1]: right, too much, missing. They sum to 1, or to 0 if both texts are empty."""

    right: float
    surplus: float
    missing: float


@dataclass(frozen=True, slots=True)
class BodyScore:
    """Means over `pages`; None where no page had anything to judge."""

    precision: float | None
    recall: float | None
    f1: float | None
    pages: int


def compare_bodies(gold: str, found: str) -> Match:
    """The shingles of `found` against those of `gold`; repeated ones count as often as they stand in both."""
    wanted, got = _shingles(gold), _shingles(found)
    right = (wanted & got).total()
    surplus, missing = got.total() - right, wanted.total() - right
    total = right + surplus + missing
    return Match(right / total, surplus / total, missing / total) if total else Match(0.0, 0.0, 0.0)


def score_matches(matches: Sequence[Match]) -> BodyScore:
    """The score of one match for each page; a page without gold has no recall, one without text no precision."""
    precision = _mean(m.right / (m.right + m.surplus) for m in matches if m.right + m.surplus)
    recall = _mean(m.right / (m.right + m.missing) for m in matches if m.right + m.missing)
    f1 = 2 * precision * recall / (precision + recall) if precision and recall else None
    return BodyScore(precision, recall, f1, len(matches))


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text)
    runs = (tuple(words[n : n + SHINGLE]) for n in range(max(1, len(words) - SHINGLE + 1)))
    return Counter(run for run in runs if run)


def _mean(values: Iterable[float]) -> float | None:
    known = list(values)
    return fmean(known) if known else None
