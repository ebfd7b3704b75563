"""What can be done with segments wherever they are on screen: tabs, of which only the open one is computed."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from lib.ui.scene.scene import Segmented
from lib.ui.use import cards, compare, hand_on, lenses, place
from lib.words import a


def render(scene: Segmented) -> None:
    """The tabs that the data have something for."""
    offered: dict[str, Callable[[Segmented], None]] = {
        "Cards": cards.render,
        **({"Lenses": lenses.render} if scene.subject.lenses else {}),
        "Compare": compare.render,
        f"Place {a(scene.entity.singular)}": place.render,
        "Hand on": hand_on.render,
    }
    for tab, show in zip(st.tabs(list(offered), key="use", bind="query-params"), offered.values(), strict=True):
        with tab:
            if tab.open:
                show(scene)
