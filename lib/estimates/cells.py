"""Tables of shares: how one column of categories is shared out within the groups of another."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lib.dataset import MEMBERS, Counting, Dataset
from lib.errors import EstimateError
from lib.estimates.weighted import Floats

MAX_CELLS = 10_000
"""Cells of a table of shares: more cannot be read, and would be asked for by mistake."""

_FEW_PAIRS = 2**22
"""Pairs of a cell and a member that are marked one by one: four megabytes, in a tenth of the time of sorting."""


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
    codes, code_values = codes_of(dataset, column)
    groups, group_values = codes_of(dataset, by) if by else (np.zeros(len(dataset), dtype=np.intp), np.zeros(1))
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
            "sampled": distinct(dataset.member_codes[keep], cell, cells),
            "rows": rows,
        }
    )
    return table.loc[table["rows"] > 0].reset_index(drop=True)


def distinct(members: NDArray[np.intp], cell: NDArray[np.intp], cells: int) -> NDArray[np.intp]:
    """Distinct members per cell, in memory that grows with rows and not with members times cells."""
    width = int(members.max(initial=0)) + 1
    if width * cells <= _FEW_PAIRS:
        is_there = np.zeros((cells, width), dtype=bool)
        is_there[cell, members] = True
        return is_there.sum(axis=1)
    pairs = cell * width + members
    pairs.sort()
    new = np.ones(len(pairs), dtype=bool)
    np.not_equal(pairs[1:], pairs[:-1], out=new[1:])
    return np.bincount(pairs[new] // width, minlength=cells)


def codes_of(dataset: Dataset, column: str) -> tuple[NDArray[np.intp], Floats]:
    """Position of each row's code among the sorted codes that occur (-1 where missing), and those codes."""
    codes, values = pd.factorize(dataset.values(column), sort=True)
    return codes, np.asarray(values, dtype=float)
