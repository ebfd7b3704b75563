"""Cleaning: rows left out, blanks filled, amounts capped."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isnan
from typing import ClassVar, Literal

import numpy as np
import pandas as pd

from lib.codebook import Codebook, Variable
from lib.dataset import Dataset
from lib.errors import StepError
from lib.estimates import mean
from lib.steps.neighbours import FEWEST, Donors, donors
from lib.steps.step import (
    Step,
    check_columns,
    check_known,
    check_one_of,
    having,
    labels,
    numbers,
    quantiles,
)
from lib.words import listed

Filling = Literal["median", "mean", "constant", "most common", "neighbours"]
FILLINGS: tuple[Filling, ...] = ("median", "mean", "constant", "most common", "neighbours")

Capping = Literal["fences", "percentiles", "bounds"]
CAPPINGS: tuple[Capping, ...] = ("fences", "percentiles", "bounds")

FENCE = 1.5
"""Tukey (1977): a value further than this many times the middle half from it is an outlier."""

Bounds = tuple[float | None, float | None]


@dataclass(frozen=True)
class LeaveOutMissing(Step):
    """Rows that lack a value in any of some columns are left out."""

    kind: ClassVar[str] = "leave out missing"

    columns: tuple[str, ...]

    @property
    def needs(self) -> frozenset[str]:
        """The columns."""
        return frozenset(self.columns)

    @property
    def leaves_out(self) -> bool:
        """It does."""
        return True

    def check(self, data: Dataset) -> None:
        """Refuse to leave out everybody."""
        super().check(data)
        check_columns(data, self.columns)
        if not self._is_whole(data.frame).any():
            raise StepError(
                f"Every row lacks a value in {labels(data.codebook, self.columns)}: nobody would be left; "
                "choose fewer columns."
            )

    def _is_whole(self, frame: pd.DataFrame) -> pd.Series:
        return frame[list(self.columns)].notna().all(axis=1)

    def apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows that have a value in each of the columns."""
        whole = self._is_whole(frame)
        return frame if whole.all() else frame[whole]

    def words(self, book: Codebook) -> str:
        """Such as "Leave out rows without Balance"."""
        names = [book.label(name) for name in self.columns]
        return f"Leave out rows without {listed(names, 'or')}"


