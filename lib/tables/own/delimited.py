"""Delimited text, through DuckDB's sniffer and reader: every cell as the text it is, lines that do not fit listed.

DuckDB sees one file and nothing else: no extensions, no network, no other file, one thread, bounded memory. What it
is asked is written here; nothing that a person typed becomes part of it but as a value.
"""

from __future__ import annotations

import contextlib
import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lib.errors import DataError
from lib.tables import remarks
from lib.tables.files import MEGABYTE, shown
from lib.tables.own import raw
from lib.tables.own.encoding import as_utf8, find_encoding
from lib.tables.own.laid import Room
from lib.tables.own.limits import LISTED, MAX_LINE
from lib.tables.own.packed import Bare
from lib.tables.own.raw import Broken, Raw
from lib.work.progress import Progress, part_of, report

ONE_COLUMN = "\x1f"
"""Parts what is one column: Unicode's unit separator, which no text has."""

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", ":": "colon", "^": "caret", "~": "tilde"}
DELIMITERS[ONE_COLUMN] = "nothing: one column"
"""What may be chosen besides any other single character, and what each is called."""

_USUAL = ",;\t|"
_MEMORY = "512MB"
_LOOKED_AT = 200
_PIECE = 100_000
_SEPARATOR_LINE = re.compile(r'^"?sep=(.)"?$', re.IGNORECASE)
_SOUND_SHARE = 0.6
"""Of the lines looked at, so many must have the same number of cells for a delimiter to be taken for one."""

_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_PARTS = re.compile(r"[\t|]|[,;](?!\s|$|(?<=\d,)\d{3}\b)")
"""What parts cells and not phrases or digits: behind a comma of prose stands a space."""

_DECIMALS = re.compile(r"^\D{0,5}\d[\d.' ]*,\d+\D{0,5}$")
_YEAR = re.compile(r"^(18|19|20|21)\d\d$")
_NUMBER = re.compile(r"^[-+($€£\s]*\d[\d.,' ]*[%)\s]*$")


@dataclass(frozen=True)
class _Dialect:
    delimiter: str
    quote: str
    escape: str
    skipped: int
    columns: int
    passed: int = 0
    """Of the lines that are skipped, those with something in them."""
    told: bool = False
    """Whether all that is skipped is the line that names the delimiter."""


def read_delimited(file: Bare, place: Room, choices: dict[str, Any], progress: Progress | None = None) -> Raw:
    """Read delimited text.

    Args:
        file: What was brought.
        place: Room for the same text in UTF-8.
        choices: "delimiter", "quote", "encoding", "header", "skip", where somebody has chosen.
        progress: Told how many rows there are; may raise ``Cancelled``.

    Raises:
        DataError: One sentence on what is wrong and what to do.
    """
    report(progress, 0.0, "Reading the file")
    encoding = find_encoding(file.path, file.name, str(choices.get("encoding") or ""))
    path = place.file("text", 2 * file.size)
    lines = as_utf8(file.path, path, file.name, encoding)
    with _database(path) as database:
        dialect = _dialect(database, path, file.name, choices)
        raw.check_width(file.name, dialect.columns)
        _without_quotes_above(path, dialect)
        table = _cells(database, path, file.name, dialect, part_of(progress, 0.3, 1.0), lines)
        broken, at, spoilt = _broken(database, file.name, dialect)
    count = len(at)
    _check_all_read(file.name, lines - dialect.passed - spoilt, table)
    if not len(table):
        raise DataError(f"{file.name} has no row with {dialect.columns} columns: choose another delimiter.")
    if count > len(table):
        raise DataError(
            f"{file.name}, line {broken[0].line:,} and {count - 1:,} more lines, do not have {dialect.columns} cells "
            f"as the others: choose another delimiter than {shown_delimiter(dialect.delimiter)}, or mend these lines."
        )
    first = table.slice(0, 1 + _LOOKED_AT).to_pylist()
    header = choices.get("header")
    header = looks_like_names([*first[0].values()]) if header is None else bool(header)
    names = raw.headed([*first[0].values()]) if header else ("",) * dialect.columns
    table = table.slice(1) if header else table
    raw.check_cells(file.name, names, table)
    every, places = len(table), np.arange(len(table), dtype=np.int64)
    if count and lines - dialect.passed == every + count + int(header):
        # each row is on one line: those that are left out are counted, as whoever looks for a row will do
        left_out = np.array(at) - dialect.skipped - 1 - int(header)
        places = np.setdiff1d(np.arange(every + count), left_out)[:every]
    table, numbers = raw.without_blank_rows(table, 0)
    numbers = places[numbers] + (2 if header else 1)
    return Raw(
        table=table,
        names=names,
        row_numbers=numbers,
        delimiter=dialect.delimiter,
        quote=dialect.quote,
        encoding=encoding,
        header=header,
        skipped=dialect.skipped,
        broken=broken,
        broken_count=count,
        notes=(
            *_guessed_encoding(encoding, choices),
            *_passed_over(dialect, choices),
            *(() if header else _named_by_a_remark(path, dialect)),
        ),
    )


