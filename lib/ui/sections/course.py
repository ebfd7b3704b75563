"""As in the course: the printed figures of a well-known notebook, and what changes when members are counted."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import pandas as pd
import streamlit as st

from lib.dataset import MEMBERS, ROWS
from lib.plain import records
from lib.segments import NotebookResult, Recipe
from lib.segments.judge.notebook import CHEAP
from lib.ui.run import results, segment_results, whole_page
from lib.ui.run.cache import kept
from lib.ui.scene import grid
from lib.ui.scene.scene import Segmented
from lib.ui.scene.view import View
from lib.ui.sections import sidebar
from lib.words import literal, percent


def render(scene: Segmented) -> None:
    """Their figures beside those of members, where a page counts rows and takes amounts as they are, as they do."""
    if not is_theirs(scene):
        return
    told, anew, shares = as_in_the_course(scene.view, scene.recipe)
    with st.container(border=True):
        st.markdown(
            f"**As in the course**: inertia **{told.inertia:,.0f}**, silhouette in raw units "
            f"**{told.silhouette_raw:.3f}**, as one start of k-means on {len(told.labels):,} rows gives and notebooks "
            f"print. {_beside_this_page(scene, shares)}{_changed(scene, told, shares)}"
        )
        table = _beside(scene, told, anew, shares)
        grid.render(table, alt=f"Clusters of rows beside those of {scene.entity.plural}")
        st.button(
            f"Count {scene.entity.plural} instead",
            icon=":material/balance:",
            on_click=_count_members,
            help=f"Every {scene.entity.singular} with its weight; amounts stay as they are.",
        )


def is_theirs(scene: Segmented) -> bool:
    """Whether segments are found as the notebooks do, of no more rows than take a moment."""
    recipe = scene.recipe
    is_their_scale = recipe.transform == "none" and recipe.pca is None and recipe.algorithm == "kmeans"
    is_their_way = scene.subject.wording.notebooks and scene.counts_both_ways and scene.view.counting == ROWS
    return is_their_scale and is_their_way and results.size(scene.view).rows <= CHEAP


class Course(NamedTuple):
    """Clusters of rows, the same found anew with weights, and the share of each: of rows, of members, anew."""

    told: NotebookResult
    anew: pd.DataFrame
    shares: pd.DataFrame


@kept
def as_in_the_course(view: View, recipe: Recipe) -> Course:
    """What the notebooks show, and what weights do to it."""
    told, anew = segment_results.notebook(view, recipe), _anew(view, recipe)
    return Course(told, anew, _shares(view, recipe, told, anew))


def _beside_this_page(scene: Segmented, shares: pd.DataFrame) -> str:
    """That the page found other clusters of the rows, where it did: it starts more often, and may scale otherwise."""
    own = sorted(scene.found.sizes["share"].to_numpy().round(3))
    if own == sorted(shares["rows"].to_numpy().round(3)):
        return ""
    return f"The segments of this page are others: the best of {len(scene.found.inertias)} starts, scaled as it says. "


def _changed(scene: Segmented, told: NotebookResult, shares: pd.DataFrame) -> str:
    """What weights do to the smallest cluster as it is, and what finding clusters with them does."""
    smallest = int(shares["rows"].to_numpy().argmin())
    rows, weighed, anew = (percent(share) for share in shares.iloc[smallest])
    copies = "five rows" if told.copies == 5 else f"{told.copies} rows"
    return literal(
        f"Every {scene.entity.singular} is {copies} of the file, and the rich were asked more often than they are: "
        f"cluster {smallest + 1} holds {rows} of the rows, and {weighed} of the {scene.entity.plural}. Found anew "
        f"with weights, clusters are others: the one in its place holds {anew}."
    )


def _shares(view: View, recipe: Recipe, told: NotebookResult, anew: pd.DataFrame) -> pd.DataFrame:
    """Of each cluster, from the least of the first feature on: share of the rows, of the members, and found anew."""
    first = recipe.features[0]
    members = view.members(recipe.features)
    rows = pd.DataFrame({"label": told.labels, "value": members.values(first), "weight": members.weights(MEMBERS)})
    by_label = rows.groupby("label").agg(value=("value", "mean"), rows=("weight", "size"), weight=("weight", "sum"))
    ordered = by_label.sort_values("value")[["rows", "weight"]]
    shares = ordered / ordered.sum()
    return shares.assign(anew=anew["share"].to_numpy()).reset_index(drop=True)


def _beside(scene: Segmented, told: NotebookResult, anew: pd.DataFrame, shares: pd.DataFrame) -> pd.DataFrame:
    """Share and means of each cluster of rows, and of each found anew with weights: a row for each figure."""
    codebook = scene.codebook
    columns: dict[str, list[str]] = {
        "Figure": [
            "Share of rows",
            f"Share of {scene.entity.plural}",
            *(f"Mean: {codebook.label(name)}" for name in scene.recipe.features),
        ]
    }
    both = zip(*map(records, (shares, told.means, anew)), strict=True)
    for place, (cluster, theirs, found) in enumerate(both):
        means = [codebook[name].mean_text(theirs[name]) for name in scene.recipe.features]
        columns[f"Cluster {place + 1}"] = [percent(cluster["rows"]), percent(cluster["weight"]), *means]
        means = [codebook[name].mean_text(found[name]) for name in scene.recipe.features]
        columns[f"Found anew with weights: {place + 1}"] = ["", percent(found["share"]), *means]
    return pd.DataFrame(columns)


def _anew(of_rows: View, recipe_of_rows: Recipe) -> pd.DataFrame:
    """Share of each segment and mean of each feature where members are counted, from the least of the first on."""
    view, recipe = of_rows.counted(MEMBERS), replace(recipe_of_rows, counting=MEMBERS)
    share = segment_results.segmentation(view, recipe).sizes["share"]
    profile = segment_results.profile(view, recipe, recipe.features).table["mean"]
    means = {name: profile.xs(name, level="column").reindex(share.index) for name in recipe.features}
    return pd.DataFrame({"share": share, **means}).sort_values(recipe.features[0])


def _count_members() -> None:
    sidebar.set_counting(MEMBERS)
    whole_page.ask()
