"""One member, looked for by its id: where it belongs, where it stands, who is like it, and the mark on what is drawn.

The box stands in the section of the plane or of the maps, and the whole page runs when somebody is looked for: the card
of its segment names it too. What is typed is kept by source: one table's ids mean nothing in another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from lib.charts.looks import title_of
from lib.dataset import Variable
from lib.errors import HouseholdSegmentsError
from lib.segments import UNASSIGNED, Found
from lib.segments.segmentation import BORDER_SOURCE
from lib.ui.run import map_results, whole_page
from lib.ui.run.drawing import page_name
from lib.ui.run.map_results import Id
from lib.ui.scene import controls, links
from lib.ui.scene.scene import Scene, Segmented
from lib.words import a, capitalised, listed, literal, percent

_WIDTH = 300
_FACTS = 9
_LONGEST_ID = 200
"""Columns told of a member where the subject names none."""

_LAST = "looked_for"


class _Last(NamedTuple):
    """The box that was drawn last, what was in it, and on which page."""

    key: str
    typed: str
    page: str


def box_key(scene: Scene) -> str:
    """The name of the box in the session, and of its parameter in links."""
    return f"member_{scene.view.source}"


def look_for(scene: Scene, member: Id) -> None:
    """Put an id into the box; for callbacks of charts that were clicked."""
    st.session_state[box_key(scene)] = str(member)
    whole_page.ask()  # its card names it too


def choose(scene: Segmented) -> Found | None:
    """The box to look for a member by its id, and the one it names; a sentence below it where it names nobody."""
    member, key = scene.entity.singular, box_key(scene)
    last: _Last | None = st.session_state.get(_LAST)
    if last and last.key == key and last.page != page_name():
        # for Streamlit it was another box there: this one would begin with nothing
        st.session_state[key] = last.typed
    typed = st.text_input(
        f"Find {a(member)}",
        key=key,
        type="search",
        max_chars=_LONGEST_ID,
        placeholder="ID",
        on_change=whole_page.ask,
        bind=links.bound(key),
        width=_WIDTH,
        help=f"By the ID that the data have for {a(member)}, a number or a text; upper and lower case and blanks do "
        "not matter, leading zeros of a text do. It is marked on what is drawn above and named on its segment's card.",
    )
    st.session_state[_LAST] = _Last(key, typed or "", page_name())
    try:
        return _found(scene)
    except HouseholdSegmentsError as error:
        st.info(literal(str(error)), icon=":material/search:")
        return None


def found(scene: Segmented) -> Found | None:
    """The member that the box names, if there is such a one."""
    try:
        return _found(scene)
    except HouseholdSegmentsError:
        return None


def _found(scene: Segmented) -> Found | None:
    typed = st.session_state.get(box_key(scene)) or ""
    if not typed.strip():
        return None
    member = map_results.id_of(scene.view, typed)
    return map_results.found(scene.view, scene.recipe, member, facts_of(scene))


def facts_of(scene: Scene) -> tuple[str, ...]:
    """Columns told of one member, besides the features of its segments."""
    first = scene.subject.first
    named = scene.known((*first.facts, *first.also, *first.debts))
    return named or (*scene.codebook.categories(), *scene.codebook.amounts())[:_FACTS]


def on_card(scene: Segmented, number: int) -> str:
    """What the card of a segment says of the member, if it is in it."""
    one = found(scene)
    if one is None or one.segment != number:
        return ""
    return f":material/my_location: **{_called(scene, one)} is here**{_border(scene, one)}."


def _called(scene: Scene, one: Found) -> str:
    return literal(f"{capitalised(scene.entity.singular)} {one.id}")


def _border(scene: Segmented, one: Found) -> str:
    if not one.placement.is_borderline:
        return ""
    return f", on the border to {literal(title_of(one.placement.next_best, scene.names))}"


def undrawn(where: Sequence[str] = ()) -> str:
    """That a mark stands where no point is drawn: on some maps, or on the only picture."""
    on = f" on {listed(list(where))}" if where else ""
    return f"Its own point is not among those drawn{on}: the mark is where it belongs."


def describe(scene: Segmented, one: Found, notes: Iterable[str] = ()) -> None:
    """Its segment and how clearly it belongs there, where it stands, its nearest neighbours.

    Args:
        scene: The segments on view.
        one: The member.
        notes: What is to be known of its marks, a sentence each.
    """
    st.markdown(" ".join(filter(None, [_belonging(scene, one), *_asides(scene, one), *map(literal, notes)])))
    _render_standing(scene, one)
    _render_neighbours(scene, one)
    several = scene.about.implicates > 1
    together = f"Over its {len(one.rows)} implicates. {controls.implicates_are(scene.about)}" if several else ""
    controls.chart_note(
        scene,
        together,
        f"Percentiles among all {scene.entity.plural} and in its segment; of a category, how many have the same. "
        "Nearest on the scale on which segments were found.",
    )
    member = scene.entity.singular
    with st.expander(f"Everything known about this {member}", key="all_columns", on_change="rerun") as everything:
        if everything.open:
            _render_everything(scene, one)


def _belonging(scene: Segmented, one: Found) -> str:
    """Its segment, and the distances to the centre of that and of the next."""
    placed, called = one.placement, f"**{_called(scene, one)}**"
    own, following = (literal(title_of(number, scene.names)) for number in (placed.segment, placed.next_best))
    near = placed.distances[placed.segment]
    if one.segment == UNASSIGNED:
        return f"{called} belongs to no segment; the nearest centre is that of {own} (distance {near:.2f})."
    if placed.next_best == placed.segment:
        return f"{called} falls in **{own}** (distance {near:.2f} to its centre)."
    sure = "on the border to" if placed.is_borderline else "next would be"
    if placed.posterior is not None:
        here, there = (percent(placed.posterior[number]) for number in (placed.segment, placed.next_best))
        return f"{called} falls in **{own}**, {sure} {following} (probabilities {here} and {there})."
    far = placed.distances[placed.next_best]
    source = f" {BORDER_SOURCE}" if placed.is_borderline else ""
    told = f"{called} falls in **{own}**, {sure} {following} (distances {near:.2f} and {far:.2f} to their centres)."
    return told + source


def _asides(scene: Segmented, one: Found) -> list[str]:
    """What else is to be known: of its implicates, and of a segment that is not on view."""
    rows, of_all = len(one.rows), scene.about.implicates
    said = []
    if one.agreeing < rows:
        said.append(f"{one.agreeing} of its {rows} implicates lie there.")
    if rows < of_all:
        said.append(f"Only {rows} of its {of_all} implicates belong to this population.")
    if one.segment not in scene.shown:
        said.append("Its segment is switched off.")
    return said


def _render_standing(scene: Segmented, one: Found) -> None:
    codebook, entity = scene.codebook, scene.entity
    told = [(codebook[str(name)], row) for name, row in one.standing.iterrows()]
    table = pd.DataFrame(
        {
            "What": [variable.label for variable, _ in told],
            f"This {entity.singular}": [_value(variable, row) for variable, row in told],
            "Percentile": [_percentile(variable, row["everyone"]) for variable, row in told],
            "In segment": [_percentile(variable, row["segment"]) for variable, row in told],
        }
    )
    controls.dataframe(table, alt=f"Where {entity.singular} {one.id} stands in each column, by percentile")


def _value(variable: Variable, row: pd.Series) -> str:
    """Its value in words; where its implicates differ, the mean of them and how far they reach."""
    if variable.is_category or not row["least"] < row["most"]:
        return variable.text(row["value"])
    return f"{variable.mean_text(row['value'])} ({variable.text(row['least'])} to {variable.text(row['most'])})"


def _percentile(variable: Variable, share: float) -> str:
    if np.isnan(share):
        return ""
    if variable.is_category:
        return f"{percent(share)} alike"
    return f"{min(max(round(100 * share), 1), 99)}"


def _render_neighbours(scene: Segmented, one: Found) -> None:
    near, codebook = one.neighbours, scene.codebook
    at = near.index.get_level_values
    table = pd.DataFrame(
        {
            "Nearest": at("id").astype(str),
            "Distance": at("distance").map("{:.2f}".format),
            "Segment": [_segment(scene, int(number)) for number in at("segment")],
            **{codebook.label(name): near[name].map(codebook[name].text).array for name in near},
        }
    )
    controls.dataframe(table, alt=f"The {scene.entity.plural} most like {one.id}")


def _segment(scene: Segmented, number: int) -> str:
    return "None" if number == UNASSIGNED else title_of(number, scene.names)


def _render_everything(scene: Segmented, one: Found) -> None:
    codebook, singular = scene.codebook, scene.entity.singular
    names = tuple(name for name, variable in codebook.items() if variable.is_amount or variable.is_category)
    row = map_results.row_of(scene.view, scene.recipe, one, names)
    table = pd.DataFrame(
        {
            "About": [codebook[name].group for name in names],
            "What": [codebook.label(name) for name in names],
            f"This {singular}": [codebook[name].text(row[name]) for name in names],
        }
    )
    first = ", first implicate" if scene.about.implicates > 1 else ""
    controls.dataframe(table, alt=f"All columns of {singular} {one.id}{first}")