@dataclass(frozen=True)
class LeaveOutRepeats(Step):
    """Rows that say the same as one above them in all of some columns are left out.

    Nobody is a repeat by itself: other rows, given the recipe, are all labelled, a repeat like the row it repeats.
    """

    kind: ClassVar[str] = "leave out repeats"

    columns: tuple[str, ...]

    @property
    def needs(self) -> frozenset[str]:
        """None of a row that comes later."""
        return frozenset()

    def check(self, data: Dataset) -> None:
        """Refuse columns that are not there."""
        check_columns(data, self.columns)
        if absent := sorted(set(self.columns) - set(data.frame)):
            raise StepError(f"{data.name} has no column {absent[0]} (any more): undo this step.")

    def apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        """All rows."""
        return frame

    def of_table(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The first of those that are alike."""
        again = frame.duplicated(subset=list(self.columns))
        return frame[~again] if again.any() else frame

    def words(self, book: Codebook) -> str:
        """Such as "Leave out repeated rows (alike in 17 columns)"."""
        alike = f"{len(self.columns)} columns" if len(self.columns) > 1 else book.label(self.columns[0])
        return f"Leave out repeated rows (alike in {alike})"


@dataclass(frozen=True)
class Fill(Step):
    """Blanks of some columns are filled.

    Attributes:
        columns: Which.
        how: With the column's median, its mean, a ``value``, its most common value, or the mean of the five nearest
            neighbours (see ``lib.steps.neighbours``).
        value: For "constant": an amount, or the code of a category.
        values: What each column is filled with, once learned.
        donors: The rows that neighbours are sought among, once learned.
    """

    kind: ClassVar[str] = "fill"

    columns: tuple[str, ...]
    how: Filling = "median"
    value: float | None = None
    values: tuple[float, ...] = ()
    donors: Donors | None = None

    def __post_init__(self) -> None:
        check_one_of("How blanks are filled", self.how, FILLINGS)
        if (self.how == "constant") != (self.value is not None):
            raise StepError(
                "Blanks are filled with a value where it is to be constant: give one there, and only there."
            )
        if self.values and len(self.values) != len(self.columns):
            raise StepError("There must be a value for each column.")
        if self.donors is not None and not set(self.columns) <= set(self.donors.columns):
            raise StepError("Neighbours must be near in the columns that are to be filled, too.")

    @property
    def needs(self) -> frozenset[str]:
        """The columns, and those that neighbours are near in."""
        return frozenset({*self.columns, *(self.donors.columns if self.donors else ())})

    @property
    def changes(self) -> frozenset[str]:
        """The columns."""
        return frozenset(self.columns)

    def check(self, data: Dataset) -> None:
        """Refuse averages of categories, and codes that no category has."""
        super().check(data)
        check_columns(data, self.columns, amounts=self.how in ("median", "mean", "neighbours"))
        for name in self.columns:
            variable = data.codebook[name]
            if not (variable.is_amount or variable.is_category):
                raise StepError(f"{variable.label} holds neither amounts nor categories: it stays as it is.")
            if self.value is not None and variable.is_category and self.value not in variable.values:
                raise StepError(f"{variable.label} has no category {self.value:g}: choose one that it has.")
        of_category = self.value is not None and any(data.codebook[name].is_category for name in self.columns)
        if of_category and len({data.codebook[name].text(self.value or 0.0) for name in self.columns}) > 1:
            raise StepError("One value means different things in these columns: fill them one after the other.")
        for name in self.columns if self.how != "constant" else ():
            if not np.isfinite(data.values(name)).any():
                raise StepError(f"{data.codebook.label(name)} has no value to go by: leave the column out.")

    def fitted(self, data: Dataset) -> Fill:
        """With the values, or the rows that neighbours are sought among."""
        self.check(data)
        if self.how == "neighbours":
            return replace(self, donors=donors(data, self.columns), values=())
        values = tuple(self._value(data, name) for name in self.columns)
        for name, value in zip(self.columns, values, strict=True):
            check_known(data, name, (value,))
        return replace(self, values=values, donors=None)

    def _value(self, data: Dataset, column: str) -> float:
        if self.value is not None:
            return float(self.value)
        if self.how == "median":
            return quantiles(data, column, [0.5])[0]
        if self.how == "mean":
            return mean(data.values(column), data.weights())
        weight = pd.Series(data.weights()).groupby(data.values(column)).sum()
        return float(weight.index[int(weight.to_numpy().argmax())])

    def apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows with their blanks filled."""
        blank = {name: np.isnan(numbers(frame, name)) for name in self.columns}
        if not any(where.any() for where in blank.values()):
            return frame
        if self.donors is not None:
            return having(frame, self.donors.filled(frame, blank))
        pairs = zip(self.columns, self.values, strict=True)
        return having(frame, {name: np.where(blank[name], value, numbers(frame, name)) for name, value in pairs})

    def words(self, book: Codebook) -> str:
        """Such as "Fill blanks of Minimum payments with the median (312)"."""
        said = [book[name].text(value) for name, value in zip(self.columns, self.values, strict=False) if name in book]
        with_what = {
            "median": "the median",
            "mean": "the mean",
            "constant": said[0] if said else "a value",
            "most common": "the most common",
            "neighbours": f"the mean of the {FEWEST} nearest",
        }[self.how]
        which = f" ({', '.join(said)})" if said and self.how != "constant" else ""
        return f"Fill blanks of {labels(book, self.columns)} with {with_what}{which}"


@dataclass(frozen=True)
class Cap(Step):
    """Amounts beyond a bound are set to it.

    Attributes:
        columns: Which.
        how: "fences" are Tukey's, 1.5 times the middle half beyond it; "percentiles" the ``low``-th and ``high``-th
            (winsorised); "bounds" are ``low`` and ``high`` themselves.
        low: See ``how``; None leaves that side.
        high: See ``how``; None leaves that side.
        bounds: Lowest and highest value of each column, once learned.
    """

    kind: ClassVar[str] = "cap"

    columns: tuple[str, ...]
    how: Capping = "fences"
    low: float | None = None
    high: float | None = None
    bounds: tuple[Bounds, ...] = ()

    def __post_init__(self) -> None:
        check_one_of("How amounts are capped", self.how, CAPPINGS)
        if self.bounds and len(self.bounds) != len(self.columns):
            raise StepError("There must be bounds for each column.")
        if any(low is not None and high is not None and low > high for low, high in self.bounds):
            raise StepError("The lowest value must not be above the highest.")
        if self.how == "fences":
            return
        if self.low is None and self.high is None:
            raise StepError("Neither a lowest nor a highest value is given: give one of them.")
        if self.low is not None and self.high is not None and not self.low < self.high:
            raise StepError("The lowest value must be below the highest.")
        if self.how == "percentiles" and not all(one is None or 0 <= one <= 100 for one in (self.low, self.high)):
            raise StepError("Percentiles lie between 0 and 100.")

    @property
    def needs(self) -> frozenset[str]:
        """The columns."""
        return frozenset(self.columns)

    @property
    def changes(self) -> frozenset[str]:
        """The columns."""
        return frozenset(self.columns)

    def check(self, data: Dataset) -> None:
        """Refuse columns that hold no amounts."""
        super().check(data)
        check_columns(data, self.columns, amounts=True)

    def fitted(self, data: Dataset) -> Cap:
        """With the bounds of each column."""
        self.check(data)
        bounds = tuple(self._bounds(data, name) for name in self.columns)
        for name, pair in zip(self.columns, bounds, strict=True):
            check_known(data, name, pair)
        return replace(self, bounds=bounds)

    def _bounds(self, data: Dataset, column: str) -> Bounds:
        if self.how == "bounds":
            return self.low, self.high
        if self.how == "fences":
            return fences(data, column)
        low, high = (None if q is None else quantiles(data, column, [q / 100])[0] for q in (self.low, self.high))
        return low, high

    def apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows with amounts within their bounds."""
        pairs = zip(self.columns, self.bounds, strict=True)
        return having(frame, {name: _clipped(frame[name], *bounds) for name, bounds in pairs})

    def words(self, book: Codebook) -> str:
        """Such as "Cap Balance at Tukey's fences (up to 4,940)"."""
        if self.how == "bounds":
            return f"Cap {labels(book, self.columns)} {_at(book[self.columns[0]], self.low, self.high)}"
        sides = " and ".join(f"{one:g}" for one in (self.low, self.high) if one is not None)
        where = "Tukey's fences" if self.how == "fences" else f"percentile {sides}"
        if len(self.columns) > 1 or not self.bounds:
            return f"Cap {labels(book, self.columns)} at {where}"
        return f"Cap {labels(book, self.columns)} at {where} ({_at(book[self.columns[0]], *self.bounds[0])})"


def fences(data: Dataset, column: str) -> tuple[float, float]:
    """Tukey's fences of a column: 1.5 times its middle half below the first and above the third quartile."""
    first, third = quantiles(data, column, [0.25, 0.75])
    return first - FENCE * (third - first), third + FENCE * (third - first)


def _clipped(values: pd.Series, low: float | None, high: float | None) -> pd.Series:
    lower, upper = (None if one is None or isnan(one) else one for one in (low, high))
    return values.astype(np.float64).clip(lower, upper)


def _at(variable: Variable, low: float | None, high: float | None) -> str:
    if low is None:
        return f"up to {variable.text(high)}" if high is not None else ""
    return f"from {variable.text(low)}" if high is None else f"from {variable.text(low)} to {variable.text(high)}"
