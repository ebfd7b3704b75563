"""Tables of any length written in pieces: CSV whose cells cannot start a formula, Parquet with its types.

Where a table came from lies in a file beside the CSV (see ``lib.tables.csvw``), and in the metadata of the Parquet.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyarrow.types as t

from lib import METADATA
from lib.tables.cells import FORMULA, NUMBER, guarded
from lib.tables.read import Source, as_text

_SPECIAL = (b'"', b"\n", b"\r", b"#", b",", b";", b"\t", b"|")
_STARTS = (b"=", b"+", b"-", b"@", b"\t", b"\r", b"\n", b"\x00", b"\x0b", b"\x0c", *(s.encode() for s in "＝＋－＠"))


class CsvSink:
    """Writes pieces as CSV whose text cells cannot start a formula."""

    def __init__(self, path: Path, source: Source) -> None:
        self._file = path.open("wb")
        self._delimiter = source.delimiter
        self._begun = False

    def write(self, piece: pa.RecordBatch) -> None:
        """Add rows."""
        if not self._begun:
            header = pa.array([[guarded(name)] for name in piece.schema.names]).flatten()
            cells = [header.slice(i, 1) for i in range(len(header))]
            self._file.write(_lines([_quoted(cell) for cell in cells], self._delimiter))
            self._begun = True
        self._file.write(_lines([self._cells(column) for column in piece.columns], self._delimiter))

    def _cells(self, column: pa.Array) -> pa.Array:
        kinds = (t.is_integer, t.is_floating, t.is_boolean, t.is_temporal, t.is_decimal)
        text = as_text(column)
        return text if any(of_kind(column.type) for of_kind in kinds) else _quoted(_guarded(text))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


class ParquetSink:
    """Writes pieces as Parquet; columns of text that hold nothing but numbers become numbers."""

    def __init__(self, path: Path, source: Source, about: Mapping[str, str], texts: set[str]) -> None:
        self._path, self._about, self._texts, self._is_text = path, about, texts, source.is_text
        self._writer: pq.ParquetWriter | None = None

    def write(self, piece: pa.RecordBatch) -> None:
        """Add rows."""
        if self._writer is None:
            self._schema = self._schema_of(piece)
            self._writer = pq.ParquetWriter(self._path, self._schema, compression="zstd")
        columns = [_typed(c, field) for c, field in zip(piece.columns, self._schema, strict=True)]
        self._writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=self._schema))

    def _schema_of(self, piece: pa.RecordBatch) -> pa.Schema:
        schema = piece.schema
        if self._is_text:
            kinds = [
                _kind(c) if f.name not in self._texts else f.type for c, f in zip(piece.columns, schema, strict=True)
            ]
            schema = pa.schema(list(zip(schema.names, kinds, strict=True)), metadata=schema.metadata)
        kept = {key: words for key, words in (schema.metadata or {}).items() if key != METADATA}
        told = {METADATA: json.dumps(dict(self._about), ensure_ascii=False).encode()} if self._about else {}
        return schema.with_metadata({**kept, **told})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writer is not None:
            self._writer.close()


class RetypeError(Exception):
    """A column that began with numbers holds text further down; ``column`` is its name."""

    def __init__(self, column: str) -> None:
        super().__init__(column)
        self.column = column


def _typed(column: pa.Array, field: pa.Field) -> pa.Array:
    if column.type == field.type:
        return column
    try:
        return pc.cast(pc.if_else(pc.equal(column, ""), None, column), field.type)
    except pa.ArrowInvalid as error:
        raise RetypeError(field.name) from error


def _kind(column: pa.Array) -> pa.DataType:
    """What a column of text holds: whole numbers, numbers, or text (leading zeros say that it is no number)."""
    if not t.is_string(column.type):
        return column.type
    filled = pc.if_else(pc.equal(column, ""), None, column)
    if filled.null_count == len(filled) or pc.any(pc.match_substring_regex(filled, r"^[+-]?0\d")).as_py():
        return pa.string()
    for kind in (pa.int64(), pa.float64()):
        try:
            pc.cast(filled, kind)
        except pa.ArrowInvalid:
            continue
        return kind
    return pa.string()


def _guarded(text: pa.Array) -> pa.Array:
    if not _holds(text, _STARTS):
        return text
    risky = pc.and_(pc.match_substring_regex(text, FORMULA), pc.invert(pc.match_substring_regex(text, NUMBER)))
    return pc.if_else(risky, pc.binary_join_element_wise("'", text, ""), text)


def _quoted(text: pa.Array) -> pa.Array:
    if not _holds(text, _SPECIAL):
        return text
    inner = pc.replace_substring(text, '"', '""')
    wrapped = pc.binary_join_element_wise('"', inner, '"', "")
    return pc.if_else(pc.match_substring_regex(text, '["\n\r#,;\t|]'), wrapped, text)


def _holds(text: pa.Array, signs: Sequence[bytes]) -> bool:
    """Whether any cell may hold one of ``signs``: one look at the bytes spares one at every cell."""
    buffer = text.buffers()[2]
    content = buffer.to_pybytes() if buffer is not None else b""
    return any(sign in content for sign in signs)


def _lines(cells: list[pa.Array], delimiter: str) -> bytes:
    """Rows of cells as lines of text."""
    last = pc.binary_join_element_wise(cells[-1], "", "\n", null_handling="replace", null_replacement="")
    joined = pc.binary_join_element_wise(*cells[:-1], last, delimiter, null_handling="replace", null_replacement="")
    offsets = np.frombuffer(joined.buffers()[1], dtype=np.int32)[joined.offset : joined.offset + len(joined) + 1]
    content: bytes = joined.buffers()[2].slice(int(offsets[0]), int(offsets[-1] - offsets[0])).to_pybytes()
    return content
