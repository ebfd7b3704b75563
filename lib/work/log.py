"""One line of JSON for each piece of work of this server: what it was, how long it took, how it ended.

What it was made from stands there as a mark: equal marks mean equal work. A mark is hashed with a secret that lives as
long as the server, so that nobody can tell names, conditions or values from it, not even by trying; they stand in no
line. Of errors a line has the class alone, for their words may quote a table.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
import traceback
from collections.abc import Hashable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from hashlib import blake2b

from lib.errors import HouseholdSegmentsError
from lib.work.progress import Cancelled

LEVEL = "SEGMENTS_LOG"
"""The variable of the environment that says what is told: "info" (all work), "warning" (what failed), "off"."""

LOGGER = logging.getLogger("household_segments")
LOGGER.addHandler(logging.NullHandler())  # who is not a server, such as a command, says nothing of it

_SECRET = os.urandom(16)


class _ToErrorOutput(logging.Handler):
    """Writes a line to whatever is the error output by then."""

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError, ValueError):  # nobody reads it any more
            sys.stderr.write(f"{record.getMessage()}\n")
            sys.stderr.flush()


_SAID = _ToErrorOutput()


def start() -> None:
    """Say what is done from now on, as far as ``SEGMENTS_LOG`` asks for it."""
    asked = os.environ.get(LEVEL, "info").upper()
    levels = logging.getLevelNamesMapping()
    LOGGER.setLevel(logging.CRITICAL + 1 if asked == "OFF" else levels.get(asked, logging.INFO))
    if _SAID not in LOGGER.handlers:
        LOGGER.addHandler(_SAID)
        LOGGER.propagate = False


def mark(made_from: Hashable) -> str:
    """Eight characters that stand for what something is made from, the same for as long as the server runs."""
    return blake2b(repr(made_from).encode(), key=_SECRET, digest_size=4).hexdigest()


@contextmanager
def told(event: str, what: str, made_from: Hashable) -> Iterator[None]:
    """Within it work is done; one line is written when it is over, however it ends.

    Args:
        event: "fit", "job", "map", "download".
        what: Which kind of it; a word of this project, never one of a table.
        made_from: What the mark is of.
    """
    started, ended, error, level = time.perf_counter(), "done", "", logging.INFO
    try:
        yield
    except Cancelled:
        ended = "stopped"
        raise
    except HouseholdSegmentsError as refused:
        ended, error, level = "failed", type(refused).__name__, logging.WARNING
        raise
    except BaseException as failed:
        ended, error, level = "failed", type(failed).__name__, logging.ERROR
        raise
    finally:
        write(level, event, what, made_from, seconds=time.perf_counter() - started, ended=ended, error=error)


def unexpected(logger: logging.Logger, words: str, error: BaseException) -> None:
    """Where something happened that nobody expected, for whoever runs the server: without the error's own words."""
    where = "".join(traceback.format_tb(error.__traceback__))
    logger.error("%s: %s\n%s", words, type(error).__name__, where)


def setting(sentence: str) -> None:
    """One line on a setting that cannot be followed; its words are those of whoever runs the server."""
    line = {"at": datetime.now(tz=UTC).isoformat(timespec="milliseconds"), "event": "setting", "what": sentence}
    LOGGER.warning("%s", json.dumps(line))


def write(
    level: int, event: str, what: str, made_from: Hashable, *, seconds: float = 0.0, ended: str = "", error: str = ""
) -> None:
    """One line; see ``told``."""
    if not LOGGER.isEnabledFor(level):
        return
    line = {
        "at": datetime.now(tz=UTC).isoformat(timespec="milliseconds"),
        "event": event,
        "what": what,
        "mark": mark(made_from),
        "seconds": round(seconds, 3),
        "ended": ended,
        **({"error": error} if error else {}),
    }
    LOGGER.log(level, "%s", json.dumps(line))
