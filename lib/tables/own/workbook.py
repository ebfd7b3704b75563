"""Excel and OpenDocument workbooks, opened by a process of their own with limits of memory and time.

One cell in the last corner of a sheet makes the reader of workbooks ask for more memory than there is, which ends its
process and cannot be caught.
"""

from __future__ import annotations

import atexit
import threading
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from lib.errors import DataError
from lib.tables.files import MEGABYTE, shown
from lib.tables.own import raw
from lib.tables.own.delimited import looks_like_names
from lib.tables.own.laid import MOST_IN_MEMORY, Room
from lib.tables.own.limits import MAX_COLUMNS, MAX_ROWS, MAX_UNPACKED
from lib.tables.own.packed import Bare
from lib.tables.own.raw import Raw, Sheet
from lib.words import listed
from lib.work.helper import Helper, Mishap
from lib.work.progress import Progress

MEMORY_MB = 1_536
LONGEST_SECONDS = 120.0
IDLE_SECONDS = 30.0

_PROCESS = "lib.tables.own.workbook_process"
_SIZED = 20
"""Sheets whose rows are counted."""

_ABOVE = 50
"""Rows among which the table begins."""

_MAKING = threading.Lock()


@cache
def _the_helper() -> Helper:
    helper = Helper(
        _PROCESS,
        "the reader of workbooks",
        memory_mb=MEMORY_MB,
        longest_seconds=LONGEST_SECONDS,
        idle_seconds=IDLE_SECONDS,
    )
    atexit.register(helper.close)
    return helper


def shared() -> Helper:
    """The process of this server that opens workbooks."""
    with _MAKING:
        return _the_helper()


def read_workbook(file: Bare, place: Room, choices: dict[str, Any], progress: Progress) -> Raw:
    """Read one sheet of a workbook; its cells become text as one would type it.

    Args:
        file: What was brought.
        place: Room for the cells.
        choices: "sheet", "header", "skip", where somebody has chosen.
        progress: Told how far it is, and asked whether to go on.

    Raises:
        DataError: One sentence on what is wrong and what to do.
    """
    names = _asked(file, progress, do="sheets")["sheets"]
    failed: dict[str, DataError] = {}
    sheets = [_size(file, name, progress, failed) for name in names[:_SIZED]]
    sheets += [Sheet(name, None, None) for name in names[_SIZED:]]
    sheet = _chosen(file, sheets, choices.get("sheet"))
    if sheet.name in failed:
        raise failed[sheet.name]
    if sheet.rows is not None and sheet.columns is not None:
        raw.check_length(file.name, sheet.rows - _ABOVE, sheet.columns)
    target, said = _cells(file, sheet.name, place, progress)
    raw.check_width(f"{file.name}, sheet {shown(sheet.name)},", said["columns"])
    raw.check_length(file.name, said["rows"] - _ABOVE, said["columns"])
    # read into memory: the file goes before the table does
    with pa.OSFile(str(target)) as cells, pa.ipc.open_file(cells) as reader:
        table = reader.read_all()
    return _table(file, table, sheet, tuple(sheets), choices, _notes(said))


def _cells(file: Bare, sheet: str, place: Room, progress: Progress) -> tuple[Path, dict[str, Any]]:
    """Have the cells written as text, first in memory if they fit there: text that a workbook has once may be often."""
    for most in (min(MOST_IN_MEMORY, MAX_UNPACKED), MAX_UNPACKED):
        target = place.file("cells", most)
        said = _asked(
            file,
            progress,
            do="read",
            sheet=sheet,
            target=str(target),
            most_rows=MAX_ROWS + _ABOVE,
            most_columns=MAX_COLUMNS,
            most_bytes=most,
        )
        if not said.get("too_large"):
            return target, said
        target.write_bytes(b"")
    raise DataError(
        f"{file.name}, sheet {shown(sheet)}, has more than {MAX_UNPACKED // MEGABYTE:,} MB of text: "
        "leave out rows or columns."
    )


