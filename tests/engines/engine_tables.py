"""A table of Arrow brought to an engine, as whoever keeps one there would have it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from postgresql import Server

from lib.engines.opened import Where, open_table
from lib.engines.table import Asked, Table

ENGINES = ("duckdb", "postgres", "spark")

_TYPES = {"double": "DOUBLE PRECISION", "int64": "BIGINT", "int32": "INTEGER", "string": "TEXT", "bool": "BOOLEAN"}


def where(engine: str, cells: pa.Table, folder: Path, request: pytest.FixtureRequest) -> Where:
    """Bring a table to an engine; skips where that is not installed."""
    if engine == "postgres":
        server: Server = request.getfixturevalue("postgresql")
        name = f"t{uuid4().hex}"
        _copy(server, name, cells)
        return Where(name, database=server.url())
    if engine == "spark":
        request.getfixturevalue("spark")
    path = folder / f"{uuid4().hex}.parquet"
    pq.write_table(cells, path, row_group_size=max(1, len(cells) // 3))
    return Where(str(path))


@contextmanager
def on(engine: str, cells: pa.Table, asked: Asked, folder: Path, request: pytest.FixtureRequest) -> Iterator[Table]:
    """A table on an engine."""
    table = open_table(engine, where(engine, cells, folder, request), asked)
    try:
        yield table
    finally:
        table.close()


def _copy(server: Server, name: str, cells: pa.Table) -> None:
    quoted = ['"' + column.replace('"', '""') + '"' for column in cells.column_names]
    types = [_TYPES[str(kind).replace("large_", "")] for kind in cells.schema.types]
    columns = ", ".join(f"{column} {kind}" for column, kind in zip(quoted, types, strict=True))
    server.run(f"CREATE TABLE {name} ({columns})")
    statement = f"COPY {name} FROM STDIN".encode()
    with server.connect() as connection, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in zip(*(column.to_pylist() for column in cells.columns), strict=True):
            copy.write_row(row)
