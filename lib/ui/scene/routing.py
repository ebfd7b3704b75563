"""The way to a page: deep links, links from the time when another page was the first, and ways within the app.

A folder ``pages/`` beside the entry file also triggers Streamlit's old router: on a fresh server the first
visitor who arrives by a deep link is served the page file alone, and the entry script never runs. Each page's
first line mends that, and the address and its query string are kept.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from lib.ui.scene import links
from lib.ui.scene.address import VERSION_KEY, book

ENTRY = "streamlit_app.py"
EXPLORE = "pages/explore.py"
_ROUTED = "routed_by_entry"
_WANTED = "page_wanted"
_ASKED_THERE = "asked_of_page"


def enter(page: str) -> None:
    """First line of every page: go through the entry script unless it is what runs this page.

    Args:
        page: Path of the page, as the entry script registers it.
    """
    if not st.session_state.get(_ROUTED):
        st.session_state[_WANTED] = page
        st.switch_page(ENTRY, query_params=_asked())


def route(pages: Sequence[tuple[str, StreamlitPage]]) -> StreamlitPage:
    """The entry script's choice of page; sends a visitor on to the page that was asked for.

    Args:
        pages: Path and page of every entry of the menu, the first being the default.
    """
    is_first = not st.session_state.get(_ROUTED)
    st.session_state[_ROUTED] = True
    chosen = st.navigation([page for _, page in pages])
    wanted, asked = st.session_state.pop(_WANTED, None), st.session_state.pop(_ASKED_THERE, None)
    if wanted is None and is_first and chosen == pages[0][1] and links.meant_explore():
        wanted, asked = EXPLORE, {VERSION_KEY: links.OLDER[-1], **_asked()}
    for path, page in pages:
        if path == wanted and page != chosen:
            st.switch_page(page, query_params=_asked() if asked is None else asked)
    return chosen


_OF_POPULATION = frozenset({"who", "where", "count"})


def lead_to(page: str, asked: Mapping[str, str], *, keeping: Collection[str] | None = None) -> None:
    """Have the next run open a page as by a link; for callbacks.

    Args:
        page: The page, as in its address.
        asked: What the link says.
        keeping: Choices that stay as they are; None for all but those that decide who is looked at.
    """
    known = book().known
    forgotten = known & _OF_POPULATION if keeping is None else known - {*keeping}
    book().ask_anew(forgotten | asked.keys())
    there = {name: values for name, values in _asked().items() if name in known - forgotten}
    said = {**there, **asked}
    st.session_state[_WANTED] = f"pages/{page}.py"
    st.session_state[_ASKED_THERE] = {**said, VERSION_KEY: links.VERSION} if said else said


def _asked() -> dict[str, list[str]]:
    """The query string as it is; ``to_dict`` would keep the last of several values alone."""
    return {name: st.query_params.get_all(name) for name in st.query_params}
