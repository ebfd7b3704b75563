"""Work of more than a moment, as a page sees it: asked for, watched by a bar that moves, stopped, tried again.

A page never waits for it. The server's queue does the work in its threads; a session holds tickets, one for each slot
of its pages. Whoever asks for the same thing joins the same work, and work that nobody looks at any more ends.
"""

from __future__ import annotations

import atexit
import contextlib
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import streamlit as st

from lib.errors import HouseholdSegmentsError
from lib.ui.run import crowd
from lib.words import literal
from lib.work.jobs import Queue, Ticket, Words
from lib.work.progress import Cancelled, Progress

T = TypeVar("T")
Ask = Callable[[Hashable | None], Ticket[T]]
"""Given the session's name, asks for work; called again where the queue was busy, or the browser's tab slept."""

AT_ONCE = 3
"""One may be slow without holding up another visitor's quick one, and the server has few processors."""

MOST_WAITING, MOST_WAITING_EACH = 200, 8
"""Pieces of work that may wait, of all visitors and of one. Each is a few small values; what is tried on the way to
another choice waits no longer, so that only a page with more sections than any has would ask for as many."""

MOST_TABLES_WAITING = MOST_AHEAD = 24
_PAUSE = 0.2
"""Seconds between looks whether somebody waits."""

_LOOK_AGAIN = 0.6
"""Seconds between looks at work that goes on."""

_LOOK_LATER, _MANY_WAIT = 2.0, 3
"""The same of work that nobody asked for, while pages wait, or more pieces of work than so many: one page has fewer."""

SOON = 1.0
"""Seconds that a page waits for work before it shows how far it is."""

_STOPS_WITHIN = 20.0
"""Seconds that a server which ends waits for work to notice."""

_SLOTS = "background_jobs"


@dataclass(frozen=True)
class _Slot:
    """What was asked for at a place on the page."""

    key: Hashable
    ticket: Ticket[Any]


@st.cache_resource(show_spinner=False)
def background() -> Queue:
    """The queue of this server."""
    queue = Queue(
        at_once=AT_ONCE,
        waiting=MOST_WAITING,
        waiting_each=MOST_WAITING_EACH,
        error=HouseholdSegmentsError,
        gone=crowd.gone,
    )
    # threads in the middle of a computation must not see the interpreter taken down under them
    atexit.register(queue.close, _STOPS_WITHIN)
    return queue


@st.cache_resource(show_spinner=False)
def reading() -> Queue:
    """The queue of tables that visitors bring: one is read at a time, since each takes memory several times over."""
    words = Words(
        one="table", many="tables", beginning="Reading the file", sorry="The file cannot be read: save it anew."
    )
    queue = Queue(
        at_once=1,
        waiting=MOST_TABLES_WAITING,
        waiting_each=MOST_WAITING_EACH,
        error=HouseholdSegmentsError,
        words=words,
        gone=crowd.gone,
    )
    atexit.register(queue.close, _STOPS_WITHIN)
    return queue


@st.cache_resource(show_spinner=False)
def ahead() -> Queue:
    """The queue of what may be asked for next: one piece at a time, while nobody waits for anything else."""
    queue = Queue(at_once=1, waiting=MOST_AHEAD, waiting_each=1, error=HouseholdSegmentsError, gone=crowd.gone)
    atexit.register(queue.close, _STOPS_WITHIN)
    return queue


def render(
    slot: str, key: Hashable, work: Callable[[Progress], object], *, quietly: str = "", is_heavy: bool = True
) -> None:
    """Have work done in the background and show how far it is; the page runs again when it is done.

    Args:
        slot: The place on the page: another key there means that the work before is no longer wanted.
        key: Says what the work is.
        work: Called with a progress callback; keeps its own result.
        quietly: For work that nobody asked for: words for a small line in the place of the bar.
        is_heavy: Whether it may take more than a few seconds: such work never takes all of the server's threads.
    """

    def ask(session: Hashable | None) -> Ticket[bool]:
        do, is_unasked = partial(_do, work), bool(quietly)
        return background().ask(key, session, do, is_heavy=is_heavy, is_unasked=is_unasked, what=slot)

    if follow(slot, key, ask, quietly=quietly):
        # kept since the page looked for it, or no longer kept: the next run finds it or asks anew
        _forget(slot)
        st.rerun()


def _do(work: Callable[[Progress], object], progress: Progress) -> bool:
    """Do work that keeps its own result, so that no ticket holds it too."""
    work(progress)
    return True


def on_request(slot: str, label: str, icon: str, key: Hashable, work: Callable[[Progress], object]) -> None:
    """A button that has work done in the background; once it was pressed for a key, the work is shown until done."""
    asked = f"asked_{slot}"
    if st.session_state.get(asked) == key or st.button(label, icon=icon, key=f"ask_{slot}"):
        st.session_state[asked] = key
        render(slot, key, work)


def unasked(slot: str, key: Hashable, work: Callable[[Progress], object], doing: str, label: str = "") -> None:
    """Work that nobody asked for, done while its page is looked at: in words a small line; a button where it is dear.

    Args:
        slot: See ``render``.
        key: See ``render``.
        work: See ``render``.
        doing: What the line says.
        label: What the button says that takes the place of the line, if there shall be one.
    """
    if label:
        on_request(slot, label, ":material/compare:", key, work)
    else:
        render(slot, key, work, quietly=doing)


