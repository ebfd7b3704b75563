"""Files that visitors bring, as the server holds them: so many of a session, so many bytes of it and of all together.

Streamlit bounds the size of one file. A browser may send any number of them, each is held until its session is over,
and a page hears of those alone that its boxes show.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.exceptions import HTTPException
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from lib.tables.own.limits import most_bytes
from lib.ui.scene.kept import most_of_memory

MOST_FILES = 6
"""Of a session: a page has two boxes at most, and what a box showed before is still there for a moment."""

_MOST_IN_ALL = 4 * 2**30
"""Bytes, where the system does not say how much memory there is."""


def keep_bounded() -> None:
    """From now on the server holds no more than it may; called at each visit, of which the first counts."""
    context = get_script_run_ctx()
    if context is not None and isinstance(files := context.uploaded_file_mgr, MemoryUploadedFileManager):
        bound(files)


def bound(files: MemoryUploadedFileManager) -> None:
    """Have a session's oldest files go where it sends more than it may, and refuse what the server cannot hold."""
    if not isinstance(files.add_file, _Bounded):
        files.add_file = _Bounded(files, files.add_file)  # type: ignore[method-assign] # there is no other way in


class _Bounded:
    """Takes the place of the method that adds a file."""

    def __init__(self, files: MemoryUploadedFileManager, add: Callable[..., None]) -> None:
        self._files, self._add = files, add

    def __call__(self, session_id: str, file: UploadedFileRec) -> None:
        """Add a file to those of a session.

        Raises:
            HTTPException: If the server has no room for it: its box then says that it was not taken.
        """
        self._make_room(session_id, len(file.data))
        held = sum(len(one.data) for own in list(self._files.file_storage.values()) for one in list(own.values()))
        if held + len(file.data) > (most_of_memory() or _MOST_IN_ALL):
            raise HTTPException(413, "This server has no memory left for the file: try again later.")
        self._add(session_id, file)

    def _make_room(self, session_id: str, size: int) -> None:
        """Let go of a session's oldest files until one more of that size fits."""
        held = list(self._files.file_storage.get(session_id, {}).values())
        while held and (len(held) >= MOST_FILES or size + sum(len(one.data) for one in held) > 2 * most_bytes()):
            self._files.remove_file(session_id, held.pop(0).file_id)
