"""A table as it was brought, before anybody asks what its cells mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lib.errors import DataError
from lib.tables.own.limits import MAX_CELL, MAX_CELLS, MAX_COLUMNS, MAX_ROWS
from lib.tables.own.numbers import tidy


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook; ``rows`` and ``columns`` are None where it is too large to be looked at."""

    name: str
    rows: int | None
    columns: int | None


@dataclass(frozen=True)
class Broken:
    """A line of a text file that is no row of the table: where it is, what is wrong, and how it begins."""

    line: int
    reason: str
    text: str


@dataclass(frozen=True, eq=False)
class Raw:
    """A table as it was brought.

    Attributes:
        table: A column for each of the file, named by its place; text as it was written, or the file's own types.
        names: Names of the columns as they were written.
        row_numbers: For each row its number: in a workbook as it shows there, elsewhere with the names on row 1, and
            lines that are left out counted.
        told: What the file itself calls a column, by place.
        levels: What the file itself calls the codes of a column, by place.
        delimiter: Of text, or "".
        quote: Of text, or "".
        encoding: Of text, or "".
        header: Whether the first row is of names.
        skipped: Lines above the table.
        sheet: Of a workbook, or "".
        sheets: Of a workbook.
        broken: The first lines that are no rows.
        broken_count: How many there are.
        notes: What else is worth knowing, a sentence each.
    """

    table: pa.Table
    names: tuple[str, ...]
    row_numbers: NDArray[np.int64]
    told: Mapping[int, str] = field(default_factory=dict)
    levels: Mapping[int, Mapping[float, str]] = field(default_factory=dict)
    delimiter: str = ""
    quote: str = ""
    encoding: str = ""
    header: bool = True
    skipped: int = 0
    sheet: str = ""
    sheets: tuple[Sheet, ...] = ()
    broken: tuple[Broken, ...] = ()
    broken_count: int = 0
    notes: tuple[str, ...] = ()


def check_width(name: str, columns: int) -> None:
    """Check the number of columns.

    Raises:
        DataError: A sentence.
    """
    if columns > MAX_COLUMNS:
        raise DataError(f"{name} has {columns:,} columns; at most {MAX_COLUMNS:,} are read: leave some out.")


def check_length(name: str, rows: int, columns: int, *, by: str = "") -> None:
    """Check the number of rows, and of cells.

    Args:
        name: Of the table.
        rows: How many it has.
        columns: How many it has.
        by: How rows can be left out, as in " with WHERE".

    Raises:
        DataError: A sentence.
    """
    if rows > MAX_ROWS:
        raise DataError(f"{name} has more than {MAX_ROWS:,} rows, the most that are read: leave some out{by}.")
    if rows * columns > MAX_CELLS:
        raise DataError(
            f"{name} has more than {MAX_CELLS // 1_000_000} million cells, the most that are read: "
            f"leave out columns or rows{by}."
        )


def check_cells(name: str, names: tuple[str, ...], table: pa.Table) -> None:
    """Check the length of the cells of text.

    Raises:
        DataError: A sentence that says where.
    """
    for at, column in enumerate(table.columns):
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            longest = pc.max(pc.binary_length(column)).as_py() or 0
            if longest > 4 * MAX_CELL or (longest > MAX_CELL and pc.max(pc.utf8_length(column)).as_py() > MAX_CELL):
                row = int(np.argmax(pc.fill_null(pc.binary_length(column), 0).to_numpy())) + 1
                raise DataError(
                    f"{name}, column {at + 1} ({names[at][:40]}), row {row + 1:,}, has a cell of more than "
                    f"{MAX_CELL:,} characters: shorten it, or close a quotation mark that is open."
                )


def without_blank_rows(table: pa.Table, first: int) -> tuple[pa.Table, NDArray[np.int64]]:
    """Rows with something in them, and for each its number.

    Args:
        table: Blank cells are null, or of nothing but space.
        first: Number of the first row.
    """
    numbers = np.arange(len(table), dtype=np.int64) + first
    blank = np.ones(len(table), dtype=bool)
    for column in table.columns:
        if not blank.any():
            return table, numbers
        blank &= pc.is_null(tidy(column) if pa.types.is_string(column.type) else column).to_numpy()
    if not blank.any():
        return table, numbers
    return table.filter(pa.array(~blank)), numbers[~blank]


def passed_over(what: str, count: int) -> str:
    """A sentence on what stands above the table."""
    return (
        f"{count:,} {what}s above the table are passed over."
        if count > 1
        else f"1 {what} above the table is passed over."
    )


def headed(first: list[str | None]) -> tuple[str, ...]:
    """Names as written in the first row."""
    return tuple(name or "" for name in first)


def as_text(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    """Any column as text, blank cells null."""
    kind = cells.type
    if pa.types.is_timestamp(kind):
        texts = pc.strftime(cells, format="%Y-%m-%d %H:%M:%S")
        return pc.replace_substring_regex(texts, r" 00:00:00(\.0+)?$", "")
    return tidy(cells if pa.types.is_string(kind) else pc.cast(cells, pa.string()))
