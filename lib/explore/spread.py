"""How an amount is spread: a histogram of several groups on common bins, and the quantiles of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lib import estimates
from lib.dataset import Variable
from lib.estimates.weighted import Floats
from lib.explore.scales import Scale, scale_of

QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9, 0.99)
BINS = 36

_ALMOST_ALL = (0.001, 0.999)
"""Shares of the rows between which the bins of an amount lie."""

_MOST = (0.01, 0.95)
"""Shares of those of each group who have any between which they lie where a skewed amount is drawn on a linear axis: up
to the largest of the wealthiest nearly everybody would be in one bin. Ours."""


@dataclass(frozen=True)
class Histogram:
    """How an amount is spread in a population and among everyone, on common bins.

    Attributes:
        column: The amount.
        scale: The axis of the bins.
        bins: ``group``, ``left``, ``right`` (in the column's unit), ``share`` (of the group's members with a value),
            ``count``; ``open_left``, ``open_right``: whether the bin also holds everything below ``left``, or from
            ``right`` on; ``from_text``, ``to_text``: its ends in words ("$10,000", "below $20,000"; "$20,000 and
            more").
    """

    column: str
    scale: Scale
    bins: pd.DataFrame


def histogram(groups: Mapping[str, estimates.Sample], column: str, *, linear: bool = False) -> Histogram:
    """How many of each of several groups fall into each of their common bins.

    Args:
        groups: Name of each group and its members; the first sets the range of the bins.
        column: An amount.
        linear: Bins of equal width in the column's unit, rather than on the skewed scale. Those of a skewed amount end
            where all but the highest 5 and the lowest 1 % of those lie who have any; the outermost hold these.
    """
    first = next(iter(groups.values())).dataset
    everything = np.concatenate([sample.dataset.values(column) for sample in groups.values()])
    scale = scale_of(everything, first.codebook[column], linear=linear)
    is_skewed = linear and scale_of(everything, first.codebook[column]).kind != scale.kind
    low, high = _of_most(groups, column) if is_skewed else _quantiles(everything)
    edges = _edges(scale, low, high, whole=first.codebook[column].unit in {"count", "years", "score"})
    ends = _ends(edges, everything, first.codebook[column])
    bins = []
    for name, sample in groups.items():
        values, weights = sample.dataset.values(column), sample.weights
        # the few beyond the outermost edges are counted in the outermost bins, which then are open
        count = estimates.histogram(np.clip(values, edges[0], edges[-1]), weights, edges)
        share = count / count.sum() if count.any() else count
        bins.append(ends.assign(group=name, share=share, count=count))
    return Histogram(column, scale, pd.concat(bins, ignore_index=True))


def summary(sample: estimates.Sample, column: str) -> pd.DataFrame:
    """Mean, share at exactly zero and quantiles of a column.

    Returns:
        One row: ``sampled`` (members with a value), ``mean``, ``zero`` and the quantiles, in columns named by share
        (``0.5``); of each ``_low`` and ``_high``: the ends of its 95 % interval; ``unsure``: whether mean or median is
        too unsure to rely on.
    """
    values = sample.dataset.values(column)
    mean, nothing, quantiles = sample.described(values, QUANTILES)
    told = {"mean": mean, "zero": nothing, **dict(zip(map(str, QUANTILES), quantiles, strict=True))}
    row = {
        "sampled": sample.dataset.sampled_among(np.isfinite(values)),
        **{name: found.value[0] for name, found in told.items()},
        **{f"{name}_{end}": getattr(found, end)[0] for name, found in told.items() for end in ("low", "high")},
        "unsure": bool(told["mean"].unsure[0] or told["0.5"].unsure[0]),
    }
    return pd.DataFrame([row])


def _ends(edges: Floats, values: Floats, variable: Variable) -> pd.DataFrame:
    """Where each bin begins and ends, in numbers and in words, and whether it goes on beyond that."""
    bins = pd.DataFrame({"left": edges[:-1], "right": edges[1:]})
    bins["open_left"] = (bins["left"] == edges[0]) & bool((values < edges[0]).any())
    bins["open_right"] = (bins["right"] == edges[-1]) & bool((values >= edges[-1]).any())
    left, right = bins["left"].map(variable.text), bins["right"].map(variable.text)
    bins["from_text"] = left.where(~bins["open_left"], left + " and less")
    bins["to_text"] = ("below " + right).where(~bins["open_right"], right + " and more")
    return bins


def _quantiles(values: Floats) -> tuple[float, float]:
    """Where almost all values lie; NaN of none."""
    present = values[np.isfinite(values)]
    low, high = np.quantile(present, _ALMOST_ALL) if len(present) else (np.nan, np.nan)
    return float(low), float(high)


def _of_most(groups: Mapping[str, estimates.Sample], column: str) -> tuple[float, float]:
    """Where most members of each of several groups lie who have any; nothing is among it."""
    ends = [0.0]
    for group in groups.values():
        values = group.dataset.values(column)
        have = np.isfinite(values) & (values != 0)
        ends += [float(estimates.quantile(values[have], group.weights[have], q)) for q in _MOST if have.any()]
    return min(ends), max(ends)


def _edges(scale: Scale, low: float, high: float, *, whole: bool) -> Floats:
    if np.isnan(low):
        return np.array([0.0, 1.0])
    if whole and scale.kind == "linear":
        # as many whole numbers in each bin as in any other: else some would look frequent
        step = max(1, round((high - low) / BINS))
        return np.arange(np.floor(low), np.floor(high) + step + 1, step, dtype=float)
    if high <= low:
        low, high = low - 0.5, low + 0.5
    first, last = scale.spread(np.array([low, high]))
    if not low < 0 < high:
        return np.unique(scale.restore(np.linspace(first, last, BINS + 1)))
    # zero is a meaning, not a point within a bin
    width = (last - first) / BINS
    return np.unique(scale.restore(width * np.arange(np.floor(first / width), np.ceil(last / width) + 1)))
