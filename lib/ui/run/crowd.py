"""Visitors for whom something has to be computed take turns; who needs nothing new never waits for them.

Whoever is not let inside soon sees how many are first, on a page that runs again by itself when it may go on.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import NoReturn

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import StopException, get_script_run_ctx

from lib.work.gate import Full, Gate
from lib.work.progress import CORES

GATE = Gate(CORES)

_PATIENCE = 0.5
"""Seconds that a page waits at the gate before it says how many are first."""

_LOOK_AGAIN = 0.6
"""Seconds between looks at how many are first."""

_QUIET = 1.0
"""Seconds without a run of any page: some people leave them between two moves, a crowd never does."""


def session() -> str | None:
    """The name by which the server knows the session whose page runs in this thread; None where none does."""
    context = get_script_run_ctx(suppress_warning=True)
    return None if context is None else context.session_id


def gone(session: Hashable) -> bool:
    """Whether a session's browser is known to have left; one that comes back asks again."""
    try:
        # compared with False: tests put something in the server's place that knows no sessions
        return runtime.exists() and runtime.get_instance().is_active_session(str(session)) is False
    except (RuntimeError, AttributeError):  # the server is about to end
        return False


def others_wait() -> bool:
    """Whether somebody's page waits: work that nobody asked for has time."""
    return GATE.waiting > 0


def is_quiet() -> bool:
    """Whether nobody's page runs, waits, or has just run: work that nobody asked for holds nobody up."""
    return not _has_turn and not others_wait() and monotonic() - _ended[-1] >= _QUIET


@contextmanager
def visit() -> Iterator[None]:
    """A run of a page, or of a part of it alone: one turn, however often something has to be computed in it.

    Of a page that was refused the turn goes on: its next run is still for the same.
    """
    who = session()
    if who is None or who in _has_turn:
        yield
        return
    _has_turn[who] = True
    try:
        yield
    finally:
        _ended.append(monotonic())
        if _has_turn.pop(who):
            GATE.done(who)


_has_turn: dict[str, bool] = {}
"""Sessions of which a page runs at this moment; False where it was refused."""

_ended = deque([float("-inf")], maxlen=1)
"""When the last run of any page ended."""


@contextmanager
def computing() -> Iterator[None]:
    """What takes a moment is computed within, once it is the turn of the visitor whose page runs in this thread.

    Work in the background has turns of its own. The page ends here where others are first, or where the visitor left.
    """
    who = session()
    if who is None:
        yield
        return
    try:
        with GATE.inside(who, _PATIENCE):
            if gone(who):
                raise StopException
            yield
    except Full:
        _stand_in_line(who)


def _stand_in_line(who: str) -> NoReturn:
    """Say how many are first, and end the page."""
    if who in _has_turn:
        _has_turn[who] = False
    looks = itertools.count()

    def look() -> None:
        first = GATE.before(who)
        if next(looks) and first < CORES:
            st.rerun()
        others = "1 other is" if first == 1 else f"{first} others are"
        st.info(
            f"The server has much to do: {others} first. This page goes on by itself." if first else "It is your turn.",
            icon=":material/hourglass_top:",
        )

    st.fragment(look, run_every=_LOOK_AGAIN)()
    raise StopException
