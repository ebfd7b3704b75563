"""Tables by the name of their engine; each is imported only where it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from lib.engines.table import Asked, Table
from lib.errors import DataError


@dataclass(frozen=True)
class Where:
    """How to reach an engine.

    Attributes:
        table: A file, a folder, a pattern of paths, or a name in a database.
        memory: What DuckDB may take.
        threads: How many of them DuckDB may use; None for as many as it likes.
        database: PostgreSQL's address, as libpq takes it; empty for what the environment says (PGHOST ...).
        spark: Address of a Spark Connect server, or of a master; empty for what the environment says, else this
            machine.
    """

    table: str
    memory: str = "2GB"
    threads: int | None = None
    database: str = ""
    spark: str = ""


def open_table(engine: str, where: Where, asked: Asked) -> Table:
    """A table, for reading.

    Args:
        engine: One of ``ENGINES``.
        where: The table, and how to reach its engine.
        asked: What of it a recipe is about.

    Raises:
        DataError: If there is no such engine or table, or the engine is not installed.
    """
    if engine not in _OPENERS:
        raise DataError(f"There is no engine {engine}: choose {', '.join(ENGINES)}.")
    try:
        return _OPENERS[engine](where, asked)
    except ModuleNotFoundError as error:
        file = "requirements-spark.txt" if engine == "spark" else "requirements.txt"
        raise DataError(f"{engine} needs the package {error.name}: pip install -r {file}.") from error


def _memory(where: Where, asked: Asked) -> Table:
    from lib.engines.memory import MemoryTable

    return MemoryTable.open(Path(where.table), asked)


def _duckdb(where: Where, asked: Asked) -> Table:
    from lib.engines.on_duckdb import DuckTable

    return DuckTable(where.table, asked, memory=where.memory, threads=where.threads)


def _postgres(where: Where, asked: Asked) -> Table:
    from lib.engines.on_postgres import PostgresTable

    return PostgresTable(where.table, asked, database=where.database)


def _spark(where: Where, asked: Asked) -> Table:
    from lib.engines.on_spark import SparkTable

    return SparkTable(where.table, asked, address=where.spark)


_OPENERS: Mapping[str, Callable[[Where, Asked], Table]] = {
    "memory": _memory,
    "duckdb": _duckdb,
    "postgres": _postgres,
    "spark": _spark,
}
ENGINES = tuple(_OPENERS)
