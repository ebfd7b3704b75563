"""Choose columns, choose k, compare methods, and see the segments through PCA, t-SNE and UMAP."""

from lib.ui.scene import routing

routing.enter("pages/many_features.py")

import streamlit as st  # noqa: E402

from lib.ui.sections import choice, features, maps, naming, profiles, recipes, trust  # noqa: E402
from lib.ui.sections import segments as sections  # noqa: E402
from lib.ui.sections.lead import render_lead  # noqa: E402
from lib.ui.sections.sidebar import stop_if_empty  # noqa: E402
from lib.ui.use import tabs as using  # noqa: E402

scene = st.session_state["scene"]

st.title("Segments by many features")
render_lead(scene)
stop_if_empty(scene)

chosen = features.choose_features(scene)
if len(chosen) < 2:
    st.info("Choose two features or more.")
    st.stop()
features.render_relatives(scene, chosen)
recipe = recipes.choose_recipe(scene, chosen, algorithms=True)
found = sections.fit_or_stop(scene, recipe)
segmented = naming.choose_segments(scene, recipe, found)

st.header(f"Maps of the {scene.entity.plural}", divider="gray")
maps.render_maps(segmented)
findings = st.container()

st.header("The segments", divider="gray")
table = st.container()
profiles.render_differences(segmented)
profiles.render_demographics(segmented)

st.header("How many segments?", divider="gray")
choice_slot = st.container()

st.header(f"How well does each {scene.entity.singular} fit?", divider="gray")
sections.render_silhouettes(segmented)

st.header("Would others have been found the same?", divider="gray")
trust.render_stability(segmented)

st.header("Would another method say the same?", divider="gray")
profiles.render_comparison(segmented)

st.header("Use the segments", divider="gray")
using.render(segmented)

with st.expander(
    "Mean and median of each feature", icon=":material/bar_chart:", key="means", bind="query-params"
) as means:
    if means.open:
        sections.render_profile(segmented)
with st.expander(
    "What PCA's axes are made of", icon=":material/arrow_outward:", key="axes", bind="query-params"
) as axes:
    if axes.open:
        maps.render_components(segmented)
with st.expander(
    "Features before and after scaling", icon=":material/straighten:", key="scales", bind="query-params"
) as scales:
    if scales.open:
        features.render_scales(segmented)
trust.render_notebook(segmented)

with choice_slot:
    if recipe.algorithm != "hdbscan":
        choice.render_choice_of_k(segmented)
        profiles.render_clustergram(segmented)
    else:
        st.info("HDBSCAN finds the number of segments itself.")
with findings:
    sections.render_findings(segmented)
with table:
    sections.render_table(segmented)
