"""Segments through their lenses at a glance: small bars right under the picture, before anybody asks for more."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

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
    is_whole = not scene.view.population.conditions
    beside = {} if is_whole else dict(zip(of_whole["column"], of_whole["value"], strict=True))
    whom = f"all {scene.unit}"
    labels = {name: _said(scene.codebook[name]) for name in flags}
    by_lens = _by_lens(scene)
    with st.grid(len(by_lens), min_column_width=250):
        for lens, names in by_lens.items():
            own = partial(_of, table, names)
            draw(
                lambda lens=lens, own=own: charts.glance(  # type: ignore[misc]
                    own(), scene.shown, labels, beside, title=lens, who=scene.title, everyone=whom, is_whole=is_whole
                ),
                scene,
                alt_text=made(
                    "words of a glance",
                    (scene.key, lens),
                    lambda lens=lens, own=own: _words(  # type: ignore[misc]
                        lens, charts.glance_rows(own(), scene.shown, labels, beside, scene.title), whom
                    ),
                ),
                key=f"glance_{slug(lens)}",
                is_glance=True,
            )
    whose = f"These: all of {scene.title}. Lines: {whom}. " if beside else ""
    controls.chart_note(scene, f"{whose}Pale: too unsure to rely on.")


def columns(scene: Segmented) -> tuple[str, ...]:
    """The flags of all lenses."""
    return tuple(name for names in _by_lens(scene).values() for name in names)


def _by_lens(scene: Segmented) -> Mapping[str, tuple[str, ...]]:
    return segments.glance_columns(scene.subject, scene.codebook, scene.recipe.features)


def _said(variable: Variable) -> str:
    """What is so of those whose share a bar is: of a flag with names for both its values, the name of the one."""
    one = variable.values.get(1.0, "Yes")
    return variable.label if one == "Yes" else one


def _words(lens: str, rows: pd.DataFrame, whom: str) -> str:
    return f"{lens}. {charts.glance_words(rows, whom)}"


def _of(table: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    return table[table["column"].isin(columns)]
