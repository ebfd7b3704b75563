"""Segments as cards: how large each is, what sets it apart, by which rule it is found, who stands for it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from lib.errors import HouseholdSegmentsError
from lib.estimates import THIN
from lib.estimates.wording import told_of, with_interval
from lib.segments import UNASSIGNED, Stability
from lib.segments.describe.typical import one_of_them
from lib.ui.run import results, segment_results
from lib.ui.run.cache import made
from lib.ui.scene import controls, grid
from lib.ui.scene.scene import Segmented
from lib.ui.sections import finding
from lib.words import literal, percent, signed

_TELLING = 5
"""Sampled members below which a card stops at the size: there is nothing to tell of so few."""


def render(scene: Segmented) -> None:
    """A card for each segment."""
    with st.grid(2 if len(scene.numbers) in (2, 4) else 3, min_column_width=300):
        for number in scene.numbers:
            with st.container(border=True):
                _render_card(scene, number)
    sizes = scene.found.sizes
    if UNASSIGNED in sizes.index:
        left = sizes.loc[UNASSIGNED]
        behind = f" ({left['sampled']:,} {scene.entity.behind})" if scene.entity.behind else ""
        st.caption(f"{percent(left['share'])} of the {scene.unit}{behind} belong to no segment.")
    rules = segment_results.explanation(scene.view, scene.recipe).words
    controls.chart_note(scene, rules, results.how_sure(scene.view))


def _render_card(scene: Segmented, number: int) -> None:
    grid.render_key({number: scene.shown[number]})
    stable = segment_results.known_stability(scene.view, scene.recipe)
    key = (scene.view.key, scene.recipe, number, stable and stable.resamples)
    words = made("cards", key, lambda: _words(scene, number, stable))
    here = finding.on_card(scene, number)
    # one text: every element of a page is a message to the browser
    st.markdown("\n\n".join(filter(None, (here, words))))


def _words(scene: Segmented, number: int, stable: Stability | None) -> str:
    """What a card tells of a segment, and below what is noted."""
    entity, size = scene.entity, scene.found.sizes.loc[number]
    rests = f"; {size['sampled']:,} {entity.behind}" if entity.behind else ""
    ends = segment_results.sureness(scene.view, scene.recipe, scene.described)
    low, high = (float(ends.sizes.loc[number, end]) for end in ("low", "high"))
    share = with_interval(size["share"], low, high, percent)
    told = [f"{controls.many(scene, size['count'])}, {share} of the {scene.unit}{rests}."]
    noted = [f":material/warning: Rests on fewer than {entity.sampled(THIN)}."] if size["thin"] else []
    if size["sampled"] >= _TELLING:
        if stable is not None:
            row = stable.table.loc[number]
            noted.append(f"Stability {row['bootstrap']:.2f} ({row['low']:.2f} to {row['high']:.2f}): {row['verdict']}.")
        profile = segment_results.profile(scene.view, scene.recipe, scene.described)
        apart = segment_results.told_apart(scene.view, scene.recipe, scene.described).loc[number]
        rules = segment_results.explanation(scene.view, scene.recipe)
        typical, how = _typical(scene, number)
        told += [
            _apart(
                scene,
                profile.table.join(ends.profile).loc[number],
                profile.apart(number, among=list(apart.index[apart])),
            ),
            literal(rules.sentences.get(number, "")),
        ]
        told.append(typical)
        noted.append(how)
    return "\n\n".join(filter(None, [*told, *(f":small[:gray[{note}]]" for note in noted)]))


def _apart(scene: Segmented, own: pd.DataFrame, columns: list[str]) -> str:
    if not columns:
        return "Nothing sets it apart that could be told from chance."
    lines = [
        f"- {literal(scene.codebook.label(name))}: median "
        f"{told_of(own.loc[name], 'median', scene.codebook[name].text)}, mean "
        f"{told_of(own.loc[name], 'difference', lambda by: signed(by, 1))} standard deviations from that of all"
        for name in columns
    ]
    return "\n".join(["What sets it apart:", "", *lines])


def _typical(scene: Segmented, number: int) -> tuple[str, str]:
    """A member that stands for the segment, and how it was found; where there is none, why."""
    try:
        one = segment_results.typical(scene.view, scene.recipe, number)
    except HouseholdSegmentsError as error:
        return "", literal(str(error))
    return f"{one_of_them(scene.about)}: {literal(one.sentence)}", literal(one.note)