def _guessed_encoding(encoding: str, choices: dict[str, Any]) -> tuple[str, ...]:
    if encoding.startswith("utf") or choices.get("encoding"):
        return ()
    return (f"The text is not in UTF-8 and is read as {encoding}: choose another encoding where letters look wrong.",)


def _passed_over(dialect: _Dialect, choices: dict[str, Any]) -> tuple[str, ...]:
    if not dialect.passed or dialect.told or choices.get("skip") is not None:
        return ()
    return (raw.passed_over("line", dialect.passed),)


def _without_quotes_above(path: Path, dialect: _Dialect) -> None:
    """Put blanks in the place of quotation marks in the lines that are skipped: one may keep DuckDB from all below."""
    if dialect.quote:
        with path.open("r+b") as file:
            above = b"".join(islice(file, dialect.skipped))
            file.seek(0)
            file.write(above.replace(dialect.quote.encode(), b" " * len(dialect.quote.encode())))


def _named_by_a_remark(path: Path, dialect: _Dialect) -> tuple[str, ...]:
    """Where the line above the numbers is passed over for its # and has a cell for each column."""
    with path.open(encoding="utf-8", errors="replace") as file:
        above = list(islice(file, dialect.skipped))
    if not remarks.names_columns(above, dialect.delimiter, dialect.columns):
        return ()
    return ("The line above the first row begins with #, as remarks do: if it names the columns, take the # away.",)


def shown_delimiter(delimiter: str) -> str:
    """A delimiter in words."""
    return DELIMITERS.get(delimiter, f'"{shown(delimiter)}"')


def looks_like_names(first: list[str | None]) -> bool:
    """Whether a row holds names of columns: something in it, and no number that is not a year."""
    cells = [cell.strip() for cell in first if cell and cell.strip()]
    return bool(cells) and not any(_NUMBER.match(cell) and not _YEAR.match(cell) for cell in cells)


# The database


