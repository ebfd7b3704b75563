"""The place of one more member among the segments."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from lib.charts.looks import title_of
from lib.dataset import Dataset
from lib.estimates.wording import told_of, with_interval
from lib.segments import EXACT, place
from lib.segments.segmentation import BORDER_SOURCE
from lib.ui.run import results, whole_page
from lib.ui.scene import controls
from lib.ui.scene.scene import Segmented
from lib.words import literal, percent

_MONEY = ":material/attach_money:"


@whole_page.fragment
def render(scene: Segmented) -> None:
    """A short form with the recipe's features: the segment a member falls in, and how clearly."""
    member, names = scene.entity.singular, scene.names
    data = scene.members(scene.recipe.features)
    with st.form("place"):
        with st.grid(3, min_column_width=200):
            values = {name: _ask(scene, data, name) for name in scene.recipe.features}
        st.form_submit_button(f"Place this {member}", icon=":material/my_location:")
    if scene.recipe.algorithm not in EXACT:
        st.caption("By the nearest centre, which only comes near what this method would say; k-means says it exactly.")
    placed = place(scene.found, values)
    sure = "on the border to" if placed.is_borderline else "next would be"
    form: Callable[[float], str]
    if placed.posterior is None:
        how, figures, form = "distances", placed.distances, _distance
    else:
        how, figures, form = "probabilities", placed.posterior, percent
    here, there = (form(figures[number]) for number in (placed.segment, placed.next_best))
    st.markdown(
        f"It falls in **{literal(title_of(placed.segment, names))}**, {sure} "
        f"{literal(title_of(placed.next_best, names))} ({how} {here} and {there})."
        + (f" {BORDER_SOURCE}" if placed.is_borderline and placed.posterior is None else "")
    )
    table = pd.DataFrame(
        {
            "Segment": [title_of(int(number), names) for number in placed.distances.index],
            "Distance to its centroid": placed.distances.map("{:.2f}".format),
            **({} if placed.posterior is None else {"Probability": placed.posterior.map(percent)}),
        }
    )
    controls.dataframe(table, alt=f"Distance of the {member} to each segment's centroid")
    below = [
        f"{scene.codebook.label(name)}: {_have_less(scene, name, value)} have less" for name, value in values.items()
    ]
    controls.chart_note(scene, f"{'; '.join(below)}.", results.how_sure(scene.view))


def _distance(value: float) -> str:
    return f"{value:.2f}"


def _have_less(scene: Segmented, name: str, value: float) -> str:
    """The share of the members who have less than an amount."""
    found = results.share_below(scene.view, name, value)
    return with_interval(found.value, found.low, found.high, percent)


def _ask(scene: Segmented, data: Dataset, name: str) -> float:
    """A box for one feature, at first at the median."""
    variable, column = scene.codebook[name], data.values(name)
    summary = results.spread(scene.view, scene.heading, name).iloc[0]
    low, middle, high = (told_of(summary, share, variable.text) for share in ("0.1", "0.5", "0.9"))
    whole = variable.format.endswith(".0f")
    return st.number_input(
        literal(variable.label),
        icon=_MONEY if variable.sign == "$" else None,
        format="%.0f" if whole else "%.2f",
        step=1.0 if whole else None,
        min_value=float(column.min()),
        max_value=float(column.max()),
        value=float(summary["0.5"]),
        key=f"place_{name}",
        help=literal(f"Median {middle}; a tenth has less than {low}, a tenth more than {high}."),
    )
