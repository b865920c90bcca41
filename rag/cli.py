"""The command line: `clipdesk`, also `python -m rag`. Results go to stdout, everything else to stderr."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from rag import output
from rag.errors import ClipdeskError
from rag.types import Filters

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
Article = Annotated[list[str] | None, typer.Option("--article", help="Only this article, by its id; may be repeated.")]
Language = Annotated[str | None, typer.Option(help="Only articles in this language (ISO 639-1, as in en).")]
AsOf = Annotated[datetime | None, typer.Option(formats=Day, help="Ask as on this day. [default: today]")]
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
        str | None, typer.Option(help="Spread the work over a Dask scheduler (HOST:PORT); alone, over this machine.")
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Read saved pages into the store; unchanged ones cost nothing."""
    with _opened(data) as rag, output.progress("Reading pages") as progress:
        report = rag.ingest(paths, captured=captured, prune=prune, dask=dask, progress=progress)
    output.print_report(report, as_json=as_json)
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
            output.print_report(report)


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
        output.print_json({"removed": gone})
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
    output.print_health(health, as_json=as_json)
    if not health.ok:
        remedy = "ingest the pages again into a new data folder" if repair else 'run "clipdesk doctor --repair"'
        typer.echo(f"error: the data folder is damaged: {remedy}", err=True)
        raise typer.Exit(FAILED)


@app.command()
def articles(data: Data = None, as_json: Json = False) -> None:
    """List the stored articles."""
    with _opened(data) as rag:
        found = rag.articles()
    output.print_articles(found, as_json=as_json)


@app.command()
def ask(
    question: str,
    source: Source = None,
    since: Since = None,
    until: Until = None,
    article: Article = None,
    language: Language = None,
    read: Read = True,
    as_of: AsOf = None,
    data: Data = None,
    mode: Mode = None,
    as_json: Json = False,
) -> None:
    """Answer a question with citations, or refuse."""
    with _opened(data, mode=mode) as rag:
        filters = _filters(source, since, until, article, language, read=read)
        answer = rag.ask(question, filters=filters, as_of=_day(as_of))
    output.print_answer(answer, as_json=as_json)


@app.command()
def search(
    question: str,
    k: Annotated[int, typer.Option("-k", min=1, help="Passages to show.")] = 10,
    source: Source = None,
    since: Since = None,
    until: Until = None,
    article: Article = None,
    language: Language = None,
    read: Read = True,
    as_of: AsOf = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Show the best passages for a question."""
    with _opened(data) as rag:
        filters = _filters(source, since, until, article, language, read=read)
        passages = rag.search(question, k=k, filters=filters, as_of=_day(as_of))
    output.print_passages(passages, as_json=as_json)


@app.command()
def serve(
    data: Data = None,
    mode: Mode = None,
    host: Annotated[
        str | None, typer.Option(help="Address to listen on. [default: CLIPDESK_HOST, else 127.0.0.1]")
    ] = None,
    port: Annotated[
        int | None, typer.Option(help="Port to listen on; 0 takes a free one. [default: CLIPDESK_PORT, else 7860]")
    ] = None,
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
    with _errors(), output.progress("Downloading the model") as progress:
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
        output.print_json(found)
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
    with _opened(data) as rag, output.progress("Rebuilding") as progress:
        chunks = rag.rebuild(progress=progress)
    if as_json:
        output.print_json({"chunks": chunks})
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


def _filters(
    sources: list[str] | None,
    since: datetime | None,
    until: datetime | None,
    articles: list[str] | None,
    language: str | None,
    *,
    read: bool,
) -> Filters:
    return Filters(tuple(sources or ()), _day(since), _day(until), tuple(articles or ()), language, read)


def _day(value: datetime | None) -> date | None:
    return value.date() if value else None


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
