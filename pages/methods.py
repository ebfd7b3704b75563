"""How everything is computed, what every column means, and where the data comes from."""

from lib.ui.scene import routing

routing.enter("pages/methods.py")

import streamlit as st  # noqa: E402

from lib.ui.scene import controls  # noqa: E402
from lib.ui.sections import methods as sections  # noqa: E402
from lib.ui.sections.serving import render_server  # noqa: E402
from lib.ui.sections.sureness import render_sureness  # noqa: E402

scene = st.session_state["scene"]

st.title("Methods and data")
controls.contents("How figures are made", "What every column means", "Where the data comes from")

st.header("How figures are made", divider="gray")
sections.render_methods(scene)
render_sureness(scene)

st.header("What every column means", divider="gray")
sections.render_dictionary(scene)

st.header("Where the data comes from", divider="gray")
sections.render_sources(scene)
render_server()
