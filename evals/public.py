"""Runs of the public sets (`evals.suites`): ask their cases, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import typer

from evals.fingerprint import commit, fingerprint
from evals.folder import AGAIN, Manifest, RunError, RunFolder, now
from evals.metrics import Metric
from evals.options import Options
from evals.show import metric_json
from evals.suites.data import DataError, Loaded, Place
from evals.terminal import print_public, progress
from rag import load_settings


def run_public(options: Options, *, data: Sequence[Path], as_json: bool) -> int:
    """Ask the cases of a public set; returns the exit code."""
    if not data:
        raise DataError(f"--suite {options.suite} needs --data: the folder or file of the set")
    settings = load_settings(mode=options.mode)
    loaded: Loaded = _suite(options.suite).load(data, split=options.split)
    ids = loaded.ids[: options.limit]
    endpoint = options.endpoint(settings)
    manifest = Manifest(
        suite=options.suite,
        mode=settings.answer_mode,
        split=options.split if any(options.split in path.stem for path in loaded.files) else "all",  # no name has it
        ids=ids,
        options={
            "limit": options.limit,
            "retrieval_only": options.retrieval_only,
            "notes": list(loaded.notes),
            "epoch": options.epoch,
        },
        fingerprint=fingerprint(settings, files=loaded.files, article_ids=(), endpoint=endpoint),
        started=now(),
    )
    folder = RunFolder.begin(options.out, manifest, fresh=options.fresh)
    with progress("embedding", len(ids)) as (advance, embedding):
        place = Place(settings, options.index, endpoint, embedding, answers=not options.retrieval_only)
        with loaded.opened(place, ids) as ask:
            folder = folder.collect(ask, progress=advance)
    return show_public(folder, as_json=as_json)


def show_public(folder: RunFolder, *, as_json: bool) -> int:
    """The metrics of a stored run of a public set; returns the exit code. No gate holds there but completeness."""
    rows = [row for row in folder.rows().values() if "unscored" not in row]
    try:
        metrics: Mapping[str, Metric] = _suite(folder.manifest.suite).summarise(rows)
    except (KeyError, TypeError, ValueError) as error:
        raise RunError(f"{folder.path / 'results.jsonl'}: a row cannot be used ({error!r}): {AGAIN}") from error
    unscored = folder.unscored()
    manifest = folder.manifest
    summary = {
        "suite": manifest.suite,
        "mode": manifest.mode,
        "split": manifest.split,
        "options": manifest.options,
        "verdict": "could not measure" if unscored else "passed",
        "metrics": {label: metric_json(metric) for label, metric in metrics.items()},
        "unscored": [{"id": item.id, "reason": item.reason} for item in unscored],
        "fingerprint": manifest.fingerprint,
        "scored_with": commit(),
    }
    folder.keep_summary(summary)
    if as_json:
        typer.echo(json.dumps(summary, ensure_ascii=False))
    else:
        print_public(folder.manifest, metrics, unscored, scored=len(rows))
    return 3 if unscored else 0


def _suite(name: str) -> Any:
    return import_module(f"evals.suites.{name}")
