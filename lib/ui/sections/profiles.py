"""Sections on what segments are like, and where their members come from."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from lib.charts import explore as explore_charts
from lib.charts import profiles as charts
from lib.charts.segments import segment_scales, title_of
from lib.segments import ALGORITHM_LABELS, UNASSIGNED, Recipe
from lib.ui.run import background, results
from lib.ui.run.drawing import draw
from lib.ui.scene import controls
from lib.ui.scene.view import View

_ALSO = ("INCOME", "NETWORTH", "LIQ", "DEBT", "AGE", "KIDS")
_DEMOGRAPHICS = ("AGECL", "RACE", "EDCL", "FAMSTRUCT", "OCCAT1", "HOUSECL")


def render_differences(view: View, recipe: Recipe, names: Mapping[int, str]) -> None:
    """Heat map of how far each segment lies from everyone, in features and a few others."""
    columns = tuple(dict.fromkeys((*recipe.features, *(name for name in _ALSO if name in view.codebook))))
    profile = results.profile(view, recipe, columns)
    apart = [
        f"{title_of(segment, names)}: {view.codebook.label(profile.apart(segment, 1)[0])}"
        for segment in names
        if segment != UNASSIGNED
    ]
    sentence = f"What sets each segment apart most: {'; '.join(apart)}."
    draw(
        lambda: charts.differences(profile.table, view.codebook, names),
        view,
        recipe,
        tuple(names.items()),
        alt_text=sentence,
        key="differences_chart",
    )
    controls.chart_note(view, "Standard deviations by which a segment's mean lies above or below everyone's.", sentence)


@st.fragment
def render_demographics(view: View, recipe: Recipe, names: Mapping[int, str]) -> None:
    """Age, race, education, family, work and home by segment."""
    known = [name for name in _DEMOGRAPHICS if name in view.codebook]
    others = [name for name in view.codebook.categories() if name not in known]
    column = controls.pick_column("Show", [*known, *others], view.codebook, default="AGECL", key="who_they_are")
    table = results.shares_by_segment(view, recipe, column, tuple(names.items()))
    sentence = f"{view.codebook.label(column)} within each segment and among all of them."
    scale = segment_scales(names)["color"]
    colours = dict(zip(scale.domain, scale.range, strict=True))
    draw(
        lambda: explore_charts.shares(table, column, view.codebook, unit=view.unit, legend="Segment", colours=colours),
        view,
        recipe,
        column,
        tuple(names.items()),
        alt_text=sentence,
        key="demographics_chart",
    )
    controls.chart_note(view, sentence, controls.thin_note(table))


def render_clustergram(view: View, recipe: Recipe) -> None:
    """Where members go as the number of segments grows, once every number has been tried."""
    if results.known_sweep(view, recipe) is None:
        return
    found = results.clustergram(view, recipe)
    sentence = "Each disc is a segment, as large as its share; streams show where members go with one segment more."
    draw(
        lambda: charts.clustergram(found, recipe.k),
        view,
        recipe,
        alt_text=sentence,
        key="clustergram_chart",
    )
    controls.chart_note(view, sentence)


def render_comparison(view: View, recipe: Recipe) -> None:
    """On request: other methods on the same households; a chosen row becomes the segmentation on view."""
    found = results.known_comparison(view, recipe)
    if found is None:
        st.markdown("Other methods on the same households and the same scale.")
        background.on_request(
            "comparison",
            "Compare methods",
            ":material/compare_arrows:",
            results.comparison_key(view, recipe),
            lambda progress: results.comparison(view, recipe, progress),
        )
        return
    table = found.table
    shown = pd.DataFrame(
        {
            "Method": [ALGORITHM_LABELS[name] for name in table.index],
            "Segments": table["segments"].astype(int),
            "Silhouette": table["silhouette"].map("{:.3f}".format),
            "Davies-Bouldin": table["davies_bouldin"].map("{:.2f}".format),
            "Smallest segment": table["smallest_share"].map("{:.1%}".format),
            "Unassigned": table["unassigned"].map("{:.1%}".format),
            "Agreement with k-means": table["agreement"].map("{:.2f}".format),
            "Seconds": table["seconds"].map("{:.2f}".format),
        }
    )
    st.dataframe(
        shown,
        hide_index=True,
        on_select=lambda: _take_method(list(table.index)),
        selection_mode="single-row",
        key="methods_table",
        alt="Methods side by side: scores, sizes and agreement with k-means",
    )
    st.caption("Select a row to put that method's segments on this page.")
    drawn = table.reset_index(names="method").assign(method=[ALGORITHM_LABELS[name] for name in table.index])
    sentence = "Methods by agreement with k-means and mean silhouette."
    draw(
        lambda: charts.methods(drawn[["method", "agreement", "silhouette"]].dropna()),
        view,
        recipe,
        alt_text=sentence,
        key="methods_chart",
    )
    notes = [f"- **{ALGORITHM_LABELS[name]}**: {words}" for name, words in found.words.items() if words]
    notes += [f"- **{ALGORITHM_LABELS[name]}** gave no segments: {why}" for name, why in found.failed.items()]
    st.markdown("\n".join(notes))


def _take_method(names: list[str]) -> None:
    rows = st.session_state["methods_table"].selection.rows
    if rows:
        st.session_state["algorithm"] = names[rows[0]]
