"""Sections on what segments are like, and where their members come from."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from lib.charts import explore as explore_charts
from lib.charts import profiles as charts
from lib.charts.looks import segment_scales
from lib.errors import EstimateError
from lib.segments import ALGORITHM_LABELS, Algorithm
from lib.ui.run import background, results, segment_results, whole_page
from lib.ui.run.drawing import draw
from lib.ui.scene import controls
from lib.ui.scene.scene import Segmented
from lib.ui.sections import recipes
from lib.words import literal, percent


def render_differences(scene: Segmented) -> None:
    """Heat map of how far each segment lies from the whole population, in features and a few others."""
    codebook = scene.codebook
    profile = segment_results.profile(scene.view, scene.recipe, scene.described)
    sure = segment_results.sureness(scene.view, scene.recipe, scene.described)
    names = tuple((number, scene.shown[number]) for number in scene.numbers)
    apart = segment_results.most_apart(scene.view, scene.recipe, scene.described, names)
    sentence = f"What sets each segment apart most: {apart}."
    draw(
        lambda: charts.differences(profile.table, codebook, scene.shown, sure, title=scene.title),
        scene,
        alt_text=sentence,
        key="differences_chart",
        is_tabled=True,
    )
    table = charts.differences_table(profile.table, codebook, scene.shown, sure)
    controls.chart_note(
        scene,
        f"Standard deviations by which a segment's mean lies above or below that of the population ({scene.title}).",
        results.how_sure(scene.view),
        charts.cells_in_brackets(table),
    )
    columns: dict[str, object] = {"title": "Segment", "label": "Column", "mean": "Mean", "median": "Median"}
    columns["by"] = f"Standard deviations from: {scene.title}"
    if table["between"].any():
        columns["between"] = "95% interval"
    controls.table_of(
        lambda: table, columns, alt=f"Each segment beside {scene.title}, column by column", key="differences_table"
    )


@whole_page.fragment
def render_demographics(scene: Segmented) -> None:
    """Who the members of each segment are, by a category; nothing where the data have none."""
    codebook, categories = scene.codebook, scene.codebook.categories()
    if not categories:
        return
    ordered = controls.leading(scene.subject.first.who, categories)
    column = controls.pick_column("Show", ordered, codebook, default=ordered[0], key="who_they_are")
    try:
        shown = tuple(scene.shown.items())
        table = segment_results.shares_by_segment(scene.view, scene.recipe, column, shown, scene.title)
    except EstimateError as error:
        st.info(literal(str(error)))
        return
    sentence = f"{codebook.label(column)} within each segment, beside {scene.title}."
    scale = segment_scales(scene.shown)["color"]
    colours = dict(zip(scale.domain, scale.range, strict=True))
    draw(
        lambda: explore_charts.shares(
            table,
            column,
            codebook,
            unit=scene.unit,
            behind=scene.entity.sampled_plural,
            legend="Segment",
            colours=colours,
        ),
        scene,
        column,
        alt_text=sentence,
        key="demographics_chart",
    )
    controls.chart_note(scene, results.how_sure(scene.view), controls.unsure_note(scene, table))


def render_comparison(scene: Segmented) -> None:
    """On request: other methods on the same members; a chosen row becomes the segmentation on view."""
    view, recipe = scene.view, scene.recipe
    found = segment_results.known_comparison(view, recipe)
    if found is None:
        st.markdown(f"Other methods on the same {scene.entity.plural} and the same scale.")
        background.on_request(
            "comparison",
            "Compare methods",
            ":material/compare_arrows:",
            segment_results.comparison_key(view, recipe),
            lambda progress: segment_results.comparison(view, recipe, progress),
        )
        return
    table = found.table
    shown = pd.DataFrame(
        {
            "Method": [ALGORITHM_LABELS[name] for name in table.index],
            "Segments": table["segments"].astype(int),
            "Silhouette": table["silhouette"].map("{:.3f}".format),
            "Davies-Bouldin": table["davies_bouldin"].map("{:.2f}".format),
            "Smallest segment": table["smallest_share"].map(percent),
            "Unassigned": table["unassigned"].map(percent),
            "Agreement with k-means": table["agreement"].map("{:.2f}".format),
            "Seconds": table["seconds"].map("{:.2f}".format),
        }
    )
    controls.dataframe(
        shown,
        on_select=lambda: _take_method(list(table.index)),
        selection_mode="single-row",
        key="methods_table",
        alt="Methods side by side: scores, sizes and agreement with k-means",
    )
    st.caption(f"Select a row to put that method's segments on this page. {found.drawn}")
    drawn = table.reset_index(names="method").assign(method=[ALGORITHM_LABELS[name] for name in table.index])
    sentence = "Methods by agreement with k-means and mean silhouette."
    draw(
        lambda: charts.methods(drawn[["method", "agreement", "silhouette"]].dropna()),
        scene,
        alt_text=sentence,
        key="methods_chart",
    )
    notes = [f"- **{ALGORITHM_LABELS[name]}**: {literal(words)}" for name, words in found.words.items() if words]
    notes += [f"- **{ALGORITHM_LABELS[name]}** gave no segments: {literal(why)}" for name, why in found.failed.items()]
    st.markdown("\n".join(notes))


def _take_method(names: list[Algorithm]) -> None:
    rows = st.session_state["methods_table"].selection.rows
    if rows:
        recipes.set_algorithm(names[rows[0]])
        whole_page.ask()
