"""A place in the queue of maps, and where the map stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from lib.errors import MapError
from lib.maps.fit.layouts import Fitted
from lib.work.progress import Cancelled, Progress
from lib.work.wire import Arrays

Status = Literal["queued", "running", "done", "failed", "cancelled"]


@dataclass(frozen=True)
class State:
    """Where a map stands.

    Attributes:
        status: "queued", "running", "done", "failed" or "cancelled".
        place: While queued, the place in line: 1 is next.
        share: While running, the share done, 0 to 1.
        words: What is going on, or what went wrong: a sentence for the person.
    """

    status: Status
    place: int = 0
    share: float = 0.0
    words: str = ""

    @property
    def over(self) -> bool:
        """Whether nothing more will happen."""
        return self.status in ("done", "failed", "cancelled")


class Job:
    """One fit, wanted by one or more tickets. Changed only under the worker's lock."""

    def __init__(
        self, key: str, header: Mapping[str, Any], arrays: Arrays, keep: Callable[[Fitted], None] | None
    ) -> None:
        self.key, self.header, self.arrays, self.keep = key, header, arrays, keep
        self.state = State("queued")
        self.tickets = 0
        self.wanted = True
        self.fitted: Fitted | None = None


class Queue(Protocol):
    """What a ticket asks of the worker that issued it."""

    def state_of(self, job: Job) -> State:
        """The state of a job, with its place in line if it is queued."""

    def leave(self, job: Job) -> None:
        """One ticket less wants the job; without any it stops."""

    def follow(self, job: Job, timeout: float | None, progress: Progress | None) -> None:
        """Wait until the job is over, telling ``progress`` whenever its state changes."""


class Ticket:
    """A place in the queue. Identical requests share one fit, each by a ticket of its own."""

    def __init__(self, worker: Queue, job: Job) -> None:
        self._worker, self._job = worker, job
        self._cancelled = False

    @property
    def state(self) -> State:
        """Where the map stands now."""
        return State("cancelled", words="Cancelled.") if self._cancelled else self._worker.state_of(self._job)

    def cancel(self) -> None:
        """Want it no more. The fit stops unless another ticket wants it too."""
        if not self._cancelled and not self._job.state.over:
            self._cancelled = True
            self._worker.leave(self._job)

    def result(self, timeout: float | None = None, progress: Progress | None = None) -> Fitted:
        """Wait for the fit, and tell ``progress`` about it meanwhile; if that raises, the ticket is cancelled.

        Raises:
            MapError: A sentence, if the fit failed.
            Cancelled: If the ticket was cancelled.
            TimeoutError: If it takes longer than ``timeout`` seconds.
        """
        try:
            self._worker.follow(self._job, timeout, progress)
        except Cancelled:
            self.cancel()
            raise
        state = self.state
        if state.status == "failed":
            raise MapError(state.words)
        if state.status == "cancelled" or self._job.fitted is None:
            raise Cancelled
        return self._job.fitted
