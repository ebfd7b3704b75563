"""Tables that we keep for ourselves, with checksums: a bit that a disk or a copy flips is noticed where it is read.

Parquet's own checksums are of its pages only. These are of what was read: of each column's type and values, and of
what is said of the table.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa


def sealed(table: pa.Table, key: bytes, said: Mapping[str, Any]) -> pa.Table:
    """A table whose metadata hold, under ``key``, what is said of it and the checksums of it all.

    Args:
        table: Columns of numbers, texts or bytes.
        key: Of the metadata; all others go.
        said: What is said of the table, as JSON can say it.
    """
    content = {"said": dict(said), "columns": {name: _checksum(table[name]) for name in table.column_names}}
    whole = {**content, "seal": _seal(content)}
    return table.replace_schema_metadata({key: json.dumps(whole).encode()})


def seals(schema: pa.Schema, key: bytes) -> tuple[dict[str, Any], dict[str, int]]:
    """What is said of a table, and the checksum of each of its columns.

    Raises:
        KeyError, TypeError, ValueError: If it is not as it was sealed.
    """
    content = json.loads(schema.metadata[key])
    seal = content.pop("seal")
    if seal != _seal(content) or list(content["columns"]) != schema.names:
        raise ValueError("what is said of the table was changed")
    return content["said"], content["columns"]


def check(table: pa.Table, columns: Mapping[str, int]) -> None:
    """Check columns that were read.

    Args:
        table: Some or all columns of a sealed table, all its rows.
        columns: Their checksums.

    Raises:
        KeyError, ValueError: If they are not as they were sealed.
    """
    for name in table.column_names:
        if _checksum(table[name]) != columns[name]:
            raise ValueError(f"column {name} was changed")


def _seal(content: Mapping[str, Any]) -> int:
    return zlib.crc32(json.dumps(content, sort_keys=True).encode())


def _checksum(column: pa.ChunkedArray) -> int:
    values = column.to_numpy()
    if values.dtype == object:
        content = b"\0".join(one if isinstance(one, bytes) else str(one).encode() for one in values)
    else:
        content = np.ascontiguousarray(values).tobytes()
    return zlib.crc32(content, zlib.crc32(f"{column.type} {len(column)}".encode()))
