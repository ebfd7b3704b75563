"""What intervals rest on, and the way to closer ones."""

from __future__ import annotations

import streamlit as st

from lib.ui.scene.scene import Scene
from lib.ui.scene.sureness import lacks_replicates, sureness_source
from lib.ui.sections import fetching


def render_sureness(scene: Scene) -> None:
    """Say what intervals rest on, and offer the replicate weights where they would make them closer."""
    st.subheader("Intervals")
    st.markdown(sureness_source(scene.view.source))
    if (wave := lacks_replicates(scene.view.source)) is not None:
        fetching.offer_replicates(wave)
