"""Text that leaves the app: cells that no spreadsheet takes for a formula, names that fit on one line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

import pandas as pd

MAX_NAME = 80
"""Characters of a name; a person may type anything."""

FORMULA = r"^\s*[=+\-@\t\r\n\x0b\x0c\x00＝＋－＠]"
"""What a spreadsheet may take for the start of a formula (OWASP, "CSV injection"), full-width signs included."""

NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
"""Text that is a plain number and nothing else: it cannot do harm, and must stay a number."""

_FORMULA, _NUMBER = re.compile(FORMULA), re.compile(NUMBER)
_AFTER_SEPARATOR = re.compile(r"([,;\t|]\s*)(?=([=+\-@][^,;\t|)\s]*))")


def guarded(text: str) -> str:
    """A text cell that cannot start a formula: one that might gets an apostrophe in front.

    Plain numbers written as text, negative ones too, are left alone.
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.match(text) else text


def comment_lines(facts: Mapping[str, str]) -> str:
    """Lines that start with "# ", for the top of a CSV file; none holds a cell that starts a formula."""
    return "".join(f"# {_harmless(f'{label}: {words}'.rstrip())}\n" for label, words in facts.items())


def _harmless(words: str) -> str:
    """A spreadsheet cuts a comment line at its separators: what follows one must not start a formula either."""

    def guard(found: re.Match[str]) -> str:
        return found[1] if _NUMBER.match(found[2]) else f"{found[1]}'"

    return _AFTER_SEPARATOR.sub(guard, words)


def guarded_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """A table whose text cells and column names cannot start a formula; numbers are left alone."""
    safe = frame.copy(deep=False)
    for name in frame.columns[[_is_text(kind) for kind in frame.dtypes]]:
        safe[name] = frame[name].map(_cell)
    return safe.rename(columns=lambda name: guarded(str(name)))


def _is_text(kind: Any) -> bool:  # noqa: ANN401 - any of pandas' types
    return not (pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_datetime64_any_dtype(kind))


def _cell(value: Any) -> Any:  # noqa: ANN401 - a column of objects may hold anything
    return guarded(value) if isinstance(value, str) else value


def clean_name(text: str, most: int = MAX_NAME) -> str:
    """A name on one line: no control or direction characters, single spaces, at most ``most`` characters."""
    kept = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in text)
    return " ".join(kept.split())[:most].strip()


def clean_names(names: Mapping[int, str], most: int = MAX_NAME) -> dict[int, str]:
    """Names by number, each clean; empty ones are left out."""
    cleaned = {int(number): clean_name(name, most) for number, name in sorted(names.items())}
    return {number: name for number, name in cleaned.items() if name}
