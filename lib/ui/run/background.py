"""Work of more than a moment: done in a thread of its own for all sessions, watched on the page, stopped when unwanted.

A page never waits for it. Whoever asks for the same thing joins the same job, and a job that nobody looks at any
more ends at its next report of progress.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any, Protocol

import streamlit as st

from lib.errors import HouseholdSegmentsError
from lib.segments import Cancelled, Progress

MOST_WAITING = 24
_LOOK_AGAIN = 0.6
"""Seconds between looks at work that goes on."""

_SLOTS = "background_jobs"


class Watched(Protocol):
    """What can be watched: work in the background, or a map at the worker."""

    @property
    def state(self) -> Any:  # noqa: ANN401 - anything with over, share and words
        """Where it stands."""


@dataclass(frozen=True)
class State:
    """Where work stands: the share done, what goes on, whether it is over and what went wrong."""

    share: float = 0.0
    words: str = "Waiting for other work to end"
    over: bool = False
    failed: str = ""


@dataclass(eq=False)
class Job:
    """One piece of work, wanted by one or more sessions."""

    key: Hashable
    state: State = field(default_factory=State)
    sessions: set[str] = field(default_factory=set)
    stopped: bool = False
    future: Future[None] | None = None

    def cancel(self) -> None:
        """Stop at the next report of progress."""
        self.stopped = True

    def progress(self, share: float, words: str) -> None:
        """Told by the work; raises ``Cancelled`` once the job is stopped."""
        if self.stopped:
            raise Cancelled
        self.state = State(min(max(share, 0.0), 1.0), words)


class Background:
    """Runs jobs one after the other; sessions find each other's."""

    def __init__(self) -> None:
        """Nothing runs yet."""
        self._jobs: dict[Hashable, Job] = {}
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="background")

    def ask(self, key: Hashable, session: str, work: Callable[[Progress], object]) -> Job:
        """The job for ``key``: the one that is under way, or a new one.

        Raises:
            HouseholdSegmentsError: If too much work waits already.
        """
        with self._lock:
            job = self._jobs.get(key)
            if job is None or job.state.over or job.stopped:
                if len(self._jobs) >= MOST_WAITING:
                    raise HouseholdSegmentsError("Much work waits on this server already: try again in a minute.")
                job = self._jobs[key] = Job(key)
                job.future = self._threads.submit(self._run, job, work)
            job.sessions.add(session)
            return job

    def leave(self, job: Job, session: str) -> None:
        """One session less wants the job; without any it stops."""
        with self._lock:
            job.sessions.discard(session)
            if not job.sessions:
                job.cancel()

    def wait(self, timeout: float | None = None) -> None:
        """Wait until all work asked for so far has ended."""
        with self._lock:
            futures = [job.future for job in self._jobs.values() if job.future is not None]
        wait(futures, timeout)

    def _run(self, job: Job, work: Callable[[Progress], object]) -> None:
        failed = ""
        try:
            job.progress(0.0, "Beginning")
            work(job.progress)
        except Cancelled:
            failed = "Stopped."
        except HouseholdSegmentsError as error:
            failed = str(error)
        except Exception:  # the sentence is for the visitor, the traceback for whoever runs the server
            failed = "Something went wrong on the server: try again, or choose other settings."
            raise
        finally:
            job.state = State(1.0, job.state.words, over=True, failed=failed)
            with self._lock:
                if self._jobs.get(job.key) is job:
                    del self._jobs[job.key]


@st.cache_resource(show_spinner=False)
def background() -> Background:
    """The one for this server."""
    return Background()


def render(slot: str, key: Hashable, work: Callable[[Progress], object]) -> None:
    """Have work done in the background and show how far it is; the page runs again when it is done.

    Args:
        slot: The place on the page: another key there means that the work before is no longer wanted.
        key: Says what the work is.
        work: Called with a progress callback; keeps its own result.
    """
    session = st.session_state.setdefault("session_name", uuid.uuid4().hex)
    slots: dict[str, Job] = st.session_state.setdefault(_SLOTS, {})
    before = slots.get(slot)
    if before is not None and before.key == key and before.state.failed:
        st.info(before.state.failed, icon=":material/info:")
        st.button("Try again", icon=":material/refresh:", key=f"again_{slot}", on_click=_forget, args=(slot,))
        return
    if before is not None and before.key != key:
        background().leave(before, session)
    slots[slot] = background().ask(key, session, work)
    job = slots[slot]
    watch(job, slot, lambda: background().leave(job, session))


def on_request(slot: str, label: str, icon: str, key: Hashable, work: Callable[[Progress], object]) -> None:
    """A button that has work done in the background; once it was pressed for a key, the work is shown until done."""
    asked = f"asked_{slot}"
    if st.session_state.get(asked) == key or st.button(label, icon=icon, key=f"ask_{slot}"):
        st.session_state[asked] = key
        render(slot, key, work)


def _forget(slot: str) -> None:
    st.session_state[_SLOTS].pop(slot, None)


def watch(work: Watched, key: str, stop: Callable[[], None]) -> None:
    """A bar that moves by itself, and a way to stop; the whole page runs again when the work is over."""
    st.fragment(_bar, run_every=_LOOK_AGAIN)(work, key, stop)


def _bar(work: Watched, key: str, stop: Callable[[], None]) -> None:
    state = work.state
    if state.over:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(state.share, text=state.words or "Working")
        st.button("Stop", icon=":material/close:", key=f"stop_{key}", on_click=stop)
