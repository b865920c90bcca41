"""RAGTruth (Niu et al., ACL 2024): answers of language models, their invented spans marked by people.

Scores `Rag.check`, the check that every claim of an answer passes through: does it call the claims unsupported that
people marked? A claim is invented if a marked span overlaps it, an answer if it has a marked span. Spans marked
`implicit_true` (true in the world, not in the source) count as invented, since a claim must rest on the source; the
figures without them stand beside. The rules of `evals.entail`, which score citations here, are judged the same way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from evals.entail import carries
from evals.folder import Ask
from evals.metrics import Metric
from evals.stats import F1
from evals.stored import Json
from evals.suites.data import Loaded, Place, Shape, find, keyed, need
from rag import Rag


class Label(Shape):
    """A span of the response that people marked."""

    start: int
    end: int
    implicit_true: bool | int | None = None


class Case(Shape):
    """A row of the set."""

    id: str | int | None = None
    source: str | dict[str, Any]
    response: str
    labels: list[Label]


def load(paths: Sequence[Path], *, split: str) -> Loaded:
    """All responses of the files. Raises DataError."""
    found = find(paths, keys=("source", "response", "labels"), split=split)
    need(found, paths, what="responses (rows with source, response, labels)", shape=Case)
    cases = keyed(found, lambda _, n, row: str(row.get("id", n)))

    @contextmanager
    def opened(place: Place, ids: Sequence[str]) -> Iterator[Ask]:
        with TemporaryDirectory(prefix="clipdesk-evals-") as empty, Rag.open(empty, settings=place.settings) as rag:
            yield lambda item: (_row(rag, cases[item]), None)

    return Loaded(tuple(cases), tuple(path for path, _ in found), opened)


def _row(rag: Rag, case: Json) -> Json:
    source, response = _source(case["source"]), case["response"]
    claims, at = [], 0
    for claim in rag.check(response, [source]):
        start = response.find(claim.text, at)
        at = start + len(claim.text) if start >= 0 else at
        marked = [x for x in case["labels"] if start >= 0 and x["start"] < start + len(claim.text) and start < x["end"]]
        claims.append(
            {
                "invented": bool(marked),
                "false": any(not label.get("implicit_true") for label in marked),
                "flagged": claim.support == "unsupported",
                "flagged_by_rules": not carries(source, claim.text),
            }
        )
    labels = case["labels"]
    return {"invented": bool(labels), "false": any(not x.get("implicit_true") for x in labels), "claims": claims}


def _source(source: str | Json) -> str:
    return source if isinstance(source, str) else "\n".join(str(value) for value in source.values())


def summarise(rows: Sequence[Json]) -> dict[str, Metric]:
    """Precision, recall and F1 of both checks, for claims and for whole answers."""
    claims = [claim for row in rows for claim in row["claims"]]
    found: dict[str, Metric] = {}
    for label, flag in (("check", "flagged"), ("evals' rules", "flagged_by_rules")):
        answers = [{**row, flag: any(claim[flag] for claim in row["claims"])} for row in rows]
        found |= _figures(f"{label}, claims", _f1(claims, flag, "invented"))
        found |= _figures(f"{label}, answers", _f1(answers, flag, "invented"))
        found[f"{label}, answers, implicit_true left out: F1"] = _f1(answers, flag, "false").value
    return found


def _f1(items: Sequence[Json], flag: str, gold: str) -> F1:
    return F1(
        true=sum(item[flag] and item[gold] for item in items),
        found=sum(item[flag] for item in items),
        wanted=sum(item[gold] for item in items),
    )


def _figures(label: str, f1: F1) -> dict[str, Metric]:
    return {f"{label}: precision": f1.precision, f"{label}: recall": f1.recall, f"{label}: F1": f1.value}
