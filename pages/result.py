"""Open a result: segments that were found past one machine, on the same maps and cards as any others."""

from lib.ui.scene import routing

routing.enter("pages/result.py")

import streamlit as st  # noqa: E402

from lib.ui.run import whole_page  # noqa: E402
from lib.ui.sections import maps, naming, result  # noqa: E402
from lib.ui.sections import segments as sections  # noqa: E402
from lib.ui.sections.sidebar import stop_if_empty  # noqa: E402
from lib.ui.use import telling  # noqa: E402
from lib.words import literal  # noqa: E402

scene = st.session_state["scene"]

st.title("Open a result")
found = result.choose(scene)
if found is None:
    whole_page.end()

st.header(f"All rows of {literal(found.data.name)}", divider="gray")
result.render_whole(scene, found)
result.render_making(found)

st.header("The drawn rows", divider="gray")
st.caption(literal(found.facts.drawn_words))
stop_if_empty(scene)
recipe = result.recipe_of(found)
sections.fit_or_stop(scene, recipe)
segmented = naming.choose_segments(scene, recipe)
telling.render_takeaway(segmented)
maps.render_maps(segmented)
telling.render(segmented, algorithms=True)
