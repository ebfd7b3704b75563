"""Work in a thread of its own that this one can end: what it waits for may hear of nothing by itself."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TypeVar

T = TypeVar("T")

LOOK_EVERY = 0.2
"""Seconds between looks; on Windows Ctrl+C is heard between them."""


def stoppable(work: Callable[[], T], stop: Callable[[], None], look: Callable[[], None] = lambda: None) -> T:
    """Do work in a thread, and end it when something is raised here: Ctrl+C, or whatever ``look`` raises.

    Args:
        work: What is to be done.
        stop: Ends it from here; called again for as long as it has not ended.
        look: Called every ``LOOK_EVERY`` seconds.

    Raises:
        BaseException: What ended the work, once it has ended; or what the work raises.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="stoppable") as thread:
        doing = thread.submit(work)
        try:
            while not _is_over(doing):
                look()
        except BaseException:
            stop()
            while not _is_over(doing):
                stop()
            raise
        return doing.result()


def _is_over(doing: Future[T]) -> bool:
    return bool(wait([doing], LOOK_EVERY).done)
