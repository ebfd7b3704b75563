"""The front door: the server starts from it, and every visit runs it: menu, sidebar, and the page asked for."""

from collections.abc import Container
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from lib.errors import HouseholdSegmentsError
from lib.ui.run import crowd, drawing, leaving, saved, server, sign_in, uploads, whole_page
from lib.ui.scene import catalogue, links, routing
from lib.ui.sections import (
    explore,  # noqa: F401 - what most come to next
    home,  # noqa: F401 - the page that is shown first needs it: it is there before anybody comes
    sidebar,
)

ICON = Path(__file__).parent / "data" / "icon.png"


@crowd.visit()
@catalogue.one_look()
def visit() -> None:
    """Show the page that was asked for, the sidebar beside it."""
    st.set_page_config(page_title="Household Segments", page_icon=ICON, layout="wide")
    leaving.arrive()
    if sign_in.is_wanted():
        st.navigation([page for _, page in pages(())], position="hidden")
        sign_in.ask()
        return
    uploads.keep_bounded()
    saved.keep_until_fetched()
    server.before_first_page()
    try:
        menu = pages(sidebar.subject_on_view().pages)
    except HouseholdSegmentsError as error:
        whole_page.say(error)
        return
    with links.whole_page(links.VERSION):
        page = routing.route(menu)
        drawing.start_page(page.url_path)
        try:
            is_home = page == menu[0][1]
            st.session_state["scene"] = sidebar.choose_everyone() if is_home else sidebar.choose_scene()
            sign_in.render()
            notice = st.empty()
            whole_page.run(page)
            with notice:
                sidebar.render_unread()
        except HouseholdSegmentsError as error:
            whole_page.say(error)
    server.after_first_page()


def pages(shown: Container[str]) -> list[tuple[str, StreamlitPage]]:
    """The menu: path and page of every entry, the first being the default.

    Args:
        shown: Those of the pages that not all data have. One that is not among them stays reachable by a link, and
            says there whose it is.
    """
    return [
        (
            "pages/home.py",
            st.Page(
                "pages/home.py",
                title="Home",
                icon=":material/home:",
                default=True,
                help="What this is, and where to begin.",
            ),
        ),
        (
            "pages/explore.py",
            st.Page(
                "pages/explore.py",
                title="Explore",
                icon=":material/travel_explore:",
                help="Who is in the data.",
            ),
        ),
        (
            "pages/two_features.py",
            st.Page(
                "pages/two_features.py",
                title="Two features",
                icon=":material/scatter_plot:",
                help="Segments in a plane.",
            ),
        ),
        (
            "pages/many_features.py",
            st.Page(
                "pages/many_features.py",
                title="Many features",
                icon=":material/hub:",
                help="Segments by any columns, and maps of them.",
            ),
        ),
        (
            "pages/small_business.py",
            st.Page(
                "pages/small_business.py",
                title="Small business",
                icon=":material/storefront:",
                visibility="visible" if "small_business" in shown else "hidden",
                help="Business owners and their segments.",
            ),
        ),
        (
            "pages/trends.py",
            st.Page(
                "pages/trends.py",
                title="Trends",
                icon=":material/timeline:",
                visibility="visible" if "trends" in shown else "hidden",
                help="Figures and segments from wave to wave.",
            ),
        ),
        (
            "pages/your_table.py",
            st.Page(
                "pages/your_table.py",
                title="Your own table",
                icon=":material/upload_file:",
                help="Bring a table of customers.",
            ),
        ),
        (
            "pages/result.py",
            st.Page(
                "pages/result.py",
                title="Open a result",
                icon=":material/folder_open:",
                help="Segments found past one machine.",
            ),
        ),
        (
            "pages/methods.py",
            st.Page(
                "pages/methods.py",
                title="Methods and data",
                icon=":material/menu_book:",
                help="How figures are made, and what columns mean.",
            ),
        ),
    ]


if __name__ == "__main__":
    visit()
else:
    # Streamlit imports this file when the server starts, and runs it whenever somebody comes
    app = st.App(__file__, lifespan=server.lifespan)
