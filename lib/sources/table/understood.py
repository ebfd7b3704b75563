"""What a table that somebody brings is understood to be, before anything is made of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import pyarrow as pa

from lib.errors import DataError
from lib.tables.files import shown
from lib.tables.own import columns as own_columns
from lib.tables.own.choices import check_choices_of_file
from lib.tables.own.delimited import read_delimited
from lib.tables.own.guess import Choices, Column, ColumnGuess
from lib.tables.own.laid import Room, room
from lib.tables.own.limits import MAX_BYTES, PREVIEW
from lib.tables.own.packed import Bare, Brought, Kind, bare
from lib.tables.own.raw import Broken, Raw, Sheet, as_text
from lib.tables.own.typed import of_arrow, read_parquet, read_stata
from lib.tables.own.workbook import read_workbook
from lib.work.progress import Progress, part_of

_OF_THE_FILE = ("delimiter", "quote", "encoding", "header", "skip", "sheet")
_KNOWN = frozenset({*_OF_THE_FILE, "columns"})
_READ = 0.4
"""Share of the work that is done once the cells are there, before anybody asks what they mean."""


@dataclass(frozen=True, eq=False)
class Understood:
    """What is in a file, and what each of its columns is taken for.

    Attributes:
        name: What the person calls the file.
        kind: "text", "workbook", "parquet", "stata", or "database" of what came from one.
        digest: SHA-256 of what was brought.
        size: Bytes of it, unpacked.
        rows: Rows of the table, blank ones left out.
        columns: What each column is taken for.
        preview: The first 100 rows as text, as they are in the file; "" where a cell is blank.
        preview_rows: For each of them its number in the file, where names are on row 1.
        choices: What was chosen.
        raw: The table as it was brought; large.
        made: The columns with their values; large.
    """

    name: str
    kind: Kind | Literal["database"]
    digest: str
    size: int
    rows: int
    columns: tuple[ColumnGuess, ...]
    preview: tuple[tuple[str, ...], ...]
    preview_rows: tuple[int, ...]
    choices: Mapping[str, Any]
    raw: Raw = field(repr=False)
    made: tuple[Column, ...] = field(repr=False)

    @property
    def delimiter(self) -> str:
        """What parts the cells of a text file, else ""."""
        return self.raw.delimiter

    @property
    def quote(self) -> str:
        """What stands around a cell of a text file that holds a delimiter, else ""."""
        return self.raw.quote

    @property
    def encoding(self) -> str:
        """Encoding of a text file, else ""."""
        return self.raw.encoding

    @property
    def header(self) -> bool:
        """Whether the first row is of names."""
        return self.raw.header

    @property
    def skipped(self) -> int:
        """Lines or rows above the table that are passed over."""
        return self.raw.skipped

    @property
    def sheet(self) -> str:
        """The sheet of a workbook that is read, else ""."""
        return self.raw.sheet

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """All sheets of a workbook."""
        return self.raw.sheets

    @property
    def broken(self) -> tuple[Broken, ...]:
        """The first lines of a text file that are no rows of the table and are left out."""
        return self.raw.broken

    @property
    def broken_count(self) -> int:
        """How many there are."""
        return self.raw.broken_count

    @property
    def notes(self) -> tuple[str, ...]:
        """What else is worth knowing of the file, a sentence each."""
        return (*self.raw.notes, *_sum_below(self.raw))

    def column(self, name: str) -> ColumnGuess:
        """What the column of that name is taken for."""
        return next(column for column in self.columns if column.name == name)


_SUM = frozenset(
    {"total", "totals", "grand total", "subtotal", "sum", "summe", "gesamt", "gesamtsumme", "insgesamt"}
    | {"total general", "total général", "somme", "totale", "totaal", "suma"}
)
"""Words that a row of sums has in the place of an id or a name."""


def _sum_below(raw: Raw) -> tuple[str, ...]:
    """A sentence where the last row seems to sum up the others: as one of them it would move every mean."""
    for name, column in zip(raw.names, raw.table.columns, strict=True):
        cell = column[-1].as_py() if len(column) > 1 and pa.types.is_string(column.type) else None
        if cell and cell.strip().rstrip(":").casefold() in _SUM:
            reads = f"Row {raw.row_numbers[-1]:,}, the last, reads “{shown(cell.strip())}” in {shown(name)}"
            return (f"{reads}: if it sums up the others, leave it out of the file, for it counts as one of them.",)
    return ()


def _at_ease(share: float, words: str) -> None:
    """Progress that nobody watches."""


def understand(
    brought: Brought,
    name: str | None = None,
    choices: Mapping[str, Any] | None = None,
    *,
    max_bytes: int = MAX_BYTES,
    progress: Progress | None = None,
) -> Understood:
    """Read a file and say what is in it.

    Args:
        brought: A path, the content itself, or an open file of bytes.
        name: What the person calls it; by default the name of the file.
        choices: What to take otherwise than the file says; see ``lib.sources.table``.
        max_bytes: Most bytes of what is brought.
        progress: Told how far it is; may raise ``Cancelled``.

    Raises:
        DataError: One sentence on what is wrong with the file or a choice, where, and what to do.
    """
    choices = _checked(name or "The table", choices)
    with bare(brought, name, max_bytes=max_bytes) as file, room() as place:
        raw = _raw(file, place, choices, part_of(progress, 0.0, _READ))
    if not len(raw.table):
        raise DataError(f"{file.name} has names of columns and no row below them: choose a table with rows.")
    made = _columns(file.name, raw, choices, part_of(progress, _READ, 1.0))
    return _understood(file.name, file.kind, file.digest, file.size, raw, made, choices)


def understand_table(
    name: str,
    digest: str,
    brought: pa.Table,
    choices: Mapping[str, Any] | None = None,
    *,
    notes: tuple[str, ...] = (),
) -> Understood:
    """Say what is in a table that a database gave; from here on it goes the way of a file.

    Args:
        name: What the person calls it.
        digest: SHA-256 of its content and of where it came from.
        brought: With at least one row; its columns are named, none twice.
        choices: About its columns; see ``lib.sources.table``.
        notes: What else is worth knowing of it, a sentence each.

    Raises:
        DataError: One sentence on what is wrong with the table or a choice, where, and what to do.
    """
    chosen, raw = _checked(name, choices), of_arrow(name, brought, notes)
    return _understood(name, "database", digest, brought.nbytes, raw, _columns(name, raw, chosen, None), chosen)


def again(understood: Understood, choices: Mapping[str, Any], *, progress: Progress | None = None) -> Understood:
    """The same file with other choices about its columns; neither it nor a column without another choice is read again.

    Raises:
        ValueError: If the choices are about the file itself (see ``needs_reading``).
        DataError: One sentence on what is wrong with a choice.
    """
    if needs_reading(understood, choices):
        raise ValueError("These choices are about the file: call understand with it.")
    choices = _checked(understood.name, choices)
    made = _columns(understood.name, understood.raw, choices, progress, understood)
    return replace(understood, columns=tuple(column.guess for column in made), choices=choices, made=made)


def needs_reading(understood: Understood, choices: Mapping[str, Any]) -> bool:
    """Whether the file must be read anew to follow the choices."""
    return any(choices.get(key) != understood.choices.get(key) for key in _OF_THE_FILE)


def _checked(name: str, choices: Mapping[str, Any] | None) -> dict[str, Any]:
    """The choices as JSON has them."""
    made: dict[str, Any] = json.loads(json.dumps(dict(choices or {}), sort_keys=True))
    if unknown := set(made) - _KNOWN:
        raise DataError(f"{shown(name)} cannot be given {shown(min(unknown))}: choose {', '.join(sorted(_KNOWN))}.")
    check_choices_of_file(shown(name), made)
    return made


def _raw(file: Bare, place: Room, choices: dict[str, Any], progress: Progress | None) -> Raw:
    if file.kind == "workbook":
        return read_workbook(file, place, choices, progress or _at_ease)
    if file.kind == "parquet":
        return read_parquet(file)
    if file.kind == "stata":
        return read_stata(file)
    return read_delimited(file, place, choices, progress)


def _columns(
    name: str, raw: Raw, choices: Mapping[str, Any], progress: Progress | None, before: Understood | None = None
) -> tuple[Column, ...]:
    """The columns by the choices about them; as they were before where nothing about them has changed."""
    of_columns: Mapping[str, Choices] = choices.get("columns") or {}
    known = None if before is None else (before.made, before.choices.get("columns") or {})
    return own_columns.understood_columns(name, raw, of_columns, known=known, progress=progress)


def _understood(
    name: str,
    kind: Kind | Literal["database"],
    digest: str,
    size: int,
    raw: Raw,
    made: tuple[Column, ...],
    choices: Mapping[str, Any],
) -> Understood:
    first = raw.table.slice(0, PREVIEW)
    texts = [[cell or "" for cell in as_text(column).to_pylist()] for column in first.columns]
    return Understood(
        name=name,
        kind=kind,
        digest=digest,
        size=size,
        rows=len(raw.table),
        columns=tuple(column.guess for column in made),
        preview=tuple(zip(*texts, strict=True)),
        preview_rows=tuple(int(row) for row in raw.row_numbers[:PREVIEW]),
        choices=choices,
        raw=raw,
        made=made,
    )
