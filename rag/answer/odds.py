"""Likelihoods, 0 to 1, and their log odds, in which the small logistic models add their signals up."""

from __future__ import annotations

import math

NEARLY = 1e-9  # how near to 0 or 1 a likelihood may come: certainty has no finite odds


def logit(likelihood: float) -> float:
    """The log odds of a likelihood from 0 to 1; what is certain counts as all but certain."""
    inside = min(max(likelihood, NEARLY), 1 - NEARLY)
    return math.log(inside / (1 - inside))


def sigmoid(log_odds: float) -> float:
    """The likelihood with these log odds."""
    return 1 / (1 + math.exp(-log_odds))
