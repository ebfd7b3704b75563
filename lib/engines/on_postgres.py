"""PostgreSQL: a table or a view of a database, which is only read; labels go to a table that is made for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import psycopg
import pyarrow as pa
from psycopg import postgres

from lib.engines.sql import SqlTable
from lib.engines.statement import Dialect, Kind
from lib.engines.table import Asked
from lib.errors import DataError
from lib.segments.apply.command import unused
from lib.segments.apply.placing import ADDED
from lib.tables.cells import clean_name

POSTGRES = Dialect(
    name="postgres",
    mark='"',
    holder="%({})s",
    real="DOUBLE PRECISION",
    text="TEXT",
    big="BIGINT",
    matches="{} ~ {}",
    as_number="CAST({} AS DOUBLE PRECISION)",
    days="CAST(EXTRACT(EPOCH FROM {}) / 86400 AS DOUBLE PRECISION)",
    fence="OFFSET 0",
    doubled="%",
)

_KINDS: Mapping[Kind, tuple[str, ...]] = {
    "truth": ("bool",),
    "whole": ("int2", "int4", "int8"),
    "number": ("float4", "float8", "numeric"),
    "text": ("text", "varchar", "bpchar"),
    "moment": ("date", "timestamp", "timestamptz"),
}
_KIND_OF = {postgres.types[name].oid: kind for kind, names in _KINDS.items() for name in names}
_ARROW: Mapping[Kind, pa.DataType] = {
    "truth": pa.bool_(),
    "whole": pa.int64(),
    "number": pa.float64(),
    "text": pa.string(),
    "moment": pa.timestamp("us"),
}
_ADDED_TYPES = ("BIGINT", "TEXT", "DOUBLE PRECISION", "BOOLEAN")
_READ_ONLY = "-c default_transaction_read_only=on"
_AT_ONCE = 50_000
_GONE = (psycopg.OperationalError, psycopg.InterfaceError)


class PostgresTable(SqlTable):
    """A table that PostgreSQL keeps."""

    engine = "postgres"
    dialect = POSTGRES

    def __init__(self, table: str, asked: Asked, *, database: str = "") -> None:
        """Open a connection that only reads.

        Args:
            table: A table or view, with its schema if it is not found without: ``bank.customers``. A dot within a name
                is written twice.
            asked: What of it a recipe is about.
            database: Address as libpq takes it, ``postgresql://reader@host/bank``; by default what the environment says
                (PGHOST, PGDATABASE ...).

        Raises:
            DataError: If nobody answers there, or there is no such table.
        """
        self.asked, self.name, self._database = asked, table, database
        self.source = _quoted(table)
        self._connection = self._connected()
        try:
            self._columns = self._described()
        except psycopg.Error as error:
            self.close()
            raise DataError(f"The table {table} cannot be read ({_said(error)}): check its name and rights.") from error
        self.version = str(self._connection.info.server_version // 10_000)

    def _connected(self, options: str = _READ_ONLY) -> psycopg.Connection:
        try:
            return psycopg.connect(self._database, autocommit=True, options=options, client_encoding="UTF8")
        except psycopg.Error:
            pass
        # the error may quote the address, and that a password
        raise DataError(
            "PostgreSQL cannot be reached: check its address with --database, and the password in ~/.pgpass."
        )

    def _described(self) -> dict[str, tuple[Kind, str]]:
        """Kind and type of each column."""
        with self._connection.cursor() as cursor:
            cursor.execute(_sql(f"SELECT * FROM {self.source} LIMIT 0"), {})  # noqa: S608 - quoted
            columns = cursor.description or ()
            return {one.name: (_KIND_OF.get(one.type_code, "other"), one.type_display) for one in columns}

    def kinds(self) -> Mapping[str, Kind]:
        """What each column holds."""
        return {name: kind for name, (kind, _) in self._columns.items()}

    def _ask(self, text: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        return self._connection.execute(_sql(text), values).fetchall()

    def _fetch(self, text: str, values: Mapping[str, Any]) -> pa.Table:
        kinds = list(self.kinds().items())
        schema = pa.schema([(name, _ARROW.get(kind, pa.string())) for name, kind in kinds])
        batches = []
        with self._connection.transaction(), self._connection.cursor(name="drawn") as cursor:
            cursor.execute(_sql(text), values)
            while rows := cursor.fetchmany(_AT_ONCE):
                pairs = zip(kinds, zip(*rows, strict=True), strict=True)
                arrays = [_array(cells, kind) for (_, kind), cells in pairs]
                batches.append(pa.RecordBatch.from_arrays(arrays, schema=schema))
        return pa.Table.from_batches(batches, schema)

    def _may_pass(self, error: Exception) -> bool:
        return isinstance(error, _GONE)

    def _reopen(self) -> None:
        self.close()
        with suppress(DataError):  # nobody is there yet: the next question finds the line closed, and is asked again
            self._connection = self._connected()

    def label(self, out: str, kept: Sequence[str]) -> Mapping[int, int]:
        """Write the segment of every row to a table that is made for it, in one transaction."""
        written, added = self.labelled(kept), unused(kept)
        types = [*(self._columns[name][1] for name in kept), *_ADDED_TYPES[: len(ADDED)]]
        columns = ", ".join(f"{POSTGRES.quoted(n)} {t}" for n, t in zip([*kept, *added], types, strict=True))
        target, segment = _quoted(out), POSTGRES.quoted(added[0])

        def write() -> Mapping[int, int]:
            with self._connected(options="") as connection, connection.transaction():
                try:
                    connection.execute(_sql(f"CREATE TABLE {target} ({columns})"), {})
                except psycopg.errors.DuplicateTable as error:
                    raise DataError(f"The table {out} is there already: name another.") from error
                connection.execute(_sql(f"INSERT INTO {target}\n{written.text}"), written.statement.values)
                counted = f"SELECT {segment}, COUNT(*) FROM {target} GROUP BY {segment}"  # noqa: S608 - quoted
                return {int(number): int(rows) for number, rows in connection.execute(_sql(counted), {}).fetchall()}

        return self.again(write)

    def close(self) -> None:
        """Let go of the connection, and have the server end what it does for it."""
        with suppress(psycopg.Error):
            if self._connection.info.transaction_status == psycopg.pq.TransactionStatus.ACTIVE:
                self._connection.cancel_safe(timeout=5)
        self._connection.close()


def _quoted(table: str) -> str:
    """A name with its schema, quoted; a dot within a name is written twice."""
    parts = [part.replace("\0", ".") for part in table.replace("..", "\0").split(".")]
    return ".".join(POSTGRES.quoted(part) for part in parts)


def _sql(text: str) -> bytes:
    """A statement as the driver takes it: whatever was not written here is quoted or bound in it."""
    return text.encode()


def _array(cells: Sequence[Any], kind: Kind) -> pa.Array:
    if kind == "number":
        return pa.array([None if cell is None else float(cell) for cell in cells], pa.float64())
    if kind == "moment":
        return pa.array(cells).cast(pa.timestamp("us"))
    if kind == "other":
        return pa.array([None if cell is None else str(cell) for cell in cells], pa.string())
    return pa.array(cells, _ARROW[kind])


def _said(error: psycopg.Error) -> str:
    return clean_name(error.diag.message_primary or str(error), 160).rstrip(".")
