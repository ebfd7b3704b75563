"""Text that leaves the app: cells that no spreadsheet takes for a formula, names that fit on one line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

MAX_NAME = 80
"""Characters of a name; a person may type anything."""

FORMULA = r"^\s*[=+\-@\t\r\n\x0b\x0c\x00＝＋－＠]"
"""What a spreadsheet may take for the start of a formula (OWASP, "CSV injection"), full-width signs included."""

NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
"""Text that is a plain number and nothing else: it cannot do harm, and must stay a number."""

_JOINER = "\u2060"
"""Unicode's word joiner."""

_FORMULA, _NUMBER = re.compile(FORMULA), re.compile(NUMBER)


def guarded(text: str) -> str:
    """A text cell that cannot start a formula: one that might gets an apostrophe in front.

    Plain numbers written as text, negative ones too, are left alone.
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.match(text) else text


def unstarted(text: str) -> str:
    """The same for the screen, where it looks as written: what stands in front has no width."""
    return f"{_JOINER}{text}" if guarded(text) != text else text


def as_typed(text: str) -> str:
    """What somebody typed into a table on the screen, without what ``unstarted`` has put in front of it."""
    return text.removeprefix(_JOINER)


def guarded_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """A table whose text cells and column names cannot start a formula; numbers are left alone."""
    return _mapped(frame, guarded)


def on_screen(frame: pd.DataFrame) -> pd.DataFrame:
    """The same for the screen, where a table's own menu saves it as it is: see ``unstarted``."""
    return _mapped(frame, unstarted)


def _mapped(frame: pd.DataFrame, guard: Callable[[str], str]) -> pd.DataFrame:
    """The table itself where nothing has to be changed, as mostly: pages ask at every run."""
    changed = {}
    for name in frame.columns[[_is_text(kind) for kind in frame.dtypes]]:
        cells = frame[name].tolist()
        safe = [_cell(cell, guard) for cell in cells]
        if any(one is not other for one, other in zip(safe, cells, strict=True)):
            changed[name] = safe
    names = [guard(str(name)) for name in frame.columns]
    if not changed and names == list(frame.columns):
        return frame
    result = frame.copy(deep=False)
    for name, safe in changed.items():
        result[name] = safe
    return result.set_axis(names, axis="columns")


def _cell(cell: Any, guard: Callable[[str], str]) -> Any:  # noqa: ANN401 - whatever a table holds
    if isinstance(cell, list):
        words = [_cell(word, guard) for word in cell]
        return cell if words == cell else words
    return guard(cell) if isinstance(cell, str) else cell


def _is_text(kind: Any) -> bool:  # noqa: ANN401 - any of pandas' types
    return not (pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_datetime64_any_dtype(kind))


def clean_name(text: str, most: int = MAX_NAME) -> str:
    """A name on one line: no control or direction characters, single spaces, at most ``most`` characters."""
    kept = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in text)
    return " ".join(kept.split())[:most].strip()


def clean_names(names: Mapping[int, str], most: int = MAX_NAME) -> dict[int, str]:
    """Names by number, each clean; empty ones are left out."""
    cleaned = {int(number): clean_name(name, most) for number, name in sorted(names.items())}
    return {number: name for number, name in cleaned.items() if name}
