"""What the command line writes: a result on stdout, as text or as one JSON document, and everything else on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any

import typer

from rag.shown import origin, shown
from rag.types import Answer, Article, Found, Health, IngestReport, Scope


def print_report(report: IngestReport, *, as_json: bool = False) -> None:
    if as_json:
        print_json(report)
    else:
        counts = ", ".join(f"{len(getattr(report, k))} {k}" for k in ("added", "updated", "unchanged", "removed"))
        typer.echo(f"Articles: {counts}.")
    for failure in report.failed:
        typer.echo(f"error: {failure.reason}", err=True)


def print_health(health: Health, *, as_json: bool) -> None:
    if as_json:
        print_json(_plain(health) | {"ok": health.ok})
        return
    for check in health.checks:
        typer.echo(f"{'ok     ' if check.ok else 'PROBLEM'} {check.name}: {check.detail}")
    span = f"from {health.oldest} to {health.newest}" if health.newest else "none dated"
    typer.echo(f"{health.articles} articles, {span}; {health.undated} undated, {health.copies} copies.")


def print_articles(articles: Sequence[Article], *, as_json: bool) -> None:
    if as_json:
        print_json([_plain(a) | {"text": a.text, "dates": _plain(a.dates)} for a in articles])
        return
    for a in articles:
        outlet = ", ".join(part for part in (a.source, a.agency) if part) or "unknown outlet"
        typer.echo(f"{a.id}  {a.published or 'undated   '}  {outlet}: {a.title}")
    if not articles:
        typer.echo('No articles yet: run "clipdesk ingest PAGE".', err=True)


def print_answer(answer: Answer, *, as_json: bool) -> None:
    _tell_scope(answer.scope)
    if as_json:
        print_json(answer)
        return
    if answer.notice:
        typer.echo(answer.notice, err=True)
    typer.echo("\n\n".join(shown(answer)))


def print_passages(passages: Found, *, as_json: bool) -> None:
    _tell_scope(passages.scope)
    if as_json:
        print_json(passages)
        return
    for rank, p in enumerate(passages, start=1):
        typer.echo(f"{rank}. {origin(p.article)} [{p.start}:{p.end}]\n   {p.text}\n")
    if not passages:
        typer.echo('Nothing found: run "clipdesk ingest PAGE" first, or use other words.', err=True)


def print_json(value: Any) -> None:
    """Print a result, or what is made of results, as one document."""
    json.dump(_plain(value), sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int, str], None]]:
    """A bar on a terminal, none elsewhere: the function that advances it gets (done, of how many, name)."""
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


def _tell_scope(scope: Scope) -> None:
    """Say which filters were read from the question, and which were given up."""
    if scope.read:
        words = ", ".join(f'"{reading.words}"' for reading in scope.read)
        typer.echo(f"Searched only what fits {words} of the question; --no-read searches all.", err=True)
    if scope.widened:
        typer.echo(
            f"No article meets the filters ({', '.join(scope.widened.conditions)}): searched without them.", err=True
        )


def _plain(value: Any) -> Any:
    """A result as JSON types; an article goes without its text."""
    if is_dataclass(value):
        kept = (f.name for f in fields(value) if not (isinstance(value, Article) and f.name in ("text", "dates")))
        return {name: _plain(getattr(value, name)) for name in kept}
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Path):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value
