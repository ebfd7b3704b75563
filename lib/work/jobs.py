"""One queue for work of more than a moment: asked for by watchers, shared by key, done in threads, ended if unwanted.

Whoever asks gets a ``Ticket`` at once and looks at its ``state`` now and then. A look says that somebody still wants
the work; without one for long the work ends, as it does when its last watcher cancels or has gone.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from lib.work import log
from lib.work.progress import Cancelled, Progress
from lib.work.ticket import Job, State, Ticket, Words

__all__ = ["LEASE_SECONDS", "Gone", "Queue", "State", "Ticket", "Words"]

T = TypeVar("T")
Gone = Callable[[Hashable], bool]

LEASE_SECONDS = 90.0
"""Browsers let a hidden tab look once a minute, and a server with much to do answers late."""

_this_thread = threading.local()


def is_in_background() -> bool:
    """Whether the calling thread is one of a queue's: no page waits in it."""
    return getattr(_this_thread, "is_a_queues", False)


_CANCELLED = State("cancelled", words="Cancelled.")

_log = logging.getLogger(__name__)


class Queue:
    """Does work in a few threads; watchers take turns, and of one watcher's work what was asked for first is first.

    One thread is left to others, so that nobody holds them all, and one to light work, so that no number of watchers
    with heavy work holds up what takes a moment. Work that nobody asked for never has more than one. Safe to use from
    any thread. Its threads start when there is work and end when there is none.
    """

    def __init__(
        self,
        *,
        at_once: int,
        waiting: int,
        error: type[Exception],
        waiting_each: int | None = None,
        words: Words | None = None,
        lease_seconds: float = LEASE_SECONDS,
        gone: Gone | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Nothing runs yet.

        Args:
            at_once: How many pieces of work may run at the same time.
            waiting: How many may wait; whoever asks beyond that hears that the queue is busy.
            error: Raised by tickets; raised by work, its text is the sentence for the person.
            waiting_each: How many of one watcher's may wait; as many as of all by default.
            words: What the queue says.
            lease_seconds: A ticket that nobody has looked at for so long wants nothing more.
            gone: Says that a watcher has left. Must answer at once.
            clock: Seconds, for leases.
        """
        self.error, self.gone = error, gone
        self._at_once, self._most_waiting, self._words = at_once, waiting, words or Words()
        self._lease, self._clock = lease_seconds, clock
        self._most_waiting_each = waiting if waiting_each is None else waiting_each
        self._most_each = self._most_heavy = max(at_once - 1, 1)
        self._turn = 0
        self._changed = threading.Condition()
        self._line: list[Job[Any]] = []
        self._running: list[Job[Any]] = []
        self._jobs: dict[Hashable, Job[Any]] = {}
        self._threads = 0

    def ask(
        self,
        key: Hashable,
        watcher: Hashable | None,
        work: Callable[[Progress], T],
        keep: Callable[[T], object] | None = None,
        *,
        is_heavy: bool = False,
        is_unasked: bool = False,
        what: str = "",
    ) -> Ticket[T]:
        """A ticket for the work under ``key`` that is queued or running, or else for new work.

        Args:
            key: Equal keys mean equal results.
            watcher: Who wants it; None for somebody of whom nothing is known.
            work: Called in a thread of the queue with a progress callback, which raises ``Cancelled`` once nobody
                wants the result.
            keep: Called once with the result before the tickets hear of it; what goes wrong in it is only logged.
            is_heavy: Whether it takes more than a few seconds.
            is_unasked: Whether nobody asked for it: one piece of such work runs at a time.
            what: What kind of work the log calls it, a word of this project.
        """
        with self._changed:
            job = self._jobs.get(key)
            self._drop_unwanted(but=job)
            turn = self._next_turn(watcher)
            if job is None:
                job = Job(key, work, keep, is_heavy=is_heavy, is_unasked=is_unasked, turn=turn, what=what)
                self._add(job, watcher)
            ticket = Ticket(self, job, watcher)
            if not job.state.over:
                job.turn = min(job.turn, turn)
                job.is_unasked &= is_unasked
                ticket.seen = self._clock()
                job.add(ticket)
                self._begin()
            return ticket

    @property
    def under_way(self) -> tuple[int, int]:
        """How many pieces of work run, and how many wait."""
        with self._changed:
            return sum(not job.state.over for job in self._running), len(self._line)

    @property
    def is_idle(self) -> bool:
        """Whether nobody wants anything of it now."""
        with self._changed:
            return all(job.state.over for job in (*self._line, *self._running))

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until no work is queued or running; whether that is so."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._line and not self._running, timeout)

    def close(self, timeout: float | None = None) -> None:
        """Cancel everything and wait until it has stopped. The queue may be used again afterwards.

        Args:
            timeout: Seconds to wait at most for work that seldom reports.
        """
        with self._changed:
            for job in [*self._line, *self._running]:
                self._set_over(job, _CANCELLED)
            self._changed.wait_for(lambda: not self._threads, timeout)

    # For tickets

    def look(self, ticket: Ticket[Any], job: Job[Any]) -> State:
        """The state of a ticket's work, with its place in line if it is queued; renews the ticket's lease."""
        with self._changed:
            ticket.seen = self._clock()
            if ticket.cancelled:
                return _CANCELLED
            return self._queued(job) if job.state.status == "queued" else job.state

    def leave(self, ticket: Ticket[Any], job: Job[Any]) -> None:
        """One ticket less wants the work."""
        with self._changed:
            if ticket.cancelled or job.state.over:
                return
            ticket.cancelled = True
            job.remove(ticket)
            self._drop_if_unwanted(job)
            self._begin()
            self._changed.notify_all()

    def follow(self, ticket: Ticket[Any], job: Job[Any], timeout: float | None, progress: Progress | None) -> State:
        """Wait until a ticket's work is over, telling ``progress`` whenever its state changes; the last state."""
        end = None if timeout is None else time.monotonic() + timeout
        with self._held(ticket):
            while not (state := self.look(ticket, job)).over:
                if progress is not None:
                    progress(state.share, state.words)
                left = None if end is None else end - time.monotonic()
                with self._changed:
                    if not self._changed.wait_for(partial(self._has_moved, ticket, job, state), left):
                        raise TimeoutError(f"The {self._words.one} is not ready yet.")
        return state

    def _has_moved(self, ticket: Ticket[Any], job: Job[Any], seen: State) -> bool:
        return self.look(ticket, job) != seen

    @contextmanager
    def _held(self, ticket: Ticket[Any]) -> Iterator[None]:
        """Somebody waits inside: the ticket wants its work however long nobody looks."""
        with self._changed:
            ticket.waiting += 1
        try:
            yield
        finally:
            with self._changed:
                ticket.waiting -= 1

    # Under the lock

    def _add(self, job: Job[Any], watcher: Hashable | None) -> None:
        own = 0 if watcher is None else sum(watcher in other.watchers for other in self._line)
        if own >= self._most_waiting_each or len(self._line) >= self._most_waiting:
            whose = " of yours" if own >= self._most_waiting_each else ""
            waiting = self._words.number(own if whose else len(self._line), "is", "are", whose)
            job.end(State("busy", words=f"{waiting} waiting already: try again in a few minutes."))
            return
        self._jobs[job.key] = job
        self._line.append(job)

    def _next_turn(self, watcher: Hashable | None) -> int:
        """The turn of what a watcher asks for now: after all that is under way of the same one, and never in the past.

        So nobody's second piece comes before another's first, however early it was asked for.
        """
        own = [job.turn for job in (*self._line, *self._running) if watcher is not None and watcher in job.watchers]
        return max(self._turn, max(own, default=-1) + 1)

    def _begin(self) -> None:
        """A thread more, where there is work that may run."""
        if self._threads < self._at_once and self._first() is not None:
            threading.Thread(target=self._serve, name=f"queue: {self._words.many}", daemon=True).start()
            self._threads += 1

    def _queued(self, job: Job[Any]) -> State:
        place = sorted(self._line, key=lambda other: other.turn).index(job) + 1
        ahead = place - 1 + sum(not running.state.over for running in self._running)
        words = f"Waiting: {self._words.number(ahead, 'is', 'are')} before it." if ahead else self._words.waiting
        return State("queued", place, words=words)

    def _wants(self, ticket: Ticket[Any]) -> bool:
        """Whether a ticket's work is still wanted: somebody waits for it, or has looked of late and not gone."""
        if ticket.waiting:
            return True
        return not self._has_gone(ticket.watcher) and self._clock() - ticket.seen <= self._lease

    def _has_gone(self, watcher: Hashable | None) -> bool:
        """Whether a watcher is known to have left."""
        if watcher is None or self.gone is None:
            return False
        try:
            return self.gone(watcher)
        except Exception:  # noqa: BLE001 - the queue goes on, whatever is wrong with those who know
            _log.exception("Whether a watcher has gone cannot be told")
            return False

    def _drop_unwanted(self, but: Job[Any] | None = None) -> None:
        for job in [*self._line, *self._running]:
            if job is not but:
                self._drop_if_unwanted(job)

    def _drop_if_unwanted(self, job: Job[Any]) -> None:
        """Cancel work that no ticket wants; tickets that nobody has cancelled learn that they have lapsed."""
        if not job.state.over and not any(map(self._wants, job.tickets)):
            words = "Ended, because nobody was looking." if job.tickets else "Cancelled."
            self._set_over(job, State("cancelled", words=words, lapsed=bool(job.tickets)))

    def _set_over(self, job: Job[Any], state: State) -> None:
        if job.state.over:
            return
        job.end(state)
        del self._jobs[job.key]
        if job in self._line:
            self._line.remove(job)
            log.write(logging.INFO, "job", self._called(job), job.key, ended="stopped")
        self._changed.notify_all()

    def _called(self, job: Job[Any]) -> str:
        """What the log calls a job."""
        return job.what or self._words.one

    def _first(self) -> Job[Any] | None:
        """The next of those that may run: whose watcher has not all that one may have, and not one heavy too many."""
        held, heavy = self._held_by_watcher(), sum(job.is_heavy for job in self._running)
        is_one_unasked = any(job.is_unasked for job in self._running)
        able = [
            job
            for job in self._line
            if held(job) < self._most_each
            and not (job.is_heavy and heavy >= self._most_heavy)
            and not (job.is_unasked and is_one_unasked)
        ]
        # those come first who have nothing running
        return min(able, key=lambda job: (held(job) > 0, job.turn), default=None)

    def _held_by_watcher(self) -> Callable[[Job[Any]], int]:
        """How many pieces that run already belong to the watcher of another: of several, to who has the fewest."""
        running = Counter(watcher for job in self._running for watcher in job.watchers if watcher is not None)
        return lambda job: min(running[watcher] for watcher in job.watchers)

    # In the queue's threads

    def _serve(self) -> None:
        """One piece of work after the other, until there is none that may run."""
        _this_thread.is_a_queues = True
        while self._serve_next():
            pass

    def _serve_next(self) -> bool:
        """Whether there was work that may run."""
        with self._changed:
            self._drop_unwanted()
            job = self._first()
            if job is None:
                self._threads -= 1
                self._changed.notify_all()
                return False
            self._line.remove(job)
            self._running.append(job)
            self._turn = max(self._turn, job.turn)
            job.state = State("running", words=self._words.beginning)
            self._changed.notify_all()
        state = self._do(job)
        with self._changed:
            self._set_over(job, state)
            self._running.remove(job)
            self._changed.notify_all()
        return True

    def _do(self, job: Job[T]) -> State:
        """Do the work and keep its result; how it ended."""
        work, keep = job.work, job.keep
        try:
            if work is None:  # cancelled this very moment
                raise Cancelled
            with log.told("job", self._called(job), job.key):
                result = work(partial(self._report, job))
                if job.state.over:
                    raise Cancelled
            self._keep(keep, result)
            job.result = result
        except Cancelled:
            return _CANCELLED
        except self.error as error:
            return State("failed", words=str(error))
        except BaseException as error:  # noqa: BLE001 - the sentence is for the visitor, the place for who runs it
            log.unexpected(_log, f"A {self._words.one} failed unexpectedly", error)
            return State("failed", words=self._words.sorry)
        return State("done", share=1.0, words="Done.")

    def _keep(self, keep: Callable[[T], object] | None, result: T) -> None:
        """A result that cannot be kept is a result all the same."""
        if keep is None:
            return
        try:
            keep(result)
        except Exception as error:  # noqa: BLE001 - the tickets have the result
            log.unexpected(_log, "A result could not be kept", error)

    def _report(self, job: Job[Any], share: float, words: str) -> None:
        """The work's progress callback."""
        with self._changed:
            self._drop_if_unwanted(job)
            if job.state.over:
                raise Cancelled
            state = State("running", share=min(max(share, 0.0), 1.0), words=words)
            if state != job.state:
                job.state = state
                self._changed.notify_all()
