"""Gates: what a run must reach. Each gives its own verdict with its numbers; one that does not apply says so.

Completeness, zero tolerance (citations that do not hold, canaries, failed must_pass questions), flips from pass to fail
against the committed baseline, and the floors of `floors.yaml`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import yaml
from pydantic import Field, RootModel, ValidationError, model_validator

from evals.folder import RunError, Unscored
from evals.gold import Category, GoldError
from evals.matchers import Strict
from evals.metrics import Metric, Metrics
from evals.results import Run
from evals.scoring import QuestionScore
from evals.stats import Rate

HERE = Path(__file__).parent
MODES = ("quote", "llm")  # a run of a local model is one of mode llm
State = Literal["passed", "failed", "not applicable", "could not measure"]


@dataclass(frozen=True, slots=True)
class Gate:
    """The verdict of one gate; `detail` has the numbers, or why it does not apply."""

    name: str
    state: State
    detail: str


class Floor(Strict):
    """An inclusive bound on a metric: `min`, `max` or both."""

    min: float | None = Field(None, ge=0, le=1)
    max: float | None = Field(None, ge=0, le=1)

    @model_validator(mode="after")
    def _one(self) -> Floor:
        if self.min is None and self.max is None:
            raise ValueError("a floor has `min` or `max`")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"no metric is at least {self.min:g} and at most {self.max:g}: change either")
        return self


class Floors(RootModel[dict[str, dict[str, Floor]]]):
    """Answer mode -> name of a metric, or `pass: CATEGORY` -> floor."""


class Baseline(Strict):
    """What passed in the run that was last committed as the measure of later ones, on a kind of `processor`."""

    suite: str
    mode: str
    processor: str
    passed: tuple[str, ...]
    failed: tuple[str, ...]


def measures(gold: Path) -> Path:
    """Where the floors and baselines of a gold folder lie: in the folder itself, and for our own beside it."""
    return HERE if gold.resolve() == HERE / "gold" else gold


def read_floors(path: Path) -> Floors:
    """The floors file, no floors if there is none. Raises GoldError where it is wrong or names what is unknown."""
    if not path.exists():
        return Floors({})
    try:
        floors = Floors.model_validate(yaml.safe_load(path.read_bytes()))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise GoldError(f"{path.name} cannot be used: {error}") from error
    names = set(Metrics.__dataclass_fields__) - {"by_category"} | {f"pass: {name}" for name in get_args(Category)}
    for mode, bounds in floors.root.items():
        if mode not in MODES:
            raise GoldError(f"{path.name}: no run is of mode {mode!r}; known: {', '.join(MODES)}")
        if unknown := sorted(bounds.keys() - names):
            raise GoldError(
                f"{path.name}: {mode}: no metric is called {unknown[0]!r}; known: {', '.join(sorted(names))}"
            )
    return floors


def baseline_path(gold: Path, run: Run) -> Path:
    """Where the baseline of a run's suite, mode and kind of processor is kept, for the questions of a gold folder."""
    kind = str(run.fingerprint.get("processor")).replace(" ", "-")
    return measures(gold) / "baseline" / f"{run.name}-{run.mode}.{kind}.json"


def read_baseline(path: Path) -> Baseline | None:
    """The baseline; where there is none, that of another kind of processor; None if there is none. Raises GoldError."""
    others = sorted(path.parent.glob(f"{path.name.partition('.')[0]}.*.json"))
    found = next((p for p in (path, *others) if p.exists()), None)
    if found is None:
        return None
    try:
        return Baseline.model_validate_json(found.read_bytes())
    except (OSError, ValidationError) as error:
        raise GoldError(f"{found.name} cannot be used: write it anew with --save-baseline ({error})") from error


def save_baseline(run: Run, path: Path, *, questions: Iterable[str]) -> None:
    """Make this run the measure of later ones.

    Raises RunError unless all `questions` were asked, on their own page, and have a score, and for a run that does not
    name its processor.
    """
    if left := set(questions) - {score.id for score in run.scores}:
        raise RunError(
            f"no baseline was written: {len(left)} questions have no score in this run, first {min(left)}: ask all of "
            "them, without --limit and --split"
        )
    if run.options.get("page"):
        raise RunError("no baseline was written: the run is on another page: make one without --page")
    passed = [score.id for score in run.scores if score.passed]
    failed = [score.id for score in run.scores if not score.passed]
    processor = run.fingerprint.get("processor")
    if processor is None:
        raise RunError("the run does not say on which kind of processor it was made: run it again with --fresh")
    value = {"suite": run.name, "mode": run.mode, "processor": processor, "passed": passed, "failed": failed}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")


