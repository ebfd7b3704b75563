"""Weighted figures of columns: means, totals, shares, quantiles, correlation, draws, histograms.

Every function takes one value and one weight per row and weights alike; counting rows is weighting by one.
Rows with a missing value are left out. With the survey's weights over all five implicates these are the
survey's own point estimates: a mean or share over all rows equals the mean of the five implicates' estimates,
and quantiles pool all rows, as the Federal Reserve's public tables do.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lib.errors import EstimateError

Floats = NDArray[np.float64]


def mean(values: ArrayLike, weights: ArrayLike) -> float:
    """Weighted mean, in the unit of ``values``; NaN where nothing is left to average."""
    v, w = present_of(values, weights)
    return float(v @ w / w.sum()) if w.sum() > 0 else float("nan")


def total(values: ArrayLike, weights: ArrayLike) -> float:
    """Weighted sum: for dollars, the aggregate over all members."""
    v, w = present_of(values, weights)
    return float(v @ w)


def share(condition: ArrayLike, weights: ArrayLike) -> float:
    """Weighted share of rows for which ``condition`` is true, between 0 and 1."""
    return mean(np.asarray(condition, dtype=float), weights)


def variance(values: ArrayLike, weights: ArrayLike) -> float:
    """Weighted variance about the weighted mean, divisor the sum of weights."""
    v, w = present_of(values, weights)
    if not w.sum() > 0:
        return float("nan")
    return float(((v - v @ w / w.sum()) ** 2) @ w / w.sum())


@dataclass(frozen=True, eq=False)
class Ordered:
    """Values in ascending order with their weights, without the missing ones: put in order once for many questions.

    Attributes:
        values: Ascending.
        weights: Of each value.
        rows: Where each value stands in the column.
    """

    values: Floats
    weights: Floats
    rows: NDArray[np.intp]

    @classmethod
    def of(cls, values: ArrayLike, weights: ArrayLike) -> Ordered:
        """A column, one weight per row."""
        v, w = columns_of(values, weights)
        rows = np.argsort(v, kind="stable")[: len(v) - int(np.isnan(v).sum())]  # missing values come last
        return cls(v[rows], w[rows], rows)

    def among(self, inside: NDArray[np.bool_]) -> Ordered:
        """Some of them; ``inside`` has one entry per value, in their order."""
        return Ordered(self.values[inside], self.weights[inside], self.rows[inside])

    @property
    def mean(self) -> float:
        """See ``mean``."""
        return mean(self.values, self.weights)

    @property
    def variance(self) -> float:
        """See ``variance``."""
        return variance(self.values, self.weights)

    def quantile(self, q: ArrayLike) -> Floats:
        """See ``quantile``; an array of the shape of ``q``."""
        wanted = np.asarray(q, dtype=float)
        if ((wanted < 0) | (wanted > 1)).any():
            raise EstimateError(f"Quantiles must lie between 0 and 1. Got {wanted}.")
        if not self._reached.size or not self._reached[-1] > 0:
            return np.full(wanted.shape, np.nan)
        # rounding in the cumulative sum must not push a share that is reached exactly to the next value
        target = wanted * self._reached[-1] * (1 - 1e-12)
        first = np.searchsorted(self._reached, target, side="left")
        return np.asarray(self.values[np.minimum(first, len(self.values) - 1)])

    def standing(self, value: float) -> float:
        """Share of the weight below a value, and half of that at it; NaN where there is none."""
        if np.isnan(value):
            return float("nan")
        ends = [np.searchsorted(self.values, value, side="left"), np.searchsorted(self.values, value, side="right")]
        return float(self._share_before(np.array(ends)).mean())

    def _share_before(self, positions: NDArray[np.intp]) -> Floats:
        if not self._reached.size or not self._reached[-1] > 0:
            return np.full(positions.shape, np.nan)
        return np.asarray(np.concatenate([[0.0], self._reached])[positions] / self._reached[-1])

    @cached_property
    def _reached(self) -> Floats:
        return np.cumsum(self.weights)


def quantile(values: ArrayLike, weights: ArrayLike, q: ArrayLike) -> Floats | float:
    """Weighted quantile by the Federal Reserve's rule: the first value whose cumulative weight reaches ``q``.

    Args:
        values: One number per row.
        weights: One weight per row.
        q: A share between 0 and 1, or several.

    Returns:
        A float for one share, an array for several; NaN where there are no rows.

    >>> quantile([10, 20, 30], weights=[1, 1, 2], q=0.5)
    20.0
    >>> quantile([10, 20, 30], weights=[1, 1, 3], q=0.5)
    30.0
    """
    result = Ordered.of(values, weights).quantile(q)
    return float(result) if result.ndim == 0 else result


def correlation(x: ArrayLike, y: ArrayLike, weights: ArrayLike) -> float:
    """Weighted Pearson correlation of two columns; NaN where one of them is constant."""
    return float(correlations(np.column_stack([np.asarray(x, float), np.asarray(y, float)]), weights)[0, 1])


def correlations(matrix: ArrayLike, weights: ArrayLike) -> Floats:
    """Weighted Pearson correlations of the columns of ``matrix`` (rows x columns), over complete rows."""
    m = np.asarray(matrix, dtype=float)
    w = np.asarray(weights, dtype=float)
    complete = np.isfinite(m).all(axis=1)
    m, w = m[complete], w[complete]
    if not w.sum() > 0:
        return np.full((m.shape[1], m.shape[1]), np.nan)
    centred = m - w @ m / w.sum()
    covariance = (centred * w[:, None]).T @ centred / w.sum()
    spread = np.sqrt(np.diag(covariance))
    constant = spread <= 1e-12 * np.abs(m).max(axis=0, initial=1.0)
    spread = np.where(constant, np.nan, spread)
    return np.clip(covariance / np.outer(spread, spread), -1, 1)


def ranks(values: ArrayLike, weights: ArrayLike) -> Floats:
    """Weighted mid-rank of every row: the share of all weight below its value, and half of that at it.

    Between 0 and 1; equal values share one rank; NaN where a value is missing. The correlation of such ranks is
    Spearman's, weighted: with equal weights it is the usual one.
    """
    v, w = np.asarray(values, dtype=float), np.asarray(weights, dtype=float)
    present_v, present_w = present_of(v, w)
    found = np.full(v.shape, np.nan)
    if present_w.sum() > 0:
        _, tied = np.unique(present_v, return_inverse=True)
        found[~np.isnan(v)] = standing(tied, present_w)
    return found


def standing(tied: NDArray[np.intp], weights: Floats) -> Floats:
    """Weighted mid-ranks of rows of which only the place of each one's value among all values is known."""
    held = np.bincount(tied, weights)
    return np.asarray(((np.cumsum(held) - held / 2) / held.sum())[tied])


