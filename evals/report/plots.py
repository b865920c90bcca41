"""Plots as inline SVG: no library, no request, readable in print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from math import log

from evals.stats import RiskPoint
from evals.stored import Json

WIDTH, HEIGHT = 460, 240
LEFT, BOTTOM, TOP, RIGHT = 44, 34, 12, 12
COLOURS = ("#1f5fa8", "#b3541e", "#3d7a3d", "#7a3d7a")
LINES = {"vital_recall": "vital recall", "question_pass": "question pass", "refusal_recall": "refusal recall"}


def risk_plot(points: Sequence[RiskPoint]) -> str:
    """Risk against coverage: how wrong the answers are if only the surest share of them is given."""
    if not points:
        return '<p class="empty">No question was answered: there is no risk to plot.</p>'
    path = " ".join(f"{_x(p.coverage):.1f},{_y(p.risk):.1f}" for p in points)
    ticks = [(_x(at), f"{at:g}") for at in (0, 0.25, 0.5, 0.75, 1)]
    line = f'<polyline class="line line-0" points="{path}"/>'
    return _frame("Share of wrong answers against share of answers given", ticks, line, "answers given, surest first")


def history_plot(history: Sequence[Json], *, suite: str, mode: str, split: str) -> str:
    """The main metrics over whole runs of the same suite, mode and split, oldest left."""
    same = [h for h in history if (h["suite"], h["mode"], h["split"], h["limit"]) == (suite, mode, split, None)]
    if len(same) < 2:
        return '<p class="empty">History begins with the second whole run of this suite, mode and split.</p>'
    step = 1 / (len(same) - 1)
    parts, legend = [], []
    for number, (name, label) in enumerate(LINES.items()):
        known = [(n * step, h["metrics"].get(name)) for n, h in enumerate(same)]
        dots = [(_x(at), _y(value)) for at, value in known if value is not None]
        joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in dots)
        parts.append(f'<polyline class="line line-{number}" points="{joined}"/>')
        parts += [f'<circle class="dot line-{number}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in dots]
        legend.append(f'<span class="key line-{number}">{escape(label)}</span>')
    ticks = [(_x(0), str(same[0]["finished"])[:10]), (_x(1), str(same[-1]["finished"])[:10])]
    plot = _frame(f"History of {len(same)} runs", ticks, "".join(parts), "runs, oldest first")
    return f'{plot}<p class="legend">{" ".join(legend)}</p>'


def growth_plot(lines: Mapping[str, Sequence[tuple[float, float]]], *, title: str, along: str) -> str:
    """Values (x, y) against a size x that grows by factors: a file of its own, with the names of the lines in it."""
    xs = sorted({x for points in lines.values() for x, _ in points})
    top = max(y for points in lines.values() for _, y in points) or 1.0
    low, span = log(xs[0]), log(xs[-1] / xs[0]) or 1.0
    parts = []
    for number, (label, points) in enumerate(lines.items()):
        dots = [(_x((log(x) - low) / span), _y(y / top)) for x, y in points]
        joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in dots)
        style = f'fill="none" stroke="{COLOURS[number]}" stroke-width="2"'
        parts.append(f'<polyline {style} points="{joined}"/>')
        place = f'x="{LEFT + 8}" y="{TOP + 12 + 14 * number}"'
        parts.append(f'<text {place} fill="{COLOURS[number]}">{escape(label)}</text>')
    ticks = [(_x((log(x) - low) / span), f"{x:,.0f}") for x in xs]
    plot = _frame(title, ticks, "".join(parts), along, top=top)
    head = '<svg xmlns="http://www.w3.org/2000/svg" font-family="sans-serif" font-size="11" stroke-width="1"'
    return plot.replace("<svg", head, 1).replace('class="grid"', 'stroke="#ddd"')


def _frame(title: str, ticks: Sequence[tuple[float, str]], inside: str, along: str, *, top: float = 1.0) -> str:
    grid = "".join(
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{_y(at):.1f}" y2="{_y(at):.1f}"/>'
        f'<text x="{LEFT - 6}" y="{_y(at) + 4:.1f}" text-anchor="end">{at * top:.3g}</text>'
        for at in (0, 0.25, 0.5, 0.75, 1)
    )
    below = "".join(
        f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 15}" text-anchor="{_anchor(x)}">{escape(text)}</text>'
        for x, text in ticks
    )
    name = f'<text class="axis" x="{(LEFT + WIDTH) / 2}" y="{HEIGHT - 4}" text-anchor="middle">{escape(along)}</text>'
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}"><title>{escape(title)}</title>'
        f"{grid}{below}{name}{inside}</svg>"
    )


def _anchor(x: float) -> str:
    return "start" if x < LEFT + 20 else "end" if x > WIDTH - RIGHT - 20 else "middle"


def _x(share: float) -> float:
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _y(share: float) -> float:
    return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP)
