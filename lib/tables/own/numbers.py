"""Numbers as people write them: one convention for a column, told from its cells, and the cells read by it.

A convention says how the decimals and the thousands are marked, which currency stands beside, whether cells are per
cent, and whether brackets mean minus. A cell that does not follow the convention of its column is never bent to fit.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lib.tables.own.limits import LARGEST

SHARE_OF_NUMBERS = 0.8
"""From this share of its cells on a column holds numbers, and the other cells are misfits."""

SAMPLE = 1_000
"""Cells that a convention is guessed from; those that do not follow the guess are looked at once more."""

PLAIN_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
LEADING_ZERO = r"^[+-]?0\d+$"
"""A code and not a number: as a number it would lose its zeros."""

_SIGNS = ("US$", "CA$", "AU$", "HK$", "NZ$", "R$", "$", "€", "£", "¥", "₹", "₽", "₩", "₺", "₴", "₪", "฿")
_NAMES = ("kr.", "kr", "zł", "Kč", "Ft", "Fr.")
_CODES = (
    "USD|EUR|GBP|CHF|JPY|CNY|INR|AUD|CAD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|RON|TRY|RUB|UAH|BRL|MXN|ZAR|KRW|SGD|HKD|ILS|THB|"
    "IDR|MYR|PHP|VND|AED|SAR|EGP|NGN|KES|PKR|BDT|ARS|CLP|COP|PEN"
)
_CURRENCY = "|".join((*map(re.escape, (*_SIGNS, *_NAMES)), _CODES))
_CELL = re.compile(
    rf"(?P<open>\()?[+-]?\s*(?P<before>{_CURRENCY})?\s*[+-]?\s*(?P<core>[.,]?\d(?:[\d.,' ]*\d)?[.,]?)(?:[eE][+-]?\d+)?"
    rf"\s*(?P<percent>%)?\s*(?P<after>{_CURRENCY})?\s*-?(?(open)\))"
)
_MARKS = ((".", ""), (".", ","), (",", ""), (",", "."), (",", " "), (".", " "), (".", "'"), (",", "'"))
"""Marks of decimals and thousands, the usual first: they win where cells allow several."""

_SPACES = "[\u00a0\u202f\u2009\u2007]"


@dataclass(frozen=True)
class NumberStyle:
    """How the numbers of a column are written.

    Attributes:
        decimal: Mark before the decimals, "." or ",".
        thousands: Mark between groups of digits: "", ",", ".", " " or "'".
        currency: Sign or code that may stand before or after a number, or "".
        percent: Whether numbers are per cent, each with its sign; they are read as shares (12 % is 0.12).
        brackets: Whether "(5)" is -5.
    """

    decimal: str = "."
    thousands: str = ""
    currency: str = ""
    percent: bool = False
    brackets: bool = False


PLAIN_STYLE = NumberStyle()


@dataclass(frozen=True, eq=False)
class StyleGuess:
    """A convention, and how sure it is.

    Attributes:
        style: What was told from the cells.
        share: Share of the cells looked at that follow it.
        doubtful: Whether the cells could be read by another decimal mark just as well.
        decides: Whether the cells leave no doubt about the decimal mark, and have one.
        values: The column read by it, where that was done.
        unread: Which cells do not follow it, where that was looked at.
        rival: Another convention that the cells looked at follow just as well, by another decimal mark.
    """

    style: NumberStyle
    share: float
    doubtful: bool = False
    decides: bool = False
    values: pa.ChunkedArray | None = None
    unread: pa.ChunkedArray | None = None
    rival: NumberStyle | None = None


def tidy(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    """Cells of text without space around them; empty ones are null."""
    trimmed = pc.utf8_trim_whitespace(cells)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, trimmed.type), trimmed)


def has_leading_zeros(cells: pa.ChunkedArray) -> bool:
    """Whether a cell is of digits that begin with a zero."""
    return bool(pc.any(pc.match_substring_regex(cells, LEADING_ZERO)).as_py())


def guess_style(cells: pa.ChunkedArray, decimal: str = "") -> StyleGuess:
    """The convention of a column of tidy cells.

    Args:
        cells: Text without space around it.
        decimal: Mark that other columns of the table use, which settles what the cells leave open.
    """
    sample = sample_of(cells)
    first = guess_from(sample, decimal)
    if not first.share:
        return first
    values, unread = parse(cells, first.style)
    rest = pc.filter(cells, unread)
    if len(rest):
        # what the sample did not show may settle it: one "1,5" among many "1,200"
        second = guess_from([*sample, *sample_of(rest)], decimal)
        if second.style != first.style:
            values, unread = parse(cells, second.style)
            first = second
    if first.rival is not None and pc.sum(parse(cells, first.rival)[1]).as_py() > pc.sum(unread).as_py():
        first = replace(first, doubtful=False, decides=True)  # cells beyond the sample settle it
    there = len(cells) - cells.null_count
    share = 1 - pc.sum(unread).as_py() / there if there else 0.0
    return replace(first, share=share, values=values, unread=unread)


def sample_of(cells: pa.ChunkedArray, most: int = SAMPLE) -> list[str]:
    """Cells from all over the column, those that are there, each of them as it stands."""
    there = pc.drop_null(cells)
    if len(there) > most:
        there = there.take(pa.array(np.linspace(0, len(there) - 1, most).astype(np.int64)))
    return list(there.to_pylist())


def guess_from(texts: Sequence[str], decimal: str = "") -> StyleGuess:
    """The convention of some cells; see ``guess_style``."""
    found = [cell for text in texts if (cell := _CELL.fullmatch(_plain_signs(text)))]
    if not found:
        return StyleGuess(PLAIN_STYLE, 0.0)
    cores = [cell["core"] for cell in found]
    fits = {marks: sum(1 for core in cores if _core(*marks).fullmatch(core)) for marks in _MARKS}
    best = max(fits.values())
    winners = [marks for marks in _MARKS if fits[marks] == best]
    chosen = next((marks for marks in winners if marks[0] == decimal), winners[0])
    marked = any(mark in core for core in cores for mark in ".,")
    others = [marks for marks in winners if marks[0] != chosen[0]] if marked else []
    signs = Counter(sign for cell in found if (sign := cell["before"] or cell["after"]))
    percent = sum(1 for cell in found if cell["percent"])
    style = NumberStyle(
        decimal=chosen[0],
        thousands=chosen[1],
        currency=signs.most_common(1)[0][0] if signs else "",
        percent=2 * percent > len(found),
        brackets=any(cell["open"] for cell in found),
    )
    rival = replace(style, decimal=others[0][0], thousands=others[0][1]) if others else None
    return StyleGuess(style, best / len(texts), bool(others), decides=marked and not others, rival=rival)


def _plain_signs(text: str) -> str:
    return re.sub(_SPACES, " ", text).replace("−", "-").replace("’", "'")


@cache
def _core(decimal: str, thousands: str) -> re.Pattern[str]:
    return re.compile(_core_text(decimal, thousands))


def _core_text(decimal: str, thousands: str) -> str:
    point = re.escape(decimal)
    grouped = rf"[1-9]\d{{0,2}}(?:{re.escape(thousands)}\d{{2,3}})*{re.escape(thousands)}\d{{3}}|" if thousands else ""
    return rf"(?:(?:{grouped}\d+)(?:{point}\d*)?|{point}\d+)"


def parse(cells: pa.ChunkedArray, style: NumberStyle) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """Tidy cells as numbers, and which of those that are there are not numbers.

    Whole numbers without decimals are int64 where all of them fit, so that none loses a digit; else float64.
    """
    fits = pc.match_substring_regex(cells, PLAIN_NUMBER) if style == PLAIN_STYLE else None
    body = cells
    if fits is None or not pc.all(fits).as_py():
        signs = pc.replace_substring_regex(cells, _SPACES, " ")
        signs = pc.replace_substring(pc.replace_substring(signs, "−", "-"), "’", "'")
        fits = pc.match_substring_regex(signs, _pattern(style))
        body = _body(signs, style)
        fits = pc.and_(fits, pc.match_substring_regex(body, PLAIN_NUMBER))  # "-5-" has one sign too many
    body = pc.if_else(fits, body, pa.scalar(None, body.type))
    values, endless = without_infinite(_numbers(body))
    if style.brackets:
        negative = pc.fill_null(pc.starts_with(cells, "("), fill_value=False)
        values = pc.if_else(negative, pc.negate(values), values)
    if style.percent:
        values = pc.divide(pc.cast(values, pa.float64(), safe=False), 100.0)
    return values, pc.or_(pc.fill_null(pc.invert(fits), fill_value=False), endless)


def without_infinite(values: pa.ChunkedArray) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """Numbers of which those that are too large to be held are missing, and which these are."""
    if not pa.types.is_floating(values.type):
        return values, pa.scalar(False)
    endless = pc.fill_null(pc.greater(pc.abs(values), LARGEST), fill_value=False)
    return pc.if_else(endless, pa.scalar(None, values.type), values), endless


def _pattern(style: NumberStyle) -> str:
    currency = rf"(?:{re.escape(style.currency)})?" if style.currency else ""
    number = rf"{currency}\s*[+-]?\s*{_core_text(style.decimal, style.thousands)}(?:[eE][+-]?\d+)?"
    percent = r"\s*%" if style.percent else ""
    unsigned = rf"{number}{percent}\s*{currency}\s*"
    ways = [rf"^[+-]?\s*{unsigned}-?$"]
    if style.brackets:
        ways.append(rf"^\(\s*{unsigned}\)$")
    if style.percent:
        ways.append("^0$")  # nothing is nothing, with or without its sign
    return "|".join(ways)


def _body(cells: pa.ChunkedArray, style: NumberStyle) -> pa.ChunkedArray:
    """Cells without all that is no digit, sign or decimal mark, the sign in front."""
    removed: Iterable[str] = (style.currency, style.thousands, "%" if style.percent else "", "(", ")", " ")
    for text in removed:
        if text:
            cells = pc.replace_substring(cells, text, "")
    if style.decimal != ".":
        cells = pc.replace_substring(cells, style.decimal, ".")
    return pc.replace_substring_regex(cells, r"^(.*)-$", r"-\1")


def _numbers(body: pa.ChunkedArray) -> pa.ChunkedArray:
    if not pc.any(pc.match_substring_regex(body, "[.eE]")).as_py():
        try:
            return pc.cast(pc.replace_substring_regex(body, r"^\+", ""), pa.int64())
        except pa.ArrowInvalid:  # more digits than a whole number holds here
            pass
    return pc.cast(body, pa.float64())