@contextlib.contextmanager
def _database(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database that can read one file and do nothing else."""
    database = duckdb.connect(
        ":memory:",
        config={
            "threads": 1,
            "memory_limit": _MEMORY,
            "autoload_known_extensions": False,
            "autoinstall_known_extensions": False,
            "allow_community_extensions": False,
        },
    )
    try:
        # a path of ours
        quoted = str(path).replace("'", "''")
        database.execute("SET temp_directory=''")
        database.execute(f"SET allowed_paths=['{quoted}']")
        database.execute("SET enable_external_access=false")
        database.execute("SET lock_configuration=true")
        yield database
    finally:
        database.close()


def _dialect(database: duckdb.DuckDBPyConnection, path: Path, name: str, choices: dict[str, Any]) -> _Dialect:
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(islice((line[:MAX_LINE] for line in file), _LOOKED_AT))
    told = _SEPARATOR_LINE.match(lines[0].rstrip("\n")) if lines else None
    delimiter = str(choices.get("delimiter") or (told[1] if told else ""))
    if len(delimiter) > 4 or delimiter in {'"', "\n", "\r"}:
        raise DataError(f"{name}: {shown(delimiter)} cannot be a delimiter: choose comma, semicolon, tab or another.")
    skip = choices.get("skip")
    if not delimiter and _is_one_column(lines[int(skip or 0) :]):
        delimiter = ONE_COLUMN
    skipped = int(skip) if skip is not None else (1 if told else None)
    found = _found(database, path, lines, delimiter, skipped)
    if found is None:
        raise DataError(f"{name} cannot be made out as a table: choose its delimiter, and how many lines to skip.")
    # what the sniffer did not see in its sample may come later all the same
    quote = str(choices["quote"]) if choices.get("quote") is not None else (found.quote or '"')
    escape = found.escape if quote == found.quote else quote
    passed = sum(1 for line in lines[: found.skipped] if line != "\n")
    return replace(found, quote=quote, escape=escape, passed=passed, told=told is not None)


def _found(
    database: duckdb.DuckDBPyConnection, path: Path, lines: list[str], delimiter: str, skipped: int | None
) -> _Dialect | None:
    found = _sniffed(database, path, delimiter, skipped)
    if found is None or (found.columns == 1 and not delimiter):
        head = _titles(lines, delimiter) if skipped is None else skipped
        found = _counted(lines, delimiter, head) or (None if delimiter else _as_headed(lines, head)) or found
    if skipped is None and found is not None:
        # the sniffer skips whatever does not fit below; only lines that are no rows may be passed over
        above = _titles(lines, found.delimiter) if found.columns > 1 else 0
        if found.skipped != above:
            settled = _sniffed(database, path, found.delimiter, above)
            return settled or _counted(lines, found.delimiter, above) or _as_first_line(lines, found.delimiter, above)
    if found is None and delimiter:
        return _as_first_line(lines, delimiter, skipped or 0)
    return found


def _is_one_column(lines: list[str]) -> bool:
    """Whether the first line names one column, and those below are parted by nothing but commas of prose or decimals.

    A title above a table is told by a blank line below it, or by lines that are parted otherwise.
    """
    head, *below = _QUOTED.sub('"', "".join(lines)).splitlines() or [""]
    if remarks.is_above(head) or any(mark in head for mark in _USUAL):
        return False
    parted = [line for line in below if any(mark in line for mark in _USUAL)]
    if not parted or all(_DECIMALS.match(line) for line in parted):
        return True
    if not below[0].strip() or any(_PARTS.search(line) for line in parted):
        return False
    marks = {sum(line.count(mark) for mark in ",;") for line in parted}
    return len(marks) > 1 or marks == {1} or len(parted) < len([line for line in below if line.strip()])


def _titles(lines: list[str], delimiter: str) -> int:
    """Lines above a table: blank, beginning with #, or with nothing that is parted."""
    marks = delimiter or _USUAL
    for at, line in enumerate(lines):
        if not remarks.is_above(line) and any(mark in line for mark in marks):
            return at
    return 0


def _as_headed(lines: list[str], skipped: int) -> _Dialect | None:
    """The delimiter that the first line has most of, where lines below have this many cells and that: they are told."""
    head = next(iter(lines[skipped:]), "")
    delimiter = max(_USUAL, key=head.count)
    return _as_first_line(lines, delimiter, skipped) if delimiter in head else None


def _as_first_line(lines: list[str], delimiter: str, skipped: int) -> _Dialect | None:
    """As many columns as the first line has cells; None without such a line, or where one of its cells is too long."""
    try:
        first = next(csv.reader(lines[skipped : skipped + 1], delimiter=delimiter), None)
    except csv.Error:
        return None
    return None if first is None else _Dialect(delimiter, "", "", skipped, len(first))


def _sniffed(database: duckdb.DuckDBPyConnection, path: Path, delimiter: str, skipped: int | None) -> _Dialect | None:
    options, values = ["all_varchar=true"], [str(path)]
    if delimiter:
        options.append("delim=?")
        values.append(delimiter)
    if skipped is not None:
        options.append(f"skip={skipped:d}")
    query = (
        "SELECT Delimiter, Quote, Escape, SkipRows, len(Columns) "  # noqa: S608 - the options are ours
        f"FROM sniff_csv(?, {', '.join(options)})"
    )
    try:
        row = database.execute(query, values).fetchall()[0]  # to the end: an open result blocks the connection
    except (duckdb.Error, IndexError):
        return None
    marks = ["" if mark == "(empty)" else str(mark) for mark in row[:3]]
    return _Dialect(marks[0] or ",", marks[1], marks[2] or marks[1], int(row[3]), int(row[4]))


def _counted(lines: list[str], delimiter: str, skipped: int) -> _Dialect | None:
    """The delimiter that gives most lines the same number of cells, several of them."""
    best: tuple[float, int, str] | None = None
    for candidate in delimiter or _USUAL:
        rows = [len(row) for row in csv.reader((line[:10_000] for line in lines[skipped:]), delimiter=candidate) if row]
        plain = [line.count(candidate) + 1 for line in lines[skipped:] if line.strip()]
        for counts in (rows, plain):  # an open quotation mark spoils the first
            if not counts:
                continue
            cells, times = Counter(counts).most_common(1)[0]
            share = times / len(counts)
            if (
                cells > 1
                and share >= _SOUND_SHARE
                and counts[0] == cells
                and (best is None or (share, cells) > best[:2])
            ):
                best = (share, cells, candidate)
    return None if best is None else _Dialect(best[2], "", "", skipped, best[1])


def _cells(
    database: duckdb.DuckDBPyConnection,
    path: Path,
    name: str,
    dialect: _Dialect,
    progress: Progress | None,
    lines: int,
) -> pa.Table:
    columns = ", ".join(f"'{at}': 'VARCHAR'" for at in range(dialect.columns))
    query = (
        "SELECT * FROM read_csv(?, auto_detect=false, header=false, delim=?, quote=?, escape=?, "  # noqa: S608 - ours
        f"skip={dialect.skipped:d}, columns={{{columns}}}, store_rejects=true, strict_mode=true, "
        f"null_padding=false, max_line_size={MAX_LINE})"
    )
    batches: list[pa.RecordBatch] = []
    rows = 0
    try:
        asked = database.sql(query, params=[str(path), dialect.delimiter, dialect.quote, dialect.escape])
        reader: pa.RecordBatchReader = asked.to_arrow_reader(_PIECE)
        for batch in reader:
            rows += len(batch)
            report(progress, rows / max(lines, 1), f"Reading rows: {rows:,}")
            raw.check_length(name, rows - 1, dialect.columns)
            batches.append(batch)
    except duckdb.Error as error:
        raise _failed(name, error) from error
    return pa.Table.from_batches(batches, reader.schema)


def _check_all_read(name: str, lines: int, table: pa.Table) -> None:
    """Check that no line went without being a row or being listed: the reader has lost some in silence before."""
    lost = lines - len(table)
    if lost <= 0:
        return
    within = sum(pc.sum(pc.count_substring(column, "\n")).as_py() or 0 for column in table.columns)
    if lost > within:
        raise DataError(
            f"{name} has {lost - within:,} lines that cannot be read, after row {len(table):,} or before: check its "
            "quotation marks, or have them read as ordinary characters."
        )


def _failed(name: str, error: duckdb.Error) -> DataError:
    words = str(error)
    line = re.search(r"[Ll]ine:? (\d+)", words)
    where = f"{name}, line {int(line[1]):,}," if line else name
    if "line size" in words.lower():
        return _too_long(where)
    return DataError(f"{where} cannot be read as delimited text: choose its delimiter and its quotation mark.")


def _too_long(where: str) -> DataError:
    return DataError(
        f"{where} has a row of more than {MAX_LINE // MEGABYTE} MB: close a quotation mark that is open, or end its "
        "lines."
    )


def _broken(
    database: duckdb.DuckDBPyConnection, name: str, dialect: _Dialect
) -> tuple[tuple[Broken, ...], list[int], int]:
    """Rows that were left out: the first of them, on which lines all are, and how many lines they took."""
    found = database.execute(
        "SELECT line, any_value(error_type), any_value(error_message), left(any_value(csv_line), 200), "
        "max(length(rtrim(csv_line, chr(10))) - length(replace(rtrim(csv_line, chr(10)), chr(10), ''))) "
        "FROM reject_errors GROUP BY line ORDER BY line"
    ).fetchall()
    for line, kind, message, _, _ in found:
        if kind == "LINE SIZE OVER MAXIMUM":
            raise _too_long(f"{name}, line {line:,},")
        if "unterminated" in message and kind == "UNQUOTED VALUE":
            raise DataError(
                f"{name}, line {line:,}, has a quotation mark that is never closed, so that the rest of the file would "
                "be one cell: close or remove it, or have quotation marks read as ordinary characters."
            )
    broken = tuple(
        Broken(int(line), _reason(kind, dialect.columns), shown_line(text)) for line, kind, _, text, _ in found[:LISTED]
    )
    return broken, [int(line) for line, *_ in found], sum(1 + int(ends or 0) for *_, ends in found)


def _reason(kind: str, columns: int) -> str:
    return {
        "TOO MANY COLUMNS": f"more than {columns} cells",
        "MISSING COLUMNS": f"fewer than {columns} cells",
        "UNQUOTED VALUE": "a quotation mark within a cell",
        "INVALID ENCODING": "letters that are not in the file's encoding",
    }.get(kind, kind.lower())


def shown_line(text: str | None) -> str:
    """The beginning of a line as it may stand on a screen."""
    return "".join(letter if letter.isprintable() else " " for letter in (text or "")[:LISTED])
