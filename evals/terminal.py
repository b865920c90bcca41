"""What the evals write on the terminal: progress on standard error, tables and verdicts on standard output."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from evals.compare import Comparison
from evals.folder import Manifest, Unscored
from evals.gates import Gate
from evals.metrics import Metric
from evals.results import Run
from evals.show import named_metrics, premises, sentinel_columns, table, verdict

WIDTH = 120


@contextmanager
def progress(begin: str, total: int) -> Iterator[tuple[Callable[[str], None], Callable[[int, int, str], None]]]:
    """A bar on standard error: functions that advance it by a question, and that tell of articles embedded."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        line = bar.add_task(begin, total=total)
        yield (
            lambda name: bar.update(line, advance=1, description=name),
            lambda done, of, name: bar.update(line, description=f"embedding {name} {done}/{of}"),
        )


def print_gold(run: Run, gates: Sequence[Gate]) -> None:
    """The table, why dev questions failed (test answers are not looked at), and the gates."""
    console = _console()
    console.print(table(named_metrics(run), beside=sentinel_columns(run)))
    if counts := premises(run):
        console.print(counts, highlight=False)
    for row in run.rows:
        if not row.score.passed and row.score.split == "dev":
            console.print(f"failed {row.score.id}: {'; '.join(row.score.reasons)}", markup=False, highlight=False)
    hidden = sum(not score.passed for score in run.scores if score.split == "test")
    if hidden:
        console.print(f"{hidden} failed questions of the test split are not listed: they are not for tuning")
    for item in run.unscored:
        console.print(f"not scored {item.id}: {item.reason}", markup=False, highlight=False)
    for gate in gates:
        console.print(f"{gate.state}: {gate.name} ({gate.detail})", markup=False, highlight=False)
    console.print(f"{run.mode} mode, {len(run.rows)} questions: {verdict(gates)}", highlight=False)


def print_public(
    manifest: Manifest, metrics: Mapping[str, Metric], unscored: Sequence[Unscored], *, scored: int
) -> None:
    """The table of a public set, what has no score and why, and what the set's loader noted."""
    console = _console()
    console.print(table(metrics, beside={}))
    for item in unscored[:10]:
        console.print(f"not scored {item.id}: {item.reason}", markup=False, highlight=False)
    for note in manifest.options.get("notes", []):
        console.print(note, highlight=False)
    asked = f"{scored} of {len(manifest.ids)} cases scored"
    console.print(f"{manifest.suite} {manifest.split}, {manifest.mode} mode: {asked}", highlight=False)


def print_comparison(found: Comparison) -> None:
    """What broke, what got better, and whether it is more than chance."""
    for line in _comparison_lines(found):
        typer.echo(line)


def _console() -> Console:
    """Wide enough for the table where the output is no terminal."""
    found = Console(soft_wrap=True)
    return found if found.is_terminal else Console(soft_wrap=True, width=WIDTH)


def _comparison_lines(found: Comparison) -> Iterator[str]:
    yield f"{found.pairs} questions in both, on {found.articles} articles; {len(found.unpaired)} in one run only"
    yield f"passed in A and fails in B ({len(found.broken)}): {', '.join(found.broken) or 'none'}"
    yield f"failed in A and passes in B ({len(found.fixed)}): {', '.join(found.fixed) or 'none'}"
    yield f"McNemar, exact, two-sided: p {'n/a, no question differs' if found.p is None else f'{found.p:.4f}'}"
    if found.interval is None:
        bounds = f"too few articles ({found.articles} of 20) for an interval"
    else:
        bounds = f"95% {found.interval[0]:+.3f} to {found.interval[1]:+.3f}, drawn by article"
    yield f"difference in question pass, B less A: {found.difference:+.3f}; {bounds}"
    yield found.outcome
