"""How far to trust segments, what else can be known of them and done with them: a verdict, a tab for each question.

Only the open tab is computed, and what is chosen in it runs it alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import streamlit as st

from lib.ui.run import whole_page
from lib.ui.scene import links
from lib.ui.scene.scene import Segmented
from lib.ui.sections import choice, features, maps, profiles, segments, sensitivity, trust
from lib.ui.use import compare, hand_on, lenses, place
from lib.words import a

_EXPANDED = {"told": "how-sure", "watch": "inside", "axes": "inside", "scales": "inside", "means": "profiles"}
"""What links of version 1 opened as parts of a page, and the tab that it is in now."""


_FORMERLY = {"cards": "why", "Cards": "why", "Hand on": "hand-on"}
"""Cards stand on the page since version 3."""


class Tab(NamedTuple):
    """A tab: its label, and what is in it."""

    label: str
    show: Callable[[Segmented], None]


@whole_page.fragment
def render(scene: Segmented, *, algorithms: bool = False) -> None:
    """The verdict, and behind it the tabs that the data have something for.

    Args:
        scene: The segments on view.
        algorithms: Whether the page lets one choose among methods.
    """
    whole_page.run_if_asked()
    # silhouettes take a moment: they are waited for when all else is on the page
    verdict = st.container()
    offered = {
        "why": Tab("Why?", segments.render_findings),
        "profiles": Tab("Profiles", _render_profiles),
        "how-many": Tab("How many?", choice.render),
        "how-sure": Tab("How sure?", _render_trust_beside_methods if algorithms else _render_trust),
        **({"lenses": Tab("Lenses", lenses.render)} if scene.subject.lenses else {}),
        "compare": Tab("Compare", compare.render),
        "place": Tab(f"Place {a(scene.entity.singular)}", place.render),
        "inside": Tab("Inside", _render_inside),
        "hand-on": Tab("Share and export", hand_on.render),
    }
    label = {name: tab.label for name, tab in offered.items()}.__getitem__
    opened = links.tabs(offered, key="use", default=_default(), format_func=label, formerly=_FORMERLY)
    for tab, (_, show) in zip(opened, offered.values(), strict=True):
        with tab:
            if tab.open:
                show(scene)
    with verdict:
        segments.render_verdict(scene)


def _default() -> str:
    asked = (tab for part, tab in _EXPANDED.items() if st.query_params.get(part) == "true")
    return next(asked, "why")


def _render_profiles(scene: Segmented) -> None:
    profiles.render_differences(scene)
    profiles.render_demographics(scene)
    st.subheader("Mean and median of each feature")
    segments.render_profile(scene)


def _render_trust(scene: Segmented) -> None:
    st.subheader(f"How well do the {scene.unit} fit?")
    segments.render_silhouettes(scene)
    st.subheader("Would others have been found the same?")
    trust.render_stability(scene)
    st.subheader("Which choices decide them?")
    sensitivity.render(scene)
    trust.render_notebook(scene)


def _render_trust_beside_methods(scene: Segmented) -> None:
    _render_trust(scene)
    st.subheader("Would another method say the same?")
    profiles.render_comparison(scene)


def _render_inside(scene: Segmented) -> None:
    """How the segments came about."""
    if len(scene.recipe.features) > 2:
        st.subheader("What PCA's axes are made of")
        maps.render_components(scene)
    elif scene.recipe.algorithm == "kmeans":
        st.subheader("Watch k-means work")
        trust.render_steps(scene)
    st.subheader("Features before and after scaling")
    features.render_scales(scene)
