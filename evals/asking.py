"""The gold suite: read the pages, ask every question through the public API, keep what came back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from evals.cache import CachedEndpoint, RememberingReranker
from evals.checks import Located, locate, planted, problems, repeated_ids
from evals.fingerprint import digest
from evals.folder import Ask
from evals.gold import Gold, GoldError, Question, gold_files, read_gold
from evals.retrieval import DEPTH
from evals.stored import Json, answer_json, article_json, passages_json, read_article
from rag import Answer, ClipdeskError, EndpointLost, Rag, Settings, Turn


class CannotMeasure(Exception):
    """The run could not be carried out; the message says why."""


@dataclass(frozen=True, slots=True)
class Task:
    """A gold file with the page to ask it on; `own_page` is false where another page took its place."""

    file: Path
    gold: Gold
    page: Path
    captured: date
    own_page: bool

    @property
    def questions(self) -> Mapping[str, Question]:
        """The questions by id, in the order of the file."""
        return {question.id: question for question in self.gold.questions}

    def day(self, question: Question) -> date | None:
        """The day that a question counts as asked; None on another page, whose own is not known."""
        return question.as_of or (self.captured if self.own_page else None)

    def put(self, question: Question) -> str:
        """A digest of how a question is put: its turns, the day, what is planted."""
        overlay = question.overlay.model_dump_json() if question.overlay else ""
        return digest([*question.earlier, question.asked, str(self.day(question)), overlay])


def read_tasks(
    folder: Path, *, samples: Path, page: Path | None = None, captured: date | None = None
) -> tuple[Task, ...]:
    """The gold files of a folder with their pages, checked. Raises GoldError with everything that is wrong."""
    files = _read_all(gold_files(folder))
    if (page is None) != (captured is None):
        raise GoldError("--page and --captured go together: an age such as “3 days ago” needs the day of capture")
    if page is not None and len(files) > 1:
        raise GoldError("--page takes the place of one page: use --gold with a folder that holds one gold file")
    if page is not None and not page.is_file():
        raise GoldError(f"--page: there is no file {page}")
    found = [*repeated_ids({path.name: gold for path, gold in files.items()})]
    with TemporaryDirectory(prefix="clipdesk-evals-") as empty, Rag.open(empty) as rag:
        for path, gold in files.items():
            try:
                articles = rag.read(samples / gold.page, captured=gold.captured)
            except ClipdeskError as error:
                raise GoldError(f"{path.name}: the page {gold.page} cannot be read: {error}") from error
            found += [f"{path.name}: {problem}" for problem in problems(gold, articles)]
    if found:
        raise GoldError("\n".join(found))
    return tuple(
        Task(path, gold, page or samples / gold.page, captured or gold.captured, page is None)
        for path, gold in files.items()
    )


def _read_all(paths: Sequence[Path]) -> dict[Path, Gold]:
    """The gold files. Raises GoldError with what is wrong in any of them."""
    files, wrong = {}, []
    for path in paths:
        try:
            files[path] = read_gold(path)
        except GoldError as error:
            wrong.append(str(error))
    if wrong:
        raise GoldError("\n".join(dict.fromkeys("\n".join(wrong).split("\n"))))
    return files


@contextmanager
def asking(
    tasks: Sequence[Task],
    *,
    settings: Settings,
    ids: Sequence[str],
    endpoint: CachedEndpoint | None = None,
    reranker: RememberingReranker | None = None,
) -> Iterator[Asked]:
    """Ingest the pages into folders of their own and be ready to ask. Raises CannotMeasure and GoldError.

    Pages with planted instructions are copies in a store apart: the other questions never meet them.
    """
    wanted = set(ids)
    bent = [t for t in tasks if t.own_page and any(q.overlay and q.id in wanted for q in t.gold.questions)]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="clipdesk-evals-")))
        try:
            plain = stack.enter_context(
                Rag.open(folder / "plain", settings=settings, endpoint=endpoint, reranker=reranker)
            )
            located = {False: _ingested(plain, tasks, pages={task.file: task.page for task in tasks})}
            rags = {False: plain}
            if bent:
                rags[True] = stack.enter_context(
                    Rag.open(folder / "planted", settings=settings, endpoint=endpoint, reranker=reranker)
                )
                copies = {
                    t.file: _planted_copy(t.page, [o.gold for o in tasks if o.page == t.page], folder) for t in bent
                }
                located[True] = _ingested(rags[True], bent, pages=copies)
        except ClipdeskError as error:
            raise CannotMeasure(str(error)) from error

        def replayed() -> int:
            return (endpoint.replayed if endpoint else 0) + (reranker.remembered if reranker else 0)

        yield Asked(tuple(tasks), rags, located, replayed)


@dataclass(frozen=True, slots=True)
class Asked:
    """Open stores over the pages: `rags[True]`, where there is one, over those with planted instructions.

    `replayed` counts the calls that were answered from the cache: what came from there has no latency.
    """

    tasks: tuple[Task, ...]
    rags: Mapping[bool, Rag]
    located: Mapping[bool, Mapping[Path, Located]]
    replayed: Callable[[], int]

    def articles(self) -> Iterator[Json]:
        """The articles with the gold file and alias they belong to."""
        for is_planted, by_file in self.located.items():
            for file, located in by_file.items():
                for alias, article in located.articles.items():
                    yield {"file": file.name, "alias": alias, "planted": is_planted, **article_json(article)}

    def ask(self) -> Ask:
        """From a question's id to its row and seconds."""
        owners = {i: (task, question) for task in self.tasks for i, question in task.questions.items()}
        return lambda item: self._row(*owners[item])

    def _row(self, task: Task, question: Question) -> tuple[Json, float | None]:
        day = question.as_of or task.captured
        rag = self.rags[question.overlay is not None and True in self.rags]
        history: list[Turn] = []
        for turn in question.earlier:  # each asked after the ones before it
            history.append(Turn(turn, answered(rag, turn, history=history, as_of=day).text))
        before = self.replayed()
        answer = answered(rag, question.asked, history=history, as_of=day)
        seconds = answer.seconds if self.replayed() == before else None
        passages = passages_json(rag.search(question.asked, k=DEPTH, as_of=day))
        return {"put": task.put(question), "answer": answer_json(answer), "passages": passages}, seconds


