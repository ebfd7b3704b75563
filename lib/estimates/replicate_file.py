"""A file of replicate weights: one row per household, and of each replicate its weight and how often it was drawn.

Two layouts are about, and what is in a file tells them apart. As released, ``wt1b1`` ... ``wt1b999`` hold the weight
of a household once and ``mm1`` ... ``mm999`` how often the replicate drew it: a household weighs about the same
whether it was drawn once or twice. Others have multiplied the two: a household that was drawn twice weighs twice.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv as pcsv

from lib.errors import DataError
from lib.tables.files import Expected, any_error_as, is_stata
from lib.tables.unpacked import unpacked

if TYPE_CHECKING:
    from pathlib import Path

    from pandas.io.stata import StataReader

REPLICATES = 999
MAX_HOUSEHOLDS = 20_000
"""No wave has a third of it."""

EXPECTED = Expected(
    what="the survey's replicate weights",
    briefly="the replicate weights",
    largest="any wave's",
    again="download it again",
    source="the survey's site",
)

Ids = NDArray[np.int64]
Weights = NDArray[np.float32]
Times = NDArray[np.uint8]

_HOUSEHOLD = ("YY1", "XX1")
"""The household's id since 1992, and in 1989."""

_WEIGHTS = tuple(f"WT1B{number}" for number in range(1, REPLICATES + 1))
_TIMES = tuple(f"MM{number}" for number in range(1, REPLICATES + 1))
_MAX_COLUMNS = 2_500
_AT_A_TIME = 1_000
"""Rows: a piece of a file takes 8 MB as numbers, ten times that while pandas reads it."""

_BLOCK = 2 * 2**20
_LONGEST_HEADER = 2**18
_LARGEST_ID = 2**53
_MISSING = ["", ".", "NA", "NaN", "nan"]
_HEAVIEST = 1e9
_TWICE = 1.5
"""Between one and two: what a household weighs that was drawn more often than once, over what it weighs drawn once."""

_UNEVEN = 1.6
"""The 90th over the 25th percentile of a household's weights: 2 where they are multiplied, 1.2 where they are not."""

_JUDGED = 500
_DO = f"use {EXPECTED.what} as released"


def read_weights(path: Path) -> tuple[Ids, Weights]:
    """Read the replicate weights of a wave, in either layout, piece by piece.

    Args:
        path: ``.dta`` or ``.csv``, bare, gzipped or alone in a zip; the kind is told by content. Names of columns
            in upper or lower case: ``YY1`` (``XX1`` in 1989), ``wt1b1`` ... ``wt1b999`` and, unless the weights are
            multiplied already, ``mm1`` ... ``mm999``.

    Returns:
        Ids of the households, ascending, and for each its weight in 999 replicates, multiplied by how often it was
        drawn: 0 where it was not. Weights are on the scale of one implicate, five times WGT's.

    Raises:
        DataError: One sentence that names the file, what is wrong with it and what to do.
    """
    name = path.name
    with unpacked(path, EXPECTED) as content:
        stata = is_stata(content.read(16))
        content.seek(0)
        pieces = list((_of_stata if stata else _of_csv)(name, content))
    if not pieces:
        raise DataError(f"{name} has a header but no rows: {_DO}.")
    ids = np.concatenate([piece.ids for piece in pieces])
    weights = np.concatenate([piece.weights for piece in pieces])
    times = None if pieces[0].times is None else np.concatenate([piece.times for piece in pieces])
    del pieces
    _multiply(name, weights, times)
    return _in_order(name, ids, weights)


@dataclass(frozen=True)
class _Piece:
    """Some rows of a file."""

    ids: Ids
    weights: Weights
    times: Times | None


