"""Columns that are spread as written down and go together as written down, without a look at any table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

Floats = NDArray[np.float64]


def normals(below: Sequence[Sequence[float]], rows: int, rng: np.random.Generator) -> Floats:
    """Uniform columns of normal variables with the correlations ``below`` the diagonal, one row of them per column."""
    size = len(below)
    matrix = np.eye(size)
    for i, row in enumerate(below):
        matrix[i, :i] = matrix[:i, i] = row
    return ndtr(rng.standard_normal((rows, size)) @ np.linalg.cholesky(matrix).T)


def at_quantiles(uniform: Floats, shares: Sequence[float], values: Sequence[float]) -> Floats:
    """Values at shares between written-down quantiles: on a scale of ratios, for most amounts are skewed."""
    return np.exp(np.interp(uniform, shares, np.log(values)))


def ranked(leaning: Sequence[tuple[Floats, float]], inside: NDArray[np.bool_], rng: np.random.Generator) -> Floats:
    """Uniform values, spread evenly among those ``inside``, that lean on columns by about these correlations.

    Args:
        leaning: Columns, each with the rank correlation wanted; of two that go together themselves the mean leads.
        inside: Of whom; the others get a half.
        rng: Where ties and what is left to chance come from.
    """
    number = int(inside.sum())
    scores = [ndtri(_places(column[inside], rng)) for column, _ in leaning]
    wanted = np.array([correlation for _, correlation in leaning])
    correlations = np.corrcoef(scores) if len(scores) > 1 else np.ones((1, 1))
    weights = np.linalg.solve(correlations, wanted)
    explained = min(float(weights @ wanted), 1.0)
    chance = rng.standard_normal(number) * np.sqrt(1 - explained)
    result = np.full(len(inside), 0.5)
    result[inside] = _places(weights @ np.array(scores) + chance, rng)
    return result


def _places(values: Floats, rng: np.random.Generator) -> Floats:
    """Ranks between 0 and 1, neither reached; ties by chance."""
    order = np.lexsort((rng.random(len(values)), values))
    places = np.empty(len(values))
    places[order] = (np.arange(len(values)) + 0.5) / len(values)
    return places
