"""A stored run of the gold questions, scored: the same rows give the same numbers, with the same code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evals.asking import Task, located_from
from evals.checks import Located
from evals.fingerprint import commit
from evals.folder import AGAIN, RunError, RunFolder, Unscored
from evals.gold import Question
from evals.metrics import Costs, Effort, Metrics, Prices, costs, summarise
from evals.retrieval import RetrievalScore, score_retrieval
from evals.scoring import QuestionScore, score_answer
from evals.sentinels import cite_everything, copy_top_passage
from evals.stored import Json, read_answer, read_passages
from rag import Answer, Passage


@dataclass(frozen=True, slots=True)
class Row:
    """One question asked, answered and scored; the sentinels' scores beside it. `cluster` names its article."""

    question: Question
    cluster: str
    answer: Answer
    passages: tuple[Passage, ...]
    located: Located
    score: QuestionScore
    retrieval: RetrievalScore | None
    sentinels: dict[str, QuestionScore]
    effort: Effort


@dataclass(frozen=True, slots=True)
class Run:
    """All scored rows in gold order, and what could not be scored.

    `fingerprint` says what gave the answers, `scored_with` the code that scored them.
    """

    name: str
    mode: str
    split: str
    options: Mapping[str, Any]
    fingerprint: Mapping[str, Any]
    rows: tuple[Row, ...]
    unscored: tuple[Unscored, ...]
    prices: Prices | None = None
    scored_with: str | None = None

    @property
    def scores(self) -> tuple[QuestionScore, ...]:
        """The questions' scores."""
        return tuple(row.score for row in self.rows)

    def metrics(self) -> Metrics:
        """The metrics over the scored questions."""
        return summarise(self.scores, retrieval=[row.retrieval for row in self.rows])

    def costs(self) -> Costs:
        """What the answers took."""
        return costs([row.effort for row in self.rows], uses_tokens=self.mode == "llm", prices=self.prices)

    def sentinels(self) -> dict[str, Metrics]:
        """The metrics of each sentinel over the same questions."""
        names = dict.fromkeys(name for row in self.rows for name in row.sentinels)
        return {name: summarise([row.sentinels[name] for row in self.rows]) for name in names}


def score_run(folder: RunFolder, tasks: Sequence[Task], *, prices: Prices | None = None) -> Run:
    """Score what the folder holds against the gold files as they are now.

    A question that the gold files no longer have, or ask otherwise now, is left out and listed as unscored. Raises
    GoldError, RunError.
    """
    try:
        located = located_from(folder.articles(), tasks)
    except (KeyError, TypeError, ValueError) as error:
        raise RunError(f"{folder.path / 'articles.jsonl'}: a row cannot be used ({error!r}): {AGAIN}") from error
    owners = {i: (task, question) for task in tasks for i, question in task.questions.items()}
    times, rows, gone = folder.times(), [], []
    for item, stored in folder.rows().items():
        if item not in owners:
            gone.append(Unscored(item, "no gold file has this question any more"))
        elif "unscored" not in stored:
            task, question = owners[item]
            is_planted = question.overlay is not None and (task.file.name, True) in located
            try:
                place = located[task.file.name, is_planted]
                answer = read_answer(stored["answer"], place.known)
                passages = read_passages(stored["passages"], place.known)
            except (KeyError, TypeError, ValueError) as error:
                file = folder.path / "results.jsonl"
                raise RunError(f"{file}: the row of {item} cannot be used ({error!r}): {AGAIN}") from error
            if otherwise := _asked_otherwise(stored, answer, question, task):
                gone.append(Unscored(item, f"asked {otherwise} then: run it again"))
            else:
                rows.append(_row(task, question, answer, passages, place, seconds=times.get(item)))
    manifest = folder.manifest
    return Run(
        name=manifest.suite,
        mode=manifest.mode,
        split=manifest.split,
        options=manifest.options,
        fingerprint=manifest.fingerprint,
        rows=tuple(rows),
        unscored=(*folder.unscored(), *gone),
        prices=prices,
        scored_with=commit(),
    )


def _asked_otherwise(stored: Json, answer: Answer, question: Question, task: Task) -> str:
    """How the question differed when it was answered, or nothing; rows of former versions do not tell all."""
    if answer.question != question.asked:
        return "in other words"
    day = task.day(question)
    if day and answer.as_of and answer.as_of != day:
        return "as of another day"
    put = task.put(question)
    return "" if stored.get("put", put) == put else "after other turns, or with other words planted,"


def _row(
    task: Task,
    question: Question,
    answer: Answer,
    passages: tuple[Passage, ...],
    located: Located,
    *,
    seconds: float | None,
) -> Row:
    alone = not question.earlier  # a follow-up's last turn is not a query by itself
    return Row(
        question=question,
        cluster=f"{task.file.stem}/{_first_article(question)}",
        answer=answer,
        passages=passages,
        located=located,
        score=score_answer(question, answer, located=located),
        retrieval=score_retrieval(question, passages, located=located) if alone else None,
        sentinels=_sentinels(question, passages, located=located),
        effort=Effort(seconds, answer.usage.prompt_tokens, answer.usage.completion_tokens),
    )


def _first_article(question: Question) -> str:
    """The article that a question is mainly about; questions on one article stand or fall together."""
    if question.facts:
        return question.facts[0].evidence[0].article
    return question.near_miss.article if question.near_miss else "none"


def _sentinels(question: Question, passages: Sequence[Passage], *, located: Located) -> dict[str, QuestionScore]:
    answers = {
        "copy-top-passage": copy_top_passage(question.asked, passages, max_words=question.max_words),
        "cite-everything": cite_everything(question.asked, located.articles.values()),
    }
    return {name: score_answer(question, answer, located=located) for name, answer in answers.items()}
