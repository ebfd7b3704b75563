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
    """The map worker of a server, if one was started."""
    return _child(server, "lib.layouts.fit.process")


def solver_of(server: int) -> int | None:
    """The process that solves for a server, if one was started."""
    return _child(server, "lib.solvers.process")


def _child(server: int, module: str) -> int | None:
    return next((pid for pid in _children(server) if module in _command(pid)), None)


def _children(server: int) -> list[int]:
    return [int(stat.parent.name) for stat in PROC.glob("[0-9]*/stat") if _fields(stat)[1:2] == [str(server)]]


def _command(pid: int) -> list[str]:
    try:
        return (PROC / str(pid) / "cmdline").read_text(encoding="utf-8", errors="replace").split("\0")
    except OSError:
        return []


def wait_until_idle(server: int, seconds: float = 3.0) -> None:
    """Wait until neither a server nor what works for it has used a tenth of a second of processor time for so long.

    A server that ends is idle; without /proc nobody knows, and nothing is waited for.
    """
    if not PROC.exists():
        return
    ended = os.pidfd_open(server)
    try:
        before, now = -1.0, used(server)
        while abs(now - before) > 0.1 and not select.select([ended], [], [], seconds)[0]:
            before, now = now, used(server)
    finally:
        os.close(ended)


def _status(pid: int, field: str) -> float | None:
    try:
        lines = (PROC / str(pid) / "status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(field)), None)


def used(pid: int) -> float:
    """Seconds of processor time of a process and those that work for it now."""
    return sum(map(_used, [pid, *_children(pid)]))


def _used(pid: int) -> float:
    fields = _fields(PROC / str(pid) / "stat")
    return (int(fields[11]) + int(fields[12])) / TICKS if fields else 0.0


def _fields(stat: Path) -> list[str]:
    """What stands behind a process's name, which may hold blanks itself: state, parent, ..."""
    try:
        return stat.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []
