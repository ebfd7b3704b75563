"""What every process that works for the server does first: keep its streams to itself, and let the server go first."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import BinaryIO


def own_streams() -> tuple[BinaryIO, BinaryIO]:
    """Streams that no library writes to by accident: what is printed goes to the server's error output."""
    inlet, outlet = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return inlet, outlet


def be_modest(memory_mb: int) -> None:
    """Less processor time, at most so many megabytes, and the first to go when the system's memory runs out."""
    if hasattr(os, "nice"):
        os.nice(5)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("800", encoding="ascii")
    if sys.platform != "win32":
        import resource

        # data and not address space: compiled code reserves far more addresses than it ever uses
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_DATA, (memory_mb * 2**20, memory_mb * 2**20))
