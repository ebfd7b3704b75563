"""The one queue for t-SNE and UMAP: one fit at a time in a process of its own, for all sessions of the server."""

from __future__ import annotations

import atexit
import contextlib
import threading
import time
from collections.abc import Callable, Hashable, Mapping
from functools import cache, partial
from typing import Any

from lib.errors import MapError
from lib.layouts.fitted import Fitted
from lib.work.helper import Helper, Mishap
from lib.work.jobs import LEASE_SECONDS, Gone, Queue, Ticket, Words
from lib.work.machine import is_small, left, memory
from lib.work.progress import Cancelled, Progress
from lib.work.wire import Arrays, TooLarge

MAX_WAITING, MAX_WAITING_EACH = 32, 4
"""Maps that may wait, of all and of one watcher: a page shows two at once."""

IDLE_SECONDS, SMALL_IDLE_SECONDS = 600.0, 20.0
"""The second where the server needs the memory itself."""
LONGEST_SECONDS = 900.0
MEMORY_MB = 1_024

NEEDED = 270_000_000
"""Bytes that must be free beside the server: 150 for the process, and 120 by which one visit makes the server grow."""

_PROCESS = "lib.layouts.fit.process"


def _failed(why: str) -> str:
    return f"This map could not be drawn: {why}. Nothing else is affected; you can try again."


_WORDS = Words(
    one="map",
    many="maps",
    waiting="Waiting for the map worker to get ready.",
    beginning="Starting the map worker.",
    sorry=_failed("the map worker stumbled"),
)


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
        lease_seconds: float = LEASE_SECONDS,
        left: Callable[[], int | None] = left,
    ) -> None:
        """Nothing is started yet.

        Args:
            waiting: How many maps may wait.
            idle_seconds: After so long without a map the process ends and gives its memory back.
            longest_seconds: A fit that takes longer is ended.
            memory_mb: What the process may hold, where the system can be told.
            lease_seconds: A map that nobody has looked at for so long is not drawn.
            left: Bytes that the server may still take; None if that is not known.
        """
        self._queue = Queue(
            at_once=1,
            waiting=waiting,
            waiting_each=MAX_WAITING_EACH,
            error=MapError,
            words=_WORDS,
            lease_seconds=lease_seconds,
        )
        self._helper = Helper(
            _PROCESS, "the map worker", memory_mb=memory_mb, longest_seconds=longest_seconds, idle_seconds=idle_seconds
        )
        self._left = left
        self._lock = threading.Lock()
        self._warming: threading.Thread | None = None

    @property
    def pid(self) -> int | None:
        """Number of the child process, or None while there is none."""
        return self._helper.pid

    @property
    def under_way(self) -> tuple[int, int]:
        """How many maps are drawn, and how many wait."""
        return self._queue.under_way

    def submit(
        self,
        key: str,
        method: str,
        parameters: Mapping[str, Any],
        arrays: Arrays,
        keep: Callable[[Fitted], None] | None = None,
        watcher: Hashable | None = None,
    ) -> Ticket[Fitted]:
        """Queue a fit, or join the one with the same key that is queued or running.

        Args:
            key: Says what the fit is of: equal keys mean equal results.
            method: See ``lib.layouts.fit.methods.fit``, as are the next two.
            parameters: Of the method.
            arrays: What is fitted.
            keep: Called once with the result before the tickets hear of it, in a thread of the worker.
            watcher: Who asks, so that nobody's maps come before everybody else's; None if it does not matter.

        Returns:
            A ticket; its state is "busy" if too many maps wait already, and its errors are ``MapError``.

        Raises:
            MapError: If the server has too little memory left for the process.
        """
        if self._is_short():
            raise MapError(
                f"The server is short of memory ({(memory() or 0) / 1e6:,.0f} MB in all): until it has more, only maps "
                "that were drawn before are shown. Try again later."
            )
        header = {"do": "fit", "method": method, "parameters": dict(parameters)}
        return self._queue.ask(key, watcher, partial(self._fit, header, arrays), keep)

    def heed(self, gone: Gone) -> None:
        """From now on, maps of watchers who ``gone`` says have left are not drawn."""
        self._queue.gone = gone

    def warm_up(self) -> None:
        """Start the process and let it load and compile in the background, if nothing runs there yet."""
        with self._lock:
            warming = self._warming is not None and self._warming.is_alive()
            if self.pid is None and not warming and self._queue.wait(0) and not self._is_short():
                self._warming = threading.Thread(target=self._warm_up, name="map worker warming up", daemon=True)
                self._warming.start()

    def close(self) -> None:
        """Cancel everything and end the process. The worker may be used again afterwards."""
        self._queue.close()
        self._helper.close()

    def wait_until_gone(self, timeout: float | None = None) -> bool:
        """Wait until there is no child process; whether that is so."""
        start = time.monotonic()
        if not self._queue.wait(timeout):
            return False
        return self._helper.wait_until_gone(None if timeout is None else timeout - (time.monotonic() - start))

    def _is_short(self) -> bool:
        """Whether memory is too short to draw; a process that rests gives its own back at once."""
        there = self._left()
        if there is None or there >= NEEDED:
            return False
        if self._queue.wait(0):
            self._helper.close()
        return True

    def _fit(self, header: Mapping[str, Any], arrays: Arrays, progress: Progress) -> Fitted:
        """One fit at the child.

        Raises:
            MapError: A sentence, if it failed.
        """
        try:
            said, results = self._helper.do(header, arrays, progress)
        except Mishap as mishap:
            raise MapError(_failed(str(mishap))) from mishap
        except TooLarge as error:
            raise MapError(
                f"A map of this size ({error.megabytes:.0f} MB) is too large: choose fewer features."
            ) from error
        return Fitted(results["coordinates"], said["figures"])

    def _warm_up(self) -> None:
        # whatever goes wrong here goes wrong again, and is said, with the first map
        with contextlib.suppress(Cancelled, Mishap):
            self._helper.do({"do": "warm up"}, {}, lambda _share, _words: None)


_MAKING = threading.Lock()


@cache
def _the_worker() -> Worker:
    worker = Worker(idle_seconds=SMALL_IDLE_SECONDS if is_small() else IDLE_SECONDS)
    atexit.register(worker.close)
    return worker


def shared() -> Worker:
    """The worker of this server."""
    with _MAKING:
        return _the_worker()
