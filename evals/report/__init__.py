"""The report of a run: one HTML file that needs nothing else, with JSON, Markdown and JUnit beside it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from evals.gates import Baseline, Gate
from evals.report.junit import junit
from evals.report.markdown import markdown
from evals.report.page import page
from evals.results import Run
from evals.show import document, metric_json, named_metrics
from evals.stored import Json


def write_all(
    run: Run, gates: Sequence[Gate], *, baseline: Baseline | None, folder: Path, history: Sequence[Json]
) -> list[Path]:
    """Write `report.html`, `report.json`, `report.md` and `junit.xml` into the folder; returns the paths."""
    labelled = {label: metric_json(metric) for label, metric in named_metrics(run).items()}
    value = document(run, gates, baseline=baseline) | {"labelled": labelled}
    contents = {
        "report.html": page(run, gates, baseline=baseline, history=history),
        "report.json": json.dumps(value, ensure_ascii=False, indent=2) + "\n",
        "report.md": markdown(run, gates, baseline=baseline),
        "junit.xml": junit(run, gates),
    }
    for name, text in contents.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in contents]
