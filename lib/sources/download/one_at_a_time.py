"""One download at a time in a folder, across threads and processes."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path

from filelock import BaseFileLock, FileLock, SoftFileLock, Timeout

from lib.errors import DownloadError
from lib.sources.download.limits import Clock, Progress

NAME = ".scf.lock"
_WHERE_NOTHING_LOCKS = ".scf.held"
_NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP})


@contextlib.contextmanager
def alone(folder: Path, clock: Clock, progress: Progress) -> Iterator[None]:
    """Hold the lock of ``folder`` for the length of a ``with`` block.

    The operating system holds the lock, not the mere presence of a file: a process that dies lets go of it.

    Args:
        folder: An existing folder; the lock file is put into it and removed again.
        clock: How long to wait, and how often to look.
        progress: Called with ``(0, None)`` again and again while another download runs; what it raises ends the wait.

    Raises:
        DownloadError: If the other download outlasts the time left.
        OSError: If the folder cannot be written.
    """
    lock = _taken(folder, clock, progress)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):  # Windows keeps files that are open; there the release removes it
            (folder / NAME).unlink(missing_ok=True)  # who waits for this very file sees that, and makes another
        lock.release()


def _taken(folder: Path, clock: Clock, progress: Progress) -> BaseFileLock:
    try:
        return _acquired(FileLock(folder / NAME), clock, progress)
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
    # some network drives know no locks: there a file with the process's number has to do
    return _acquired(SoftFileLock(folder / _WHERE_NOTHING_LOCKS), clock, progress)


def _acquired(lock: BaseFileLock, clock: Clock, progress: Progress) -> BaseFileLock:
    def is_enough() -> bool:
        progress(0, None)
        return False

    try:
        lock.acquire(timeout=clock.left, poll_interval=clock.limits.poll, cancel_check=is_enough)
    except Timeout as error:
        raise DownloadError(
            f"Another download has been running for {clock.limits.deadline:.0f} seconds: let it end, then try again."
        ) from error
    return lock
