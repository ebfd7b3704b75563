"""One statement of SQL, with its values bound and its names quoted, in the words of any engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["number", "whole", "truth", "text", "moment", "other"]
"""What a column holds: numbers with or without a fraction, yes or no, text, dates or times, anything else."""

Value = float | int | str

LARGEST = 1e30
"""Beyond it no number counts as one: its square, times a weight, would be none."""

PLAIN_NUMBER = r"^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$"
"""A cell of text that is a number, as ``lib.tables`` has it, in signs that no engine reads otherwise."""


@dataclass(frozen=True)
class Dialect:
    """What differs from engine to engine in the few words of SQL that are used here.

    Attributes:
        name: Of the engine.
        mark: What stands around a name that is quoted; inside it is doubled.
        holder: How a bound value is written, ``{}`` its key.
        real: The type of numbers of eight bytes.
        text: The type of text.
        big: The type of whole numbers of eight bytes.
        matches: Whether ``{0}`` matches the regular expression ``{1}``.
        as_number: The text ``{}``, known to be a number, as one.
        days: The moment ``{}`` as days since 1970-01-01.
        fence: What keeps a SELECT within another from being written out at each place where its columns are used.
        doubled: A sign that means something to the driver in any text, and is doubled to mean itself.
    """

    name: str
    mark: str
    holder: str
    real: str
    text: str
    big: str
    matches: str
    as_number: str
    days: str
    fence: str = ""
    doubled: str = ""

    def quoted(self, name: str) -> str:
        """A name as a name, whatever signs are in it."""
        inside = name.replace(self.mark, self.mark * 2)
        if self.doubled:
            inside = inside.replace(self.doubled, self.doubled * 2)
        return f"{self.mark}{inside}{self.mark}"


@dataclass
class Statement:
    """A statement while it is written: whatever is not a word of SQL is quoted or bound.

    Attributes:
        dialect: Whose words.
        values: What is bound, by key.
    """

    dialect: Dialect
    values: dict[str, Value] = field(default_factory=dict)
    _keys: dict[tuple[type, Value], str] = field(default_factory=dict)

    def bind(self, value: Value) -> str:
        """Where a value stands; equal values are bound once."""
        key = self._keys.setdefault((type(value), value), f"v{len(self._keys) + 1}")
        self.values[key] = value
        holder = self.dialect.holder.format(key)
        if isinstance(value, float):
            return f"CAST({holder} AS {self.dialect.real})"
        return f"CAST({holder} AS {self.dialect.text if isinstance(value, str) else self.dialect.big})"

    def number(self, value: float) -> str:
        """A number of eight bytes, bound."""
        return self.bind(float(value))

    def name(self, name: str) -> str:
        """A name, quoted."""
        return self.dialect.quoted(name)

    def real(self, expression: str) -> str:
        """An expression as a number of eight bytes."""
        return f"CAST({expression} AS {self.dialect.real})"

    def sound(self, number: str) -> str:
        """A number, or nothing where it is none, infinite or beyond all measure."""
        return f"CASE WHEN {number} BETWEEN {self.number(-LARGEST)} AND {self.number(LARGEST)} THEN {number} END"

    def number_in(self, column: str, kind: Kind) -> str:
        """A column of a table as numbers: what is missing or no number is nothing.

        Args:
            column: Its quoted name.
            kind: What it holds.
        """
        if kind == "truth":
            return f"CASE WHEN {column} THEN {self.number(1)} WHEN NOT {column} THEN {self.number(0)} END"
        if kind == "text":
            cell = f"TRIM({column})"
            holds = self.dialect.matches.format(cell, self.bind(PLAIN_NUMBER))
            return self.sound(f"CASE WHEN {holds} THEN {self.dialect.as_number.format(cell)} END")
        if kind in ("number", "whole"):
            return self.sound(self.real(column))
        return f"CAST(NULL AS {self.dialect.real})"

    def text_in(self, column: str, kind: Kind) -> str:
        """An id as text, the same in every engine: whole numbers by their digits, text as it is."""
        as_whole = f"CAST({column} AS {self.dialect.big})" if kind == "number" else column
        return f"CAST({as_whole} AS {self.dialect.text})"

    def case(self, of: str, pairs: Iterable[tuple[str, str]], otherwise: str = "NULL") -> str:
        """What follows from the value of an expression."""
        whens = " ".join(f"WHEN {value} THEN {then}" for value, then in pairs)
        return f"CASE {of} {whens} ELSE {otherwise} END"


def select(columns: Mapping[str, str] | Sequence[str], source: str, *, where: str = "", tail: str = "") -> str:
    """A SELECT from a table or from another SELECT.

    Args:
        columns: Expressions by the name of what comes of them, or expressions that name themselves.
        source: A quoted name, or a SELECT.
        where: A condition.
        tail: GROUP BY, ORDER BY.
    """
    named = [f"{what} AS {name}" for name, what in columns.items()] if isinstance(columns, Mapping) else list(columns)
    inner = source.replace("\n", "\n  ")
    origin = f"(\n  {inner}\n) AS t" if source.startswith("SELECT") else source
    lines = ["SELECT\n  " + ",\n  ".join(named), f"FROM {origin}"]
    return "\n".join([*lines, *([f"WHERE {where}"] if where else []), *([tail] if tail else [])])
