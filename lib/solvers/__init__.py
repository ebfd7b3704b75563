"""What takes processors for long, on plain arrays: done in this process, or for a server in one of its own.

scikit-learn's loops give the interpreter away and take it back a thousand times in a fit: beside pages that are drawn,
each of the two slows the other down. And a server that never loads it is 60 MB smaller. Wherever it is done the result
is the same.
"""

from __future__ import annotations

import atexit
import contextlib
import threading
from collections.abc import Mapping
from typing import Any

from lib.errors import RecipeError
from lib.work.helper import Helper, Mishap
from lib.work.jobs import is_in_background
from lib.work.progress import Cancelled, Progress
from lib.work.wire import Arrays, TooLarge

MEMORY_MB = 1_024
LONGEST_SECONDS = 900.0
IDLE_SECONDS = 600.0

_PROCESS = "lib.solvers.process"

_helpers: list[Helper] = []
"""The one that solves; none where all is done in this process."""


def solve(
    what: str, figures: Mapping[str, Any], arrays: Arrays, progress: Progress | None = None
) -> tuple[Mapping[str, Any], Arrays]:
    """Have something computed, and wait for it.

    Args:
        what: A name in ``lib.solvers.methods``.
        figures: Small values for it, as JSON has them.
        arrays: What it is computed from.
        progress: Told how far it is; may raise ``Cancelled``.

    Returns:
        Figures and arrays, as that method says.

    Raises:
        RecipeError: A sentence, if there is no solution.
        Cancelled: If ``progress`` raised it.
    """
    for helper in _helpers:
        header = {"do": what, "figures": dict(figures), "is_first": not is_in_background()}
        # whatever goes wrong there is done here, where what is wrong with it is raised as usual
        with contextlib.suppress(Mishap, TooLarge):
            said, results = helper.do(header, arrays, progress or _nothing)
            if "refused" in said:
                raise RecipeError(said["refused"])
            return said["figures"], results
    from lib.solvers.methods import solved  # only now: a server whose process solves never loads scikit-learn

    return solved(what, figures, arrays, progress)


def use_a_process() -> None:
    """From now on, have it done in a process of its own."""
    if not _helpers:
        helper = Helper(
            _PROCESS, "the solver", memory_mb=MEMORY_MB, longest_seconds=LONGEST_SECONDS, idle_seconds=IDLE_SECONDS
        )
        atexit.register(helper.close)
        _helpers.append(helper)


def warm_up() -> None:
    """Start the process, if there shall be one, and let it load in the background."""
    for helper in _helpers:
        threading.Thread(target=_warm_up, args=(helper,), name="solver warming up", daemon=True).start()


def _warm_up(helper: Helper) -> None:
    # whatever goes wrong here goes wrong again, and is made good, with the first that is solved
    with contextlib.suppress(Cancelled, Mishap):
        helper.do({"do": "warm up"}, {}, _nothing)


def _nothing(_share: float, _words: str) -> None:
    """Nobody is told."""
