"""Statistics: shares and means that know when they judge nothing, intervals, tests for paired runs, agreement.

A value that cannot be had is None, never 0, and says why: nothing to judge ("not applicable"), or something to judge
that was not measured ("unmeasured").
"""

from __future__ import annotations

import random
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal

Z95 = 1.959963984540054
DRAWS = 2000  # resamples of the bootstrap
FEWEST_CLUSTERS = 20  # articles below which a clustered interval means nothing

State = Literal["measured", "not applicable", "unmeasured"]


@dataclass(frozen=True, slots=True)
class Rate:
    """`hits` of `n`."""

    hits: int
    n: int

    @property
    def value(self) -> float | None:
        """hits / n, or None where n is 0."""
        return self.hits / self.n if self.n else None

    @property
    def state(self) -> State:
        return "measured" if self.n else "not applicable"

    @property
    def interval(self) -> tuple[float, float] | None:
        """The Wilson score interval at 95% (Wilson 1927, JASA 22), or None where n is 0."""
        if not self.n:
            return None
        share, spread = self.hits / self.n, Z95 * Z95 / self.n
        centre = (share + spread / 2) / (1 + spread)
        half = Z95 * sqrt(share * (1 - share) / self.n + spread / (4 * self.n)) / (1 + spread)
        return max(0.0, centre - half), min(1.0, centre + half)

    def __add__(self, other: Rate) -> Rate:
        return Rate(self.hits + other.hits, self.n + other.n)


@dataclass(frozen=True, slots=True)
class Mean:
    """An arithmetic mean (or another single figure) over `n` values; `missing` more could have one and have none."""

    value: float | None
    n: int
    missing: int = 0

    @property
    def state(self) -> State:
        return "measured" if self.n else "unmeasured" if self.missing else "not applicable"


def mean(values: Sequence[float | None]) -> Mean:
    """The mean of the values that are there; the others count as missing."""
    known = [value for value in values if value is not None]
    return Mean(sum(known) / len(known) if known else None, len(known), len(values) - len(known))


def share(values: Sequence[bool]) -> Rate:
    """How many of the values are true."""
    return Rate(sum(values), len(values))


def percentile(values: Sequence[float | None], at: float) -> Mean:
    """The value below which a share `at` of the known values lie, by the nearest-rank rule."""
    known = sorted(value for value in values if value is not None)
    rank = max(0, -(-int(at * 100) * len(known) // 100) - 1)
    return Mean(known[rank] if known else None, len(known), len(values) - len(known))


def auc(positive: Sequence[float], negative: Sequence[float]) -> Mean:
    """How often a positive scores above a negative, ties counting half (Mann-Whitney U / n1 n2)."""
    if not positive or not negative:
        return Mean(None, 0)
    wins = sum((p > n) + 0.5 * (p == n) for p in positive for n in negative)
    return Mean(wins / (len(positive) * len(negative)), len(positive) + len(negative))


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """At this share of questions answered (the surest first), this share of the answers is wrong."""

    coverage: float
    risk: float


def risk_coverage(confidences: Sequence[float], wrong: Sequence[bool]) -> tuple[RiskPoint, ...]:
    """Risk at each coverage, equal confidences taken together (Geifman and El-Yaniv, NeurIPS 2017)."""
    order = sorted(zip(confidences, wrong, strict=True), key=lambda pair: -pair[0])
    points, errors = [], 0
    for taken, (confidence, is_wrong) in enumerate(order, start=1):
        errors += is_wrong
        if taken == len(order) or order[taken][0] != confidence:
            points.append(RiskPoint(taken / len(order), errors / taken))
    return tuple(points)


def area_under(points: Sequence[RiskPoint]) -> float | None:
    """The area under the risk-coverage curve: each point's risk times the coverage it adds; lower is better."""
    if not points:
        return None
    before = [0.0, *(point.coverage for point in points[:-1])]
    return sum(point.risk * (point.coverage - last) for point, last in zip(points, before, strict=True))


def mcnemar(fixed: int, broken: int) -> float | None:
    """Exact two-sided p of McNemar's test for paired passes; None where no pair differs."""
    from scipy.stats import binomtest

    return float(binomtest(broken, fixed + broken, 0.5).pvalue) if fixed + broken else None


def clustered_interval(
    differences: Mapping[str, float], clusters: Mapping[str, Hashable], *, seed: int = 1
) -> tuple[float, float] | None:
    """The 95% percentile bootstrap interval of the mean difference, whole clusters drawn with replacement.

    Both mappings go by question. None with fewer than 20 clusters: questions on one article are not independent.
    """
    groups: dict[Hashable, list[float]] = {}
    for question, difference in differences.items():
        groups.setdefault(clusters[question], []).append(difference)
    if len(groups) < FEWEST_CLUSTERS:
        return None
    draw = random.Random(seed)  # noqa: S311
    members = list(groups.values())
    means = []
    for _ in range(DRAWS):
        drawn = [value for group in draw.choices(members, k=len(members)) for value in group]
        means.append(sum(drawn) / len(drawn))
    means.sort()
    return means[int(0.025 * DRAWS)], means[int(0.975 * DRAWS) - 1]


def kappa(first: Sequence[Hashable], second: Sequence[Hashable]) -> float | None:
    """Cohen's kappa of two raters over the same items (Cohen 1960); None without items or where chance is certain."""
    n = len(first)
    if n == 0:
        return None
    agreed = sum(a == b for a, b in zip(first, second, strict=True)) / n
    labels = {*first, *second}
    chance = sum((first.count(label) / n) * (second.count(label) / n) for label in labels)
    return None if chance == 1 else (agreed - chance) / (1 - chance)


@dataclass(frozen=True, slots=True)
class F1:
    """Counts of a detector: how many of `found` are right, and how many of `wanted` were found."""

    true: int
    found: int
    wanted: int

    @property
    def precision(self) -> Rate:
        return Rate(self.true, self.found)

    @property
    def recall(self) -> Rate:
        return Rate(self.true, self.wanted)

    @property
    def value(self) -> Mean:
        """The harmonic mean of precision and recall; n is what was found or wanted."""
        both = self.found + self.wanted
        return Mean(2 * self.true / both if both else None, both - self.true)
