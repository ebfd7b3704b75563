"""Where a table lies while it is read, for its readers open files by their names.

What holds:

- On Linux, files up to ``MOST_IN_MEMORY`` are in memory alone (``memfd_create``) and never on a disk of ours; larger
  ones are files without a name in the temporary folder. Both are gone when they are closed and when the process ends,
  however it ends. Other processes of the same user could open them, as they could read this process's memory.
- On macOS and Windows there is nothing of the kind that DuckDB can open: files lie in a temporary folder that only this
  user can enter, which is removed when they are read, after an error too. Only where the process is killed in these
  seconds does the folder stay: on macOS until a server starts there again (``sweep``).

What the system puts into its swap, and what Streamlit or its server keep of an upload, is not decided here.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from lib.errors import DataError
from lib.tables.files import MEGABYTE
from lib.tables.whole import DISK_FULL

MOST_IN_MEMORY = 128 * MEGABYTE


class Room:
    """Room for the files of one reading; ``room`` makes it and clears it away."""

    def __init__(self, stack: contextlib.ExitStack) -> None:
        self._stack = stack
        self._folder: Path | None = None

    def file(self, name: str, size: int) -> Path:
        """An empty file of its own.

        Args:
            name: What it is called where files have names.
            size: About how many bytes it will have.
        """
        return self._nameless(name, size) or self._named(name)

    def _nameless(self, name: str, size: int) -> Path | None:
        if sys.platform != "linux":
            return None
        try:
            if size <= MOST_IN_MEMORY:
                number = os.memfd_create(name)
                self._stack.callback(os.close, number)
            else:
                file = tempfile.TemporaryFile(prefix="table-")  # noqa: SIM115 - the room closes it
                number = self._stack.enter_context(file).fileno()
            # by the number of this process: the reader of workbooks is another one
            path = Path(f"/proc/{os.getpid()}/fd/{number}")
            with path.open("rb"):
                return path
        except OSError:  # a system that forbids it
            return None

    def _named(self, name: str) -> Path:
        if self._folder is None:
            self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix=_prefix())))
        return self._folder / name


@contextlib.contextmanager
def room() -> Iterator[Room]:
    """Room for files for as long as the ``with`` block runs.

    Raises:
        DataError: If the disk is full.
    """
    with _disk_errors(), contextlib.ExitStack() as stack:
        yield Room(stack)


@contextlib.contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in DISK_FULL:
            raise
        raise DataError("This server has no room left for the table: try again later, or a smaller one.") from error


_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it


@contextlib.contextmanager
def folder(size: int) -> Iterator[Path]:
    """A folder for files that need names, for as long as the ``with`` block runs; only this user can enter it.

    It is in memory where Linux has a place for that with room for ``size`` bytes, else in the temporary folder. Where
    the process is killed meanwhile it stays, until ``sweep``.

    Raises:
        DataError: If there is no room.
    """
    there = None
    with contextlib.suppress(OSError):
        if sys.platform == "linux" and shutil.disk_usage(_SHARED_MEMORY).free > size:
            there = _SHARED_MEMORY
    with _disk_errors(), tempfile.TemporaryDirectory(prefix=_prefix(), dir=there) as made:
        yield Path(made)


def sweep() -> None:
    """Remove the folders that killed processes left, where the system says which processes there are."""
    if sys.platform == "win32":
        return
    for there in (_SHARED_MEMORY, Path(tempfile.gettempdir())):
        for left in there.glob("table-*-*"):
            number = left.name.split("-")[1]
            if number.isdecimal() and not _runs(int(number)):
                shutil.rmtree(left, ignore_errors=True)


def _prefix() -> str:
    """How the name of a folder begins: with what it is and whose."""
    return f"table-{os.getpid()}-"


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # somebody else's, or no number of a process
        return True
    return True
