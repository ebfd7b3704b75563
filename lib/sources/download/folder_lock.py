"""One at a time in a folder, across threads and processes, by a lock that dies with its holder."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[str]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

    def _unlock(file: IO[str]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(file: IO[str]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(file: IO[str]) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)


NAME = ".scf.lock"
_ONE_THREAD = threading.Lock()


@contextlib.contextmanager
def alone(folder: Path, wait: Callable[[], None]) -> Iterator[None]:
    """Hold the lock of ``folder`` for the length of a ``with`` block.

    The operating system holds the lock, not the mere presence of a file: a process that dies lets go of it.

    Args:
        folder: An existing folder; the lock file is put into it and removed again.
        wait: Called again and again while somebody else holds the lock. It has to sleep, and ends the wait
            by raising.

    Raises:
        OSError: If the folder cannot be written.
    """
    while not _ONE_THREAD.acquire(blocking=False):
        wait()
    try:
        while (file := _take(folder / NAME)) is None:
            wait()
        try:
            yield
        finally:
            _give_back(folder / NAME, file)
    finally:
        _ONE_THREAD.release()


def _take(path: Path) -> IO[str] | None:
    """The open and locked lock file, or None while another process holds it."""
    file = path.open("a", encoding="ascii")
    try:
        _lock(file)
    except (BlockingIOError, PermissionError):
        file.close()
        return None
    except OSError:
        return file  # some network drives know no locks: there only the threads of this process wait
    if _is_still_there(path, file):
        return file
    file.close()  # its last holder removed it between our opening and our locking it
    return None


def _is_still_there(path: Path, file: IO[str]) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _give_back(path: Path, file: IO[str]) -> None:
    with contextlib.suppress(OSError):  # Windows keeps files that are open: there the empty file stays
        path.unlink()
    with contextlib.suppress(OSError):
        _unlock(file)  # closing alone would not do while a forked child still has the file open
    file.close()
