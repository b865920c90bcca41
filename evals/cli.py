"""`python -m evals validate | run | score | compare | report | examples | calibrate | bench | new | draft`.

Exit codes: 0 pass, 1 a gate failed, 2 bad usage or data, 3 could not measure.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from evals import commands, drafts, public
from evals.arguments import (
    AnswerMode,
    Cache,
    CacheFolder,
    GoldFolder,
    LLMCache,
    PriceIn,
    PriceOut,
    RunArgument,
    SampleFolder,
    Split,
    StoredGold,
    StoredSamples,
    SuiteName,
)
from evals.asking import CannotMeasure, read_tasks
from evals.cache import CACHE
from evals.folder import RunError, read_run
from evals.gold import GoldError
from evals.metrics import Prices
from evals.options import GOLD_ONLY, Options, idle, idle_scoring
from evals.suites.data import DataError
from rag import ClipdeskError, Rag, load_settings

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Measure Clipdesk: on gold questions, on public sets, on your own articles. Only --mode llm, --judge, "
    "calibrate and an endpoint's embeddings ask a server. Exit codes: 0 passed, 1 a gate failed, 2 wrong usage or "
    "data, 3 could not measure.",
)


def main() -> None:
    """Run the command line."""
    app()


@app.command()
def validate(gold: GoldFolder = commands.GOLD, samples: SampleFolder = commands.SAMPLES) -> None:
    """Check the gold files against their pages: quotes verbatim, matchers that accept their evidence, both classes."""
    with _exits():
        tasks = read_tasks(gold, samples=samples)
    questions = [question for task in tasks for question in task.gold.questions]
    answerable = sum(question.answerable for question in questions)
    typer.echo(
        f"{len(tasks)} gold file(s), {sum(len(task.gold.articles) for task in tasks)} articles: {len(questions)} "
        f"questions, {answerable} answerable, {sum(len(question.facts) for question in questions)} facts, "
        "all evidence verbatim"
    )


@app.command()
def run(
    context: typer.Context,
    suite: Annotated[SuiteName, typer.Option(help="Our gold questions, or a public set (with --data).")] = (
        SuiteName.gold
    ),
    data: Annotated[list[Path] | None, typer.Option(help="Folder or files of a public set, under any name.")] = None,
    gold: GoldFolder = commands.GOLD,
    samples: SampleFolder = commands.SAMPLES,
    page: Annotated[
        Path | None, typer.Option(help="Ask on this page instead: the same stories in the same order.")
    ] = None,
    captured: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day --page was saved.")] = None,
    split: Annotated[Split | None, typer.Option(help="Questions to ask. [default: all; dev for a public set]")] = None,
    mode: Annotated[AnswerMode, typer.Option(help="How answers are made.")] = AnswerMode.quote,
    limit: Annotated[
        int | None,
        typer.Option(min=1, help="Ask only N questions of each file, spread evenly; the first N of a public set."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the run. [default: runs/SUITE-MODE-SPLIT]")] = None,
    fresh: Annotated[bool, typer.Option(help="Drop the run that lies there, unfinished or not readable.")] = False,
    index: Annotated[Path | None, typer.Option(help="Keep a public set's index here and use it again.")] = None,
    cache: LLMCache = Cache.off,
    cache_dir: CacheFolder = CACHE,
    epoch: Annotated[int, typer.Option(help="Keeps several recordings of the same calls apart.")] = 0,
    retrieval_only: Annotated[bool, typer.Option(help="multihop_rag: search, and ask for no answers.")] = False,
    cold: Annotated[bool, typer.Option(help="Score all sentences anew, so that times are measured.")] = False,
    price_in: PriceIn = None,
    price_out: PriceOut = None,
    save_baseline: Annotated[bool, typer.Option(help="Make this run the baseline of later ones.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead of the table.")] = False,
) -> None:
    """Ask the questions, score the answers, hold them to the gates. Goes on where an earlier run was stopped."""
    chosen = split.value if split else "all" if suite is SuiteName.gold else "dev"
    options = Options(
        suite=suite.value,
        mode=mode.value,
        split=chosen,
        limit=limit,
        out=out or Path("runs") / f"{suite.value}-{mode.value}-{chosen}",
        fresh=fresh,
        index=index,
        cache=cache.value,
        cache_dir=cache_dir,
        epoch=epoch,
        cold=cold,
        retrieval_only=retrieval_only,
    )
    with _exits():
        where = f"suite {suite} in mode {mode} with --cache {cache}"
        _refuse(context, idle(suite.value, mode=mode.value, cache=cache.value), where=where)
        if save_baseline and (limit is not None or page is not None or chosen != "all"):
            raise GoldError("--save-baseline needs all questions: leave out --limit, --split and --page")
        if suite is not SuiteName.gold:
            code = public.run_public(options, data=data or [], as_json=as_json)
        else:
            tasks = read_tasks(gold, samples=samples, page=page, captured=captured.date() if captured else None)
            folder = commands.run_gold(options, tasks, gold=gold, samples=samples)
            code = commands.show_gold(
                folder, tasks, prices=_prices(price_in, price_out), as_json=as_json, save=save_baseline
            )
    raise typer.Exit(code)


@app.command()
def score(
    context: typer.Context,
    run: RunArgument,
    gold: StoredGold = None,
    samples: StoredSamples = None,
    judge: Annotated[str | None, typer.Option(help="Model that settles what is open; calibrate it first.")] = None,
    cache: LLMCache = Cache.off,
    cache_dir: CacheFolder = CACHE,
    price_in: PriceIn = None,
    price_out: PriceOut = None,
    save_baseline: Annotated[bool, typer.Option(help="Make this run the baseline of later ones.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead of the table.")] = False,
) -> None:
    """Score a stored run again, with the gold files and scorers as they are now."""
    with _exits():
        folder = read_run(run)
        if judge is None or folder.manifest.suite != "gold":
            _refuse(context, ("cache", "cache_dir"), where="a scoring without --judge")
        if judge is not None and cache is Cache.off:
            _refuse(context, ["cache_dir"], where="a judge without --cache")
        if folder.manifest.suite != "gold":
            _refuse(context, (*GOLD_ONLY, "judge"), where=f"a run of {folder.manifest.suite}")
            code = public.show_public(folder, as_json=as_json)
        else:
            _refuse(context, idle_scoring(folder.manifest.mode), where=f"a run of mode {folder.manifest.mode}")
            tasks = commands.tasks_of(folder, gold=gold, samples=samples)
            prices = _prices(price_in, price_out)
            code = commands.show_gold(folder, tasks, prices=prices, as_json=as_json, save=save_baseline)
            if judge is not None:
                opened = commands.open_judge(judge, cache=cache.value, cache_dir=cache_dir)
                commands.judge_open(folder, tasks, judge=opened, as_json=as_json)
    raise typer.Exit(code)


@app.command()
def compare(a: RunArgument, b: RunArgument, gold: StoredGold = None, samples: StoredSamples = None) -> None:
    """Hold run B against run A, question by question: what broke, what got better, and is it more than chance?"""
    with _exits():
        code = commands.compare_runs(read_run(a), read_run(b), gold=gold, samples=samples)
    raise typer.Exit(code)


@app.command()
def report(
    run: RunArgument,
    gold: StoredGold = None,
    samples: StoredSamples = None,
    price_in: PriceIn = None,
    price_out: PriceOut = None,
) -> None:
    """Write report.html, report.json, report.md and junit.xml into the folder of a run of the gold questions."""
    with _exits():
        folder = read_run(run)
        tasks = commands.tasks_of(folder, gold=gold, samples=samples)
        for path in commands.write_reports(folder, tasks, prices=_prices(price_in, price_out)):
            typer.echo(path)


@app.command()
def examples(
    runs: Annotated[list[Path], typer.Argument(help="Folders of runs over the same questions, one for each mode.")],
    gold: StoredGold = None,
    samples: StoredSamples = None,
    limit: Annotated[int, typer.Option(min=1, help="Questions to show, spread evenly.")] = 10,
    out: Annotated[Path, typer.Option(help="Markdown file to write.")] = Path("docs/examples.md"),
) -> None:
    """Write full answers of stored runs side by side, good ones and failures alike."""
    with _exits():
        folders = [read_run(path) for path in runs]
        typer.echo(commands.write_examples_file(folders, gold=gold, samples=samples, limit=limit, out=out))


@app.command()
def calibrate(
    run: RunArgument,
    labels: Annotated[Path, typer.Option(help="YAML of human labels: question id -> fact number -> stated or absent.")],
    model: Annotated[str, typer.Option(help="The judge's model, by its full name.")],
    cache: LLMCache = Cache.off,
    cache_dir: CacheFolder = CACHE,
    gold: StoredGold = None,
    samples: StoredSamples = None,
) -> None:
    """Hold the judge against human labels and print Cohen's kappa; without this no judge number is shown."""
    with _exits():
        folder = read_run(run)
        tasks = commands.tasks_of(folder, gold=gold, samples=samples)
        judge = commands.open_judge(model, cache=cache.value, cache_dir=cache_dir)
        code = commands.calibrate_judge(folder, tasks, labels=labels, judge=judge)
    raise typer.Exit(code)


