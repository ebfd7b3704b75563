"""The front door: page config, the table of pages, the sidebar, and the page that was asked for."""

from pathlib import Path
from typing import Literal

import streamlit as st

from lib.ui.run import drawing, server
from lib.ui.scene import links, routing
from lib.ui.sections import sidebar

ICON = Path(__file__).parent / "data" / "icon.png"

st.set_page_config(page_title="Household Segments", page_icon=ICON, layout="wide")

# a page that only some data have stays reachable by a link, and says there whose it is
small_business: Literal["visible", "hidden"] = (
    "visible" if "small_business" in sidebar.subject_on_view().pages else "hidden"
)

PAGES = [
    (
        "pages/explore.py",
        st.Page(
            "pages/explore.py",
            title="Explore",
            icon=":material/travel_explore:",
            default=True,
            help="Who is in the data: groups side by side, distributions and relations, population beside everyone.",
        ),
    ),
    (
        "pages/two_features.py",
        st.Page(
            "pages/two_features.py",
            title="Two features",
            icon=":material/scatter_plot:",
            help="k-means you can see: two amounts, their segments in the plane, and how far to trust them.",
        ),
    ),
    (
        "pages/many_features.py",
        st.Page(
            "pages/many_features.py",
            title="Many features",
            icon=":material/hub:",
            help="Choose columns, choose k, compare methods, and see the segments through PCA, t-SNE and UMAP.",
        ),
    ),
    (
        "pages/small_business.py",
        st.Page(
            "pages/small_business.py",
            title="Small business",
            icon=":material/storefront:",
            visibility=small_business,
            help="Business owners beside everyone else, and the segments among those with income under a limit.",
        ),
    ),
    (
        "pages/methods.py",
        st.Page(
            "pages/methods.py",
            title="Methods and data",
            icon=":material/menu_book:",
            help="How everything is computed, what every column means, where the data comes from.",
        ),
    ),
]

server.before_first_page()
with links.whole_page():
    page = routing.route(PAGES)
    drawing.start_page(page.url_path)
    st.session_state["scene"] = sidebar.choose_scene()
    notice = st.empty()
    page.run()
    with notice:
        sidebar.render_unread()
server.after_first_page()
