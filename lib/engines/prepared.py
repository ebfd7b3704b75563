"""How cells were read and prepared (``lib.steps``), as expressions of SQL: a row comes out as it does in the app."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import singledispatch

from lib.dataset import Preparing
from lib.engines.statement import Kind, Statement, select
from lib.errors import DataError
from lib.steps import Preparation
from lib.steps.categories import MergeRare, MergeSpellings, OneHot
from lib.steps.clean import Cap, Fill, LeaveOutMissing, LeaveOutRepeats
from lib.steps.derive import Combine, Flag, Logarithm
from lib.steps.step import Step
from lib.tables.own.numbers import PLAIN_STYLE
from lib.tables.own.reading import Reading

KEPT = "is_kept"
"""The column that says whether no step has left a row out."""

_AS_NUMBERS = Reading("number")
_TRUTHS = {"Yes": "TRUE", "No": "FALSE"}


def features(
    s: Statement,
    source: str,
    carried: Mapping[str, str],
    wanted: Sequence[str],
    columns: Mapping[str, str],
    kinds: Mapping[str, Kind],
    preparation: Preparing | None,
) -> str:
    """A SELECT of what is carried, and of features as ``x1``, ``x2`` ...: nothing where a row lacks one.

    Args:
        s: The statement that it is for.
        source: Quoted name of the table.
        carried: Expressions over the table, by the name that they shall have.
        wanted: The features.
        columns: Which column of the table is which that a recipe needs.
        kinds: What each column of the table holds.
        preparation: How the recipe's table was read and prepared; None takes features as they are.

    Raises:
        DataError: If cells were read or prepared in a way that SQL has no words for.
    """
    steps: list[Step] = []
    reading: Mapping[str, Reading] = {}
    if isinstance(preparation, Preparation):
        steps, reading = preparation.way_to(wanted)[1], preparation.reading
    names = {name: f"c{place}" for place, name in enumerate(columns, start=1)}
    cells = {
        names[name]: _read(s, name, s.name(own), kinds[own], reading.get(name, _AS_NUMBERS))
        for name, own in columns.items()
    }
    made = select({**carried, **cells, KEPT: "TRUE"}, source)
    for step in steps:
        changed = {names.setdefault(n, f"c{len(names) + 1}"): what for n, what in _changed(step, s, names).items()}
        same = dict.fromkeys([*carried, *names.values()])
        stays = [KEPT, *(f"{names[name]} IS NOT NULL" for name in sorted(step.needs) if step.leaves_out)]
        made = select({**{name: name for name in same}, **changed, KEPT: " AND ".join(stays)}, made)
    x = {f"x{place}": f"CASE WHEN {KEPT} THEN {names[name]} END" for place, name in enumerate(wanted, start=1)}
    return select({**{name: name for name in carried}, **x}, made)


def _read(s: Statement, name: str, column: str, kind: Kind, reading: Reading) -> str:
    """The cells of a column as numbers, as ``Reading.values`` has them."""
    if reading.sort == "category":
        return _codes(s, column, kind, reading.codes)
    if reading.sort == "text":
        return f"CASE WHEN {column} IS NOT NULL THEN {s.number(1)} END"
    if kind == "moment":
        if reading.sort != "date":
            raise DataError(f"The column {name} holds dates and the recipe takes it for numbers: make numbers of it.")
        return s.dialect.days.format(column)
    if kind == "text":
        if reading.sort == "date":
            raise DataError(f"The column {name} holds dates as text: make it a column of dates.")
        if reading.style != PLAIN_STYLE:
            raise DataError(
                f"The column {name} holds text that has to be read as numbers: make it a column of numbers."
            )
        marks = ", ".join(s.bind(word) for word in reading.missing or ())
        number = s.number_in(column, kind)
        return f"CASE WHEN TRIM({column}) IN ({marks}) THEN NULL ELSE {number} END" if marks else number
    if kind == "other":
        raise DataError(f"The column {name} holds neither numbers nor text: choose another, or make numbers of it.")
    return s.number_in(column, kind)


def _codes(s: Statement, column: str, kind: Kind, codes: Mapping[str, float]) -> str:
    """The code of what is written; in another case, too, where that leaves no doubt."""
    null = f"CAST(NULL AS {s.dialect.real})"
    if not codes:
        return null
    if kind == "truth":
        known = [
            f"WHEN {column} = {_TRUTHS[text]} THEN {s.number(code)}" for text, code in codes.items() if text in _TRUTHS
        ]
        return f"CASE {' '.join(known)} ELSE {null} END" if known else null
    if kind != "text":
        numbers = ((_number(text), code) for text, code in codes.items())
        known_numbers = [(s.number(number), s.number(code)) for number, code in numbers if number is not None]
        return s.case(s.real(column), known_numbers, null) if known_numbers else null
    exact = [(s.bind(text), s.number(code)) for text, code in codes.items()]
    often = Counter(text.lower() for text in codes)
    alike = [(s.bind(t.lower()), s.number(code)) for t, code in codes.items() if often[t.lower()] == 1]
    folded = s.case(f"LOWER(TRIM({column}))", alike, null) if alike else null
    return s.case(f"TRIM({column})", exact, folded)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


@singledispatch
def _changed(step: Step, _s: Statement, _names: Mapping[str, str]) -> dict[str, str]:
    """Expressions of the columns that a step makes or changes, by their names."""
    if isinstance(step, LeaveOutMissing | LeaveOutRepeats):
        return {}
    raise DataError(f"The step “{step.kind}” has no words in SQL: leave it out of the recipe.")


@_changed.register
def _(step: Fill, s: Statement, names: Mapping[str, str]) -> dict[str, str]:
    if step.donors is not None:
        raise DataError("The recipe fills blanks from a row's neighbours, which no engine does: fill them otherwise.")
    pairs = zip(step.columns, step.values, strict=True)
    return {name: f"COALESCE({names[name]}, {s.number(value)})" for name, value in pairs}


@_changed.register
def _(step: Cap, s: Statement, names: Mapping[str, str]) -> dict[str, str]:
    return {name: _capped(s, names[name], *bounds) for name, bounds in zip(step.columns, step.bounds, strict=True)}


def _capped(s: Statement, column: str, low: float | None, high: float | None) -> str:
    """By CASE and not by LEAST, which takes a blank for no bound."""
    whens = [f"WHEN {column} < {s.number(low)} THEN {s.number(low)}"] if low is not None else []
    whens += [f"WHEN {column} > {s.number(high)} THEN {s.number(high)}"] if high is not None else []
    return f"CASE {' '.join(whens)} ELSE {column} END" if whens else column


@_changed.register
def _(step: MergeRare, s: Statement, names: Mapping[str, str]) -> dict[str, str]:
    column, other = names[step.column], s.number(step.other or 0.0)
    kept = ", ".join(s.number(code) for code in step.kept)
    inside = f"{column} IN ({kept})" if kept else "FALSE"
    return {step.column: f"CASE WHEN {column} IS NULL OR {inside} THEN {column} ELSE {other} END"}


@_changed.register
def _(step: MergeSpellings, s: Statement, names: Mapping[str, str]) -> dict[str, str]:
    column = names[step.column]
    return {step.column: s.case(column, [(s.number(code), s.number(kept)) for code, kept in step.instead], column)}


@_changed.register
def _(step: OneHot, s: Statement, names: Mapping[str, str]) -> dict[str, str]:
    column = names[step.column]
    return {name: _flag(s, column, "=", code) for code, name in step.levels}


@_changed.register
def _(step: Combine, s: Statement, names: Mapping[str, str]) -> dict[str, str]:
    whole = _sum(s, step.parts, names)
    if not step.over:
        return {step.column: s.sound(whole)}
    return {step.column: s.sound(f"({whole}) / NULLIF({_sum(s, step.over, names)}, {s.number(0)})")}


def _sum(s: Statement, parts: Iterable[tuple[str, float]], names: Mapping[str, str]) -> str:
    return " + ".join(f"{s.number(factor)} * {names[name]}" for name, factor in parts)


@_changed.register
def _(step: Logarithm, s: Statement, names: Mapping[str, str]) -> dict[str, str]:
    value = f"({names[step.of]} + {s.number(step.plus_one)})"
    sound = f"{value} >= {s.number(1)}" if step.plus_one else f"{value} > {s.number(0)}"
    return {step.column: f"CASE WHEN {sound} THEN LN({value}) END"}


@_changed.register
def _(step: Flag, s: Statement, names: Mapping[str, str]) -> dict[str, str]:
    return {step.column: _flag(s, names[step.of], "=" if step.sign == "==" else step.sign, step.limit)}


def _flag(s: Statement, column: str, sign: str, limit: float) -> str:
    held = f"WHEN {column} {sign} {s.number(limit)} THEN {s.number(1)}"
    return f"CASE WHEN {column} IS NULL THEN NULL {held} ELSE {s.number(0)} END"
