"""Business owners beside everyone else, and the segments among those with income under a limit."""

from lib.ui.scene import routing

routing.enter("pages/small_business.py")

import streamlit as st  # noqa: E402

from lib.ui.run import whole_page  # noqa: E402
from lib.ui.sections import business, features, lead, maps, naming, recipes  # noqa: E402
from lib.ui.sections import segments as sections  # noqa: E402
from lib.ui.sections.sidebar import stop_if_empty  # noqa: E402
from lib.ui.use import telling  # noqa: E402
from lib.words import literal  # noqa: E402

scene = st.session_state["scene"]

st.title("Small-business owners")
if not business.is_for(scene):
    st.info(f"This page is about the Survey of Consumer Finances: {literal(scene.about.name)} has nothing for it.")
    whole_page.end()
lead.render_lead(scene)
stop_if_empty(scene)
business.render_share(scene)
owners = business.owners_of(scene)
business.stop_if_none(scene, owners)

if business.choose_part() == business.BESIDE:
    business.render_takeaway(scene, owners)
    lead.render_headlines(owners, size_is_said=True)
    business.render_owners(scene, owners)
    whole_page.end()

small = business.choose_limit(scene)
stop_if_empty(small, but=(business.OWNS,))
lead.render_lead(small)
chosen = features.choose_features(small)
if len(chosen) < 2:
    st.info("Choose two features or more.")
    whole_page.end()
features.render_relatives(small, chosen)
business.render_help(small, chosen[0])
recipe = recipes.choose_recipe(small, chosen, components=True)
sections.fit_or_stop(small, recipe)
segmented = naming.choose_segments(small, recipe)

telling.render_takeaway(segmented)
maps.render_maps(segmented)
telling.render(segmented)
