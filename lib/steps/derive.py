"""Columns made from others: sums, differences, ratios, shares, days between dates, logarithms, flags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import ClassVar, Literal, TypeAlias

import numpy as np
import pandas as pd

from lib.codebook import Codebook, Variable
from lib.dataset import Dataset
from lib.errors import StepError
from lib.steps.step import Step, check_one_of, having, labels, numbers
from lib.subject import SIGNS, Made, Mark, Sign
from lib.tables.cells import clean_name

Deriving = Literal["ratio", "difference", "sum", "share", "days between"]
DERIVINGS: tuple[Deriving, ...] = ("ratio", "difference", "sum", "share", "days between")

Coefficients: TypeAlias = tuple[tuple[str, float], ...]

GROUP = "Derived"


@dataclass(frozen=True)
class Combine(Step):
    """A column that is a sum of others, or one sum over another; blank where a part is or where it is over zero.

    Attributes:
        column: Its name.
        label: What screens call it.
        how: What it is to a reader; it decides how values are written.
        parts: The columns of the sum, each with its coefficient.
        over: Those of the sum that it is divided by; without any nothing is divided.
    """

    kind: ClassVar[str] = "combine"

    column: str
    label: str
    how: Deriving
    parts: Coefficients
    over: Coefficients = ()

    def __post_init__(self) -> None:
        check_one_of("What is derived", self.how, DERIVINGS)
        if not self.parts or not self.column.strip() or not self.label.strip():
            raise StepError("A derived column needs a name and columns that it is made from.")
        for sum_of in (self.parts, self.over):
            if len(dict(sum_of)) < len(sum_of):
                raise StepError("A column counts once in a sum.")

    @property
    def why_blank(self) -> str:
        """A part is missing, or it would be over zero."""
        return f"a part is missing{', or it would be divided by zero' if self.over else ''}"

    @property
    def needs(self) -> frozenset[str]:
        """Its parts."""
        return self._made.needs

    @property
    def makes(self) -> frozenset[str]:
        """The column."""
        return frozenset({self.column})

    @property
    def _made(self) -> Made:
        return Made(self.column, MappingProxyType(dict(self.parts)), MappingProxyType(dict(self.over)))

    def check(self, data: Dataset) -> None:
        """Refuse parts that are no amounts, and days between what are no dates."""
        super().check(data)
        for name in sorted(self.needs):
            variable = data.codebook[name]
            if self.how == "days between" and variable.unit != "date":
                raise StepError(f"{variable.label} holds no dates: choose two columns of dates.")
            if self.how != "days between" and not (variable.is_amount or variable.unit == "flag"):
                raise StepError(f"{variable.label} holds no amounts: choose columns of amounts.")

    def apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows with the column."""
        return having(frame, {self.column: self._made.value(frame)})

    def codebook(self, book: Codebook) -> Codebook:
        """What the column means."""
        first = book[self.parts[0][0]]
        shaped: Mapping[str, Variable] = {
            "ratio": Variable("", "", unit="ratio", format=",.2f"),
            "share": Variable("", "", unit="ratio", format=".1%"),
            "days between": Variable("", "", unit="score", format=",.0f"),
        }
        like = shaped.get(self.how, replace(first, unit="ratio" if first.unit == "flag" else first.unit))
        variable = Variable(
            self.column, self.label, f"{self.words(book)}.", unit=like.unit, group=GROUP, format=like.format
        )
        return Codebook({**book, self.column: variable})

    def words(self, book: Codebook) -> str:
        """Such as "Loan over income: Loan / Income"."""
        whole = _sum(self.parts, book)
        below = _sum(self.over, book)
        return f"{self.label}: {f'{whole} / {below}' if below else whole}"


def _sum(parts: Coefficients, book: Codebook) -> str:
    """A sum for a reader: "a + b - c"; in brackets where it has several parts."""
    said = ""
    for name, coefficient in parts:
        size = "" if abs(coefficient) == 1 else f"{abs(coefficient):g} x "
        sign = "-" if coefficient < 0 else "+"
        said += f" {sign} {size}{book.label(name)}" if said else f"{'-' if sign == '-' else ''}{size}{book.label(name)}"
    return f"({said})" if len(parts) > 1 else said


@dataclass(frozen=True)
class _OfOne(Step):
    """A column that follows from one other.

    Attributes:
        column: Its name.
        label: What screens call it.
        of: The column it is of.
    """

    column: str
    label: str
    of: str

    @property
    def needs(self) -> frozenset[str]:
        """The column it is of."""
        return frozenset({self.of})

    @property
    def makes(self) -> frozenset[str]:
        """The column."""
        return frozenset({self.column})


