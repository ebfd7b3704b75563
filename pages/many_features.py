"""Choose columns, choose k, compare methods, and see the segments through PCA, t-SNE and UMAP."""

from lib.ui.scene import routing

routing.enter("pages/many_features.py")

import streamlit as st  # noqa: E402

from lib.ui.scene.sidebar import stop_if_empty  # noqa: E402
from lib.ui.sections import choice, features, maps, naming, profiles, recipes, trust  # noqa: E402
from lib.ui.sections import segments as sections  # noqa: E402
from lib.ui.sections.explore import render_lead  # noqa: E402
from lib.ui.use import tabs as using  # noqa: E402

view = st.session_state["view"]

st.title("Segments by many features")
render_lead(view)
stop_if_empty(view)

chosen = features.choose_features(view)
if len(chosen) < 2:
    st.info("Choose two features or more.")
    st.stop()
features.render_relatives(view, chosen)
recipe = recipes.choose_recipe(view, chosen, algorithms=True)
found = sections.fit_or_stop(view, recipe)
names, shown = naming.choose_segments(view, recipe)

st.header("Maps of the households", divider="gray")
maps.render_maps(view, recipe, found, names, shown)
findings = st.container()

st.header("The segments", divider="gray")
table = st.container()
profiles.render_differences(view, recipe, shown)
profiles.render_demographics(view, recipe, shown)

st.header("How many segments?", divider="gray")
choice_slot = st.container()

st.header("How well does each household fit?", divider="gray")
sections.render_silhouettes(view, found, shown)

st.header("Would others have been found the same?", divider="gray")
trust.render_stability(view, recipe, found, names)

st.header("Would another method say the same?", divider="gray")
profiles.render_comparison(view, recipe)

st.header("Use the segments", divider="gray")
using.render(view, recipe, found, names, shown)

with st.expander(
    "Mean and median of each feature", icon=":material/bar_chart:", key="means", bind="query-params"
) as means:
    if means.open:
        sections.render_profile(view, recipe, shown)
with st.expander(
    "What PCA's axes are made of", icon=":material/arrow_outward:", key="axes", bind="query-params"
) as axes:
    if axes.open:
        maps.render_components(view, recipe)
with st.expander(
    "Features before and after scaling", icon=":material/straighten:", key="scales", bind="query-params"
) as scales:
    if scales.open:
        features.render_scales(view, recipe)
with st.expander(
    "What the well-known notebooks would have said", icon=":material/history_edu:", key="told", bind="query-params"
) as told:
    if told.open:
        trust.render_notebook(view, recipe, found)

with choice_slot:
    if recipe.algorithm != "hdbscan":
        choice.render_choice_of_k(view, recipe)
        profiles.render_clustergram(view, recipe)
    else:
        st.info("HDBSCAN finds the number of segments itself.")
with findings:
    sections.render_findings(view, recipe, found, names)
with table:
    sections.render_table(view, recipe, found, shown)
