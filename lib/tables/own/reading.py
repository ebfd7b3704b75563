"""How the cells of a table were read, kept so that the cells of another one can be read just so."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lib.tables.own import dates, numbers
from lib.tables.own.categories import as_array
from lib.tables.own.columns import MARKS, NUMBER_MARKS
from lib.tables.own.dates import ORDERS, DateOrder
from lib.tables.own.guess import Choices, ColumnGuess
from lib.tables.own.numbers import PLAIN_STYLE, NumberStyle
from lib.tables.own.raw import as_text

Sort = Literal["number", "date", "category", "text"]
SORTS: tuple[Sort, ...] = ("number", "date", "category", "text")

_SECONDS_OF_DAY = 86_400.0


@dataclass(frozen=True)
class Reading:
    """How the cells of one column are read.

    Attributes:
        sort: What they hold; of text nothing is read but whether it is there.
        style: Convention of numbers.
        order: Order of dates.
        codes: Of categories, code by what is written.
        missing: Words for a missing value; None for the usual ones.
    """

    sort: Sort
    style: NumberStyle = PLAIN_STYLE
    order: DateOrder = "year first"
    codes: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    missing: tuple[str, ...] | None = None

    def values(self, cells: pa.Array | pa.ChunkedArray) -> NDArray[np.float64]:
        """Cells as float64, NaN where missing or not what they should be.

        Dates are days since 1970-01-01; a category that was not there when its codes were given is missing.
        """
        cells = _plain(cells)
        if self.sort == "date":
            return self._days(cells)
        if self.sort == "number" and not pa.types.is_string(cells.type):
            found, _ = numbers.without_infinite(cells if not pa.types.is_boolean(cells.type) else _as_float(cells))
            return as_array(found).astype(np.float64)
        texts = self._without_missing(as_text(_yes_or_no(cells)))
        if self.sort == "text":
            return np.where(pc.is_valid(texts).to_numpy(), 1.0, np.nan)
        if self.sort == "number":
            return as_array(numbers.parse(texts, self.style)[0]).astype(np.float64)
        return self._codes_of(texts)

    def unread(self, cells: pa.Array | pa.ChunkedArray, values: NDArray[np.float64]) -> list[str]:
        """Cells that say something, and not what ``values`` could make of them."""
        texts = self._without_missing(as_text(_yes_or_no(_plain(cells))))
        return texts.filter(pa.array(np.isnan(values) & pc.is_valid(texts).to_numpy())).to_pylist()

    def _without_missing(self, texts: pa.ChunkedArray) -> pa.ChunkedArray:
        usual = NUMBER_MARKS if self.sort in ("number", "date") else MARKS
        marked = pc.is_in(texts, pa.array(usual if self.missing is None else self.missing, pa.string()))
        return pc.if_else(marked, pa.scalar(None, texts.type), texts)

    def _days(self, cells: pa.ChunkedArray) -> NDArray[np.float64]:
        if pa.types.is_timestamp(cells.type) or pa.types.is_date(cells.type):
            moments = pc.cast(pc.cast(cells, pa.timestamp("ms"), safe=False), pa.int64())
            return as_array(pc.divide(pc.cast(moments, pa.float64()), 1_000 * _SECONDS_OF_DAY))
        if not pa.types.is_string(cells.type):
            return as_array(pc.cast(cells, pa.float64(), safe=False)).astype(np.float64)
        return dates.parse(self._without_missing(cells), self.order)[0]

    def _codes_of(self, texts: pa.ChunkedArray) -> NDArray[np.float64]:
        written = list(self.codes)
        values = np.array([*self.codes.values(), np.nan])
        at = pc.fill_null(pc.index_in(texts, pa.array(written, pa.string())), len(written)).to_numpy()
        codes = values[at]
        unread = np.isnan(codes) & pc.is_valid(texts).to_numpy()
        if unread.any():
            often = Counter(map(_alike, self.codes))
            # of two words that differ only so, neither is meant
            alike = {_alike(text): code for text, code in self.codes.items() if often[_alike(text)] == 1}
            codes[unread] = [alike.get(_alike(text), np.nan) for text in texts.filter(pa.array(unread)).to_pylist()]
        return codes

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON; what is as usual is left out."""
        style = self.style
        said: dict[str, Any] = {"sort": self.sort}
        if self.sort == "number" and style != PLAIN_STYLE:
            said["style"] = {name: getattr(style, name) for name in style.__dataclass_fields__}
        if self.sort == "date":
            said["order"] = self.order
        if self.sort == "category":
            said["codes"] = dict(self.codes)
        if self.missing is not None:
            said["missing"] = list(self.missing)
        return said

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Reading:
        """Read back what ``to_dict`` gave.

        Raises:
            ValueError: If it is something else.
        """
        sort, order = stored.get("sort"), stored.get("order", "year first")
        codes, missing, style = stored.get("codes", {}), stored.get("missing"), stored.get("style", {})
        if sort not in SORTS or order not in ORDERS or not isinstance(codes, dict) or not isinstance(style, dict):
            raise ValueError("no such reading")
        if missing is not None and not (isinstance(missing, list) and all(isinstance(word, str) for word in missing)):
            raise ValueError("no words for a missing value")
        if not all(type(code) in (int, float) for code in codes.values()):
            raise ValueError("a code is not a number")
        return cls(
            sort,
            _style(style),
            order,
            MappingProxyType({text: float(code) for text, code in codes.items()}),
            None if missing is None else tuple(missing),
        )


