"""A place in a queue, and where the work stands that it is for."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Generic, Literal, Protocol, TypeVar

from lib.work.progress import Cancelled, Progress

T = TypeVar("T")
Status = Literal["queued", "running", "done", "failed", "cancelled", "busy"]


@dataclass(frozen=True)
class State:
    """Where work stands.

    Attributes:
        status: "queued", "running", "done", "failed", "cancelled", or "busy" where too much waited to take it on.
        place: While queued, the place in line: 1 is next.
        share: The share done, 0 to 1.
        words: What is going on, or what went wrong: a sentence for the person.
        lapsed: Whether it was cancelled because nobody looked, and not by a person: ask again.
    """

    status: Status
    place: int = 0
    share: float = 0.0
    words: str = ""
    lapsed: bool = False

    @property
    def over(self) -> bool:
        """Whether nothing more will happen."""
        return self.status not in ("queued", "running")


@dataclass(frozen=True)
class Words:
    """What a queue says of its work: one piece and many, waiting first in line, beginning, and after a mishap."""

    one: str = "piece of work"
    many: str = "pieces of work"
    waiting: str = "Waiting to begin."
    beginning: str = "Beginning."
    sorry: str = "Something went wrong on the server: try again, or choose other settings."

    def number(self, count: int, verb: str, verbs: str, whose: str = "") -> str:
        """Such as "1 map is" or "2 maps are"; with ``whose``, "2 maps of yours are"."""
        return f"1 {self.one}{whose} {verb}" if count == 1 else f"{count} {self.many}{whose} {verbs}"


class Job(Generic[T]):
    """One piece of work and the tickets that want it. Changed only under the queue's lock."""

    def __init__(
        self,
        key: Hashable,
        work: Callable[[Progress], T],
        keep: Callable[[T], object] | None,
        *,
        is_heavy: bool = False,
        is_unasked: bool = False,
        turn: int = 0,
        what: str = "",
    ) -> None:
        self.key, self.what = key, what
        self.is_heavy, self.is_unasked = is_heavy, is_unasked
        self.turn = turn
        """When its watcher's turn comes: of two that wait the one with the smaller number is begun first."""
        self.work: Callable[[Progress], T] | None = work
        self.keep = keep
        self.state = State("queued")
        self.tickets: list[Ticket[T]] = []
        self.watchers: frozenset[Hashable | None] = frozenset()
        """Whose work it is; once nobody wants it, whose it was, for it may run on until it notices."""
        self.result: T | None = None

    def add(self, ticket: Ticket[T]) -> None:
        """One ticket more wants the work."""
        self.tickets.append(ticket)
        self.watchers |= {ticket.watcher}

    def remove(self, ticket: Ticket[T]) -> None:
        """One ticket less wants the work."""
        self.tickets.remove(ticket)
        if self.tickets:
            self.watchers = frozenset(other.watcher for other in self.tickets)

    def end(self, state: State) -> None:
        """Nothing more will happen: let go of whatever is held but the result."""
        self.state = state
        self.work, self.keep = None, None
        self.tickets.clear()


class Server(Protocol):
    """What a ticket asks of the queue that issued it."""

    error: type[Exception]

    def look(self, ticket: Ticket[Any], job: Job[Any]) -> State:
        """The state of a ticket's work; renews the ticket's lease."""

    def leave(self, ticket: Ticket[Any], job: Job[Any]) -> None:
        """One ticket less wants the work."""

    def follow(self, ticket: Ticket[Any], job: Job[Any], timeout: float | None, progress: Progress | None) -> State:
        """Wait until a ticket's work is over; its last state."""


class Ticket(Generic[T]):
    """A place in the queue. Those who ask for the same share one piece of work, each by a ticket of its own."""

    def __init__(self, queue: Server, job: Job[T], watcher: Hashable | None) -> None:
        self._queue, self._job = queue, job
        self.watcher = watcher
        # the queue's own notes, kept under its lock: when it was last looked at, who waits inside ``result``
        self.seen, self.waiting, self.cancelled = 0.0, 0, False

    @property
    def state(self) -> State:
        """Where the work stands now. Looking says that it is still wanted."""
        return self._queue.look(self, self._job)

    def cancel(self) -> None:
        """Want it no more. The work stops unless another ticket wants it too."""
        self._queue.leave(self, self._job)

    def result(self, timeout: float | None = None, progress: Progress | None = None) -> T:
        """Wait for the result, and tell ``progress`` meanwhile; if that raises ``Cancelled``, so is the ticket.

        Raises:
            Exception: The queue's class of errors, with a sentence, if the work failed or the queue was busy.
            Cancelled: If the ticket was cancelled, or the work because nobody looked at it.
            TimeoutError: If it takes longer than ``timeout`` seconds.
        """
        try:
            state = self._queue.follow(self, self._job, timeout, progress)
        except Cancelled:
            self.cancel()
            raise
        if state.status in ("failed", "busy"):
            raise self._queue.error(state.words)
        if state.status == "cancelled":
            raise Cancelled
        return self._job.result  # type: ignore[return-value] # done: it is whatever the work returned
