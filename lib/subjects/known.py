"""Tables that are told by their columns, and what such a table needs to be one of its kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from types import MappingProxyType

import numpy as np
import pandas as pd

from lib.codebook import Codebook, Unit, Variable
from lib.shipped import FOLDER, checked
from lib.subject import Made, Subject
from lib.subjects.cards import CARDS
from lib.subjects.loans import LOANS
from lib.subjects.plain import PLAIN
from lib.words import listed, within_sentence

KNOWN: tuple[Subject, ...] = (CARDS, LOANS)
"""Kinds that a table may turn out to be. The survey is none of them: its files have a reader of their own."""

MOST = 2 / 3
"""The share of a kind's columns that a table must have to be one."""

_CENT = 0.005
"""Sums of amounts may miss by rounding."""


def subject_of(columns: Iterable[str]) -> Subject:
    """The kind of table that has these columns, whatever their order, case and the blanks around them.

    Most of a kind's columns must be there, and any others may be; ``PLAIN`` where no kind is meant.
    """
    given = {_fold(name) for name in columns}
    shares = {kind: len(given & (own := {*map(_fold, _expected(kind))})) / len(own) for kind in KNOWN}
    best = max(KNOWN, key=shares.__getitem__)
    return best if shares[best] >= MOST else PLAIN


@cache
def codebook_of(subject: Subject) -> Codebook:
    """What a kind's columns mean, those that are made besides; empty where nobody knows.

    Raises:
        DataError: If its file is damaged.
    """
    if not subject.codebook:
        return Codebook({})
    checked(FOLDER / subject.codebook)
    return Codebook.read(FOLDER / subject.codebook)


def dressed(
    frame: pd.DataFrame, subject: Subject, given: Codebook | None = None
) -> tuple[pd.DataFrame, Codebook, tuple[str, ...]]:
    """A plain table as one of its kind: names and categories as the codebook has them, columns made from others.

    Nothing is mended: what looks wrong stays and is told.

    Args:
        frame: The table as it was read: numbers, or text; it is not changed.
        subject: What ``subject_of`` says that it is.
        given: What was made out of its columns when it was read. Codes of it are taken for the labels that they have
            there; of columns that the kind does not know it says what they are.

    Returns:
        The table with its own columns first, what is known about each column (of one that nobody knows no more than
        its name; an id where it is not of numbers), and sentences about what is in the table.
    """
    book = dict(codebook_of(subject))
    names = dict(zip(map(str, frame.columns), _spelled(list(map(str, frame.columns)), book), strict=True))
    columns, notes = {}, []
    coded = [name for name in _expected(subject) if book[name].is_category]
    for before, name in names.items():
        column = frame[before]
        if name in book and given is not None and before in given and given[before].values:
            column = column.map(given[before].values)
        if name in book and book[name].unit != "id" and not _is_numeric(column):
            if book[name].is_category:
                column, book[name] = _coded(column, book[name])
            else:
                column, lost = _numbers(column)
                if lost:
                    notes.append(
                        f"{book[name].label}: {_several(lost, 'value is no number', 'values are no numbers')}."
                    )
        columns[name] = column
        if name not in book and given is not None and before in given:
            book[name] = given[before]
        if name in coded and _is_numeric(frame[before]) and (given is None or before not in given):
            notes.append(f"{book[name].label} came in numbers: {_codes(book[name])}.")
    own = pd.DataFrame(columns, index=frame.index)
    notes += _oddities(own, subject, book)
    whole, told = _with_made(own, subject, book)
    known = Codebook(book).restricted_to(list(whole.columns))
    texts = {name: replace(known[name], unit="id") for name in own if name not in book and not _is_numeric(own[name])}
    return whole, Codebook({**known, **texts}), (*notes, *told)


def _expected(subject: Subject) -> list[str]:
    """The columns that a file of this kind has, without those that are made."""
    made = {one.column for one in subject.made}
    return [name for name in codebook_of(subject) if name not in made]


def _fold(text: str) -> str:
    return " ".join(text.split()).casefold()


def _is_numeric(column: pd.Series) -> bool:
    return column.dtype.kind in "biuf"


