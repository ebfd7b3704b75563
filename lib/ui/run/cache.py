"""Where results of long work stand for all sessions: they can be looked for without being made.

Streamlit's caches cannot be asked whether they hold a value, and replay what a function drew, so work that shows
its progress cannot live in them.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

import streamlit as st


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
