"""What the commands do: run, score, compare, report. The command line (`evals.cli`) reads the words and calls these."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import typer
import yaml
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from evals.asking import Task, asking, read_tasks
from evals.cache import CachedEndpoint, RememberingReranker
from evals.compare import Comparison, compare
from evals.fingerprint import fingerprint
from evals.folder import Manifest, RunError, RunFolder, now, spread
from evals.gates import Gate, baseline_path, judge_gates, read_baseline, read_floors, save_baseline
from evals.gold import GoldError
from evals.metrics import Metric, Prices
from evals.results import Run, score_run
from evals.show import document, metric_json, named_metrics, sentinel_columns, table, verdict
from evals.stored import Json
from evals.suites.data import DataError, Loaded, Place
from rag import Settings, load_settings

HERE = Path(__file__).parent
GOLD = HERE / "gold"
SAMPLES = HERE.parent / "samples"
WIDTH = 120
EXAMPLES_HEAD = """# Examples

Full answers to gold questions, asked on {asked_on}, good ones and failures alike. Which questions are shown is not
chosen: they lie at even distances in the gold files. Written by `python -m evals examples`, never by hand; numbers in
square brackets are citations, and what a citation quotes are the article's own characters.

"""
CODES = {"passed": 0, "failed": 1, "could not measure": 3}


@dataclass(frozen=True, slots=True)
class Options:
    """The options of `run` that all suites share."""

    suite: str
    mode: str
    split: str
    limit: int | None
    out: Path
    fresh: bool
    index: Path | None
    cache: str
    cache_dir: Path
    epoch: int
    cold: bool
    retrieval_only: bool


def run_gold(options: Options, tasks: Sequence[Task]) -> RunFolder:
    """Ask the gold questions that are not answered yet; returns the finished run."""
    settings = load_settings(mode=options.mode)
    ids = tuple(
        i
        for task in tasks
        for i in spread([q.id for q in task.gold.questions if options.split in ("all", q.split)], options.limit)
    )
    endpoint, reranker = _endpoint(options, settings), _reranker(options, settings)
    with (
        _progress("reading pages", len(ids)) as (advance, _),
        asking(tasks, settings=settings, ids=ids, endpoint=endpoint, reranker=reranker) as asked,
    ):
        articles = list(asked.articles())
        manifest = Manifest(
            suite=options.suite,
            mode=settings.answer_mode,
            split=options.split,
            ids=ids,
            options={"limit": options.limit, "page": None if tasks[0].own_page else tasks[0].page.name},
            fingerprint=fingerprint(
                settings,
                files=[path for task in tasks for path in (task.file, task.page)],
                article_ids=[article["id"] for article in articles],
            ),
            started=now(),
        )
        folder = RunFolder.begin(options.out, manifest, fresh=options.fresh)
        folder.keep_articles(articles)
        return folder.collect(asked.ask(), progress=advance)


def tasks_of(folder: RunFolder, *, gold: Path, samples: Path) -> tuple[Task, ...]:
    """The gold files of a stored run. Raises RunError for a run of another suite, GoldError."""
    if folder.manifest.suite != "gold":
        raise RunError(f"{folder.path} is a run of {folder.manifest.suite}: only runs of the gold questions go here")
    tasks = read_tasks(gold, samples=samples)
    if folder.manifest.options.get("page"):  # asked on another page: its evidence is not verbatim there
        return tuple(Task(t.file, t.gold, t.page, t.captured, False) for t in tasks)
    return tasks


def show_gold(folder: RunFolder, tasks: Sequence[Task], *, prices: Prices | None, as_json: bool, save: bool) -> int:
    """Score, write `summary.json` and the history, print; returns the exit code."""
    run = score_run(folder, tasks, prices=prices)
    baseline_file = baseline_path(run.name, run.mode)
    if save:
        save_baseline(run, baseline_file)
    baseline = read_baseline(baseline_file)
    gates = judge_gates(run, floors=read_floors(HERE / "floors.yaml"), baseline=baseline)
    summary = document(run, gates, baseline=baseline)
    _write_json(folder.path / "summary.json", summary)
    _remember(folder, summary)
    if as_json:
        typer.echo(json.dumps(summary, ensure_ascii=False))
    else:
        _print_gold(run, gates)
    return CODES[verdict(gates)]


def run_public(options: Options, *, data: Sequence[Path], as_json: bool) -> int:
    """Ask the cases of a public set; returns the exit code."""
    if not data:
        raise DataError(f"--suite {options.suite} needs --data: the folder or file of the set")
    settings = load_settings(mode=options.mode)
    with _whole_rows(data):
        loaded: Loaded = _suite(options.suite).load(data, split=options.split)
    ids = loaded.ids[: options.limit]
    manifest = Manifest(
        suite=options.suite,
        mode=settings.answer_mode,
        split=options.split,
        ids=ids,
        options={"limit": options.limit, "retrieval_only": options.retrieval_only, "notes": list(loaded.notes)},
        fingerprint=fingerprint(settings, files=loaded.files, article_ids=()),
        started=now(),
    )
    folder = RunFolder.begin(options.out, manifest, fresh=options.fresh)
    with _progress("embedding", len(ids)) as (advance, embedding):
        place = Place(
            settings, options.index, _endpoint(options, settings), embedding, answers=not options.retrieval_only
        )
        with _whole_rows(loaded.files), loaded.opened(place, ids) as ask:
            folder = folder.collect(ask, progress=advance)
    return show_public(folder, as_json=as_json)


def show_public(folder: RunFolder, *, as_json: bool) -> int:
    """The metrics of a stored run of a public set; returns the exit code. No gate holds there but completeness."""
    rows = [row for row in folder.rows().values() if "unscored" not in row]
    metrics: Mapping[str, Metric] = _suite(folder.manifest.suite).summarise(rows)
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
    }
    _write_json(folder.path / "summary.json", summary)
    if as_json:
        typer.echo(json.dumps(summary, ensure_ascii=False))
    else:
        console = _console()
        console.print(table(metrics, beside={}))
        for item in unscored[:10]:
            console.print(f"not scored {item.id}: {item.reason}", markup=False, highlight=False)
        asked = f"{len(rows)} of {len(manifest.ids)} cases scored"
        for note in manifest.options.get("notes", []):
            console.print(note, highlight=False)
        console.print(f"{manifest.suite} {manifest.split}, {manifest.mode} mode: {asked}", highlight=False)
    return 3 if unscored else 0


def compare_runs(a: RunFolder, b: RunFolder, *, gold: Path, samples: Path) -> int:
    """Print the comparison; 1 if B regressed, 3 if nothing pairs or questions of B have no score."""
    first, second = (score_run(folder, tasks_of(folder, gold=gold, samples=samples)) for folder in (a, b))
    try:
        found = compare(first, second)
    except ValueError as error:
        typer.echo(f"could not compare: {error}", err=True)
        return 3
    for line in _comparison_lines(found):
        typer.echo(line)
    if found.outcome == "regressed":
        return 1
    if second.unscored:
        typer.echo(f"could not measure: {len(second.unscored)} questions of B have no score: run it again", err=True)
    return 3 if second.unscored else 0


def write_reports(folder: RunFolder, tasks: Sequence[Task], *, prices: Prices | None) -> list[Path]:
    """The report in its four forms, beside the run; returns the files."""
    from evals.report import write_all

    run = score_run(folder, tasks, prices=prices)
    baseline = read_baseline(baseline_path(run.name, run.mode))
    gates = judge_gates(run, floors=read_floors(HERE / "floors.yaml"), baseline=baseline)
    return write_all(run, gates, baseline=baseline, folder=folder.path, history=read_history(folder.path.parent))


def write_examples_file(folders: Sequence[RunFolder], *, gold: Path, samples: Path, limit: int, out: Path) -> Path:
    """Full answers of several runs of the same questions as a Markdown file; returns it. Raises RunError."""
    from evals.examples import write_examples

    runs = [score_run(folder, tasks_of(folder, gold=gold, samples=samples)) for folder in folders]
    shared = set.intersection(*({row.question.id for row in run.rows} for run in runs))
    if not shared:
        raise RunError("the runs have no answered question in common: run the same split in each mode")
    page = folders[0].manifest.options.get("page")
    asked_on = f"the page {page}" if page else "the sample pages, whose stories are retold in our own words"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(EXAMPLES_HEAD.format(asked_on=asked_on) + write_examples(runs, limit=limit), encoding="utf-8")
    return out


def judge_open(folder: RunFolder, tasks: Sequence[Task], *, model: str) -> None:
    """Have a calibrated judge settle what the scorer left open, and print its count apart from all metrics."""
    from evals.judge import Judge, open_facts, read_calibration, settle

    judge = Judge(load_settings(mode="llm", model=model))
    calibration = read_calibration(folder.path, judge)
    typer.echo(f"judge {judge.name}: Cohen's kappa {calibration.kappa_text} against {calibration.n} human labels")
    settled = settle(judge, open_facts(score_run(folder, tasks)), folder=folder.path)
    counts = {state: sum(item.state == state for item in settled) for state in ("stated", "absent", "unscored")}
    typer.echo(f"of {len(settled)} facts left open: " + ", ".join(f"{n} {state}" for state, n in counts.items()))


def calibrate_judge(folder: RunFolder, tasks: Sequence[Task], *, labels: Path, model: str) -> int:
    """Print the judge's agreement with the labels; 3 if none of its verdicts could be scored."""
    from evals.judge import Judge, calibrate, read_labels

    judge = Judge(load_settings(mode="llm", model=model))
    found = calibrate(judge, score_run(folder, tasks), labels=read_labels(labels), folder=folder.path)
    typer.echo(
        f"judge {judge.name}: Cohen's kappa {found.kappa_text} over {found.n} labels, "
        f"{found.agreed} agreed, {found.unscored} unscored"
    )
    return 3 if found.n == 0 else 0


