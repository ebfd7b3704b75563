"""Files that visitors save stay on the server until their browsers have come for them.

A file is made when its button is pressed, and belongs to no page. Streamlit sweeps such files away at the second end
of a run after that, whoever's runs they are: where many are there it is gone before the browser asks for it.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from streamlit import runtime
from streamlit.runtime.media_file_manager import MediaFileManager

AT_LEAST_SECONDS = 15.0
"""How long a file stays at least: its browser asks for it at once, over a slow line perhaps a little later."""


def keep_until_fetched() -> None:
    """From now on files that were made stay for a moment; called at each visit, of which the first counts."""
    if runtime.exists() and isinstance(files := runtime.get_instance().media_file_mgr, MediaFileManager):
        sweep_seldom(files)


def let_go() -> None:
    """Have what belongs to nobody swept away now: somebody forgets a table, and files may be of it."""
    if runtime.exists() and isinstance(seldom := runtime.get_instance().media_file_mgr.remove_orphaned_files, _Seldom):
        seldom.at_once()


def sweep_seldom(files: MediaFileManager, clock: Callable[[], float] = time.monotonic) -> None:
    """Have what belongs to nobody swept away in rounds that lie some seconds apart: the second round takes it."""
    if not isinstance(files.remove_orphaned_files, _Seldom):
        files.remove_orphaned_files = _Seldom(files.remove_orphaned_files, clock)  # type: ignore[method-assign] # there is no other way in


class _Seldom:
    """Takes the place of the method that sweeps."""

    def __init__(self, sweep: Callable[[], None], clock: Callable[[], float]) -> None:
        self._sweep, self._clock = sweep, clock
        self._last = -AT_LEAST_SECONDS

    def __call__(self) -> None:
        """Sweep, unless that was done a moment ago."""
        now = self._clock()
        if now - self._last >= AT_LEAST_SECONDS:
            self._last = now
            self._sweep()

    def at_once(self) -> None:
        """The first sweep marks what belongs to nobody, the second takes it."""
        self._sweep()
        self._sweep()
