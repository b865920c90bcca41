"""Fits the logistic model of `rag.answer.support` on RAGTruth, and prints its constants.

    python -m evals.fit_support DATA/ragtruth/train_part.jsonl

It learns two things: claims that people marked as invented, held against their whole source, and claims that they
did not mark, cited to a wrong sentence of it. The wrong ones weigh as much together as the invented ones. Claims that
the facts decide (`rag.answer.facts`) and claims that are in the source word for word are left out: the model never
sees such. The fit is on standardised features, the constants are for features as they are. Thresholds are judged with
each source held out once, in six folds.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from evals.logistic import Matrix, logistic
from rag.answer.claims import claims_in, parts
from rag.answer.support import NEAREST, Features, examine, nearest
from rag.models.reranker import Reranker

FOLDS = 6
WRONG = NEAREST + 2  # the rank of the sentence that a claim is wrongly cited to


@dataclass(frozen=True, slots=True)
class Example:
    """A claim of a response, `unsupported` if invented or cited to a wrong sentence.

    `features` are None where the facts decide.
    """

    response: str
    source: str
    unsupported: bool
    is_wrong_citation: bool
    doubt: str | None
    features: Features | None


def examples(rows: Sequence[Mapping[str, Any]], *, reranker: Reranker) -> Iterator[Example]:
    """All claims of the responses, and those that are not invented once more with a wrong citation."""
    for row in rows:
        source = row["source"] if isinstance(row["source"], str) else "\n".join(map(str, row["source"].values()))
        given = parts(source)
        for span in claims_in(row["response"]):
            claim = row["response"][span.start : span.end]
            invented = any(x["start"] < span.end and span.start < x["end"] for x in row["labels"])
            yield Example(row["id"], row["source_id"], invented, False, *examine(claim, given, reranker=reranker))
            wrong = nearest(claim, given, most=WRONG)[WRONG - 1 :]
            if wrong and not invented:
                yield Example(row["id"], row["source_id"], True, True, *examine(claim, wrong, reranker=reranker))


def fit(found: Sequence[Example]) -> Matrix:
    """The intercept and a weight for each feature, (k + 1,), from the examples that have features."""
    judged = [e for e in found if e.features is not None]
    features = np.array([astuple(e.features) for e in judged if e.features])
    unsupported = np.array([float(e.unsupported) for e in judged])
    wrong = np.array([e.is_wrong_citation for e in judged])
    counts = np.where(wrong, unsupported[~wrong].sum() / max(1, wrong.sum()), 1.0)
    mean, deviation = features.mean(axis=0), features.std(axis=0)
    weights = logistic((features - mean) / deviation, unsupported, counts=counts)
    scaled = weights[1:] / deviation
    return np.concatenate([[weights[0] - scaled @ mean], scaled])


def held_out(found: Sequence[Example]) -> list[float]:
    """The likelihood that each claim is unsupported, by a model fitted without its source; 1 or 0 if facts decide."""
    folds = {source: n % FOLDS for n, source in enumerate(sorted({e.source for e in found}))}
    models = [fit([e for e in found if folds[e.source] != n]) for n in range(FOLDS)]
    likely = []
    for example in found:
        weights = models[folds[example.source]]
        logit = weights[0] + weights[1:] @ np.array(astuple(example.features)) if example.features else 0.0
        likely.append(float(1 / (1 + np.exp(-logit))) if example.features else float(example.doubt is not None))
    return likely


def f1(flagged: Sequence[bool], gold: Sequence[bool]) -> tuple[float, float, float]:
    """Precision, recall and F1."""
    true = sum(f and g for f, g in zip(flagged, gold, strict=True))
    return true / max(1, sum(flagged)), true / max(1, sum(gold)), 2 * true / max(1, sum(flagged) + sum(gold))


def report(found: Sequence[Example]) -> Iterator[str]:
    """The constants, and what each threshold would give on claims and answers that were held out."""
    for name, weight in zip(["intercept", *(f.name for f in fields(Features))], fit(found), strict=True):
        yield f"{name:10} {weight:8.3f}"
    yield "threshold  claims: P R F1   answers: P R F1   of the true claims flagged   of the wrong citations flagged"
    pairs = list(zip(found, held_out(found), strict=True))
    own = [(e, p) for e, p in pairs if not e.is_wrong_citation]
    for threshold in np.arange(0.1, 0.6, 0.02):
        claims = f1([p > threshold for _, p in own], [e.unsupported for e, _ in own])
        bad = {e.response for e, _ in own if e.unsupported}
        flagged = {e.response for e, p in own if p > threshold}
        answers = sorted({e.response for e, _ in own})
        whole = f1([a in flagged for a in answers], [a in bad for a in answers])
        true = [p > threshold for e, p in own if not e.unsupported]
        wrong = [p > threshold for e, p in pairs if e.is_wrong_citation]
        numbers = (*claims, *whole, sum(true) / len(true), sum(wrong) / len(wrong))
        yield f"{threshold:.2f}  " + "  ".join(f"{n:.3f}" for n in numbers)


if __name__ == "__main__":
    lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    found = list(examples([json.loads(line) for line in lines], reranker=Reranker()))
    sys.stdout.writelines(f"{line}\n" for line in report(found))