def _table(
    file: Bare,
    table: pa.Table,
    sheet: Sheet,
    sheets: tuple[Sheet, ...],
    choices: dict[str, Any],
    notes: tuple[str, ...],
) -> Raw:
    start = table.slice(0, _ABOVE).to_pylist()
    skip = choices.get("skip")
    skipped = _above([list(row.values()) for row in start]) if skip is None else int(skip)
    if skip is None and (titles := sum(1 for row in start[:skipped] if any(row.values()))):
        notes = (*notes, raw.passed_over("row", titles))
    table = table.slice(skipped)
    if not len(table):
        raise DataError(f"{file.name}, sheet {shown(sheet.name)}, has nothing below row {skipped:,}: skip fewer rows.")
    first = list(table.slice(0, 1).to_pylist()[0].values())
    header = choices.get("header")
    header = looks_like_names(first) if header is None else bool(header)
    written = raw.headed(first) if header else ("",) * table.num_columns
    table = table.slice(1) if header else table
    raw.check_length(file.name, len(table), table.num_columns)
    raw.check_cells(file.name, written, table)
    table, numbers = raw.without_blank_rows(table, skipped + (2 if header else 1))
    return Raw(
        table=table,
        names=written,
        row_numbers=numbers,
        header=header,
        skipped=skipped,
        sheet=sheet.name,
        sheets=sheets,
        notes=notes,
    )


def _above(rows: list[list[str | None]]) -> int:
    """Rows above the table: blank ones, and titles of one cell above rows of several."""
    filled = [sum(1 for cell in row if cell and cell.strip()) for row in rows]
    widest = max(filled, default=0)
    enough = 1 if widest < 3 else 2
    return next((at for at, cells in enumerate(filled) if cells >= enough), 0)


def _chosen(file: Bare, sheets: list[Sheet], wanted: Any) -> Sheet:  # noqa: ANN401 - whatever was chosen
    if wanted is not None:
        found = next((sheet for sheet in sheets if sheet.name == wanted), None)
        if found is None:
            raise DataError(
                f"{file.name} has no sheet {shown(str(wanted))}: choose {listed([shown(s.name) for s in sheets[:5]])}."
            )
    else:
        found = next((sheet for sheet in sheets if sheet.rows), next((s for s in sheets if s.rows is None), None))
    if found is None or found.rows == 0:
        where = f"{file.name}, sheet {shown(found.name)}," if found else file.name
        raise DataError(f"{where} has no cell with anything in it: choose another.")
    return found


def _size(file: Bare, name: str, progress: Progress, failed: dict[str, DataError]) -> Sheet:
    """A sheet with its size; why it cannot be opened goes into ``failed``, for another may be the one to be read."""
    try:
        said = _asked(file, progress, do="size", sheet=name)
    except DataError as error:
        failed[name] = error
        return Sheet(name, None, None)
    return Sheet(name, said["rows"], said["columns"])


def _asked(file: Bare, progress: Progress, **header: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    try:
        said, _ = shared().do({**header, "path": str(file.path), "digest": file.digest}, {}, progress)
    except Mishap as mishap:
        where = f"{file.name}, sheet {shown(header['sheet'])}," if "sheet" in header else file.name
        raise DataError(
            f"{where} cannot be opened within {MEMORY_MB:,} MB and {LONGEST_SECONDS:.0f} seconds: it has too many "
            "cells, or one far to the right or far below the others; delete all columns and rows beside the table, or "
            "save the sheet as CSV."
        ) from mishap
    refused = said.get("refused")
    if refused == "locked":
        raise DataError(f"{file.name} is locked with a password: save it without one and choose it again.")
    if refused:
        raise DataError(
            f"{file.name} is a damaged workbook, or of an unknown kind: open it and save it as .xlsx again."
        )
    return said


def _notes(said: dict[str, Any]) -> tuple[str, ...]:
    count = said.get("uncalculated_count", 0)
    if not count:
        return ()
    cells = ", ".join(said["uncalculated"])
    which = cells if count <= len(said["uncalculated"]) else f"first {cells}"
    have, count_as = ("cell has", "counts") if count == 1 else ("cells have", "count")
    return (
        f"{count:,} {have} an error or a formula that was never calculated and {count_as} as missing ({which}): open "
        "the workbook, let it calculate, and save it.",
    )
