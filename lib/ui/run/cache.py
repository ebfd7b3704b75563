"""Where results stand for all sessions: caches of calls, and shelves for what takes long.

Streamlit's caches cannot be asked whether they hold a value, and replay what a function drew, so work that shows
its progress cannot live in them: it goes on a shelf, where it can be looked for without being made.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import streamlit as st

from lib.ui.scene.view import View

F = TypeVar("F", bound=Callable[..., Any])

MAX_ENTRIES = 256
"""Results kept per function, for all sessions together; each is a few kilobytes."""

_HASHES: dict[str | type[Any], Callable[[Any], Any]] = {View: lambda view: view.key}


def cached(function: F) -> F:
    """Keep the results of a function whose arguments are a view and small values."""
    keep = st.cache_data(max_entries=MAX_ENTRIES, show_spinner=False, hash_funcs=_HASHES)
    return keep(function)  # type: ignore[return-value]


def kept(most: int) -> Callable[[F], F]:
    """Keep up to ``most`` large results that nobody changes, for all sessions together."""

    def keep(function: F) -> F:
        keeper = st.cache_resource(max_entries=most, show_spinner=False, hash_funcs=_HASHES)
        return keeper(function)  # type: ignore[return-value]

    return keep


class Shelf:
    """The last ``most`` results by key; the one not asked for longest makes room for a new one."""

    def __init__(self, most: int) -> None:
        """Room for ``most`` results."""
        self._most = most
        self._results: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: Hashable) -> Any | None:  # noqa: ANN401 - of whatever kind was put there
        """The result kept under ``key``, or None."""
        with self._lock:
            if key in self._results:
                self._results.move_to_end(key)
            return self._results.get(key)

    def put(self, key: Hashable, result: Any) -> None:  # noqa: ANN401
        """Keep a result that nobody will change."""
        with self._lock:
            self._results[key] = result
            self._results.move_to_end(key)
            while len(self._results) > self._most:
                self._results.popitem(last=False)


@st.cache_resource(show_spinner=False)
def shelf(kind: str, most: int) -> Shelf:
    """The one shelf for results of a kind."""
    del kind
    return Shelf(most)
