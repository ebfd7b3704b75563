"""As in the course: the printed figures of a well-known notebook, and what changes when members are counted."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from lib.dataset import MEMBERS, ROWS
from lib.segments import NotebookResult
from lib.segments.judge.notebook import CHEAP
from lib.ui.run import results, segment_results, whole_page
from lib.ui.scene import grid
from lib.ui.scene.scene import Segmented
from lib.ui.sections import sidebar
from lib.words import capitalised, literal, percent


def render(scene: Segmented) -> None:
    """Their figures beside those of members, where a page counts rows and takes amounts as they are, as they do."""
    recipe = scene.recipe
    is_theirs = scene.subject.wording.notebooks and scene.view.counting == ROWS and recipe.transform == "none"
    if not is_theirs or recipe.pca is not None or recipe.algorithm != "kmeans" or not scene.counts_both_ways:
        return
    if results.size(scene.view).rows > CHEAP:
        return
    told = segment_results.notebook(scene.view, recipe)
    with st.container(border=True):
        st.markdown(
            f"**As in the course**: inertia **{told.inertia:,.0f}**, silhouette in raw units "
            f"**{told.silhouette_raw:.3f}**, as one start of k-means on {len(told.labels):,} rows gives and notebooks "
            f"print. {_changed(scene, told)}"
        )
        table = _beside(scene, told)
        grid.render(table, alt=f"Clusters of rows beside those of {scene.entity.plural}")
        st.button(
            f"Count {scene.entity.plural} instead",
            icon=":material/balance:",
            on_click=_count_members,
            help=f"Every {scene.entity.singular} with its weight; amounts stay as they are.",
        )


def _changed(scene: Segmented, told: NotebookResult) -> str:
    rows = told.sizes["rows"] / told.sizes["rows"].sum()
    members = _members(scene)["share"]
    smallest = int(rows.to_numpy().argmin())
    copies = "five rows" if told.copies == 5 else f"{told.copies} rows"
    return literal(
        f"Every {scene.entity.singular} is {copies} of the file, and the rich were asked more often than they are: "
        f"with the same recipe, cluster {smallest + 1} holds {percent(rows.iloc[smallest])} of the rows and "
        f"{percent(members.iloc[smallest])} when {scene.entity.plural} are counted."
    )


def _beside(scene: Segmented, told: NotebookResult) -> pd.DataFrame:
    """Share and means of each cluster of rows, and of each of members, both from the least of the first feature on."""
    members, codebook = _members(scene), scene.codebook
    rows = told.sizes["rows"] / told.sizes["rows"].sum()
    called = capitalised(scene.entity.plural)
    means = {
        f"{codebook.label(name)}: {whose}": [codebook[name].mean_text(value) for value in of[name]]
        for name in scene.recipe.features
        for whose, of in (("rows", told.means), (scene.entity.plural, members))
    }
    return pd.DataFrame(
        {
            "Cluster": range(1, len(rows) + 1),
            "Share of rows": [percent(share) for share in rows],
            f"Share, {called.lower()} counted": [percent(share) for share in members["share"]],
            **means,
        }
    )


def _members(scene: Segmented) -> pd.DataFrame:
    """Share of each segment and mean of each feature where members are counted, from the least of the first on."""
    view, recipe = scene.view.counted(MEMBERS), replace(scene.recipe, counting=MEMBERS)
    share = segment_results.segmentation(view, recipe).sizes["share"]
    profile = segment_results.profile(view, recipe, recipe.features).table["mean"]
    means = {name: profile.xs(name, level="column").reindex(share.index) for name in recipe.features}
    return pd.DataFrame({"share": share, **means}).sort_values(recipe.features[0])


def _count_members() -> None:
    sidebar.set_counting(MEMBERS)
    whole_page.ask()
