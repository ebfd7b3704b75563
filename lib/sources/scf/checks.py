"""What a table must satisfy before it is taken for a wave of the Survey of Consumer Finances."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lib.errors import DataError
from lib.subject import Identity
from lib.subjects.scf import IDENTITIES
from lib.tables.files import Expected

if TYPE_CHECKING:
    from numpy.typing import NDArray

IMPLICATES = 5
IDENTIFIERS = ("YY1", "Y1", "WGT")
NEEDED = (
    *IDENTIFIERS,
    "AGE",
    "INCOME",
    "ASSET",
    "FIN",
    "NFIN",
    "DEBT",
    "NETWORTH",
    "HOUSES",
    "TURNFEAR",
    "HBUS",
)
_CENTS = 5.0
"""Rounding in the released files: integers after a change of dollar year, and -1 sentinels in sums."""

_LARGEST = 1e14
"""Identifiers up to here, and ten times as large, are exact in float64 and in int64."""

_MOST = 1e30
"""Beyond it squares of amounts, and sums of them, leave what a number can hold."""

_HEAVIEST = 1e9
EXPECTED = Expected(
    what="the survey's summary extract",
    briefly="the summary extract",
    largest="any wave of the survey",
    again="download it again",
    source="the survey's site",
)
_DO = f"use {EXPECTED.what} as released"


def check_columns(name: str, columns: Sequence[str]) -> None:
    """Check by the names of its columns that the table is a wave of this survey.

    Args:
        name: Name of the file, for the error.
        columns: Names in upper case.

    Raises:
        DataError: One sentence that names the file, what is missing and what to do.
    """
    missing = [column for column in NEEDED if column not in columns]
    if len(missing) > len(NEEDED) // 2:
        raise DataError(
            f"{name} is not the Survey of Consumer Finances (it has no {', '.join(missing[:3])} ...): "
            "choose a summary extract of the survey, as CSV, Stata file or zip."
        )
    if missing:
        raise DataError(f"{name} lacks the column{'s'[: len(missing) - 1]} {', '.join(missing)}: {_DO}.")


def check_rows(name: str, frame: pd.DataFrame) -> None:
    """Check numbers, implicates and weights of one wave; afterwards every column can be computed with.

    Args:
        name: Name of the file, for the error.
        frame: All rows and columns, names in upper case.

    Raises:
        DataError: One sentence that names the file, the column, the line and what to do.
    """
    if frame.empty:
        raise DataError(f"{name} has a header but no rows: {_DO}.")
    _check_numbers(name, frame)
    _check_complete(name, frame)
    _check_amounts(name, frame)
    _check_implicates(name, frame)
    _check_weights(name, frame)


def check_identities(name: str, frame: pd.DataFrame) -> None:
    """Check that the totals of a wave that passed ``check_rows`` are the sums of their parts.

    Raises:
        DataError: One sentence that names the file, the column, the line and what to do.
    """
    for identity in _identities_in(frame):
        total = frame[identity.total].to_numpy(dtype=float)
        # said this way round, a comparison that cannot be made is not passed
        off = ~(np.abs(total - identity.value(frame)) <= _CENTS + 1e-6 * np.abs(total))
        if off.any():
            parts = ", ".join(list(identity.parts)[:4])
            raise DataError(
                f"{name}, column {identity.total}, is not the sum of its parts ({parts} ...) on "
                f"{off.sum():,} rows, first on line {_first_line(off)}: {_DO}."
            )


def _check_numbers(name: str, frame: pd.DataFrame) -> None:
    for column in frame.columns:
        if frame[column].dtype.kind in "iuf":
            continue
        values = frame[column].astype(object)
        text = (pd.to_numeric(values.astype(str), errors="coerce").isna() & values.notna()).to_numpy()
        if text.any():
            first = f"line {_first_line(text)}: {str(values.iloc[text.argmax()])[:20]!r}"
            raise DataError(f"{name}, column {column}, holds text where numbers are expected ({first}): {_DO}.")
        raise DataError(f"{name}, column {column}, holds whole numbers of more than 18 digits: {_DO}.")


def _check_complete(name: str, frame: pd.DataFrame) -> None:
    """Nothing is infinite anywhere, and nothing missing where a missing value would go unnoticed."""
    complete = frozenset(NEEDED).union(*(identity.columns for identity in _identities_in(frame)))
    for column in frame.columns:
        if frame[column].dtype.kind != "f":
            continue
        values = frame[column].to_numpy(dtype=float)
        bad = ~np.isfinite(values) if column in complete else np.isinf(values)
        if bad.any():
            raise DataError(f"{name}, column {column}, lacks a number on line {_first_line(bad)}: {_DO}.")


def _check_amounts(name: str, frame: pd.DataFrame) -> None:
    """Nothing is so large that sums and squares of it could not be held."""
    for column in frame.columns.difference(IDENTIFIERS):
        values = frame[column].to_numpy(dtype=float)
        large = np.abs(values) > _MOST
        if large.any():
            got = f"{values[large.argmax()]:.3g}"
            raise DataError(
                f"{name}, column {column}, has {got} on line {_first_line(large)}, more than any amount can be: {_DO}."
            )


def _check_implicates(name: str, frame: pd.DataFrame) -> None:
    household, row = (_whole(name, frame, column) for column in ("YY1", "Y1"))
    implicate = row - 10 * household
    if ((implicate < 1) | (implicate > IMPLICATES)).any():
        first = int(row[(implicate < 1) | (implicate > IMPLICATES)][0])
        raise DataError(f"{name}, column Y1, has {first}, which is not ten times YY1 plus 1 to 5: {_DO}.")
    if len(np.unique(row)) != len(row):
        raise DataError(f"{name}, column Y1, names the same implicate twice: {_DO}.")
    households, rows = np.unique(household, return_counts=True)
    if (rows != IMPLICATES).any():
        wrong = (rows != IMPLICATES).argmax()
        raise DataError(
            f"{name}, column YY1: household {households[wrong]} has {rows[wrong]} of its five implicates: {_DO}."
        )


def _whole(name: str, frame: pd.DataFrame, column: str) -> NDArray[np.int64]:
    values = frame[column].to_numpy(dtype=float)
    bad = (values < 1) | (values > _LARGEST) | (values != np.floor(values))
    if bad.any():
        got = f"{values[bad.argmax()]:.15g}"
        raise DataError(
            f"{name}, column {column}, has {got} on line {_first_line(bad)}, not a whole number above 0: {_DO}."
        )
    return values.astype(np.int64)


def _check_weights(name: str, frame: pd.DataFrame) -> None:
    weights = frame["WGT"].to_numpy(dtype=float)
    for bad, reason in ((weights <= 0, "not positive"), (weights > _HEAVIEST, "far too large")):
        if bad.any():
            raise DataError(f"{name}, column WGT, is {reason} on line {_first_line(bad)}: {_DO}.")


def _identities_in(frame: pd.DataFrame) -> list[Identity]:
    names = frozenset(frame.columns)
    return [identity for identity in IDENTITIES if identity.holds_in(names)]


def _first_line(where: NDArray[np.bool_]) -> int:
    """Line of the file of the first row that is marked; the header is line 1."""
    return int(where.argmax()) + 2
