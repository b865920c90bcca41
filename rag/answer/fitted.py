"""The weights of the gate, as `python -m evals.fit_gate` wrote them into `gate.json`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A logistic model of the signals of a sentence: a weight for each of its figures, and for its `state`, (4 d,).

    The weights for the state are a linear probe (Alain and Bengio, "Understanding intermediate layers using linear
    classifier probes", 2016): they fit the cross-encoder with this `identity` alone.
    """

    identity: str
    intercept: float
    figures: Vector
    state: Vector


@cache
def fitted() -> Fitted:
    """The weights in use."""
    stored = json.loads(files("rag.answer").joinpath("gate.json").read_text(encoding="utf-8"))
    return Fitted(
        stored["identity"], stored["intercept"], np.array(stored["figures"]), np.array(stored["state"], dtype=float)
    )
