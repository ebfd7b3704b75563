"""A process that works for the server, as the server sees it: started, spoken to, ended."""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, cast

from numpy.typing import NDArray

from lib.work import wire

_ROOT = Path(__file__).parents[2]
_ENDS_WITHIN = 5.0

_GIVES_BACK = {"MALLOC_ARENA_MAX": "2", "MALLOC_TRIM_THRESHOLD_": "1048576", "MALLOC_MMAP_THRESHOLD_": "1048576"}
"""glibc's words for what ``lib.ui.run.server`` says to it: a third of what the solver once had would stay with it."""

Message = tuple[dict[str, Any], dict[str, NDArray[Any]]]
Inbox = queue.SimpleQueue["Message | None"]
"""What a process said of one piece of work; None once it has ended."""


class Child:
    """One process that runs a module of this project and speaks as ``lib.work.wire`` says.

    Safe to use from any thread.

    Attributes:
        pid: Number of the process.
    """

    def __init__(self, module: str, name: str, memory_mb: int) -> None:
        """Start it.

        Args:
            module: What it runs; it is given ``memory_mb`` to keep to.
            name: What people know it by, such as "the map worker".
            memory_mb: Megabytes it may hold.

        Raises:
            OSError: If the system starts no process.
        """
        self._name = name
        self._sending, self._changed = threading.Lock(), threading.Lock()
        self._inboxes: dict[int, Inbox] = {}
        self._is_silent = False
        # the interpreter that runs the server, a module of this project, and a number: nothing from outside
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", module, str(memory_mb)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=_ROOT,
            env=_environment(),
        )
        self._inlet = cast("BinaryIO", self._process.stdin)
        self.pid = self._process.pid
        threading.Thread(target=self._read, name=f"words of {name}", daemon=True).start()

    @property
    def has_ended(self) -> bool:
        """Whether it is there no more, for whatever reason."""
        return self._process.poll() is not None

    def inbox(self, number: int) -> Inbox:
        """Where what it says of a piece of work is put, from now on until ``forget``."""
        found = Inbox()
        with self._changed:
            self._inboxes[number] = found
            if self._is_silent:
                found.put(None)
        return found

    def forget(self, number: int) -> None:
        """Nobody listens any more to what it says of a piece of work."""
        with self._changed:
            self._inboxes.pop(number, None)

    def send(self, header: Mapping[str, Any], arrays: wire.Arrays | None = None) -> None:
        """Give it work or a word. That it has ended shows in inboxes, not here.

        Raises:
            TooLarge: See ``lib.work.wire.pieces``.
        """
        message = wire.pieces(header, arrays)
        with self._sending, contextlib.suppress(OSError, ValueError):
            self._inlet.writelines(message)
            self._inlet.flush()

    def end(self) -> None:
        """End it: kindly where it listens, by force where it does not, and never leave it as a zombie."""
        with contextlib.suppress(OSError, ValueError):
            self._inlet.close()
        try:
            self._process.wait(_ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it at once, whatever it is doing."""
        self._process.kill()
        self._process.wait()

    def why_it_ended(self) -> str:
        """The middle of a sentence about a process that has ended by itself."""
        try:
            code = self._process.wait(_ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            self.kill()
            return f"{self._name} stopped speaking"
        if code == -9:
            return f"{self._name} was ended by the system, as happens when memory runs out"
        return f"{self._name} ended unexpectedly (code {code})"

    def _read(self) -> None:
        outlet = cast("BinaryIO", self._process.stdout)
        try:
            while (message := wire.receive(outlet)) is not None:
                with self._changed:
                    inbox = self._inboxes.get(int(message[0]["id"]))
                if inbox is not None:
                    inbox.put(message)
        except (OSError, ValueError, KeyError):
            self._process.kill()  # what it says makes no sense
        finally:
            with self._changed:
                self._is_silent = True
                for inbox in self._inboxes.values():
                    inbox.put(None)
            outlet.close()


def _environment() -> dict[str, str]:
    """The server's own, with the project on the path and one processor left to the server."""
    threads = str(max(1, min(4, (os.cpu_count() or 1) - 1)))
    pools = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        **os.environ,
        **dict.fromkeys(pools, threads),
        # one piece of work at a time needs no more, and it asks for no library of the system
        "NUMBA_THREADING_LAYER": "workqueue",
        **_GIVES_BACK,
        "PYTHONPATH": os.pathsep.join(paths),
    }
