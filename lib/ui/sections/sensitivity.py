"""The section on how far segments survive other choices."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from lib.charts import sensitivity as charts
from lib.segments import Sensitivity
from lib.segments.judge.sensitivity import KINDS
from lib.ui.run import background, segment_results
from lib.ui.run.drawing import draw
from lib.ui.scene import controls
from lib.ui.scene.scene import Segmented
from lib.words import after_first, literal

_ABOUT = (
    "Each choice is changed by itself, the {members} are segmented again, and the result is compared with what is on "
    "view. The adjusted Rand index is 1 where every pair of {members} is together or apart as before, and 0 where no "
    "more pairs are than by chance."
)


def render(scene: Segmented) -> None:
    """On request: which choice decides the segments, and which does not."""
    view, recipe = scene.view, scene.recipe
    st.markdown(_ABOUT.format(members=scene.entity.plural))
    found = segment_results.known_sensitivity(view, recipe)
    if found is None:
        background.on_request(
            "sensitivity",
            "Test other choices",
            ":material/tune:",
            segment_results.sensitivity_key(view, recipe),
            lambda progress: segment_results.sensitivity(view, recipe, progress),
        )
        return
    draw(lambda: charts.survival(found), scene, alt_text=found.words, key="sensitivity_chart", is_tabled=True)
    controls.chart_note(
        scene, after_first(found.words), "The broken line is the least that other random numbers give.", found.drawn
    )
    for change, why in found.failed.items():
        st.caption(literal(f"{change} gives no segments: {why}"))
    with st.expander("The same figures as a table", key="sensitivity_table", on_change="rerun") as asked:
        if asked.open:
            controls.dataframe(table_of(found), alt=found.words)


def table_of(found: Sensitivity) -> pd.DataFrame:
    """The figures in words, the closest first."""
    table = found.table
    return pd.DataFrame(
        {
            "What is changed": [KINDS[kind] for kind in table["kind"]],
            "To": table["to"],
            "Adjusted Rand index": table["agreement"].map("{:.3f}".format),
            "Segments": table["segments"],
        }
    )
