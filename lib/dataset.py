"""The one table type that every function takes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
import pandas as pd

from lib.codebook import Codebook, Variable
from lib.errors import DataError
from lib.prices import price_ratio
from lib.subjects.plain import PLAIN
from lib.words import counted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lib.subject import Entity, Subject

__all__ = ["COUNTINGS", "MEMBERS", "ROWS", "Codebook", "Counting", "Dataset", "Variable"]

Counting = Literal["households", "rows"]
"""How to count: weighted members (the default), or every row of the file once, as the notebooks do."""

MEMBERS: Counting = "households"
"""Each member of the table by its weight, its implicates together as one; named after the first kind of member."""

ROWS: Counting = "rows"
COUNTINGS: tuple[Counting, ...] = (MEMBERS, ROWS)

_NUMBERS = "biuf"
"""Kinds of NumPy's types: truth values, whole numbers with and without a sign, floats."""


class Preparing(Protocol):
    """How rows of a file become rows of a table: what ``lib.steps.Preparation`` is."""

    def needs(self, features: Sequence[str]) -> tuple[str, ...]:
        """Columns of a file from which features can be had."""
        ...

    def prepared(self, cells: Mapping[str, Any], features: Sequence[str]) -> pd.DataFrame:
        """The features of a file's rows, blank where a row is left out."""
        ...

    def words(self, book: Codebook) -> tuple[str, ...]:
        """Its steps for a reader."""
        ...

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        ...


