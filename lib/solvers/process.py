"""The process that solves for a server; several things at a time, those first that a page waits for.

It is started by ``lib.solvers`` and speaks as ``lib.work.helper`` says: ``{"do", "figures", "is_first"}`` with arrays
is answered by "figures" and arrays, or by "refused" with a sentence. It ends when its input closes.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from lib.errors import RecipeError
from lib.work.alone import stand_in
from lib.work.progress import Progress
from lib.work.served import serve
from lib.work.wire import Arrays

AT_ONCE = 8
"""More than a server asks for at a time: see ``lib.ui.run``."""

STOOD_IN_FOR = ("pandas", "pyarrow", "matplotlib", "scipy.stats")
"""What scikit-learn imports for tables and tests, not for what is asked of it here: 75 MB."""

_LOOK_AGAIN = 0.2
"""Seconds between questions whether what waits is still wanted."""


def main() -> None:
    """Serve until the input closes."""
    stand_in(*STOOD_IN_FOR)
    serve(Solver().solved, at_once=AT_ONCE, is_awaited=True)


class Solver:
    """Does what is sent; what no page waits for makes pauses while there is something that one does."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._first = 0
        """How many are under way that a page waits for."""

    def solved(self, header: dict[str, Any], arrays: Arrays, progress: Progress) -> tuple[dict[str, Any], Arrays]:
        """See ``lib.work.served.Work``."""
        from lib.solvers.methods import solved

        if header["do"] == "warm up":
            return {}, {}
        with self._turn(is_first=header["is_first"]):
            try:
                told = progress if header["is_first"] else partial(self._after_others, progress)
                figures, found = solved(header["do"], header["figures"], arrays, told)
            except RecipeError as error:
                return {"refused": str(error)}, {}
        return {"figures": figures}, found

    @contextmanager
    def _turn(self, *, is_first: bool) -> Iterator[None]:
        with self._changed:
            self._first += is_first
        try:
            yield
        finally:
            with self._changed:
                self._first -= is_first
                self._changed.notify_all()

    def _after_others(self, progress: Progress, share: float, words: str) -> None:
        """A progress callback that comes back when no page waits for anything."""
        progress(share, words)
        with self._changed:
            while self._first:
                self._changed.wait(_LOOK_AGAIN)
                progress(share, words)


if __name__ == "__main__":
    main()
