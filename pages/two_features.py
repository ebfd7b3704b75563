"""k-means you can see: two amounts, their segments in the plane, and how far to trust them."""

from lib.ui.scene import routing

routing.enter("pages/two_features.py")

import streamlit as st  # noqa: E402

from lib.ui.sections import choice, naming, recipes, trust  # noqa: E402
from lib.ui.sections import segments as sections  # noqa: E402
from lib.ui.sections.lead import render_lead  # noqa: E402
from lib.ui.sections.sidebar import stop_if_empty  # noqa: E402
from lib.ui.use import tabs as using  # noqa: E402

scene = st.session_state["scene"]

st.title("Segments by two features")
render_lead(scene)
stop_if_empty(scene)

features = recipes.choose_two(scene)
if features[0] == features[1]:
    st.info("Choose two different amounts.")
    st.stop()
recipe = recipes.choose_recipe(scene, features)
found = sections.fit_or_stop(scene, recipe)
segmented = naming.choose_segments(scene, recipe, found)

sections.render_plane(segmented)
findings = st.container()

st.header("The segments", divider="gray")
table = st.container()
sections.render_profile(segmented)

st.header("How many segments?", divider="gray")
choice_slot = st.container()

st.header(f"How well does each {scene.entity.singular} fit?", divider="gray")
sections.render_silhouettes(segmented)

st.header("Would others have been found the same?", divider="gray")
trust.render_stability(segmented)

st.header("Use the segments", divider="gray")
using.render(segmented)

with st.expander("Watch k-means work", icon=":material/play_circle:", key="watch", bind="query-params") as watching:
    if watching.open:
        trust.render_steps(segmented)

trust.render_notebook(segmented)

with choice_slot:
    choice.render_choice_of_k(segmented)
with findings:
    sections.render_findings(segmented)
with table:
    sections.render_table(segmented)
