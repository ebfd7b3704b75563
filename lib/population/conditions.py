"""Conditions on the columns of a table, as plain data: what is compared, and with what."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lib.dataset import Codebook
from lib.errors import PopulationError
from lib.population.names import shown, written

Mask = NDArray[np.bool_]
Operand = float | str
"""A number, or the name of a column."""

_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = MappingProxyType(
    {
        "==": operator.eq,
        "!=": operator.ne,
        "<": operator.lt,
        "<=": operator.le,
        ">": operator.gt,
        ">=": operator.ge,
    }
)
_WORDS = MappingProxyType({"==": "is", "!=": "is not", "<": "below", "<=": "at most", ">": "above", ">=": "at least"})
_ITSELF = MappingProxyType({"==": "is known", "!=": "is missing"})
"""What it means to compare a column with itself."""


@dataclass(frozen=True)
class Comparison:
    """``left operator right``; for ``in`` and ``not in`` the right side is a tuple of numbers.

    A row whose value is missing satisfies no comparison but ``!=`` and ``not in``: ``a != a`` picks such rows.
    """

    left: Operand
    operator: str
    right: Operand | tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse what has no text in the language.

        Raises:
            PopulationError: If a number is missing or infinite.
        """
        sides = (self.left, *(self.right if isinstance(self.right, tuple) else (self.right,)))
        if not all(isinstance(side, str) or math.isfinite(side) for side in sides):
            raise PopulationError("A condition compares with numbers: missing and infinite ones are none.")

    def mask(self, frame: pd.DataFrame) -> Mask:
        """One truth value per row of ``frame``.

        Raises:
            PopulationError: If a column holds text.
        """
        left = _operand(self.left, frame)
        if isinstance(self.right, tuple):
            found = np.isin(np.broadcast_to(left, len(frame)), self.right)
            return ~found if self.operator == "not in" else found
        with np.errstate(invalid="ignore"):
            result = _COMPARE[self.operator](left, _operand(self.right, frame))
        return np.broadcast_to(result, len(frame)).astype(bool)

    def names(self) -> Iterator[str]:
        """The columns that are compared."""
        yield from (side for side in (self.left, self.right) if isinstance(side, str))

    def renamed(self, names: Mapping[str, str]) -> Comparison:
        """The same comparison with columns called by other names."""
        left, right = (names.get(s, s) if isinstance(s, str) else s for s in (self.left, self.right))
        return Comparison(left, self.operator, right)  # type: ignore[arg-type]

    def words(self, codebook: Codebook, dollars: int | None = None) -> str:
        """The comparison for a reader: labels instead of names, value labels instead of codes, dollars with a year."""
        variable = codebook.get(self.left if isinstance(self.left, str) else "")

        def text(side: Operand) -> str:
            if isinstance(side, str):
                return codebook.label(side)
            year = f" in {dollars} dollars" if dollars and variable and variable.unit == "dollars" and side else ""
            if variable is None:
                return _number(side)
            # a number that the column's format would round is said as it is meant
            exact = variable.is_amount and variable.format.endswith(".0f") and side != int(side)
            return f"{f'{variable.sign}{side:,}' if exact else variable.text(side)}{year}"

        if isinstance(self.right, tuple):
            is_or_not = "is" if self.operator == "in" else "is not"
            return f"{text(self.left)} {is_or_not} {' or '.join(map(text, self.right))}"
        if self.left == self.right and self.operator in _ITSELF:
            return f"{text(self.left)} {_ITSELF[self.operator]}"
        return f"{text(self.left)} {_WORDS[self.operator]} {text(self.right)}"

    def __str__(self) -> str:
        if isinstance(self.right, tuple):
            comma = "," if len(self.right) == 1 else ""  # (1) is a number, (1,) a choice
            return f"{_side(self.left)} {self.operator} ({', '.join(map(_number, self.right))}{comma})"
        return f"{_side(self.left)} {self.operator} {_side(self.right)}"


@dataclass(frozen=True)
class Combination:
    """Several conditions of which all (``and``) or at least one (``or``) must hold."""

    operator: Literal["and", "or"]
    parts: tuple[Condition, ...]

    def mask(self, frame: pd.DataFrame) -> Mask:
        """One truth value per row of ``frame``."""
        join = np.logical_and if self.operator == "and" else np.logical_or
        return join.reduce([part.mask(frame) for part in self.parts])

    def names(self) -> Iterator[str]:
        """The columns that are compared."""
        for part in self.parts:
            yield from part.names()

    def renamed(self, names: Mapping[str, str]) -> Combination:
        """The same condition with columns called by other names."""
        return Combination(self.operator, tuple(part.renamed(names) for part in self.parts))

    def words(self, codebook: Codebook, dollars: int | None = None) -> str:
        """The condition for a reader."""
        return "(" + f" {self.operator} ".join(part.words(codebook, dollars) for part in self.parts) + ")"

    def __str__(self) -> str:
        return "(" + f" {self.operator} ".join(map(str, self.parts)) + ")"


@dataclass(frozen=True)
class Negation:
    """A condition that must not hold."""

    part: Condition

    def mask(self, frame: pd.DataFrame) -> Mask:
        """One truth value per row of ``frame``."""
        return ~self.part.mask(frame)

    def names(self) -> Iterator[str]:
        """The columns that are compared."""
        return self.part.names()

    def renamed(self, names: Mapping[str, str]) -> Negation:
        """The same condition with columns called by other names."""
        return Negation(self.part.renamed(names))

    def words(self, codebook: Codebook, dollars: int | None = None) -> str:
        """The condition for a reader."""
        return f"not ({self.part.words(codebook, dollars)})"

    def __str__(self) -> str:
        return f"not ({self.part})"


Condition = Comparison | Combination | Negation


def _operand(side: Operand, frame: pd.DataFrame) -> Any:  # noqa: ANN401 - a number or an array
    if not isinstance(side, str):
        return side
    try:
        return frame[side].to_numpy(dtype=float)
    except (TypeError, ValueError) as error:
        raise PopulationError(f"The column {shown(side)} holds text: conditions compare numbers.") from error


def _side(side: Operand) -> str:
    return written(side) if isinstance(side, str) else _number(side)


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
