"""Fits the logistic model of `rag.answer.by_clause`, and prints its constants.

    python -m evals.fit_clauses DATA/multihop_rag [INDEX]

On the dev questions of MultiHop-RAG that have several clauses, answers and silence weighing the same. INDEX is a folder
that keeps the embedded corpus for another run. Figures are given by five folds.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from evals.cache import CACHE, RememberingReranker
from evals.fit_gate import PASSAGES
from evals.fitting import Case, report
from evals.suites.data import find
from evals.suites.multihop_rag import SILENT
from rag import NewArticle, Rag, load_settings
from rag.answer.by_clause import best_scores, gather_each
from rag.clauses import clauses
from rag.ingest.sentences import split_sentences


def cases(rag: Rag, asked: Sequence[tuple[str, bool]]) -> Iterator[Case]:
    """The questions of several clauses, each with the mean of its clauses' best scores."""
    reranker = RememberingReranker(rag.settings, folder=CACHE)
    for number, (question, answers) in enumerate(asked, start=1):
        sys.stderr.write(f"\r{number} of {len(asked)} questions")
        if several := clauses(question):
            passages = rag.search(question, k=PASSAGES)
            spans = {p.article.id: split_sentences(p.article.text) for p in passages}
            scores = best_scores(gather_each(several, passages, sentences=spans.__getitem__, reranker=reranker))
            yield [(sum(scores) / len(scores),)], answers
    sys.stderr.write("\n")


def main(data: Path, index: Path | None) -> None:
    """Fit and print."""
    with ExitStack() as stack:
        folder = index or Path(stack.enter_context(TemporaryDirectory(prefix="clipdesk-fit-")))
        rag = stack.enter_context(Rag.open(folder, settings=load_settings(mode="quote")))
        corpus = find([data], keys=("title", "body"), split="dev")[0][1]
        rag.add((NewArticle(row["title"], row["body"]) for row in corpus), name="corpus")
        rows = [row for _, rows in find([data], keys=("query", "answer"), split="dev") for row in rows]
        asked = [(r["query"], r["answer"] != SILENT) for r in rows if r.get("evidence_list") or r["answer"] == SILENT]
        sets = {"MultiHop-RAG": list(cases(rag, asked))}
    sys.stdout.writelines(f"{line}\n" for line in report(sets, signals=("score",), start=(0.0, 1.0)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
