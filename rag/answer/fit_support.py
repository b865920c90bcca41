"""Fits the logistic model of `rag.answer.support` on RAGTruth, and prints its constants.

    python -m rag.answer.fit_support DATA/ragtruth/train_part.jsonl

Claims that the facts decide (`rag.answer.facts`) and claims that are in the source word for word are left out: the
model never sees such. Ridge regression of the logit on standardised features, by Newton's method (iteratively
reweighted least squares; Hastie, Tibshirani & Friedman, The Elements of Statistical Learning, 4.4.1); the constants are
given for features as they are. Thresholds are judged with the claims of each source held out once, in six folds.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.answer.claims import claims_in, parts
from rag.answer.support import Features, examine
from rag.models.reranker import Reranker

FOLDS = 6
RIDGE = 1.0
Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """A claim of a response: invented if people marked a part of it. `features` are None where the facts decide."""

    response: str
    source: str
    invented: bool
    doubt: str | None
    features: Features | None


def examples(rows: Sequence[Mapping[str, Any]], *, reranker: Reranker) -> Iterator[Example]:
    """All claims of the responses."""
    for row in rows:
        source = row["source"] if isinstance(row["source"], str) else "\n".join(map(str, row["source"].values()))
        given = parts(source)
        for span in claims_in(row["response"]):
            marked = any(x["start"] < span.end and span.start < x["end"] for x in row["labels"])
            why, found = examine(row["response"][span.start : span.end], given, reranker=reranker)
            yield Example(row["id"], row["source_id"], marked, why, found)


def fit(features: Matrix, invented: Matrix) -> Matrix:
    """The intercept and a weight for each column of `features`, (n, k) and (n,) in, (k + 1,) out."""
    mean, deviation = features.mean(axis=0), features.std(axis=0)
    rows = np.column_stack([np.ones(len(features)), (features - mean) / deviation])
    weights = np.zeros(rows.shape[1])
    ridge = np.diag([0.0] + [RIDGE] * features.shape[1])
    for _ in range(25):
        p = 1 / (1 + np.exp(-rows @ weights))
        slope = rows.T @ (invented - p) - ridge @ weights
        weights += np.linalg.solve(rows.T @ (rows * (p * (1 - p))[:, None]) + ridge, slope)
    scaled = weights[1:] / deviation
    return np.concatenate([[weights[0] - scaled @ mean], scaled])


def held_out(found: Sequence[Example]) -> Matrix:
    """The likelihood that each claim is invented, by a model fitted without the claims of its source."""
    sources = {source: n % FOLDS for n, source in enumerate(sorted({e.source for e in found}))}
    fold = np.array([sources[e.source] for e in found])
    open_ = np.array([e.features is not None for e in found])
    rows = np.array([astuple(e.features) if e.features else [0.0] * len(fields(Features)) for e in found])
    gold = np.array([float(e.invented) for e in found])
    likely = np.array([float(e.doubt is not None) for e in found])
    for n in range(FOLDS):
        weights = fit(rows[open_ & (fold != n)], gold[open_ & (fold != n)])
        here = open_ & (fold == n)
        likely[here] = 1 / (1 + np.exp(-(weights[0] + rows[here] @ weights[1:])))
    return likely


def f1(flagged: Sequence[bool], gold: Sequence[bool]) -> tuple[float, float, float]:
    """Precision, recall and F1."""
    true = sum(f and g for f, g in zip(flagged, gold, strict=True))
    return true / max(1, sum(flagged)), true / max(1, sum(gold)), 2 * true / max(1, sum(flagged) + sum(gold))


def report(found: Sequence[Example]) -> Iterator[str]:
    """The constants, and what each threshold would give on claims and answers that were held out."""
    judged = [e for e in found if e.features is not None]
    weights = fit(np.array([astuple(e.features) for e in judged if e.features]), np.array([e.invented for e in judged]))
    for name, weight in zip(["intercept", *(f.name for f in fields(Features))], weights, strict=True):
        yield f"{name:10} {weight:8.3f}"
    likely, gold = held_out(found), [e.invented for e in found]
    answers = {e.response: any(x.invented for x in found if x.response == e.response) for e in found}
    yield "threshold  claims: precision recall F1   answers: precision recall F1   true claims flagged"
    for threshold in np.arange(0.08, 0.42, 0.02):
        flagged = [bool(p > threshold) for p in likely]
        bad = {e.response for e, is_flagged in zip(found, flagged, strict=True) if is_flagged}
        numbers = (*f1(flagged, gold), *f1([a in bad for a in answers], list(answers.values())))
        wrong = sum(f and not g for f, g in zip(flagged, gold, strict=True)) / max(1, gold.count(False))
        yield f"{threshold:.2f}  " + "  ".join(f"{n:.3f}" for n in (*numbers, wrong))


if __name__ == "__main__":
    lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    found = list(examples([json.loads(line) for line in lines], reranker=Reranker()))
    sys.stdout.writelines(f"{line}\n" for line in report(found))
