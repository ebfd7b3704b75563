"""How long work says how far it is, and how it is stopped; no part of it knows a web framework."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from threadpoolctl import ThreadpoolController

Progress = Callable[[float, str], None]
"""Called with the share done (0 to 1) and a few words. To cancel, let it raise ``Cancelled``."""

CORES = min(2, os.cpu_count() or 1)
"""Threads a pass over distances may use: enough to gain, few enough to leave a server room."""


class Cancelled(Exception):  # noqa: N818 - not an error: somebody changed their mind
    """Raised by a progress callback to stop the work; it passes through every function unchanged."""


def report(progress: Progress | None, done: float, words: str) -> None:
    """Tell ``progress``, if there is one, what share is done."""
    if progress is not None:
        progress(min(max(done, 0.0), 1.0), words)


def part_of(progress: Progress | None, start: float, end: float) -> Progress | None:
    """A callback for a stretch of the work: its 0 to 1 becomes ``start`` to ``end``."""
    if progress is None:
        return None
    return lambda done, words: progress(start + (end - start) * done, words)


@cache
def _pools() -> ThreadpoolController:
    return ThreadpoolController()


class _OneThread:
    """OpenMP is limited in each thread by itself, BLAS for the whole process while anybody is inside."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._blas: Any = None

    @contextmanager
    def __call__(self) -> Iterator[None]:
        with self._lock:
            self._inside += 1
            if self._blas is None:
                self._blas = _pools().limit(limits=1, user_api="blas")
        try:
            with _pools().limit(limits=1, user_api="openmp"):
                yield
        finally:
            with self._lock:
                self._inside -= 1
                if not self._inside:
                    self._blas.restore_original_limits()
                    self._blas = None


one_thread = _OneThread()
"""Context in which BLAS and OpenMP use one thread: repeatable, and faster on short work than waiting threads."""
