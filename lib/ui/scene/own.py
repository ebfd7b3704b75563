"""Tables that visitors brought, each its session's alone.

A table goes by a word that nobody can guess, is never written to the disk, stands in no address, and is gone when its
session is, or when it is to be forgotten. Work in the background asks for it too, and knows no session: so the tables
stand with the server, under that word. What a table is made of (what was understood of the file, the steps) is the
session's (``lib.ui.scene.desk``).
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from lib.dataset import Dataset
from lib.errors import DataError
from lib.ui.scene.kept import ROOM, make_room_for, most_of_memory

if TYPE_CHECKING:  # a server starts without what finds segments
    from lib.ui.scene.brought import Brought

_PREFIX = "own-"
MINE = "own_tables"
"""What a session holds: the words of its tables."""


@dataclass(frozen=True)
class _Brought:
    """A table, whose it is, and the result that it is the drawn rows of, if it is."""

    data: Dataset
    session: Hashable
    result: Brought | None = None

    @property
    def nbytes(self) -> int:
        """Bytes of the table."""
        return int(self.data.frame.memory_usage(deep=True).sum())


_TABLES: dict[str, _Brought] = {}
_LOCK = threading.Lock()


def bring(data: Dataset, instead_of: Collection[str] = (), result: Brought | None = None) -> str:
    """Keep a table for this session; the word it goes by. See ``keep``."""
    context = get_script_run_ctx()
    key = keep(data, None if context is None else context.session_id, instead_of, result)
    st.session_state.setdefault(MINE, []).append(key)
    return key


def keep(data: Dataset, session: Hashable, instead_of: Collection[str] = (), result: Brought | None = None) -> str:
    """Keep a table for as long as a session lasts; the word it goes by.

    Args:
        data: The table.
        session: Whose it is.
        instead_of: Tables that will be forgotten next: they take no memory from it.
        result: What was found past one machine, if the table is the rows drawn for it.

    Raises:
        DataError: If the server has no memory left for it.
    """
    key = _PREFIX + secrets.token_urlsafe(16)
    _hold(key, _Brought(data, session, result), instead_of)
    return key


def swap(key: str, data: Dataset) -> None:
    """Put a table in the place of the one that goes by that word, with all that was made from it let go of.

    Raises:
        DataError: If the server has no memory left for it.
    """
    if (brought := _TABLES.get(key)) is not None:
        _hold(key, replace(brought, data=data), (key,))
    ROOM.drop_of(key)


def _hold(key: str, brought: _Brought, instead_of: Collection[str]) -> None:
    with _LOCK:
        held, most = _held(instead_of), most_of_memory()
        if most is not None and held + brought.nbytes > most:
            others = " besides those that other visitors brought" if held else ""
            raise DataError(
                f"{brought.data.name} takes {brought.nbytes / 1e6:,.0f} MB, for which this server has no memory"
                f"{others}: leave out columns, or try again later."
            )
        _TABLES[key] = brought
        make_room_for(_held())


def _held(but: Collection[str] = ()) -> int:
    """Bytes of all tables but some."""
    return sum(brought.nbytes for key, brought in _TABLES.items() if key not in but)


def mine() -> dict[str, Dataset]:
    """The tables of this session, the last one first."""
    keys = reversed(st.session_state.get(MINE, []))
    return {key: _TABLES[key].data for key in keys if key in _TABLES}


def is_own(key: str) -> bool:
    """Whether a source is somebody's own table."""
    return key.startswith(_PREFIX)


def find(key: str) -> Dataset | None:
    """The table of that word, if it is still there."""
    brought = _TABLES.get(key)
    return None if brought is None else brought.data


def result_of(key: str) -> Brought | None:
    """The result that the table of that word is the drawn rows of, if it is."""
    brought = _TABLES.get(key)
    return None if brought is None else brought.result


DESK, CHOICES, BRINGING, ROUND = "own_desk", "own_choices", "own_bringing", "own_round"
"""What a session holds: the table in the making, what was chosen about its file, what else is known of its bringing,
and how often the boxes for files were emptied."""

LABELLED = "own_labelled"
"""What a session holds of a table that was labelled by a recipe."""


DATABASE = "own_database"
"""What a session holds of a question to a database that is not answered yet."""


def empty_the_box(file: str) -> None:
    """Let go of the file that Streamlit holds: a box is emptied by another key, and the server's copy goes at once."""
    context = get_script_run_ctx()
    if context is not None and isinstance(files := context.uploaded_file_mgr, MemoryUploadedFileManager):
        files.remove_file(context.session_id, file)
    st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1


def put_away() -> None:
    """Forget the table in the making, and all that was brought with it; one that is in use stays."""
    for held in (DESK, CHOICES, BRINGING, DATABASE, LABELLED):
        st.session_state.pop(held, None)
    context = get_script_run_ctx()
    if context is not None and isinstance(files := context.uploaded_file_mgr, MemoryUploadedFileManager):
        files.remove_session_files(context.session_id)
    st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1


def clear() -> None:
    """Forget the table in use, the one in the making, and all that was made from them."""
    for key in mine():
        forget(key)
    put_away()


def forget(key: str) -> None:
    """Let go of a table, and of everything that was made from it."""
    with _LOCK:
        _TABLES.pop(key, None)
        make_room_for(_held())
    ROOM.forget(key)


def sweep(gone: Callable[[Hashable], bool]) -> None:
    """Forget the tables of sessions that ``gone`` says have left."""
    for key, brought in list(_TABLES.items()):
        if gone(brought.session):
            forget(key)
