"""Fits what `rag.answer.gate` makes of a model's leaning to "yes, it answers", and prints the constants.

    OPENAI_BASE_URL=... python -m evals.fit_confirm DATA/clapnq

On the same questions as `evals.fit_gate`, each with its likeliest sentence by the gate as it is; replies are kept in
the cache of LLM calls. Each set weighs the same, and so do answers and silence within it. Figures are given by five
folds.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from evals.cache import CACHE, CachedEndpoint
from evals.fit_gate import FOLDS, WEIGHT, questions, thresholds, weigh_each
from evals.logistic import Matrix, logistic
from rag import load_settings
from rag.answer.confirm import Confirmer
from rag.answer.gate import likelihood
from rag.ingest.sentences import split_sentences

Case = tuple[tuple[float, float], bool]  # the gate's logit and the model's leaning; has the question an answer?


def fit(sets: Sequence[Sequence[Case]]) -> Matrix:
    """The intercept, and the weights of the gate's logit and of the model's leaning, (3,)."""
    rows = np.array([signals for one in sets for signals, _ in one])
    y = np.array([float(answers) for one in sets for _, answers in one])
    each = [[answers for _, answers in one] for one in sets]
    counts = np.array([WEIGHT / (sum(one) if answers else len(one) - sum(one)) for one in each for answers in one])
    return logistic(rows, y, counts=counts)


def held_out(one: Sequence[Case], others: Sequence[Sequence[Case]]) -> list[float]:
    """The likelihood that each question is answered, by a model fitted on the other folds and the other sets."""
    found = [0.0] * len(one)
    for fold in range(FOLDS):
        weights = fit([[case for n, case in enumerate(one) if n % FOLDS != fold], *others])
        for n in range(fold, len(one), FOLDS):
            found[n] = float(1 / (1 + np.exp(-(weights[0] + weights[1:] @ np.array(one[n][0])))))
    return found


def report(sets: dict[str, list[Case]]) -> Iterator[str]:
    """The constants, and what each threshold gives on questions that were held out."""
    for name, weight in zip(("intercept", "gate", "model"), fit(list(sets.values())), strict=True):
        yield f"{name:10} {weight:8.3f}"
    for name, one in sets.items():
        answerable = [answers for _, answers in one]
        alone = [1 / (1 + math.exp(-gate)) for (gate, _), _ in one]
        yield from thresholds(f"{name}, the gate alone, not held out", alone, answerable)
        likely = held_out(one, [other for key, other in sets.items() if key != name])
        yield from thresholds(f"{name}, with the model", likely, answerable)


def main(data: Path) -> None:
    """Ask the model, fit on both sets and print."""
    endpoint = CachedEndpoint(load_settings(mode="llm"), folder=CACHE, strict=False)
    found: dict[str, list[Case]] = {}
    with questions(data) as sets:
        for name, (rag, asked, as_of) in sets.items():
            found[name] = []
            for question, answerable, weighed in weigh_each(rag, asked, as_of=as_of):
                best = max(weighed, key=lambda w: likelihood(w.signals))
                gate = likelihood(best.signals)
                spans = {best.sentence.article.id: split_sentences(best.sentence.article.text)}
                leaning = Confirmer(endpoint, sentences=spans.__getitem__).leaning(question, best.sentence)
                if leaning is not None:
                    found[name].append(((math.log(gate / (1 - gate)), leaning), answerable))
    sys.stdout.writelines(f"{line}\n" for line in report(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
