"""Columns ranked by how much members differ in them: plain and trimmed variance, weighted or by rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from lib.dataset import MEMBERS, ROWS, Codebook, Counting, Dataset
from lib.errors import RecipeError
from lib.estimates import Sample, mean, over, quantile
from lib.estimates.ends import Z

Floats = NDArray[np.float64]

MAX_TRIM = 0.5
"""At half on each side nothing would be left."""


def rank_by_variance(
    dataset: Dataset,
    trim: float = 0.1,
    *,
    counting: Counting = MEMBERS,
    columns: Sequence[str] | None = None,
) -> pd.Series:
    """Variance of each column, largest first.

    With ``counting="rows"`` the figures are those of ``pandas.DataFrame.var()`` (``trim=0``, divisor n - 1) and
    of ``scipy.stats.mstats.trimmed_var(limits=(trim, trim))`` (divisor n, whole rows cut off). With
    ``MEMBERS`` the share ``trim`` of the weight is cut off at each end, the member at the edge counting
    in part, and the divisor is the weight that is left. Equal weights give the figure of the rows wherever
    ``trim`` falls on a whole row.

    Args:
        dataset: The population.
        trim: Share cut off at each end, at least 0 and below 0.5.
        counting: Members (weighted) or rows.
        columns: Columns to rank; by default those of ``rankable``.

    Returns:
        Variances in the unit of each column squared, indexed by column; missing values are left out.

    Raises:
        RecipeError: If ``trim`` is out of range or a column is unknown.
    """
    if not 0 <= trim < MAX_TRIM:
        raise RecipeError(f"The share trimmed at each end must be at least 0 and below 0.5. Got {trim}.")
    names = rankable(dataset.codebook) if columns is None else list(columns)
    if unknown := [name for name in names if name not in dataset.frame]:
        raise RecipeError(f"{dataset.name} has no column {', '.join(unknown)}: choose among its columns.")
    weights = None if counting == ROWS else dataset.weights(counting)
    found = {name: trimmed_variance(dataset.values(name), weights, trim) for name in names}
    return pd.Series(found, name="variance", dtype=float).sort_values(ascending=False, kind="stable")


def rankable(codebook: Codebook) -> list[str]:
    """Columns worth ranking: amounts, without market indices.

    Identifiers, weights and codes of categories spread for reasons that say nothing about a member's
    finances, and so does the level of a market index on the day of the interview.
    """
    return [name for name in codebook.amounts() if codebook[name].unit != "index"]


def spreads(sample: Sample, columns: Sequence[str], trim: float = 0.0) -> pd.DataFrame:
    """Standard deviations of columns, in their own units: the roots of ``rank_by_variance``.

    Args:
        sample: The population.
        columns: Amounts.
        trim: Share cut off at each end, see there.

    Returns:
        Indexed by column, in their order: ``spread``, and ``low`` and ``high``, the ends of its 95 % interval (NaN
        where none can be told).
    """
    weights = None if sample.counting == ROWS else sample.weights
    values = [sample.dataset.values(name) for name in columns]
    spread = np.sqrt([trimmed_variance(one, weights, trim) for one in values])
    off = sample.several_means(np.array([_off_the_middle(one, sample.weights, trim) for one in values]))
    errors = np.array([one.standard_error[0] for one in off]) / (1 - 2 * trim)
    reach = Z * over(errors, 2 * spread)
    return pd.DataFrame(
        {"spread": spread, "low": np.maximum(spread - reach, 0), "high": spread + reach}, index=list(columns)
    )


def _off_the_middle(values: Floats, weights: Floats, trim: float) -> Floats:
    """By how much each row moves a trimmed variance, but for a constant: its squared distance from the middle.

    Values beyond the ends that are cut off count as those ends (Huber 1981, 3.3, of trimmed means).
    """
    low, high = np.asarray(quantile(values, weights, [trim, 1 - trim]))
    ends = np.clip(values, low, high)
    middle = (mean(ends, weights) - trim * (low + high)) / (1 - 2 * trim)
    return np.square(ends - middle)


def trimmed_variance(values: ArrayLike, weights: ArrayLike | None = None, trim: float = 0.1) -> float:
    """Variance after cutting off the share ``trim`` at each end.

    Args:
        values: One number per row; missing ones are left out.
        weights: One weight per row, or None to count rows as scipy and pandas do (see ``rank_by_variance``).
        trim: Share cut off at each end.
    """
    v = np.asarray(values, dtype=float)
    w = np.ones(len(v)) if weights is None else np.asarray(weights, dtype=float)
    if (missing := np.isnan(v)).any():
        v, w = v[~missing], w[~missing]
    weight = float(w.sum())
    if not weight > 0:
        return float("nan")
    cut = float(int(trim * len(v))) if weights is None else trim * weight
    if _trimmed_to_zeros(v, w, cut):
        return 0.0
    variance = _variance(*_trimmed(*_zeros_merged(v, w, weight), cut))
    if trim == 0 and weights is None:
        return variance * len(v) / (len(v) - 1) if len(v) > 1 else float("nan")
    return variance


def _trimmed_to_zeros(v: Floats, w: Floats, cut: float) -> bool:
    """Whether so few hold anything that only zeros are left; true of most columns, and seen without sorting."""
    held = v != 0
    one_sided = v.min() >= 0 or v.max() <= 0
    return bool(one_sided and np.einsum("i,i->", w, held, dtype=float, casting="unsafe") <= cut)


def _zeros_merged(v: Floats, w: Floats, weight: float) -> tuple[Floats, Floats]:
    """The same values with all zeros as one: most members hold nothing of most things, and sorting costs."""
    some = np.flatnonzero(v != 0)
    held, held_weight = v[some], w[some]
    return np.append(held, 0.0), np.append(held_weight, max(weight - float(held_weight.sum()), 0.0))


def _trimmed(v: Floats, w: Floats, cut: float) -> tuple[Floats, Floats]:
    """Values and what is left of their weights after ``cut`` is taken off at each end."""
    if cut == 0:
        return v, w
    order = np.argsort(v)
    above = np.cumsum(w[order])
    first, last = np.searchsorted(above, [cut, above[-1] - cut], side="right")
    kept = np.clip(above[first : last + 1], cut, above[-1] - cut)
    return v[order[first : last + 1]], np.diff(kept, prepend=cut)


def _variance(v: Floats, w: Floats) -> float:
    # einsum and not @: a threaded product of vectors this short waits longer for its threads than it works
    total = w.sum()
    deviation = v - np.einsum("i,i->", v, w) / total
    return float(np.einsum("i,i,i->", deviation, deviation, w) / total)
