"""PostgreSQL: a transaction that only reads, limits that the server keeps, and rows that come in pieces.

All cells come as text, as the server writes them, and are made into what their column's type says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from psycopg import errors, postgres
from psycopg.adapt import AdaptersMap
from psycopg.types.string import TextLoader
from sqlalchemy import URL

from lib.sources.sql.database import NO_TABLE, NOT_UTF8, TOO_LONG, Connection, Database, RefusedError, Relation, brief
from lib.words import counted

_LINE: Mapping[str, int] = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""A line that has gone dead is found within half a minute; what the address says goes before."""

_SETTINGS: Mapping[str, str] = {
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "60s",
    "standard_conforming_strings": "on",
    "DateStyle": "ISO",
    "TimeZone": "UTC",
}
_CANCELS_WITHIN = 5.0

_LISTED = """
SELECT space.nspname, relation.relname, CASE WHEN relation.relkind IN ('v', 'm') THEN 'view' ELSE 'table' END
FROM pg_catalog.pg_class AS relation JOIN pg_catalog.pg_namespace AS space ON space.oid = relation.relnamespace
WHERE relation.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND space.nspname !~ '^pg_' AND space.nspname <> 'information_schema' AND NOT relation.relispartition
  AND has_schema_privilege(space.oid, 'USAGE') AND has_table_privilege(relation.oid, 'SELECT')
ORDER BY 1, 2
"""

_MOMENTS = frozenset(postgres.types[name].oid for name in ("date", "timestamp", "timestamptz"))
_NESTED = frozenset(
    {postgres.types[name].oid for name in ("json", "jsonb")} | {info.array_oid for info in postgres.types}
)
_BYTES = postgres.types["bytea"].oid

_OUT_OF_TIME = "infinity|BC$|^[0-9]{5}"
"""Moments that are known to PostgreSQL only."""

_REFUSALS = (
    (errors.QueryCanceled, TOO_LONG),
    (errors.LockNotAvailable, "has the table locked for somebody's change: try again in a while"),
    (errors.UndefinedTable, NO_TABLE),
    (errors.CharacterNotInRepertoire, NOT_UTF8),
    (errors.InsufficientPrivilege, "does not let this user read that: choose from the list, or ask for SELECT on it"),
    (
        (errors.ReadOnlySqlTransaction, errors.ActiveSqlTransaction),
        "only lets itself be read: write one SELECT that changes nothing",
    ),
)

_OPENING = (
    (("password", "authentication", "role"), "it does not know the user, or the password is another"),
    (("pg_hba", "ssl", "encryption"), "it does not let this user in from here in this way"),
    (("database",), "there is no database of that name, or this user may not enter it"),
    (("slots", "too many"), "it has too many visitors just now"),
    (("refused", "translate", "resolve", "timeout", "route", "unreachable"), "nothing answers there"),
)
"""Words of a server that refuses, which come without a code, and what they mean."""


def _all_as_text() -> AdaptersMap:
    """What makes text of cells of any type."""
    adapters = AdaptersMap(postgres.adapters)
    for info in postgres.types:
        for kind in filter(None, (info.oid, info.array_oid)):
            adapters.register_loader(kind, TextLoader)
    return adapters


_AS_TEXT = _all_as_text()


