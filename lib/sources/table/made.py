"""The Dataset that is made of a table that somebody brings."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePath
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from lib.dataset import Codebook, Dataset, Variable
from lib.errors import DataError
from lib.sources import examples
from lib.sources.prepared import as_read
from lib.sources.table.understood import Understood, again, understand
from lib.subjects import PLAIN, dressed, subject_of
from lib.tables.files import shown
from lib.tables.own.guess import Column, ColumnGuess
from lib.tables.own.limits import MAX_BYTES
from lib.tables.own.packed import Brought
from lib.tables.own.reading import reading_of
from lib.words import counted

VERSION = 1
"""Raise it when the same file with the same choices is read otherwise; results are then made anew."""


def read(
    brought: Brought,
    name: str | None = None,
    *,
    choices: Mapping[str, Any] | None = None,
    max_bytes: int = MAX_BYTES,
) -> Dataset:
    """Read a table of any kind: delimited text, a workbook, Parquet or Stata; packed with gzip or zip.

    Args:
        brought: A path, the content itself, or an open file of bytes.
        name: What the person calls it; by default the name of the file.
        choices: What to take otherwise than the file says; see ``lib.sources.table``.
        max_bytes: Most bytes of what is brought.

    Raises:
        DataError: One sentence on what is wrong, where, and what to do.
    """
    return as_dataset(understand(brought, name, choices, max_bytes=max_bytes))


def as_dataset(understood: Understood, choices: Mapping[str, Any] | None = None) -> Dataset:
    """The table as everything here takes it: amounts and dates as numbers, categories as numbered codes with labels.

    Dates are days since 1970-01-01. Columns of text stay as they are and are used for nothing but looking; columns that
    are left out are not there. Cells that do not fit their column are missing, and said in ``Dataset.notes``.

    Args:
        understood: What is in the file.
        choices: About its columns, in place of those it was understood with.

    Raises:
        DataError: One sentence on what is wrong, where, and what to do.
    """
    if choices is not None:
        understood = again(understood, choices)
    kept = [column for column in understood.made if column.guess.role != "leave out"]
    if not kept:
        raise DataError(f"{understood.name} has no column left: give one of its columns a role.")
    named = _only(understood, "id")
    weight = _only(understood, "weight")
    for column in kept:
        if column.guess.name == named:
            _check_ids(understood, column)
        if column.guess.name == weight:
            _check_weights(understood, column)
    frame = pd.DataFrame({column.guess.name: _series(column) for column in kept})
    codebook = Codebook({column.guess.name: _variable(column.guess) for column in kept})
    subject, notes = subject_of(list(frame)), _notes(understood)
    chosen: Mapping[str, Any] = understood.choices.get("columns") or {}
    readings = [reading_of(column.guess, chosen.get(column.guess.name, {})) for column in kept]
    given = codebook
    if subject is not PLAIN:
        frame, codebook, told = dressed(frame, subject, codebook)
        named = next((name for name, variable in codebook.items() if variable.unit == "id"), named)
        notes = (*notes, *told)
        # what somebody called a column goes before what its kind calls it
        called = {name: said["label"] for name, said in chosen.items() if "label" in said}
        codebook = Codebook({n: replace(v, label=called.get(n, v.label)) for n, v in codebook.items()})
    made = Dataset(
        frame=frame,
        codebook=codebook,
        name=_title(understood),
        fingerprint=_fingerprint(understood),
        subject=subject,
        weight=weight,
        id=named,
        notes=notes,
        preparation=as_read(
            subject, frame, codebook, dict(zip(frame, readings, strict=False)), given, understood.choices
        ),
    )
    return examples.marked(made, understood.digest)


def _title(understood: Understood) -> str:
    """The name of a file without what says its kind; a table of a database is called what it is."""
    if understood.kind == "database":
        return understood.name
    return PurePath(understood.name).name.split(".")[0] or understood.name


def _only(understood: Understood, role: str) -> str | None:
    return next((column.name for column in understood.columns if column.role == role), None)


def _check_ids(understood: Understood, column: Column) -> None:
    """Check that every row has an id of its own."""
    ids = pd.Series(_series(column))
    where = f"{understood.name}, column {shown(column.guess.name)},"
    numbers = understood.raw.row_numbers
    if (missing := ids.isna().to_numpy()).any():
        row = numbers[missing.argmax()]
        raise DataError(f"{where} row {row:,}, names nobody: fill it in, or choose another column as id or none.")
    if (twice := ids.duplicated().to_numpy()).any():
        at = int(twice.argmax())
        first = int((ids == ids.iloc[at]).to_numpy().argmax())
        raise DataError(
            f"{where} says {shown(str(ids.iloc[at]))} on rows {numbers[first]:,} and {numbers[at]:,}: bring one row "
            "for each, or choose another column as id or none."
        )


def _check_weights(understood: Understood, column: Column) -> None:
    weights = np.asarray(_series(column), dtype=np.float64)
    unsound = ~(weights >= 0)
    where = f"{understood.name}, column {shown(column.guess.name)},"
    if unsound.any():
        row = understood.raw.row_numbers[unsound.argmax()]
        raise DataError(f"{where} row {row:,}, is no weight: mend it, or choose another column as weight or none.")
    if not weights.any():
        raise DataError(f"{where} gives no row any weight: choose another column as weight or none.")


def _series(column: Column) -> Any:  # noqa: ANN401 - whatever pandas takes
    if isinstance(column.values, np.ndarray):
        return column.values
    return pd.Series(column.values.to_pandas()) if column.values is not None else None


def _variable(guess: ColumnGuess) -> Variable:
    return Variable(
        guess.name,
        label=guess.label,
        definition=_definition(guess),
        unit=guess.unit,
        values=MappingProxyType({level.code: level.label for level in guess.levels}),
        format=guess.format or ",.0f",
    )


def _definition(guess: ColumnGuess) -> str:
    if guess.role == "date":
        return "Date, as days since 1970-01-01."
    if guess.role == "text":
        return "Text, as it is in the file."
    if guess.numbers is not None and guess.numbers.currency:
        return f"In {guess.numbers.currency}, as in the file."
    return ""


def _fingerprint(understood: Understood) -> str:
    said = json.dumps([VERSION, understood.digest, understood.choices], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _notes(understood: Understood) -> tuple[str, ...]:
    notes = list(understood.notes)
    if understood.broken_count:
        first = understood.broken[0]
        lines = counted(understood.broken_count, "line", ("is", "are"))
        notes.append(f"{lines} left out, first line {first.line:,}: {first.reason}.")
    for column in understood.columns:
        if column.misfit_count and column.role != "leave out":
            first_misfit = column.misfits[0]
            cells = counted(column.misfit_count, "cell", ("does", "do"))
            notes.append(
                f"{column.label}: {cells} not fit and count as missing, first row {first_misfit.row:,} "
                f'("{first_misfit.text}").'
            )
    if (weight := _only(understood, "weight")) is not None:
        notes.append(f"Rows are weighted by {understood.column(weight).label}.")
    return tuple(notes)
