"""A run as a table for people and as one JSON document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.table import Table

from evals.gates import Baseline, Gate, flips
from evals.metrics import Costs, Metric
from evals.results import Run
from evals.stats import Rate
from evals.stored import Json

LABELS = {
    "vital_recall": "vital recall",
    "fact_recall": "fact recall",
    "question_pass": "question pass",
    "truthfulness": "truthfulness (-1 to 1)",
    "undetermined": "undetermined",
    "refusal_precision": "refusal precision",
    "refusal_recall": "refusal recall",
    "over_refusal": "over-refusal",
    "false_answers": "false answers",
    "abstention_auc": "abstention AUC",
    "risk_area": "area under risk-coverage",
    "canaries": "canaries said",
    "citation_validity": "citation validity",
    "citation_recall": "citation recall",
    "citation_precision": "citation precision",
    "attribution_accuracy": "attribution accuracy",
    "quote_grounding": "quote grounding",
    "number_grounding": "number grounding",
    "recall_5": "retrieval R@5",
    "recall_10": "retrieval R@10",
    "ndcg_10": "retrieval nDCG@10",
    "reciprocal_rank_10": "retrieval RR@10",
    "all_vital_5": "retrieval AllVital@5",
    "all_vital_10": "retrieval AllVital@10",
    "latency_p50": "seconds per answer, median",
    "latency_p95": "seconds per answer, 95th percentile",
    "prompt_tokens": "prompt tokens per answer",
    "completion_tokens": "completion tokens per answer",
    "cost_per_1000": "dollars per 1,000 answers",
}


def named_metrics(run: Run) -> dict[str, Metric]:
    """All metrics by label, the categories and the costs after them."""
    metrics, costs = run.metrics(), run.costs()
    plain = {LABELS[name]: metric for name, metric in metrics.plain().items()}
    passes = {f"pass: {name}": rate for name, rate in metrics.by_category.items()}
    return plain | passes | {LABELS[name]: getattr(costs, name) for name in Costs.__dataclass_fields__}


def premises(run: Run) -> str:
    """How questions with a false premise passed: a refusal passes as a correction does, and says less. Or empty."""
    passed = [score.refused for score in run.scores if score.expect == "correct_premise" and score.passed]
    asked = sum(score.expect == "correct_premise" for score in run.scores)
    if not asked:
        return ""
    return f"of {asked} false premises to be corrected {passed.count(False)} were, {passed.count(True)} were refused"


def code(run: Run) -> str:
    """The code that gave the answers, and that which scored them where it is another."""
    asked = str(run.fingerprint.get("git"))
    return asked if run.scored_with in (None, asked) else f"{asked}, scored with {run.scored_with}"


def table(metrics: Mapping[str, Metric], *, beside: Mapping[str, Mapping[str, Metric]]) -> Table:
    """Metrics with n and 95% interval; `beside` are columns of other answerers' values (the sentinels)."""
    grid = Table(box=None, pad_edge=False)
    for heading in ("metric", "value", "n", "95% interval", *beside):
        grid.add_column(heading, justify="left" if heading == "metric" else "right", no_wrap=True)
    for label, metric in metrics.items():
        others = [figure(column[label]) if label in column else "" for column in beside.values()]
        grid.add_row(label, figure(metric), str(metric.n), interval(metric), *others)
    return grid


def sentinel_columns(run: Run) -> dict[str, dict[str, Metric]]:
    """The sentinels' metrics by label."""
    return {
        name: {LABELS[key]: metric for key, metric in metrics.plain().items()}
        | {f"pass: {category}": rate for category, rate in metrics.by_category.items()}
        for name, metrics in run.sentinels().items()
    }


def figure(metric: Metric) -> str:
    """The value with three decimals, or the state that stands in its place."""
    if metric.value is None:
        return "n/a" if metric.state == "not applicable" else "unmeasured"
    return f"{metric.value:.3f}"


def interval(metric: Metric) -> str:
    """ "0.65 to 0.81" for a share; for other figures how many more could have one and were not measured."""
    if isinstance(metric, Rate):
        return f"{metric.interval[0]:.2f} to {metric.interval[1]:.2f}" if metric.interval else ""
    return f"{metric.missing} unmeasured" if metric.missing else ""


def metric_json(metric: Metric) -> Json:
    """Value (null where there is none), state, n, and the interval of a share."""
    value = None if metric.value is None else round(metric.value, 4)
    if isinstance(metric, Rate):
        bounds = None if metric.interval is None else [round(bound, 4) for bound in metric.interval]
        return {"value": value, "state": metric.state, "hits": metric.hits, "n": metric.n, "interval": bounds}
    return {"value": value, "state": metric.state, "n": metric.n, "missing": metric.missing}


def verdict(gates: Sequence[Gate]) -> str:
    """ "could not measure" goes before "failed", and that before "passed"."""
    states = {gate.state for gate in gates}
    return "could not measure" if "could not measure" in states else "failed" if "failed" in states else "passed"


def document(run: Run, gates: Sequence[Gate], *, baseline: Baseline | None) -> Json:
    """The run as one JSON value without any time in it: two runs of the same thing give the same bytes."""
    broken, fixed = flips(run, baseline)
    metrics, costs = run.metrics(), run.costs()
    return {
        "suite": run.name,
        "mode": run.mode,
        "split": run.split,
        "options": dict(run.options),
        "verdict": verdict(gates),
        "gates": [asdict(gate) for gate in gates],
        "metrics": {name: metric_json(metric) for name, metric in metrics.plain().items()},
        "by_category": {name: metric_json(rate) for name, rate in metrics.by_category.items()},
        "tokens": {
            name: metric_json(getattr(costs, name)) for name in ("prompt_tokens", "completion_tokens", "cost_per_1000")
        },
        "sentinels": {
            name: {key: metric_json(metric) for key, metric in other.plain().items()}
            for name, other in run.sentinels().items()
        },
        "flips": {"broken": broken, "fixed": fixed},
        "unscored": [asdict(item) for item in run.unscored],
        "questions": [_score_json(row.score) for row in run.rows],
        "fingerprint": dict(run.fingerprint),
        "scored_with": run.scored_with,
    }


def _score_json(score: Any) -> Json:
    return {
        "id": score.id,
        "category": score.category,
        "split": score.split,
        "outcome": score.outcome,
        "passed": score.passed,
        "reasons": list(score.reasons),
    }