def draw(weights: ArrayLike, number: int, seed: int) -> NDArray[np.intp]:
    """Rows drawn in proportion to weight: heavy ones more than once, equal weights each at most once.

    A systematic sample of rows lined up by weight, so that light and heavy ones come out in their right proportion.

    Args:
        weights: One per row.
        number: How many to draw; with as many as there are rows of equal weight, each is drawn once.
        seed: Start of the random numbers.

    Returns:
        Positions in ascending order.
    """
    w = np.asarray(weights, dtype=float)
    rng = np.random.default_rng(seed)
    order = np.lexsort((rng.permutation(len(w)), w))
    reached = np.cumsum(w[order])
    at = (np.arange(number) + rng.uniform(1e-6, 1 - 1e-6)) / number * reached[-1]
    return np.sort(order[np.minimum(np.searchsorted(reached, at), len(w) - 1)])


def inclusion(weights: ArrayLike, number: int) -> Floats:
    """Probabilities, in proportion to weight, with which each row is among ``number`` that are drawn at most once.

    A row whose share of the weight is larger than one in ``number`` is certain (1); the others share out the rest, as
    survey samplers do for draws with probability proportional to size (Sarndal, Swensson and Wretman 1992, 3.6.2).

    Args:
        weights: One per row.
        number: How many to draw; no more than there are rows with a weight.

    Returns:
        One probability per row; they sum to ``number``.
    """
    w = np.asarray(weights, dtype=float)
    heaviest = np.sort(w)[::-1]
    left = np.cumsum(heaviest[::-1])[::-1]
    certain = np.arange(len(w))
    with np.errstate(divide="ignore", invalid="ignore"):
        each = (number - certain) / left
        first = int(np.argmax(each * heaviest <= 1 + 1e-12))
    return np.minimum(1.0, each[first] * w)


def draw_once(chances: ArrayLike, seed: int) -> NDArray[np.intp]:
    """Rows drawn with given probabilities, each at most once: a systematic sample of rows lined up by probability.

    Args:
        chances: One probability per row, as ``inclusion`` gives them; as many rows are drawn as they sum to.
        seed: Start of the random numbers.

    Returns:
        Positions in ascending order.
    """
    p = np.asarray(chances, dtype=float)
    certain, open_ = np.flatnonzero(p >= 1), np.flatnonzero(p < 1)
    number = round(float(p[open_].sum()))
    if number == 0:
        return certain
    return np.sort(np.concatenate([certain, open_[draw(p[open_], number, seed)]]))


def histogram(values: ArrayLike, weights: ArrayLike, edges: ArrayLike) -> Floats:
    """Weight in each bin of ``edges`` (as ``numpy.histogram``: closed on the left)."""
    v, w = present_of(values, weights)
    return np.histogram(v, bins=np.asarray(edges, dtype=float), weights=w)[0]


def over(part: ArrayLike, whole: ArrayLike) -> Floats:
    """One over the other; NaN where the latter is nothing."""
    a, b = np.asarray(part, dtype=float), np.asarray(whole, dtype=float)
    return np.divide(a, b, out=np.full(np.broadcast_shapes(a.shape, b.shape), np.nan), where=b != 0)


def present_of(values: ArrayLike, weights: ArrayLike) -> tuple[Floats, Floats]:
    """Values that are not missing, and their weights."""
    v, w = columns_of(values, weights)
    present = ~np.isnan(v)
    return (v, w) if present.all() else (v[present], w[present])


def columns_of(values: ArrayLike, weights: ArrayLike) -> tuple[Floats, Floats]:
    """Two columns of one length as numbers, or an ``EstimateError``."""
    v, w = np.asarray(values, dtype=float), np.asarray(weights, dtype=float)
    if v.shape != w.shape or v.ndim != 1:
        raise EstimateError(f"Values and weights must be two columns of one length. Got {v.shape} and {w.shape}.")
    return v, w
