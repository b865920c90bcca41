"""Logistic regression, for the small models whose constants stand in `rag/answer`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]

RIDGE = 1.0
STEPS = 25
NOTHING = 1e-9  # of a step: the weights are found


def logistic(rows: Matrix, y: Matrix, *, counts: Matrix) -> Matrix:
    """The intercept and a weight for each feature, (k + 1,), of rows (n, k) with y (n,) of 0 and 1.

    A row counts as often as `counts` (n,) say. Ridge regression of the logit, the intercept free, by Newton's method
    (iteratively reweighted least squares; Hastie, Tibshirani & Friedman, The Elements of Statistical Learning, 4.4.1).
    """
    rows = np.column_stack([np.ones(len(rows)), rows])
    weights = np.zeros(rows.shape[1])
    ridge = np.diag([0.0] + [RIDGE] * (rows.shape[1] - 1))
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-rows @ weights))
        slope = rows.T @ (counts * (y - p)) - ridge @ weights
        step = np.linalg.solve(rows.T @ (rows * (counts * p * (1 - p))[:, None]) + ridge, slope)
        weights += step
        if np.abs(step).max() < NOTHING:
            break
    return weights
