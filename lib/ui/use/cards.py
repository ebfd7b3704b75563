"""A segment as something one can use: cards, lenses, comparisons, and the place of one more household."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from lib.charts import maps as charts
from lib.charts.segments import title_of
from lib.errors import HouseholdSegmentsError
from lib.estimates import THIN, quantile
from lib.segments import LENSES, UNASSIGNED, Recipe, Segmentation, place
from lib.segments.describe.lenses import EVERYONE as ALL
from lib.ui.run import results
from lib.ui.run.drawing import draw
from lib.ui.scene import controls
from lib.ui.scene import view as views
from lib.ui.scene.view import View

_ALSO = ("INCOME", "NETWORTH", "LIQ", "HOUSES", "DEBT", "AGE", "KIDS")
_EVERYONE = 0
_TELLING = 5
"""Sampled households below which a card stops at the size: there is nothing to tell of so few."""


def columns_of(view: View, recipe: Recipe) -> tuple[str, ...]:
    """The features and a few other amounts by which segments are told apart."""
    return tuple(dict.fromkeys((*recipe.features, *(name for name in _ALSO if name in view.codebook))))


def render_cards(view: View, recipe: Recipe, found: Segmentation, names: Mapping[int, str]) -> None:
    """A card for each segment."""
    profile = results.profile(view, recipe, columns_of(view, recipe))
    rules = results.explanation(view, recipe)
    stable = results.known_stability(view, recipe)
    with st.grid(2, min_column_width=300):
        for number in (n for n in names if n != UNASSIGNED):
            with st.container(border=True):
                size = found.sizes.loc[number]
                draw(
                    lambda number=number: charts.key({number: names[number]}),  # type: ignore[misc]
                    view,
                    number,
                    names[number],
                    alt_text=f"Colour and shape of {title_of(number, names)}",
                    key=f"card_{number}",
                )
                st.markdown(
                    f"{_households(size['households'])}, {size['share']:.1%} "
                    f"of the {view.unit}; {size['sampled']:,} sampled."
                )
                if size["thin"]:
                    st.caption(f":material/warning: Rests on fewer than {THIN} sampled households.")
                if size["sampled"] < _TELLING:
                    continue
                if stable is not None:
                    row = stable.table.loc[number]
                    st.caption(f"Stability {row['bootstrap']:.2f}: {row['verdict']}.")
                st.markdown(_apart(view, profile.table.loc[number], profile.apart(number)))
                st.markdown(rules.sentences.get(number, ""))
                _render_typical(view, recipe, number)
    if UNASSIGNED in found.sizes.index:
        left = found.sizes.loc[UNASSIGNED]
        st.caption(f"{left['share']:.1%} of the {view.unit} ({left['sampled']:,} sampled) belong to no segment.")
    st.caption(rules.words)
    controls.chart_note(view)


def _households(number: float) -> str:
    return f"{number / 1e6:.2f} million households" if number >= 1e5 else f"{number:,.0f} households"


def _apart(view: View, own: pd.DataFrame, columns: list[str]) -> str:
    lines = [
        f"- {view.codebook.label(name)}: median {view.codebook[name].text(own.loc[name, 'median'])} "
        f"({own.loc[name, 'difference']:+.1f} standard deviations)"
        for name in columns
    ]
    return "\n".join(["What sets it apart:", "", *lines])


def _render_typical(view: View, recipe: Recipe, number: int) -> None:
    try:
        one = results.typical(view, recipe, number)
    except HouseholdSegmentsError as error:
        st.caption(str(error))
        return
    st.markdown(f"A typical household: {one.sentence}")
    st.caption(one.note)


def render_lenses(view: View, recipe: Recipe, names: Mapping[int, str]) -> None:
    """Three lenses on columns that were not used to cluster."""
    lens = st.segmented_control(
        "Lens", LENSES, default=LENSES[0], required=True, key="lens", bind="query-params", label_visibility="collapsed"
    )
    found = results.lenses(view, recipe)
    thin = found.lens(lens)
    told = thin.assign(text=thin["text"] + thin["n"].map(" (n {:,})".format))
    table = told.pivot_table("text", ["section", "label", "base"], "segment", aggfunc="first", sort=False).reset_index()
    titles: dict[object, str] = {"section": "About", "label": "Figure", "base": "Of whom", ALL: "Everyone"}
    titles |= {number: title_of(number, names) for number in names}
    shown = table.rename(columns=titles)
    shown = shown[[column for column in shown.columns if isinstance(column, str)]]
    st.dataframe(shown, hide_index=True, height="content", alt=f"{lens} by segment and for everyone")
    few = int(thin.loc[thin["segment"] != ALL, "thin"].sum())
    note = f"{few} of these figures rest on fewer than {THIN} sampled households." if few else ""
    controls.chart_note(view, *found.notes, note)


def render_contrast(view: View, recipe: Recipe, names: Mapping[int, str]) -> None:
    """Two segments, or a segment and everyone, column by column; and the same recipe on another wave."""
    numbers = [number for number in names if number != UNASSIGNED]
    left, right = st.columns(2)
    with left:
        first = st.selectbox(
            "Compare", numbers, format_func=lambda n: title_of(n, names), key="compare_first", bind="query-params"
        )
    with right:
        second = st.selectbox(
            "with",
            [_EVERYONE, *numbers],
            format_func=lambda n: "Everyone" if n == _EVERYONE else title_of(n, names),
            key="compare_second",
            bind="query-params",
        )
    table = results.contrast(view, recipe, first, second or None, columns_of(view, recipe))
    text = {name: view.codebook[name].text for name in table.index}
    one, other = title_of(first, names), "Everyone" if not second else title_of(second, names)
    shown = pd.DataFrame(
        {
            "Column": table["label"],
            f"Median: {one}": [text[name](value) for name, value in table["first_median"].items()],
            f"Median: {other}": [text[name](value) for name, value in table["second_median"].items()],
            f"Mean: {one}": [view.codebook[name].mean_text(value) for name, value in table["first"].items()],
            f"Mean: {other}": [view.codebook[name].mean_text(value) for name, value in table["second"].items()],
            "Standard deviations apart": table["difference"].map("{:+.2f}".format),
        }
    )
    st.dataframe(shown, hide_index=True, alt=f"{one} beside {other}")
    sampled = results.segmentation(view, recipe).sizes["sampled"]
    whole = results.size(view).sampled
    rests = f"{one}: {sampled[first]:,} sampled households; {other}: {sampled[second] if second else whole:,}."
    controls.chart_note(view, rests)
    _render_waves(view, recipe, names)


def _render_waves(view: View, recipe: Recipe, names: Mapping[int, str]) -> None:
    others = {key: name for key, name in views.sources().items() if key not in (view.source, views.SAMPLE)}
    if view.source == views.SAMPLE or not others:
        st.caption("With two real waves downloaded, the same recipe can be compared between them.")
        return
    wave = st.selectbox(
        "The same recipe on another wave", [None, *others], format_func=lambda key: others.get(key, "None"), key="wave"
    )
    if wave is None:
        return
    try:
        came = results.persistence(view, recipe, views.at(view, wave))
    except HouseholdSegmentsError as error:
        st.info(str(error))
        return
    st.markdown(came.words)
    table = came.table
    shown = pd.DataFrame(
        {
            "Segment": [title_of(int(number), names) for number in table.index],
            f"Share: {came.old_name}": table["old_share"].map("{:.1%}".format),
            f"Share: {came.new_name}": table["new_share"].map("{:.1%}".format),
            "Sampled then": table["old_sampled"].map("{:,}".format),
            "Sampled now": table["new_sampled"].map("{:,}".format),
            **{
                f"{view.codebook.label(name)} now": [
                    view.codebook[name].text(value) for value in came.new_centroids.loc[table.index, name]
                ]
                for name in recipe.features
            },
            "Would be placed there": table["kept"].map("{:.0%}".format),
            "Verdict": table["verdict"],
        }
    )
    st.dataframe(shown, hide_index=True, alt=came.words)
    st.caption(f"Both in {came.dollars} dollars; the population's conditions are those of the sidebar in both waves.")


@st.fragment
def render_place(view: View, recipe: Recipe, found: Segmentation, names: Mapping[int, str]) -> None:
    """A short form with the recipe's features: the segment a household falls in, and how clearly."""
    data = views.members(view, recipe.features)
    weights = data.weights(view.counting)
    values: dict[str, float] = {}
    with st.form("place"), st.grid(3, min_column_width=200):
        for name in recipe.features:
            variable, column = view.codebook[name], data.values(name)
            low, middle, high = (float(q) for q in quantile(column, weights, [0.1, 0.5, 0.9]))  # type: ignore[union-attr]
            values[name] = st.number_input(
                variable.label,
                min_value=float(column.min()),
                max_value=float(column.max()),
                value=middle,
                key=f"place_{name}",
                help=f"Median {variable.text(middle)}; a tenth has less than {variable.text(low)}, "
                f"a tenth more than {variable.text(high)}.",
            )
        st.form_submit_button("Place this household", icon=":material/my_location:")
    if recipe.algorithm != "kmeans":
        st.caption("By the nearest centre, which only comes near what this method would say; k-means says it exactly.")
    placed = place(found, values)
    sure = "on the border to" if placed.is_borderline else "next would be"
    st.markdown(
        f"It falls in **{title_of(placed.segment, names)}**, {sure} {title_of(placed.next_best, names)} "
        f"(distances {placed.distances[placed.segment]:.2f} and {placed.distances[placed.next_best]:.2f})."
    )
    table = pd.DataFrame(
        {
            "Segment": [title_of(int(number), names) for number in placed.distances.index],
            "Distance to its centroid": placed.distances.map("{:.2f}".format),
        }
    )
    below = [
        f"{view.codebook.label(name)}: {float(weights[data.values(name) < value].sum() / weights.sum()):.0%} have less"
        for name, value in values.items()
    ]
    st.dataframe(table, hide_index=True, alt="Distance of the household to each segment's centroid")
    controls.chart_note(view, f"{'; '.join(below)}.")
