"""The one table type that every function takes, and the codebook that says what its columns mean."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from lib.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

Counting = Literal["households", "rows"]
"""How to count: weighted households (the default), or every row of the file once, as the notebooks do."""

COUNTINGS: tuple[Counting, ...] = ("households", "rows")
Unit = Literal["dollars", "count", "years", "ratio", "score", "index", "flag", "category", "id", "weight"]

AMOUNT_UNITS = frozenset({"dollars", "count", "years", "ratio", "score", "index"})
CATEGORY_UNITS = frozenset({"category", "flag"})

NOT_MONEY: Mapping[str, float] = MappingProxyType({"CURRPEN": -1.0, "RETQLIQ": -1.0})
"""Codes that stand in dollar columns in place of an amount, as their definitions in the codebook say."""

_DATA = Path(__file__).parent.parent / "data"


@dataclass(frozen=True)
class Variable:
    """What is known about one column: everything a page needs to show it without its bare name.

    ``values`` maps codes to labels for categories and flags; ``format`` is a d3 format such as ``"$,.0f"``;
    ``period`` says over what time an amount runs ("annual", "monthly") or is empty.
    """

    name: str
    label: str
    definition: str = ""
    unit: Unit = "dollars"
    group: str = "other"
    period: str = ""
    values: Mapping[float, str] = field(default_factory=dict)
    format: str = ",.0f"

    @property
    def is_category(self) -> bool:
        """Whether the column holds codes with labels, rather than amounts."""
        return self.unit in CATEGORY_UNITS

    @property
    def is_amount(self) -> bool:
        """Whether sums, means and quantiles of the column mean something."""
        return self.unit in AMOUNT_UNITS

    def text(self, value: float) -> str:
        """One value in words: the label of a code, or an amount in the column's format."""
        if pd.isna(value):
            return "Missing"
        if value in self.values:
            return self.values[value]
        if self.is_category:
            return f"Code {value:g}"
        digits = f"{abs(value):{self.format.removeprefix('$')}}"
        sign = "-" if value < 0 and digits.strip("0.,%") else ""
        dollar = "$" if self.format.startswith("$") else ""
        return f"{sign}{dollar}{digits}"

    def mean_text(self, value: float) -> str:
        """A mean in words: of counts and years with one decimal, which a single household never has."""
        return f"{value:,.1f}" if self.unit in {"count", "years", "score"} and pd.notna(value) else self.text(value)


class Codebook(Mapping[str, Variable]):
    """Column name -> ``Variable``, in the order of the file. Immutable."""

    def __init__(self, variables: Mapping[str, Variable]) -> None:
        """Keep a read-only copy of ``variables``."""
        self._variables = MappingProxyType(dict(variables))

    def __getitem__(self, name: str) -> Variable:
        return self._variables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)

    def label(self, name: str) -> str:
        """The label of a column, or its name where the codebook does not know it."""
        return self[name].label if name in self else name

    def restricted_to(self, names: list[str]) -> Codebook:
        """The codebook of a table with columns ``names``; unknown columns get a plain numeric entry."""
        unknown = {name: Variable(name, label=name, unit="ratio", format=",.2f") for name in names}
        return Codebook({name: self._variables.get(name, unknown[name]) for name in names})

    def amounts(self) -> list[str]:
        """Columns that hold amounts, counts, ratios and the like."""
        return [name for name, variable in self.items() if variable.is_amount]

    def categories(self) -> list[str]:
        """Columns that hold codes with labels."""
        return [name for name, variable in self.items() if variable.is_category]

    def dollars(self) -> list[str]:
        """Columns that hold money."""
        return [name for name, variable in self.items() if variable.unit == "dollars"]


@cache
def read_codebook(path: Path = _DATA / "codebook.csv") -> Codebook:
    """Read the codebook of the survey (every column of every wave) from ``data/codebook.csv``."""
    with path.open(encoding="utf-8", newline="") as file:
        return Codebook({row["name"]: _variable(row) for row in csv.DictReader(file)})


def _variable(row: dict[str, str]) -> Variable:
    pairs = (pair.split("=", 1) for pair in row["values"].split("|") if pair)
    values = MappingProxyType({float(code): label for code, label in pairs})
    return Variable(**{**row, "values": values})  # type: ignore[arg-type]


