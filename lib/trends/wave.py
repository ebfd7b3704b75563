"""What one wave of a survey says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lib import estimates
from lib.dataset import MEMBERS, Counting, Dataset
from lib.estimates import THIN
from lib.population import Population
from lib.segments.describe.labelled import SEGMENT
from lib.trends.followed import ALL, Followed
from lib.trends.placed import Segments, placed

Floats = NDArray[np.float64]

COLUMNS = ("line", "value", "standard_error", "low", "high", "sampled")


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
            and ``high`` (95 % interval; NaN where they cannot be told), ``sampled`` and ``thin``.
        method: How standard errors came about; empty without any.
        gap: Why there is no figure at all, in a few words; empty where there is one.
    """

    year: int | None
    name: str
    vintage: str
    fingerprint: str
    synthetic: bool
    table: pd.DataFrame
    method: str = ""
    gap: str = ""


def nothing(dataset: Dataset, why: str) -> Wave:
    """A wave without a figure.

    Args:
        dataset: The wave, whichever columns are loaded.
        why: A few words.
    """
    table = pd.DataFrame({name: pd.Series(dtype=float) for name in COLUMNS}).assign(thin=False)
    return _wave(dataset, table, gap=why)


def look(
    dataset: Dataset,
    population: Population,
    followed: Followed,
    *,
    counting: Counting = MEMBERS,
    dollars: int | None = None,
    segments: Segments | None = None,
) -> Wave:
    """One wave's figures.

    Args:
        dataset: The whole wave, with the columns that are needed as far as it has them.
        population: Whom to look at.
        followed: What is followed.
        counting: Members (weighted) or rows.
        dollars: Year of the money that all waves are to be in.
        segments: Segments found in another wave; what is followed may be of their column then.
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
    table = _figures(members, followed, counting)
    return _wave(dataset, table.assign(thin=table["sampled"] < THIN))


def _is_asked(dataset: Dataset, name: str) -> bool:
    """Whether the wave has answers in a column, whose name may be in small letters."""
    column = next((own for own in dataset.frame if own.casefold() == name.casefold()), None)
    return column is not None and not dataset.frame[column].isna().all()


def _wave(dataset: Dataset, table: pd.DataFrame, *, method: str = "", gap: str = "") -> Wave:
    return Wave(dataset.wave, dataset.name, dataset.vintage, dataset.fingerprint, dataset.synthetic, table, method, gap)


def _figures(dataset: Dataset, followed: Followed, counting: Counting) -> pd.DataFrame:
    values, weights = dataset.values(followed.column), dataset.weights(counting)
    rows = []
    for line, inside, of in _lines(dataset, followed, values):
        known = inside & ~np.isnan(values)
        if not known.any():
            continue
        rows.append(
            {
                "line": line,
                "value": _value(followed, of[known], weights[known]),
                "standard_error": np.nan,
                "low": np.nan,
                "high": np.nan,
                "sampled": len(np.unique(dataset.member_codes[known])),
            }
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _lines(dataset: Dataset, followed: Followed, values: Floats) -> list[tuple[float, NDArray[np.bool_], Floats]]:
    everybody = np.ones(len(dataset), dtype=bool)
    if followed.answers:
        codes = np.unique(values[~np.isnan(values)])
        return [(float(code), everybody, (values == code).astype(float)) for code in codes]
    of = (values == followed.code).astype(float) if followed.is_share else values
    if not followed.by:
        return [(ALL, everybody, of)]
    groups = dataset.values(followed.by)
    return [(float(group), groups == group, of) for group in np.unique(groups[~np.isnan(groups)])]


def _value(followed: Followed, values: Floats, weights: Floats) -> float:
    if followed.statistic == "median":
        return float(estimates.quantile(values, weights, 0.5))
    return estimates.mean(values, weights)
