"""Tables of any length read in pieces: CSV as the text it is, Parquet with its types.

Reading CSV as text keeps every column as it was: leading zeros, dates and the number of decimals alike. No more than
one piece is ever in memory.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv
import pyarrow.parquet as pq

from lib import METADATA
from lib.errors import DataError
from lib.tables import csvw, remarks

BLOCK = 2**20
"""Bytes of a CSV file taken at a time."""

CELLS = 500_000
"""Cells of a Parquet file taken at a time."""

_FEW_ROWS, _ROWS_IN_A_BYTE = 2_000_000, 4
"""A table of as many rows may say what it likes; a larger one has a byte for every so many of them, packed as it is."""

_DELIMITERS = ",;\t|"
_NUMERIC = r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$"


class Source(Protocol):
    """A table that is read in pieces."""

    @property
    def names(self) -> list[str]:
        """Names of the columns."""
        ...

    @property
    def comments(self) -> tuple[str, ...]:
        """Where a table came from, as far as it says so: "label: words" each."""
        ...

    @property
    def delimiter(self) -> str:
        """What parts the cells of a CSV file."""
        ...

    @property
    def is_text(self) -> bool:
        """Whether all its columns are read as text."""
        ...

    def pieces(self) -> Iterator[pa.RecordBatch]:
        """The rows, piece by piece; may be asked for again."""
        ...


@dataclass(frozen=True)
class CsvSource:
    """A CSV file (``.csv``, ``.tsv``, ``.txt``, also ``.gz``), every column as text.

    Where it came from is told by what lies beside it (see ``lib.tables.csvw``), and by remarks above it.
    """

    path: Path
    names: list[str]
    comments: tuple[str, ...]
    delimiter: str
    encoding: str = "utf-8"
    above: int = 0
    is_text: bool = True

    @classmethod
    def open(cls, path: Path, encoding: str = "utf-8") -> CsvSource:
        """Look at the first lines: remarks, delimiter, names of the columns."""
        above, header = _first_lines(path, encoding)
        if not header.strip():
            raise DataError(f"{path.name} is empty: a table needs a line of column names.")
        delimiter = max(_DELIMITERS, key=header.count)
        if _is_named_by_a_remark(above, header, delimiter):
            raise DataError(
                f"{path.name} names its columns in a line that begins with #, as remarks do: take the # away."
            )
        beside = tuple(f" {label}: {words}" for label, words in csvw.facts_beside(path).items())
        found = cls(path, [], (*beside, *remarks.told(above)), delimiter, encoding, len(above))
        with _sentences(path), found._reader() as reader:
            return replace(found, names=list(reader.schema.names))

    def pieces(self) -> Iterator[pa.RecordBatch]:
        """The rows as text, some 1 MB at a time.

        Raises:
            DataError: Also if they are too many for the bytes of the file.
        """
        rows = 0
        with _sentences(self.path), self._reader() as reader:
            for piece in reader:
                rows += len(piece)
                check_rows(self.path, rows)
                yield piece

    def _reader(self) -> pv.CSVStreamingReader:
        return pv.open_csv(
            pa.input_stream(str(self.path), compression="detect"),
            read_options=pv.ReadOptions(
                block_size=BLOCK, skip_rows=self.above, use_threads=True, encoding=self.encoding
            ),
            parse_options=pv.ParseOptions(delimiter=self.delimiter, newlines_in_values=True),
            convert_options=pv.ConvertOptions(
                column_types=dict.fromkeys(self.names, pa.string()), strings_can_be_null=False
            ),
        )


@dataclass(frozen=True)
class ParquetSource:
    """A Parquet file."""

    path: Path
    names: list[str]
    comments: tuple[str, ...]
    delimiter: str = ","
    is_text: bool = False

    @classmethod
    def open(cls, path: Path) -> ParquetSource:
        """Look at its schema; what the app once wrote about it stands for comments."""
        with _sentences(path), pq.ParquetFile(path) as file:
            schema = file.schema_arrow
            nested = [field.name for field in schema if pa.types.is_nested(field.type)]
            if nested:
                raise DataError(f"{path.name} has lists or records in {', '.join(nested[:3])}: leave them out.")
            check_rows(path, file.metadata.num_rows)
            return cls(path, list(schema.names), _told(schema.metadata or {}))

    def pieces(self) -> Iterator[pa.RecordBatch]:
        """The rows, some 500,000 cells at a time."""
        with _sentences(self.path), pq.ParquetFile(self.path) as file:
            yield from file.iter_batches(batch_size=max(1_000, CELLS // max(1, len(self.names))))


def check_rows(path: Path, rows: int) -> None:
    """Check that rows are not so many that the file can say next to nothing of each.

    A kilobyte that is unpacked, row by row, fills a disk.

    Raises:
        DataError: If they are.
    """
    if rows > _FEW_ROWS and rows > _ROWS_IN_A_BYTE * (size := path.stat().st_size):
        raise DataError(
            f"{path.name} unpacks to {rows:,} rows or more, for which {size / 1e6:,.1f} MB are next to nothing: if it "
            "is a table, divide it."
        )


def open_table(path: Path, encoding: str = "utf-8") -> Source:
    """Open a table for reading in pieces, told by the end of its name.

    Args:
        path: CSV (also ``.gz``) or Parquet.
        encoding: Of a CSV file.

    Raises:
        DataError: If it is not there, of another kind, or cannot be read.
    """
    if not path.is_file():
        raise DataError(f"There is no file {path}: check its name.")
    return ParquetSource.open(path) if path.suffix.lower() == ".parquet" else CsvSource.open(path, encoding)


def numbers(column: pa.Array) -> np.ndarray:
    """A column as float64; what is missing or not a number is NaN."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        column = _read_numbers(column)
    elif not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        column = pc.cast(column, pa.float64(), safe=False) if pa.types.is_boolean(column.type) else as_text(column)
        column = column if pa.types.is_floating(column.type) else _read_numbers(column)
    return pc.cast(column, pa.float64(), safe=False).to_numpy(zero_copy_only=False).astype(float)


