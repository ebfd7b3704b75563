"""Controls that make a recipe: features, transform, scaling, number of segments. All of it lives in the link."""

from __future__ import annotations

from math import isfinite

import streamlit as st

from lib.features import SCALINGS, TRANSFORMS, Transform
from lib.features.wording import SCALING_WORDS, TRANSFORM_WORDS
from lib.segments import ALGORITHM_LABELS, ALGORITHMS, STARTS, Algorithm, Recipe
from lib.ui.run import results
from lib.ui.scene import controls
from lib.ui.scene.view import View

FEWEST, MOST = 2, 12
_MANY_ROWS, _FEWER_STARTS = 10_000, 20
"""On more rows than this twenty starts have to do: with so many households more of them end at the best."""

K, TRANSFORM, SCALING = "k", "transform", "scaling"

_TRANSFORM_HELP = (
    "Log-like (asinh): even near zero, logarithmic beyond, debts as well as assets. Ranks: only the order of "
    "households counts. Capped: values beyond the 1st and 99th percentile count as those. None: as the notebooks do."
)
_SCALING_HELP = "What makes features of different size comparable: without it the largest amounts decide alone."


def choose_two(view: View) -> tuple[str, str]:
    """Choose two amounts."""
    amounts = view.codebook.amounts()
    left, right = st.columns(2)
    with left:
        first = controls.pick_column("Across", amounts, view.codebook, default="DEBT", key="across")
    with right:
        second = controls.pick_column("Up", amounts, view.codebook, default="HOUSES", key="up")
    return first, second


def choose_recipe(view: View, features: tuple[str, ...], *, algorithms: bool = False) -> Recipe:
    """Choose transform, scaling, number of segments and, if asked for, the method for given features."""
    algorithm = _choose_algorithm() if algorithms else "kmeans"
    left, middle, right = st.columns(3)
    with left:
        transform = st.segmented_control(
            "Bend the scale",
            list(TRANSFORMS),
            default="asinh",
            required=True,
            format_func=lambda name: TRANSFORM_WORDS[name].label,
            key=TRANSFORM,
            bind="query-params",
            help=_TRANSFORM_HELP,
        )
    with middle:
        scaling = st.selectbox(
            "Make comparable by",
            list(SCALINGS),
            index=list(SCALINGS).index("standard"),
            format_func=lambda name: SCALING_WORDS[name].label,
            key=SCALING,
            bind="query-params",
            help=_SCALING_HELP,
        )
    with right:
        finds_its_own = algorithm == "hdbscan"
        words = "HDBSCAN finds the number of segments itself." if finds_its_own else None
        k = st.slider(
            "Number of segments", FEWEST, MOST, 4, key=K, bind="query-params", disabled=finds_its_own, help=words
        )
    st.caption(_why(view, features, transform))
    starts = STARTS if results.size(view).rows <= _MANY_ROWS else _FEWER_STARTS
    return Recipe(
        features,
        transform=transform,
        scaling=scaling,
        algorithm=algorithm,
        k=k,
        starts=starts,
        counting=view.counting,
    )


def _choose_algorithm() -> Algorithm:
    return st.segmented_control(
        "Method",
        list(ALGORITHMS),
        default="kmeans",
        required=True,
        format_func=ALGORITHM_LABELS.__getitem__,
        key="algorithm",
        bind="query-params",
    )


def _why(view: View, features: tuple[str, ...], transform: Transform) -> str:
    """The reason to bend the scale or not, from the data."""
    shares = {name: share for name in features if isfinite(share := results.extremes(view, name))}
    if not shares:
        return ""
    name = max(shares, key=lambda feature: shares[feature])
    one = "One row in a hundred" if view.counting == "rows" else "One household in a hundred"
    fact = f"{one} makes up {shares[name]:.0%} of the variance of {view.codebook.label(name)}"
    if transform in {"none", "winsorised"} and shares[name] > 0.5:
        return f":material/warning: {fact}: on this scale such households become segments of their own."
    if transform == "none":
        return f"{fact}: the scale can be left as it is."
    if transform == "winsorised":
        return f"{fact}; capped at the 1st and 99th percentile they no longer decide alone."
    return f"{fact}; bent like this, the scale lets the others count too."
