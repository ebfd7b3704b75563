"""What processes hold, from /proc; None where there is no such thing."""

from __future__ import annotations

import contextlib
import os
import select
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


def held(pid: int) -> float | None:
    """Megabytes that a process holds now."""
    return _status(pid, "VmRSS")


def peak(pid: int) -> float | None:
    """Megabytes that a process has held at most."""
    return _status(pid, "VmHWM")


def forget_peak(pid: int) -> None:
    """Have the peak start from what is held now."""
    with contextlib.suppress(OSError):
        (PROC / str(pid) / "clear_refs").write_text("5", encoding="ascii")


def worker_of(server: int) -> int | None:
    """The child of a server that has held most: the map worker, if one was started."""
    found = [int(stat.parent.name) for stat in PROC.glob("[0-9]*/stat") if _fields(stat)[1:2] == [str(server)]]
    return max(found, key=lambda pid: peak(pid) or 0.0, default=None)


def wait_until_idle(server: int, seconds: float = 3.0) -> None:
    """Wait until neither a server nor its worker has used a tenth of a second of processor time for so long.

    A server that ends is idle; without /proc nobody knows, and nothing is waited for.
    """
    if not PROC.exists():
        return
    pids = [server, *filter(None, [worker_of(server)])]
    ended = os.pidfd_open(server)
    try:
        before, now = -1.0, sum(map(used, pids))
        while now - before > 0.1 and not select.select([ended], [], [], seconds)[0]:
            before, now = now, sum(map(used, pids))
    finally:
        os.close(ended)


def _status(pid: int, field: str) -> float | None:
    try:
        lines = (PROC / str(pid) / "status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(field)), None)


def used(pid: int) -> float:
    """Seconds of processor time."""
    fields = _fields(PROC / str(pid) / "stat")
    return (int(fields[11]) + int(fields[12])) / TICKS if fields else 0.0


def _fields(stat: Path) -> list[str]:
    """What stands behind a process's name, which may hold blanks itself: state, parent, ..."""
    try:
        return stat.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []
