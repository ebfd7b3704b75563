"""What was understood of the columns of a table, one row each, as somebody can change it; and changes as choices.

The choices are those of ``lib.sources.table``. Whatever is cleared is told from the file again.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from lib.sources.table.understood import Understood
from lib.tables.cells import as_typed
from lib.tables.files import shown
from lib.tables.own.guess import Column, ColumnGuess, Role
from lib.tables.own.numbers import NumberStyle

NUMBERS_LIKE: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "1200.50": (".", ""),
        "1,200.50": (".", ","),
        "1200,50": (",", ""),
        "1.200,50": (",", "."),
        "1 200,50": (",", " "),
        "1 200.50": (".", " "),
        "1'200.50": (".", "'"),
        "1'200,50": (",", "'"),
    }
)
"""Ways to write a number, each by an example: its marks of decimals and of thousands."""

_EXAMPLES = {marks: example for example, marks in NUMBERS_LIKE.items()}
_OF_NUMBERS: frozenset[Role] = frozenset({"amount", "weight"})
_MISSING, _MISFIT = "missing", "does not fit"

COLUMN, ROLE, LABEL, READ = "Column", "Used as", "Label", "Read as"
NUMBERS, CURRENCY, PERCENT, BRACKETS = "Numbers like", "Currency", "Per cent", "(5) is -5"
DATES, WORDS, SHARE, MISFITS, REMARKS = "Dates", "Words for missing", "Missing", "Do not fit", "Understood"
ROW, WRITTEN, COUNT = "Row", "In the file", "Rows"


def as_rows(understood: Understood) -> pd.DataFrame:
    """One row per column: its name as written, its role, label and conventions, and how a cell of it is read.

    What does not apply to a column is None.
    """
    return pd.DataFrame([_row(understood, at) for at in range(len(understood.made))])


def _row(understood: Understood, at: int) -> dict[str, Any]:
    column, guess = understood.made[at], understood.columns[at]
    style = guess.numbers if guess.role in _OF_NUMBERS else None
    return {
        COLUMN: guess.name,
        ROLE: guess.role,
        READ: _example(understood, column, [row[at] for row in understood.preview]),
        MISFITS: guess.misfit_count,
        LABEL: guess.label,
        NUMBERS: None if style is None else _EXAMPLES.get((style.decimal, style.thousands)),
        CURRENCY: None if style is None else style.currency,
        PERCENT: None if style is None else style.percent,
        BRACKETS: None if style is None else style.brackets,
        DATES: guess.dates,
        WORDS: _words_for_missing(understood, guess),
        SHARE: guess.missing,
        REMARKS: _remarks(guess, style),
    }


def _words_for_missing(understood: Understood, guess: ColumnGuess) -> list[str]:
    chosen = understood.choices.get("columns", {}).get(guess.name, {}).get("missing")
    return [word for word, _ in guess.marks] if chosen is None else [str(word) for word in chosen]


def _remarks(guess: ColumnGuess, style: NumberStyle | None) -> str:
    """What else was understood of a column, in a few words."""
    said = [guess.doubt] if guess.doubt else []
    if guess.levels:
        said.append(", ".join(level.label for level in guess.levels[:4]) + (" ..." if len(guess.levels) > 4 else ""))
    if style is not None and style.currency:
        said.append(f"in {style.currency}")
    said += [f'"{word}" is missing on {count:,} {"row" if count == 1 else "rows"}' for word, count in guess.marks[:3]]
    return "; ".join(said)


# Cells as they are read


def read_beside(understood: Understood, name: str) -> pd.DataFrame:
    """The first rows of a column: as in the file, and as they are read."""
    at = next(at for at, guess in enumerate(understood.columns) if guess.name == name)
    written = [row[at] for row in understood.preview]
    read = [_read(understood, understood.made[at], row) for row in range(len(written))]
    return pd.DataFrame({ROW: understood.preview_rows, WRITTEN: written, READ: read})


def _example(understood: Understood, column: Column, written: Sequence[str]) -> str:
    """A cell as written and as read: one with marks in it, if there is one."""
    there = sorted(
        (row for row, text in enumerate(written) if text), key=lambda row: not re.search(r"\D", written[row])
    )
    read = ((row, _read(understood, column, row)) for row in there)
    sound = next((one for one in read if one[1] not in (_MISSING, _MISFIT)), None)
    if sound is None:
        return f"{shown(written[there[0]])} → {_read(understood, column, there[0])}" if there else ""
    return f"{shown(written[sound[0]])} → {shown(sound[1])}"


def _read(understood: Understood, column: Column, row: int) -> str:
    """What stands in a cell after it was read, as text."""
    guess = column.guess
    if guess.role == "leave out" or column.values is None:
        return "left out"
    value = column.values[row]
    value = value if isinstance(column.values, np.ndarray) else value.as_py()
    if value is None or value != value:
        is_misfit = understood.preview_rows[row] in {misfit.row for misfit in guess.misfits}
        return _MISFIT if is_misfit else _MISSING
    if guess.levels:
        return next(level.label for level in guess.levels if level.code == value)
    if guess.role == "date":
        return _moment(float(value))
    return value if isinstance(value, str) else _number(value, plain=guess.role == "id")


def _number(value: Any, *, plain: bool) -> str:  # noqa: ANN401 - a number of numpy
    if plain:
        return str(int(value)) if value == int(value) else str(value)
    if float(value).is_integer():
        return f"{int(value):,}"
    return f"{value:,.2f}" if round(float(value), 2) == value else f"{float(value):,.12g}"


def _moment(days: float) -> str:
    try:
        moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(days=days)
    except OverflowError:
        return f"day {days:,.0f}"
    return moment.date().isoformat() if days.is_integer() else moment.isoformat(" ", "seconds")


# Changes as choices


def chosen_by(understood: Understood, edited: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """What is chosen of the columns once ``as_rows`` was changed to ``edited``.

    Who says how the numbers of a column are written, or its dates, has said that it is of numbers, or of dates.
    """
    columns = _copied(understood)
    for before, after in zip(as_rows(understood).to_dict("records"), edited.to_dict("records"), strict=True):
        changed = {key: _bare(after[key]) for key in before if _is_changed(_bare(before[key]), _bare(after[key]))}
        said = columns.setdefault(str(before[COLUMN]), {})
        for key, value in changed.items():
            _note(said, key, value)
        if ROLE not in changed:
            _follow(said, changed, before[ROLE])
    return {name: said for name, said in columns.items() if said}


def relabelled_by(understood: Understood, name: str, edited: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """What is chosen of the columns once ``levels_of`` a column was changed to ``edited``."""
    columns = _copied(understood)
    said = columns.setdefault(name, {})
    labels = dict(said.get("levels") or {})
    for before, after in zip(levels_of(understood, name).to_dict("records"), edited.to_dict("records"), strict=True):
        if (label := _bare(after[LABEL])) != before[LABEL]:
            labels.pop(str(before[WRITTEN]), None)
            if label:
                labels[str(before[WRITTEN])] = label
    said["levels"] = labels
    if not labels:
        said.pop("levels")
    return {name: said for name, said in columns.items() if said}


def levels_of(understood: Understood, name: str) -> pd.DataFrame:
    """The categories of a column: what stands in the file, the label, and on how many rows; empty where it has none."""
    rows = [(level.text, level.label, level.count) for level in understood.column(name).levels]
    return pd.DataFrame(rows, columns=[WRITTEN, LABEL, COUNT])


def _copied(understood: Understood) -> dict[str, dict[str, Any]]:
    return {name: dict(said) for name, said in understood.choices.get("columns", {}).items()}


def _bare(cell: Any) -> Any:  # noqa: ANN401 - whatever an editor gives back
    """A cell as a plain value; None where nothing is in it."""
    if isinstance(cell, (list, tuple, np.ndarray)):
        return [word for one in cell if (word := as_typed(str(one)).strip())]
    if cell is None or (isinstance(cell, float) and cell != cell) or cell is pd.NA:
        return None
    if isinstance(cell, str):
        return as_typed(cell)
    return bool(cell) if isinstance(cell, np.bool_) else cell


def _is_changed(before: Any, after: Any) -> bool:  # noqa: ANN401 - plain values
    """Whether a cell says something else; one that does not apply may come back as no, or as no words."""
    return bool(before != after and (before is not None or after))


_CHOICE_OF = {
    ROLE: "role",
    LABEL: "label",
    CURRENCY: "currency",
    PERCENT: "percent",
    BRACKETS: "brackets",
    DATES: "dates",
    WORDS: "missing",
}


def _note(said: dict[str, Any], key: str, value: Any) -> None:  # noqa: ANN401 - a plain value
    """Take over one changed cell."""
    if key == NUMBERS:
        marks: tuple[str | None, str | None] = NUMBERS_LIKE.get(value, (None, None))
        chosen: dict[str, Any] = dict(zip(("decimal", "thousands"), marks, strict=True))
    elif key == CURRENCY:
        chosen = {"currency": (value or "").strip()}
    elif key in _CHOICE_OF:
        chosen = {_CHOICE_OF[key]: value}
    else:
        return
    for name, one in chosen.items():
        said.pop(name, None)
        if one is not None:
            said[name] = one


def _follow(said: dict[str, Any], changed: Mapping[str, Any], role: Role) -> None:
    """The role that follows from what was said of a column."""
    of_numbers = any(changed.get(key) for key in (NUMBERS, CURRENCY, PERCENT, BRACKETS))
    if of_numbers and role not in _OF_NUMBERS:
        said["role"] = "amount"
    elif changed.get(DATES) and role != "date":
        said["role"] = "date"
