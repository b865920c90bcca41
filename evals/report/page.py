"""The report as one HTML page: verdict and gates first, then numbers, then every question with its evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from string import Template

from evals.gates import Baseline, Gate, flips
from evals.metrics import risk_points
from evals.report.plots import history_plot, risk_plot
from evals.report.question import question_html
from evals.results import Run
from evals.scoring import Outcome
from evals.show import code, figure, interval, named_metrics, sentinel_columns, verdict
from evals.stored import Json

TEMPLATE = Path(__file__).parent / "template.html"
OUTCOMES: dict[Outcome, str] = {"right": "right", "wrong": "wrong", "open": "undetermined", "refused": "refused"}
EXPECTED = {
    "answer": "to be answered",
    "answer_with_conflict": "to be answered with both sides",
    "refuse": "to be refused",
    "correct_premise": "to be refused or corrected",
}
FILTERS = ("category", "split", "outcome", "state")


def page(run: Run, gates: Sequence[Gate], *, baseline: Baseline | None, history: Sequence[Json]) -> str:
    """The whole page; it loads nothing."""
    broken, fixed = flips(run, baseline)
    changed = dict.fromkeys(broken, "broken") | dict.fromkeys(fixed, "fixed")
    rows = sorted(run.rows, key=lambda row: changed.get(row.score.id, "unchanged") == "unchanged")
    state = verdict(gates)
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        title=escape(f"Clipdesk evals: {run.name}, {run.mode} mode"),
        verdict=escape(state),
        verdict_class=state.replace(" ", "-"),
        facts=escape(
            f"{len(run.rows)} questions scored, {len(run.unscored)} without a score · split {run.split} · "
            f"code {code(run)}"
        ),
        gates="".join(map(_gate, gates)),
        flips=_flips(broken, fixed, has_baseline=baseline is not None),
        metrics=_metrics(run),
        outcomes=_outcomes(run),
        risk=risk_plot(risk_points(run.scores)),
        history=history_plot(history, suite=run.name, mode=run.mode, split=run.split),
        filters="".join(_filter(name, run) for name in FILTERS),
        questions="".join(question_html(row, change=changed.get(row.score.id)) for row in rows),
        unscored="".join(f"<li><code>{escape(u.id)}</code> {escape(u.reason)}</li>" for u in run.unscored),
        fingerprint="".join(
            f"<dt>{escape(name)}</dt><dd>{escape(str(value))}</dd>" for name, value in run.fingerprint.items()
        ),
    )


def _gate(gate: Gate) -> str:
    kind = gate.state.replace(" ", "-")
    return (
        f'<tr><td><span class="badge {kind}">{escape(gate.state)}</span></td><td>{escape(gate.name)}</td>'
        f"<td>{escape(gate.detail)}</td></tr>"
    )


def _flips(broken: Sequence[str], fixed: Sequence[str], *, has_baseline: bool) -> str:
    if not has_baseline:
        return '<p class="empty">No baseline to compare with.</p>'
    if not broken and not fixed:
        return '<p class="empty">No question changed against the baseline.</p>'
    lists = (("passed before, fail now", broken), ("failed before, pass now", fixed))
    return "".join(f"<p>{escape(label)}: {', '.join(map(_link, ids)) or 'none'}</p>" for label, ids in lists)


def _link(item: str) -> str:
    return f'<a href="#q-{escape(item)}">{escape(item)}</a>'


def _metrics(run: Run) -> str:
    sentinels = sentinel_columns(run)
    head = "".join(f"<th>{escape(name)}</th>" for name in ("metric", "value", "n", "95% interval", *sentinels))
    body = ""
    for label, metric in named_metrics(run).items():
        others = "".join(
            f"<td class='quiet'>{figure(column[label]) if label in column else ''}</td>"
            for column in sentinels.values()
        )
        body += (
            f"<tr><th scope='row'>{escape(label)}</th><td class='value'>{figure(metric)}</td>"
            f"<td>{metric.n}</td><td>{interval(metric)}</td>{others}</tr>"
        )
    return f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"


def _outcomes(run: Run) -> str:
    """What was expected against what came back."""
    head = "".join(f"<th>{escape(label)}</th>" for label in ("expected", *OUTCOMES.values(), "in all"))
    return f"<thead><tr>{head}</tr></thead><tbody>{''.join(_outcome_rows(run))}</tbody>"


def _outcome_rows(run: Run) -> Iterator[str]:
    for expect, label in EXPECTED.items():
        scores = [score for score in run.scores if score.expect == expect]
        counts = [sum(_shown(score.outcome, score.refused) == outcome for score in scores) for outcome in OUTCOMES]
        cells = "".join(f"<td>{count or ''}</td>" for count in counts)
        yield f"<tr><th scope='row'>{escape(label)}</th>{cells}<td>{len(scores)}</td></tr>"


def _shown(outcome: Outcome, refused: bool) -> Outcome:
    """A refusal is shown as one, whether it was right or not."""
    return "refused" if refused else outcome


def _filter(name: str, run: Run) -> str:
    values: list[str] = {
        "category": sorted({score.category for score in run.scores}),
        "split": sorted({score.split for score in run.scores}),
        "outcome": [str(outcome) for outcome in OUTCOMES],
        "state": ["passed", "failed", "broken", "fixed"],
    }[name]
    choices = "".join(f"<option>{escape(value)}</option>" for value in values)
    return f'<label>{escape(name)} <select data-filter="{name}"><option value="">all</option>{choices}</select></label>'
