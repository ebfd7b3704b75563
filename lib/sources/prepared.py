"""How a table was read, kept with it: so that the rows of another file can be read and made up just so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pandas as pd

from lib.codebook import Codebook
from lib.steps import Preparation
from lib.steps.derive import of_subject
from lib.subject import Subject
from lib.tables.own.reading import Reading

_NONE: Mapping[str, Reading] = MappingProxyType({})
_NOTHING: Mapping[str, Any] = MappingProxyType({})
_UNKNOWN = Codebook({})


def as_read(
    subject: Subject,
    frame: pd.DataFrame,
    book: Codebook,
    readings: Mapping[str, Reading] = _NONE,
    given: Codebook = _UNKNOWN,
    choices: Mapping[str, Any] = _NOTHING,
) -> Preparation:
    """The preparation of a table that was just read.

    Args:
        subject: What kind of table it is.
        frame: The table as one of its kind: the file's own columns first, then those that the kind makes.
        book: What the columns mean.
        readings: How each of the file's columns was read, by its name in ``frame``; without any, as numbers, and
            categories by their labels.
        given: What the columns meant before the table was known to be one of its kind, in the order of the file.
        choices: What was chosen about the file.
    """
    made = {one.column: of_subject(one, book.label(one.column)) for one in subject.made if one.column in frame}
    own = [name for name in frame if name not in made or name in readings]
    before = dict(zip(own, given.values(), strict=False))
    reading = {name: _as_of_its_kind(readings.get(name), book, name, before) for name in own}
    steps = tuple(made[name] for name in made if name not in readings)
    return Preparation(MappingProxyType(reading), steps, choices=choices)


def _as_of_its_kind(reading: Reading | None, book: Codebook, name: str, before: Mapping[str, object]) -> Reading:
    """A reading that gives the codes of the kind's codebook in the place of those that the file's words got first."""
    variable = book[name]
    if reading is None:
        if not variable.is_category:
            return Reading("text" if variable.unit == "id" else "number")
        return Reading("category", codes=_by_label(book, name))
    if reading.sort != "category" or not variable.is_category:
        return reading
    first = before.get(name)
    labels: Mapping[float, str] = getattr(first, "values", {})
    if dict(labels) == dict(variable.values):
        return reading  # nobody gave these words other codes
    codes, folded = dict(reading.codes), {_fold(text): code for text, code in _by_label(book, name).items()}
    for text, code in reading.codes.items():
        codes[text] = folded.get(_fold(labels.get(code, text)), code)
    return replace(reading, codes=MappingProxyType(codes))


def _by_label(book: Codebook, name: str) -> Mapping[str, float]:
    """Code by label, and by the code itself, which a file may hold as well."""
    values = book[name].values
    return MappingProxyType(
        {**{f"{code:g}": code for code in values}, **{label: code for code, label in values.items()}}
    )


def _fold(text: str) -> str:
    return " ".join(text.split()).casefold()
