"""Fits the two logistic models of `rag.answer.gate`: prints the one, writes the other into `rag/answer/gate.json`.

    python -m evals.fit_gate DATA/clapnq

On the dev questions of evals/gold that stand alone, on those of CLAP NQ and on those of evals/near_misses, news and
encyclopaedia. Where it is known which sentences answer a question, the likeliest of them stands for it, else the
likeliest of all; what else was likely for a question with an answer counts a little as silence, so that the model tells
sentences apart too. Figures are given by folds of neighbouring questions, so that no article is in two. The weights
that are printed first, of the figures without states, are fitted on gold and CLAP NQ alone (`evals.fitting`). What both
models together make of each question of these two, the probe held out, the figures as they are in use, goes into
HELD_OUT for `evals.fit_confirm`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from evals import commands, fitting
from evals.asking import read_tasks
from evals.cache import CACHE, RememberingReranker
from evals.fitting import FOLDS, WEIGHT, thresholds
from evals.logistic import Matrix, logistic
from evals.suites import clapnq, near_misses
from evals.suites.data import find
from rag import Rag, load_settings
from rag.answer.evidence import gather
from rag.answer.fitted import fitted
from rag.answer.gate import together
from rag.answer.kind import kind_asked
from rag.answer.odds import sigmoid
from rag.answer.signals import Weighed, weigh
from rag.clauses import clauses
from rag.ingest.sentences import split_sentences

WEIGHTS = Path("rag/answer/gate.json")
HELD_OUT = Path("runs/held_out.json")  # by question: the log odds, and the likeliest sentence
PASSAGES = 8
ROUNDS = 4
OTHERS = 0.2  # what a sentence that does not answer counts, beside a question
SHRUNK = 0.35  # how many standard deviations of a state count as one of a figure
NEAR_MISSES, ENCYCLOPAEDIA = "near misses", "near misses, encyclopaedia"
MANY = {NEAR_MISSES: 12, ENCYCLOPAEDIA: 8}  # a set that has many more questions than the others counts that much more
EVERY = {NEAR_MISSES: 2}  # of these one in so many is asked: half of them do as well, in half an hour less
FIGURES = ("logit", "rank", "unmet", "context", "uncovered")
START = (0.7, -0.9, 0.0)  # of the logit, the rank and what is uncovered, from which the first best are chosen
AS_OF = date(2025, 6, 21)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, whether it has an answer, and sentences that are known to hold it."""

    question: str
    answerable: bool
    right: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """The likeliest sentences of a question as rows of signals and states (k, 3 + 4 d); which are known to answer.

    `figures` are those of the first few, for the model that knows no states; `texts` the sentences.
    """

    rows: Matrix
    right: tuple[bool, ...]
    answerable: bool
    figures: tuple[tuple[float, ...], ...] = ()
    texts: tuple[str, ...] = ()


def weigh_each(rag: Rag, asked: Sequence[Asked], *, as_of: date | None) -> Iterator[tuple[Asked, tuple[Weighed, ...]]]:
    """Each question of one clause with its likeliest sentences; none without any."""
    reranker = RememberingReranker(rag.settings, folder=CACHE)
    for number, one in enumerate(asked, start=1):
        sys.stderr.write(f"\r{number} of {len(asked)} questions")
        if clauses(one.question):
            continue
        passages = rag.search(one.question, k=PASSAGES, as_of=as_of)
        spans = {p.article.id: split_sentences(p.article.text) for p in passages}
        sentences = spans.__getitem__
        evidence = gather(one.question, passages, sentences=sentences, reranker=reranker)
        if evidence:
            kind = kind_asked(one.question)
            yield one, weigh(one.question, evidence, passages, kind=kind, reranker=reranker)
    sys.stderr.write("\n")


