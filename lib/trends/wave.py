"""What one wave of a survey says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lib.dataset import MEMBERS, Counting, Dataset
from lib.estimates import Figures, Replicates, Sample, bootstrap
from lib.estimates.cells import codes_of
from lib.estimates.drawn import is_of_random_rows
from lib.estimates.figures import Method
from lib.population import Population
from lib.segments.describe.labelled import SEGMENT
from lib.trends.followed import ALL, Followed
from lib.trends.placed import Segments, placed

COLUMNS = ("line", "value", "standard_error", "low", "high", "sampled", "unsure")


@dataclass(frozen=True, eq=False)
class Wave:
    """One wave's figures.

    Attributes:
        year: When it was asked, or None where nobody knows.
        name: What the data are called.
        vintage: Which release of them it is.
        fingerprint: Of the data.
        synthetic: Whether they were drawn from a model.
        table: One row per line: ``line`` (its code, ``ALL`` for a single line), ``value``, ``standard_error``, ``low``
            and ``high`` (95 % interval; NaN where they cannot be told), ``sampled`` (members that it rests on) and
            ``unsure`` (whether that is too little to show it plainly).
        method: How standard errors came about; empty without any.
        gap: Why there is no figure at all, in a few words; empty where there is one.
    """

    year: int | None
    name: str
    vintage: str
    fingerprint: str
    synthetic: bool
    table: pd.DataFrame
    method: Method = ""
    gap: str = ""


def nothing(dataset: Dataset, why: str) -> Wave:
    """A wave without a figure.

    Args:
        dataset: The wave, whichever columns are loaded.
        why: A few words.
    """
    table = pd.DataFrame({name: pd.Series(dtype=float) for name in COLUMNS})
    return _wave(dataset, table, gap=why)


def look(
    dataset: Dataset,
    population: Population,
    followed: Followed,
    *,
    counting: Counting = MEMBERS,
    dollars: int | None = None,
    segments: Segments | None = None,
    replicates: Replicates | None = None,
) -> Wave:
    """One wave's figures.

    Args:
        dataset: The whole wave, with the columns that are needed as far as it has them.
        population: Whom to look at.
        followed: What is followed.
        counting: Members (weighted) or rows.
        dollars: Year of the money that all waves are to be in.
        segments: Segments found in another wave; what is followed may be of their column then.
        replicates: Replicate weights of the wave; without them its members are drawn anew.
    """
    features = () if segments is None else segments.model.recipe.features
    asked = [name for name in (*followed.columns, *population.columns, *features) if name != SEGMENT]
    if not all(_is_asked(dataset, name) for name in asked):
        return nothing(dataset, "not asked")
    if dataset.dollars != dollars and any(dataset.codebook[name].unit == "dollars" for name in asked):
        return nothing(dataset, "the year of its prices is not known")
    members = population.apply(dataset)
    if not len(members):
        return nothing(dataset, "nobody meets the conditions")
    if segments is not None:
        members = placed(members, segments)
    sample = _sample(dataset, members, counting, replicates)
    return _wave(dataset, _figures(sample, followed), method=sample.method)


def _is_asked(dataset: Dataset, name: str) -> bool:
    """Whether the wave has answers in a column, whose name may be in small letters."""
    column = next((own for own in dataset.frame if own.casefold() == name.casefold()), None)
    return column is not None and not dataset.frame[column].isna().all()


def _wave(dataset: Dataset, table: pd.DataFrame, *, method: Method = "", gap: str = "") -> Wave:
    return Wave(dataset.wave, dataset.name, dataset.vintage, dataset.fingerprint, dataset.synthetic, table, method, gap)


def _sample(dataset: Dataset, members: Dataset, counting: Counting, replicates: Replicates | None) -> Sample:
    """The members as they might have been drawn: without replicates of theirs, as part of the whole wave."""
    if replicates is None and counting == MEMBERS and not is_of_random_rows(dataset):
        replicates = bootstrap(dataset)
    return Sample(members, counting=counting, replicates=replicates)


def _figures(sample: Sample, followed: Followed) -> pd.DataFrame:
    """One row per line that anybody is in."""
    members = sample.dataset
    if followed.answers:
        answers, codes = codes_of(members, followed.column)
        found = sample.shared_out(answers, len(codes))
    else:
        groups, codes = codes_of(members, followed.by) if followed.by else (None, np.array([ALL]))
        found = _of_groups(sample, followed, groups, len(codes))
    table = found.table.assign(line=codes)
    return table[table["rows"] > 0].reset_index(drop=True)[[*COLUMNS]]


def _of_groups(sample: Sample, followed: Followed, groups: NDArray[np.intp] | None, number: int) -> Figures:
    values = sample.dataset.values(followed.column)
    if followed.statistic == "median":
        return sample.quantiles(values, 0.5, groups, number)
    if followed.statistic == "mean":
        return sample.means(values, groups, number)
    holds = np.where(np.isnan(values), np.nan, values == followed.code)
    return sample.shares(holds, groups, number)
