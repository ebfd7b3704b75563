"""Segments as cards: how large each is, and what sets it apart, by which rule it is found, or who stands for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from lib.dataset import ROWS, Variable
from lib.errors import HouseholdSegmentsError
from lib.estimates import THIN
from lib.estimates.wording import between, with_interval
from lib.plain import by_index
from lib.segments import UNASSIGNED, Stability
from lib.segments.describe.sure import leading_figure
from lib.segments.describe.typical import one_of_them
from lib.ui.run import segment_results, whole_page
from lib.ui.run.cache import made
from lib.ui.scene import controls, grid, links
from lib.ui.scene.scene import Segmented
from lib.ui.sections import finding
from lib.words import counted, literal, percent

_Tell = Callable[[int], tuple[str, str]]
"""Given a segment's number, what is told of it, and in small print what is to be known of that."""

_TELLING = 5
"""Sampled members below which a card stops at the size: there is nothing to tell of so few."""


@whole_page.fragment
def render(scene: Segmented) -> None:
    """A card for each segment; what they tell besides the size is chosen for all of them at once."""
    whole_page.run_if_asked()
    tells = links.segmented("Each card tells", tuple(_TELLS), key="cards", format_func=_label(scene).__getitem__)
    words = _words(scene, tells)
    with st.grid(2 if len(scene.numbers) in (2, 4) else 3, min_column_width=300):
        for number in scene.numbers:
            with st.container(border=True):
                grid.render_key({number: scene.shown[number]})
                # one text: every element of a page is a message to the browser
                st.markdown("\n\n".join(filter(None, (finding.on_card(scene, number), words[number]))))
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


def _words(scene: Segmented, tells: str) -> Mapping[int, str]:
    """What stands on the card of each segment on view."""
    stable = segment_results.known_stability(scene.view, scene.recipe)
    key = (scene.view.key, scene.recipe, tuple(scene.numbers), tells, stable and stable.resamples)
    return made("cards", key, lambda: _told(scene, tells, stable))


def _told(scene: Segmented, tells: str, stable: Stability | None) -> Mapping[int, str]:
    """How large each segment is, what was chosen to be told of it, and below that what is noted."""
    entity, is_of_rows = scene.entity, scene.view.counting == ROWS
    ends = by_index(segment_results.sureness(scene.view, scene.recipe, scene.described).sizes)
    sizes = by_index(scene.found.sizes)
    verdicts = {} if stable is None else by_index(stable.table)
    tell = _TELLS[tells](scene)
    found = {}
    for number in scene.numbers:
        size, end = sizes[number], ends[number]
        rests = f"; {size['sampled']:,} {entity.behind}" if entity.behind else ""
        share = with_interval(size["share"], end["low"], end["high"], percent)
        many = counted(size["rows"], "row") if is_of_rows else controls.many(scene, size["count"])
        told = [f"{many}, {share} of the {scene.unit}{rests}."]
        noted = [f":material/warning: Rests on fewer than {entity.sampled(THIN)}."] if size["thin"] else []
        if size["sampled"] >= _TELLING:
            if row := verdicts.get(number):
                between_them = f"{row['low']:.2f} to {row['high']:.2f}"
                noted.append(f"Stability {row['bootstrap']:.2f} ({between_them}): {row['verdict']}.")
            words, note = tell(number)
            told.append(words)
            noted.append(note)
        small = [f":small[:gray[{note}]]" for note in noted if note]
        found[number] = "\n\n".join(filter(None, [*told, *small]))
    return found


def _apart(scene: Segmented) -> _Tell:
    """The columns that set it apart: its own median beside that of all, or means where medians do not say so."""
    profile = segment_results.profile(scene.view, scene.recipe, scene.described)
    apart = by_index(segment_results.told_apart(scene.view, scene.recipe, scene.described))
    own = by_index(segment_results.described(scene.view, scene.recipe, scene.described))
    everyone = by_index(profile.everyone)
    whole = f"of all {scene.unit}" if scene.view.is_everyone else "of this whole group"

    def told(number: int) -> tuple[str, str]:
        columns = profile.apart(number, among=[name for name, is_apart in apart[number].items() if is_apart])
        if not columns:
            return "Nothing sets it apart that could be told from chance.", ""
        lines = [_beside(scene.codebook[name], own[number, name], everyone[name], whole) for name in columns]
        return "\n".join(f"- {line}" for line in lines), ""

    return told


def _beside(variable: Variable, own: Mapping[str, float], everyone: Mapping[str, float], whole: str) -> str:
    """One column of a segment beside all that were segmented."""
    figure = leading_figure(own, everyone)
    text = variable.short if figure == "median" else variable.mean_text
    told = f"{figure} **{text(own[figure])}**{_off(own, figure, text)}"
    return f"{literal(variable.heading)}: {told}, {whole} {text(everyone[figure])}"


def _off(own: Mapping[str, float], name: str, text: Callable[[float], str]) -> str:
    off = between(own[f"{name}_low"], own[f"{name}_high"], text)
    return f" ({off})" if off else ""


def _rule(scene: Segmented) -> _Tell:
    """The rule that finds it."""
    sentences = segment_results.explanation(scene.view, scene.recipe).sentences
    return lambda number: (literal(sentences.get(number, "")), "")


def _one(scene: Segmented) -> _Tell:
    """A member that stands for the segment, and how it was found; where there is none, why."""

    def told(number: int) -> tuple[str, str]:
        try:
            one = segment_results.typical(scene.view, scene.recipe, number)
        except HouseholdSegmentsError as error:
            return "", literal(str(error))
        return literal(one.sentence), literal(one.note)

    return told


_APART, _RULE, _ONE = "apart", "rule", "one"
_TELLS: Mapping[str, Callable[[Segmented], _Tell]] = {_APART: _apart, _RULE: _rule, _ONE: _one}
"""Of what cards tell, who tells it."""
