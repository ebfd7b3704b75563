"""Weighted estimates: means, totals, shares, quantiles, correlation, draws, histograms.

Every function takes one value and one weight per row and weights alike; counting rows is weighting by one.
Rows with a missing value are left out. With the survey's weights over all five implicates these are the
survey's own point estimates: a mean or share over all rows equals the mean of the five implicates' estimates,
and quantiles pool all rows, as the Federal Reserve's public tables do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from lib.dataset import MEMBERS, Counting, Dataset
from lib.errors import EstimateError

Floats = NDArray[np.float64]

THIN = 30
"""Sampled members below which a figure is flagged as resting on too few."""

MAX_CELLS = 10_000
"""Cells of a table of shares: more cannot be read, and would be asked for by mistake."""


def mean(values: ArrayLike, weights: ArrayLike) -> float:
    """Weighted mean, in the unit of ``values``; NaN where nothing is left to average."""
    v, w = _clean(values, weights)
    return float(v @ w / w.sum()) if w.sum() > 0 else float("nan")


def total(values: ArrayLike, weights: ArrayLike) -> float:
    """Weighted sum: for dollars, the aggregate over all members."""
    v, w = _clean(values, weights)
    return float(v @ w)


def share(condition: ArrayLike, weights: ArrayLike) -> float:
    """Weighted share of rows for which ``condition`` is true, between 0 and 1."""
    return mean(np.asarray(condition, dtype=float), weights)


def variance(values: ArrayLike, weights: ArrayLike) -> float:
    """Weighted variance about the weighted mean, divisor the sum of weights."""
    v, w = _clean(values, weights)
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
        v, w = _columns(values, weights)
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

    def below(self, values: ArrayLike) -> Floats:
        """Share of the weight below each of some values; NaN for missing ones, or where there is no weight."""
        wanted = np.asarray(values, dtype=float)
        shares = self._share_before(np.searchsorted(self.values, wanted, side="left"))
        return np.where(np.isnan(wanted), np.nan, shares)

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
    present_v, present_w = _clean(v, w)
    found = np.full(v.shape, np.nan)
    if present_w.sum() > 0:
        _, tied = np.unique(present_v, return_inverse=True)
        held = np.bincount(tied, present_w)
        found[~np.isnan(v)] = ((np.cumsum(held) - held / 2) / held.sum())[tied]
    return found


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


def histogram(values: ArrayLike, weights: ArrayLike, edges: ArrayLike) -> Floats:
    """Weight in each bin of ``edges`` (as ``numpy.histogram``: closed on the left)."""
    v, w = _clean(values, weights)
    return np.histogram(v, bins=np.asarray(edges, dtype=float), weights=w)[0]


@dataclass(frozen=True)
class Estimate:
    """A figure, what it is in each implicate, and what it rests on.

    ``standard_error`` is the imputation part only, ``sqrt(6/5 * V)`` with V the variance of the five
    implicates' estimates (divisor 4): sampling error is not in it and is far larger.
    """

    value: float
    by_implicate: tuple[float, ...]
    standard_error: float
    sampled: int
    rows: int


def estimate(
    dataset: Dataset,
    statistic: Callable[[Floats, Floats], float],
    column: str,
    *,
    counting: Counting = MEMBERS,
) -> Estimate:
    """A statistic of a column over all rows, with its spread over the implicates.

    Args:
        dataset: The population.
        statistic: Takes values and weights, gives a number: ``mean``, ``variance`` ...
        column: Name of the column.
        counting: Members (weighted) or rows.
    """
    values, weights = dataset.values(column), dataset.weights(counting)
    implicates = dataset.implicate_codes
    parts = tuple(statistic(values[implicates == i], weights[implicates == i]) for i in range(dataset.implicates))
    return Estimate(
        value=statistic(values, weights),
        by_implicate=parts,
        standard_error=imputation_error(parts),
        sampled=dataset.sampled,
        rows=len(dataset),
    )


def imputation_error(by_implicate: Sequence[float]) -> float:
    """The imputation part of a standard error, ``sqrt(6/5 * variance of the implicates' estimates)``."""
    if len(by_implicate) < 2:
        return 0.0
    return float(np.sqrt((1 + 1 / len(by_implicate)) * np.var(by_implicate, ddof=1)))


def shares(
    dataset: Dataset,
    column: str,
    by: str | None = None,
    *,
    counting: Counting = MEMBERS,
) -> pd.DataFrame:
    """How a categorical column is shared out, within each group of another.

    Args:
        dataset: The population.
        column: Column of codes.
        by: Column of codes to group by; without it everyone is one group.
        counting: Members (weighted) or rows.

    Returns:
        One row per group and code that occurs, in the order of the codes: ``group`` (a code of ``by``; 0 without
        it), ``code`` (of ``column``), ``share`` (0 to 1, sums to 1 within a group), ``count`` (members, or rows
        when rows are counted), ``sampled`` (sampled members with that code in any implicate) and ``rows``.

    Raises:
        EstimateError: If the columns have so many different values that nobody could read the table, or none at all.
    """
    codes, code_values = _codes(dataset, column)
    groups, group_values = _codes(dataset, by) if by else (np.zeros(len(dataset), dtype=np.intp), np.zeros(1))
    if len(code_values) * len(group_values) > MAX_CELLS:
        raise EstimateError(
            f"{dataset.codebook.label(column)} has {len(code_values):,} different values: "
            "choose a column of categories, or group the amounts first."
        )
    keep = (codes >= 0) & (groups >= 0)
    if not keep.any():
        raise EstimateError(f"{dataset.codebook.label(column)} is not known of anybody here: choose another column.")
    cell = (groups * len(code_values) + codes)[keep]
    cells = len(group_values) * len(code_values)
    count = np.bincount(cell, dataset.weights(counting)[keep], cells)
    rows = np.bincount(cell, minlength=cells)
    within = np.repeat(count.reshape(-1, len(code_values)).sum(axis=1), len(code_values))
    table = pd.DataFrame(
        {
            "group": np.repeat(group_values, len(code_values)),
            "code": np.tile(code_values, len(group_values)),
            "share": np.divide(count, within, out=np.zeros(cells), where=within > 0),
            "count": count,
            "sampled": _sampled(dataset.member_codes[keep], cell, cells),
            "rows": rows,
        }
    )
    return table.loc[table["rows"] > 0].reset_index(drop=True)


def _sampled(members: NDArray[np.intp], cell: NDArray[np.intp], cells: int) -> NDArray[np.intp]:
    """Distinct members per cell, in memory that grows with rows and not with members times cells."""
    width = int(members.max()) + 1
    pairs = cell * width + members
    pairs.sort()
    new = np.ones(len(pairs), dtype=bool)
    np.not_equal(pairs[1:], pairs[:-1], out=new[1:])
    return np.bincount(pairs[new] // width, minlength=cells)


def _codes(dataset: Dataset, column: str) -> tuple[NDArray[np.intp], Floats]:
    """Position of each row's code among the sorted codes that occur (-1 where missing), and those codes."""
    codes, values = pd.factorize(dataset.values(column), sort=True)
    return codes, np.asarray(values, dtype=float)


def _clean(values: ArrayLike, weights: ArrayLike) -> tuple[Floats, Floats]:
    v, w = _columns(values, weights)
    present = ~np.isnan(v)
    return (v, w) if present.all() else (v[present], w[present])


def _columns(values: ArrayLike, weights: ArrayLike) -> tuple[Floats, Floats]:
    v, w = np.asarray(values, dtype=float), np.asarray(weights, dtype=float)
    if v.shape != w.shape or v.ndim != 1:
        raise EstimateError(f"Values and weights must be two columns of one length. Got {v.shape} and {w.shape}.")
    return v, w
