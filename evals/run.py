"""Drive a Rag over the gold questions in a data folder of its own, and score what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from evals.checks import Located, locate
from evals.gold import Gold, Question
from evals.metrics import Metrics, summarise
from evals.retrieval import RetrievalScore, score_retrieval
from evals.scoring import QuestionScore, score_answer
from evals.sentinels import cite_everything, copy_top_passage
from rag import Answer, ClipdeskError, Passage, Rag, Settings, Turn

DEPTH = 10
Progress = Callable[[str], None]


class CannotMeasure(Exception):
    """The run could not be carried out; the message says why."""


@dataclass(frozen=True, slots=True)
class Task:
    """A gold file with the page to ask it on; `own_page` is false where another page took its place."""

    gold: Gold
    page: Path
    captured: date
    own_page: bool
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One question asked, answered and scored; the sentinels' scores beside it."""

    question: Question
    answer: Answer
    located: Located
    score: QuestionScore
    retrieval: RetrievalScore | None
    sentinels: dict[str, QuestionScore]


@dataclass(frozen=True, slots=True)
class Unscored:
    """A question that got no answer, and why: a state of its own, never a zero."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Run:
    """All rows in gold order, and what could not be scored."""

    mode: str
    rows: tuple[Row, ...]
    unscored: tuple[Unscored, ...]

    @property
    def scores(self) -> tuple[QuestionScore, ...]:
        """The questions' scores."""
        return tuple(row.score for row in self.rows)

    def metrics(self) -> Metrics:
        """The metrics over the scored questions."""
        return summarise(self.scores, retrieval=[row.retrieval for row in self.rows])

    def sentinels(self) -> dict[str, Metrics]:
        """The metrics of each sentinel over the same questions."""
        names = dict.fromkeys(name for row in self.rows for name in row.sentinels)
        return {name: summarise([row.sentinels[name] for row in self.rows]) for name in names}


def measure(tasks: Sequence[Task], *, settings: Settings, progress: Progress) -> Run:
    """Ingest all pages into one temporary folder and ask every question. Raises CannotMeasure.

    `progress` gets the id of each question as it is done. Raises GoldError where a page does not fit its gold file.
    """
    with TemporaryDirectory(prefix="clipdesk-evals-") as folder:
        try:
            with Rag.open(Path(folder), settings=settings) as rag:
                results = list(_results(rag, tasks, progress=progress))
                mode = rag.settings.answer_mode
        except ClipdeskError as error:
            raise CannotMeasure(str(error)) from error
    rows = tuple(result for result in results if isinstance(result, Row))
    return Run(mode, rows, tuple(result for result in results if isinstance(result, Unscored)))


def locate_all(rag: Rag, tasks: Sequence[Task]) -> tuple[Located, ...]:
    """Ingest each task's page and match its articles to the gold file. Raises CannotMeasure and GoldError."""
    fresh = []
    for task in tasks:
        known = {article.id for article in rag.articles()}
        report = rag.ingest(task.page, captured=task.captured)
        if report.failed:
            raise CannotMeasure(f"{report.failed[0].path}: {report.failed[0].reason}")
        fresh.append([article for article in rag.articles() if article.id not in known])
    articles = rag.articles()
    return tuple(
        locate(task.gold, new, own_page=task.own_page, others=articles) for task, new in zip(tasks, fresh, strict=True)
    )


def _results(rag: Rag, tasks: Sequence[Task], *, progress: Progress) -> Iterator[Row | Unscored]:
    for task, located in zip(tasks, locate_all(rag, tasks), strict=True):
        for question in task.questions:
            try:
                yield _row(rag, question, located=located)
            except ClipdeskError as error:
                yield Unscored(question.id, str(error))
            progress(question.id)


def _row(rag: Rag, question: Question, *, located: Located) -> Row:
    answer = rag.ask(question.asked, history=_history(rag, question))
    passages = rag.search(question.asked, k=DEPTH)
    alone = not question.earlier  # a follow-up's last turn is not a query by itself
    return Row(
        question=question,
        answer=answer,
        located=located,
        score=score_answer(question, answer, located=located),
        retrieval=score_retrieval(question, passages, located=located) if alone else None,
        sentinels=_sentinels(question, passages, located=located),
    )


def _history(rag: Rag, question: Question) -> list[Turn]:
    """The earlier turns with the answers they get, each asked after the ones before it."""
    history: list[Turn] = []
    for turn in question.earlier:
        history.append(Turn(turn, rag.ask(turn, history=history).text))
    return history


def _sentinels(question: Question, passages: Sequence[Passage], *, located: Located) -> dict[str, QuestionScore]:
    answers = {
        "copy-top-passage": copy_top_passage(question.asked, passages),
        "cite-everything": cite_everything(question.asked, located.articles.values()),
    }
    return {name: score_answer(question, answer, located=located) for name, answer in answers.items()}
