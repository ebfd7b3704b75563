"""What every process that works for the server does: keep its streams to itself, let the server go first, answer."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from numpy.typing import NDArray

from lib.work import wire
from lib.work.progress import Cancelled, Progress

_TOLD_EVERY = 0.1

_Job = tuple[dict[str, Any], dict[str, NDArray[Any]]]
Work = Callable[[dict[str, Any], dict[str, NDArray[Any]], Progress], tuple[dict[str, Any], wire.Arrays]]
"""From a header, arrays and a progress callback to what is said of the result, and its arrays."""


def own_streams() -> tuple[BinaryIO, BinaryIO]:
    """Streams that no library writes to by accident: what is printed goes to the server's error output."""
    inlet, outlet = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return inlet, outlet


def be_modest(memory_mb: int, *, is_awaited: bool = False) -> None:
    """Less processor time, at most so many megabytes, and the first to go when the system's memory runs out.

    What pages wait for (``is_awaited``) has as much processor time as the server.
    """
    if hasattr(os, "nice") and not is_awaited:
        os.nice(5)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("800", encoding="ascii")
    if sys.platform != "win32":
        import resource

        # data and not address space: compiled code reserves far more addresses than it ever uses
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_DATA, (memory_mb * 2**20, memory_mb * 2**20))


def serve(work: Work, *, at_once: int = 1, is_awaited: bool = False) -> None:
    """Do what is sent, as ``lib.work.helper`` says, until the input closes: the process never outlives the server.

    Args:
        work: Called in this thread, or in one of several.
        at_once: How many pieces of work are done at a time.
        is_awaited: See ``be_modest``.
    """
    memory_mb = int(sys.argv[1])
    # Ctrl+C reaches all processes of a terminal: this one ends with its input, and has nothing to say about it
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    inlet, outlet = own_streams()
    be_modest(memory_mb, is_awaited=is_awaited)
    server = _Server(work, outlet, memory_mb)
    threading.Thread(target=server.listen, args=(inlet,), daemon=True).start()
    for _ in range(at_once - 1):
        threading.Thread(target=server.answer, daemon=True).start()
    server.answer()


class _Server:
    def __init__(self, work: Work, outlet: BinaryIO, memory_mb: int) -> None:
        self._work, self._outlet, self._memory_mb = work, outlet, memory_mb
        self._jobs: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self._stopped: set[int] = set()
        self._writing = threading.Lock()

    def listen(self, inlet: BinaryIO) -> None:
        try:
            while (message := wire.receive(inlet)) is not None:
                header, arrays = message
                if header["do"] == "stop":
                    self._stopped.add(int(header["id"]))
                else:
                    self._jobs.put((header, arrays))
        finally:
            os._exit(0)  # the server is gone or wants no more; nothing here is worth keeping

    def answer(self) -> None:
        while True:
            self._answer(*self._jobs.get())

    def _answer(self, header: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> None:
        number = int(header["id"])
        try:
            said, results = self._work(header, arrays, self._progress(number))
            self._say({**said, "is": "done", "id": number}, results)
        except Cancelled:
            self._say({"is": "stopped", "id": number})
        except MemoryError:
            words = f"it needs more than the {self._memory_mb:,} MB its process may use"
            self._say({"is": "failed", "id": number, "words": words})
        except Exception as error:  # noqa: BLE001 - one piece of work fails, the process goes on
            self._say({"is": "failed", "id": number, "words": f"{type(error).__name__}: {error}"})

    def _progress(self, number: int) -> Progress:
        """A callback that cancels what was stopped."""
        last = 0.0

        def told(share: float, words: str) -> None:
            nonlocal last
            if number in self._stopped:
                raise Cancelled
            if time.monotonic() - last >= _TOLD_EVERY:
                last = time.monotonic()
                self._say({"is": "progress", "id": number, "share": share, "words": words})

        return told

    def _say(self, header: dict[str, Any], arrays: wire.Arrays | None = None) -> None:
        message = wire.pieces(header, arrays)
        with self._writing:
            self._outlet.writelines(message)
            self._outlet.flush()
