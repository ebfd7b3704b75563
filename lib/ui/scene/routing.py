"""Deep links: bring a visitor who lands on a page file itself to the front door first.

A folder ``pages/`` beside the entry file also triggers Streamlit's old router: on a fresh server the first
visitor who arrives by a deep link is served the page file alone, and the entry script never runs. Each page's
first line mends that, and the address and its query string are kept.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.navigation.page import StreamlitPage

ENTRY = "streamlit_app.py"
_ROUTED = "routed_by_entry"
_WANTED = "page_wanted"


def enter(page: str) -> None:
    """First line of every page: go through the entry script unless it is what runs this page.

    Args:
        page: Path of the page, as the entry script registers it.
    """
    if not st.session_state.get(_ROUTED):
        st.session_state[_WANTED] = page
        st.switch_page(ENTRY, query_params=_asked())


def route(pages: Sequence[tuple[str, StreamlitPage]]) -> StreamlitPage:
    """The entry script's choice of page; sends a visitor on to the page that the old router had served.

    Args:
        pages: Path and page of every entry of the menu, the first being the default.
    """
    st.session_state[_ROUTED] = True
    chosen = st.navigation([page for _, page in pages])
    wanted = st.session_state.pop(_WANTED, None)
    for path, page in pages:
        if path == wanted and page != chosen:
            st.switch_page(page, query_params=_asked())
    return chosen


def _asked() -> dict[str, list[str]]:
    """The query string as it is; ``to_dict`` would keep the last of several values alone."""
    return {name: st.query_params.get_all(name) for name in st.query_params}
