"""SQLite: a file that is opened to be read, and a guard that lets nothing else through.

Opening a file "read only" still lets ATTACH write another one, and PRAGMA take promises back: so every step of a
statement is asked about while it is prepared. Columns have no type there, cells have: a column is what its cells are.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from lib.sources.sql.database import NO_TABLE, NOT_UTF8, TOO_LONG, Connection, Database, RefusedError, Relation, brief

_ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE})
_REFUSED_FUNCTIONS = frozenset({"load_extension", "fts3_tokenizer"})

_LOOK_EVERY = 10_000
"""Steps of its machine between looks at the clock: some 0.1 ms."""

_LONGEST = 2**20
"""Bytes of a cell, and of a row while it is read."""

_LOCKED_FOR = 5.0

_REFUSALS: Mapping[str, str] = {
    "SQLITE_INTERRUPT": TOO_LONG,
    "SQLITE_AUTH": "only lets itself be read: write one SELECT that does nothing else",
    "SQLITE_READONLY": "only lets itself be read: write one SELECT that changes nothing",
    "SQLITE_TOOBIG": "has rows of more than 1 MB: leave out columns of long text or bytes",
    "SQLITE_BUSY": "is locked by somebody's change: try again in a while",
    "SQLITE_LOCKED": "is locked by somebody's change: try again in a while",
    "SQLITE_CANTOPEN": "cannot be opened: there is no such file, or it may not be read",
    "SQLITE_NOTADB": "cannot be opened: its file is no SQLite database",
    "SQLITE_IOERR": "cannot be opened: its file is none, or its disk is damaged",
    "SQLITE_CORRUPT": "is damaged: mend it, or choose another",
}
_NOT_ALLOWED = ("not authorized", "prohibited")


class _Connection(Connection):
    """An open file of SQLite."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._cursor = connection.cursor()
        self._with_bytes: set[int] = set()

    def relations(self) -> list[Relation]:
        """All tables and views but SQLite's own."""
        listed = "SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' "
        rows = self._cursor.execute(listed + "ESCAPE '\\' ORDER BY name").fetchall()
        return [Relation("", name, kind == "view") for name, kind in rows]

    def ask(self, statement: str) -> tuple[str, ...]:
        """Begin with the statement: Python's driver takes one and no second."""
        self._cursor.execute(statement)
        return tuple(column[0] for column in self._cursor.description or ())

    def more(self, count: int) -> list[tuple[Any, ...]]:
        """The next rows: whole numbers, others, text, bytes, None."""
        return self._cursor.fetchmany(count)

    def piece(self, place: int, cells: Sequence[Any]) -> pa.Array:
        """Cells as what they are, or as text where they are of several kinds."""
        kinds = {type(cell) for cell in cells} - {type(None)}
        if bytes in kinds:
            self._with_bytes.add(place)
            return pa.nulls(len(cells))
        if kinds <= {int}:
            return pa.array(cells, pa.int64() if kinds else pa.null())
        if kinds <= {int, float}:
            return pa.array([None if cell is None else float(cell) for cell in cells], pa.float64())
        return pa.array([None if cell is None else str(cell) for cell in cells], pa.string())

    def whole(self, place: int, pieces: list[pa.Array]) -> tuple[pa.ChunkedArray | None, str]:
        """A column as what its cells are."""
        if place in self._with_bytes:
            return None, "holds bytes and is left out"
        kinds = {one.type for one in pieces} - {pa.null()}
        common = max(kinds, key=_BY_WIDTH.index, default=pa.string())
        return pa.chunked_array([pc.cast(one, common, safe=False) for one in pieces], common), ""


class SQLite(Database):
    """A file of SQLite."""

    dialect = "sqlite"

    @contextmanager
    def opened(self) -> Iterator[Connection]:
        """A connection of its own; what SQLite says against anything is raised as ``RefusedError``."""
        address = Path(self.url.database or "").absolute().as_uri() + "?mode=ro"
        until = time.monotonic() + self.seconds
        try:
            with closing(sqlite3.connect(address, uri=True, timeout=_LOCKED_FOR, isolation_level=None)) as connection:
                connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
                connection.set_authorizer(_is_allowed)
                connection.set_progress_handler(lambda: self.stopped or time.monotonic() > until, _LOOK_EVERY)
                yield _Connection(connection)
        except (sqlite3.Error, sqlite3.Warning) as error:  # Python 3.11 warns of a second statement
            raise RefusedError(_sentence(error)) from None


_BY_WIDTH = [pa.int64(), pa.float64(), pa.string()]
"""Each holds what those before it hold."""


def _is_allowed(action: int, *named: str | None) -> int:
    """SQLite's question, while it prepares a statement, about a step of it; functions are named second."""
    if action in _ALLOWED and not (action == sqlite3.SQLITE_FUNCTION and named[1] in _REFUSED_FUNCTIONS):
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


def _sentence(error: sqlite3.Error | sqlite3.Warning) -> str:
    """What went wrong, after the name of the database."""
    said = str(error)
    code = getattr(error, "sqlite_errorname", "")
    if any(words in said for words in _NOT_ALLOWED):
        code = "SQLITE_AUTH"
    # "SQLITE_CANTOPEN_ISDIR" is one of SQLITE_CANTOPEN
    if sentence := _REFUSALS.get("_".join(code.split("_")[:2])):
        return sentence
    if said.startswith("no such table"):
        return NO_TABLE
    if said.startswith("Could not decode"):
        return NOT_UTF8
    return f"does not take the statement ({brief(said)}): mend it and read again"
