"""k-means you can see: two amounts, their segments in the plane, and how far to trust them."""

from lib.ui.scene import routing

routing.enter("pages/two_features.py")

import streamlit as st  # noqa: E402

from lib.ui.scene.sidebar import stop_if_empty  # noqa: E402
from lib.ui.sections import choice, naming, recipes, trust  # noqa: E402
from lib.ui.sections import segments as sections  # noqa: E402
from lib.ui.sections.explore import render_lead  # noqa: E402
from lib.ui.use import tabs as using  # noqa: E402

view = st.session_state["view"]

st.title("Segments by two features")
render_lead(view)
stop_if_empty(view)

features = recipes.choose_two(view)
if features[0] == features[1]:
    st.info("Choose two different amounts.")
    st.stop()
recipe = recipes.choose_recipe(view, features)
found = sections.fit_or_stop(view, recipe)
names, shown = naming.choose_segments(view, recipe)

sections.render_plane(view, recipe, shown)
findings = st.container()

st.header("The segments", divider="gray")
table = st.container()
sections.render_profile(view, recipe, shown)

st.header("How many segments?", divider="gray")
choice_slot = st.container()

st.header("How well does each household fit?", divider="gray")
sections.render_silhouettes(view, found, shown)

st.header("Would others have been found the same?", divider="gray")
trust.render_stability(view, recipe, found, names)

st.header("Use the segments", divider="gray")
using.render(view, recipe, found, names, shown)

with st.expander("Watch k-means work", icon=":material/play_circle:", key="watch", bind="query-params") as watching:
    if watching.open:
        trust.render_steps(view, recipe, shown)

with st.expander(
    "What the well-known notebooks would have said", icon=":material/history_edu:", key="told", bind="query-params"
) as told:
    if told.open:
        trust.render_notebook(view, recipe, found)

with choice_slot:
    choice.render_choice_of_k(view, recipe)
with findings:
    sections.render_findings(view, recipe, found, names)
with table:
    sections.render_table(view, recipe, found, shown)
