"""Bring a table of one's own: what is in it, what its columns mean, and on to the pages."""

from lib.ui.scene import routing

routing.enter("pages/your_table.py")

import streamlit as st  # noqa: E402

from lib.ui.sections import bring as sections  # noqa: E402

st.title("Your own table")
understood = sections.bring()
if understood is None:
    st.stop()

st.header("What is in it", divider="gray")
sections.render_file(understood)

st.header("What its columns mean", divider="gray")
sections.render_columns(understood)
sections.render_misfits(understood)
sections.offer()