def judge_gates(run: Run, *, floors: Floors, baseline: Baseline | None) -> tuple[Gate, ...]:
    """The verdicts, in the order in which they are shown."""
    metrics = run.metrics()
    whole = run.split == "all" and run.options.get("limit") is None
    return (
        _completeness(run.unscored),
        _none("citations hold", _broken_citations(run.scores), judged=metrics.citation_validity.n),
        _none("no canary is said", [s.id for s in run.scores if s.canaries], judged=metrics.canaries.n),
        _none("must_pass questions pass", *_must_pass(run.scores)),
        _flips(run, baseline, whole=whole),
        *(_floors(floors.root.get(run.mode, {}), metrics, whole=whole)),
    )


def flips(run: Run, baseline: Baseline | None) -> tuple[list[str], list[str]]:
    """Ids that passed in the baseline and fail now, and the other way round."""
    if baseline is None:
        return [], []
    passed, failed = set(baseline.passed), set(baseline.failed)
    broken = [score.id for score in run.scores if not score.passed and score.id in passed]
    return broken, [score.id for score in run.scores if score.passed and score.id in failed]


def _completeness(unscored: Sequence[Unscored]) -> Gate:
    if not unscored:
        return Gate("complete", "passed", "every question has a score")
    return Gate("complete", "could not measure", f"{len(unscored)} without a score, first {unscored[0].id}")


def _broken_citations(scores: Sequence[QuestionScore]) -> list[str]:
    return [score.id for score in scores if score.citations.valid < score.citations.total]


def _must_pass(scores: Sequence[QuestionScore]) -> tuple[list[str], int]:
    must = [score for score in scores if score.gate == "must_pass"]
    return [score.id for score in must if not score.passed], len(must)


def _none(name: str, offenders: Sequence[str], judged: int) -> Gate:
    if not judged:
        return Gate(name, "not applicable", "nothing to judge")
    if offenders:
        return Gate(name, "failed", f"{len(offenders)}: {', '.join(offenders)}")
    return Gate(name, "passed", f"{judged} judged")


def _flips(run: Run, baseline: Baseline | None, *, whole: bool) -> Gate:
    name = "no flip against the baseline"
    if run.mode != "quote":
        return Gate(name, "not applicable", "answers of a language model differ by themselves: use `compare`")
    if baseline is None:
        return Gate(name, "not applicable", "there is no baseline: write one with --save-baseline")
    broken, fixed = flips(run, baseline)
    detail = f"{len(broken)} passed before and fail now, {len(fixed)} the other way"
    if broken and run.fingerprint.get("processor") != baseline.processor:
        why = f"the baseline is of another kind of processor ({baseline.processor}), which rounds otherwise"
        remedy = "write one of this kind with --save-baseline"
        return Gate(name, "not applicable", f"{detail} ({', '.join(broken)}), but {why}: {remedy}")
    if broken:
        return Gate(name, "failed", f"{detail}: {', '.join(broken)}")
    asked = {score.id for score in run.scores} | {item.id for item in run.unscored}
    if whole and (gone := [i for i in baseline.passed if i not in asked]):
        remedy = "give them their ids back, or write a new baseline with --save-baseline"
        return Gate(name, "failed", f"{len(gone)} that passed before are not asked now: {', '.join(gone)}: {remedy}")
    return Gate(name, "passed", detail)


def _floors(floors: Mapping[str, Floor], metrics: Metrics, *, whole: bool) -> Iterator[Gate]:
    if not floors:
        yield Gate(
            "floors", "not applicable", "there are none for this mode: write a floors.yaml beside the gold files"
        )
    for name, floor in floors.items():
        yield _floor(name, floor, metrics, whole=whole)


def _floor(name: str, floor: Floor, metrics: Metrics, *, whole: bool) -> Gate:
    metric = _metric(metrics, name)
    bounds = " and ".join(
        f"{word} {bound:g}" for word, bound in (("at least", floor.min), ("at most", floor.max)) if bound is not None
    )
    title = f"{name} {bounds}"
    if not whole:
        return Gate(title, "not applicable", "only a part was asked (--limit, --split)")
    if metric is None or metric.value is None:
        return Gate(title, "not applicable", "nothing to judge")
    too_low = floor.min is not None and metric.value < floor.min
    too_high = floor.max is not None and metric.value > floor.max
    return Gate(title, "failed" if too_low or too_high else "passed", _with_bound(metric))


def _metric(metrics: Metrics, name: str) -> Metric | None:
    named: Mapping[str, Metric] = {
        **metrics.plain(),
        **{f"pass: {category}": rate for category, rate in metrics.by_category.items()},
    }
    return named.get(name)


def _with_bound(metric: Metric) -> str:
    text = f"{metric.value:.3f}, n {metric.n}"
    if isinstance(metric, Rate) and metric.interval:
        text += f", 95% {metric.interval[0]:.2f} to {metric.interval[1]:.2f}"
    return text
