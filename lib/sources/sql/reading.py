"""The answer to a query, as a table that is understood like one from a file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import pyarrow as pa
from sqlalchemy import make_url

from lib.errors import DataError
from lib.sources.sql.database import Connection, Database, RefusedError, Relation
from lib.sources.sql.postgresql import PostgreSQL
from lib.sources.sql.sqlite import SQLite
from lib.sources.sql.statement import check_statement
from lib.sources.sql.watched import watched
from lib.sources.table.understood import Understood, understand_table
from lib.tables.files import MEGABYTE, shown
from lib.tables.own import raw
from lib.tables.own.columns import unique_names
from lib.tables.own.limits import MAX_UNPACKED
from lib.work.progress import Progress

T = TypeVar("T")

SECONDS = 60.0
"""How long a question may take, its answer included."""

_KINDS: Mapping[str, type[Database]] = {"postgresql": PostgreSQL, "sqlite": SQLite}

_CELLS_AT_ONCE = 50_000
_MOST_AT_ONCE = 5_000
"""Rows that are asked for at once: a cell of text may be long."""

_LESS = " with WHERE or LIMIT"


def _at_ease(share: float, words: str) -> None:
    """Progress that nobody watches."""


def relations(
    connections: Mapping[str, str], connection: str, *, seconds: float = SECONDS, progress: Progress = _at_ease
) -> tuple[Relation, ...]:
    """Tables and views that may be read, by schema and name.

    Args:
        connections: Name -> url as SQLAlchemy writes it; PostgreSQL or SQLite.
        connection: One of the names.
        seconds: How long it may take.
        progress: See ``read``.

    Raises:
        DataError: One sentence, without any part of the url.
    """
    database = _database(connections, connection, seconds)
    return _carried_out(database, connection, lambda opened: tuple(opened.relations()), progress)


def read(
    connections: Mapping[str, str],
    connection: str,
    statement: str,
    *,
    name: str | None = None,
    choices: Mapping[str, Any] | None = None,
    seconds: float = SECONDS,
    progress: Progress = _at_ease,
) -> Understood:
    """Bring the answer to one query, by a connection of its own, in a transaction that only reads.

    Args:
        connections: Name -> url as SQLAlchemy writes it; PostgreSQL or SQLite.
        connection: One of the names.
        statement: One SELECT; ``select_all`` makes the one of a table.
        name: What to call the table; by default it is called after the connection.
        choices: About its columns; see ``lib.sources.table``.
        seconds: How long it may take, until the last row is there.
        progress: Told the share of that time, and how many rows have come; what it raises ends the statement in the
            database too.

    Raises:
        DataError: One sentence on what is wrong and what to do, without any part of the url.
    """
    name = shown(name or f"Query of {connection}")
    database = _database(connections, connection, seconds)
    check_statement(statement, database.dialect)
    table, notes = _carried_out(
        database, connection, lambda opened: _answer(database, opened, statement, name), progress
    )
    return understand_table(name, _digest(connection, statement, table), table, choices, notes=notes)


def _database(connections: Mapping[str, str], connection: str, seconds: float) -> Database:
    """One question to the database of that name; nothing is opened yet."""
    if connection not in connections:
        raise DataError(f"There is no connection named {shown(connection)}: choose one that is.")
    try:
        url = make_url(connections[connection])
        kind = _KINDS.get(url.get_backend_name())
    except Exception:  # noqa: BLE001 - whatever is wrong with it, the error may hold a part of it
        kind = None
    if kind is None:
        raise DataError(
            f"The connection {shown(connection)} has no url of PostgreSQL or SQLite, the databases that can be read "
            "here: mend it, or bring the table as a Parquet file."
        )
    return kind(url, seconds)


def _carried_out(database: Database, connection: str, question: Callable[[Connection], T], progress: Progress) -> T:
    """The answer to a question, or a sentence with no part of the url."""
    try:
        return watched(database, question, progress)
    except RefusedError as refused:
        words = str(refused)
    if any(secret in words for secret in (database.url.host, database.url.password) if secret):
        words = "does not take the statement: mend it and read again"
    raise DataError(f"The database {shown(connection)} {words}.")


def _answer(database: Database, opened: Connection, statement: str, name: str) -> tuple[pa.Table, tuple[str, ...]]:
    """All rows of the answer, and what is to be said of its columns."""
    names = unique_names(opened.ask(statement))
    raw.check_width(name, len(names))
    if not names:
        raise DataError(f"{name} has no columns: name some after SELECT.")
    pieces: list[list[pa.Array]] = [[] for _ in names]
    at_once, held = max(1, min(_MOST_AT_ONCE, _CELLS_AT_ONCE // len(names))), 0
    while not database.stopped and (rows := opened.more(at_once)):
        database.rows += len(rows)
        raw.check_length(name, database.rows, len(names), by=_LESS)
        for place, cells in enumerate(zip(*rows, strict=True)):
            pieces[place].append(opened.piece(place, cells))
            held += pieces[place][-1].nbytes
        if held > 2 * MAX_UNPACKED:
            most = 2 * MAX_UNPACKED // MEGABYTE
            raise DataError(f"{name} takes more than {most:,} MB: leave out columns of text, or rows{_LESS}.")
    if not database.rows:
        raise DataError(f"{name} has no rows: choose another table, or change the conditions of the statement.")
    return _table(opened, names, pieces, name)


def _table(
    opened: Connection, names: tuple[str, ...], pieces: list[list[pa.Array]], name: str
) -> tuple[pa.Table, tuple[str, ...]]:
    columns: dict[str, pa.ChunkedArray] = {}
    notes = []
    for place, column in enumerate(names):
        cells, said = opened.whole(place, pieces[place])
        pieces[place] = []
        if cells is not None:
            columns[column] = cells
        if said:
            notes.append(f"Column {shown(column)} {said}.")
    if not columns:
        raise DataError(f"{name} has columns of bytes only: choose others.")
    return pa.table(columns), tuple(notes)


def _digest(connection: str, statement: str, table: pa.Table) -> str:
    """SHA-256 of what was asked, of whom, and what came."""
    digest = hashlib.sha256("\0".join((connection, statement)).encode())
    for batch in table.to_batches():
        digest.update(batch.serialize())
    return digest.hexdigest()
