"""What became of a figure, and of segments, from wave to wave of the survey."""

from lib.ui.scene import routing

routing.enter("pages/trends.py")

import streamlit as st  # noqa: E402

from lib.ui.run import whole_page  # noqa: E402
from lib.ui.sections import fetching  # noqa: E402
from lib.ui.sections import trends as sections  # noqa: E402
from lib.words import literal  # noqa: E402

scene = st.session_state["scene"]

st.title("Trends")
if not sections.is_for(scene):
    st.info(f"This page is about the waves of a survey: {literal(scene.about.name)} has none.")
    whole_page.end()

sections.render_lead(scene)
fetching.offer_all()
sections.render_trend(scene)
