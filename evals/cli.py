"""`python -m evals validate | run`.

Exit codes: 0 pass, 1 a floor or gate is missed, 2 bad usage or gold file, 3 could not measure.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from evals.checks import problems
from evals.floors import misses, read_floors
from evals.gold import Gold, GoldError, Question, gold_files, read_gold
from evals.report import document, lines, table
from evals.run import CannotMeasure, Run, Task, locate_all, measure
from rag import ClipdeskError, Rag

HERE = Path(__file__).parent
SAMPLES = HERE.parent / "samples"
app = typer.Typer(add_completion=False, no_args_is_help=True, help="Measure Clipdesk on gold questions, offline.")


class Split(StrEnum):
    """Which questions are asked."""

    dev = "dev"
    test = "test"
    all = "all"


class AnswerMode(StrEnum):
    """How answers are made: `quote` needs nothing, `llm` an endpoint."""

    quote = "quote"
    llm = "llm"


GoldFolder = Annotated[Path, typer.Option("--gold", help="Folder of gold files (*.yaml).")]
SampleFolder = Annotated[Path, typer.Option("--samples", help="Folder of the pages that the gold files name.")]


def main() -> None:
    """Run the command line."""
    app()


@app.command()
def validate(gold: GoldFolder = HERE / "gold", samples: SampleFolder = SAMPLES) -> None:
    """Check the gold files against their pages: quotes verbatim, matchers that accept their evidence, both classes."""
    with _exits():
        tasks = _tasks(gold, samples=samples)
        with TemporaryDirectory(prefix="clipdesk-evals-") as folder, Rag.open(folder) as rag:
            locate_all(rag, tasks)
    questions = [question for task in tasks for question in task.questions]
    answerable = sum(question.answerable for question in questions)
    typer.echo(
        f"{len(tasks)} gold file(s): {len(questions)} questions, {answerable} answerable, "
        f"{sum(len(question.facts) for question in questions)} facts, all evidence verbatim"
    )


@app.command()
def run(
    gold: GoldFolder = HERE / "gold",
    samples: SampleFolder = SAMPLES,
    page: Annotated[
        Path | None, typer.Option(help="Ask on this page instead: the same stories in the same order.")
    ] = None,
    captured: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day --page was saved.")] = None,
    split: Annotated[Split, typer.Option(help="Questions to ask.")] = Split.all,
    mode: Annotated[AnswerMode, typer.Option(help="How answers are made.")] = AnswerMode.quote,
    limit: Annotated[int | None, typer.Option(min=1, help="Ask only the first N questions of each file.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for results.jsonl and summary.json.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead of the table.")] = False,
) -> None:
    """Ask the gold questions, score the answers, hold them to the floors."""
    with _exits():
        floors = read_floors(HERE / "floors.yaml")
        day = captured.date() if captured else None
        tasks = [_select(task, split, limit) for task in _tasks(gold, samples=samples, page=page, captured=day)]
        result = _measured(tasks, mode=mode)
    missed = misses(floors, result.metrics(), result.scores, mode=result.mode)
    if out is not None:
        with _exits():
            _write(result, missed, out)
    if as_json:
        typer.echo(json.dumps(document(result, misses=missed), ensure_ascii=False))
    else:
        _print(result, missed)
    raise typer.Exit(3 if result.unscored else 1 if missed else 0)


@contextmanager
def _exits() -> Iterator[None]:
    """Turn the errors of a run into one message and an exit code."""
    try:
        yield
    except GoldError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    except OSError as error:
        typer.echo(f"{error.filename}: {error.strerror}: name a folder that can be written", err=True)
        raise typer.Exit(2) from error
    except (CannotMeasure, ClipdeskError) as error:
        typer.echo(f"could not measure: {error}", err=True)
        raise typer.Exit(3) from error


def _tasks(folder: Path, *, samples: Path, page: Path | None = None, captured: date | None = None) -> list[Task]:
    """The gold files with their pages, checked. Raises GoldError."""
    files = gold_files(folder)
    if (page is None) != (captured is None):
        raise GoldError("--page and --captured go together: an age such as “3 days ago” needs the day of capture")
    if page is not None and len(files) > 1:
        raise GoldError("--page takes the place of one page: use --gold with a folder that holds one gold file")
    return [_task(path, read_gold(path), samples=samples, page=page, captured=captured) for path in files]


def _task(path: Path, gold: Gold, *, samples: Path, page: Path | None, captured: date | None) -> Task:
    own = samples / gold.page
    try:
        found = problems(gold, own.read_text(encoding="utf-8"))
    except OSError as error:
        raise GoldError(f"{path.name}: the page {own.name} cannot be read in {own.parent}: {error.strerror}") from error
    if found:
        raise GoldError("\n".join(f"{path.name}: {problem}" for problem in found))
    if page is None:
        return Task(gold, own, gold.captured, True, gold.questions)
    if not page.is_file():
        raise GoldError(f"--page: there is no file {page}")
    return Task(gold, page, captured or gold.captured, False, gold.questions)


def _select(task: Task, split: Split, limit: int | None) -> Task:
    chosen: list[Question] = [item for item in task.questions if split is Split.all or item.split == split.value]
    return Task(task.gold, task.page, task.captured, task.own_page, tuple(chosen[:limit]))


def _measured(tasks: list[Task], *, mode: AnswerMode) -> Run:
    from rag.settings import load_settings

    total = sum(len(task.questions) for task in tasks)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        line = bar.add_task("reading pages", total=total)
        return measure(
            tasks,
            settings=load_settings(mode=mode.value),
            progress=lambda name: bar.update(line, advance=1, description=name),
        )


def _write(result: Run, missed: tuple[str, ...], out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    (out / "results.jsonl").write_text(lines(result), encoding="utf-8")
    summary = {key: value for key, value in document(result, misses=missed).items() if key != "rows"}
    (out / "summary.json").write_text(json.dumps(summary, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _print(result: Run, missed: tuple[str, ...]) -> None:
    console = Console(soft_wrap=True)
    console.print(table(result.metrics(), sentinels=result.sentinels()))
    for score in result.scores:
        if not score.passed:
            console.print(f"failed {score.id}: {'; '.join(score.reasons)}", markup=False, highlight=False)
    for item in result.unscored:
        console.print(f"not scored {item.id}: {item.reason}", markup=False, highlight=False)
    for miss in missed:
        console.print(f"missed: {miss}", markup=False, highlight=False)
    verdict = "could not measure all" if result.unscored else "missed" if missed else "passed"
    console.print(f"{result.mode} mode, {len(result.scores)} questions: {verdict}", highlight=False)