@dataclass(frozen=True, eq=False)
class Dataset:
    """An immutable table of households, customers or whatever its subject says, and what is known about it.

    Where it is made, a ``DataError`` is raised if a column that the codebook calls an amount or a category is not of
    numbers, or if a row names no member: whoever is given a Dataset need not look.

    Attributes:
        frame: One row per member and implicate. Never changed in place.
        codebook: What each column of ``frame`` means.
        name: Short name for screens and exports, such as "SCF 2019".
        fingerprint: Hash of the source's content and of what was done to it (population, dollars), whichever
            columns are loaded; the small key of every cache.
        subject: What this kind of table brings: words, populations, accounting, lenses.
        weight: Column of analysis weights (their sum over all rows is the number of members), or None.
        id: Column that names the member (numbers or text), or None where each row is its own.
        implicates: Rows per member (5 in the survey, else 1).
        implicate: Column whose last digit numbers the implicates of a member from 1; None where there is one.
        wave: Survey year, or None.
        dollars: Year whose prices the amounts are in, or None.
        dollar_factor: Prices of ``dollars`` over prices of ``wave``, as found in the file.
        vintage: Which release of the file this is, in words.
        synthetic: True for data drawn from a model.
        notes: What was mended or is worth knowing about the file, a sentence each.
        preparation: How its cells were read and what was done to them since, so that other rows can be prepared alike;
            None of tables that have a reader of their own.
    """

    frame: pd.DataFrame
    codebook: Codebook
    name: str
    fingerprint: str
    subject: Subject = PLAIN
    weight: str | None = None
    id: str | None = None
    implicates: int = 1
    implicate: str | None = None
    wave: int | None = None
    dollars: int | None = None
    dollar_factor: float = 1.0
    vintage: str = ""
    synthetic: bool = False
    notes: tuple[str, ...] = ()
    preparation: Preparing | None = None

    def __post_init__(self) -> None:
        """Check that amounts and categories are numbers and that ids are complete; give amounts their currency."""
        for name, kind in zip(self.frame.columns, self.frame.dtypes, strict=True):
            variable = self.codebook.get(name)
            if variable is None or kind.kind in _NUMBERS:
                continue
            where = f"{self.name}, column {name}, is not of numbers but of type {kind}"
            if variable.is_category:
                raise DataError(f"{where}: number its categories, and label the numbers in the codebook.")
            if variable.is_amount:
                raise DataError(f'{where}: make numbers of it, or call its unit "id" in the codebook.')
        if self.id in self.frame and (nameless := self.frame[self.id].isna().to_numpy()).any():
            where = f"{counted(int(nameless.sum()), 'row')}, first on row {nameless.argmax() + 1:,}"
            raise DataError(
                f"{self.name}, column {self.id}, names no {self.entity.singular} on {where}: "
                "fill them in or leave them out."
            )
        currency = self.subject.currency
        object.__setattr__(self, "codebook", self.codebook.in_currency(currency.symbol if currency else ""))

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def columns(self) -> list[str]:
        """Names of the columns, in the order of the file."""
        return list(self.frame.columns)

    @property
    def entity(self) -> Entity:
        """What a member is called."""
        return self.subject.entity

    def values(self, column: str) -> NDArray[np.float64]:
        """A column as float64, one value per row (NaN where missing)."""
        if column not in self.frame:
            raise DataError(f"{self.name} has no column {column}: choose one of its {len(self.columns)} columns.")
        try:
            return self.frame[column].to_numpy(dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise DataError(f"{self.name}, column {column}, holds text: choose a column of numbers.") from error

    def weights(self, counting: Counting = MEMBERS) -> NDArray[np.float64]:
        """One weight per row: the analysis weight, or 1 when rows are counted or there is no weight."""
        if counting == ROWS or self.weight is None:
            return np.ones(len(self))
        return self.values(self.weight)

    @property
    def ids(self) -> NDArray[Any]:
        """What names each row's member: whole numbers or text; without such a column the row of the file, from 1.

        Made whenever asked for: a million names take more memory than several columns, and a moment to make.
        """
        if self.id is None:
            return np.asarray(self.frame.index, dtype=np.int64) + 1
        given = self.frame[self.id]
        if pd.api.types.is_numeric_dtype(given) and (given == given.round()).all():
            return given.to_numpy(dtype=np.int64)
        return given.astype(str).to_numpy(dtype=object)

    @cached_property
    def member_codes(self) -> NDArray[np.intp]:
        """For each row the position (0, 1, ...) of its member in order of first appearance."""
        if self.id is None:
            return np.arange(len(self))
        is_text = isinstance(self.frame[self.id].dtype, pd.StringDtype)
        return pd.factorize(self.frame[self.id] if is_text else self.ids)[0]

    @cached_property
    def sampled(self) -> int:
        """Number of members in the table: what a figure rests on, whatever the weights sum to."""
        return int(self.member_codes.max() + 1) if len(self) else 0

    def sampled_among(self, mask: NDArray[np.bool_]) -> int:
        """How many members have one of some rows."""
        return int(np.count_nonzero(np.bincount(self.member_codes[mask])))

    @cached_property
    def implicate_codes(self) -> NDArray[np.intp]:
        """For each row which implicate of its member it is: 0 to 4 in the survey, else 0.

        Raises:
            DataError: If there are several and the column that numbers them is not loaded.
        """
        if self.implicates == 1:
            return np.zeros(len(self), dtype=np.intp)
        if self.implicate is None or self.implicate not in self.frame:
            raise DataError(
                f"{self.name} has {self.implicates} rows for each {self.entity.singular} and no column that tells them "
                "apart: load the column that numbers them."
            )
        return (self.frame[self.implicate].to_numpy(dtype=np.int64) % 10 - 1).astype(np.intp)

    def where(self, mask: NDArray[np.bool_], described_as: str) -> Dataset:
        """The dataset of the rows where ``mask`` is true.

        Args:
            mask: One truth value per row.
            described_as: What the mask selects; it goes into the new dataset's fingerprint.
        """
        return replace(self, frame=self.frame.loc[mask], fingerprint=derived(self.fingerprint, described_as))

    def in_dollars(self, year: int) -> Dataset:
        """The same members with every column of money in the prices of ``year``.

        Factors are ratios of the September CPI-U-RS (``lib.prices``); back to the survey's own year the exact factor
        found in the file is used. Counts, flags, shares, ratios and codes that stand in place of an amount are left
        alone, whichever columns are loaded.

        Raises:
            DataError: If the dollar year of the data or the index of ``year`` is unknown.
        """
        if year == self.dollars:
            return self
        if self.dollars is None:
            raise DataError(f"{self.name} does not say which year's dollars it is in: amounts stay as they are.")
        factor = 1 / self.dollar_factor if year == self.wave else price_ratio(self.dollars, year)
        money = [name for name in self.codebook.dollars() if name in self.frame]
        frame = self.frame.assign(**{name: self._at_prices(name, factor) for name in money})
        return replace(
            self,
            frame=frame,
            dollars=year,
            dollar_factor=self.dollar_factor * factor,
            fingerprint=derived(self.fingerprint, f"{year} dollars"),
        )

    def _at_prices(self, name: str, factor: float) -> pd.Series:
        column, code = self.frame[name], self.subject.codes.get(name)
        return column * factor if code is None else (column * factor).where(column != code, code)


def derived(fingerprint: str, change: str) -> str:
    """The fingerprint of data after a change."""
    return hashlib.sha256(f"{fingerprint}|{change}".encode()).hexdigest()[:16]
