"""Choosing features: by variance, by group of the codebook, or one's own list."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from lib.features import relatives, without_relatives
from lib.segments import Recipe
from lib.ui.run import results
from lib.ui.scene import controls
from lib.ui.scene.view import View

_WAYS = ("Leading by variance", "A group of columns", "My own list")
_MOST = 12
_OWN = ("INCOME", "LIQ", "DEBT", "HOUSES", "NETWORTH")


def choose_features(view: View) -> tuple[str, ...]:
    """Draw the ways to choose and return the chosen columns."""
    way = st.segmented_control(
        "Choose features", _WAYS, default=_WAYS[0], required=True, key="choose", bind="query-params"
    )
    if way == _WAYS[0]:
        return _leading(view)
    if way == _WAYS[1]:
        return _of_a_group(view)
    names = [*view.codebook.amounts(), *view.codebook.categories()]
    return controls.pick_columns("Features", names, view.codebook, default=_OWN, key="own", most=_MOST)


def _leading(view: View) -> tuple[str, ...]:
    left, middle, right = st.columns(3, vertical_alignment="bottom")
    with left:
        number = st.slider("How many", 2, _MOST, 5, key="leading", bind="query-params")
    with middle:
        trimmed = st.segmented_control(
            "Variance",
            ["Trimmed", "Plain"],
            default="Trimmed",
            required=True,
            key="leading_variance",
            bind="query-params",
            help="Trimmed leaves out the lowest and the highest tenth of the households.",
        )
    with right:
        apart = st.toggle(
            "Leave out relatives",
            True,
            key="apart",
            bind="query-params",
            help="Total assets are the sum of others: columns that contain one another count twice.",
        )
    ranking = results.variance_ranking(view, 0.1 if trimmed == "Trimmed" else 0.0)
    chosen = tuple(map(str, (without_relatives(ranking) if apart else ranking).index[:number]))
    st.caption(f"Features: {', '.join(view.codebook.label(name) for name in chosen)}.")
    return chosen


def _of_a_group(view: View) -> tuple[str, ...]:
    codebook = view.codebook
    amounts = codebook.amounts()
    groups = list(dict.fromkeys(codebook[name].group for name in amounts))
    left, right = st.columns([1, 3])
    with left:
        start = groups.index("Financial assets") if "Financial assets" in groups else 0
        group = st.selectbox("Group", groups, index=start, key="group", bind="query-params")
    inside = [name for name in amounts if codebook[name].group == group]
    with right:
        return controls.pick_columns("Features", inside, codebook, default=inside[:5], key="of_group", most=_MOST)


def render_relatives(view: View, features: tuple[str, ...]) -> None:
    """Say which of the chosen columns say the same thing."""
    found = relatives(features, view.codebook)
    if found:
        st.caption(":material/family_history: " + " ".join(f"{relative}" for relative in found[:4]))


def render_scales(view: View, recipe: Recipe) -> None:
    """What each feature looks like before and after its scale was bent and made comparable."""
    found = results.segmentation(view, recipe)
    profile = results.profile(view, recipe, recipe.features).everyone
    after = found.points.matrix
    weights = found.points.weights / found.points.weights.sum()
    mean = weights @ after
    rows = []
    for position, name in enumerate(recipe.features):
        text = view.codebook[name].text
        column = after[:, position]
        rows.append(
            {
                "Feature": view.codebook.label(name),
                "Median": text(profile.loc[name, "median"]),
                "Middle half": f"{text(profile.loc[name, 'p25'])} to {text(profile.loc[name, 'p75'])}",
                "Mean": text(profile.loc[name, "mean"]),
                "Standard deviation": text(profile.loc[name, "sd"]),
                "After: range": f"{column.min():.2f} to {column.max():.2f}",
                "After: standard deviation": f"{np.sqrt(weights @ (column - mean[position]) ** 2):.2f}",
            }
        )
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt="Each feature before and after scaling")
