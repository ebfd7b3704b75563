"""A Parquet copy of a file of the survey, kept beside it: whole or not at all, and trusted only while it fits."""

from __future__ import annotations

import hashlib
import logging
import os
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from lib import METADATA
from lib.tables.sealed import check, sealed, seals
from lib.tables.whole import whole

T = TypeVar("T")
Seals = Mapping[str, int]
"""Checksum of each column of a copy."""

_log = logging.getLogger(__name__)

VERSION = 3
"""Raise it when the meaning of a copy changes; older copies are then made anew."""


@dataclass(frozen=True)
class Facts:
    """What was learnt when the original was read and checked: fields of ``Dataset``, and which columns nobody answered.

    ``unasked`` names columns that the file has although its wave did not ask: they are missing in the copy.
    """

    name: str
    fingerprint: str
    wave: int | None
    dollars: int | None
    dollar_factor: float
    vintage: str
    notes: tuple[str, ...]
    synthetic: bool = False
    unasked: tuple[str, ...] = ()


def load(path: Path, columns: Sequence[str] | None = None) -> tuple[pd.DataFrame, Facts] | None:
    """The table and facts kept for the file ``path``, or None where no sound copy of it as it is now exists.

    Args:
        path: The original file.
        columns: Columns to load (names that are not there are left out); all by default.
    """
    return first_sound(path, lambda parquet, facts, sums: (read_table(parquet, columns, sums), _facts(facts)))


def names(path: Path) -> tuple[list[str], Facts] | None:
    """Names of all columns of the file ``path``, and facts; None where no sound copy of it as it is now exists."""
    return first_sound(path, lambda parquet, facts, _: (list(parquet.schema_arrow.names), _facts(facts)))


def first_sound(path: Path, look: Callable[[pq.ParquetFile, Any, Seals], T]) -> T | None:
    """What ``look`` finds in a sound copy of the file ``path`` as it is now, or None where there is none.

    Args:
        path: The original file.
        look: Takes the open copy, what was learnt, and the checksums of the columns; a copy at which it raises
            ValueError or an error of Arrow's is not sound.
    """
    for copy in filter(Path.is_file, places(path)):  # opening a pipe would wait for ever
        try:
            parquet = pq.ParquetFile(copy, memory_map=True)
            kept, checksums = seals(parquet.schema_arrow, METADATA)
            if kept["of"] == _identity_of(path):
                return look(parquet, kept["facts"], checksums)
        except (OSError, pa.ArrowException, KeyError, TypeError, ValueError):
            _log.warning("The copy of %s is damaged, or an earlier version's: the file is read again.", path.name)
    return None


def read_table(parquet: pq.ParquetFile, columns: Sequence[str] | None, checksums: Seals | None = None) -> pd.DataFrame:
    """Columns of an open Parquet file as a frame, in the order of the file.

    Raises:
        ValueError: If a column is not what its checksum is of.
    """
    names = None if columns is None else [name for name in parquet.schema_arrow.names if name in set(columns)]
    table = parquet.read(names)
    if checksums is not None:
        check(table, checksums)
    return table.to_pandas(split_blocks=True, self_destruct=True)


def keep(path: Path, frame: pd.DataFrame, facts: Facts) -> None:
    """Keep ``frame`` for ``path``; see ``keep_table``."""
    keep_table(path, pa.Table.from_pandas(_narrow(frame), preserve_index=False), asdict(facts))


def keep_table(path: Path, table: pa.Table, facts: Mapping[str, Any]) -> None:
    """Keep ``table`` for ``path``, beside it or, in a read-only folder, in the user's cache folder.

    A copy is whole or absent. A full disk or a folder that cannot be written costs only the speed of the next read.

    Args:
        path: The original file.
        table: What was read from it.
        facts: What was learnt, as JSON can say it.
    """
    table = sealed(table, METADATA, {"of": _identity_of(path), "facts": dict(facts)})
    for copy in places(path):
        if _write(table, copy):
            return


def _write(table: pa.Table, copy: Path) -> bool:
    """Write the copy, if that can be done here."""
    if not _may_write(copy.parent):
        return False
    try:
        with whole(copy) as draft:
            # measured: of the codecs that keep the file small this one loads fastest, and statistics cost time too
            pq.write_table(
                table,
                draft,
                compression="lz4",
                use_dictionary=False,
                write_statistics=False,
                row_group_size=len(table),
            )
    except OSError:
        return False
    return True


def _may_write(folder: Path) -> bool:
    """Whether the folder takes files; a folder marked read-only is respected even by root."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return bool(folder.stat().st_mode & stat.S_IWUSR) and os.access(folder, os.W_OK)
    except OSError:
        return False


def places(path: Path) -> tuple[Path, Path]:
    """Where a copy of ``path`` may be: beside it, or in the user's cache folder."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    mark = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:16]
    return path.with_name(f"{path.name}.parquet"), home / "household-segments" / f"{path.name}.{mark}.parquet"


def _identity_of(path: Path) -> dict[str, int]:
    status = path.stat()
    return {"version": VERSION, "size": status.st_size, "mtime_ns": status.st_mtime_ns}


def _facts(kept: dict[str, Any]) -> Facts:
    return Facts(**{**kept, "notes": tuple(kept["notes"]), "unasked": tuple(kept["unasked"])})


def _narrow(frame: pd.DataFrame) -> pd.DataFrame:
    """Flags and codes in one byte; amounts keep eight, so that no sum of them can overflow."""
    small = {
        name: "int8" for name in frame.columns if frame[name].dtype.kind == "i" and frame[name].between(-99, 99).all()
    }
    wide = {name: "int64" for name in frame.columns if frame[name].dtype.kind == "i" and name not in small}
    return frame.astype(small | wide)
