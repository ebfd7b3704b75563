"""How much memory this server has: all of its machine's, as much of it as its container may use, or as it was told."""

from __future__ import annotations

import os
from pathlib import Path

CONTAINER = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
"""Where Linux says what a container may use, by its newer and its older way; without a limit "max" or far too much."""

TOLD = "MEMORY_MB"
"""The environment's word for it, in millions of bytes, where a host lets a container have more than it promises."""

SMALL = 2_000_000_000
"""Bytes; a server with less has to be careful with tables and maps."""

_HELD = Path("/proc/self/smaps_rollup")
_SHARE = "Pss:"
"""Of memory that several processes share, such as libraries, each has its share."""


def memory() -> int | None:
    """Bytes of memory; None where the system does not say."""
    return min((size for size in (_told(), _physical(), *map(_limit, CONTAINER)) if size is not None), default=None)


def is_small() -> bool:
    """Whether this server has little memory, as far as the system says."""
    there = memory()
    return there is not None and there < SMALL


def left() -> int | None:
    """Bytes that this process, were it alone, could still take; None where the system does not say."""
    there, held = memory(), _held()
    return None if there is None or held is None else there - held


def _told() -> int | None:
    said = os.environ.get(TOLD, "").strip()
    return int(said) * 10**6 or None if said.isdecimal() else None


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


def _held() -> int | None:
    try:
        lines = _HELD.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeError):
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(_SHARE)), None)