def beforehand(slot: str, key: Hashable, work: Callable[[Progress], object]) -> None:
    """Have work done that may be asked for next; nothing is shown of it.

    Args:
        slot: See ``render``.
        key: See ``render``.
        work: Called with a progress callback that takes until nobody's page runs, or has just run, and no other work is
            under way: told between two pieces, the next one holds nobody up, and in a crowd none is begun.
    """
    held: _Slot | None = st.session_state.setdefault(_SLOTS, {}).get(slot)
    if held is not None and held.key == key:
        return
    if held is not None:
        held.ticket.cancel()
        _forget(slot)
    _ticket(slot, key, lambda session: ahead().ask(key, session, lambda told: _do(work, _patient(told)), what=slot))


def _patient(progress: Progress) -> Progress:
    """The same callback, which comes back in a quiet moment: when nobody's page or other work has anything to do."""
    pause = threading.Event()

    def told(share: float, words: str) -> None:
        progress(share, words)
        while not (crowd.is_quiet() and background().is_idle):
            pause.wait(_PAUSE)
            progress(share, words)

    return told


def follow(slot: str, key: Hashable, ask: Ask[T], *, again: str = "Try again", quietly: str = "") -> T | None:
    """The result of work if it is done; else it is shown where it stands, and the page runs again when it is over.

    Args:
        slot: The place on the page: another key there means that the work before is no longer wanted.
        key: Says what the work is.
        ask: See ``Ask``.
        again: What the button says that asks anew for work that failed or was stopped.
        quietly: See ``render``.
    """
    if quietly and _has_time(slot, key):
        st.fragment(_watch, run_every=_LOOK_LATER)(slot, key, ask, quietly)
        return None
    ticket = _ticket(slot, key, ask)
    state = ticket.state
    if state.status == "done":
        return ticket.result()
    if state.status in ("failed", "cancelled") and not state.lapsed and quietly:
        st.caption(literal(state.words))
        return None
    if state.status in ("failed", "cancelled") and not state.lapsed:
        st.info(literal(state.words) if state.status == "failed" else "Stopped.", icon=":material/info:")
        st.button(again, icon=":material/refresh:", key=f"again_{slot}", on_click=_forget, args=(slot,))
        return None
    has_time = bool(quietly) and background().under_way[1] > _MANY_WAIT
    st.fragment(_watch, run_every=_LOOK_LATER if has_time else _LOOK_AGAIN)(slot, key, ask, quietly)
    return None


def soon(slot: str, key: Hashable, ask: Ask[T], within: float = SOON) -> T | None:
    """As ``follow``, but what takes a moment only is waited for, and the result is not held on to.

    Raises:
        Exception: The queue's class of errors, with a sentence, if the work failed.
    """
    ticket = _ticket(slot, key, ask)
    if ticket.state.status != "busy":
        with contextlib.suppress(TimeoutError, Cancelled):
            result = ticket.result(within)
            _forget(slot)
            return result
    return follow(slot, key, ask)


def stop_all() -> None:
    """Whatever this session waits for is no longer wanted."""
    slots: dict[str, _Slot] = st.session_state.pop(_SLOTS, {})
    for held in slots.values():
        held.ticket.cancel()


def _ticket(slot: str, key: Hashable, ask: Ask[T]) -> Ticket[T]:
    """The slot's ticket; another where it is for other work, where the queue was busy, or where it has lapsed."""
    slots: dict[str, _Slot] = st.session_state.setdefault(_SLOTS, {})
    held = slots.get(slot)
    if held is not None and held.key == key:
        state = held.ticket.state
        if state.status != "busy" and not state.lapsed:
            return held.ticket
    elif held is not None:
        held.ticket.cancel()
    ticket = ask(crowd.session())
    slots[slot] = _Slot(key, ticket)
    return ticket


def _has_time(slot: str, key: Hashable) -> bool:
    """Whether work that nobody asked for is not begun yet, and somebody's page waits for its turn."""
    held: _Slot | None = st.session_state.get(_SLOTS, {}).get(slot)
    return (held is None or held.key != key) and crowd.others_wait()


def _forget(slot: str) -> None:
    st.session_state[_SLOTS].pop(slot, None)


def _watch(slot: str, key: Hashable, ask: Ask[Any], quietly: str = "") -> None:
    """A bar that moves by itself, and a way to stop; the whole page runs again when the work is over."""
    if quietly and _has_time(slot, key):
        st.caption(f"{quietly} when others have had their turn.")
        return
    ticket = _ticket(slot, key, ask)
    state = ticket.state
    if quietly and (not state.over or state.status == "busy"):
        st.caption(f"{quietly}: {state.share:.0%}")
        return
    if state.status == "busy":
        st.info(f"{literal(state.words)} This page asks again by itself.", icon=":material/hourglass_top:")
        return
    if state.over:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(state.share, text=literal(state.words) or "Working")
        st.button("Stop", icon=":material/close:", key=f"stop_{slot}", on_click=_stop, args=(slot,))


def _stop(slot: str) -> None:
    """Want the work of a place no more. Streamlit holds on to what a button calls: a ticket would keep its result."""
    held: _Slot | None = st.session_state.get(_SLOTS, {}).get(slot)
    if held is not None:
        held.ticket.cancel()
