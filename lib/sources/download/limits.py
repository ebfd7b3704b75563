"""What a download may take: time, attempts, and whom it tells how far it is."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from lib.errors import DownloadError

Progress = Callable[[int, int | None], None]
"""Called with the bytes so far and their total, or None where the total is not known."""


class UnreachableError(DownloadError):
    """Nobody answers at the address: there is no network, or the site is down."""


@dataclass(frozen=True)
class Limits:
    """How long to wait, in seconds, and how often to try.

    Attributes:
        connect: For a connection, per address of the site.
        read: Between two pieces of the answer.
        answer: Until the site has answered for the first time, however often it was tried.
        deadline: For everything, waiting for another download included.
        attempts: How often to try what may pass by itself: no connection, a busy server, a cut-off.
        backoff: The second attempt follows at once; then come pauses of twice, four times, ... so many seconds.
        poll: How often to look whether another download has ended.
    """

    connect: float = 10
    read: float = 30
    answer: float = 60
    deadline: float = 600
    attempts: int = 4
    backoff: float = 1
    poll: float = 0.2


class Clock:
    """The time that ``limits`` leave, counted from the moment the person asked."""

    def __init__(self, limits: Limits) -> None:
        """Start the clock."""
        self.limits = limits
        self._end = time.monotonic() + limits.deadline
        self._answer_by = math.inf

    def expect_answer(self) -> None:
        """From now on the site has ``limits.answer`` seconds to answer."""
        self._answer_by = time.monotonic() + self.limits.answer

    def note_answer(self) -> None:
        """The site has answered: from now on only the deadline counts."""
        self._answer_by = math.inf

    @property
    def left(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, min(self._end, self._answer_by) - time.monotonic())

    def pause(self, seconds: float) -> None:
        """Sleep, but not beyond the time left."""
        time.sleep(min(seconds, self.left))
