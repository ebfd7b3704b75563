"""A figure of a column with its 95 % interval, for one population or for each group of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, overload

import numpy as np
import pandas as pd

from lib.dataset import MEMBERS, Counting, Dataset
from lib.errors import EstimateError
from lib.estimates.cells import codes_of, shares
from lib.estimates.ends import THIN
from lib.estimates.figures import Figures, Method
from lib.estimates.replicates import Replicates
from lib.estimates.rows import MOST_FIGURES, Positions
from lib.estimates.sample import Sample, Statistic

Named = Literal["mean", "median", "total", "share"]
STATISTICS: tuple[Named, ...] = ("mean", "median", "total", "share")


@dataclass(frozen=True)
class Interval:
    """One figure and where its 95 % interval begins and ends; NaN where that cannot be told."""

    value: float
    standard_error: float
    low: float
    high: float
    method: Method
    sampled: int
    rows: int
    unsure: bool

    @classmethod
    def of(cls, found: Figures) -> Interval:
        """The first of several figures, or the only one."""
        return cls(
            value=float(found.value[0]),
            standard_error=float(found.standard_error[0]),
            low=float(found.low[0]),
            high=float(found.high[0]),
            method=found.method,
            sampled=int(found.sampled[0]),
            rows=int(found.rows[0]),
            unsure=bool(found.unsure[0]),
        )


def share_below(sample: Sample, column: str, value: float) -> Interval:
    """The share of a population that has less than an amount; who has none known is left out."""
    values = sample.dataset.values(column)
    return Interval.of(sample.shares(np.where(np.isnan(values), np.nan, values < value)))


@overload
def interval(
    dataset: Dataset,
    statistic: Named | Statistic,
    column: str,
    *,
    by: None = None,
    counting: Counting = MEMBERS,
    replicates: Replicates | None = None,
) -> Interval: ...


@overload
def interval(
    dataset: Dataset,
    statistic: Named | Statistic,
    column: str,
    *,
    by: str,
    counting: Counting = MEMBERS,
    replicates: Replicates | None = None,
) -> pd.DataFrame: ...


def interval(
    dataset: Dataset,
    statistic: Named | Statistic,
    column: str,
    *,
    by: str | None = None,
    counting: Counting = MEMBERS,
    replicates: Replicates | None = None,
) -> Interval | pd.DataFrame:
    """A figure of a column, and how far off it may be.

    Args:
        dataset: The population.
        statistic: "mean", "median", "total", "share" (of the members whose value is 1), or what takes values and
            weights and gives a number.
        column: Name of the column.
        by: Column of codes, for a figure of each group.
        counting: Members (weighted) or rows.
        replicates: Replicate weights of the whole survey; without them see ``Sample``.

    Returns:
        One ``Interval``, or with ``by`` a table indexed by ``group`` (a code of ``by``): ``value``,
        ``standard_error``, ``low``, ``high``, ``sampled``, ``rows``, ``unsure`` and ``method``.

    Raises:
        EstimateError: If the statistic is unknown or the groups are too many.
    """
    sample = Sample(dataset, counting=counting, replicates=replicates)
    if by is None:
        return Interval.of(figures(sample, statistic, dataset.values(column)))
    groups, codes = codes_of(dataset, by)
    found = figures(sample, statistic, dataset.values(column), groups, len(codes))
    return found.table.assign(method=found.method).set_index(pd.Index(codes, name="group"))


def sure_shares(sample: Sample, column: str, by: str | None = None) -> pd.DataFrame:
    """How a categorical column is shared out within each group of another, and how far off that may be.

    Args:
        sample: The population.
        column: Column of codes.
        by: Column of codes to group by; without it everyone is one group.

    Returns:
        What ``shares`` gives, with ``standard_error``, ``low``, ``high`` (NaN where they cannot be told, or where the
        cells are too many) and ``unsure``.
    """
    table = shares(sample.dataset, column, by, counting=sample.counting)
    codes, values = codes_of(sample.dataset, column)
    groups, group_values = codes_of(sample.dataset, by) if by else (None, np.zeros(1))
    if len(values) * len(group_values) > MOST_FIGURES:
        nothing = {"standard_error": np.nan, "low": np.nan, "high": np.nan, "unsure": table["sampled"] < THIN}
        return table.assign(**nothing)
    found = sample.shared_out(codes, len(values), groups, len(group_values)).table
    there = np.searchsorted(group_values, table["group"]) * len(values) + np.searchsorted(values, table["code"])
    told = found.loc[there, ["standard_error", "low", "high", "unsure"]].set_axis(table.index)
    return pd.concat([table, told], axis=1)


def figures(
    sample: Sample,
    statistic: Named | Statistic,
    values: np.ndarray,
    groups: Positions | None = None,
    number: int = 1,
) -> Figures:
    """A statistic of some values, by name or as a function.

    Raises:
        EstimateError: If there is none of that name.
    """
    if callable(statistic):
        return sample.any(statistic, values, groups, number)
    if statistic == "mean":
        return sample.means(values, groups, number)
    if statistic == "median":
        return sample.quantiles(values, 0.5, groups, number)
    if statistic == "total":
        return sample.totals(values, groups, number)
    if statistic == "share":
        return sample.shares(np.where(np.isnan(values), np.nan, values == 1), groups, number)
    raise EstimateError(f"Choose one of {', '.join(STATISTICS)}. Got {statistic}.")
