"""Two runs over the same questions, paired: which is better, and is the difference more than chance?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from evals.results import Run
from evals.stats import clustered_interval, mcnemar

MARGIN = 0.05  # a drop in the share of passes that would not matter
LEVEL = 0.05

Outcome = Literal["regressed", "not regressed", "inconclusive"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A against B over the questions that both scored. `p` is McNemar's, exact; None where no question differs.

    `interval` is that of the difference in passes, B less A, drawn by article; None with fewer than 20 articles.
    """

    pairs: int
    articles: int
    unpaired: tuple[str, ...]
    broken: tuple[str, ...]
    fixed: tuple[str, ...]
    p: float | None
    difference: float
    interval: tuple[float, float] | None
    outcome: Outcome


def compare(a: Run, b: Run) -> Comparison:
    """B held against A. Raises ValueError where they have no question in common."""
    first = {row.score.id: row for row in a.rows}
    second = {row.score.id: row for row in b.rows}
    both = [i for i in first if i in second]
    if not both:
        raise ValueError("the runs have no scored question in common")
    broken = tuple(i for i in both if first[i].score.passed and not second[i].score.passed)
    fixed = tuple(i for i in both if not first[i].score.passed and second[i].score.passed)
    differences = {i: float(second[i].score.passed) - float(first[i].score.passed) for i in both}
    clusters = {i: first[i].cluster for i in both}
    p = mcnemar(len(fixed), len(broken))
    interval = clustered_interval(differences, clusters)
    outcome = _outcome(len(broken), len(fixed), p, interval)
    lost = [i for i in first if i not in second and first[i].score.passed]
    if (b.unscored or lost) and outcome == "not regressed":
        outcome = "inconclusive"  # what has no score may have got worse
    return Comparison(
        pairs=len(both),
        articles=len(set(clusters.values())),
        unpaired=tuple(sorted(set(first) ^ set(second))),
        broken=broken,
        fixed=fixed,
        p=p,
        difference=sum(differences.values()) / len(both),
        interval=interval,
        outcome=outcome,
    )


def _outcome(broken: int, fixed: int, p: float | None, interval: tuple[float, float] | None) -> Outcome:
    """Regressed: more broken than fixed, and not by chance. Not regressed: a drop above the margin is ruled out."""
    if p is not None and p < LEVEL and broken > fixed and (interval is None or interval[1] < 0):
        return "regressed"
    if broken == 0 or (interval is not None and interval[0] > -MARGIN):
        return "not regressed"
    if interval is None and p is not None and p < LEVEL and fixed > broken:
        return "not regressed"
    return "inconclusive"
