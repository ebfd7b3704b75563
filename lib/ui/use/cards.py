"""Segments as cards: how large each is, and what sets it apart, by which rule it is found, or who stands for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd
import streamlit as st

from lib.dataset import ROWS, Variable
from lib.errors import HouseholdSegmentsError
from lib.estimates import THIN
from lib.estimates.wording import between, with_interval
from lib.segments import UNASSIGNED, Stability
from lib.segments.describe.sure import leading_figure
from lib.segments.describe.typical import one_of_them
from lib.ui.run import segment_results, whole_page
from lib.ui.run.cache import made
from lib.ui.scene import controls, grid, links
from lib.ui.scene.scene import Segmented
from lib.ui.sections import finding
from lib.words import counted, literal, percent

_TELLING = 5
"""Sampled members below which a card stops at the size: there is nothing to tell of so few."""


@whole_page.fragment
def render(scene: Segmented) -> None:
    """A card for each segment; what they tell besides the size is chosen for all of them at once."""
    whole_page.run_if_asked()
    tells = links.segmented("Each card tells", tuple(_TELLS), key="cards", format_func=_label(scene).__getitem__)
    with st.grid(2 if len(scene.numbers) in (2, 4) else 3, min_column_width=300):
        for number in scene.numbers:
            with st.container(border=True):
                _render_card(scene, number, tells)
    sizes = scene.found.sizes
    if UNASSIGNED in sizes.index:
        left = sizes.loc[UNASSIGNED]
        behind = f" ({left['sampled']:,} {scene.entity.behind})" if scene.entity.behind else ""
        st.caption(f"{percent(left['share'])} of the {scene.unit}{behind} belong to no segment.")
    if tells == _RULE:
        st.caption(literal(segment_results.explanation(scene.view, scene.recipe).words))


def _label(scene: Segmented) -> dict[str, str]:
    """What can be told on cards, in words."""
    return {_APART: "What sets it apart", _RULE: "A rule for it", _ONE: one_of_them(scene.about)}


def _render_card(scene: Segmented, number: int, tells: str) -> None:
    grid.render_key({number: scene.shown[number]})
    stable = segment_results.known_stability(scene.view, scene.recipe)
    key = (scene.view.key, scene.recipe, number, tells, stable and stable.resamples)
    words = made("cards", key, lambda: _words(scene, number, tells, stable))
    here = finding.on_card(scene, number)
    # one text: every element of a page is a message to the browser
    st.markdown("\n\n".join(filter(None, (here, words))))


def _words(scene: Segmented, number: int, tells: str, stable: Stability | None) -> str:
    """How large a segment is, what was chosen to be told of it, and below that what is noted."""
    entity, size = scene.entity, scene.found.sizes.loc[number]
    rests = f"; {size['sampled']:,} {entity.behind}" if entity.behind else ""
    ends = segment_results.sureness(scene.view, scene.recipe, scene.described)
    low, high = (float(ends.sizes.loc[number, end]) for end in ("low", "high"))
    share = with_interval(size["share"], low, high, percent)
    is_of_rows = scene.view.counting == ROWS
    many = counted(int(size["rows"]), "row") if is_of_rows else controls.many(scene, size["count"])
    told = [f"{many}, {share} of the {scene.unit}{rests}."]
    noted = [f":material/warning: Rests on fewer than {entity.sampled(THIN)}."] if size["thin"] else []
    if size["sampled"] >= _TELLING:
        if stable is not None:
            row = stable.table.loc[number]
            noted.append(f"Stability {row['bootstrap']:.2f} ({row['low']:.2f} to {row['high']:.2f}): {row['verdict']}.")
        words, note = _TELLS[tells](scene, number)
        told.append(words)
        noted.append(note)
    return "\n\n".join(filter(None, [*told, *(f":small[:gray[{note}]]" for note in noted if note)]))


def _apart(scene: Segmented, number: int) -> tuple[str, str]:
    """The columns that set it apart: its own median beside that of all, or means where medians do not say so."""
    profile = segment_results.profile(scene.view, scene.recipe, scene.described)
    apart = segment_results.told_apart(scene.view, scene.recipe, scene.described).loc[number]
    columns = profile.apart(number, among=list(apart.index[apart]))
    if not columns:
        return "Nothing sets it apart that could be told from chance.", ""
    own = segment_results.described(scene.view, scene.recipe, scene.described).loc[number]
    whole = f"of all {scene.unit}" if scene.view.is_everyone else "of this whole group"
    lines = [_beside(scene.codebook[name], own.loc[name], profile.everyone.loc[name], whole) for name in columns]
    return "\n".join(f"- {line}" for line in lines), ""


def _beside(variable: Variable, own: pd.Series, everyone: pd.Series, whole: str) -> str:
    """One column of a segment beside all that were segmented."""
    figure = leading_figure(own, everyone)
    text = variable.short if figure == "median" else variable.mean_text
    told = f"{figure} **{text(own[figure])}**{_off(own, figure, text)}"
    return f"{literal(variable.heading)}: {told}, {whole} {text(everyone[figure])}"


def _off(own: pd.Series, name: str, text: Callable[[float], str]) -> str:
    off = between(own[f"{name}_low"], own[f"{name}_high"], text)
    return f" ({off})" if off else ""


def _rule(scene: Segmented, number: int) -> tuple[str, str]:
    """The rule that finds it."""
    return literal(segment_results.explanation(scene.view, scene.recipe).sentences.get(number, "")), ""


def _one(scene: Segmented, number: int) -> tuple[str, str]:
    """A member that stands for the segment, and how it was found; where there is none, why."""
    try:
        one = segment_results.typical(scene.view, scene.recipe, number)
    except HouseholdSegmentsError as error:
        return "", literal(str(error))
    return literal(one.sentence), literal(one.note)


_APART, _RULE, _ONE = "apart", "rule", "one"
_TELLS: Mapping[str, Callable[[Segmented, int], tuple[str, str]]] = {_APART: _apart, _RULE: _rule, _ONE: _one}
"""What is told of a segment, and in small print what is to be known of it."""
