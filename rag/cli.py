"""The command line: `clipdesk`, also `python -m rag`. Results go to stdout, everything else to stderr."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from rag.errors import ClipdeskError

app = typer.Typer(
    name="clipdesk",
    help="Ask your saved news articles a question; every sentence of the answer is cited to the exact words.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Data = Annotated[Path | None, typer.Option("--data", help="Data folder. [default: CLIPDESK_DATA, else data]")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else on stdout.")]
Mode = Annotated[
    str | None, typer.Option("--mode", help="auto, quote, llm or local. [default: CLIPDESK_MODE, else auto]")
]

Source = Annotated[list[str] | None, typer.Option("--source", help="Only this outlet or agency; may be repeated.")]
Day = ["%Y-%m-%d"]
Since = Annotated[datetime | None, typer.Option(formats=Day, help="Only articles published on this day or later.")]
Until = Annotated[datetime | None, typer.Option(formats=Day, help="Only articles published on this day or before.")]
Read = Annotated[bool, typer.Option(" /--no-read", help="Read no filters from the question.")]

FAILED = 1  # exit code when something asked for was not done


@app.command()
def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Saved pages, or folders of them.")],
    captured: Annotated[
        str | None, typer.Option(help="Day the pages were saved (YYYY-MM-DD); ages like '3 days ago' count from it.")
    ] = None,
    prune: Annotated[bool, typer.Option("--prune", help="Drop pages of these folders whose files are gone.")] = False,
    dask: Annotated[
        str | None, typer.Option(help="Spread the work over a Dask scheduler (its address); alone, over this machine.")
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Read saved pages into the store; unchanged ones cost nothing."""
    with _opened(data) as rag, _progress("Reading pages") as progress:
        report = rag.ingest(paths, captured=captured, prune=prune, dask=dask, progress=progress)
    if as_json:
        _print_json(report)
    else:
        _print_report(report)
    for failure in report.failed:
        typer.echo(f"error: {failure.reason}", err=True)
    if report.failed:
        raise typer.Exit(FAILED)


@app.command()
def watch(
    folder: Annotated[Path, typer.Argument(help="Folder of saved pages.")],
    captured: Annotated[str | None, typer.Option(help="Day the pages were saved (YYYY-MM-DD).")] = None,
    data: Data = None,
) -> None:
    """Keep a folder in step as files arrive, change and go, until Ctrl-C; the store is free in between."""
    from rag.ingest.watch import keep_in_step

    with _errors():
        for report in keep_in_step(folder, data=data, captured=captured):
            _print_report(report)
            for failure in report.failed:
                typer.echo(f"error: {failure.reason}", err=True)