def _read_numbers(column: pa.Array) -> pa.Array:
    try:
        return pc.cast(column, pa.float64())
    except pa.ArrowInvalid:
        sound = pc.match_substring_regex(column, _NUMERIC)
        return pc.cast(pc.utf8_trim_whitespace(pc.if_else(sound, column, None)), pa.float64())


def as_text(column: pa.Array) -> pa.Array:
    """A column as text, numbers as they are usually written."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    return column if pa.types.is_string(column.type) else pc.cast(column, pa.string(), safe=False)


def _first_lines(path: Path, encoding: str) -> tuple[tuple[str, ...], str]:
    """Lines above a table, and the line of column names."""
    above: list[str] = []
    with _sentences(path), pa.input_stream(str(path), compression="detect") as stream:
        start = stream.read(2**20)
    if encoding == "utf-8" and start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise DataError(f"{path.name} is in UTF-16: save it as “CSV UTF-8” and try again.")
    for line in start.decode(encoding.replace("utf-8", "utf-8-sig"), errors="replace").splitlines():
        if not remarks.is_above(line):
            return tuple(above), line
        above.append(line)
    return tuple(above), ""


def _is_named_by_a_remark(above: tuple[str, ...], first: str, delimiter: str) -> bool:
    """Whether the first line below the remarks is a row of numbers, and the last remark has as many cells."""
    cells = first.split(delimiter)
    return len(cells) > 1 and remarks.names_columns(above, delimiter, len(cells)) and any(map(_is_number, cells))


def _is_number(cell: str) -> bool:
    return re.match(_NUMERIC, cell) is not None


def _told(metadata: dict[bytes, bytes]) -> tuple[str, ...]:
    try:
        told: Any = json.loads(metadata.get(METADATA, b"{}"))
        return tuple(f" {label}: {words}" for label, words in told.items())
    except (ValueError, AttributeError):
        return ()


@contextmanager
def _sentences(path: Path) -> Iterator[None]:
    """What Arrow says about a bad file, in a sentence."""
    try:
        yield
    except (pa.ArrowException, OSError, UnicodeError) as error:
        reason = " ".join(str(error).split())[:160]
        if "UTF8" in reason or "utf-8" in reason:
            raise DataError(f"{path.name} is not in UTF-8: save it as “CSV UTF-8” and try again.") from error
        raise DataError(f"{path.name} cannot be read as a table ({reason}): check the file.") from error
