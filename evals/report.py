"""A run as a table for people, as one JSON document, and as JSONL rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rich.table import Table

from evals.metrics import Mean, Metrics, Rate
from evals.run import Row, Run

LABELS = {
    "question_pass": "question pass",
    "vital_recall": "vital recall",
    "fact_recall": "fact recall",
    "citation_validity": "citation validity",
    "refusal_recall": "refusal recall",
    "refusal_precision": "refusal precision",
    "over_refusal": "over-refusal",
    "false_answers": "false answers",
    "recall_5": "retrieval R@5",
    "recall_10": "retrieval R@10",
    "reciprocal_rank_10": "retrieval RR@10",
}


def table(metrics: Metrics, *, sentinels: Mapping[str, Metrics]) -> Table:
    """Metrics with n and 95% interval, the sentinels' values beside them, then the categories."""
    grid = Table(box=None, pad_edge=False)
    for heading in ("metric", "value", "n", "95% interval", *sentinels):
        grid.add_column(heading, justify="left" if heading == "metric" else "right", no_wrap=True)
    for name, label in LABELS.items():
        others = [getattr(other, name) for other in sentinels.values()]
        grid.add_row(*_cells(label, getattr(metrics, name)), *(_share(other.value) for other in others))
    for name, rate in metrics.by_category.items():
        others = [other.by_category[name] for other in sentinels.values()]
        grid.add_row(*_cells(f"pass: {name}", rate), *(_share(other.value) for other in others))
    return grid


def document(run: Run, *, misses: tuple[str, ...]) -> dict[str, Any]:
    """The run as one JSON value: verdict, metrics, sentinels, what was not scored, and all rows."""
    return {
        "mode": run.mode,
        "passed": not misses and not run.unscored,
        "misses": list(misses),
        "metrics": metrics_json(run.metrics()),
        "sentinels": {name: metrics_json(metrics) for name, metrics in run.sentinels().items()},
        "unscored": [asdict(item) for item in run.unscored],
        "rows": [row_json(row) for row in run.rows],
    }


def metrics_json(metrics: Metrics) -> dict[str, Any]:
    """Each metric with its value (null: nothing to judge), n and interval."""
    plain = {name: _metric_json(getattr(metrics, name)) for name in LABELS}
    return {**plain, "by_category": {name: _metric_json(rate) for name, rate in metrics.by_category.items()}}


def row_json(row: Row) -> dict[str, Any]:
    """One question: what was asked, what came back with its citations, the score, the fingerprint of the answer."""
    return {
        "id": row.question.id,
        "turns": list(row.question.turns) or [row.question.asked],
        "status": row.answer.status,
        "answer": row.answer.text,
        "citations": [
            {
                "number": citation.number,
                "article": row.located.alias(citation.article),
                "article_id": citation.article.id,
                "start": citation.start,
                "end": citation.end,
                "quote": citation.quote,
            }
            for citation in row.answer.citations
        ],
        "score": asdict(row.score),
        "retrieval": asdict(row.retrieval) if row.retrieval else None,
        "removed_marks": row.answer.removed_marks,
        "usage": asdict(row.answer.usage),
        "fingerprint": asdict(row.answer.fingerprint),
        "seconds": round(row.answer.seconds, 3),
    }


def lines(run: Run) -> str:
    """The rows as JSONL, unscored questions last."""
    values = [row_json(row) for row in run.rows] + [{"unscored": True, **asdict(item)} for item in run.unscored]
    return "".join(json.dumps(value, ensure_ascii=False, sort_keys=True) + "\n" for value in values)


def _metric_json(metric: Rate | Mean) -> dict[str, Any]:
    value = None if metric.value is None else round(metric.value, 4)
    if isinstance(metric, Mean):
        return {"value": value, "n": metric.n}
    interval = None if metric.interval is None else [round(bound, 4) for bound in metric.interval]
    return {"value": value, "hits": metric.hits, "n": metric.n, "interval": interval}


def _cells(label: str, metric: Rate | Mean) -> tuple[str, str, str, str]:
    interval = metric.interval if isinstance(metric, Rate) else None
    bounds = f"{interval[0]:.2f} to {interval[1]:.2f}" if interval else ""
    return label, _share(metric.value), str(metric.n), bounds


def _share(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.3f}"
