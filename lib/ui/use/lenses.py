"""Segments through the lenses that their subject brings."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from lib.charts import lenses as charts
from lib.estimates.wording import MARK, how_many_unsure
from lib.segments.describe.lenses import EVERYONE, in_words
from lib.ui.run import segment_results
from lib.ui.run.drawing import draw
from lib.ui.scene import controls, grid, links
from lib.ui.scene.scene import Segmented
from lib.words import slug


def render(scene: Segmented) -> None:
    """Lenses on columns that were not used to cluster."""
    found = segment_results.lenses(scene.view, scene.recipe)
    if not found.names:
        st.info("No lens has a figure to show of these segments.")
        return
    lens = links.segmented("Lens", found.names, key="lens", ids=slug, label_visibility="collapsed")
    figures = found.lens(lens)
    marks = np.where(figures["unsure"], f"{MARK} ", "")
    told = figures.assign(
        text=[f"{mark}{in_words(one)}" for mark, (_, one) in zip(marks, figures.iterrows(), strict=True)]
    )
    table = told.pivot_table("text", ["section", "label", "base"], "segment", aggfunc="first", sort=False)
    heads = {f"Segment {number}": number for number in scene.numbers if number in table}
    shown = pd.DataFrame(
        {
            "Figure": [f"{label}\n{base}, {section}" for section, label, base in table.index],
            **{head: grid.in_lines(table[number]) for head, number in heads.items()},
            scene.title: grid.in_lines(table[EVERYONE]),
        }
    )
    grid.render(shown, alt=f"{lens} by segment, beside {scene.title}", heads=heads)
    _render_shares(scene, lens, figures[figures["low"].notna() & (figures["unit"] == "share")])
    few = int(figures["unsure"].sum())
    told = bool(figures["low"].notna().any())
    note = how_many_unsure(few, scene.entity, f"figure ({MARK})", f"figures ({MARK})", by_intervals=told)
    controls.chart_note(scene, *found.notes, found.intervals, note)


def _render_shares(scene: Segmented, lens: str, figures: pd.DataFrame) -> None:
    """The shares of a lens as a chart, where they have intervals."""
    if figures.empty:
        return
    draw(
        lambda: charts.shares(figures, scene.shown, scene.title),
        scene,
        lens,
        alt_text=f"{lens} by segment, with 95% intervals. {charts.shares_words(figures, scene.shown, scene.title)}",
        key="lens_chart",
    )
