"""MultiHop-RAG (Tang and Yang, COLM 2024): questions over several of 609 articles, some without an answer in them.

Only title and body are indexed: outlet and date are known for the gold articles alone, and would give them away. A
passage finds a fact if it is of the fact's article and holds the fact's words whole. Hits@k (any one fact found, the
official figure) stands beside fact recall@k and all-facts@k; the same three are also given at an equal number of
characters returned, since longer passages look better at equal k.

Answers: the official scorer takes any shared word; here the gold answer must stand in the answer as a whole phrase. A
yes-or-no question counts only for a mode that can say yes: an answer's first word must be the gold one. In quote mode
those are not applicable. A question whose gold answer is "Insufficient information." is to be refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from evals.asking import answered
from evals.folder import Ask
from evals.matching import mentions
from evals.metrics import Metric
from evals.stats import auc, mean, share
from evals.stored import Json
from evals.suites.data import DataError, Loaded, Place, Shape, find, keyed, mixed, need
from rag import NewArticle, Passage, Rag

SILENT = "Insufficient information."
DEPTH = 40  # passages searched, so that enough characters come back
CHARACTERS = 8000  # at which rankings are compared, about ten chunks of 120 words
YES_NO = {"yes", "no"}


class Evidence(Shape):
    """A fact, and the article that has it: by its title or its number in the corpus."""

    fact: str
    title: str | None = None
    doc_id: int | str | None = None


class Query(Shape):
    """A question of the set."""

    query: str
    answer: str
    query_id: int | str | None = None
    evidence_list: list[Evidence] | None = None


class Document(Shape):
    """An article of the corpus."""

    title: str
    body: str
    doc_id: int | str | None = None


def load(paths: Sequence[Path], *, split: str) -> Loaded:
    """The questions with evidence and those without an answer; others are left out. Raises DataError."""
    queries = find(paths, keys=("query", "answer"), split=split)
    need(queries, paths, what="questions (rows with query, answer)", shape=Query)
    beside = [*paths, *{path.parent for path, _ in queries}]
    corpus = find(beside, keys=("title", "body"), split=split)
    need(corpus, paths, what="corpus (rows with title, body)", shape=Document)
    cases = {
        name: row
        for name, row in keyed(queries, lambda _, n, row: str(row.get("query_id", n))).items()
        if row.get("evidence_list") or row["answer"] == SILENT
    }
    documents = corpus[0][1]
    titles = {row.get("doc_id"): row["title"] for row in documents}
    _known(queries, titles, corpus=corpus[0][0])
    left_out = sum(len(rows) for _, rows in queries) - len(cases)

    @contextmanager
    def opened(place: Place, ids: Sequence[str]) -> Iterator[Ask]:
        with ExitStack() as stack:
            folder = place.index or Path(stack.enter_context(TemporaryDirectory(prefix="clipdesk-evals-")))
            rag = stack.enter_context(Rag.open(folder, settings=place.settings, endpoint=place.endpoint))
            rag.add(
                (NewArticle(row["title"], row["body"]) for row in documents), name="corpus", progress=place.progress
            )
            yield lambda item: _row(rag, cases[item], titles, answers=place.answers)

    return Loaded(
        mixed(cases, lambda row: bool(row.get("evidence_list"))),
        (*(p for p, _ in queries), corpus[0][0]),
        opened,
        notes=(f"{left_out} questions left out: without evidence, and not to be refused",) if left_out else (),
    )


def _known(queries: Sequence[tuple[Path, list[Json]]], titles: Mapping[object, str], *, corpus: Path) -> None:
    """Raise DataError unless each piece of evidence names its article, or one that the corpus has."""
    for path, rows in queries:
        for n, row in enumerate(rows, start=1):
            for fact in row.get("evidence_list") or []:
                if not fact.get("title") and (fact.get("doc_id") is None or fact["doc_id"] not in titles):
                    raise DataError(
                        f"{path}: row {n}: evidence of doc_id {fact.get('doc_id')!r}, which no row of {corpus} has: "
                        "give the evidence a title, add the article, or take the row out"
                    )


def _row(rag: Rag, case: Json, titles: Mapping[object, str], *, answers: bool) -> tuple[Json, float | None]:
    passages = rag.search(case["query"], k=DEPTH)
    facts = [(fact.get("title") or titles[fact["doc_id"]], fact["fact"]) for fact in case.get("evidence_list") or []]
    found = {
        "gold": case["answer"],
        "ranks": [_rank(title, words, passages) for title, words in facts],
        "ends": [passage.end - passage.start for passage in passages],
    }
    if not answers:
        return found, None
    answer = answered(rag, case["query"])
    said = {
        "refused": answer.status == "refused",
        "right": mentions(case["answer"], answer.text) if case["answer"].lower() not in YES_NO else None,
        "says": answer.text.split()[0].strip(".,:;!").lower() if answer.text else "",
        "mode": answer.mode,
        "confidence": round(answer.confidence, 6),
    }
    return found | said, answer.seconds


def _rank(title: str, fact: str, passages: Sequence[Passage]) -> int | None:
    """The rank, from 1, of the first passage of the article that holds the fact's words."""
    wanted = " ".join(fact.split())
    for rank, passage in enumerate(passages, start=1):
        if passage.article.title == title and wanted in " ".join(passage.text.split()):
            return rank
    return None


