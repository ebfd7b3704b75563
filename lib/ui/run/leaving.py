"""Visitors who leave: for a while one who lost the connection finds everything again, then nothing of theirs is left.

Streamlit keeps what a session holds for two minutes after its browser has gone, and beyond that until another one goes:
tables, files that were uploaded or made to be fetched. So a session that stays away is ended before that time is over.
"""

from __future__ import annotations

import asyncio
import logging
import time

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from lib.ui.run import crowd
from lib.ui.scene import own

STAYS = 90.0
"""Seconds that a session waits for its browser: less than Streamlit's, after which it is known to nobody."""

_LOOK_EVERY = 10.0

_log = logging.getLogger(__name__)

_SEEN: dict[str, float] = {}
"""When each session was last seen to be there."""


def arrive() -> None:
    """Know this session; called at each visit."""
    context = get_script_run_ctx()
    if context is not None:
        _SEEN[context.session_id] = time.monotonic()


async def see_off_for_ever() -> None:
    """End the sessions of those who have left, for as long as the server runs."""
    while True:
        await asyncio.sleep(_LOOK_EVERY)
        try:
            see_off(time.monotonic())
            # what a session was to fetch goes in the second round after it has ended
            runtime.get_instance().media_file_mgr.remove_orphaned_files()
        except Exception:  # noqa: BLE001 - whatever it is, those who leave next are to be seen off too
            _log.exception("A session could not be ended")


def see_off(now: float) -> None:
    """End the sessions whose browsers have been away for long; to be called in the thread of the server's loop.

    Args:
        now: Seconds on the monotonic clock.
    """
    for session, seen in list(_SEEN.items()):
        if not crowd.gone(session):
            _SEEN[session] = now
        elif now - seen > STAYS:
            del _SEEN[session]
            _end(session)


def _end(session: str) -> None:
    """Let go of all that a session holds."""
    own.sweep(lambda whose: whose == session)
    runtime.get_instance().close_session(session)