@dataclass(frozen=True, eq=False)
class Dataset:
    """An immutable table of households (or customers) and what is known about it.

    Attributes:
        frame: One row per household and implicate (or per customer). Never changed in place.
        codebook: What each column of ``frame`` means.
        name: Short name for screens and exports, such as "SCF 2019".
        fingerprint: Hash of the source's content and of what was done to it (population, dollars), whichever
            columns are loaded; the small key of every cache.
        weight: Column of analysis weights (their sum over all rows is the number of households), or None.
        household: Column that names the household, or None where each row is its own.
        implicates: Rows per household (5 in the survey, else 1).
        entity: What a household is called here ("household", "customer").
        wave: Survey year, or None.
        dollars: Year whose prices the amounts are in, or None.
        dollar_factor: Prices of ``dollars`` over prices of ``wave``, as found in the file.
        vintage: Which release of the file this is, in words.
        synthetic: True for data drawn from a model.
        notes: What was mended or is worth knowing about the file, a sentence each.
    """

    frame: pd.DataFrame
    codebook: Codebook
    name: str
    fingerprint: str
    weight: str | None = None
    household: str | None = None
    implicates: int = 1
    entity: str = "household"
    wave: int | None = None
    dollars: int | None = None
    dollar_factor: float = 1.0
    vintage: str = ""
    synthetic: bool = False
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def columns(self) -> list[str]:
        """Names of the columns, in the order of the file."""
        return list(self.frame.columns)

    def values(self, column: str) -> NDArray[np.float64]:
        """A column as float64, one value per row (NaN where missing)."""
        if column not in self.frame:
            raise DataError(f"{self.name} has no column {column}: choose one of its {len(self.columns)} columns.")
        return self.frame[column].to_numpy(dtype=np.float64)

    def weights(self, counting: Counting = "households") -> NDArray[np.float64]:
        """One weight per row: the analysis weight, or 1 when rows are counted or there is no weight."""
        if counting == "rows" or self.weight is None:
            return np.ones(len(self))
        return self.values(self.weight)

    @cached_property
    def household_codes(self) -> NDArray[np.intp]:
        """For each row the position (0, 1, ...) of its household in order of first appearance."""
        if self.household is None:
            return np.arange(len(self))
        return pd.factorize(self.frame[self.household].to_numpy())[0]

    @cached_property
    def sampled(self) -> int:
        """Number of sampled households: what a figure rests on, whatever the weights sum to."""
        return int(self.household_codes.max() + 1) if len(self) else 0

    @cached_property
    def implicate_codes(self) -> NDArray[np.intp]:
        """For each row which implicate of its household it is: 0 to 4 in the survey, else 0."""
        if self.implicates == 1 or "Y1" not in self.frame:
            return np.zeros(len(self), dtype=np.intp)
        return (self.frame["Y1"].to_numpy(dtype=np.int64) % 10 - 1).astype(np.intp)

    def where(self, mask: NDArray[np.bool_], described_as: str) -> Dataset:
        """The dataset of the rows where ``mask`` is true.

        Args:
            mask: One truth value per row.
            described_as: What the mask selects; it goes into the new dataset's fingerprint.
        """
        return replace(self, frame=self.frame.loc[mask], fingerprint=_derived(self.fingerprint, described_as))

    def in_dollars(self, year: int) -> Dataset:
        """The same households with every dollar column in the prices of ``year``.

        Factors are ratios of the September CPI-U-RS (``data/dollars.csv``); back to the survey's own year the
        exact factor found in the file is used. Counts, flags, shares, ratios and the codes of ``NOT_MONEY`` are
        left alone, whichever columns are loaded.

        Raises:
            DataError: If the dollar year of the data or the index of ``year`` is unknown.
        """
        if year == self.dollars:
            return self
        if self.dollars is None:
            raise DataError(f"{self.name} does not say which year's dollars it is in: amounts stay as they are.")
        factor = 1 / self.dollar_factor if year == self.wave else price_ratio(self.dollars, year)
        money = [name for name in self.codebook.dollars() if name in self.frame]
        frame = self.frame.assign(**{name: _at_prices(self.frame[name], factor) for name in money})
        return replace(
            self,
            frame=frame,
            dollars=year,
            dollar_factor=self.dollar_factor * factor,
            fingerprint=_derived(self.fingerprint, f"{year} dollars"),
        )


def _at_prices(column: pd.Series, factor: float) -> pd.Series:
    code = NOT_MONEY.get(str(column.name))
    amounts = column * factor
    return amounts if code is None else amounts.where(column != code, code)


def _derived(fingerprint: str, change: str) -> str:
    return hashlib.sha256(f"{fingerprint}|{change}".encode()).hexdigest()[:16]


@cache
def price_index() -> Mapping[int, float]:
    """September CPI-U-RS by year (as the survey tables scale it), from ``data/dollars.csv``."""
    with (_DATA / "dollars.csv").open(encoding="utf-8", newline="") as file:
        return {int(row["year"]): float(row["cpi_u_rs"]) for row in csv.DictReader(file)}


def price_ratio(from_year: int, to_year: int) -> float:
    """What a dollar of ``from_year`` is worth in dollars of ``to_year`` (2019 to 2022: 1.159205)."""
    index = price_index()
    for year in (from_year, to_year):
        if year not in index:
            raise DataError(f"No price index for {year}: choose one of {', '.join(map(str, sorted(index)))}.")
    return index[to_year] / index[from_year]
