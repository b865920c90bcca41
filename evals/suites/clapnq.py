"""CLAP NQ (Rosenthal et al., TACL 2025): a question, one gold passage, and the sentences of it that answer, or none.

All passages are put into one store and each question is asked of it: finding the passage is part of the task. An answer
is on target if it cites at least half of a sentence that an annotator selected.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

from pydantic import Field

from evals.asking import answered
from evals.folder import Ask
from evals.metrics import Metric
from evals.scoring import covered
from evals.stats import auc, mean, share
from evals.stored import Json
from evals.suites.data import Loaded, Place, Shape, find, keyed, mixed, need
from rag import Answer, NewArticle, Rag


class Text(Shape):
    """A passage."""

    title: str
    text: str


class Selection(Shape):
    """What one annotator selected."""

    selected_sentences: list[Annotated[str, Field(min_length=1)]] | None = None


class Case(Shape):
    """A row of the set."""

    id: str | int
    input: str
    passages: list[Text]
    output: list[Selection]


def load(paths: Sequence[Path], *, split: str) -> Loaded:
    """All questions of the files. Raises DataError."""
    found = find(paths, keys=("input", "passages", "output"), split=split)
    need(found, paths, what="questions (rows with input, passages, output)", shape=Case)
    return loaded(found)


def loaded(found: Sequence[tuple[Path, list[Json]]]) -> Loaded:
    """How to ask the questions of files with their rows. Raises DataError if two rows have one id."""
    cases = keyed(found, lambda _, n, row: str(row["id"]))

    @contextmanager
    def opened(place: Place, ids: Sequence[str]) -> Iterator[Ask]:
        with ExitStack() as stack:
            folder = place.index or Path(stack.enter_context(TemporaryDirectory(prefix="clipdesk-evals-")))
            rag = stack.enter_context(Rag.open(folder, settings=place.settings, endpoint=place.endpoint))
            rag.add(articles(cases.values()), name="passages", progress=place.progress)
            yield lambda item: _row(rag, cases[item])

    return Loaded(mixed(cases, lambda case: bool(selected(case))), tuple(path for path, _ in found), opened)


def articles(cases: Iterable[Json]) -> Iterator[NewArticle]:
    """The passages of all cases, each once."""
    passages = ((p["title"], p["text"]) for case in cases for p in case["passages"])
    return (NewArticle(*passage) for passage in dict.fromkeys(passages))


def selected(case: Json) -> list[str]:
    """The sentences that an annotator selected; none for a question without an answer."""
    return [sentence for output in case["output"] for sentence in output.get("selected_sentences") or []]


def _row(rag: Rag, case: Json) -> tuple[Json, float | None]:
    answer = answered(rag, case["input"])
    row = {
        "answerable": bool(selected(case)),
        "refused": answer.status == "refused",
        "passage": _cites_passage(answer, case),
        "sentences": _cites_sentences(answer, case),
        "confidence": round(answer.confidence, 6),
    }
    return row, answer.seconds


def _cites_passage(answer: Answer, case: Json) -> bool:
    texts = {passage["text"] for passage in case["passages"]}
    return any(citation.article.text in texts for citation in answer.citations)


def _cites_sentences(answer: Answer, case: Json) -> float | None:
    """The best annotator's share of selected sentences that are cited; None for a question without an answer."""
    shares = [
        sum(_cited(sentence, answer) for sentence in output["selected_sentences"]) / len(output["selected_sentences"])
        for output in case["output"]
        if output.get("selected_sentences")
    ]
    return round(max(shares), 6) if shares else None


def _cited(sentence: str, answer: Answer) -> bool:
    for citation in answer.citations:
        start = citation.article.text.find(sentence)
        if start >= 0 and covered(citation.start, citation.end, start, start + len(sentence)) >= 0.5:
            return True
    return False


def summarise(rows: Sequence[Json]) -> dict[str, Metric]:
    """The metrics by label."""
    known = [row for row in rows if row["answerable"]]
    silent = [row for row in rows if not row["answerable"]]
    return {
        "cites a selected sentence": share([bool(row["sentences"]) for row in known]),
        "selected sentences cited": mean([row["sentences"] for row in known]),
        "cites the gold passage": share([row["passage"] for row in known]),
        "refusal recall": share([row["refused"] for row in silent]),
        "refusal precision": share([not row["answerable"] for row in rows if row["refused"]]),
        "over-refusal": share([row["refused"] for row in known]),
        "abstention AUC": auc([row["confidence"] for row in known], [row["confidence"] for row in silent]),
    }
