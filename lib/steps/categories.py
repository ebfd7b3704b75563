"""Cleaning categories: some of them merged, or each as a column of 0 and 1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import sqrt
from types import MappingProxyType
from typing import ClassVar

import numpy as np
import pandas as pd

from lib.codebook import AS_FLAGS, Codebook, Variable
from lib.dataset import Dataset
from lib.errors import StepError
from lib.steps.step import Step, check_columns, having, numbers
from lib.words import percent

MOST_LEVELS = 30
"""Categories that become columns of their own: each is a dimension that distances are taken in."""

OTHER = "Other"


@dataclass(frozen=True)
class _Merging(Step):
    """Some categories of a column become one."""

    column: str

    @property
    def needs(self) -> frozenset[str]:
        """The column."""
        return frozenset({self.column})

    @property
    def changes(self) -> frozenset[str]:
        """The column."""
        return frozenset({self.column})


@dataclass(frozen=True)
class MergeRare(_Merging):
    """Categories that few have become one, "Other".

    Attributes:
        column: Which.
        least: Share of those with a category below which one is rare.
        kept: Codes of those that stay, once learned.
        other: Code of those that are merged, once learned.
    """

    kind: ClassVar[str] = "merge rare"

    least: float = 0.05
    kept: tuple[float, ...] = ()
    other: float | None = None

    def __post_init__(self) -> None:
        if not 0 < self.least < 1:
            raise StepError("The share below which a category is rare lies between 0 and 1.")

    def fitted(self, data: Dataset) -> MergeRare:
        """With the codes that stay."""
        self.check(data)
        check_columns(data, (self.column,), categories=True)
        share = shares_of(data, self.column)
        kept = tuple(float(code) for code, one in share.items() if one >= self.least)
        if not kept:
            raise StepError(
                f"All {len(share)} categories of {data.codebook.label(self.column)} are below {percent(self.least)}: "
                "nothing would be left; choose a smaller share."
            )
        if len(share) - len(kept) < 2:
            raise StepError(
                f"{data.codebook.label(self.column)} has fewer than two categories below {percent(self.least)}: "
                "there is nothing to merge."
            )
        return replace(
            self, kept=kept, other=max(max(data.codebook[self.column].values, default=0.0), *share.index) + 1
        )

    def apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows with the code of "Other" in place of rare ones."""
        values = numbers(frame, self.column)
        merged = np.where(np.isnan(values) | np.isin(values, self.kept), values, np.float64(self.other or 0))
        return having(frame, {self.column: merged})

    def codebook(self, book: Codebook) -> Codebook:
        """The categories that are left."""
        variable = book[self.column]
        known = {code: label for code, label in variable.values.items() if code in self.kept}
        other = OTHER if OTHER not in known.values() else f"{OTHER} (merged)"
        values = known if self.other is None else {**known, self.other: other}
        return Codebook({**book, self.column: replace(variable, values=MappingProxyType(values), unit="category")})

    def words(self, book: Codebook) -> str:
        """Such as "Merge categories of Region below 5%"."""
        return f"Merge categories of {book.label(self.column)} below {percent(self.least)}"