@app.command()
def delete(
    what: Annotated[str, typer.Argument(help="Id of an article, or path of a page.")],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Remove an article or a page, its text and its vectors, from the disk."""
    with _opened(data) as rag:
        gone = rag.delete(what)
    if as_json:
        _print_json({"removed": gone})
    else:
        typer.echo(f"Removed {len(gone)} article{'' if len(gone) == 1 else 's'}.")


@app.command()
def doctor(
    repair: Annotated[bool, typer.Option("--repair", help="Make again what does not agree.")] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Check that database, full-text index and vector index agree; say how fresh the articles are."""
    with _opened(data) as rag:
        health = rag.doctor(repair=repair)
    if as_json:
        _print_json(_plain(health) | {"ok": health.ok})
    else:
        for check in health.checks:
            typer.echo(f"{'ok     ' if check.ok else 'PROBLEM'} {check.name}: {check.detail}")
        span = f"from {health.oldest} to {health.newest}" if health.newest else "none dated"
        typer.echo(f"{health.articles} articles, {span}; {health.undated} undated, {health.copies} copies.")
    if not health.ok:
        remedy = "ingest the pages again into a new data folder" if repair else 'run "clipdesk doctor --repair"'
        typer.echo(f"error: the data folder is damaged: {remedy}", err=True)
        raise typer.Exit(FAILED)


@app.command()
def articles(data: Data = None, as_json: Json = False) -> None:
    """List the stored articles."""
    with _opened(data) as rag:
        found = rag.articles()
    if as_json:
        _print_json([_article(a) | {"text": a.text, "dates": _plain(a.dates)} for a in found])
        return
    for a in found:
        outlet = ", ".join(part for part in (a.source, a.agency) if part) or "unknown outlet"
        typer.echo(f"{a.id}  {a.published or 'undated   '}  {outlet}: {a.title}")
    if not found:
        typer.echo('No articles yet: run "clipdesk ingest PAGE".', err=True)


@app.command()
def ask(
    question: str,
    source: Source = None,
    since: Since = None,
    until: Until = None,
    read: Read = True,
    data: Data = None,
    mode: Mode = None,
    as_json: Json = False,
) -> None:
    """Answer a question with citations, or refuse."""
    with _opened(data, mode=mode) as rag:
        answer = rag.ask(question, filters=_filters(source, since, until, read=read))
    _tell_scope(answer.scope)
    if as_json:
        _print_json(answer)
    else:
        _print_answer(answer)


@app.command()
def search(
    question: str,
    k: Annotated[int, typer.Option("-k", min=1, help="Passages to show.")] = 10,
    source: Source = None,
    since: Since = None,
    until: Until = None,
    read: Read = True,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Show the best passages for a question."""
    with _opened(data) as rag:
        passages = rag.search(question, k=k, filters=_filters(source, since, until, read=read))
    _tell_scope(passages.scope)
    if as_json:
        _print_json(passages)
        return
    from rag.shown import origin

    for rank, p in enumerate(passages, start=1):
        typer.echo(f"{rank}. {origin(p.article)} [{p.start}:{p.end}]\n   {p.text}\n")
    if not passages:
        typer.echo('Nothing found: run "clipdesk ingest PAGE" first, or use other words.', err=True)


@app.command()
def serve(
    data: Data = None,
    mode: Mode = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on. [default: 127.0.0.1]")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one. [default: 7860]")] = None,
) -> None:
    """Open the chat in a browser."""
    import importlib

    with _errors():
        importlib.import_module("app").main(data=data, **_given(mode=mode, host=host, port=port))


models = typer.Typer(no_args_is_help=True)
app.add_typer(models, name="model")


@models.callback()
def model() -> None:
    """Get the language model of mode `local`, which runs inside Clipdesk."""


@models.command()
def pull() -> None:
    """Download the model (1.1 GB), going on where an earlier pull stopped."""
    with _errors(), _progress("Downloading the model") as progress:
        from rag.models.llm_file import pull as fetch
        from rag.settings import load_settings

        path = fetch(load_settings(mode="quote").llm_folder, progress=progress)
    typer.echo(f"{path}\nUse it with CLIPDESK_MODE=local.")


@models.command("status")
def model_status(as_json: Json = False) -> None:
    """Say whether the model and its runtime are here; the exit code is 0 if both are."""
    with _errors():
        from rag.models.llm_file import status
        from rag.settings import load_settings

        found = status(load_settings(mode="quote").llm_folder)
    if as_json:
        _print_json(_plain(found) | {"path": str(found.path)})
    else:
        here = "here" if found.is_ready else f'{found.parts} of {found.of} parts here: run "clipdesk model pull"'
        typer.echo(f"model    {here} ({found.path})")
        runtime = "here" if found.runtime else 'missing: pip install "clipdesk[local]"'
        typer.echo(f"runtime  {runtime}")
    if not (found.is_ready and found.runtime):
        raise typer.Exit(FAILED)


@app.command()
def rebuild(data: Data = None, as_json: Json = False) -> None:
    """Make the search index again from the stored articles."""
    with _opened(data) as rag, _progress("Rebuilding") as progress:
        chunks = rag.rebuild(progress=progress)
    if as_json:
        _print_json({"chunks": chunks})
    else:
        typer.echo(f"Indexed {chunks} chunks.")


def main() -> None:
    """Entry point of `clipdesk`."""
    app(_with_scheduler(sys.argv[1:]))


def _with_scheduler(words: list[str]) -> list[str]:
    """The words of a command line, with "local" behind a `--dask` that no address follows."""
    made = []
    for n, word in enumerate(words):
        made.append(word)
        if word == "--dask" and not re.match(r"[a-z]+://|local$|[\w.-]+:\d+$", "".join(words[n + 1 : n + 2])):
            made.append("local")
    return made


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except ClipdeskError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(FAILED) from error


@contextmanager
def _opened(data: Path | None, **values: Any) -> Iterator[Any]:
    with _errors():
        from rag.api import Rag
        from rag.settings import load_settings

        with Rag.open(data, settings=load_settings(**_given(**values))) as rag:
            yield rag


@contextmanager
def _progress(label: str) -> Iterator[Callable[[int, int, str], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn(label),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[name]}"),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(label, total=None, name="")
        yield lambda done, total, name: bar.update(task, completed=done, total=total, name=name)


def _filters(sources: list[str] | None, since: datetime | None, until: datetime | None, *, read: bool) -> Any:
    from rag.types import Filters

    first, last = since.date() if since else None, until.date() if until else None
    return Filters(tuple(sources or ()), first, last, read=read)


def _tell_scope(scope: Any) -> None:
    """Say on stderr which filters were read from the question, and which were given up."""
    if scope.read:
        words = ", ".join(f'"{reading.words}"' for reading in scope.read)
        typer.echo(f"Searched only what fits {words} of the question; --no-read searches all.", err=True)
    if scope.widened:
        typer.echo("No article meets the filters: searched without them.", err=True)


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _print_report(report: Any) -> None:
    counts = ", ".join(f"{len(getattr(report, k))} {k}" for k in ("added", "updated", "unchanged", "removed"))
    typer.echo(f"Articles: {counts}.")


def _print_answer(answer: Any) -> None:
    from rag.shown import shown

    if answer.notice:
        typer.echo(answer.notice, err=True)
    typer.echo("\n\n".join(shown(answer)))


def _print_json(value: Any) -> None:
    json.dump(_plain(value), sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def _article(article: Any) -> dict[str, Any]:
    from dataclasses import fields

    return {f.name: _plain(getattr(article, f.name)) for f in fields(article) if f.name not in ("text", "dates")}


def _plain(value: Any) -> Any:
    """A result as JSON types; an article inside another result goes without its text."""
    from dataclasses import fields, is_dataclass
    from datetime import date

    from rag.types import Article

    if isinstance(value, Article):
        return _article(value)
    if is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
