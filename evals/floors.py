"""Floors: the least a run must reach, per answer mode."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import yaml
from pydantic import Field, RootModel, ValidationError, model_validator

from evals.gold import GoldError
from evals.matchers import Strict
from evals.metrics import Mean, Metrics, Rate
from evals.scoring import QuestionScore


class Floor(Strict):
    """An inclusive bound on a metric: `min`, `max` or both."""

    min: float | None = Field(None, ge=0, le=1)
    max: float | None = Field(None, ge=0, le=1)

    @model_validator(mode="after")
    def _one(self) -> Floor:
        if self.min is None and self.max is None:
            raise ValueError("a floor has `min` or `max`")
        return self


class Floors(RootModel[dict[str, dict[str, Floor]]]):
    """Answer mode -> name of a metric -> floor."""


def read_floors(path: Path) -> Floors:
    """The floors file. Raises GoldError where it is wrong or names an unknown metric."""
    try:
        floors = Floors.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise GoldError(f"{path.name} cannot be used: {error}") from error
    names = {name for name in Metrics.__dataclass_fields__ if name != "by_category"}
    for mode, bounds in floors.root.items():
        if unknown := sorted(set(bounds) - names):
            raise GoldError(
                f"{path.name}: {mode}: no metric is called {unknown[0]!r}; known: {', '.join(sorted(names))}"
            )
    return floors


def misses(floors: Floors, metrics: Metrics, scores: Sequence[QuestionScore], *, mode: str) -> tuple[str, ...]:
    """What the run falls short of: floors of the mode, and must_pass questions that failed."""
    found = []
    for name, floor in floors.root.get(mode, {}).items():
        metric: Rate | Mean = getattr(metrics, name)
        if metric.value is None:
            continue
        if floor.min is not None and metric.value < floor.min:
            found.append(f"{name} is {metric.value:.3f}, floor {floor.min:g}")
        if floor.max is not None and metric.value > floor.max:
            found.append(f"{name} is {metric.value:.3f}, at most {floor.max:g}")
    found += [
        f"must_pass question failed: {score.id}" for score in scores if score.gate == "must_pass" and not score.passed
    ]
    return tuple(found)