def case_of(asked: Asked, weighed: Sequence[Weighed]) -> Case:
    """Its signals as rows. A sentence answers if it holds one that is known to, or a part of it."""
    read = [(w, w.signals.state) for w in weighed if w.signals.state is not None]
    rows = np.array([np.concatenate([w.signals.read, state]) for w, state in read])
    texts = tuple(" ".join(w.sentence.text.split()) for w, _ in read)
    right = tuple(any(known in text or text in known for known in asked.right) for text in texts)
    return Case(rows, right, asked.answerable, tuple(figures for w in weighed if (figures := w.signals.figures)), texts)


def train(sets: Mapping[str, Sequence[Case]]) -> Matrix:
    """The intercept and a weight for each column of the rows."""
    cases = [case for one in sets.values() for case in one]
    weights = np.zeros(cases[0].rows.shape[1] + 1)
    weights[1 : 1 + len(START)] = START
    counts = np.concatenate([_counts(one, whole=WEIGHT * MANY.get(name, 1)) for name, one in sets.items()])
    others = [
        (case.rows[k], count * OTHERS)
        for case, count in zip(cases, counts, strict=True)
        for k, right in enumerate(case.right)
        if any(case.right) and not right
    ]
    y = np.array([case.answerable for case in cases] + [False] * len(others), dtype=float)
    counts = np.concatenate([counts, [count for _, count in others]])
    for _ in range(ROUNDS):
        best = [case.rows[max(range(len(case.rows)), key=lambda k: _order(case, weights, k))] for case in cases]
        weights = logistic(np.array([*best, *(row for row, _ in others)]), y, counts=counts)
    return weights


def _order(case: Case, weights: Matrix, k: int) -> tuple[bool, float]:
    return case.right[k], float(weights[1:] @ case.rows[k])


def _counts(one: Sequence[Case], *, whole: float) -> Matrix:
    """What each question of a set counts, so that its answers weigh as much as its silence."""
    answers = np.array([case.answerable for case in one])
    counts: Matrix = whole / np.where(answers, answers.sum(), (~answers).sum())
    return counts


def log_odds(case: Case, weights: Matrix) -> tuple[float, int]:
    """That one of the sentences answers, by the likeliest, and which that is."""
    found = weights[0] + case.rows @ weights[1:]
    return float(found.max()), int(found.argmax())


def held_out(sets: Mapping[str, Sequence[Case]], name: str) -> list[tuple[float, int]]:
    """For each question of a set `log_odds` by a model that saw no neighbour of it."""
    one, found = sets[name], []
    folds = [n * FOLDS // len(one) for n in range(len(one))]
    for fold in range(FOLDS):
        weights = train({**sets, name: [case for n, case in enumerate(one) if folds[n] != fold]})
        found += [log_odds(case, weights) for n, case in enumerate(one) if folds[n] == fold]
    return found


def report(sets: Mapping[str, Sequence[Case]], held: Mapping[str, Sequence[tuple[float, int]]]) -> Iterator[str]:
    """What each threshold gives on questions that were `held` out, by the probe alone and with the figures.

    And how often the sentence that it holds for the likeliest answers.
    """
    for name, one in sets.items():
        answerable = [case.answerable for case in one]
        yield from thresholds(f"{name}, the probe", [sigmoid(odds) for odds, _ in held[name]], answerable)
        both = [sigmoid(together([odds], case.figures)) for case, (odds, _) in zip(one, held[name], strict=True)]
        yield from thresholds(f"{name}, both", both, answerable)
        known = [(case, best) for case, (_, best) in zip(one, held[name], strict=True) if any(case.right)]
        if known:
            first, chosen = (sum(case.right[k] for case, k in pairs) for pairs in ([(c, 0) for c, _ in known], known))
            yield f"  of {len(known)} with the answer among the likeliest it is the likeliest in {chosen}, was {first}"


def standardised(sets: dict[str, list[Case]]) -> tuple[dict[str, list[Case]], Matrix, Matrix]:
    """The cases with their states in units of SHRUNK standard deviations; the centre and the unit of each column."""
    rows = np.concatenate([case.rows for one in sets.values() for case in one])
    centre, spread = rows.mean(axis=0), (rows.std(axis=0) + 1e-3) / SHRUNK
    centre[: len(START)], spread[: len(START)] = 0, 1
    shrunk = {name: [replace(case, rows=(case.rows - centre) / spread) for case in one] for name, one in sets.items()}
    return shrunk, centre, spread


@contextmanager
def questions(
    data: Path, *, with_near_misses: bool = False
) -> Iterator[dict[str, tuple[Rag, list[Asked], date | None]]]:
    """For each set an index of its texts, its dev questions, and the day they ask."""
    settings: Any = load_settings(mode="quote")
    known = {"CLAP NQ": find([data], keys=("input", "passages", "output"), split="dev")}
    if with_near_misses:
        known[NEAR_MISSES] = near_misses.find(near_misses.FOLDER, split="dev")
        known[ENCYCLOPAEDIA] = near_misses.find(near_misses.ENCYCLOPAEDIA, split="dev")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="clipdesk-fit-")))
        ours = stack.enter_context(Rag.open(folder / "gold", settings=settings))
        asked = []
        for task in read_tasks(commands.GOLD, samples=commands.SAMPLES):
            ours.ingest(task.page, captured=task.captured)
            asked += [
                Asked(q.ask, q.answerable)
                for q in task.gold.questions
                if q.split == "dev" and q.ask and not q.overlay and q.expect != "correct_premise"
            ]
        sets: dict[str, tuple[Rag, list[Asked], date | None]] = {"gold": (ours, asked, AS_OF)}
        for name, files in known.items():
            rows = [row for _, rows in files for row in rows]
            theirs = stack.enter_context(Rag.open(folder / name, settings=settings))
            theirs.add(clapnq.articles(rows), name="passages")
            right = [tuple(clapnq.selected(row)) for row in rows]
            asked = [Asked(row["input"], bool(r), r) for row, r in zip(rows, right, strict=True)]
            sets[name] = (theirs, asked[:: EVERY.get(name, 1)], None)
        yield sets


