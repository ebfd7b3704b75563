"""Business owners beside everyone else, and the segments among those with income under a limit."""

from lib.ui.scene import routing

routing.enter("pages/small_business.py")

import streamlit as st  # noqa: E402

from lib.ui.scene.sidebar import stop_if_empty  # noqa: E402
from lib.ui.sections import business, choice, explore, features, maps, naming, profiles, recipes, trust  # noqa: E402
from lib.ui.sections import segments as sections  # noqa: E402
from lib.ui.use import tabs as using  # noqa: E402

view = st.session_state["view"]

st.title("Small-business owners")
explore.render_lead(view)
stop_if_empty(view)

business.render_share(view)
owners = business.owners_of(view)
stop_if_empty(owners)

st.header("Owners beside everyone else", divider="gray")
explore.render_headlines(owners)
explore.render_groups(view, by="HBUS", at="owner_")
explore.render_groups(view, show="OCCAT1", by="HBUS", at="work_")
explore.render_distribution(owners, amount="AGE", at="owner_")
explore.render_relation(view, by="HBUS", at="owner_")
st.subheader("What the businesses are worth")
business.render_worth(owners)

st.header("Segments of small-business owners", divider="gray")
small = business.choose_limit(view)
stop_if_empty(small)
explore.render_lead(small)
explore.render_variance(small, at="owner_")
chosen = features.choose_features(small)
if len(chosen) < 2:
    st.info("Choose two features or more.")
    st.stop()
business.render_box(small, chosen[0])
features.render_relatives(small, chosen)
recipe = recipes.choose_recipe(small, chosen)
found = sections.fit_or_stop(small, recipe)
names, shown = naming.choose_segments(small, recipe)

maps.render_maps(small, recipe, found, names, shown)
sections.render_findings(small, recipe, found, names)
sections.render_table(small, recipe, found, shown)
profiles.render_differences(small, recipe, shown)
profiles.render_demographics(small, recipe, shown)

st.subheader("How many segments?")
choice.render_choice_of_k(small, recipe)
st.subheader("Would others have been found the same?")
trust.render_stability(small, recipe, found, names)

st.subheader("Use the segments")
using.render(small, recipe, found, names, shown)

with st.expander(
    "What the well-known notebooks would have said", icon=":material/history_edu:", key="told", bind="query-params"
) as told:
    if told.open:
        trust.render_notebook(small, recipe, found)
