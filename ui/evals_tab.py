"""The Evals tab: how good the answers are, measured here. Importing this imports gradio: call `quiet_gradio` before."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
import pandas as pd

from ui.evals_run import Json, Runner, missing
from ui.markup import inert

SAMPLE = 3  # questions of each gold file in the short run
POLL = 0.5  # seconds
LINES = {"vital_recall": "vital recall", "question_pass": "question pass", "refusal_recall": "refusal recall"}
_NOTHING = "No run yet. A run asks the gold questions of this version in quote mode; nothing leaves this machine."
_NO_REPORT = "This run has no report yet: “python -m evals report {folder}” writes it, and this tab shows it."


def evals_tab(tab: gr.Tab, *, runs: Path = Path("runs"), sample: int = SAMPLE) -> None:
    """Fill an open tab: the last report, a run with its progress, and the history. `runs` is the folder of the runs.

    The short run asks `sample` questions of each gold file.
    """
    runner = Runner(runs)
    absent = missing()
    choice, run, stop = _bar(sample, can_run=absent is None)
    status = gr.HTML(elem_id="evals-status", value=_line(absent or ""))
    plot = _empty_plot()
    report = gr.HTML(elem_id="evals-report")

    def start(limit: int) -> None:
        runner.start(limit=limit or None)

    async def follow() -> AsyncIterator[tuple[Any, ...]]:
        """What the last run came to; first how far the one is that is being made, if one is."""
        was_running = runner.is_running
        while runner.is_running:
            yield gr.skip(), gr.Button(visible=True), _progress(runner), gr.skip(), gr.skip()
            await asyncio.sleep(POLL)
        fault = await asyncio.to_thread(runner.finish) if was_running else None
        history = runner.history()
        yield (
            gr.Button(interactive=absent is None),
            gr.Button(visible=False),
            _status(history, fault or absent),
            _plot(history),
            _report(runner, history),
        )

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    shown = [run, stop, status, plot, report]
    run.click(start, [choice], None, queue=False, **quiet).success(follow, None, shown, concurrency_limit=8, **quiet)
    tab.select(follow, None, shown, concurrency_limit=8, **quiet)
    stop.click(lambda: runner.stop(), None, None, queue=False, **quiet)


def _bar(sample: int, *, can_run: bool) -> tuple[gr.Radio, gr.Button, gr.Button]:
    """What to ask, and the buttons that begin and stop a run."""
    choices = [(f"{sample} of each file", sample), ("all questions", 0)]
    with gr.Row(elem_id="evals-bar"):
        return (
            gr.Radio(
                choices,
                value=sample,
                label="Questions",
                elem_id="evals-choice",
                container=False,
                interactive=can_run,
            ),
            gr.Button("Run the evals", variant="primary", elem_id="evals-run", interactive=can_run),
            gr.Button("Stop the run", elem_id="evals-stop", visible=False),
        )


def _empty_plot() -> gr.LinePlot:
    return gr.LinePlot(
        x="run",
        y="value",
        color="metric",
        y_lim=[0, 1],
        height=240,
        title="Main metrics over the runs, oldest first",
        elem_id="evals-history",
        visible=False,
        buttons=[],
    )


def _progress(runner: Runner) -> str:
    progress = runner.progress()
    if progress.asked is None:
        return _line("Reading the pages …")
    said = f"{progress.answered} of {progress.asked} questions answered"
    bar = f'<progress max="{progress.asked}" value="{progress.answered}" aria-label="{said}"></progress>'
    return f'<p role="status">{bar} {said}</p>'


def _status(history: list[Json], fault: str | None) -> str:
    faults = _line(fault) if fault else ""
    if not history:
        return faults or _line(_NOTHING)
    last = history[-1]
    whole = "all questions" if last["limit"] is None else f"{last['limit']} questions of each file"
    words = (
        f"Last run: {last['verdict']} ({last['suite']}, {last['mode']} mode, {whole}, {str(last['finished'])[:16]})."
    )
    return faults + _line(words.replace("T", " "))


def _plot(history: list[Json]) -> Any:
    """The runs that can be compared with the last one."""
    kind = ("suite", "mode", "split", "limit")
    same = [old for old in history if all(old[key] == history[-1][key] for key in kind)]
    rows = [
        {"run": f"{number}", "metric": label, "value": old["metrics"][name]}
        for number, old in enumerate(same, start=1)
        for name, label in LINES.items()
        if old["metrics"].get(name) is not None
    ]
    return gr.LinePlot(pd.DataFrame(rows, columns=["run", "metric", "value"]), visible=len(same) > 1)


def _report(runner: Runner, history: list[Json]) -> str:
    if not history:
        return ""
    folder = str(history[-1]["run"])
    html = runner.report(folder)
    if html is None:
        return _line(_NO_REPORT.format(folder=runner.runs / folder))
    # a frame of its own origin: its script filters the questions, and reaches nothing of this page
    return f'<iframe sandbox="allow-scripts" title="Report of {escape(folder)}" srcdoc="{escape(html)}"></iframe>'


def _line(words: str) -> str:
    return f'<p role="status">{inert(words)}</p>' if words else ""
