"""DuckDB: folders of Parquet or CSV, or a table of a database file, larger than memory where they have to be."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from lib.engines.sql import SqlTable
from lib.engines.statement import Dialect, Kind
from lib.engines.table import Asked, parent_of
from lib.errors import DataError
from lib.segments.apply.placing import ADDED as ADDED_COLUMNS
from lib.tables.cells import clean_name
from lib.tables.read import ParquetSource, open_table
from lib.tables.whole import whole
from lib.tables.write import CsvSink, ParquetSink
from lib.work.stopped import stoppable

DUCKDB = Dialect(
    name="duckdb",
    mark='"',
    holder="${}",
    real="DOUBLE",
    text="VARCHAR",
    big="BIGINT",
    matches="REGEXP_MATCHES({}, {})",
    as_number="TRY_CAST({} AS DOUBLE)",
    days="(EPOCH({}) / 86400.0)",
)

MEMORY = "2GB"
"""What it may take unless told otherwise; what is more goes to a temporary folder."""

T = TypeVar("T")

ADDED = len(ADDED_COLUMNS)
_AT_ONCE = 100_000
_PARQUET, _CSV, _DATABASE = (".parquet",), (".csv", ".csv.gz", ".tsv", ".tsv.gz"), (".duckdb", ".ddb")
_VIEW = "the rows"
_KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(("DOUBLE", "FLOAT"), "number"),
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"), "whole"),
    **dict.fromkeys(("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"), "whole"),
    **dict.fromkeys(("DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"), "moment"),
    "BOOLEAN": "truth",
    "VARCHAR": "text",
}


class DuckTable(SqlTable):
    """A table that DuckDB scans."""

    engine = "duckdb"
    version = duckdb.__version__
    dialect = DUCKDB

    def __init__(self, table: str, asked: Asked, *, memory: str = MEMORY, threads: int | None = None) -> None:
        """Open a table for reading.

        Args:
            table: A Parquet or CSV file, a folder of either, a pattern of paths such as ``lake/*/part.parquet``, or a
                table of a database file, as ``bank.duckdb:customers``.
            asked: What of it a recipe is about.
            memory: What DuckDB may take.
            threads: How many of them; by default as it likes.

        Raises:
            DataError: If it is not there, or nothing that can be read.
        """
        self.asked, self.name = asked, Path(table).name
        self._files: list[str] = []
        self._spill = tempfile.mkdtemp(prefix="segments-")
        config: dict[str, Any] = {
            "memory_limit": memory,
            "temp_directory": self._spill,
            "preserve_insertion_order": False,
        }
        if threads is not None:
            config["threads"] = threads
        try:
            self._database = self._opened(table, config)
            self._columns = self._database.execute(f"DESCRIBE {self.source}").fetchall()
        except (duckdb.Error, OSError) as error:
            self.close()
            raise DataError(
                f"{self.name} cannot be read as a table ({clean_name(str(error), 200)}): check it."
            ) from error
        except DataError:
            self.close()
            raise

    def _opened(self, table: str, config: dict[str, Any]) -> duckdb.DuckDBPyConnection:
        path, mark, inside = table.rpartition(":")
        if mark and path.endswith(_DATABASE):
            self.source, self.name = ".".join(DUCKDB.quoted(part) for part in inside.split(".")), inside
            return duckdb.connect(path, read_only=True, config=config)
        database = duckdb.connect(config=config)
        self.source = DUCKDB.quoted(_VIEW)
        files, ending = _files(table)
        _check_names(files, ending, self.name)
        self._files, self._is_parquet = files, ending in _PARQUET
        if self._is_parquet:
            rows = database.read_parquet(files)
        else:
            # cells are read as the text that they are: what a column holds is the recipe's matter, not a guess's
            rows = database.read_csv(files, all_varchar=True, header=True)  # type: ignore[arg-type] # it takes several
        rows.create_view(_VIEW)
        return database

    @property
    def opening(self) -> Mapping[str, str]:
        """The view of the files."""
        if not self._files:
            return {}
        paths = ", ".join("'{}'".format(path.replace("'", "''")) for path in self._files)
        how = (
            f"read_parquet([{paths}])"
            if self._is_parquet
            else f"read_csv([{paths}], all_varchar = true, header = true)"
        )
        return {"The table": f"CREATE TEMP VIEW {self.source} AS SELECT * FROM {how};\n"}  # noqa: S608 - printed alone

    def kinds(self) -> Mapping[str, Kind]:
        """What each column holds."""
        return {name: _kind(type_) for name, type_, *_ in self._columns}

    def _ask(self, text: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        return self._stoppable(lambda: self._database.execute(text, dict(values)).fetchall())

    def _fetch(self, text: str, values: Mapping[str, Any]) -> pa.Table:
        return self._stoppable(lambda: self._database.sql(text, params=dict(values)).to_arrow_table())

    def _stoppable(self, work: Callable[[], T]) -> T:
        """Ask so that Ctrl+C is heard at once.

        DuckDB looks for it itself only between the pieces of work of the thread that asked: where other work takes the
        processors that may be once, when a statement is over.
        """
        return stoppable(work, self._database.interrupt)

    def _may_pass(self, error: Exception) -> bool:
        return isinstance(error, duckdb.IOException | duckdb.ConnectionException)

    def label(self, out: str, kept: Sequence[str]) -> Mapping[int, int]:
        """Write the segment of every row to a Parquet or CSV file."""
        parent_of(out)
        if not out.endswith((".parquet", ".csv")):
            raise DataError(f"Write to a file that ends in .parquet or .csv. Got {Path(out).name}.")
        written = self.labelled(kept)

        def write() -> Mapping[int, int]:
            with whole(Path(out)) as draft:
                rows = self._database.sql(written.text, params=written.statement.values)
                return _write(rows.to_arrow_reader(_AT_ONCE), draft, is_csv=out.endswith(".csv"))

        return self.again(lambda: self._stoppable(write))

    def close(self) -> None:
        """Let go of the database and of what was spilt."""
        if hasattr(self, "_database"):
            self._database.close()
        shutil.rmtree(self._spill, ignore_errors=True)


def _files(table: str) -> tuple[list[str], str]:
    """The files behind a path, and how they end."""
    endings = (*_PARQUET, *_CSV)
    path = Path(table)
    if path.is_dir():
        there = sorted(file for file in path.rglob("*") if file.is_file() and not file.name.startswith((".", "_")))
        for kind in (_PARQUET, _CSV):
            if files := [str(file) for file in there if file.name.lower().endswith(kind)]:
                return files, kind[0]
        raise DataError(f"{path.name} holds no Parquet and no CSV file: name another folder.")
    ending = next((ending for ending in endings if table.lower().endswith(ending)), "")
    if not ending and "*" not in table and not path.exists():
        raise DataError(f"There is no file and no folder {table}: check its name.")
    if not ending:
        raise DataError(
            f"{path.name} is no folder, no file that ends in .parquet or .csv, and no table of a database file, named "
            "as bank.duckdb:customers."
        )
    if "://" not in table and "*" not in table and not path.is_file():
        raise DataError(f"There is no file {table}: check its name.")
    return [table], ending


def _check_names(files: Sequence[str], ending: str, name: str) -> None:
    """Refuse columns that differ by upper and lower case alone, which DuckDB would call by other names."""
    if not Path(files[0]).is_file():
        return
    names = pq.read_schema(files[0]).names if ending in _PARQUET else open_table(Path(files[0])).names
    if len({one.casefold() for one in names}) < len(names):
        raise DataError(f"{name} has two columns whose names differ by upper and lower case alone: rename one.")


def _kind(type_: str) -> Kind:
    """What a column of DuckDB holds."""
    if type_.startswith("DECIMAL"):
        return "number"
    if type_.startswith("ENUM"):
        return "text"
    return _KINDS.get(type_, "moment" if type_.startswith("TIMESTAMP") else "other")


def _write(batches: pa.RecordBatchReader, draft: Path, *, is_csv: bool) -> Mapping[int, int]:
    """Write rows to a file; how many of them each segment has."""
    counted: Counter[int] = Counter()
    origin = ParquetSource(draft, batches.schema.names, ())
    sink = CsvSink(draft, origin) if is_csv else ParquetSink(draft, origin, {}, set())
    with sink:
        for batch in batches:
            sink.write(batch)
            for pair in batch.column(len(batch.schema) - ADDED).value_counts():
                counted[pair["values"].as_py()] += pair["counts"].as_py()
    return counted
