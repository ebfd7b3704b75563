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
from lib.words import literal, percent


def render(scene: Segmented) -> None:
    """Their figures beside those of members, where a page counts rows and takes amounts as they are, as they do."""
    recipe = scene.recipe
    is_theirs = scene.subject.wording.notebooks and scene.view.counting == ROWS and recipe.transform == "none"
    if not is_theirs or recipe.pca is not None or recipe.algorithm != "kmeans" or not scene.counts_both_ways:
        return
    if results.size(scene.view).rows > CHEAP:
        return
    told, anew = segment_results.notebook(scene.view, recipe), _anew(scene)
    shares = _shares(scene, told, anew)
    with st.container(border=True):
        st.markdown(
            f"**As in the course**: inertia **{told.inertia:,.0f}**, silhouette in raw units "
            f"**{told.silhouette_raw:.3f}**, as one start of k-means on {len(told.labels):,} rows gives and notebooks "
            f"print. {_changed(scene, told, shares)}"
        )
        table = _beside(scene, told, anew, shares)
        grid.render(table, alt=f"Clusters of rows beside those of {scene.entity.plural}")
        st.button(
            f"Count {scene.entity.plural} instead",
            icon=":material/balance:",
            on_click=_count_members,
            help=f"Every {scene.entity.singular} with its weight; amounts stay as they are.",
        )


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


def _shares(scene: Segmented, told: NotebookResult, anew: pd.DataFrame) -> pd.DataFrame:
    """Of each cluster, from the least of the first feature on: share of the rows, of the members, and found anew."""
    first = scene.recipe.features[0]
    members = scene.members(scene.recipe.features)
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
    for place in range(len(shares)):
        cluster, found = shares.iloc[place], anew.iloc[place]
        means = [codebook[name].mean_text(told.means[name].iloc[place]) for name in scene.recipe.features]
        columns[f"Cluster {place + 1}"] = [percent(cluster["rows"]), percent(cluster["weight"]), *means]
        means = [codebook[name].mean_text(found[name]) for name in scene.recipe.features]
        columns[f"Found anew with weights: {place + 1}"] = ["", percent(found["share"]), *means]
    return pd.DataFrame(columns)


def _anew(scene: Segmented) -> pd.DataFrame:
    """Share of each segment and mean of each feature where members are counted, from the least of the first on."""
    view, recipe = scene.view.counted(MEMBERS), replace(scene.recipe, counting=MEMBERS)
    share = segment_results.segmentation(view, recipe).sizes["share"]
    profile = segment_results.profile(view, recipe, recipe.features).table["mean"]
    means = {name: profile.xs(name, level="column").reindex(share.index) for name in recipe.features}
    return pd.DataFrame({"share": share, **means}).sort_values(recipe.features[0])


def _count_members() -> None:
    sidebar.set_counting(MEMBERS)
    whole_page.ask()
