"""Spark: a lake or a catalogue, asked in SQL through a session of this machine, a cluster, or Spark Connect."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pyspark
from pyspark.errors import AnalysisException, IllegalArgumentException, ParseException, PySparkException
from pyspark.sql import DataFrame, SparkSession

from lib.engines.sql import SqlTable
from lib.engines.statement import Dialect, Kind
from lib.engines.table import Asked, parent_of
from lib.errors import DataError
from lib.segments.apply.command import unused
from lib.tables.cells import clean_name

SPARK = Dialect(
    name="spark",
    mark="`",
    holder=":{}",
    real="DOUBLE",
    text="STRING",
    big="BIGINT",
    matches="{} RLIKE {}",
    as_number="TRY_CAST({} AS DOUBLE)",
    days="(UNIX_MILLIS(CAST({} AS TIMESTAMP)) / 86400000D)",
)

_KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(("byte", "short", "integer", "long", "tinyint", "smallint", "int", "bigint"), "whole"),
    **dict.fromkeys(("float", "double", "decimal"), "number"),
    **dict.fromkeys(("date", "timestamp", "timestamp_ntz"), "moment"),
    **dict.fromkeys(("string", "varchar", "char"), "text"),
    "boolean": "truth",
}
_SETTINGS: Mapping[str, str] = {"spark.sql.caseSensitive": "true", "spark.sql.session.timeZone": "UTC"}
_OURS: Mapping[str, str] = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}
"""What is said to a Spark that is started here."""

_FOR_GOOD = (AnalysisException, IllegalArgumentException, ParseException)
_CONNECT = "sc://"


class SparkTable(SqlTable):
    """A table that Spark scans."""

    engine = "spark"
    version = pyspark.__version__
    dialect = SPARK

    def __init__(self, table: str, asked: Asked, *, address: str = "") -> None:
        """Open a table for reading.

        Args:
            table: A Parquet or CSV file or folder, as Spark's machines see it, or a table of its catalogue.
            asked: What of it a recipe is about.
            address: ``sc://host:15002`` of a Spark Connect server, or a master such as ``local[2]``; by default the
                session that is there, or one as the environment has it.

        Raises:
            DataError: If Spark does not start, or there is no such table.
        """
        self.asked, self.name = asked, table.rstrip("/").rpartition("/")[2]
        there = SparkSession.getActiveSession() is not None
        self._session = _session(address)
        self._is_ours = not there and not address.startswith(_CONNECT)
        self._is_near = not address.startswith(_CONNECT) and _master(self._session).startswith("local")
        self._view = f"segments_{uuid4().hex}"
        self.source = SPARK.quoted(self._view)
        try:
            rows = self._read(table)
            self._columns = [(field.name, field.dataType.typeName()) for field in rows.schema.fields]
            rows.createOrReplaceTempView(self._view)
        except PySparkException as error:
            self.close()
            raise DataError(f"{table} cannot be read ({clean_name(str(error), 200)}): check its name.") from error

    def _read(self, table: str) -> DataFrame:
        for name, value in _SETTINGS.items():
            self._session.conf.set(name, value)
        if table.endswith((".csv", ".csv.gz", ".csv/")):
            return self._session.read.csv(table, header=True)
        if "/" in table or table.endswith(".parquet") or Path(table).exists():
            return self._session.read.parquet(table)
        return self._session.table(".".join(SPARK.quoted(part) for part in table.split(".")))

    def kinds(self) -> Mapping[str, Kind]:
        """What each column holds."""
        return {name: _KINDS.get(type_.partition("(")[0], "other") for name, type_ in self._columns}

    def _ask(self, text: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self._session.sql(text, args=dict(values)).collect()]

    def _fetch(self, text: str, values: Mapping[str, Any]) -> pa.Table:
        return self._session.sql(text, args=dict(values)).toArrow()

    def _may_pass(self, error: Exception) -> bool:
        return not isinstance(error, _FOR_GOOD)

    def label(self, out: str, kept: Sequence[str]) -> Mapping[int, int]:
        """Write the segment of every row to a folder of Parquet.

        Beside this machine's Spark it is written elsewhere and takes its place at the end; on a cluster Spark's own
        mark ``_SUCCESS`` says that it is whole.
        """
        written, segment = self.labelled(kept), SPARK.quoted(unused(kept)[0])
        target = parent_of(out) / f".{Path(out).name}.{uuid4().hex}.part" if self._is_near else Path(out)
        place = str(target) if self._is_near else out

        def write() -> Mapping[int, int]:
            rows = self._session.sql(written.text, args=dict(written.statement.values))
            rows.write.mode("errorifexists").parquet(place)
            counted = self._session.read.parquet(place).groupBy(segment).count().collect()
            return {int(number): int(count) for number, count in counted}

        try:
            found = self.again(write)
            if self._is_near:
                target.rename(out)
            return found
        finally:
            if self._is_near:
                shutil.rmtree(target, ignore_errors=True)

    def close(self) -> None:
        """Forget the table, and end the Spark that was started for it."""
        self._session.catalog.dropTempView(self._view)
        if self._is_ours:
            self._session.stop()


def _session(address: str) -> SparkSession:
    there = SparkSession.getActiveSession()
    if there is not None and not address:
        return there
    builder = SparkSession.builder.appName("Household Segments")
    if address.startswith(_CONNECT):
        builder = builder.remote(address)
    else:
        for name, value in _OURS.items():
            builder = builder.config(name, value)
        builder = builder.master(address) if address else builder
    try:
        return builder.getOrCreate()
    except Exception as error:
        said = clean_name(str(error), 200)
        raise DataError(f"Spark does not start ({said}): it needs Java 17, or an address with --spark.") from error


def _master(session: SparkSession) -> str:
    return str(session.conf.get("spark.master", ""))
