"""The one queue for t-SNE and UMAP: one fit at a time in a process of its own, for all sessions of the server."""

from __future__ import annotations

import atexit
import itertools
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any

from lib.errors import MapError
from lib.maps.fit.layouts import Fitted
from lib.maps.ticket import Job, State, Ticket
from lib.work.child import Child, Message
from lib.work.progress import Progress
from lib.work.wire import Arrays

MAX_WAITING = 32
IDLE_SECONDS = 600.0
LONGEST_SECONDS = 900.0
MEMORY_MB = 1_024

_STOPS_WITHIN = 1.0
_LOOK: Message = ({"is": "look"}, {})
_WARM_UP = "warm up"


class Worker:
    """Runs fits one after the other in a child process, which it starts when needed and ends when idle.

    Safe to use from any thread. A child that dies costs the map it was at; the next one gets a new child.
    """

    def __init__(
        self,
        *,
        waiting: int = MAX_WAITING,
        idle_seconds: float = IDLE_SECONDS,
        longest_seconds: float = LONGEST_SECONDS,
        memory_mb: int = MEMORY_MB,
    ) -> None:
        """Nothing is started yet.

        Args:
            waiting: How many maps may wait.
            idle_seconds: After so long without a map the process ends and gives its memory back.
            longest_seconds: A fit that takes longer is ended.
            memory_mb: What the process may hold, where the system can be told.
        """
        self._most_waiting, self._idle, self._longest, self._memory = waiting, idle_seconds, longest_seconds, memory_mb
        self._changed = threading.Condition()
        self._queue: deque[Job] = deque()
        self._jobs: dict[str, Job] = {}
        self._running: Job | None = None
        self._thread: threading.Thread | None = None
        self._child: Child | None = None
        self._numbers = itertools.count(1)
        self._closing = False

    @property
    def pid(self) -> int | None:
        """Number of the child process, or None while there is none."""
        child = self._child
        return None if child is None else child.pid

    def submit(
        self,
        key: str,
        method: str,
        parameters: Mapping[str, Any],
        arrays: Arrays,
        keep: Callable[[Fitted], None] | None = None,
    ) -> Ticket:
        """Queue a fit, or join the one with the same key that is queued or running.

        Args:
            key: Says what the fit is of: equal keys mean equal results.
            method: See ``lib.maps.fit.layouts.fit``, as are the next two.
            parameters: Of the method.
            arrays: What is fitted.
            keep: Called once with the result before the tickets hear of it, in a thread of the worker.

        Raises:
            MapError: If too many maps wait already.
        """
        with self._changed:
            job = self._jobs.get(key)
            if job is None:
                self._drop_waiting_warm_up()
                if len(self._queue) >= self._most_waiting:
                    raise MapError(f"{len(self._queue)} maps are waiting already: try again in a few minutes.")
                header = {"do": "fit", "method": method, "parameters": dict(parameters)}
                job = self._add(Job(key, header, arrays, keep))
            job.tickets += 1
            return Ticket(self, job)

    def warm_up(self) -> None:
        """Start the process and let it load and compile in the background, if nothing runs there yet."""
        with self._changed:
            if self._child is None and not self._jobs:
                self._add(Job(_WARM_UP, {"do": "warm up"}, {}, None))

    def close(self) -> None:
        """Cancel everything and end the process. The worker may be used again afterwards."""
        with self._changed:
            self._closing = True
            for job in list(self._jobs.values()):
                self._drop(job)
            self._changed.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join()
        self._closing = False

    def wait_until_gone(self, timeout: float | None = None) -> bool:
        """Wait until there is no child process; whether that is so."""
        with self._changed:
            return self._changed.wait_for(lambda: self._child is None and not self._jobs, timeout)

    def state_of(self, job: Job) -> State:
        """The state of a job, with its place in line if it is queued."""
        with self._changed:
            return self._queued(job) if job.state.status == "queued" else job.state

    def leave(self, job: Job) -> None:
        """One ticket less wants the job; without any it stops."""
        with self._changed:
            job.tickets -= 1
            if job.tickets <= 0 and not job.state.over:
                self._drop(job)

    def follow(self, job: Job, timeout: float | None, progress: Progress | None) -> None:
        """Wait until the job is over, telling ``progress`` whenever its state changes."""
        end = None if timeout is None else time.monotonic() + timeout
        told: State | None = None
        while not (state := self.state_of(job)).over:
            if progress is not None and state != told:
                progress(state.share, state.words)
            told = state
            left = None if end is None else end - time.monotonic()
            with self._changed:
                if not self._changed.wait_for(partial(self._has_moved, job, state), left):
                    raise TimeoutError("The map is not ready yet.")

    def _has_moved(self, job: Job, seen: State) -> bool:
        return self.state_of(job) != seen

    def _queued(self, job: Job) -> State:
        place = self._queue.index(job) + 1
        ahead = place - 1 + (self._running is not None and self._running.key != _WARM_UP)
        if ahead:
            return State("queued", place, words=f"Waiting: {ahead} {'map is' if ahead == 1 else 'maps are'} before it.")
        return State("queued", place, words="Waiting for the map worker to get ready.")

    def _add(self, job: Job) -> Job:
        self._jobs[job.key] = job
        self._queue.append(job)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="map worker", daemon=True)
            self._thread.start()
        self._changed.notify_all()
        return job

    def _drop_waiting_warm_up(self) -> None:
        job = self._jobs.get(_WARM_UP)
        if job is not None and job in self._queue:
            self._drop(job)

    def _drop(self, job: Job) -> None:
        """Cancel a job: out of the queue, or off the child that is at it."""
        job.wanted = False
        if job in self._queue:
            self._queue.remove(job)
        self._set_over(job, State("cancelled", words="Cancelled."))
        if job is self._running and self._child is not None:
            self._child.inbox.put(_LOOK)

    def _set_over(self, job: Job, state: State) -> None:
        if not job.state.over:
            job.state = state
            job.arrays = {}
        if self._jobs.get(job.key) is job:
            del self._jobs[job.key]
        self._changed.notify_all()

    def _over(self, job: Job, state: State) -> None:
        with self._changed:
            self._set_over(job, state)

    def _work(self) -> None:
        """The worker's thread: one job after the other, until there has been none for long."""
        child: Child | None = None
        try:
            while (job := self._next()) is not None:
                child = self._serve(job, child)
        finally:
            if child is not None:
                child.end()
            self._leave_thread()

    def _next(self) -> Job | None:
        with self._changed:
            self._running = None
            if not self._queue and not self._closing:
                self._changed.wait_for(lambda: self._queue or self._closing, self._idle)
            if not self._queue:
                return None
            job = self._running = self._queue.popleft()
            job.state = State("running", words="Starting the map worker.")
            self._changed.notify_all()
            return job

    def _leave_thread(self) -> None:
        """Hand over: whatever came while the child was ending gets a new thread, whatever is broken is said."""
        with self._changed:
            self._child = self._thread = None
            if self._running is not None:
                self._set_over(self._running, _failed("the map worker stumbled"))
                self._running = None
            if self._queue:
                self._thread = threading.Thread(target=self._work, name="map worker", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def _serve(self, job: Job, child: Child | None) -> Child | None:
        """Run one job; the child if it is fit for another."""
        number = next(self._numbers)
        try:
            child = child or Child(self._memory)
            with self._changed:
                self._child = child
            child.send({**job.header, "id": number}, job.arrays)
        except (OSError, MapError) as error:
            self._over(job, _failed(f"the map worker could not be started ({error})"))
        else:
            if self._hear(child, job, number):
                return child
        with self._changed:
            self._child = None
            self._changed.notify_all()
        return None

    def _hear(self, child: Child, job: Job, number: int) -> bool:
        """Listen to the child until the job is over; whether the child lives on."""
        deadline = time.monotonic() + self._longest
        stopping = False
        while True:
            if not job.wanted and not stopping:
                child.send({"do": "stop", "id": number})
                stopping, deadline = True, time.monotonic() + _STOPS_WITHIN
            try:
                message = child.inbox.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                child.kill()  # it compiles or is lost, and hears nothing
                self._over(job, _failed(f"it took longer than {self._longest / 60:.0f} minutes"))
                return False
            if message is None:
                self._over(job, _failed(child.why_it_ended()))
                return False
            header, arrays = message
            if header.get("id") == number and self._heard(job, header, arrays):
                return True

    def _heard(self, job: Job, header: Mapping[str, Any], arrays: Arrays) -> bool:
        """Take in one message; whether it was the last of its job."""
        said = header["is"]
        if said == "progress":
            with self._changed:
                if not job.state.over:
                    job.state = State("running", 0, float(header["share"]), str(header["words"]))
                    self._changed.notify_all()
            return False
        if said == "done" and job.wanted:
            fitted = Fitted(arrays["coordinates"], header["figures"])
            if job.keep is not None:
                job.keep(fitted)
            job.fitted = fitted
            self._over(job, State("done", share=1.0, words="Done."))
        elif said == "failed":
            self._over(job, _failed(str(header["words"])))
        return True


def _failed(why: str) -> State:
    return State("failed", words=f"This map could not be drawn: {why}. Nothing else is affected; you can try again.")


_MAKING = threading.Lock()


@cache
def _the_worker() -> Worker:
    worker = Worker()
    atexit.register(worker.close)
    return worker


def shared() -> Worker:
    """The worker of this server."""
    with _MAKING:
        return _the_worker()