@dataclass(frozen=True)
class _Columns:
    """Where in a file what is wanted stands: positions of its columns."""

    household: int
    weights: list[int]
    times: list[int]

    @property
    def all(self) -> list[int]:
        return [self.household, *self.weights, *self.times]

    def piece(self, name: str, ids: NDArray[np.float64], numbers: Weights, before: int) -> _Piece:
        """Check some rows; ``numbers`` has the weights and then the multiplicities, ``before`` rows came earlier."""
        if before + len(ids) > MAX_HOUSEHOLDS:
            raise DataError(f"{name} has more than {MAX_HOUSEHOLDS:,} rows, far more than {EXPECTED.largest}: {_DO}.")
        known = _ids(name, ids, before)
        weights = np.nan_to_num(numbers[:, :REPLICATES], nan=0.0, posinf=np.inf, neginf=-np.inf)
        _refuse(name, known, _WEIGHTS, (weights < 0) | (weights > _HEAVIEST), "a weight below 0 or far too large")
        if not self.times:
            return _Piece(known, weights, None)
        times = np.nan_to_num(numbers[:, REPLICATES:], nan=0.0, posinf=np.inf, neginf=-np.inf)
        odd = (times < 0) | (times > REPLICATES // 4) | (times != np.floor(times))
        _refuse(name, known, _TIMES, odd, "what is no number of times that it was drawn")
        return _Piece(known, weights, times.astype(np.uint8))


def _columns(name: str, found: list[str]) -> _Columns:
    if len(found) > _MAX_COLUMNS:
        raise DataError(f"{name} has {len(found):,} columns; {EXPECTED.what} have some 2,000: {_DO}.")
    place: dict[str, int] = {}
    for at, column in enumerate(found):
        place.setdefault(column.strip().upper(), at)
    household = next((place[column] for column in _HOUSEHOLD if column in place), None)
    if household is None or not place.keys() & set(_WEIGHTS):
        raise DataError(
            f"{name} holds no replicate weights (it lacks YY1 or wt1b1 ... wt1b{REPLICATES}): choose p22_rw1.dta, "
            "scf2022rw1s.zip or those of another wave."
        )
    some_times = bool(place.keys() & set(_TIMES))
    lacking = [column.lower() for column in (*_WEIGHTS, *(_TIMES if some_times else ())) if column not in place]
    if lacking:
        more = f" and {len(lacking) - 1:,} more" if lacking[1:] else ""
        raise DataError(f"{name} lacks the column {lacking[0]}{more}: {_DO}.")
    return _Columns(household, [place[c] for c in _WEIGHTS], [place[c] for c in _TIMES] if some_times else [])


def _of_stata(name: str, content: IO[bytes]) -> Iterator[_Piece]:
    damaged = f"{name} is a Stata file that is damaged or of an unknown version: {EXPECTED.again}."
    with any_error_as(damaged):
        reader = pd.read_stata(content, convert_categoricals=False, convert_dates=False, chunksize=_AT_A_TIME)
    with reader:
        with any_error_as(damaged):
            found = list(reader.variable_labels())
        columns = _columns(name, found)
        wanted = [found[at] for at in columns.all]
        rows = 0
        while True:
            with any_error_as(damaged):
                frame = _some_rows(reader, wanted)
            if frame is None:
                return
            with any_error_as(_text(name)):
                ids = frame.iloc[:, 0].to_numpy(dtype=float)
                numbers = frame.iloc[:, 1:].to_numpy(dtype=np.float32, na_value=np.nan)
            yield columns.piece(name, ids, numbers, rows)
            rows += len(ids)


def _some_rows(reader: StataReader, wanted: list[str]) -> pd.DataFrame | None:
    try:
        return reader.read(_AT_A_TIME, columns=wanted)
    except StopIteration:
        return None


def _of_csv(name: str, content: IO[bytes]) -> Iterator[_Piece]:
    columns, width = _csv_header(name, content)
    as_named = [str(at) for at in range(width)]
    wanted = [as_named[at] for at in columns.all]
    types = dict.fromkeys(wanted, pa.float32()) | {as_named[columns.household]: pa.float64()}
    with any_error_as(_text(name)):
        reader = pcsv.open_csv(
            pa.PythonFile(content, mode="r"),
            read_options=pcsv.ReadOptions(use_threads=False, block_size=_BLOCK, skip_rows=1, column_names=as_named),
            convert_options=pcsv.ConvertOptions(column_types=types, include_columns=wanted, null_values=_MISSING),
        )
    rows = 0
    while True:
        with any_error_as(_text(name)):
            batch = next(reader, None)
        if batch is None:
            return
        household, *others = (column.to_numpy(zero_copy_only=False) for column in batch.columns)
        yield columns.piece(name, household, np.column_stack(others), rows)
        rows += len(household)


def _csv_header(name: str, content: IO[bytes]) -> tuple[_Columns, int]:
    with any_error_as(_text(name)):
        header = content.readline(_LONGEST_HEADER).decode("utf-8-sig")
        found = next(csv.reader([header]), [])
    content.seek(0)
    return _columns(name, found), len(found)


def _text(name: str) -> str:
    return f"{name} is not a readable table of numbers (CSV, comma separated): {EXPECTED.again}, or save it as CSV."


def _ids(name: str, ids: NDArray[np.float64], before: int) -> Ids:
    odd = ~((ids >= 1) & (ids <= _LARGEST_ID) & (ids == np.floor(ids)))
    if odd.any():
        row = before + int(odd.argmax()) + 1
        raise DataError(f"{name} has no household's id (YY1, a whole number above 0) in row {row:,}: {_DO}.")
    return ids.astype(np.int64)


def _refuse(name: str, ids: Ids, columns: tuple[str, ...], odd: NDArray[np.bool_], what: str) -> None:
    if odd.any():
        row, column = np.unravel_index(int(odd.argmax()), odd.shape)
        raise DataError(f"{name}, column {columns[column].lower()}, has {what}, for household {ids[row]}: {_DO}.")


def _multiply(name: str, weights: Weights, times: Times | None) -> None:
    """Multiply ``weights`` in place by how often each household was drawn, unless they are multiplied already."""
    if times is None:
        if not _come_in_multiples(weights):
            raise DataError(
                f"{name} has no column mm1 ... mm{REPLICATES}, and its weights are not multiplied by them: {_DO}."
            )
        return
    if _grows_with(weights, times):
        weights[times == 0] = 0
    else:
        weights *= times


def _grows_with(weights: Weights, times: Times) -> bool:
    """Whether a household weighs more in the replicates that drew it more often than once."""
    once, often = (_mean(weights, where) for where in ((times == 1), (times > 1)))
    known = (once > 0) & (often > 0)
    return bool(known.any() and np.median(often[known] / once[known]) > _TWICE)


def _mean(weights: Weights, where: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Mean of each household's weights in some replicates, 0 where there are none."""
    total = np.sum(weights, axis=1, where=where, dtype=np.float64)
    return np.asarray(total / np.maximum(np.count_nonzero(where, axis=1), 1))


def _come_in_multiples(weights: Weights) -> bool:
    """Whether a household's weights lie about one value, twice it and so on, and not about one alone."""
    some = weights[:: max(1, len(weights) // _JUDGED)]
    low, high = np.nanquantile(np.where(some > 0, some, np.nan), [0.25, 0.9], axis=1)
    return bool(np.median((high / low)[np.isfinite(high / low)]) > _UNEVEN)


def _in_order(name: str, ids: Ids, weights: Weights) -> tuple[Ids, Weights]:
    order = np.argsort(ids, kind="stable")
    if (order != np.arange(len(ids))).any():
        ids, weights = ids[order], weights[order]
    again = ids[1:] == ids[:-1]
    if again.any():
        raise DataError(f"{name} names household {ids[1:][again][0]} more than once: {_DO}.")
    never = ~(weights > 0).any(axis=0)
    if never.any():
        raise DataError(f"{name}, column {_WEIGHTS[int(never.argmax())].lower()}, has no weight at all: {_DO}.")
    return ids, weights
