"""What the project brings in ``data``: checked before it is read, for a bit that a disk flips would change figures."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from lib.errors import DataError

FOLDER = Path(__file__).parents[1] / "data"
DIGESTS = FOLDER / "shipped.sha256"
"""SHA-256 of each file, as ``sha256sum`` writes it; ``python -m data.build.digests`` makes it anew."""


def checked(path: Path) -> str:
    """The SHA-256 of a shipped file, found once for as long as the file stays as it is.

    Args:
        path: A file that ``DIGESTS`` lists.

    Raises:
        DataError: If it is not there, or not the one that was shipped.
    """
    try:
        status = path.stat()
        digest = _digest(path, status.st_size, status.st_mtime_ns)
    except OSError as error:
        raise DataError(f"data/{path.name} cannot be read: fetch this project anew.") from error
    if digest != recorded().get(path.name):
        raise DataError(f"data/{path.name} is damaged: fetch this project anew.")
    return digest


def recorded() -> Mapping[str, str]:
    """SHA-256 by the name of the file; none where the list cannot be read."""
    try:
        status = DIGESTS.stat()
        return _listed(DIGESTS, status.st_size, status.st_mtime_ns)
    except (OSError, ValueError):
        return {}


@lru_cache(1)
def _listed(path: Path, _size: int, _mtime_ns: int) -> Mapping[str, str]:
    lines = path.read_text(encoding="ascii").splitlines()
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


@lru_cache(64)
def _digest(path: Path, _size: int, _mtime_ns: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
