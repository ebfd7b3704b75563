"""What pages with segments tell around their picture: the takeaway above it, below it the segments and their trust."""

from __future__ import annotations

import streamlit as st

from lib.segments import UNASSIGNED, VERY_MANY, Progress
from lib.ui.run import background, results, segment_results
from lib.ui.scene import controls
from lib.ui.scene.scene import Segmented
from lib.ui.sections import course, segments
from lib.ui.sections.recipes import FEWEST, MOST
from lib.ui.use import cards, glance, tabs
from lib.words import listed, literal, percent

_CARDS, _FIGURES, _TRUST = "Segment by segment", "Sizes, medians and means", "How far to trust them"

_ALL_AHEAD = 30_000
"""Rows of which every number of segments is found beforehand, within ten seconds or so; of more the next two. Ours."""

_ALIKE = 1.2
"""Times the smallest that the largest is where segments are said to be of one size. Ours."""


def render_takeaway(scene: Segmented) -> None:
    """How many segments there are and what most of the members are, as a heading, and the ways to what follows."""
    shares = {int(number): share for number, share in scene.found.sizes["share"].items() if number != UNASSIGNED}
    first, least = max(shares, key=shares.__getitem__), min(shares.values())
    if len(shares) > 1 and shares[first] < _ALIKE * least:
        said = f", each {percent(least)} to {percent(shares[first])} of the {scene.unit}"
    else:
        said = f": {percent(shares[first])} are “{literal(scene.names[first])}”"
    alone = scene.found.sizes["share"].get(UNASSIGNED, 0.0)
    to_none = f"; {percent(alone)} belong to none" if alone else ""
    st.header(f"{scene.found.k} segments{said}{to_none}", divider="gray")
    if hidden := [number for number in shares if number not in scene.shown]:
        names = listed([f"{number} ({literal(scene.names[number])}, {percent(shares[number])})" for number in hidden])
        st.caption(f":material/visibility_off: Switched off, and in no chart or table below: {names}.")
    controls.contents(_CARDS, _FIGURES, _TRUST)


def render(scene: Segmented, *, algorithms: bool = False) -> None:
    """All that follows the picture.

    Args:
        scene: The segments on view.
        algorithms: Whether the page lets one choose among methods.
    """
    segments.render_found(scene)
    course.render(scene)
    glance.render(scene)
    st.subheader(_CARDS)
    cards.render(scene)
    st.subheader(_FIGURES)
    segments.render_table(scene)
    st.header(_TRUST, divider="gray")
    tabs.render(scene, algorithms=algorithms)
    find_ahead(scene)


def find_ahead(scene: Segmented) -> None:
    """When the page stands, find what the next move of k may ask for: numbers of segments near by first."""
    view, recipe = scene.view, scene.recipe
    rows = results.size(view).rows
    if recipe.algorithm != "kmeans" or rows > VERY_MANY:
        return
    far = MOST if rows <= _ALL_AHEAD else 1
    numbers = range(max(FEWEST, recipe.k - far), min(MOST, recipe.k + far) + 1)
    columns, flags, is_theirs = scene.described, glance.columns(scene), course.is_theirs(scene)

    def find(progress: Progress) -> None:
        for k in sorted(numbers, key=lambda k: (abs(k - recipe.k), -k)):
            progress(0.0, "Finding other numbers of segments")
            segment_results.find_told(view, recipe.with_k(k), columns, flags)
            if is_theirs:
                course.as_in_the_course(view, recipe.with_k(k))

    background.beforehand("ahead", ("ahead", view.key, recipe), find)
