"""A gate to what takes processors: a few are inside at a time, the others stand in line, whoever came first is first.

Work that shares processors with much other work is done when nearly all of it is. In turns the first is done at once,
and the last not later than it would have been. Whoever needs nothing from inside passes by the gate.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager

LEASE_SECONDS = 5.0
"""Whoever was not seen at the gate for so long stands in line no more."""


class Full(Exception):  # noqa: N818 - nothing went wrong: others are first
    """Others are inside, and it took too long to wait for them."""


class _Turn:
    """A place in line, kept until what it is for is done."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.seen = 0.0
        self.waits = False
        """Whether a thread waits at the gate for it at this moment."""
        self.was_refused = False
        """Whether it was not let inside the last time."""


class Gate:
    """Lets at most so many inside. A turn lasts until ``done``, however often one goes in and out meanwhile.

    Safe to use from any thread. Whoever is inside may go inside again.
    """

    def __init__(self, at_once: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Nobody is inside.

        Args:
            at_once: How many are inside at most.
            clock: Seconds, for those who stand in line and were not seen for long.
        """
        self._at_once, self._clock = at_once, clock
        self._numbers = itertools.count(1)
        self._changed = threading.Condition()
        self._turns: dict[Hashable, _Turn] = {}
        self._inside = 0
        self._this_thread = threading.local()

    @contextmanager
    def inside(self, who: Hashable, patience: float) -> Iterator[None]:
        """Be inside, after waiting for at most ``patience`` seconds.

        Args:
            who: Whose turn it is: one thread at a time.
            patience: Seconds.

        Raises:
            Full: If others were first for so long. The turn is kept for when ``who`` comes again.
        """
        if getattr(self._this_thread, "is_inside", False):
            yield
            return
        self._enter(who, patience)
        self._this_thread.is_inside = True
        try:
            yield
        finally:
            self._this_thread.is_inside = False
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    def done(self, who: Hashable) -> None:
        """What somebody came for is done: the next time is another turn."""
        with self._changed:
            if self._turns.pop(who, None) is not None:
                self._changed.notify_all()

    def before(self, who: Hashable) -> int:
        """How many stand in line before somebody; says that ``who`` is still there."""
        with self._changed:
            self._sweep()
            turn = self._turns.get(who)
            if turn is None:
                return 0
            turn.seen = self._clock()
            return sum(other.number < turn.number for other in self._turns.values())

    @property
    def waiting(self) -> int:
        """How many wait at the gate, or will come again because it was full."""
        with self._changed:
            self._sweep()
            return sum(turn.waits or turn.was_refused for turn in self._turns.values())

    # Under the lock

    def _enter(self, who: Hashable, patience: float) -> None:
        with self._changed:
            turn = self._turns.get(who) or _Turn(next(self._numbers))
            self._turns[who] = turn
            turn.waits = True
            try:
                turn.was_refused = not self._changed.wait_for(lambda: self._is_first(turn), patience)
                if turn.was_refused:
                    raise Full
                self._inside += 1
            finally:
                turn.waits, turn.seen = False, self._clock()
                self._changed.notify_all()

    def _is_first(self, turn: _Turn) -> bool:
        """Whether there is room, and nobody who waits at the gate came before."""
        if self._inside >= self._at_once:
            return False
        return not any(other.waits and other.number < turn.number for other in self._turns.values())

    def _sweep(self) -> None:
        now = self._clock()
        for who, turn in list(self._turns.items()):
            if not turn.waits and now - turn.seen > LEASE_SECONDS:
                del self._turns[who]
