"""Finished coordinates on disk: shipped ones for the sample, a bounded cache for everything else."""

from __future__ import annotations

import contextlib
import json
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from lib.layouts.fitted import Fitted
from lib.tables.sealed import check, sealed, seals
from lib.tables.whole import whole

_ROOT = Path(__file__).parents[2]
SHIPPED = _ROOT / "data" / "maps"

LIMIT_BYTES = 200 * 2**20
"""Of the cache folder; what was used longest ago goes first."""

_KEY = b"household_segments_map"

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Store:
    """Folders of maps, one Parquet file each, named by what the map is of.

    A file that is damaged, or is of something else, is taken for absent; nothing that goes wrong here costs more
    than the time of another fit.

    Attributes:
        cache: Folder that is written to; None where nothing may be.
        shipped: Folder that is only read, looked into first.
        limit: Bytes that ``cache`` may hold.
    """

    cache: Path | None
    shipped: Path | None = SHIPPED
    limit: int = LIMIT_BYTES

    def load(self, key: str, of: Mapping[str, Any], rows: NDArray[np.intp]) -> Fitted | None:
        """The finished map, if there is one.

        Args:
            key: Name of the file.
            of: What the map is of; it must be what the file says.
            rows: Positions of the members drawn; they must be those of the file.
        """
        for folder in filter(None, (self.shipped, self.cache)):
            path = folder / f"{key}.parquet"
            found = _read(path, of, rows)
            if found is not None:
                if folder == self.cache:
                    with contextlib.suppress(OSError):
                        os.utime(path)
                return found
        return None

    def keep(self, key: str, of: Mapping[str, Any], rows: NDArray[np.intp], fitted: Fitted) -> None:
        """Write a map, whole or not at all; then make room."""
        if self.cache is None:
            return
        x, y = np.ascontiguousarray(fitted.coordinates.T, dtype=np.float32)
        table = pa.table({"x": x, "y": y, "row": rows.astype(np.int32)})
        table = sealed(table, _KEY, {"of": dict(of), "figures": dict(fitted.figures)})
        with contextlib.suppress(OSError):
            self.cache.mkdir(parents=True, exist_ok=True)
            with whole(self.cache / f"{key}.parquet") as draft:
                pq.write_table(table, draft, **_SMALL)
        self._make_room(self.cache)

    def _make_room(self, cache: Path) -> None:
        """Remove what was used longest ago until the folder is within its limit."""
        files = sorted(_sizes(cache), reverse=True)
        held = 0
        for _, size, path in files:
            held += size
            if held > self.limit:
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)


_SMALL: Mapping[str, Any] = {
    "compression": "zstd",
    "use_dictionary": False,
    "write_statistics": False,
    "column_encoding": {"x": "BYTE_STREAM_SPLIT", "y": "BYTE_STREAM_SPLIT", "row": "DELTA_BINARY_PACKED"},
}


NOWHERE = Store(None, shipped=None)
"""For maps of which nothing may stay."""


def default_store() -> Store:
    """The store of this installation; the environment's ``MAPS_CACHE`` names another cache folder."""
    named = os.environ.get("MAPS_CACHE")
    return Store(Path(named) if named else _ROOT / "data" / "cache" / "maps")


def _sizes(folder: Path) -> list[tuple[int, int, Path]]:
    """Time of last use, size and path of each map; files that vanish meanwhile are left out."""
    found = []
    with contextlib.suppress(OSError):
        for path in folder.glob("*.parquet"):
            with contextlib.suppress(OSError):
                status = path.stat()
                found.append((status.st_mtime_ns, status.st_size, path))
    return found


def _read(path: Path, of: Mapping[str, Any], rows: NDArray[np.intp]) -> Fitted | None:
    try:
        table = pq.read_table(path, memory_map=False)
        said, checksums = seals(table.schema, _KEY)
        check(table, checksums)
        coordinates = np.column_stack([table["x"].to_numpy(), table["y"].to_numpy()]).astype(np.float32)
        sound = said["of"] == json.loads(json.dumps(dict(of))) and np.array_equal(table["row"].to_numpy(), rows)
        if not sound or not np.isfinite(coordinates).all():
            return None
        return Fitted(coordinates, said["figures"])
    except FileNotFoundError:
        return None
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError):
        _log.warning("The finished map %s is damaged, or an earlier version's: it is drawn anew.", path.name)
        return None