def summarise(rows: Sequence[Json]) -> dict[str, Metric]:
    """The metrics by label: of retrieval over all rows with evidence, of answers over the rows that were answered."""
    judged = [row for row in rows if row["ranks"]]
    return {
        **_at("@4", [_within(row, 4) for row in judged]),
        **_at("@10", [_within(row, 10) for row in judged]),
        "MRR@10": mean([max((1 / rank for rank in _found(row) if rank <= 10), default=0.0) for row in judged]),
        **_at(f" at {CHARACTERS} characters", [_within(row, _cut(row)) for row in judged]),
        **_answers([row for row in rows if "refused" in row]),
    }


def _answers(rows: Sequence[Json]) -> dict[str, Metric]:
    judged = [row for row in rows if row["ranks"]]
    silent = [row for row in rows if row["gold"] == SILENT]
    open_ended = [row for row in judged if row["gold"].lower() not in YES_NO]
    yes_no = [row for row in judged if row["gold"].lower() in YES_NO and row["mode"] == "llm"]
    return {
        "answers right (named in full)": share([bool(row["right"]) and not row["refused"] for row in open_ended]),
        "answers right (yes or no)": share([row["says"] == row["gold"].lower() for row in yes_no]),
        "refusal recall": share([row["refused"] for row in silent]),
        "refusal precision": share([row["gold"] == SILENT for row in rows if row["refused"]]),
        "over-refusal": share([row["refused"] for row in judged]),
        "abstention AUC": auc([row["confidence"] for row in judged], [row["confidence"] for row in silent]),
    }


def _found(row: Json) -> list[int]:
    return [rank for rank in row["ranks"] if rank is not None]


def _within(row: Json, depth: int) -> list[bool]:
    """For each fact whether it is among the first `depth` passages."""
    return [rank is not None and rank <= depth for rank in row["ranks"]]


def _cut(row: Json) -> int:
    """How many passages fit into the characters; at least one."""
    depth = total = 0
    for length in row["ends"]:
        total += length
        if total > CHARACTERS:
            break
        depth += 1
    return max(depth, 1)


def _at(label: str, found: Sequence[Sequence[bool]]) -> dict[str, Metric]:
    return {
        f"Hits{label}": share([any(facts) for facts in found]),
        f"fact recall{label}": mean([sum(facts) / len(facts) for facts in found]),
        f"all facts{label}": share([all(facts) for facts in found]),
    }
