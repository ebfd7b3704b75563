"""How sure sizes and profiles of segments are, the segments being taken as they are.

That others would have been found in other members is not in these intervals: ``lib.segments.judge.stability`` tells
that, and the two are never mixed in one table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lib.estimates import Figures, Sample, over
from lib.estimates.figures import Method, plain
from lib.segments.describe.profile import check_same, spread
from lib.segments.segmentation import Segmentation

_TOLD = ("mean", "median", "sd", "p25", "p75", "difference")
_ENDS = ("low", "high")

_VALUES = 1_000_000
"""Values looked at together: columns of few rows in one pass over the replicates, those of very many one by one."""


@dataclass(frozen=True, eq=False)
class Sureness:
    """95 % intervals of segments as they are.

    Attributes:
        sizes: Indexed by ``segment``: ``low``, ``high`` and ``standard_error`` of its share of all (as the segmentation
            counts).
        profile: Indexed by ``segment`` and ``column``: of the ``mean``, ``median`` and, in full, ``sd``, ``p25`` and
            ``p75`` of a ``Profile`` the ends, such as ``mean_low`` and ``mean_high``, in the column's unit; of its
            ``difference`` in standard deviations of everyone, which are taken as they are; and ``unsure``: whether the
            mean or the median is too unsure to rely on.
        method: How they were told; empty where they cannot be, and all ends are NaN.
    """

    sizes: pd.DataFrame
    profile: pd.DataFrame
    method: Method

    @cached_property
    def told_apart(self) -> pd.DataFrame:
        """In which columns a segment's mean can be told from everyone's, see the function ``told_apart``."""
        untold = (self.profile["difference_low"] <= 0) & (self.profile["difference_high"] >= 0)
        numbers, columns = (self.profile.index.unique(level) for level in ("segment", "column"))
        return pd.DataFrame(~untold.to_numpy().reshape(len(numbers), -1), numbers, list(columns))


def sureness(
    sample: Sample, segmentation: Segmentation, columns: Sequence[str] = (), *, in_full: bool = True
) -> Sureness:
    """How far off the sizes of segments may be, and the means and medians of columns in each.

    Args:
        sample: Of the members that were segmented, counted as they were.
        segmentation: What ``fit`` made of them.
        columns: Columns to describe; by default only sizes are looked at.
        in_full: Whether standard deviations and quartiles are wanted too, which take as long again.

    Raises:
        RecipeError: If the sample is not of the members that were segmented.
    """
    check_same(sample.dataset, segmentation)
    numbers = pd.Index(segmentation.sizes.index, name="segment")
    groups = np.searchsorted(np.array(numbers), segmentation.labels)
    sizes = sample.shared_out(groups, len(numbers)).table.set_index(numbers)
    profile = _profile(sample, groups, numbers, list(dict.fromkeys(columns)), in_full=in_full)
    return Sureness(sizes[["low", "high", "standard_error"]], profile, sample.method)


def told_apart(sample: Sample, segmentation: Segmentation, columns: Sequence[str]) -> pd.DataFrame:
    """In which columns the mean of a segment can be told from that of all that were segmented.

    Returns:
        Segments x columns: True where the 95 % interval of the difference leaves out zero, or cannot be told.
    """
    return sureness(sample, segmentation, columns, in_full=False).told_apart


def leading_figure(own: Mapping[str, float], everyone: Mapping[str, float]) -> Literal["median", "mean"]:
    """The figure that says in which way a segment is set apart in a column.

    By their means segments are set apart; a median may lie on the other side of everyone's, or be the same.

    Args:
        own: Of the segment, with the ends of its median's interval (NaN where there is none) and its ``difference``.
        everyone: Of all that were segmented.

    Returns:
        The median, if all of its interval lies on the side of everyone's on which the mean does; else the mean.
    """
    low, high = (own[end] if np.isfinite(own[end]) else own["median"] for end in ("median_low", "median_high"))
    is_so = low > everyone["median"] if own["difference"] > 0 else high < everyone["median"]
    return "median" if is_so else "mean"


def with_ends(profile: pd.DataFrame, sure: Sureness | None) -> pd.DataFrame:
    """``Profile.table`` with the ends of intervals beside it, NaN where these are not known."""
    ends = [f"{name}_{end}" for name in _TOLD for end in _ENDS]
    told = profile if sure is None else profile.join(sure.profile)
    return told.reindex(columns=[*profile.columns, *ends])


def _profile(
    sample: Sample, groups: NDArray[np.intp], numbers: pd.Index, columns: list[str], *, in_full: bool
) -> pd.DataFrame:
    together = max(1, _VALUES // max(len(groups), 1))
    tables = [
        table
        for at in range(0, len(columns), together)
        for table in _described(sample, columns[at : at + together], groups, numbers, in_full=in_full)
    ]
    if not tables:
        return pd.DataFrame(columns=[*(f"{name}_{end}" for name in _TOLD for end in _ENDS), "unsure"])
    told = pd.concat(dict(zip(columns, tables, strict=True)), names=["column"])
    return told.swaplevel().sort_index(level=0, sort_remaining=False)


def _described(
    sample: Sample, columns: list[str], groups: NDArray[np.intp], numbers: pd.Index, *, in_full: bool
) -> Iterator[pd.DataFrame]:
    """Of each column the ends of every interval, and which figures are too unsure, by segment."""
    values, number = np.array([sample.dataset.values(name) for name in columns]), len(numbers)
    means, of_all = sample.several_means(values, groups, number), sample.several_means(values)
    shares = (0.5, 0.25, 0.75) if in_full else (0.5,)
    quantiles = sample.several_quantiles(values, shares, groups, number)
    told = [
        {"mean": mean, **dict(zip(("median", "p25", "p75"), some, strict=False))}
        for mean, some in zip(means, quantiles, strict=True)
    ]
    if in_full:
        off = [one - mean.value[groups] for one, mean in zip(values, means, strict=True)]
        for one, square in zip(told, sample.several_means(np.square(off), groups, number), strict=True):
            one["sd"] = _root(square)
    for column, everyone, figures in zip(values, of_all, told, strict=True):
        ends = {f"{name}_{end}": getattr(one, end) for name, one in figures.items() for end in _ENDS}
        apart, unit = figures["mean"] - everyone, spread(column, sample.weights)
        ends |= {f"difference_{end}": over(getattr(apart, end), unit) for end in _ENDS}
        yield pd.DataFrame({**ends, "unsure": figures["mean"].unsure | figures["median"].unsure}, index=numbers)


def _root(square: Figures) -> Figures:
    """The roots of figures above nothing: half as far off, over themselves."""
    value = np.sqrt(square.value)
    found = plain(value, over(square.standard_error, 2 * value), square.sampled, square.rows, square.method)
    return replace(found, low=np.maximum(found.low, 0))
