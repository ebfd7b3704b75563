"""Tables that visitors brought, each its session's alone.

A table goes by a word that nobody can guess, is never written to the disk, stands in no address, and is gone when its
session is, or when it is to be forgotten. Work in the background asks for it too, and knows no session: so the tables
stand with the server, under that word. What a table is made of (what was understood of the file, the steps) is the
session's (``lib.ui.scene.desk``).
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from lib.dataset import Dataset
from lib.ui.scene.kept import ROOM

_PREFIX = "own-"
MINE = "own_tables"
"""What a session holds: the words of its tables."""


@dataclass(frozen=True)
class _Brought:
    """A table, and whose it is."""

    data: Dataset
    session: Hashable


_TABLES: dict[str, _Brought] = {}
_LOCK = threading.Lock()


def bring(data: Dataset) -> str:
    """Keep a table for this session; the word it goes by."""
    context = get_script_run_ctx()
    key = keep(data, None if context is None else context.session_id)
    st.session_state.setdefault(MINE, []).append(key)
    return key


def keep(data: Dataset, session: Hashable) -> str:
    """Keep a table for as long as a session lasts; the word it goes by."""
    key = _PREFIX + secrets.token_urlsafe(16)
    with _LOCK:
        _TABLES[key] = _Brought(data, session)
    return key


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


DESK, CHOICES, ROUND = "own_desk", "own_choices", "own_round"
"""What a session holds: the table in the making, what was chosen about its file, and how often the box for a file was
emptied."""


def swap(key: str, data: Dataset) -> None:
    """Put a table in the place of the one that goes by that word, with all that was made from it let go of."""
    with _LOCK:
        if (brought := _TABLES.get(key)) is not None:
            _TABLES[key] = replace(brought, data=data)
    ROOM.drop_of(key)


DATABASE = "own_database"
"""What a session holds of a question to a database that is not answered yet."""


def empty_the_box() -> None:
    """Let go of the file that Streamlit holds: a box for files is emptied by another key."""
    st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1


def clear() -> None:
    """Forget the table in use, the one in the making, and all that was made from them."""
    for key in mine():
        forget(key)
    for held in (DESK, CHOICES, DATABASE):
        st.session_state.pop(held, None)
    empty_the_box()


def forget(key: str) -> None:
    """Let go of a table, and of everything that was made from it."""
    with _LOCK:
        _TABLES.pop(key, None)
    ROOM.drop_of(key)


def sweep(gone: Callable[[Hashable], bool]) -> None:
    """Forget the tables of sessions that ``gone`` says have left."""
    for key, brought in list(_TABLES.items()):
        if gone(brought.session):
            forget(key)
