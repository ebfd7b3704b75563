"""What a table must satisfy before it is taken for a wave of the Survey of Consumer Finances."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lib.errors import DataError
from lib.identities import IDENTITIES

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

_DO = "use the survey's summary extract as released"


def check(name: str, frame: pd.DataFrame) -> None:
    """Check columns, numbers, implicates, weights and accounting identities of one wave.

    Args:
        name: Name of the file, for the error.
        frame: All rows and columns, names in upper case.

    Raises:
        DataError: One sentence that names the file, the column and what to do.
    """
    _check_columns(name, frame)
    _check_numbers(name, frame)
    _check_implicates(name, frame)
    _check_weights(name, frame)
    _check_identities(name, frame)


def check_columns_of(name: str, frame: pd.DataFrame) -> None:
    """Check that the table is of this survey at all (cheap: names only)."""
    _check_columns(name, frame)


def _check_columns(name: str, frame: pd.DataFrame) -> None:
    missing = [column for column in NEEDED if column not in frame]
    if len(missing) > len(NEEDED) // 2:
        raise DataError(
            f"{name} is not the Survey of Consumer Finances (it has no {', '.join(missing[:3])} ...): "
            "choose a summary extract of the survey, as CSV, Stata file or zip."
        )
    if missing:
        raise DataError(f"{name} lacks the column{'s'[: len(missing) - 1]} {', '.join(missing)}: {_DO}.")
    if frame.empty:
        raise DataError(f"{name} has a header but no rows: {_DO}.")


def _check_numbers(name: str, frame: pd.DataFrame) -> None:
    for column in frame.columns:
        if not pd.api.types.is_numeric_dtype(frame[column]):
            text = frame.loc[pd.to_numeric(frame[column], errors="coerce").isna(), column]
            line = f" (line {int(text.index[0]) + 2}: {str(text.iloc[0])[:20]!r})" if len(text) else ""
            raise DataError(f"{name}, column {column}, holds text where numbers are expected{line}: {_DO}.")
    for column in NEEDED:
        bad = ~np.isfinite(frame[column].to_numpy(dtype=float))
        if bad.any():
            raise DataError(f"{name}, column {column}, lacks a number on line {int(bad.argmax()) + 2}: {_DO}.")


def _check_implicates(name: str, frame: pd.DataFrame) -> None:
    household = frame["YY1"].to_numpy(dtype=np.int64)
    row = frame["Y1"].to_numpy(dtype=np.int64)
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


def _check_weights(name: str, frame: pd.DataFrame) -> None:
    bad = frame["WGT"].to_numpy(dtype=float) <= 0
    if bad.any():
        raise DataError(f"{name}, column WGT, is not positive on line {int(bad.argmax()) + 2}: {_DO}.")


def _check_identities(name: str, frame: pd.DataFrame) -> None:
    names = frozenset(frame.columns)
    for identity in IDENTITIES:
        if not identity.holds_in(names):
            continue
        total = frame[identity.total].to_numpy(dtype=float)
        off = np.abs(total - identity.value(frame)) > _CENTS + 1e-6 * np.abs(total)
        if off.any():
            parts = ", ".join(list(identity.parts)[:4])
            raise DataError(
                f"{name}, column {identity.total}, is not the sum of its parts ({parts} ...) on "
                f"{off.sum():,} rows, first on line {int(off.argmax()) + 2}: {_DO}."
            )