def answered(rag: Rag, question: str, *, history: Sequence[Turn] = (), as_of: date | None = None) -> Answer:
    """The answer. Raises EndpointLost where quotes stand in for the model's: they say nothing of the model."""
    answer = rag.ask(question, history=history, as_of=as_of)
    if rag.settings.answer_mode == "llm" and answer.mode == "quote":
        raise EndpointLost(answer.notice or "the model was lost")
    return answer


def located_from(rows: Sequence[Json], tasks: Sequence[Task]) -> dict[tuple[str, bool], Located]:
    """The located articles of a stored run, by (file name, planted). Raises GoldError where gold has moved on."""
    articles = [(row["file"], row["planted"], read_article(row)) for row in rows]
    found = {}
    for task in tasks:
        for is_planted in (False, True):
            own = [a for file, flag, a in articles if file == task.file.name and flag == is_planted]
            known = [a for _, flag, a in articles if flag == is_planted]
            if own:
                found[task.file.name, is_planted] = locate(task.gold, own, own_page=task.own_page, others=known)
    return found


def _ingested(rag: Rag, tasks: Sequence[Task], *, pages: Mapping[Path, Path]) -> dict[Path, Located]:
    ids: dict[Path, list[str]] = {}
    for task in tasks:
        page = pages[task.file]
        report = rag.ingest(page, captured=task.captured)
        if report.failed:
            raise CannotMeasure(f"{report.failed[0].path}: {report.failed[0].reason}")
        ids[task.file] = [article.id for article in rag.read(page, captured=task.captured)]
    stored = {article.id: article for article in rag.articles()}  # one for all pages and gold files that have it
    everything = tuple(stored.values())
    return {
        t.file: locate(t.gold, [stored[i] for i in ids[t.file]], own_page=t.own_page, others=everything) for t in tasks
    }


def _planted_copy(page: Path, golds: Iterable[Gold], folder: Path) -> Path:
    """The page with the overlays of all its gold files in place, as a file of its own."""
    text = page.read_text(encoding="utf-8")
    for gold in golds:
        text = planted(gold, text)
    copy = folder / f"planted-{digest([str(page)])}-{page.name}"
    copy.write_text(text, encoding="utf-8")
    return copy
