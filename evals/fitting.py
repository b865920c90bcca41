"""Small logistic models of which one of several sentences answers a question: fitting them, and what thresholds give.

Which of the likeliest sentences answers is not known: as in multiple-instance learning the best one by the model so far
stands for its question, and the model is fitted again (Andrews, Tsochantaridis and Hofmann, "Support vector machines
for multiple-instance learning", NIPS 2002). Each set weighs the same, and so do answers and silence within it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from evals.logistic import Matrix, logistic
from evals.stats import auc

ROUNDS = 8
FOLDS = 5
WEIGHT = 100.0  # questions that the answers of a set count for, and its silence
LIKELIHOODS = (0.25, 0.3, 0.35, 0.4, 0.45, 0.5)

Case = tuple[list[tuple[float, ...]], bool]  # signals of the likeliest sentences; does one of them answer?


def fit(sets: Sequence[Sequence[Case]], *, start: Sequence[float]) -> Matrix:
    """The intercept and a weight for each signal, (k + 1,), as is `start`, by which the first best are chosen."""
    weights: Matrix = np.array(start)
    y = np.array([float(answers) for one in sets for _, answers in one])
    each = [[answers for _, answers in one] for one in sets]
    counts = np.array([WEIGHT / (sum(one) if answers else len(one) - sum(one)) for one in each for answers in one])
    for _ in range(ROUNDS):
        x = np.array([max(sentences, key=lambda s: score(weights, [s])) for one in sets for sentences, _ in one])
        weights = logistic(x, y, counts=counts)
    return weights


def score(weights: Matrix, sentences: Sequence[Sequence[float]]) -> float:
    """The logit of the likeliest sentence."""
    return max(float(weights[0] + weights[1:] @ np.array(s)) for s in sentences)


def held_out(one: Sequence[Case], others: Sequence[Sequence[Case]], *, start: Sequence[float]) -> list[float]:
    """The likelihood that each question is answered, by a model fitted on the other folds and the other sets."""
    found = [0.0] * len(one)
    for fold in range(FOLDS):
        weights = fit([[case for n, case in enumerate(one) if n % FOLDS != fold], *others], start=start)
        for n in range(fold, len(one), FOLDS):
            found[n] = float(1 / (1 + np.exp(-score(weights, one[n][0]))))
    return found


def report(sets: dict[str, list[Case]], *, signals: Sequence[str], start: Sequence[float]) -> Iterator[str]:
    """The constants, and what each threshold gives on questions that were held out."""
    for name, weight in zip(["intercept", *signals], fit(list(sets.values()), start=start), strict=True):
        yield f"{name:10} {weight:8.3f}"
    for name, one in sets.items():
        likely = held_out(one, [other for key, other in sets.items() if key != name], start=start)
        yield from thresholds(name, likely, [answers for _, answers in one])


def thresholds(label: str, likely: Sequence[float], answerable: Sequence[bool]) -> Iterator[str]:
    """How well likelihoods tell questions apart, and what each of LIKELIHOODS as a threshold would give."""
    known = [p for p, answers in zip(likely, answerable, strict=True) if answers]
    silent = [p for p, answers in zip(likely, answerable, strict=True) if not answers]
    area = auc(known, silent).value
    yield f"{label}: {len(known)} with an answer, {len(silent)} without; abstention AUC {area:.3f}"
    for least in LIKELIHOODS:
        refused, over = (sum(p < least for p in group) / len(group) for group in (silent, known))
        yield f"  from {least:.2f}: refusal recall {refused:.2f}, over-refusal {over:.2f}"