def reading_of(guess: ColumnGuess, choices: Choices) -> Reading:
    """How the cells of a column were read.

    Args:
        guess: What was understood of it.
        choices: What was chosen about it.
    """
    given = choices.get("missing")
    missing = None if given is None else tuple(str(word) for word in given)
    if guess.role in ("amount", "weight"):
        return Reading("number", guess.numbers or PLAIN_STYLE, missing=missing)
    if guess.role == "date":
        return Reading("date", order=guess.dates or "year first", missing=missing)
    if guess.role in ("category", "flag"):
        codes = MappingProxyType({level.text: level.code for level in guess.levels})
        return Reading("category", codes=codes, missing=missing)
    return Reading("text", missing=missing)


def _style(stored: Mapping[str, Any]) -> NumberStyle:
    known = NumberStyle.__dataclass_fields__
    if set(stored) - set(known):
        raise ValueError("no such convention of numbers")
    style = NumberStyle(**stored)
    if style.decimal == style.thousands:
        raise ValueError("one mark for two things")
    if style.decimal not in (".", ",") or style.thousands not in ("", ",", ".", " ", "'"):
        raise ValueError("no such marks in numbers")
    if not isinstance(style.currency, str) or len(style.currency) > 20:
        raise ValueError("no such currency")
    if not isinstance(style.percent, bool) or not isinstance(style.brackets, bool):
        raise ValueError("neither yes nor no")
    return style


def _plain(cells: pa.Array | pa.ChunkedArray) -> pa.ChunkedArray:
    """Cells in one shape, dictionaries spelled out and text tidy."""
    cells = cells if isinstance(cells, pa.ChunkedArray) else pa.chunked_array([cells])
    if pa.types.is_dictionary(cells.type):
        cells = pc.cast(cells, cells.type.value_type)
    if pa.types.is_large_string(cells.type) or pa.types.is_string_view(cells.type):
        cells = pc.cast(cells, pa.string())
    if pa.types.is_decimal(cells.type):
        cells = _as_float(cells)
    return numbers.tidy(cells) if pa.types.is_string(cells.type) else cells


def _as_float(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.cast(cells, pa.float64(), safe=False)


def _yes_or_no(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    """Truth values as they are called where they are read."""
    return pc.if_else(cells, "Yes", "No") if pa.types.is_boolean(cells.type) else cells


def _alike(text: str) -> str | float:
    """What two words for one category have in common: "1.0" is "1", and "north" is "North"."""
    if re.fullmatch(numbers.PLAIN_NUMBER, text):
        return float(text)
    return " ".join(text.split()).casefold()
