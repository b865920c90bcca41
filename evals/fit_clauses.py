"""Fits the logistic model of `rag.answer.by_clause`, and prints its constants.

    python -m evals.fit_clauses DATA/multihop_rag [INDEX]

On the dev questions of MultiHop-RAG that have several clauses, answers and silence weighing the same. INDEX is a folder
that keeps the embedded corpus for another run. Figures are given by five folds.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from evals.cache import RememberingReranker
from evals.fit_gate import FOLDS, LIKELIHOODS, WEIGHT
from evals.logistic import Matrix, logistic
from evals.stats import auc
from evals.suites.data import find
from evals.suites.multihop_rag import SILENT
from rag import NewArticle, Rag, load_settings
from rag.answer.by_clause import gather_each, mean_score
from rag.clauses import clauses
from rag.ingest.sentences import split_sentences

PASSAGES = 8


def fit(x: Matrix, y: Matrix) -> Matrix:
    """The intercept and the weight, (2,), of scores (n, 1) and labels (n,)."""
    return logistic(x, y, counts=np.where(y == 1, WEIGHT / y.sum(), WEIGHT / (1 - y).sum()))


def held_out(x: Matrix, y: Matrix) -> Matrix:
    """The likelihood, (n,), that each question is answered, by a model fitted on the other folds."""
    found = np.zeros(len(y))
    for fold in range(FOLDS):
        out = np.arange(len(y)) % FOLDS == fold
        weights = fit(x[~out], y[~out])
        found[out] = 1 / (1 + np.exp(-(weights[0] + x[out] @ weights[1:])))
    return found


def scores(rag: Rag, asked: list[tuple[str, bool]], *, file: Path) -> tuple[Matrix, Matrix]:
    """The mean score of the clauses of each question that has several, (n, 1), and whether it is answered, (n,)."""
    reranker = RememberingReranker(rag.settings, file=file)
    found = []
    for number, (question, answers) in enumerate(asked, start=1):
        if several := clauses(question):
            passages = rag.search(question, k=PASSAGES)
            texts = {p.article.id: p.article.text for p in passages}
            spans = cache(lambda key, texts=texts: split_sentences(texts[key]))
            each = gather_each(several, passages, sentences=spans, reranker=reranker)
            found.append((mean_score(each), float(answers)))
        sys.stderr.write(f"\r{number} of {len(asked)} questions")
    sys.stderr.write("\n")
    rows = np.array(found)
    return rows[:, :1], rows[:, 1]


def report(x: Matrix, y: Matrix) -> Iterator[str]:
    """The constants, and what each threshold gives on questions that were held out."""
    likely, weights = held_out(x, y), fit(x, y)
    known, silent = likely[y == 1], likely[y == 0]
    area = auc(known.tolist(), silent.tolist()).value
    yield f"intercept {weights[0]:.3f}, weight {weights[1]:.3f}"
    yield f"{len(known)} with an answer, {len(silent)} without; abstention AUC {area:.3f}"
    for least in LIKELIHOODS:
        refused, over = float((silent < least).mean()), float((known < least).mean())
        yield f"  from {least:.2f}: refusal recall {refused:.2f}, over-refusal {over:.2f}"


def main(data: Path, index: Path | None) -> None:
    """Fit and print."""
    with ExitStack() as stack:
        folder = index or Path(stack.enter_context(TemporaryDirectory(prefix="clipdesk-fit-")))
        rag = stack.enter_context(Rag.open(folder, settings=load_settings(mode="quote")))
        corpus = find([data], keys=("title", "body"), split="dev")[0][1]
        rag.add((NewArticle(row["title"], row["body"]) for row in corpus), name="corpus")
        rows = [row for _, rows in find([data], keys=("query", "answer"), split="dev") for row in rows]
        asked = [(r["query"], r["answer"] != SILENT) for r in rows if r.get("evidence_list") or r["answer"] == SILENT]
        x, y = scores(rag, asked, file=Path("runs/cache/fit-clauses.jsonl"))
    sys.stdout.writelines(f"{line}\n" for line in report(x, y))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
