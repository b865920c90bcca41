"""Fits the logistic model of `rag.answer.gate`, and prints its constants.

    python -m evals.fit_gate DATA/clapnq

On the dev questions of evals/gold that stand alone, and on the dev questions of CLAP NQ; each set weighs the same, and
so do answers and silence within it. Which of the likeliest sentences answers is not known: as in multiple-instance
learning the best one by the model so far stands for its question, and the model is fitted again (Andrews,
Tsochantaridis and Hofmann, "Support vector machines for multiple-instance learning", NIPS 2002). Figures are given by
five folds.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import astuple, fields
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from evals import commands
from evals.asking import read_tasks
from evals.cache import CACHE, RememberingReranker
from evals.logistic import Matrix, logistic
from evals.stats import auc
from evals.suites.data import find
from rag import NewArticle, Rag, load_settings
from rag.answer.evidence import gather
from rag.answer.kind import kind_asked
from rag.answer.signals import Signals, Weighed, weigh
from rag.clauses import clauses
from rag.ingest.sentences import split_sentences

PASSAGES = 8
ROUNDS = 8
FOLDS = 5
WEIGHT = 100.0  # questions that the answers of a set count for, and its silence
START = (0.3, 0.7, -1.0, -1.0, 1.0, 0.0)
SIGNALS = tuple(field.name for field in fields(Signals))
AS_OF = date(2025, 6, 21)
LIKELIHOODS = (0.25, 0.3, 0.35, 0.4, 0.45, 0.5)

Case = tuple[list[tuple[float, ...]], bool]  # signals of the likeliest sentences; does one of them answer?


def cases(rag: Rag, asked: Sequence[tuple[str, bool]], *, as_of: date | None) -> Iterator[Case]:
    """The questions of one clause with their signals; one for which nothing is found is left out."""
    for _, answerable, weighed in weigh_each(rag, asked, as_of=as_of):
        yield [astuple(w.signals) for w in weighed], answerable


def weigh_each(
    rag: Rag, asked: Sequence[tuple[str, bool]], *, as_of: date | None
) -> Iterator[tuple[str, bool, tuple[Weighed, ...]]]:
    """Each question of one clause, whether it has an answer, and the likeliest sentences; none without any."""
    reranker = RememberingReranker(rag.settings, folder=CACHE)
    for number, (question, answerable) in enumerate(asked, start=1):
        sys.stderr.write(f"\r{number} of {len(asked)} questions")
        if clauses(question):
            continue
        passages = rag.search(question, k=PASSAGES, as_of=as_of)
        spans = {p.article.id: split_sentences(p.article.text) for p in passages}
        evidence = gather(question, passages, sentences=spans.__getitem__, reranker=reranker)
        if evidence:
            kind = kind_asked(question)
            yield question, answerable, weigh(question, evidence, passages, kind=kind, reranker=reranker)
    sys.stderr.write("\n")


def fit(sets: Sequence[Sequence[Case]], *, start: Sequence[float] = START) -> Matrix:
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


def held_out(one: Sequence[Case], others: Sequence[Sequence[Case]], *, start: Sequence[float] = START) -> list[float]:
    """The likelihood that each question is answered, by a model fitted on the other folds and the other sets."""
    found = [0.0] * len(one)
    for fold in range(FOLDS):
        weights = fit([[case for n, case in enumerate(one) if n % FOLDS != fold], *others], start=start)
        for n in range(fold, len(one), FOLDS):
            found[n] = float(1 / (1 + np.exp(-score(weights, one[n][0]))))
    return found


def report(
    sets: dict[str, list[Case]],
    *,
    signals: Sequence[str] = SIGNALS,
    start: Sequence[float] = START,
) -> Iterator[str]:
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


@contextmanager
def questions(data: Path) -> Iterator[dict[str, tuple[Rag, list[tuple[str, bool]], date | None]]]:
    """For each set an index of its texts, its dev questions with whether they have an answer, and the day they ask."""
    settings: Any = load_settings(mode="quote")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="clipdesk-fit-")))
        ours = stack.enter_context(Rag.open(folder / "gold", settings=settings))
        asked = []
        for task in read_tasks(commands.GOLD, samples=commands.SAMPLES):
            ours.ingest(task.page, captured=task.captured)
            asked += [
                (q.ask, q.answerable)
                for q in task.gold.questions
                if q.split == "dev" and q.ask and not q.overlay and q.expect != "correct_premise"
            ]
        theirs = stack.enter_context(Rag.open(folder / "clapnq", settings=settings))
        rows = [row for _, rows in find([data], keys=("input", "passages", "output"), split="dev") for row in rows]
        passages = (NewArticle(p["title"], p["text"]) for row in rows for p in row["passages"])
        theirs.add(passages, name="passages")
        known = [(row["input"], any(o.get("selected_sentences") for o in row["output"])) for row in rows]
        yield {"gold": (ours, asked, AS_OF), "CLAP NQ": (theirs, known, None)}


def main(data: Path) -> None:
    """Fit on both sets and print."""
    with questions(data) as sets:
        found = {name: list(cases(rag, asked, as_of=as_of)) for name, (rag, asked, as_of) in sets.items()}
    sys.stdout.writelines(f"{line}\n" for line in report(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