def _whole(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.cast(cells, pa.int64())


def _broken(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.cast(cells, pa.float64())


def _numeric(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    """NUMERIC as whole numbers, as text where they have more digits than a number holds here, or as others."""
    with suppress(pa.ArrowInvalid):
        return _whole(cells)
    if pc.all(pc.match_substring_regex(cells, r"^-?\d+$")).as_py():
        return cells
    return _broken(cells)


_READ: Mapping[int, Callable[[pa.ChunkedArray], pa.ChunkedArray]] = {
    postgres.types["bool"].oid: lambda cells: pc.equal(cells, "t"),
    postgres.types["numeric"].oid: _numeric,
    **{postgres.types[name].oid: _whole for name in ("int2", "int4", "int8", "oid")},
    **{postgres.types[name].oid: _broken for name in ("float4", "float8")},
}
"""How cells of a type are read; those of all others stay text."""


class _Connection(Connection):
    """An open connection to PostgreSQL."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        self._cursor = connection.cursor("answer")
        self._columns: tuple[psycopg.Column, ...] = ()

    def relations(self) -> list[Relation]:
        """Tables and views whose rows the role may read."""
        rows = self._connection.execute(_LISTED).fetchall()
        return [Relation(schema, name, kind == "view") for schema, name, kind in rows]

    def ask(self, statement: str) -> tuple[str, ...]:
        """Declare a cursor for the statement: the server takes one query for it and nothing else."""
        self._cursor.execute(statement.encode())
        self._columns = tuple(self._cursor.description or ())
        return tuple(column.name for column in self._columns)

    def more(self, count: int) -> list[tuple[Any, ...]]:
        """The next rows, each cell text or None."""
        return self._cursor.fetchmany(count)

    def piece(self, place: int, cells: Sequence[Any]) -> pa.Array:
        """Cells as text."""
        if self._columns[place].type_code == _BYTES:
            return pa.nulls(len(cells), pa.string())
        return pa.array(cells, pa.string())

    def whole(self, place: int, pieces: list[pa.Array]) -> tuple[pa.ChunkedArray | None, str]:
        """A column as its type in the database says."""
        cells, kind = pa.chunked_array(pieces, pa.string()), self._columns[place].type_code
        if kind == _BYTES:
            return None, "holds bytes and is left out"
        if kind in _NESTED:
            return cells, "holds lists or records and is left as text"
        with suppress(pa.ArrowInvalid):  # a query can have the server write them in another manner: text, then
            if kind in _MOMENTS:
                return _moments(cells)
            if kind in _READ:
                return _READ[kind](cells), ""
        return cells, ""


class PostgreSQL(Database):
    """A database of PostgreSQL."""

    dialect = "postgres"
    _connection: psycopg.Connection | None = None

    @contextmanager
    def opened(self) -> Iterator[Connection]:
        """A connection of its own; what the server says against anything is raised as ``RefusedError``."""
        connection = _connected(self.url)
        try:
            self._connection = connection
            connection.read_only = True
            limits = {**_SETTINGS, "statement_timeout": f"{max(1, int(self.seconds * 1_000))}ms"}
            for name, value in limits.items():
                connection.execute("SELECT set_config(%s, %s, true)", (name, value))
            yield _Connection(connection)
        except psycopg.Error as error:
            raise RefusedError(_sentence(error)) from None
        finally:
            self._connection = None
            # nothing was written: the transaction ends with the connection
            connection.close()

    def cancel(self) -> None:
        """Have the server end the statement."""
        super().cancel()
        if (connection := self._connection) is not None:
            with suppress(psycopg.Error):  # it may have ended by itself; who wants it ended asks again
                connection.cancel_safe(timeout=_CANCELS_WITHIN)


def _connected(url: URL) -> psycopg.Connection:
    """A connection of its own, of which nothing is kept for others."""
    try:
        written, said = url.set(drivername="postgresql+psycopg").get_dialect()().create_connect_args(url)
        return psycopg.connect(*written, **{**_LINE, **said, "client_encoding": "UTF8"}, context=_AS_TEXT)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with an address, the error may hold a part of it
        said_so = str(error).lower()
        reason = next((reason for words, reason in _OPENING if any(word in said_so for word in words)), "")
    raise RefusedError(f"cannot be opened: {reason or 'its url is not as it should be'}")


def _moments(cells: pa.ChunkedArray) -> tuple[pa.ChunkedArray, str]:
    """Moments of a column, in UTC where it knows of zones."""
    odd = pc.fill_null(pc.match_substring_regex(cells, _OUT_OF_TIME), fill_value=False)
    count = pc.sum(odd).as_py() or 0
    where = counted(count, "row")
    told = f"has no moment of our calendar on {where}, which counts as missing" if count else ""
    known = pc.replace_substring_regex(pc.if_else(odd, pa.scalar(None, pa.string()), cells), r"\+00$", "")
    return pc.cast(known, pa.timestamp("us")), told


def _sentence(error: psycopg.Error) -> str:
    """What went wrong, after the name of the database, without any word that the server might quote of an address."""
    for kinds, words in _REFUSALS:
        if isinstance(error, kinds):
            return words
    # 0A is what cannot be done, 21 about numbers of rows, 22 about cells, 42 about the statement
    if (error.sqlstate or "")[:2] in ("0A", "21", "22", "42"):
        return f"does not take the statement ({brief(error.diag.message_primary or '')}): mend it and read again"
    return "has ended the work: try again, or ask for less"
