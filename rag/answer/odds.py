"""Likelihoods, 0 to 1, and their log odds, in which the small logistic models add their signals up."""

from __future__ import annotations

import math


def logit(likelihood: float) -> float:
    """The log odds of a likelihood between 0 and 1."""
    return math.log(likelihood / (1 - likelihood))


def sigmoid(log_odds: float) -> float:
    """The likelihood with these log odds."""
    return 1 / (1 + math.exp(-log_odds))
