"""How much memory this server has: all of its machine's, or as much of it as its container may use."""

from __future__ import annotations

import os
from pathlib import Path

CONTAINER = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
"""Where Linux says what a container may use, by its newer and its older way; without a limit "max" or far too much."""


def memory() -> int | None:
    """Bytes of memory; None where the system does not say."""
    return min((size for size in (_physical(), *map(_limit, CONTAINER)) if size is not None), default=None)


def _physical() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):  # Windows, or a system without these names
        return None


def _limit(path: Path) -> int | None:
    try:
        said = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeError):
        return None
    return int(said) if said.isdigit() else None
