"""What the members of each segment are like, beside everyone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from lib.dataset import MEMBERS, Counting, Dataset
from lib.errors import RecipeError
from lib.estimates import Floats, Ordered, mean, variance
from lib.segments.segmentation import Segmentation

STATISTICS = ("mean", "median", "sd", "p25", "p75")
_ALIKE = 1e-9
"""Of a mean: a standard deviation below is what rounding leaves of none."""

_QUARTERS = (0.25, 0.5, 0.75)


@dataclass(frozen=True, eq=False)
class Profile:
    """Weighted statistics of columns, as the segmentation counts.

    Attributes:
        table: Indexed by ``segment`` (0 where there are unassigned rows) and ``column``: ``mean``, ``median``,
            ``sd``, ``p25``, ``p75`` in the column's unit; ``difference``, the segment's mean less everyone's in
            everyone's standard deviations; ``standing``, the share of everyone below the segment's median (those
            equal to it count half).
        everyone: Indexed by ``column``: the same five statistics of all members that were segmented.
    """

    table: pd.DataFrame
    everyone: pd.DataFrame

    def apart(self, segment: int, most: int = 3, among: Sequence[str] | None = None) -> list[str]:
        """The columns that set a segment apart: those with the largest standardised differences.

        Args:
            segment: Its number.
            most: How many.
            among: Only these, such as ``told_apart`` gives; by default all.
        """
        return [name for name in self._by_difference[segment] if among is None or name in among][:most]

    @cached_property
    def _by_difference(self) -> dict[int, list[str]]:
        """Columns of each segment, the largest difference first."""
        differences = self.table["difference"].abs().sort_values(ascending=False, kind="stable")
        found: dict[int, list[str]] = {}
        for segment, name in differences.index:
            found.setdefault(int(segment), []).append(str(name))
        return found


@dataclass(frozen=True, eq=False)
class Others:
    """Those whom the members that were segmented are shown beside: the nation, where these are a part of it.

    Attributes:
        title: What they are called.
        table: Indexed by ``column``, as ``Profile.everyone``.
    """

    title: str
    table: pd.DataFrame


def profile(dataset: Dataset, segmentation: Segmentation, columns: Sequence[str] | None = None) -> Profile:
    """Describe segments by any columns, those they were made from or others.

    Args:
        dataset: The table that was segmented.
        segmentation: What ``fit`` made of it.
        columns: Columns to describe; by default the features. Rows where one is missing are left out of it.

    Raises:
        RecipeError: If a column is unknown or the dataset is not the one that was segmented.
    """
    names = list(dict.fromkeys(segmentation.recipe.features if columns is None else columns))
    if unknown := [name for name in names if name not in dataset.frame]:
        raise RecipeError(f"{dataset.name} has no column {', '.join(unknown)}: choose among its columns.")
    check_same(dataset, segmentation)
    weights = dataset.weights(segmentation.recipe.counting)
    of_all, rows = {}, {}
    for name in names:
        column = Ordered.of(dataset.values(name), weights)
        of_all[name] = everyone = _statistics(column)
        labels = segmentation.labels[column.rows]
        for segment in segmentation.sizes.index:
            own = _statistics(column.among(labels == segment))
            rows[int(segment), name] = own | _compared(own, everyone, column)
    table = pd.DataFrame.from_dict(rows, orient="index").sort_index(level=0, sort_remaining=False)
    table.index = pd.MultiIndex.from_tuples(table.index, names=["segment", "column"])
    return Profile(table, _by_column(of_all))


def statistics(dataset: Dataset, columns: Sequence[str], *, counting: Counting = MEMBERS) -> pd.DataFrame:
    """What ``Profile.everyone`` holds, of any table: mean, median, spread and quartiles of columns.

    Args:
        dataset: Whose.
        columns: Of what; rows where one is missing are left out of it.
        counting: Members (weighted) or rows.
    """
    weights = dataset.weights(counting)
    return _by_column({name: _statistics(Ordered.of(dataset.values(name), weights)) for name in columns})


def _by_column(found: dict[str, dict[str, float]]) -> pd.DataFrame:
    return pd.DataFrame.from_dict(found, orient="index").rename_axis("column")


def check_same(dataset: Dataset, segmentation: Segmentation) -> None:
    """Refuse a dataset that is not the one that was segmented.

    Raises:
        RecipeError: If the number of rows differs.
    """
    if len(dataset) != len(segmentation.labels):
        raise RecipeError(
            f"The segmentation is of {len(segmentation.labels):,} rows, {dataset.name} has {len(dataset):,}: "
            f"give the {dataset.entity.plural} that were segmented."
        )


def spread(values: Floats, weights: Floats) -> float:
    """Weighted standard deviation; 0 where all are alike, whatever rounding makes of that."""
    found = float(np.sqrt(variance(values, weights)))
    return 0.0 if found <= _ALIKE * abs(mean(values, weights)) else found


def _statistics(column: Ordered) -> dict[str, float]:
    low, middle, high = column.quantile(_QUARTERS)
    found = (column.mean, middle, spread(column.values, column.weights), low, high)
    return {name: float(value) for name, value in zip(STATISTICS, found, strict=True)}


def _compared(own: dict[str, float], everyone: dict[str, float], column: Ordered) -> dict[str, float]:
    apart = (own["mean"] - everyone["mean"]) / everyone["sd"] if everyone["sd"] > 0 else 0.0
    return {"difference": apart, "standing": column.standing(own["median"])}
