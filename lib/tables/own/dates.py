"""Dates as people write them: one order of day, month and year for a column, told by all of its cells."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lib.tables.own.numbers import sample_of

DateOrder = Literal["year first", "day first", "month first", "day and name of month", "name of month and day"]
ORDERS: tuple[DateOrder, ...] = get_args(DateOrder)

SHARE_OF_DATES = 0.8

_TIME = (
    r"(?:(?:,|T)?\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?)?\s*(?:Z|[+-]\d\d:?\d\d)?"
)
_NUMBERED = rf"^(?P<a>\d{{1,2}})[./-](?P<b>\d{{1,2}})[./-](?P<c>\d{{4}}|\d{{2}}){_TIME}$"
_PATTERNS: dict[DateOrder, str] = {
    "year first": rf"^(?P<a>\d{{4}})[-/.](?P<b>\d{{1,2}})[-/.](?P<c>\d{{1,2}}){_TIME}$",
    "day first": _NUMBERED,
    "month first": _NUMBERED,
    "day and name of month": rf"^(?P<a>\d{{1,2}})[ .-]+(?P<b>[A-Za-z]{{3,9}})[ .,-]+(?P<c>\d{{4}}){_TIME}$",
    "name of month and day": rf"^(?P<a>[A-Za-z]{{3,9}})[ .-]+(?P<b>\d{{1,2}})[ .,-]+(?P<c>\d{{4}}){_TIME}$",
}
_PLACES: dict[DateOrder, tuple[str, str, str]] = {
    "year first": ("a", "b", "c"),
    "day first": ("c", "b", "a"),
    "month first": ("c", "a", "b"),
    "day and name of month": ("c", "b", "a"),
    "name of month and day": ("c", "a", "b"),
}
"""Which part of a pattern is the year, the month and the day."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_THIS_CENTURY = 69
"""Years of two digits up to this one are of 2000, later ones of 1900, as POSIX has it."""


@dataclass(frozen=True)
class OrderGuess:
    """The order of a column's dates.

    Attributes:
        order: None where the column holds no dates.
        doubtful: Whether day and month could be the other way round in all cells.
    """

    order: DateOrder | None
    doubtful: bool = False


def guess_order(cells: pa.ChunkedArray, *, day_first: bool = False) -> OrderGuess:
    """The order of the dates in a column of tidy cells.

    Args:
        cells: Text without space around it.
        day_first: What to take "1/2/2024" for where no cell of the column settles it.
    """
    seen = sample_of(cells, 200)
    shapes: tuple[DateOrder, ...] = ("year first", "day first", "day and name of month", "name of month and day")
    shares = {
        shape: sum(1 for text in seen if re.match(_PATTERNS[shape], text)) / max(len(seen), 1) for shape in shapes
    }
    shape = max(shapes, key=lambda one: shares[one])
    # where orders are mixed, each alone may be below the share; together they are dates all the same
    if sum(shares.values()) < SHARE_OF_DATES or shares[shape] < 0.5:
        return OrderGuess(None)
    return OrderGuess(shape) if shape != "day first" else _day_or_month(cells, day_first)


def _day_or_month(cells: pa.ChunkedArray, day_first: bool) -> OrderGuess:
    parts = pc.extract_regex(cells, _NUMBERED)
    first, second = (_whole(pc.struct_field(parts, name)) for name in "ab")
    of_days, of_months = int((first > 12).sum()), int((second > 12).sum())
    if of_days or of_months:
        return OrderGuess("day first" if of_days >= of_months else "month first")
    with_points = bool(pc.any(pc.match_substring(cells, ".")).as_py())
    return OrderGuess("day first" if with_points or day_first else "month first", doubtful=not with_points)


def parse(cells: pa.ChunkedArray, order: DateOrder) -> tuple[NDArray[np.float64], pa.ChunkedArray]:
    """Tidy cells as days since 1970-01-01 (NaN where missing), and which of those that are there are no such dates.

    Hours are kept as a part of the day; a time zone is left aside.
    """
    parts = pc.extract_regex(cells, _PATTERNS[order])
    year, month, day = (pc.struct_field(parts, name) for name in _PLACES[order])
    days = _days(_years(year), _months(month), _whole(day))
    hour, minute, second = (_whole(pc.struct_field(parts, name), missing=0) for name in ("hour", "minute", "second"))
    seconds = 3600 * hour + 60 * minute + second
    days = np.where((hour < 24) & (minute < 60) & (second < 61), days + seconds / 86_400, np.nan)
    return days, pa.chunked_array([pa.array(np.isnan(days) & pc.is_valid(cells).to_numpy())])


def _whole(texts: pa.ChunkedArray, missing: int = -1) -> NDArray[np.int64]:
    filled = pc.if_else(pc.equal(texts, ""), None, texts)
    return pc.fill_null(pc.cast(filled, pa.int64()), missing).to_numpy()


def _years(texts: pa.ChunkedArray) -> NDArray[np.int64]:
    years = _whole(texts)
    short = pc.fill_null(pc.less_equal(pc.utf8_length(texts), 2), fill_value=False).to_numpy() & (years >= 0)
    return np.where(short, years + np.where(years < _THIS_CENTURY, 2000, 1900), years)


def _months(texts: pa.ChunkedArray) -> NDArray[np.int64]:
    names = pc.utf8_slice_codeunits(pc.utf8_lower(texts), 0, 3)
    at = pc.fill_null(pc.index_in(names, pa.array(_MONTHS)), -1).to_numpy()
    if (at >= 0).any():
        return at + 1
    sound = pc.match_substring_regex(texts, r"^\d+$")
    return _whole(pc.if_else(sound, texts, pa.scalar(None, texts.type)))


def _days(year: NDArray[np.int64], month: NDArray[np.int64], day: NDArray[np.int64]) -> NDArray[np.float64]:
    """Days since 1970-01-01; NaN where there is no such day."""
    sound = (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    months = np.where(sound, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    begin = months.astype("datetime64[D]").astype(np.int64)
    end = (months + 1).astype("datetime64[D]").astype(np.int64)
    return np.where(sound & (day <= end - begin), begin + day - 1, np.nan).astype(np.float64)
