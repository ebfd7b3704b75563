"""Members picked on a map: who they are, beside the rest. One alone is looked for, as by its id."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pandas as pd
import streamlit as st

from lib.charts import maps as charts
from lib.charts import zoom
from lib.charts.looks import title_of
from lib.dataset import ROWS
from lib.estimates import THIN
from lib.maps import Projection
from lib.segments import Recipe
from lib.ui.run import map_results
from lib.ui.run.map_results import Ids
from lib.ui.scene import controls
from lib.ui.scene.scene import Segmented
from lib.ui.sections import finding
from lib.words import a, capitalised, literal, signed

_PICKED = "picked_members"
_SEGMENTS = "picked_segments"
_BOXED, _REDRAWN = "boxed_map", "redrawn_maps"
_MOST_ROWS = 500


def of(scene: Segmented) -> Ids:
    """What names the members picked in this view; where nothing is picked any more, no map keeps its box."""
    if not (picked := _picked(scene)):
        _let_go_of_box()
    return picked


def times_redrawn(method: str) -> int:
    """How often a map was to lose its box: drawn as another element it comes without."""
    return int(st.session_state.get(_REDRAWN, {}).get(method, 0))


def _let_go_of_box(besides: str = "") -> None:
    """A box goes with its pick: only the map on which members were boxed last keeps the one drawn there."""
    boxed = st.session_state.get(_BOXED, "")
    if boxed not in ("", besides):
        times: dict[str, int] = st.session_state.setdefault(_REDRAWN, {})
        times[boxed] = times.get(boxed, 0) + 1
    st.session_state[_BOXED] = besides


def _picked(scene: Segmented) -> Ids:
    kept: _Picked | None = st.session_state.get(_PICKED)
    return kept.ids if kept and kept.place == _place(scene) and kept.recipe in (None, scene.recipe) else ()


class _Picked(NamedTuple):
    """What was picked, and where; by which recipe's segments, if by segments: other ones hold other members."""

    place: tuple[object, ...]
    ids: Ids
    recipe: Recipe | None


def _place(scene: Segmented) -> tuple[object, ...]:
    return scene.view.key, scene.recipe.features


def _set(scene: Segmented, ids: Ids, *, by_segments: bool = False) -> None:
    st.session_state[_PICKED] = _Picked(_place(scene), ids, scene.recipe if by_segments else None)
    if not by_segments:
        st.session_state[_SEGMENTS] = []


def take(scene: Segmented, find: Callable[[], Projection | None], key: str, method: str) -> None:
    """Take over what was boxed on one map, for all of them; one that was clicked, or boxed alone, is looked for."""
    selection = st.session_state[key].selection
    projection = find()
    box = selection.get(charts.BOX)
    if not box and st.session_state.get(_BOXED) == method:
        st.session_state[_BOXED] = ""  # on the map itself it is gone already
    _let_go_of_box(besides=method if box else "")
    if projection is None:
        return  # it is drawn no more
    table = projection.table
    if box:
        inside = pd.Series(True, index=table.index)
        for axis in ("x", "y"):
            if axis in box:
                low, high = sorted(box[axis])
                inside &= table[axis].between(low, high)
        _set_or_find(scene, tuple(table.loc[inside, "id"].tolist()))
    elif (point := selection.get(charts.POINT)) and (clicked := point[0].get("id")) is not None:
        # a browser knows no whole numbers, only numbers
        _set_or_find(scene, (clicked if isinstance(clicked, str) else int(clicked),))
    else:
        _set(scene, ())


def _set_or_find(scene: Segmented, ids: Ids) -> None:
    if len(ids) == 1:
        finding.look_for(scene, ids[0])
        ids = ()
    _set(scene, ids)


def _take_segments(scene: Segmented) -> None:
    _let_go_of_box()
    chosen = st.session_state[_SEGMENTS]
    members = map_results.members_by_segment(scene.view, scene.recipe)
    _set(scene, tuple(member for segment in chosen for member in members[segment]), by_segments=True)


def render(scene: Segmented) -> None:
    """Ways to pick without a mouse, and what is picked."""
    member = scene.entity.singular
    if st.session_state.get(_SEGMENTS) and not of(scene):
        st.session_state[_SEGMENTS] = []
    st.pills(
        "Pick segments",
        list(scene.shown),
        selection_mode="multi",
        format_func=lambda number: literal(title_of(number, scene.names)),
        key=_SEGMENTS,
        on_change=_take_segments,
        args=(scene,),
        help=f"Or drag a box on a map. A click finds {a(member)}. {zoom.ZOOMS} a map, a drag with Shift then moves it, "
        "a double click or Reset leads back.",
        width="stretch",
    )
    picked = of(scene)
    if not picked:
        st.caption(f"Nothing is picked: drag a box on any map, or pick a segment. A click finds {a(member)}.")
    else:
        _render_many(scene, picked)


def _render_many(scene: Segmented, picked: Ids) -> None:
    entity, codebook = scene.entity, scene.codebook
    weight, rows = map_results.picked_size(scene.view, scene.recipe, picked)
    count = f"{rows:,} rows" if scene.view.counting == ROWS else controls.many(scene, weight)
    rests = f", {entity.sampled(len(picked))}" if scene.counts_both_ways else ""
    thin = f" Fewer than {THIN}: too few to rely on." if len(picked) < THIN else ""
    st.markdown(f"**{count} picked**{rests}.{thin}")
    columns = scene.known((*scene.described, *scene.subject.first.debts))
    table = map_results.picked(scene.view, scene.recipe, picked, columns)
    text = {name: codebook[name].text for name in table.index}
    shown = pd.DataFrame(
        {
            "Column": [codebook.label(name) for name in table.index],
            "Picked: median": [text[name](value) for name, value in table["median"].items()],
            "Rest: median": [text[name](value) for name, value in table["rest_median"].items()],
            "Picked: mean": [codebook[name].mean_text(value) for name, value in table["mean"].items()],
            "Rest: mean": [codebook[name].mean_text(value) for name, value in table["rest_mean"].items()],
            "Standard deviations apart": table["difference"].map(lambda by: signed(by, 2)),
        }
    )
    controls.dataframe(shown, alt=f"Picked {entity.plural} beside the rest of the population")
    controls.chart_note(scene)
    one_by_one = f"Who they are, {entity.singular} by {entity.singular}"
    with st.expander(one_by_one, on_change="rerun") as listing:
        if listing.open:
            _render_list(scene, picked)


def _first_implicate(scene: Segmented) -> str:
    return "first implicate" if scene.about.implicates > 1 else ""


def _render_list(scene: Segmented, picked: Ids) -> None:
    entity, codebook = scene.entity, scene.codebook
    facts = scene.known(scene.subject.first.facts) or finding.facts_of(scene)
    table = map_results.picked_table(scene.view, scene.recipe, picked, facts)
    at = table.index.get_level_values
    shown = pd.DataFrame(
        {
            capitalised(entity.singular): at("id"),
            "Segment": [title_of(int(number), scene.names) for number in at("segment")],
            **({"Stands for": at("weight")} if scene.about.weight else {}),
            **{codebook.label(name): table[name].to_numpy() for name in table},
        }
    )
    one = f", {_first_implicate(scene)} of each" if _first_implicate(scene) else ""
    controls.dataframe(shown.head(_MOST_ROWS), alt=f"Picked {entity.plural}{one}")
    st.caption(
        f"{min(len(shown), _MOST_ROWS):,} of {entity.several(len(shown))}{one}. "
        "A click on a heading sorts; the table's own menu saves it."
    )