def pages_of(folder: Path) -> list[Path]:
    """The text pages of a folder. Raises GoldError where there are none."""
    pages = sorted(folder.rglob("*.txt")) if folder.is_dir() else []
    if not pages:
        raise GoldError(f"{folder} holds no page to draft from: save pages as text (.txt) in it")
    return pages


def write_drafts(drafts: Sequence[Json], out: Path) -> str:
    """Write the drafts as YAML; returns the sentence that says so. Raises GoldError rather than overwrite."""
    if out.exists():
        raise GoldError(f"{out} exists, and may hold your edits: move it away or name another file with --out")
    out.parent.mkdir(parents=True, exist_ok=True)
    head = "# DRAFTS: not gold. Check each against its article, then move it into a gold file (docs/evals.md).\n"
    body = yaml.safe_dump({"drafts": list(drafts)}, allow_unicode=True, sort_keys=False, width=120)
    out.write_text(head + body, encoding="utf-8")
    return f"{len(drafts)} drafts for review in {out}"


def read_history(runs: Path) -> list[Json]:
    """What finished runs in this folder came to, oldest first."""
    path = runs / "history.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def _remember(folder: RunFolder, summary: Json) -> None:
    """Add the run to the history beside its folder, in place of an earlier scoring of the same run."""
    entry = {
        "finished": folder.manifest.finished.isoformat() if folder.manifest.finished else None,
        "run": folder.path.name,
        "git": folder.manifest.fingerprint.get("git"),
        **{key: summary[key] for key in ("suite", "mode", "split", "verdict")},
        "limit": folder.manifest.options.get("limit"),
        "metrics": {name: value["value"] for name, value in summary["metrics"].items()},
    }
    same = ("finished", "run")
    kept = [old for old in read_history(folder.path.parent) if any(old[key] != entry[key] for key in same)]
    lines = "".join(json.dumps(item, sort_keys=True) + "\n" for item in [*kept, entry])
    (folder.path.parent / "history.jsonl").write_text(lines, encoding="utf-8")


