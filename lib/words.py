"""Small turns of phrase for names, rules and sentences."""

from __future__ import annotations

import math
import re

_LONGEST_NAME = 60


def rounded(value: float, digits: int = 3) -> float:
    """A value to so many significant digits: thresholds that can be said aloud."""
    if value == 0 or not math.isfinite(value):
        return value
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))


def within_sentence(label: str) -> str:
    """A label inside a sentence: "Net worth" becomes "net worth", "IRA balance" and "Social Security" stay."""
    second = label.partition(" ")[2]
    is_name = label[1:2].isupper() or (second[:1].isupper() and second[1:2].islower())
    return label if is_name else label[:1].lower() + label[1:]


def capitalised(words: str) -> str:
    """A sentence or name with its first letter large."""
    return words[:1].upper() + words[1:]


def slug(words: str) -> str:
    """A name as it stands in an address or the name of a file: "Credit risk" becomes "credit-risk"."""
    return re.sub(r"[\W_]+", "-", words.lower()).strip("-")


def file_name(named: str, what: str = "", *, ending: str) -> str:
    """The name of a file for what somebody named: letters, digits and hyphens alone, and not too long.

    Args:
        named: What it is named after, in anybody's words.
        what: What is in it, told last.
        ending: Without its dot.
    """
    return "-".join(filter(None, (slug(named)[:_LONGEST_NAME].strip("-"), slug(what)))) + f".{ending}"


def listed(words: list[str], last: str = "and") -> str:
    """Words strung together: "a", "a and b", "a, b and c"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def percent(share: float) -> str:
    """A share in per cent that says 100 or 0 only where it is meant.

    >>> [percent(share) for share in (0, 0.0001, 0.184, 0.5, 0.9999, 1)]
    ['0%', 'under 0.1%', '18.4%', '50%', 'over 99.9%', '100%']
    """
    if 0.9995 <= share < 1:
        return "over 99.9%"
    if 0 < share < 0.0005:
        return "under 0.1%"
    return f"{100 * share:.1f}".removesuffix(".0") + "%"


def signed(value: float, digits: int) -> str:
    """A difference with its sign, which what rounds to nothing has none of: "+0.3", "-1.2", "0.0"."""
    text = f"{value:+.{digits}f}"
    return text if text.strip("+-0.") else text[1:]


def first_sentence(words: str) -> str:
    """The first of several sentences, without its full stop: a title."""
    return _ENDS.split(words, maxsplit=1)[0]


def after_first(words: str) -> str:
    """What follows the first of several sentences; empty where it is the only one."""
    return (*_ENDS.split(words, maxsplit=1), "")[1]


_ENDS = re.compile(r"(?<=[^\s.]{2})\.(?:\s|$)")


_IN_FULL = 1_000


def in_full(value: float) -> str:
    """A figure of a table: from a thousand on, and where it is whole, in full, else to four digits; "" if not there.

    >>> in_full(11028.06), in_full(7.0), in_full(0.123456), in_full(float("nan"))
    ('11,028', '7', '0.1235', '')
    """
    if not math.isfinite(value):
        return ""
    return f"{value:,.0f}" if abs(value) >= _IN_FULL or value == int(value) else f"{value:,.4g}"


def counted(number: int, noun: str, verb: tuple[str, str] | None = None) -> str:
    """So many of something, and what they do.

    Args:
        number: How many.
        noun: What one is called; several have an "s".
        verb: What one does, and what several do.

    >>> counted(1, "row"), counted(1200, "cell", ("does", "do"))
    ('1 row', '1,200 cells do')
    """
    said = f"{number:,} {noun}{'' if number == 1 else 's'}"
    return f"{said} {verb[number != 1]}" if verb else said


def a(noun: str) -> str:
    """A noun with its article: "a household", "an account"."""
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


_MARKS = re.compile(
    r"[\\`*\[\]<>~&|]|\$(?!\d)"  # emphasis, code, links, HTML, struck-through words, entities, tables, formulas
    r"|(?<![^\W_])_|_(?![^\W_])"  # emphasis; within a word it means nothing
    r"|^(?:#|[+-](?=[\s-]|$)|\d+[.)](?=\s|$))"  # headings, lists, lines
)
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters, and those that turn round what follows them."""

_JOINED = re.compile(r"(?<=:)(?=\S)|(?<=@)|(?<=www)(?=\.)|(?<=[-<>~])(?=[-=>])", re.IGNORECASE)
"""What Streamlit makes links, icons, emoji and arrows of, escaped or not: addresses, ":smile:", "->"."""

_JOINER = "\u2060"
"""Unicode's word joiner: it has no width, and parts two letters for whoever looks for them side by side."""


def literal(words: str) -> str:
    """Words of a file or a person as they stand in Markdown: on one line, and no mark in them takes effect."""
    joined = _JOINED.sub(_JOINER, " ".join(_UNSEEN.sub(" ", words).split()))
    return _MARKS.sub(lambda mark: f"{mark[0][:-1]}\\{mark[0][-1]}", joined)
