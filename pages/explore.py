"""Who is in the data: a population beside everyone, groups side by side, distributions and relations."""

from lib.ui.scene import routing

routing.enter("pages/explore.py")

import streamlit as st  # noqa: E402

from lib.ui.scene.sidebar import stop_if_empty  # noqa: E402
from lib.ui.sections import explore as sections  # noqa: E402

view = st.session_state["view"]

st.title("Explore US households")
sections.render_lead(view)
stop_if_empty(view)

sections.render_headlines(view)

st.header("Groups side by side", divider="gray")
sections.render_groups(view)

st.header("How an amount is spread", divider="gray")
sections.render_distribution(view)

st.header("Two amounts together", divider="gray")
sections.render_relation(view)

st.header("What goes with what", divider="gray")
sections.render_correlations(view)

st.header("Which amounts differ most", divider="gray")
sections.render_variance(view)
