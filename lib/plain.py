"""Rows of a small table as plain values, for what is told row by row: pandas looks one up in ten times the time."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pandas as pd


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Each row by the names of its columns; numbers and flags are Python's own.

    >>> records(pd.DataFrame({"share": [0.25, 0.75], "thin": [True, False]}))
    [{'share': 0.25, 'thin': True}, {'share': 0.75, 'thin': False}]
    """
    names = [str(name) for name in table.columns]
    return [dict(zip(names, row, strict=True)) for row in table.to_numpy(dtype=object).tolist()]


def by_index(table: pd.DataFrame) -> dict[Hashable, dict[str, Any]]:
    """The same, each under what it is indexed by: a tuple where that has several levels.

    >>> by_index(pd.DataFrame({"share": [0.25, 0.75]}, index=[1, 2]))[2]
    {'share': 0.75}
    """
    return dict(zip(table.index.tolist(), records(table), strict=True))
