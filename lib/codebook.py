"""What the columns of a table mean: the codebook."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import pandas as pd

from lib.words import capitalised, rounded, within_sentence

Unit = Literal["dollars", "count", "years", "ratio", "score", "index", "flag", "category", "date", "id", "weight"]

AS_FLAGS = ", as 0 and 1"
"""What the group of columns of 0 and 1 is called after the category that they are made of."""

AMOUNT_UNITS = frozenset({"dollars", "count", "years", "ratio", "score", "index"})
CATEGORY_UNITS = frozenset({"category", "flag"})


@dataclass(frozen=True)
class Variable:
    """What is known about one column: everything a page needs to show it without its bare name.

    ``values`` maps codes to labels for categories and flags; ``format`` is a d3 format such as ``"$,.0f"``,
    in which $ stands for ``currency``; ``period`` says over what time an amount runs ("annual", "monthly") or is empty.
    ``currency`` is what a ``Dataset`` makes it: the sign of its subject's. ``spread`` is what counts as its standard
    deviation where columns are made comparable, for columns that have a stated weight against others; None for its own.
    ``since`` is the first wave of a survey that asked (0: every one did); ``unasked`` the wave of a table that has the
    column although nobody was asked: it is missing throughout then, and no figure can be had of it. ``brief`` is what
    names and rules call it, as within a sentence ("home value"); ``lacking`` what a name says of those who have none of
    it ("no home of their own"). Both may be empty.
    """

    name: str
    label: str
    definition: str = ""
    unit: Unit = "ratio"
    group: str = "other"
    period: str = ""
    values: Mapping[float, str] = field(default_factory=dict)
    format: str = ",.0f"
    currency: str = ""
    spread: float | None = None
    since: int = 0
    unasked: int | None = None
    brief: str = ""
    lacking: str = ""

    @property
    def called(self) -> str:
        """What names and rules call it, as within a sentence."""
        return self.brief or within_sentence(self.label)

    @property
    def heading(self) -> str:
        """The same where there is little room for a label: at a cell, on a card."""
        return capitalised(self.called)

    @property
    def called_none(self) -> str:
        """What names call having none of it."""
        return self.lacking or f"no {self.called}"

    @property
    def is_category(self) -> bool:
        """Whether the column holds codes with labels, rather than amounts."""
        return self.unit in CATEGORY_UNITS and self.unasked is None

    @property
    def is_amount(self) -> bool:
        """Whether sums, means and quantiles of the column mean something."""
        return self.unit in AMOUNT_UNITS and self.unasked is None

    @property
    def is_of_ranks(self) -> bool:
        """Whether its codes are stretches of a ranking of all members: what share belongs to each is no finding."""
        return self.is_category and {label.split()[-1] for label in self.values.values()} == {"percentile"}

    def text(self, value: float | str) -> str:
        """One value in words: the label of a code, or an amount in the column's format; text is what it is."""
        if pd.isna(value):
            return "Missing"
        if isinstance(value, str):
            return value
        if self.unit == "date":
            return f"{date(1970, 1, 1) + timedelta(days=math.floor(value))}"
        if value in self.values:
            return self.values[value]
        if self.is_category:
            return f"Code {value:g}"
        digits = f"{abs(value):{self.format.removeprefix('$')}}"
        sign = "-" if value < 0 and digits.strip("0.,%") else ""
        return f"{sign}{self.sign}{digits}"

    def short(self, value: float) -> str:
        """An amount to three digits, as names and axes say it: "$3,500", "$68.5K", "$1.9M"."""
        size = abs(rounded(value))
        for unit, letter in ((1e9, "B"), (1e6, "M"), (1e4, "K")):
            if size >= unit and self.is_amount:
                return f"{'-' if value < 0 else ''}{self.sign}{size / (1e3 if letter == 'K' else unit):g}{letter}"
        return self.text(value)

    @property
    def why_not(self) -> str:
        """Why there is nothing to see in it, for a reader; empty where there is."""
        return f"{self.label} ({self.name}) was not asked in {self.unasked}" if self.unasked else ""

    @property
    def sign(self) -> str:
        """The sign of the currency before an amount of money, else nothing."""
        return self.currency if self.format.startswith("$") else ""

    @property
    def measured_in(self) -> str:
        """Its unit in words: of amounts of money that are no dollars, or nobody knows what, "money"."""
        return "money" if self.unit == "dollars" and self.currency != "$" else self.unit

    def mean_text(self, value: float) -> str:
        """A mean in words: of counts and years with one decimal, which a single member never has."""
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

    # a page asks for these dozens of times, for hundreds of columns each
    @cached_property
    def _labels(self) -> Mapping[str, str]:
        return {name: variable.label for name, variable in self._variables.items()}

    @cached_property
    def _amounts(self) -> tuple[str, ...]:
        return tuple(name for name, variable in self._variables.items() if variable.is_amount)

    @cached_property
    def _categories(self) -> tuple[str, ...]:
        return tuple(name for name, variable in self._variables.items() if variable.is_category)

    @classmethod
    def read(cls, path: Path) -> Codebook:
        """Read a codebook from a CSV file with a column for each field of ``Variable``; codes as ``1=Yes|0=No``."""
        with path.open(encoding="utf-8", newline="") as file:
            return cls({row["name"]: _variable(row) for row in csv.DictReader(file)})

    def label(self, name: str) -> str:
        """The label of a column, or its name where the codebook does not know it."""
        return self._labels.get(name, name)

    def restricted_to(self, names: list[str]) -> Codebook:
        """The codebook of a table with columns ``names``; unknown columns get a plain numeric entry."""
        unknown = {name: Variable(name, label=name, unit="ratio", format=",.2f") for name in names}
        return Codebook({name: self._variables.get(name, unknown[name]) for name in names})

    def in_currency(self, sign: str) -> Codebook:
        """The same with ``sign`` before amounts of money."""
        if all(variable.currency == sign for variable in self._variables.values()):
            return self
        return Codebook({name: replace(variable, currency=sign) for name, variable in self.items()})

    def unasked(self, names: Iterable[str], wave: int | None) -> Codebook:
        """The codebook of a wave in which the questions behind ``names`` were not asked."""
        return Codebook({**self._variables, **{name: replace(self[name], unasked=wave) for name in names}})

    def amounts(self) -> list[str]:
        """Columns that hold amounts, counts, ratios and the like."""
        return list(self._amounts)

    def categories(self) -> list[str]:
        """Columns that hold codes with labels."""
        return list(self._categories)

    def dollars(self) -> list[str]:
        """Columns that hold money."""
        return [name for name, variable in self.items() if variable.unit == "dollars"]


def _variable(row: dict[str, str]) -> Variable:
    pairs = (pair.split("=", 1) for pair in row["values"].split("|") if pair)
    values = MappingProxyType({float(code): label for code, label in pairs})
    since = int(row.get("since") or 0)
    return Variable(**{**row, "values": values, "since": since})  # type: ignore[arg-type]