def figures_alone(sets: dict[str, list[Case]]) -> dict[str, list[fitting.Case]]:
    """The figures of gold and CLAP NQ, for the model that knows no states."""
    return {
        name: [(list(case.figures), case.answerable) for case in one if case.figures]
        for name, one in sets.items()
        if name not in MANY
    }


def _kept(
    pairs: Mapping[str, Sequence[tuple[Asked, Case]]], held: Mapping[str, Sequence[tuple[float, int]]]
) -> Iterator[tuple[str, tuple[float, str]]]:
    """Of each question of gold and CLAP NQ the log odds by both models, and the likeliest sentence."""
    for name in (name for name in pairs if name not in MANY):
        for (asked, case), (odds, best) in zip(pairs[name], held[name], strict=True):
            yield asked.question, (together([odds], case.figures), case.texts[best])


def main(data: Path) -> None:
    """Fit on all sets, print, and write the weights."""
    with questions(data, with_near_misses=True) as sets:
        pairs = {
            name: [(one, c) for one, w in weigh_each(rag, asked, as_of=as_of) if len((c := case_of(one, w)).rows)]
            for name, (rag, asked, as_of) in sets.items()
        }
    found = {name: [case for _, case in own] for name, own in pairs.items()}
    alone = figures_alone(found)
    sys.stdout.writelines(f"{line}\n" for line in fitting.report(alone, signals=FIGURES, start=(0.0, *START, 0.0, 0.0)))
    shrunk, centre, spread = standardised(found)
    held = {name: held_out(shrunk, name) for name in shrunk}
    sys.stdout.writelines(f"{line}\n" for line in report(shrunk, held))
    HELD_OUT.parent.mkdir(exist_ok=True)
    HELD_OUT.write_text(json.dumps(dict(_kept(pairs, held))), encoding="utf-8")
    weights = train(shrunk)
    raw = weights[1:] / spread
    read, state = raw[: len(START)], raw[len(START) :]
    stored = {
        "identity": fitted().identity,
        "intercept": round(float(weights[0] - raw @ centre), 4),
        "figures": [round(float(w), 4) for w in read],
        "state": [round(float(w), 4) for w in state],
    }
    WEIGHTS.write_text(json.dumps(stored) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
