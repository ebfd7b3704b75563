"""What the columns of a table that somebody brought mean: guessed from their cells, changed by what is chosen.

Nothing is blanked in silence: what is no number in a column of numbers is a misfit, and misfits are listed and counted;
words that stand for a missing value are named and counted too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lib.codebook import Unit
from lib.errors import DataError
from lib.tables.cells import clean_name
from lib.tables.files import shown
from lib.tables.own import dates, numbers
from lib.tables.own.categories import as_array, categories, coded, is_coded
from lib.tables.own.choices import check_choices
from lib.tables.own.dates import DateOrder
from lib.tables.own.guess import Choices, Column, ColumnGuess, Given, Misfit, Role, Values
from lib.tables.own.limits import LISTED, MAX_LEVELS
from lib.tables.own.raw import Raw, as_text
from lib.work.progress import Progress, report

MARKS = ("NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "NULL", "null", "#NULL!", "-", "--", "–", "—")
"""Words for a missing value in any column."""

NUMBER_MARKS = (
    *MARKS,
    *(".", "..", "?", "None", "none", "na", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!"),
)
"""Words for a missing value where others are numbers or dates."""

_ID_NAME = re.compile(r"(^|[^a-z])(id|ids|key|uuid|guid|no|nr|number|identifier)$", re.IGNORECASE)
_ID_CAMEL = re.compile(r"[a-z](ID|Id|No|Nr|Key)$")
_WEIGHT_NAME = re.compile(
    r"^(weights?|wgt|wt|w|pweight|perwt|hhwt|hhweight|(sample|survey|sampling|design|final|person|analysis)"
    r"[_ ]?(weight|wgt|wt))$",
    re.IGNORECASE,
)
_LONG_CODE = r"^\d{16,}$"
"""More digits than a number holds exactly here."""

_FEW = 20
"""Different words that are categories however few rows there are, if one is there twice."""


Known = tuple[Sequence[Column], Mapping[str, Choices]]
"""The columns of a table by certain choices, and those."""


def understood_columns(
    file: str,
    raw: Raw,
    choices: Mapping[str, Choices],
    *,
    known: Known | None = None,
    progress: Progress | None = None,
) -> tuple[Column, ...]:
    """All columns of a table.

    Args:
        file: Its name, for sentences.
        raw: The table.
        choices: By name of the column, what was chosen: "role", "label", "decimal", "thousands", "currency", "percent",
            "brackets", "dates", "levels" (label by text), "missing" (words for a missing value).
        known: The columns of the same table by other choices, and those.
        progress: Told how many columns are done; may raise ``Cancelled``.

    Raises:
        DataError: If a choice cannot be kept.
    """
    names = unique_names(raw.names)
    check_choices(file, names, choices)
    decimal = _decimal(raw)
    columns: list[Column] = []
    taken = _taken(choices, ())
    for at, name in enumerate(names):
        report(progress, at / len(names), f"Understanding column {at + 1} of {len(names)}")
        if known is not None and _is_as_before(known, at, choices.get(name, {}), taken):
            columns.append(known[0][at])
            taken.add(columns[at].guess.role)
            continue
        given = Given(
            file=file,
            name=name,
            written=raw.names[at],
            told=raw.told.get(at, ""),
            named=raw.levels.get(at, {}),
            cells=raw.table.column(at),
            row_numbers=raw.row_numbers,
            choices=choices.get(name, {}),
            decimal=decimal,
        )
        column = _understood(given, taken)
        taken.add(column.guess.role)
        columns.append(column)
    return tuple(columns)


def _taken(choices: Mapping[str, Choices], columns: Sequence[Column]) -> set[Role]:
    """Roles that are chosen for a column, or that some columns have."""
    return {cast("Role", one.get("role")) for one in choices.values()} | {column.guess.role for column in columns}


def _is_as_before(known: Known, at: int, chosen: Choices, taken: set[Role]) -> bool:
    """Whether all that a column is understood by is as it was: what is chosen, and whether id and weight are taken."""
    columns, choices = known
    special: set[Role] = {"id", "weight"}
    same_choice = chosen == choices.get(columns[at].guess.name, {})
    return same_choice and taken & special == _taken(choices, columns[:at]) & special


def unique_names(written: Sequence[str]) -> tuple[str, ...]:
    """What columns are called here: on one line, none empty, none twice."""
    names: list[str] = []
    for at, one in enumerate(written, start=1):
        name = clean_name(one) or f"Column {at}"
        number, candidate = 1, name
        while candidate in names:
            number += 1
            candidate = f"{name} ({number})"
        names.append(candidate)
    return tuple(names)


def _decimal(raw: Raw) -> str:
    """The decimal mark of those columns that leave no doubt; a comma where cells are parted by semicolons."""
    votes: Counter[str] = Counter()
    for column in raw.table.columns:
        if pa.types.is_string(column.type):
            guess = numbers.guess_from(numbers.sample_of(numbers.tidy(column), 500))
            if guess.decides and guess.share >= numbers.SHARE_OF_NUMBERS:
                votes[guess.style.decimal] += 1
    if votes:
        return votes.most_common(1)[0][0]
    return "," if raw.delimiter == ";" else ""


def _understood(given: Given, taken: set[Role]) -> Column:
    column = _typed(given) if not pa.types.is_string(given.cells.type) else _text(given)
    guess = column.guess
    chosen = given.choices.get("role")
    if chosen is None:
        guess = _with_special_role(guess, column.values, taken)
    if guess.role == "id" and guess.unit != "id":
        guess, column = replace(guess, unit="id", format=""), Column(guess, _ids(given, column.values))
    label = clean_name(str(given.choices.get("label") or given.told)) or given.name
    return Column(replace(guess, label=label), column.values)


def _with_special_role(guess: ColumnGuess, values: Values | None, taken: set[Role]) -> ColumnGuess:
    """The same as an id or as the weight, where its name and its cells say so."""
    named_so = bool(_ID_NAME.search(guess.name) or _ID_CAMEL.search(guess.name))
    if guess.role == "text" and guess.distinct and "id" not in taken:
        return replace(guess, role="id")
    if guess.role != "amount" or values is None or guess.misfit_count:
        return guess
    whole = np.asarray(values).dtype.kind in "iu" or not np.any(np.mod(values, 1))
    if named_so and guess.distinct and whole and "id" not in taken:
        return replace(guess, role="id")
    positive = not guess.missing and bool(np.all(np.asarray(values) > 0))
    if _WEIGHT_NAME.match(guess.name) and positive and not guess.distinct and "weight" not in taken:
        return replace(guess, role="weight", unit="weight")
    return guess


def _ids(given: Given, values: Values | None) -> Values:
    """What names the rows: whole numbers where no letter or leading zero is lost, else text."""
    if isinstance(values, np.ndarray) and not np.isnan(values.astype(np.float64)).any():
        return values.astype(np.int64)
    return as_text(given.cells)


# Columns with types of their own


def _typed(given: Given) -> Column:
    """A column of numbers, truth values or moments."""
    kind, chosen = given.cells.type, given.choices.get("role")
    missing = given.cells.null_count / max(len(given.cells), 1)
    base = ColumnGuess(given.name, given.written, given.name, "amount", missing=missing)
    if chosen in ("leave out", "text") or given.cells.null_count == len(given.cells):
        role: Role = "text" if chosen == "text" else "leave out"
        return Column(replace(base, role=role, unit="id", format=""), as_text(given.cells))
    if pa.types.is_boolean(kind):
        cells = pc.if_else(given.cells, "Yes", "No")
        return categories(replace(given, cells=cells), replace(base, role=chosen or "flag"), cells)
    if pa.types.is_timestamp(kind):
        return _moments(given, base)
    if chosen in ("category", "flag") or (chosen is None and is_coded(given)):
        return coded(given, base)
    if any(given.choices.get(key) for key in ("decimal", "thousands", "percent", "brackets")):
        raise DataError(
            f"{given.where} holds numbers in the file already: of how they are written only the currency can be said."
        )
    distinct = not given.cells.null_count and pc.count_distinct(given.cells).as_py() == len(given.cells)
    style = replace(numbers.PLAIN_STYLE, currency=given.choices.get("currency") or "")
    base = replace(base, role=chosen or "amount", numbers=style, distinct=distinct)
    cells, endless = numbers.without_infinite(given.cells)
    if pa.types.is_floating(kind) and pc.any(endless).as_py():
        misfits, count = _misfits(given, pc.cast(given.cells, pa.string()), endless)
        base = replace(base, misfits=misfits, misfit_count=count, missing=cells.null_count / len(cells))
    return _amount(base, as_array(cells))


def _moments(given: Given, base: ColumnGuess) -> Column:
    chosen = given.choices.get("role")
    if chosen in ("category", "flag", "id"):
        cells = as_text(given.cells)
        return _text(replace(given, cells=cells))
    days = pc.cast(pc.cast(given.cells, pa.timestamp("ms"), safe=False), pa.int64())
    values = pc.divide(pc.cast(days, pa.float64()), 86_400_000.0).to_numpy()
    return Column(replace(base, role="date", dates="year first", unit="date", format=",.0f"), values)


# Columns of text


def _text(given: Given) -> Column:
    """A column of text: told apart, or read as what was chosen."""
    cells = numbers.tidy(given.cells)
    chosen = cast("Role | None", given.choices.get("role"))
    base = ColumnGuess(given.name, given.written, given.name, "text", unit="id", format="")
    cells, marks = _without_marks(cells, given.choices.get("missing"), MARKS)
    base = replace(base, missing=cells.null_count / max(len(cells), 1), marks=marks)
    if chosen in ("leave out", "text", "id"):
        return _as_written(replace(base, role=chosen), cells)
    if chosen in ("category", "flag"):
        return categories(given, replace(base, role=chosen), cells)
    if cells.null_count == len(cells):
        # of nothing, anything can be said
        return Column(replace(base, role=chosen or "leave out", unit="ratio"), np.full(len(cells), np.nan))
    bare, more = _without_marks(cells, given.choices.get("missing"), NUMBER_MARKS)
    of_numbers = replace(base, missing=bare.null_count / max(len(bare), 1), marks=(*marks, *more))
    if chosen in ("amount", "weight"):
        return _numbers(given, replace(of_numbers, role=chosen), bare, numbers.guess_style(bare, given.decimal))
    if chosen == "date":
        return _dates(given, of_numbers, bare, dates.guess_order(bare, day_first=given.decimal == ","))
    return _told(given, base, cells, of_numbers, bare)


def _told(
    given: Given, base: ColumnGuess, cells: pa.ChunkedArray, of_numbers: ColumnGuess, bare: pa.ChunkedArray
) -> Column:
    """What the cells say that they are."""
    order = dates.guess_order(bare, day_first=given.decimal == ",")
    if order.order:
        return _dates(given, of_numbers, bare, order)
    if not _is_code(bare):
        style = numbers.guess_style(bare, given.decimal)
        if style.share >= numbers.SHARE_OF_NUMBERS:
            return _numbers(given, replace(of_numbers, role="amount"), bare, style)
    there = len(cells) - cells.null_count
    found = pc.count_distinct(cells).as_py()
    if found <= MAX_LEVELS and found < there and (found <= _FEW or found <= there / 2):
        return categories(given, replace(base, role="category"), cells)
    return _as_written(base, cells)


def _is_code(cells: pa.ChunkedArray) -> bool:
    """Whether cells would lose something as numbers: zeros in front, or the last of many digits."""
    return numbers.has_leading_zeros(cells) or bool(pc.any(pc.match_substring_regex(cells, _LONG_CODE)).as_py())


def _as_written(base: ColumnGuess, cells: pa.ChunkedArray) -> Column:
    distinct = not cells.null_count and pc.count_distinct(cells).as_py() == len(cells)
    if base.role == "id":
        # "1001.0" is what becomes of an id that went through a program that knows floats only
        if pc.all(pc.match_substring_regex(cells, r"^\d+\.0+$")).as_py():
            cells = pc.replace_substring_regex(cells, r"\.0+$", "")
        if not cells.null_count and pc.all(pc.match_substring_regex(cells, r"^(0|[1-9]\d{0,14})$")).as_py():
            return Column(replace(base, distinct=distinct), pc.cast(cells, pa.int64()).to_numpy())
    return Column(replace(base, distinct=distinct), cells)


def _without_marks(
    cells: pa.ChunkedArray, chosen: Sequence[str] | None, usual: Sequence[str]
) -> tuple[pa.ChunkedArray, tuple[tuple[str, int], ...]]:
    words = [str(word) for word in chosen] if chosen is not None else list(usual)
    if not words:
        return cells, ()
    marked = pc.is_in(cells, pa.array(words, pa.string()))
    if not pc.any(marked).as_py():
        return cells, ()
    counted = pc.value_counts(cells.filter(marked)).to_pylist()
    return (
        pc.if_else(marked, pa.scalar(None, cells.type), cells),
        tuple((one["values"], one["counts"]) for one in counted),
    )


def _numbers(given: Given, base: ColumnGuess, cells: pa.ChunkedArray, found: numbers.StyleGuess) -> Column:
    changed = {
        key: given.choices[key]
        for key in ("decimal", "thousands", "currency", "percent", "brackets")
        if key in given.choices
    }
    style = replace(found.style, **changed)
    if style.decimal == style.thousands:
        style = replace(style, thousands="" if "decimal" in changed else style.thousands)
    parsed, unread = (
        (found.values, found.unread)
        if style == found.style and found.values is not None
        else numbers.parse(cells, style)
    )
    misfits, count = _misfits(given, cells, unread)
    values = as_array(parsed)
    distinct = _is_whole(values) and len(np.unique(values)) == len(values)
    doubt = ""
    if found.doubtful and not changed:
        doubt = (
            f'Cells such as "{_example(cells)}" can be read in two ways; '
            f"{'a comma' if style.decimal == ',' else 'a point'} is taken for the decimal mark."
        )
    guess = replace(
        base,
        numbers=style,
        missing=(cells.null_count + count) / max(len(cells), 1),
        misfits=misfits,
        misfit_count=count,
        distinct=distinct,
        doubt=doubt,
    )
    if given.choices.get("role") is None and not count and _is_flag(values):
        whole = pa.chunked_array([pa.array(values, from_pandas=True)])
        return coded(replace(given, cells=whole), replace(guess, role="flag"))
    return _amount(guess, values)


def _is_whole(values: NDArray[Any]) -> bool:
    """Whether all values are there and whole numbers."""
    return values.dtype.kind in "iu" or not np.any(np.mod(values, 1) != 0)


def _example(cells: pa.ChunkedArray) -> str:
    marked = cells.filter(pc.fill_null(pc.match_substring_regex(cells, "[.,]"), fill_value=False))
    return shown(marked[0].as_py()) if len(marked) else ""


def _is_flag(values: NDArray[Any]) -> bool:
    if len(values) and values[0] not in (0, 1) and values[0] == values[0]:
        return False
    there = values[~np.isnan(values)] if values.dtype.kind == "f" else values
    return set(np.unique(there[:1_000]).tolist()) <= {0, 1} and set(np.unique(there).tolist()) == {0, 1}


def _amount(guess: ColumnGuess, values: NDArray[Any]) -> Column:
    style = guess.numbers or numbers.PLAIN_STYLE
    there = values[~np.isnan(values)] if values.dtype.kind == "f" else values
    largest = float(np.max(np.abs(there))) if len(there) else 0.0
    whole = values.dtype.kind in "iu" or not np.any(np.mod(there, 1))
    unit: Unit = "ratio"
    digits = 0 if whole or largest >= 10_000 else 2 if largest >= 1 else 4
    shape = f",.{digits}f"
    if guess.role == "weight":
        unit = "weight"
    elif style.percent:
        shape = ".1%"
    elif style.currency:
        unit, shape = "dollars", f"$,.{digits}f"
    elif whole and len(there) and there.min() >= 0 and largest < 1_000:
        unit = "count"
    return Column(replace(guess, unit=unit, format=shape), values)


def _dates(given: Given, base: ColumnGuess, cells: pa.ChunkedArray, found: dates.OrderGuess) -> Column:
    order = cast("DateOrder", given.choices.get("dates") or found.order or "year first")
    days, unread = dates.parse(cells, order)
    misfits, count = _misfits(given, cells, unread)
    doubt = ""
    if found.doubtful and "dates" not in given.choices:
        first = order.removesuffix(" first")
        doubt = f"Day and month could be the other way round in all cells; the {first} is taken first."
    guess = replace(
        base,
        role="date",
        dates=order,
        missing=(cells.null_count + count) / max(len(cells), 1),
        misfits=misfits,
        misfit_count=count,
        unit="date",
        format=",.0f",
        doubt=doubt,
    )
    return Column(guess, days)


def _misfits(given: Given, cells: pa.ChunkedArray, unread: pa.ChunkedArray) -> tuple[tuple[Misfit, ...], int]:
    at = np.flatnonzero(unread.to_numpy())
    first = at[:LISTED]
    texts = cells.take(pa.array(first)).to_pylist()
    listed = tuple(Misfit(int(row), shown(text)) for row, text in zip(given.row_numbers[first], texts, strict=True))
    return listed, len(at)
