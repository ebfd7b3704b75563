"""Two segments beside each other, or a segment beside everyone, in standard deviations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from lib.dataset import Dataset
from lib.errors import RecipeError
from lib.estimates import Sample
from lib.segments.describe.profile import Profile, profile
from lib.segments.segmentation import Segmentation


def contrast(
    dataset: Dataset,
    segmentation: Segmentation,
    first: int,
    second: int | None = None,
    columns: Sequence[str] | None = None,
    *,
    described: Profile | None = None,
    sample: Sample | None = None,
) -> pd.DataFrame:
    """How two segments differ, column by column, the largest difference first.

    Args:
        dataset: The table that was segmented.
        segmentation: What ``fit`` made of it.
        first: Number of a segment.
        second: Another one, or None for everyone who was segmented.
        columns: Columns to compare; by default the features.
        described: The profile of these columns, if it is there already.
        sample: The same members, for intervals; without it none are told.

    Returns:
        Indexed by column: ``label``, ``first`` and ``second`` (weighted means in the column's unit),
        ``first_median``, ``second_median``, ``difference``: the first mean less the second, in everyone's
        standard deviations (0 where all are alike), and ``low`` and ``high``: the 95 % interval of the first mean less
        the second in the column's unit (NaN where none can be told), the segments taken as they are.

    Raises:
        RecipeError: If a segment or column is unknown.
    """
    told = described or profile(dataset, segmentation, columns)
    for number in (first, second):
        if number is not None and number not in segmentation.sizes.index:
            raise RecipeError(f"There is no segment {number}: choose 1 to {segmentation.k}.")
    one = told.table.loc[first]
    other = told.everyone if second is None else told.table.loc[second]
    apart = one["difference"] - (0.0 if second is None else other["difference"])
    table = pd.DataFrame(
        {
            "label": [dataset.codebook.label(str(name)) for name in one.index],
            "first": one["mean"],
            "second": other["mean"],
            "first_median": one["median"],
            "second_median": other["median"],
            "difference": apart,
            **_interval(sample, segmentation, first, second, [str(name) for name in one.index]),
        }
    )
    order = apart.abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order].rename_axis("column")


def _interval(
    sample: Sample | None, segmentation: Segmentation, first: int, second: int | None, columns: Sequence[str]
) -> dict[str, list[float]]:
    """Where the intervals of the differences between two means begin and end."""
    if sample is None:
        return {"low": [np.nan] * len(columns), "high": [np.nan] * len(columns)}
    labels, others = segmentation.labels, np.zeros(len(segmentation.labels), dtype=np.intp)
    if second is not None:
        others[labels != second] = -1
    own = np.where(labels == first, 0, -1)
    values = [sample.dataset.values(name) for name in columns]
    apart = [sample.means(one, own) - sample.means(one, others) for one in values]
    return {"low": [float(one.low[0]) for one in apart], "high": [float(one.high[0]) for one in apart]}