@contextmanager
def _whole_rows(files: Sequence[Path]) -> Iterator[None]:
    """Name the key that a row of a public set lacks. Raises DataError."""
    try:
        yield
    except KeyError as error:
        names = ", ".join(map(str, files))
        raise DataError(f"{names}: a row has no {error}, which this set's format asks for: add it") from error


def _suite(name: str) -> Any:
    return import_module(f"evals.suites.{name}")


def _endpoint(options: Options, settings: Settings) -> CachedEndpoint | None:
    if options.cache == "off" or settings.answer_mode != "llm":
        return None
    strict = options.cache == "replay"
    return CachedEndpoint(settings, folder=options.cache_dir, strict=strict, epoch=options.epoch)


def _reranker(options: Options, settings: Settings) -> RememberingReranker | None:
    """Scores of earlier runs are used again in quote mode, unless the run is to measure the time it takes."""
    if settings.answer_mode == "llm":
        return None
    return RememberingReranker(settings, file=options.cache_dir / "scores.jsonl", cold=options.cold)


@contextmanager
def _progress(begin: str, total: int) -> Iterator[tuple[Callable[[str], None], Callable[[int, int, str], None]]]:
    """A bar on standard error: functions that advance it by a question, and that tell of articles embedded."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        line = bar.add_task(begin, total=total)
        yield (
            lambda name: bar.update(line, advance=1, description=name),
            lambda done, of, name: bar.update(line, description=f"embedding {name} {done}/{of}"),
        )


def _console() -> Console:
    """Wide enough for the table where the output is no terminal."""
    found = Console(soft_wrap=True)
    return found if found.is_terminal else Console(soft_wrap=True, width=WIDTH)


def _write_json(path: Path, value: Json) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _print_gold(run: Run, gates: Sequence[Gate]) -> None:
    """The table, why dev questions failed (test answers are not looked at), and the gates."""
    console = _console()
    console.print(table(named_metrics(run), beside=sentinel_columns(run)))
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
