"""What is understood of a column: the words that the reading and a screen share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lib.codebook import Unit
from lib.tables.files import shown
from lib.tables.own.dates import DateOrder
from lib.tables.own.numbers import NumberStyle

Role = Literal["id", "weight", "amount", "category", "flag", "date", "text", "leave out"]
ROLES: tuple[Role, ...] = get_args(Role)

Choices = Mapping[str, Any]


@dataclass(frozen=True)
class Misfit:
    """A cell that is not what its column is: on which row (names are on row 1), and what is in it."""

    row: int
    text: str


@dataclass(frozen=True)
class Level:
    """A category of a column: its code here, what is written in the file, its label, and how many rows have it."""

    code: float
    text: str
    label: str
    count: int


@dataclass(frozen=True)
class ColumnGuess:
    """What was understood of a column.

    Attributes:
        name: What it is called here: as it is written, on one line, with a number where it is there twice.
        written: What stands in the file.
        label: What screens call it.
        role: What it is used for.
        numbers: Convention of its numbers, or None where it has none.
        dates: Order of its dates, or None.
        levels: Its categories, in the order of their codes.
        missing: Share of the rows without a value, words for a missing value included.
        marks: Words that were taken for a missing value, and on how many rows.
        misfits: The first cells that do not fit, and count as missing.
        misfit_count: How many there are.
        distinct: Whether every row has a value and no two the same.
        unit: Of ``lib.dataset.Variable``.
        format: Of ``lib.dataset.Variable``.
        doubt: A sentence on what the cells leave open, or "".
    """

    name: str
    written: str
    label: str
    role: Role
    numbers: NumberStyle | None = None
    dates: DateOrder | None = None
    levels: tuple[Level, ...] = ()
    missing: float = 0.0
    marks: tuple[tuple[str, int], ...] = ()
    misfits: tuple[Misfit, ...] = ()
    misfit_count: int = 0
    distinct: bool = False
    unit: Unit = "ratio"
    format: str = ",.2f"
    doubt: str = ""


Values: TypeAlias = NDArray[Any] | pa.ChunkedArray


@dataclass(frozen=True, eq=False)
class Column:
    """A column as it was understood, and its values: numbers (NaN where missing) or text."""

    guess: ColumnGuess
    values: Values | None = field(repr=False, default=None)


@dataclass(frozen=True, eq=False)
class Given:
    """One column of a file with all that decides what it is."""

    file: str
    name: str
    written: str
    told: str
    named: Mapping[float, str]
    cells: pa.ChunkedArray
    row_numbers: NDArray[np.int64]
    choices: Choices
    decimal: str

    @property
    def where(self) -> str:
        """The beginning of a sentence about the column."""
        return f"{self.file}, column {shown(self.name)},"
