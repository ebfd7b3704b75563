"""Fragments: parts of a page that run again alone, and a choice in one of them that changes more than it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import streamlit as st

from lib.errors import HouseholdSegmentsError
from lib.words import literal

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
            render(*given, **named)
        except HouseholdSegmentsError as error:
            say(error)

    return st.fragment(said)


def say(error: HouseholdSegmentsError) -> None:
    """What went wrong."""
    st.error(literal(str(error)), icon=":material/error:")
