"""Parquet, Stata and tables of Arrow: what brings types of its own."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lib.errors import DataError
from lib.tables.files import MEGABYTE, any_error_as, shown
from lib.tables.own import raw
from lib.tables.own.limits import MAX_ROWS, MAX_UNPACKED
from lib.tables.own.packed import Bare
from lib.tables.own.raw import Raw

_PIECE = 100_000
_IN_A_SECOND = MappingProxyType({"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9})
_YEAR_1, _YEAR_10_000 = -62_135_596_800, 253_402_300_800
"""Where years of four digits begin and end, in seconds since 1970."""

_NO_TEXT = "values that are neither numbers nor dates nor text"
_NO_YEAR = "dates before the year 1 or after the year 9999"
_UNREADABLE = dict.fromkeys((pa.timestamp("s").id, pa.date32().id, pa.date64().id), _NO_YEAR)


def of_arrow(name: str, table: pa.Table, notes: tuple[str, ...] = ()) -> Raw:
    """A table of Arrow whose columns are not nested.

    Args:
        name: What the person calls it.
        table: With at least one row.
        notes: What else is worth knowing of it, a sentence each.

    Raises:
        DataError: One sentence on what is wrong and what to do.
    """
    names = tuple(table.column_names)
    if nested := [shown(field.name) for field in table.schema if pa.types.is_nested(field.type)]:
        raise DataError(f"{name} has lists or records in column {nested[0]}: leave it out or spread it out.")
    raw.check_width(name, len(names))
    raw.check_length(name, len(table), len(names))
    return replace(_raw(name, _in_few_types(name, names, table.columns), names, {}, {}), notes=notes)


def read_parquet(file: Bare) -> Raw:
    """Read a Parquet file whose columns are not nested.

    Raises:
        DataError: One sentence on what is wrong and what to do.
    """
    damaged = f"{file.name} is a Parquet file that is damaged or of an unknown kind: make it again."
    with any_error_as(damaged), pq.ParquetFile(file.path) as parquet:
        schema = parquet.schema_arrow
        if nested := [shown(field.name) for field in schema if pa.types.is_nested(field.type)]:
            raise DataError(f"{file.name} has lists or records in column {nested[0]}: leave it out or spread it out.")
        raw.check_width(file.name, len(schema))
        raw.check_length(file.name, parquet.metadata.num_rows, len(schema))
        size = sum(parquet.metadata.row_group(at).total_byte_size for at in range(parquet.num_row_groups))
        if size > MAX_UNPACKED:
            raise DataError(f"{file.name} unpacks to more than {MAX_UNPACKED // MEGABYTE:,} MB: leave out columns.")
        names = tuple(schema.names)
        pieces, rows, held = [], 0, 0
        for batch in parquet.iter_batches(batch_size=_PIECE):
            piece = _in_few_types(file.name, names, [pa.chunked_array([one]) for one in batch.columns])
            rows, held = rows + len(piece), held + piece.nbytes
            raw.check_length(file.name, rows, len(names))
            if held > 2 * MAX_UNPACKED:  # repeated text is short in the file and long here
                raise DataError(f"{file.name} unpacks to more than 2 GB: leave out columns of text.")
            pieces.append(piece)
    if not rows:
        raise DataError(f"{file.name} has columns and no rows: choose a table with rows.")
    return _raw(file.name, pa.concat_tables(pieces, promote_options="permissive"), names, {}, {})


def read_stata(file: Bare) -> Raw:
    """Read a Stata file; its labels stay beside its codes, so that labels may repeat.

    Raises:
        DataError: One sentence on what is wrong and what to do.
    """
    damaged = f"{file.name} is a Stata file that is damaged or of an unknown version: save it again."
    with contextlib.ExitStack() as opened:
        with any_error_as(damaged):
            reader = opened.enter_context(pd.read_stata(file.path, convert_categoricals=False, iterator=True))
            told = dict(reader.variable_labels())
        raw.check_width(file.name, len(told))
        with any_error_as(damaged):
            frame = reader.read(nrows=MAX_ROWS + 1)
            sets = reader.value_labels()
            # pandas tells the sets of labels by their names, and which column uses which only here
            used = dict(zip(frame.columns, getattr(reader, "_lbllist", []), strict=False))
    names = tuple(str(column) for column in frame.columns)
    raw.check_length(file.name, len(frame), len(names))
    if not len(frame):
        raise DataError(f"{file.name} has columns and no rows: choose a table with rows.")
    levels: dict[int, Mapping[float, str]] = {}
    for at, name in enumerate(names):
        if labels := sets.get(used.get(name, ""), {}):
            levels[at] = {float(code): str(label) for code, label in labels.items()}
    columns = [pa.chunked_array([pa.array(frame[name], from_pandas=True)]) for name in names]
    labels = {at: told[name] for at, name in enumerate(names) if told.get(name)}
    return _raw(file.name, _in_few_types(file.name, names, columns), names, labels, levels)


def _raw(
    name: str, table: pa.Table, names: tuple[str, ...], told: Mapping[int, str], levels: dict[int, Mapping[float, str]]
) -> Raw:
    raw.check_cells(name, names, table)
    numbers = np.arange(len(table), dtype=np.int64) + 2
    return Raw(table=table, names=names, row_numbers=numbers, told=told, levels=levels)


def _in_few_types(name: str, names: Sequence[str], columns: Sequence[pa.ChunkedArray]) -> pa.Table:
    """Columns called by their places, in the types that are told apart here.

    Raises:
        DataError: A sentence that names the column, if it holds what none of these can hold.
    """
    found = []
    for column_name, column in zip(names, columns, strict=True):
        try:
            found.append(_simple(column))
        except pa.ArrowException as error:
            raise DataError(
                f"{name}, column {shown(column_name)}, holds {_UNREADABLE.get(column.type.id, _NO_TEXT)}: mend it, or "
                "leave the column out."
            ) from error
    return pa.Table.from_arrays(found, [str(place) for place in range(len(found))])


def _simple(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column as one of the types that are told apart here: text, numbers, truth values, moments."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _simple(pc.cast(column, kind.value_type))
    if pa.types.is_string(kind):
        column.validate(full=True)  # a file may hold any bytes as text
        return column
    if pa.types.is_boolean(kind):
        return column
    if pa.types.is_timestamp(kind):
        return _moments(column)
    if pa.types.is_integer(kind):
        return column if not pa.types.is_uint64(kind) else _signed(column)
    if pa.types.is_floating(kind):
        # a NaN in a file is a missing value
        wide = pc.cast(column, pa.float64())
        return pc.if_else(pc.is_nan(wide), pa.scalar(None, pa.float64()), wide)
    if pa.types.is_decimal(kind):
        return pc.cast(column, pa.float64(), safe=False)
    if pa.types.is_date(kind):
        return _moments(pc.cast(column, pa.timestamp("s" if pa.types.is_date32(kind) else "ms")))
    return pc.cast(column, pa.string())


def _signed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whole numbers with room for a sign, or rounded where they are too large for that."""
    largest = pc.max(column).as_py() or 0
    return pc.cast(column, pa.int64() if largest < 2**63 else pa.float64(), safe=False)


def _moments(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Moments in milliseconds, which any year that has four digits fits into.

    Raises:
        ArrowInvalid: If one is before the year 1 or after the year 9999: it would come out as another.
    """
    counts, in_a_second = pc.cast(column, pa.int64()), _IN_A_SECOND[column.type.unit]
    ends = pc.min_max(counts).as_py()
    if ends["min"] is not None and not (
        _YEAR_1 * in_a_second <= ends["min"] and ends["max"] < _YEAR_10_000 * in_a_second
    ):
        raise pa.ArrowInvalid("a moment in no year of four digits")
    return pc.cast(column, pa.timestamp("ms"), safe=False)
