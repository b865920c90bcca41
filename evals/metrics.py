"""Numbers over many scores. A rate that has nothing to judge has no value: it is None, never 0."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from evals.retrieval import RetrievalScore
from evals.scoring import QuestionScore

Z95 = 1.959963984540054


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
    def interval(self) -> tuple[float, float] | None:
        """The Wilson score interval at 95% (Wilson 1927, JASA 22), or None where n is 0."""
        if not self.n:
            return None
        share, spread = self.hits / self.n, Z95 * Z95 / self.n
        centre = (share + spread / 2) / (1 + spread)
        half = Z95 * sqrt(share * (1 - share) / self.n + spread / (4 * self.n)) / (1 + spread)
        return max(0.0, centre - half), min(1.0, centre + half)


@dataclass(frozen=True, slots=True)
class Mean:
    """An arithmetic mean over `n` values; None where there are none."""

    value: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Metrics:
    """The numbers of a run; docs/evals.md says what each one means."""

    vital_recall: Rate
    fact_recall: Rate
    question_pass: Rate
    by_category: dict[str, Rate]
    refusal_precision: Rate
    refusal_recall: Rate
    over_refusal: Rate
    false_answers: Rate
    citation_validity: Rate
    recall_5: Mean
    recall_10: Mean
    reciprocal_rank_10: Mean


def summarise(scores: Sequence[QuestionScore], *, retrieval: Iterable[RetrievalScore | None] = ()) -> Metrics:
    """The metrics of the scored questions."""
    answerable = [score for score in scores if score.answerable]
    other = [score for score in scores if not score.answerable]
    silent = [score for score in scores if score.expect == "refuse"]
    judged = [score for score in retrieval if score is not None]
    return Metrics(
        vital_recall=_facts(answerable, vital_only=True),
        fact_recall=_facts(answerable, vital_only=False),
        question_pass=_passed(scores),
        by_category=categories(scores),
        refusal_precision=_share([not score.answerable for score in scores if score.refused]),
        refusal_recall=_share([score.refused for score in silent]),
        over_refusal=_share([score.refused for score in answerable]),
        false_answers=_share([not score.refused and not score.passed for score in other]),
        citation_validity=Rate(
            sum(score.citations.valid for score in scores), sum(score.citations.total for score in scores)
        ),
        recall_5=_mean([score.recall_5 for score in judged]),
        recall_10=_mean([score.recall_10 for score in judged]),
        reciprocal_rank_10=_mean([score.reciprocal_rank_10 for score in judged]),
    )


def categories(scores: Sequence[QuestionScore]) -> dict[str, Rate]:
    """The pass rate of each category that occurs, by name."""
    names = sorted({score.category for score in scores})
    return {name: _passed([score for score in scores if score.category == name]) for name in names}


def _facts(scores: Sequence[QuestionScore], *, vital_only: bool) -> Rate:
    return _share(
        [fact.supported for score in scores for fact in score.facts if fact.importance == "vital" or not vital_only]
    )


def _passed(scores: Sequence[QuestionScore]) -> Rate:
    return _share([score.passed for score in scores])


def _share(values: Sequence[bool]) -> Rate:
    return Rate(sum(values), len(values))


def _mean(values: Sequence[float]) -> Mean:
    return Mean(sum(values) / len(values) if values else None, len(values))
