"""A child process that does work: started when needed, stopped when unwanted, ended when idle.

What it is sent has an "id" and what the work is; it answers with the same "id" and "is": "progress" with a share and
words, then "done" with the result, "failed" with words, or "stopped" after it was sent ``{"do": "stop", "id"}``.
"""

from __future__ import annotations

import contextlib
import itertools
import queue
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from lib.work.child import Child, Inbox, Message
from lib.work.progress import Cancelled, Progress
from lib.work.wire import Arrays, TooLarge

_STOPS_WITHIN = 1.0
_LOOK_AGAIN = 0.25
"""Seconds between questions whether the work is still wanted, where the process says nothing."""


class Mishap(Exception):  # noqa: N818 - the middle of a sentence, for whoever knows its beginning
    """Why the process could not do its work."""


class Helper:
    """Has a child process do work, and starts another where one has died.

    Safe to use from any thread. What several ask at the same time is with the process at once: whether it does one
    thing after the other is for the process to say.
    """

    def __init__(self, module: str, name: str, *, memory_mb: int, longest_seconds: float, idle_seconds: float) -> None:
        """Nothing is started yet.

        Args:
            module: What the process runs.
            name: What people know it by, such as "the map worker".
            memory_mb: What the process may hold, where the system can be told.
            longest_seconds: Work that takes longer is ended.
            idle_seconds: After so long without work the process ends and gives its memory back.
        """
        self._start = partial(Child, module, name, memory_mb)
        self._name, self._longest, self._idle = name, longest_seconds, idle_seconds
        self._numbers = itertools.count(1)
        self._changed = threading.Condition()
        self._child: Child | None = None
        self._under_way = 0
        self._idle_end: threading.Timer | None = None
        self._closing = False

    @property
    def pid(self) -> int | None:
        """Number of the process, or None while there is none."""
        child = self._child
        return None if child is None else child.pid

    def do(self, header: Mapping[str, Any], arrays: Arrays, progress: Progress) -> Message:
        """Have one piece of work done, waiting for it.

        Args:
            header: Says what the work is.
            arrays: What it is done with.
            progress: Told how far it is, and asked at least four times a second whether to go on.

        Raises:
            Cancelled: If ``progress`` raised it, or the helper is closed.
            Mishap: If the work failed, took too long, or the process died.
            TooLarge: If the arrays are too large to be sent.
        """
        with self._process() as child:
            number = next(self._numbers)
            inbox = child.inbox(number)
            try:
                child.send({**header, "id": number}, arrays)
                return self._hear(child, inbox, progress)
            except (Mishap, TooLarge):
                raise
            except BaseException:  # whoever listened wants no more of it
                self._stop(child, inbox, number)
                raise
            finally:
                child.forget(number)

    def close(self) -> None:
        """Stop whatever is done and end the process. The helper may be used again afterwards."""
        with self._changed:
            self._closing = True
            self._changed.wait_for(lambda: not self._under_way)
            self._let_go()
            self._closing = False

    def wait_until_gone(self, timeout: float | None = None) -> bool:
        """Wait until there is no process; whether that is so."""
        with self._changed:
            return self._changed.wait_for(lambda: self._child is None, timeout)

    @contextmanager
    def _process(self) -> Iterator[Child]:
        """The process while something is asked of it; it rests when the last is done."""
        with self._changed:
            if self._closing:
                raise Cancelled
            child = self._ready()
            self._under_way += 1
        try:
            yield child
        finally:
            with self._changed:
                self._under_way -= 1
                if child.has_ended and child is self._child:
                    self._let_go()
                if not self._under_way:
                    self._rest()
                self._changed.notify_all()

    def _hear(self, child: Child, inbox: Inbox, progress: Progress) -> Message:
        """Listen until the work is done."""
        end = time.monotonic() + self._longest
        share, words = 0.0, f"Starting {self._name}."
        while True:
            if self._closing:
                raise Cancelled
            progress(share, words)
            message = self._message(child, inbox, end)
            if message is None:
                continue
            header = message[0]
            if header["is"] == "progress":
                share, words = float(header["share"]), str(header["words"])
            elif header["is"] == "done":
                return message
            else:
                raise Mishap(str(header.get("words", "it was stopped")))

    def _message(self, child: Child, inbox: Inbox, end: float) -> Message | None:
        """What is said next of this work; None where nothing is said for a moment."""
        try:
            message = inbox.get(timeout=min(_LOOK_AGAIN, max(0.0, end - time.monotonic())))
        except queue.Empty:
            if time.monotonic() < end:
                return None
            child.kill()  # it compiles or is lost, and hears nothing
            raise Mishap(f"it took longer than {self._longest / 60:.0f} minutes") from None
        if message is None:
            raise Mishap(child.why_it_ended())
        return message

    def _stop(self, child: Child, inbox: Inbox, number: int) -> None:
        """Have the work stopped: kindly where the process listens, by force where it does nothing else and does not."""
        child.send({"do": "stop", "id": number})
        end = time.monotonic() + _STOPS_WITHIN
        while time.monotonic() < end and self._under_way == 1:
            with contextlib.suppress(queue.Empty):
                message = inbox.get(timeout=_LOOK_AGAIN)
                if message is None or message[0]["is"] != "progress":
                    return
        with self._changed:
            if self._under_way == 1:
                child.kill()

    # Under the lock

    def _ready(self) -> Child:
        """The process; a new one where there is none, or the last has died."""
        if self._idle_end is not None:
            self._idle_end.cancel()
        if self._child is not None and self._child.has_ended:
            self._let_go()
        if self._child is None:
            try:
                self._child = self._start()
            except OSError as error:
                raise Mishap(f"{self._name} could not be started ({error})") from error
        return self._child

    def _let_go(self) -> None:
        """End the process, if there is one."""
        if self._child is not None:
            self._child.end()
        self._child = None
        self._changed.notify_all()

    def _rest(self) -> None:
        """Let the process end if there is no work for long."""
        if self._child is None:
            return
        self._idle_end = threading.Timer(self._idle, self._end_idle)
        self._idle_end.daemon = True
        self._idle_end.start()

    def _end_idle(self) -> None:
        """In the timer's thread."""
        with self._changed:
            # work that came while the timer went off has set another, or will
            if self._idle_end is threading.current_thread() and not self._under_way:
                self._let_go()
