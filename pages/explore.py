"""Who is in the data: a population beside everyone, groups side by side, distributions and relations."""

from lib.ui.scene import routing

routing.enter("pages/explore.py")

import streamlit as st  # noqa: E402

from lib.ui.run import whole_page  # noqa: E402
from lib.ui.scene import controls  # noqa: E402
from lib.ui.sections import explore as sections  # noqa: E402
from lib.ui.sections import lead  # noqa: E402
from lib.ui.sections.sidebar import stop_if_empty  # noqa: E402

_OF_AMOUNTS = ("How an amount is spread", "Two amounts together", "What goes with what", "Which amounts differ most")

scene = st.session_state["scene"]

st.title(f"Explore {scene.subject.wording.whole}")
lead.render_lead(scene)
stop_if_empty(scene)

lead.render_headlines(scene)
controls.contents(
    *(["Groups side by side"] if scene.codebook.categories() else []),
    *(_OF_AMOUNTS if scene.codebook.amounts() else []),
)

if scene.codebook.categories():
    st.header("Groups side by side", divider="gray")
    sections.render_groups(scene)

if not scene.codebook.amounts():
    whole_page.end()

st.header("How an amount is spread", divider="gray")
sections.render_distribution(scene)

st.header("Two amounts together", divider="gray")
sections.render_relation(scene)

st.header("What goes with what", divider="gray")
sections.render_correlations(scene)

st.header("Which amounts differ most", divider="gray")
sections.render_variance(scene)