@app.command()
def bench(
    data: Annotated[
        list[Path] | None,
        typer.Option(help="Folder of articles to recombine (rows with title, body). [default: samples]"),
    ] = None,
    size: Annotated[
        list[int] | None, typer.Option(min=10, help="Chunks; give it several times. [default: 1000, 5000, 20000]")
    ] = None,
    real: Annotated[int, typer.Option(min=20, help="Chunks embedded in earnest.")] = 400,
    out: Annotated[Path, typer.Option(help="Folder for bench.json, bench.md and the plots.")] = Path("runs/bench"),
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead of the table.")] = False,
) -> None:
    """Measure search and ingest against the bare cost of their parts and against stock LlamaIndex."""
    from evals.bench.show import run_bench

    with _exits():
        code = run_bench(data or [], sizes=sorted(size or [1000, 5000, 20_000]), real=real, out=out, as_json=as_json)
    raise typer.Exit(code)


@app.command()
def new(
    from_feedback: Annotated[bool, typer.Option("--from-feedback", help="From the answers that users marked.")],
    data: Annotated[Path | None, typer.Option(help="Data folder of the chat. [default: CLIPDESK_DATA, else data]")] = (
        None
    ),
    out: Annotated[Path, typer.Option(help="Draft file to write.")] = Path("drafts/feedback.yaml"),
) -> None:
    """Make draft questions of what users marked right, wrong or missing, for review."""
    if not from_feedback:
        typer.echo("name what to make questions of: --from-feedback", err=True)
        raise typer.Exit(2)
    with _exits(), Rag.open(drafts.data_of(data or load_settings().data)) as rag:
        asked = [[e.answer for e in rag.history.conversation(c.id)[1]] for c in rag.history.conversations()]
        made = drafts.from_feedback(rag.feedback(), rag.articles(), asked=asked)
        typer.echo(drafts.write_drafts(made, out))


