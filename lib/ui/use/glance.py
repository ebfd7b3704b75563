"""Segments through their lenses at a glance: small bars right under the picture, before anybody asks for more."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

import pandas as pd
import streamlit as st

from lib import segments
from lib.charts import lenses as charts
from lib.dataset import Variable
from lib.ui.run import segment_results
from lib.ui.run.cache import made
from lib.ui.run.drawing import draw
from lib.ui.scene import controls
from lib.ui.scene.scene import Segmented
from lib.words import slug


def render(scene: Segmented) -> None:
    """A few flags of each lens: bars by segment, beside the whole table's; nothing where there are none."""
    flags = columns(scene)
    if not flags:
        return
    table = segment_results.glance(scene.view, scene.recipe, flags)
    of_whole = segment_results.flag_shares(scene.view.whole, flags)
    is_whole, everyone = not scene.view.population.conditions, f"all {scene.unit}"
    beside = {} if is_whole else dict(zip(of_whole["column"], of_whole["value"], strict=True))
    by_lens = _by_lens(scene)
    with st.grid(len(by_lens), min_column_width=250):
        for lens, names in by_lens.items():
            labels = {name: _said(scene.codebook[name]) for name in names}
            told = made("glances", (scene.key, lens), partial(_told, scene, lens, table, labels, beside))
            draw(
                partial(charts.glance, title=lens, everyone=everyone if beside else ""),
                scene,
                alt_text=told.words,
                key=f"glance_{slug(lens)}",
                tables=partial(dict, {charts.GLANCE: told.rows}),
                pixels=charts.glance_height(told.rows),
                same_for=("glance", lens, bool(beside)),
                is_glance=True,
            )
    whose = f"These: all of {scene.title}. Lines: {everyone}. " if beside else ""
    faint = "Faint: too unsure to rely on." if table["unsure"].any() else ""
    controls.chart_note(scene, f"{whose}{faint}".strip())


def columns(scene: Segmented) -> tuple[str, ...]:
    """The flags of all lenses."""
    return tuple(name for names in _by_lens(scene).values() for name in names)


def _by_lens(scene: Segmented) -> Mapping[str, tuple[str, ...]]:
    return segments.glance_columns(scene.subject, scene.codebook, scene.recipe.features)


def _said(variable: Variable) -> str:
    """What is so of those whose share a bar is: of a flag with names for both its values, the name of the one."""
    one = variable.values.get(1.0, "Yes")
    return variable.label if one == "Yes" else one


class _Told(NamedTuple):
    """Bars, and the same in words."""

    rows: pd.DataFrame
    words: str


def _told(
    scene: Segmented, lens: str, table: pd.DataFrame, labels: Mapping[str, str], beside: Mapping[str, float]
) -> _Told:
    own, is_whole = table[table["column"].isin(list(labels))], not scene.view.population.conditions
    rows = charts.glance_rows(own, scene.shown, labels, beside, scene.title, is_whole=is_whole)
    return _Told(rows, f"{lens}. {charts.glance_words(rows, f'all {scene.unit}')}")
