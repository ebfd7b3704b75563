"""The first page: what this is, what the data say, and the ways on."""

from lib.ui.scene import routing

routing.enter("pages/home.py")

import streamlit as st  # noqa: E402

from lib.ui.sections import home as sections  # noqa: E402

scene = st.session_state["scene"]

st.title(sections.title(scene))
sections.render_what(scene)

if (rate := sections.rate_of(scene)) is None:
    sections.render_ways(scene)
else:
    with st.grid(2, min_column_width=320, gap="large"):
        with st.container():
            sections.render_rate(scene, rate)
        with st.container():
            sections.render_ways(scene)

sections.render_views(scene)
