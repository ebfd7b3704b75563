"""Files that are whole or absent, whatever ends the writing: an error, a full disk, a kill."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ABANDONED = 3_600
"""Seconds without a write after which a draft is taken for that of a killed process."""

DISK_FULL = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})
"""Numbers of the errors of a disk, or of somebody's share of it, that takes no more."""

_PREFIX, _SUFFIX = ".whole-", ".part"
"""Drafts lie in folders that others use too: what is swept must be ours beyond doubt."""


@contextlib.contextmanager
def whole(target: Path) -> Iterator[Path]:
    """A draft beside ``target``, which takes its place at the end of a ``with`` block.

    The draft is an empty file to begin with; close it before the block ends. If anything is raised in the block,
    the draft goes and ``target`` stays as it was. Drafts that killed processes left in the folder are swept first.

    Args:
        target: File to write or replace, afterwards with mode 0644. Its folder must exist.

    Raises:
        OSError: If the folder takes no file (before the block), or the draft cannot be renamed (after it).
    """
    sweep(target.parent)
    handle, name = tempfile.mkstemp(prefix=_PREFIX, suffix=_SUFFIX, dir=target.parent)
    os.close(handle)
    draft = Path(name)
    try:
        yield draft
        draft.chmod(0o644)  # a temporary file is its owner's alone; the finished one is a file as any other
        draft.replace(target)
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Remove old drafts from a folder; one that is being written is younger, for each write renews its time.

    One of a time that is still to come was written before the clock was put back.
    """
    for draft in folder.glob(f"{_PREFIX}*{_SUFFIX}"):
        with contextlib.suppress(OSError):  # another writer may sweep at the same time
            if abs(time.time() - draft.lstat().st_mtime) > ABANDONED:
                draft.unlink()
