"""Names of segments and which of them are on view. Both live in the link, under the recipe that they belong to."""

from __future__ import annotations

import hashlib
from functools import partial

import streamlit as st

from lib.segments import Recipe
from lib.ui.run import segment_results
from lib.ui.scene import controls, links
from lib.ui.scene.scene import Scene, Segmented
from lib.ui.scene.view import View

LONGEST_NAME = 60


def choose_segments(scene: Scene, recipe: Recipe) -> Segmented:
    """Rename segments and switch them on and off.

    Returns:
        The scene with its segments, their names and those that are on view.
    """
    automatic = segment_results.names(scene.view, recipe)
    mark = _mark(scene.view, recipe)
    names: dict[int, str] = {}
    with controls.folded("Name segments, or switch some of them off", key="naming", icon=":material/label:"):
        with controls.grid(2, min_column_width=260):
            for number, name in automatic.items():
                names[number] = links.text_input(
                    f"Name of segment {number}",
                    name,
                    key=f"n{mark}_{number}",
                    longest=max(LONGEST_NAME, len(name)),
                )
        shown = links.pills(
            "On view",
            automatic,
            key=f"on{mark}",
            default=automatic,
            help="Every chart and table on the page follows.",
        )
    if not shown:
        st.caption("No segment is switched on: all of them are shown.")
    on_view = {number: names[number] for number in names if number in shown} or names
    find = partial(segment_results.segmentation, scene.view, recipe)
    return Segmented(scene.view, scene.heading, recipe, find, names, on_view)


def _mark(view: View, recipe: Recipe) -> str:
    """A few letters for a recipe and its population: names given for one must not turn up under another."""
    of = (
        view.source,
        view.dollars,
        str(view.population),
        recipe.features,
        recipe.transform,
        recipe.scaling,
        recipe.algorithm,
        recipe.k,
    )
    # only where there is one: links to other recipes keep their names
    components = () if recipe.pca is None else (recipe.pca,)
    moved = () if recipe.bend == 1 else ("bend", recipe.bend)
    return hashlib.sha256(repr((*of, recipe.counting, *components, *moved)).encode()).hexdigest()[:4]
