"""A choice inside a fragment that changes more than the fragment: the whole page has to run again."""

from __future__ import annotations

import streamlit as st

_ASKED = "whole_page_asked"


def ask() -> None:
    """Have the whole page run again; for callbacks of controls that stand in a fragment."""
    st.session_state[_ASKED] = True


def run_if_asked() -> None:
    """First line of a fragment whose callbacks may ask."""
    if st.session_state.pop(_ASKED, False):
        st.rerun()