@app.command()
def draft(
    folder: Annotated[Path, typer.Argument(help="Folder of saved pages, or one page.")],
    captured: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day they were saved.")] = None,
    out: Annotated[Path, typer.Option(help="Draft file to write.")] = Path("drafts/articles.yaml"),
    limit: Annotated[int, typer.Option(min=1, help="Questions per article.")] = 5,
) -> None:
    """Propose questions from a folder of your own articles: numbers, dates and quotes, found by rule."""
    with _exits():
        pages, failed = drafts.pages_of(folder, captured=captured.date() if captured else None)
        for line in failed:
            typer.echo(line, err=True)
        typer.echo(drafts.write_drafts(drafts.from_pages(pages, limit=limit), out))


@contextmanager
def _exits() -> Iterator[None]:
    """Turn the errors of a run into one message and an exit code."""
    try:
        yield
    except (GoldError, RunError, DataError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    except OSError as error:
        what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        typer.echo(f"{what}: check the path, its permissions and the space on the disk", err=True)
        raise typer.Exit(2) from error
    except (CannotMeasure, ClipdeskError, json.JSONDecodeError, UnicodeDecodeError) as error:
        typer.echo(f"could not measure: {error}", err=True)
        raise typer.Exit(3) from error


def _refuse(context: typer.Context, options: Iterable[str], *, where: str) -> None:
    """Raise GoldError for an option that was given and says nothing `where` it stands."""
    for name in options:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            raise GoldError(f"--{name.replace('_', '-')} says nothing for {where}: leave it out")


def _prices(prompt: float | None, completion: float | None) -> Prices | None:
    if (prompt is None) != (completion is None):
        raise GoldError("--price-in and --price-out go together: a cost needs both")
    return None if prompt is None or completion is None else Prices(prompt, completion)
