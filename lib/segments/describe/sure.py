"""How sure sizes and profiles of segments are, the segments being taken as they are.

That others would have been found in other members is not in these intervals: ``lib.segments.judge.stability`` tells
that, and the two are never mixed in one table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lib.estimates import Sample
from lib.estimates.figures import Method
from lib.segments.describe.profile import check_same
from lib.segments.segmentation import Segmentation


@dataclass(frozen=True, eq=False)
class Sureness:
    """95 % intervals of segments as they are.

    Attributes:
        sizes: Indexed by ``segment``: ``low``, ``high`` and ``standard_error`` of its share of all (as the segmentation
            counts).
        profile: Indexed by ``segment`` and ``column``: ``mean_low``, ``mean_high``, ``median_low``, ``median_high`` in
            the column's unit, and ``unsure``: whether the mean or the median is too unsure to rely on.
        method: How they were told; empty where they cannot be, and all ends are NaN.
    """

    sizes: pd.DataFrame
    profile: pd.DataFrame
    method: Method


def sureness(sample: Sample, segmentation: Segmentation, columns: Sequence[str] = ()) -> Sureness:
    """How far off the sizes of segments may be, and the means and medians of columns in each.

    Args:
        sample: Of the members that were segmented, counted as they were.
        segmentation: What ``fit`` made of them.
        columns: Columns to describe; by default only sizes are looked at.

    Raises:
        RecipeError: If the sample is not of the members that were segmented.
    """
    check_same(sample.dataset, segmentation)
    numbers = pd.Index(segmentation.sizes.index, name="segment")
    groups = np.searchsorted(np.array(numbers), segmentation.labels)
    sizes = sample.shared_out(groups, len(numbers)).table.set_index(numbers)
    profile = _profile(sample, groups, numbers, list(dict.fromkeys(columns)))
    return Sureness(sizes[["low", "high", "standard_error"]], profile, sample.method)


def told_apart(sample: Sample, segmentation: Segmentation, columns: Sequence[str]) -> pd.DataFrame:
    """In which columns the mean of a segment can be told from that of all that were segmented.

    Returns:
        Segments x columns: True where the 95 % interval of the difference leaves out zero, or cannot be told.
    """
    check_same(sample.dataset, segmentation)
    numbers = pd.Index(segmentation.sizes.index, name="segment")
    groups = np.searchsorted(np.array(numbers), segmentation.labels)
    names = list(dict.fromkeys(columns))
    values = np.array([sample.dataset.values(name) for name in names])
    known = (~np.isnan(values)).astype(float)
    own, everyone = sample.ratios(values, known, groups, len(numbers)), sample.ratios(values, known)
    apart = [one - all_of_them for one, all_of_them in zip(own, everyone, strict=True)]
    return pd.DataFrame(
        {name: ~((one.low <= 0) & (one.high >= 0)) for name, one in zip(names, apart, strict=True)}, index=numbers
    )


def _profile(sample: Sample, groups: NDArray[np.intp], numbers: pd.Index, columns: list[str]) -> pd.DataFrame:
    tables = {}
    for name in columns:
        values = sample.dataset.values(name)
        means, medians = sample.means(values, groups, len(numbers)), sample.quantiles(values, 0.5, groups, len(numbers))
        ends = {"mean_low": means.low, "mean_high": means.high, "median_low": medians.low, "median_high": medians.high}
        tables[name] = pd.DataFrame({**ends, "unsure": means.unsure | medians.unsure}, index=numbers)
    if not tables:
        return pd.DataFrame(columns=["mean_low", "mean_high", "median_low", "median_high", "unsure"])
    return pd.concat(tables, names=["column"]).swaplevel().sort_index(level=0, sort_remaining=False)
