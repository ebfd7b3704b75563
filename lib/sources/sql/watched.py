"""A question to a database that somebody watches: it ends in time, and when nobody wants the answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from lib.sources.sql.database import TOO_LONG, Connection, Database, RefusedError
from lib.work.progress import Progress
from lib.work.stopped import stoppable

T = TypeVar("T")


def watched(database: Database, work: Callable[[Connection], T], progress: Progress) -> T:
    """Do the work with a connection in a thread of its own, whose waiting for the database this one can end.

    Args:
        database: Not opened yet. It all may take its seconds, the opening included.
        work: Given the connection.
        progress: Told how many rows have come. What it raises ends the work in the database, and is raised.

    Raises:
        RefusedError: What the database says against it, or that it takes too long.
    """
    until = time.monotonic() + database.seconds

    def look() -> None:
        left = until - time.monotonic()
        if left < 0:
            raise RefusedError(TOO_LONG)
        words = f"{database.rows:,} rows so far." if database.rows else "Asking the database."
        progress(1 - left / database.seconds, words)

    return stoppable(lambda: _opened(database, work), database.cancel, look)


def _opened(database: Database, work: Callable[[Connection], T]) -> T:
    with database.opened() as connection:
        return work(connection)
