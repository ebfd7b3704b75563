"""k-means you can see: two amounts, their segments in the plane, and how far to trust them."""

from lib.ui.scene import routing

routing.enter("pages/two_features.py")

import streamlit as st  # noqa: E402

from lib.ui.run import whole_page  # noqa: E402
from lib.ui.sections import naming, recipes  # noqa: E402
from lib.ui.sections import segments as sections  # noqa: E402
from lib.ui.sections.lead import render_lead  # noqa: E402
from lib.ui.sections.sidebar import stop_if_empty  # noqa: E402
from lib.ui.use import telling  # noqa: E402

scene = st.session_state["scene"]

st.title("Segments by two features")
render_lead(scene)
stop_if_empty(scene)

features = recipes.choose_two(scene)
if features[0] == features[1]:
    st.info(recipes.why_not_two(scene))
    whole_page.end()
recipe = recipes.choose_recipe(scene, features)
sections.fit_or_stop(scene, recipe)
segmented = naming.choose_segments(scene, recipe)

telling.render_takeaway(segmented)
sections.render_plane(segmented)
telling.render(segmented)
