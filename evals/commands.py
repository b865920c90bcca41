"""What the commands do with the gold questions: run, score, compare, report, judge.

The command line (`evals.cli`) reads the words and calls these; `evals.public` has the public sets.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from evals.asking import Task, asking, read_tasks
from evals.cache import CachedEndpoint
from evals.compare import compare
from evals.fingerprint import fingerprint
from evals.folder import Manifest, RunError, RunFolder, now, read_history, remember, spread
from evals.gates import (
    Baseline,
    Gate,
    baseline_path,
    judge_gates,
    measures,
    read_baseline,
    read_floors,
    save_baseline,
)
from evals.gold import FLOORS
from evals.metrics import Prices
from evals.options import Options
from evals.results import Run, score_run
from evals.show import document, verdict
from evals.terminal import print_comparison, print_gold, progress
from rag import load_settings

if TYPE_CHECKING:
    from evals.judge import Judge

HERE = Path(__file__).parent
GOLD = HERE / "gold"
SAMPLES = HERE.parent / "samples"
CODES = {"passed": 0, "failed": 1, "could not measure": 3}


def run_gold(options: Options, tasks: Sequence[Task], *, gold: Path, samples: Path) -> RunFolder:
    """Ask the gold questions that are not answered yet; returns the finished run, which names their folders."""
    settings = load_settings(mode=options.mode)
    ids = tuple(
        i
        for task in tasks
        for i in spread([q.id for q in task.gold.questions if options.split in ("all", q.split)], options.limit)
    )
    endpoint, reranker = options.endpoint(settings), options.reranker(settings)
    with (
        progress("reading pages", len(ids)) as (advance, _),
        asking(tasks, settings=settings, ids=ids, endpoint=endpoint, reranker=reranker) as asked,
    ):
        articles = list(asked.articles())
        manifest = Manifest(
            suite=options.suite,
            mode=settings.answer_mode,
            split=options.split,
            ids=ids,
            options={
                "limit": options.limit,
                "page": None if tasks[0].own_page else tasks[0].page.name,
                "epoch": options.epoch,
            },
            fingerprint=fingerprint(
                settings,
                files=[path for task in tasks for path in (task.file, task.page)],
                article_ids=[article["id"] for article in articles],
                endpoint=endpoint,
            ),
            gold=_other_than(GOLD, gold),
            samples=_other_than(SAMPLES, samples),
            started=now(),
        )
        folder = RunFolder.begin(options.out, manifest, fresh=options.fresh)
        folder.keep_articles(articles)
        return folder.collect(asked.ask(), progress=advance, at_once=options.at_once(settings))


def tasks_of(folder: RunFolder, *, gold: Path | None, samples: Path | None) -> tuple[Task, ...]:
    """The gold files of a stored run: of the folders that it names, unless others are given.

    Raises GoldError, and RunError for a run of another suite or of other questions.
    """
    if folder.manifest.suite != "gold":
        raise RunError(f"{folder.path} is a run of {folder.manifest.suite}: only runs of the gold questions go here")
    gold = gold or folder.manifest.gold or GOLD
    tasks = read_tasks(gold, samples=samples or folder.manifest.samples or SAMPLES)
    if not any(i in task.questions for task in tasks for i in folder.manifest.ids):
        raise RunError(f"{gold} has none of the questions of {folder.path}: name their folder with --gold")
    if folder.manifest.options.get("page"):  # asked on another page: its evidence is not verbatim there
        return tuple(Task(t.file, t.gold, t.page, t.captured, False) for t in tasks)
    return tasks


def show_gold(folder: RunFolder, tasks: Sequence[Task], *, prices: Prices | None, as_json: bool, save: bool) -> int:
    """Score, write `summary.json`, print, add to the history, `save` the baseline; returns the exit code.

    The run itself is held to the baseline of before. One with questions unscored is no baseline, which is told.
    """
    run = score_run(folder, tasks, prices=prices)
    gates, baseline = _judged(run, tasks)
    summary = document(run, gates, baseline=baseline)
    folder.keep_summary(summary)
    if as_json:
        typer.echo(json.dumps(summary, ensure_ascii=False))
    else:
        print_gold(run, gates)
    remember(folder, summary)
    if save and run.unscored:
        typer.echo(f"no baseline was written: {len(run.unscored)} questions have no score: run it again", err=True)
    elif save:
        questions = [i for task in tasks for i in task.questions]
        save_baseline(run, baseline_path(tasks[0].file.parent, run), questions=questions)
    return CODES[verdict(gates)]


def compare_runs(a: RunFolder, b: RunFolder, *, gold: Path | None, samples: Path | None) -> int:
    """Print the comparison; 1 if B regressed, 3 if nothing pairs or questions of B have no score."""
    first, second = (score_run(folder, tasks_of(folder, gold=gold, samples=samples)) for folder in (a, b))
    try:
        found = compare(first, second)
    except ValueError as error:
        typer.echo(f"could not compare: {error}", err=True)
        return 3
    print_comparison(found)
    if found.outcome == "regressed":
        return 1
    if second.unscored:
        typer.echo(f"could not measure: {len(second.unscored)} questions of B have no score: run it again", err=True)
    return 3 if second.unscored else 0


def write_reports(folder: RunFolder, tasks: Sequence[Task], *, prices: Prices | None) -> list[Path]:
    """The report in its four forms, beside the run; returns the files."""
    from evals.report import write_all

    run = score_run(folder, tasks, prices=prices)
    gates, baseline = _judged(run, tasks)
    return write_all(run, gates, baseline=baseline, folder=folder.path, history=read_history(folder.path.parent))


def write_examples_file(
    folders: Sequence[RunFolder], *, gold: Path | None, samples: Path | None, limit: int, out: Path
) -> Path:
    """Full answers of several runs of the same questions as a Markdown file; returns it. Raises RunError."""
    from evals.examples import write_examples

    runs = [score_run(folder, tasks_of(folder, gold=gold, samples=samples)) for folder in folders]
    shared = set.intersection(*({row.question.id for row in run.rows} for run in runs))
    if not shared:
        raise RunError("the runs have no answered question in common: run the same split in each mode")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(write_examples(runs, page=folders[0].manifest.options.get("page"), limit=limit), encoding="utf-8")
    return out


def open_judge(model: str, *, cache: str, cache_dir: Path) -> Judge:
    """The judge of this name at the endpoint of the settings; its calls are recorded or replayed as `cache` says."""
    from evals.judge import Judge

    settings = load_settings(mode="llm", model=model)
    kept = None if cache == "off" else CachedEndpoint(settings, folder=cache_dir, strict=cache == "replay")
    return Judge(settings, endpoint=kept)


def judge_open(folder: RunFolder, tasks: Sequence[Task], *, judge: Judge, as_json: bool) -> None:
    """Have a calibrated judge settle what the scorer left open, and print its count apart from all metrics.

    Beside a JSON document it goes to standard error.
    """
    from evals.judge import open_facts, read_calibration, settle

    found = read_calibration(folder.path, judge)
    typer.echo(f"judge {judge.name}: Cohen's kappa {found.kappa_text} against {found.n} human labels", err=as_json)
    settled = settle(judge, open_facts(score_run(folder, tasks)), folder=folder.path)
    counts = {state: sum(item.state == state for item in settled) for state in ("stated", "absent", "unscored")}
    told = ", ".join(f"{n} {state}" for state, n in counts.items())
    typer.echo(f"of {len(settled)} facts left open: {told}", err=as_json)


def calibrate_judge(folder: RunFolder, tasks: Sequence[Task], *, labels: Path, judge: Judge) -> int:
    """Print the judge's agreement with the labels; 3 if none of its verdicts could be scored."""
    from evals.judge import calibrate, read_labels

    found = calibrate(judge, score_run(folder, tasks), labels=read_labels(labels), folder=folder.path)
    typer.echo(
        f"judge {judge.name}: Cohen's kappa {found.kappa_text} over {found.n} labels, "
        f"{found.agreed} agreed, {found.unscored} unscored"
    )
    return 3 if found.n == 0 else 0


def _judged(run: Run, tasks: Sequence[Task]) -> tuple[tuple[Gate, ...], Baseline | None]:
    """The verdicts on a run by the floors and the baseline of its gold folder, and that baseline."""
    gold = tasks[0].file.parent
    baseline = read_baseline(baseline_path(gold, run))
    return judge_gates(run, floors=read_floors(measures(gold) / FLOORS), baseline=baseline), baseline


def _other_than(own: Path, given: Path) -> Path | None:
    """The whole path of a folder; None for our own, which lies elsewhere in another checkout."""
    return None if given.resolve() == own.resolve() else given.resolve()
