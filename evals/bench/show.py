"""What `python -m evals bench` prints and writes."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import typer

from evals.bench.corpus import real_texts
from evals.bench.run import Point, Ratio, bench
from evals.commands import SAMPLES
from evals.report.plots import growth_plot
from rag import load_settings


def run_bench(data: Sequence[Path], *, sizes: Sequence[int], real: int, out: Path, as_json: bool) -> int:
    """Measure, print, write; 1 if a target was missed. Raises DataError."""
    texts = real_texts(data, SAMPLES)
    before = os.getloadavg()[0]
    ratios, points = bench(
        texts, load_settings(mode="quote"), sizes=sizes, real=real, say=lambda what: typer.echo(f"{what} …", err=True)
    )
    found = {
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "load": [before, os.getloadavg()[0]]},
        "articles recombined": len(texts),
        "ratios": [asdict(ratio) | {"met": ratio.met} for ratio in ratios],
        "growth": [asdict(point) for point in points],
    }
    out.mkdir(parents=True, exist_ok=True)
    (out / "bench.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    (out / "bench.md").write_text(table(ratios, points), encoding="utf-8")
    latency = {
        "search, median": [(p.chunks, 1000 * p.search) for p in points],
        "search, p95": [(p.chunks, 1000 * p.search_p95) for p in points],
        "bare parts, median": [(p.chunks, 1000 * p.bare) for p in points],
    }
    rate = {"stored, embedding left out": [(p.chunks, p.stored_per_second) for p in points]}
    for name, lines, title in (("latency", latency, "Milliseconds a search"), ("ingest", rate, "Chunks a second")):
        plot = growth_plot(lines, title=f"{title} against corpus size", along="chunks")
        (out / f"bench-{name}.svg").write_text(plot + "\n", encoding="utf-8")
    typer.echo(json.dumps(found) if as_json else table(ratios, points))
    return 0 if all(ratio.met for ratio in ratios) else 1


def table(ratios: Sequence[Ratio], points: Sequence[Point]) -> str:
    """The ratios with their targets, and the curve, as Markdown."""
    lines = ["| ratio | value | target | | parts |", "|---|--:|--:|---|---|"]
    for r in ratios:
        parts = "; ".join(f"{name} {value:.4g}" for name, value in r.parts.items())
        lines.append(
            f"| {r.name} | {r.value:.3f} | {r.sense} {r.target:g} | {'met' if r.met else 'MISSED'} | {parts} |"
        )
    lines += [
        "",
        "| chunks | search, median ms | p95 ms | bare parts, median ms | chunks stored/s |",
        "|--:|--:|--:|--:|--:|",
    ]
    for p in points:
        times = " | ".join(f"{1000 * seconds:.1f}" for seconds in (p.search, p.search_p95, p.bare))
        lines.append(f"| {p.chunks:,} | {times} | {p.stored_per_second:.0f} |")
    return "\n".join(lines) + "\n"
