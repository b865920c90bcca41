"""The report as Markdown: what a pull request or a results page wants to show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evals.gates import Baseline, Gate, flips
from evals.results import Run
from evals.show import code, figure, interval, named_metrics, premises, sentinel_columns, verdict


def markdown(run: Run, gates: Sequence[Gate], *, baseline: Baseline | None) -> str:
    """Verdict, gates, metrics, flips, and the dev questions that failed."""
    return "\n".join(_lines(run, gates, baseline)) + "\n"


def _lines(run: Run, gates: Sequence[Gate], baseline: Baseline | None) -> Iterator[str]:
    yield f"# {run.name}, {run.mode} mode, split {run.split}: {verdict(gates)}"
    yield ""
    yield f"{len(run.rows)} questions scored, {len(run.unscored)} without a score; code {code(run)}."
    yield ""
    yield "| gate | verdict | numbers |"
    yield "|---|---|---|"
    for gate in gates:
        yield f"| {gate.name} | {gate.state} | {_cell(gate.detail)} |"
    yield ""
    sentinels = sentinel_columns(run)
    yield f"| metric | value | n | 95% interval | {' | '.join(sentinels)} |"
    yield f"|---|--:|--:|---|{'--:|' * len(sentinels)}"
    for label, metric in named_metrics(run).items():
        others = [figure(column[label]) if label in column else "" for column in sentinels.values()]
        yield f"| {label} | {figure(metric)} | {metric.n} | {interval(metric)} | {' | '.join(others)} |"
    if counts := premises(run):
        yield ""
        yield f"{counts[0].upper()}{counts[1:]}."
    broken, fixed = flips(run, baseline)
    if broken or fixed:
        yield ""
        yield f"Against the baseline: broken {', '.join(broken) or 'none'}; fixed {', '.join(fixed) or 'none'}."
    failed = [row for row in run.rows if not row.score.passed and row.score.split == "dev"]
    if failed:
        yield ""
        yield "Failed questions of the dev split:"
        yield ""
        for row in failed:
            yield f"- `{row.score.id}` ({row.score.category}): {'; '.join(row.score.reasons)}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
