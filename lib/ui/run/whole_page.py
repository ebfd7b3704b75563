"""The whole page and its fragments: where it ends, parts that run again alone, a choice in them that changes more."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from functools import wraps
from typing import NoReturn, ParamSpec

import streamlit as st
from streamlit.navigation.page import StreamlitPage
from streamlit.runtime.scriptrunner import StopException

from lib.errors import HouseholdSegmentsError
from lib.ui.run import crowd
from lib.ui.scene import links
from lib.words import literal
from lib.work import log

P = ParamSpec("P")

_ASKED = "whole_page_asked"


def ask() -> None:
    """Have the whole page run again; for callbacks of controls that stand in a fragment."""
    st.session_state[_ASKED] = True


def run_if_asked() -> None:
    """First line of a fragment whose callbacks may ask."""
    if st.session_state.pop(_ASKED, False):
        st.rerun()


def fragment(render: Callable[P, None]) -> Callable[P, None]:
    """``st.fragment`` that says in a sentence what goes wrong in it.

    It looks at what the page was drawn from, which may have gone since, as the file of a wave may.
    """

    @wraps(render)
    def said(*given: P.args, **named: P.kwargs) -> None:
        try:
            with crowd.visit():
                render(*given, **named)
            if links.is_copy_old():
                st.rerun()
        except HouseholdSegmentsError as error:
            say(error)

    return st.fragment(said)


def say(error: HouseholdSegmentsError) -> None:
    """What went wrong."""
    log.write(logging.WARNING, "error", "page", str(error), ended="failed", error=type(error).__name__)
    st.error(literal(str(error)), icon=":material/error:")


def run(page: StreamlitPage) -> None:
    """Run a page to its end, wherever that is."""
    with contextlib.suppress(StopException):
        page.run()


def end() -> NoReturn:
    """End the page here. After ``st.stop`` nothing can be said any more, and above the page there may be something."""
    raise StopException