def _spelled(given: list[str], book: Mapping[str, Variable]) -> list[str]:
    """Names as the codebook has them, each once: who has a name to the letter keeps it, then the first comes."""
    known, taken, names = {_fold(name): name for name in book}, set(given), []
    for name in given:
        right = known.get(_fold(name), name)
        names.append(name if right in taken else right)
        taken.add(right)
    return names


def _codes(variable: Variable) -> str:
    """What codes are taken for: "0 is taken for Rejected and 1 for Approved"."""
    first, *rest = (f"{code:g} is taken for {label}" for code, label in variable.values.items())
    return listed([first, *(words.replace(" is taken", "") for words in rest)])


def _numbers(column: pd.Series) -> tuple[pd.Series, int]:
    """Text as numbers, blank where it is none, and how often."""
    numbers = pd.to_numeric(column.astype("string").str.strip().replace("", pd.NA), errors="coerce").astype(float)
    given = column.notna() & (column.astype("string").str.strip() != "")
    return numbers, int((numbers.isna() & given).sum())


def _coded(column: pd.Series, variable: Variable) -> tuple[pd.Series, Variable]:
    """Labels as the codes that they have in the codebook; labels that it does not know get the codes after these."""
    said = column.astype("string").str.strip().replace("", pd.NA)
    codes = {_fold(label): code for code, label in variable.values.items()}
    known = dict(variable.values)
    for text in sorted(said.dropna().unique()):
        if _fold(text) not in codes:
            code = max(known, default=-1.0) + 1
            codes[_fold(text)], known[code] = code, text
    coded = said.map(lambda text: codes[_fold(text)], na_action="ignore").astype(float)
    coded = coded if coded.isna().any() else coded.astype(np.int8)
    unit: Unit = variable.unit if len(known) == len(variable.values) else "category"
    return coded, replace(variable, values=MappingProxyType(known), unit=unit)


def _oddities(own: pd.DataFrame, subject: Subject, book: Mapping[str, Variable]) -> Iterator[str]:
    """What is missing, beyond its bounds or does not add up, a sentence each."""
    missing = {book[name].label: int(own[name].isna().sum()) for name in own if name in book}
    if cells := sum(missing.values()):
        where = listed([f"{label} ({n:,})" for label, n in missing.items() if n])
        yield f"{_several(cells, 'cell is blank', 'cells are blank')}: {where}."
    for name in (name for name in subject.bounds if name in own):
        low, high = subject.bounds[name]
        text, values = book[name].text, own[name]
        for beyond, bound, far in (
            (values < low, f"below {text(low)}", f"as low as {text(float(values.min()))}"),
            (values > high, f"above {text(high)}", f"as high as {text(float(values.max()))}"),
        ):
            if n := int(beyond.sum()):
                yield f"{book[name].label}: {_several(n, 'value is', 'values are')} {bound}, {far}; kept as they are."
    for identity in subject.identities:
        if identity.holds_in(frozenset(own)):
            apart = np.abs(own[identity.total].to_numpy(dtype=float) - identity.value(own))
            if n := int((apart > _CENT + 1e-9).sum()):
                yield (
                    f"{book[identity.total].label}: {_several(n, 'row is', 'rows are')} not the sum of "
                    f"{listed([within_sentence(book[part].label) for part in identity.parts])}, but up to "
                    f"{np.nanmax(apart):,.2f} apart; kept as they are."
                )


def _with_made(own: pd.DataFrame, subject: Subject, book: Mapping[str, Variable]) -> tuple[pd.DataFrame, list[str]]:
    """The table with the columns that are made from others, and where these are blank."""
    table, blank = own.copy(deep=False), {}
    for one in subject.made:
        if one.column in own or not one.needs <= set(table):
            continue
        values = one.value(table)
        if n := int(np.isnan(values).sum()):
            blank[one.column] = n
        table[one.column] = values if n or not book[one.column].is_category else values.astype(np.int8)
    ratios = [
        f"{book[one.column].label} ({blank[one.column]:,})"
        for one in subject.made
        if isinstance(one, Made) and one.over and one.column in blank
    ]
    if not ratios:
        return table, []
    return table, [f"Blank where a part is missing or would be divided by zero: {listed(ratios)}."]


def _several(number: int, one: str, more: str) -> str:
    return f"{number:,} {one if number == 1 else more}"