@dataclass(frozen=True)
class Logarithm(_OfOne):
    """The natural logarithm of a column: of the values above zero, or of 1 + value from zero on; else blank."""

    kind: ClassVar[str] = "logarithm"

    plus_one: bool = False

    def check(self, data: Dataset) -> None:
        """Refuse what is no amount."""
        super().check(data)
        if not data.codebook[self.of].is_amount:
            raise StepError(f"{data.codebook.label(self.of)} holds no amounts: choose a column of amounts.")

    def apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows with the column."""
        values = numbers(frame, self.of) + self.plus_one
        sound = values >= 1 if self.plus_one else values > 0
        return having(frame, {self.column: np.log(values, out=np.full(len(frame), np.nan), where=sound)})

    def codebook(self, book: Codebook) -> Codebook:
        """What the column means."""
        made = Variable(self.column, self.label, f"{self.words(book)}.", unit="index", group=GROUP, format=",.2f")
        return Codebook({**book, self.column: made})

    @property
    def why_blank(self) -> str:
        """There is no logarithm."""
        return f"missing, or {'below' if self.plus_one else 'not above'} zero"

    def words(self, book: Codebook) -> str:
        """Such as "Log of income: ln(Income)"."""
        return f"{self.label}: ln({'1 + ' if self.plus_one else ''}{book.label(self.of)})"


@dataclass(frozen=True)
class Flag(_OfOne):
    """A flag: 1 where a column compares so with a limit, 0 where not, blank where blank."""

    kind: ClassVar[str] = "flag"

    sign: Sign
    limit: float

    def __post_init__(self) -> None:
        check_one_of("How a column is compared", self.sign, SIGNS)

    def apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows with the flag."""
        return having(frame, {self.column: Mark(self.column, self.of, self.sign, self.limit).value(frame)})

    def codebook(self, book: Codebook) -> Codebook:
        """What the flag means."""
        yes_or_no: Mapping[float, str] = MappingProxyType({0.0: "No", 1.0: "Yes"})
        made = Variable(self.column, self.label, f"{self.words(book)}.", unit="flag", group=GROUP, values=yes_or_no)
        return Codebook({**book, self.column: made})

    def words(self, book: Codebook) -> str:
        """Such as "Near limit: Use of limit >= 0.9"."""
        return f"{self.label}: {labels(book, (self.of,))} {self.sign} {self.limit:g}"


def of_subject(made: Made | Mark, label: str) -> Combine | Flag:
    """What a kind of table makes when it is read, as a step: so that it can be made of other rows too."""
    if isinstance(made, Mark):
        return Flag(made.column, label, made.of, made.sign, made.limit)
    how: Deriving = "ratio" if made.over else "sum"
    return Combine(made.column, label, how, tuple(made.parts.items()), tuple(made.over.items()))


def combined(how: Deriving, columns: tuple[str, ...], book: Codebook, name: str = "") -> Combine:
    """A derived column from a menu.

    Args:
        how: "ratio", "difference" and "days between" take two columns, in that order (days from the first to the
            second); "sum" and "share" (of the first in the sum of all) two or more.
        columns: Which, each once.
        book: What they are called.
        name: What the new column is called; by default told from the columns.

    Raises:
        StepError: One sentence.
    """
    if len(set(columns)) < 2 or len(set(columns)) < len(columns):
        raise StepError("Choose two columns, each once.")
    if how in ("ratio", "difference", "days between") and len(columns) != 2:
        raise StepError(f"For a {how} choose two columns. Got {len(columns)}.")
    first, second = columns[0], columns[1]
    one, other = book.label(first), book.label(second)
    all_of = tuple((column, 1.0) for column in columns)
    parts: Mapping[str, tuple[str, Coefficients, Coefficients]] = {
        "ratio": (f"{one} over {other}", ((first, 1.0),), ((second, 1.0),)),
        "difference": (f"{one} less {other}", ((first, 1.0), (second, -1.0)), ()),
        "sum": (f"Sum of {labels(book, columns)}", all_of, ()),
        "share": (f"Share of {one} in {labels(book, columns)}", ((first, 1.0),), all_of),
        "days between": (f"Days from {one} to {other}", ((second, 1.0), (first, -1.0)), ()),
    }
    check_one_of("What is derived", how, DERIVINGS)
    label, whole, below = parts[how]
    free = free_name(name or label, book)
    return Combine(free, free, how, whole, below)


def free_name(wanted: str, book: Codebook) -> str:
    """A name, not too long, that no column has yet, nor is called by on screen."""
    taken = {*book, *(variable.label for variable in book.values())}
    short = clean_name(wanted) or "Derived"
    names = (short if n == 1 else f"{short} ({n})" for n in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)
