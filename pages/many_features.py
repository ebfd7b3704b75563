"""Choose columns, choose k, compare methods, and see the segments through PCA, t-SNE and UMAP."""

from lib.ui.scene import routing

routing.enter("pages/many_features.py")

import streamlit as st  # noqa: E402

from lib.ui.run import whole_page  # noqa: E402
from lib.ui.sections import features, maps, naming, recipes  # noqa: E402
from lib.ui.sections import segments as sections  # noqa: E402
from lib.ui.sections.lead import render_lead  # noqa: E402
from lib.ui.sections.sidebar import stop_if_empty  # noqa: E402
from lib.ui.use import telling  # noqa: E402

scene = st.session_state["scene"]

st.title("Segments by many features")
render_lead(scene)
stop_if_empty(scene)

chosen = features.choose_features(scene)
if len(chosen) < 2:
    st.info("Choose two features or more.")
    whole_page.end()
features.render_relatives(scene, chosen)
recipe = recipes.choose_recipe(scene, chosen, algorithms=True, components=True)
sections.fit_or_stop(scene, recipe)
segmented = naming.choose_segments(scene, recipe)

telling.render_takeaway(segmented)
maps.render_maps(segmented)
telling.render(segmented, algorithms=True)