@dataclass(frozen=True)
class MergeSpellings(_Merging):
    """Categories whose labels differ in case and spaces alone have become one, by the label that most have.

    Attributes:
        column: Which.
        instead: Codes that go, each with the one that takes its place, once learned.
    """

    kind: ClassVar[str] = "merge spellings"

    instead: tuple[tuple[float, float], ...] = ()

    def fitted(self, data: Dataset) -> MergeSpellings:
        """With the codes that go."""
        self.check(data)
        check_columns(data, (self.column,), categories=True)
        instead = [(code, kept) for kept, *others in spelt_alike(data, self.column) for code in others]
        if not instead:
            raise StepError(
                f"No two categories of {data.codebook.label(self.column)} differ in case and spaces alone: "
                "there is nothing to merge."
            )
        return replace(self, instead=tuple(instead))

    def apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows with the code that stays."""
        values = numbers(frame, self.column)
        return having(frame, {self.column: pd.Series(values).replace(dict(self.instead)).to_numpy()})

    def codebook(self, book: Codebook) -> Codebook:
        """The categories that are left."""
        variable, gone = book[self.column], {code for code, _ in self.instead}
        values = {code: label for code, label in variable.values.items() if code not in gone}
        return Codebook({**book, self.column: replace(variable, values=MappingProxyType(values))})

    def words(self, book: Codebook) -> str:
        """Such as "Take spellings of Region for one category each"."""
        return f"Take spellings of {book.label(self.column)} that differ in case and spaces alone for one category each"


def spelt_alike(data: Dataset, column: str) -> list[tuple[float, ...]]:
    """Codes of a category whose labels differ in case and spaces alone, in groups: first the one that most have."""
    share, groups = shares_of(data, column), dict[str, list[float]]()
    for code, label in data.codebook[column].values.items():
        groups.setdefault(" ".join(label.casefold().split()), []).append(code)
    often = {code: (-float(share.get(code, 0.0)), code) for codes in groups.values() for code in codes}
    return [tuple(sorted(codes, key=often.__getitem__)) for codes in groups.values() if len(codes) > 1]


@dataclass(frozen=True)
class OneHot(Step):
    """Each category of a column becomes a column of 0 and 1, of a stated weight against amounts.

    Attributes:
        column: Which.
        weight: How far apart two members of different categories are, in standard deviations of an amount.
        levels: Code and new column of each category, once learned.
    """

    kind: ClassVar[str] = "one-hot"

    column: str
    weight: float = 1.0
    levels: tuple[tuple[float, str], ...] = ()

    def __post_init__(self) -> None:
        if not 0.01 <= self.weight <= 100:
            raise StepError("The weight of a category against amounts lies between 0.01 and 100.")
        if len({name for _, name in self.levels}) < len(self.levels):
            raise StepError("Each category must have a column of its own: label them otherwise.")

    @property
    def needs(self) -> frozenset[str]:
        """The column."""
        return frozenset({self.column})

    @property
    def makes(self) -> frozenset[str]:
        """A column for each category."""
        return frozenset(name for _, name in self.levels)

    def fitted(self, data: Dataset) -> OneHot:
        """With the categories that the table has."""
        self.check(data)
        check_columns(data, (self.column,), categories=True)
        variable, codes = data.codebook[self.column], shares_of(data, self.column).index
        if len(codes) < 2:
            raise StepError(f"{variable.label} has one category alone: it tells nobody apart.")
        if len(codes) > MOST_LEVELS:
            raise StepError(
                f"{variable.label} has {len(codes)} categories; at most {MOST_LEVELS} become columns: "
                "merge the rare ones first."
            )
        made = replace(self, levels=tuple((float(code), f"{self.column}: {variable.text(code)}") for code in codes))
        made.check(data)
        return made

    def apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows with a column for each category; blank where the category is."""
        values = numbers(frame, self.column)
        return having(frame, {name: np.where(np.isnan(values), np.nan, values == code) for code, name in self.levels})

    def codebook(self, book: Codebook) -> Codebook:
        """What the new columns mean, and how far apart 0 and 1 are."""
        variable = book[self.column]
        yes_or_no: Mapping[float, str] = MappingProxyType({0.0: "No", 1.0: "Yes"})
        made = {
            name: Variable(
                name,
                label=f"{variable.label}: {variable.text(code)}",
                definition=f"1 where {variable.label} is {variable.text(code)}, with weight {self.weight:g}.",
                unit="flag",
                group=f"{variable.label}{AS_FLAGS}",
                values=yes_or_no,
                spread=sqrt(2) / self.weight,
            )
            for code, name in self.levels
        }
        return Codebook({**book, **made})

    def words(self, book: Codebook) -> str:
        """Such as "Region as columns of 0 and 1, weight 1"."""
        return f"{book.label(self.column)} as columns of 0 and 1, weight {self.weight:g}"


def shares_of(data: Dataset, column: str) -> pd.Series:
    """Share of each code of a category, by weight, among those that have one; sorted by code."""
    weight = pd.Series(data.weights()).groupby(data.values(column)).sum().sort_index()
    return weight / weight.sum()
