"""The metrics of a run over the gold questions; docs/evals.md says what each one means.

Everything here but latency, tokens and cost is a pure function of the scores, so that two runs give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

from evals.retrieval import RetrievalScore
from evals.scoring import QuestionScore
from evals.stats import Mean, Rate, RiskPoint, area_under, auc, mean, percentile, risk_coverage, share

Metric = Rate | Mean


@dataclass(frozen=True, slots=True)
class Metrics:
    """The numbers of a run, the primary one first."""

    vital_recall: Rate
    fact_recall: Rate
    question_pass: Rate
    truthfulness: Mean
    undetermined: Rate
    refusal_precision: Rate
    refusal_recall: Rate
    over_refusal: Rate
    false_answers: Rate
    abstention_auc: Mean
    risk_area: Mean
    canaries: Rate
    citation_validity: Rate
    citation_recall: Rate
    citation_precision: Rate
    attribution_accuracy: Rate
    quote_grounding: Rate
    number_grounding: Rate
    recall_5: Mean
    recall_10: Mean
    ndcg_10: Mean
    reciprocal_rank_10: Mean
    all_vital_5: Mean
    all_vital_10: Mean
    by_category: dict[str, Rate]

    def plain(self) -> dict[str, Metric]:
        """All metrics but the categories, by name."""
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name != "by_category"}


@dataclass(frozen=True, slots=True)
class Effort:
    """What one answer took; None where it was not measured (a replayed call has no latency, quotes use no tokens)."""

    seconds: float | None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Costs:
    """What the answers took: seconds (median, 95th percentile), tokens per answer, and dollars per 1,000 answers."""

    latency_p50: Mean
    latency_p95: Mean
    prompt_tokens: Mean
    completion_tokens: Mean
    cost_per_1000: Mean


@dataclass(frozen=True, slots=True)
class Prices:
    """Dollars for a million tokens, of the prompt and of the completion."""

    prompt: float
    completion: float


def summarise(scores: Sequence[QuestionScore], *, retrieval: Iterable[RetrievalScore | None] = ()) -> Metrics:
    """The metrics of the scored questions."""
    answerable = [score for score in scores if score.answerable]
    silent = [score for score in scores if score.expect == "refuse"]
    answered = [score for score in scores if not score.refused]
    facts = [fact for score in answerable for fact in score.facts]
    judged = [score for score in retrieval if score is not None]
    return Metrics(
        vital_recall=share([fact.supported for fact in facts if fact.importance == "vital"]),
        fact_recall=share([fact.supported for fact in facts]),
        question_pass=share([score.passed for score in scores]),
        truthfulness=mean([float(score.truth) for score in scores]),
        undetermined=share([score.outcome == "open" for score in answered]),
        refusal_precision=share([not score.answerable for score in scores if score.refused]),
        refusal_recall=share([score.refused for score in silent]),
        over_refusal=share([score.refused for score in answerable]),
        false_answers=share([score.outcome == "wrong" for score in scores if not score.answerable]),
        abstention_auc=auc([s.confidence for s in answerable], [s.confidence for s in silent]),
        risk_area=Mean(area_under(risk_points(scores)), len(answered)),
        canaries=share([bool(score.canaries) for score in scores if score.canaries is not None]),
        citation_validity=_total(Rate(score.citations.valid, score.citations.total) for score in scores),
        citation_recall=_total(score.support.citation_recall for score in scores),
        citation_precision=_total(score.support.citation_precision for score in scores),
        attribution_accuracy=share(
            [fact.attributed for score in scores for fact in score.facts if fact.attributed is not None]
        ),
        quote_grounding=_total(score.support.quotes for score in scores),
        number_grounding=_total(score.support.numbers for score in scores),
        recall_5=mean([score.recall_5 for score in judged]),
        recall_10=mean([score.recall_10 for score in judged]),
        ndcg_10=mean([score.ndcg_10 for score in judged]),
        reciprocal_rank_10=mean([score.reciprocal_rank_10 for score in judged]),
        all_vital_5=mean([score.all_vital_5 for score in judged]),
        all_vital_10=mean([score.all_vital_10 for score in judged]),
        by_category=categories(scores),
    )


def categories(scores: Sequence[QuestionScore]) -> dict[str, Rate]:
    """The pass rate of each category that occurs, by name."""
    names = sorted({score.category for score in scores})
    return {name: share([score.passed for score in scores if score.category == name]) for name in names}


def risk_points(scores: Sequence[QuestionScore]) -> tuple[RiskPoint, ...]:
    """Risk against coverage over the questions that were answered; a wrong answer is one that did not pass."""
    answered = [score for score in scores if not score.refused]
    return risk_coverage([score.confidence for score in answered], [not score.passed for score in answered])


def costs(efforts: Sequence[Effort], *, uses_tokens: bool, prices: Prices | None) -> Costs:
    """What the answers took. Without tokens to count there is no cost; with tokens and no prices it is unmeasured."""
    counted = efforts if uses_tokens else ()
    return Costs(
        latency_p50=percentile([effort.seconds for effort in efforts], 0.5),
        latency_p95=percentile([effort.seconds for effort in efforts], 0.95),
        prompt_tokens=mean([effort.prompt_tokens for effort in counted]),
        completion_tokens=mean([effort.completion_tokens for effort in counted]),
        cost_per_1000=mean([_dollars(effort, prices) for effort in counted]),
    )


def _dollars(effort: Effort, prices: Prices | None) -> float | None:
    if prices is None or effort.prompt_tokens is None or effort.completion_tokens is None:
        return None
    return (effort.prompt_tokens * prices.prompt + effort.completion_tokens * prices.completion) / 1000


def _total(rates: Iterable[Rate]) -> Rate:
    return sum(rates, Rate(0, 0))
