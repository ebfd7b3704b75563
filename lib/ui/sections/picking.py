"""Households picked on a map: who they are, beside the rest; one household and those most like it."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from lib.charts import maps as charts
from lib.charts.segments import title_of
from lib.errors import RecipeError
from lib.estimates import THIN
from lib.maps import Projection
from lib.segments import Recipe
from lib.ui.run import map_results
from lib.ui.scene import controls
from lib.ui.scene.view import View

_PICKED = "picked_households"
_SEARCH = "household"
_SEGMENTS = "picked_segments"
_COLUMNS = ("INCOME", "NETWORTH", "LIQ", "HOUSES", "DEBT", "CCBAL", "EDN_INST", "AGE", "KIDS")
_DESCRIBED = ("AGE", "FAMSTRUCT", "EDCL", "OCCAT1", "HOUSECL", "TURNFEAR", "HBUS")
_MOST_ROWS = 500


def of(view: View, recipe: Recipe) -> tuple[float, ...]:
    """Numbers of the households picked in this view."""
    kept = st.session_state.get(_PICKED)
    return kept[1] if kept and kept[0] == (view.key, recipe.features) else ()


def _set(view: View, recipe: Recipe, households: tuple[float, ...]) -> None:
    st.session_state[_PICKED] = ((view.key, recipe.features), households)


def take(view: View, recipe: Recipe, projection: Projection, key: str) -> None:
    """Take over what was boxed or clicked on one map, for all of them."""
    selection = st.session_state[key].selection
    table = projection.table
    if box := selection.get(charts.BOX):
        inside = pd.Series(True, index=table.index)
        for axis in ("x", "y"):
            if axis in box:
                low, high = sorted(box[axis])
                inside &= table[axis].between(low, high)
        _set(view, recipe, tuple(table.loc[inside, "household"].astype(float)))
    elif point := selection.get(charts.POINT):
        _set(view, recipe, (float(point[0]["household"]),))
    else:
        _set(view, recipe, ())


def _take_segments(view: View, recipe: Recipe, households: Mapping[int, tuple[float, ...]]) -> None:
    chosen = st.session_state[_SEGMENTS]
    _set(view, recipe, tuple(number for segment in chosen for number in households[segment]))


def _take_number(view: View, recipe: Recipe) -> None:
    number = st.session_state[_SEARCH]
    _set(view, recipe, () if number is None else (float(number),))


def render(view: View, recipe: Recipe, names: Mapping[int, str], shown: Mapping[int, str]) -> None:
    """Ways to pick without a mouse, and what is picked."""
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    members = map_results.households_by_segment(view, recipe)
    with left:
        st.pills(
            "Pick segments",
            list(shown),
            selection_mode="multi",
            format_func=lambda number: title_of(number, names),
            key=_SEGMENTS,
            on_change=_take_segments,
            args=(view, recipe, members),
            help="Or drag a box on a map, or click a household. Shift and drag moves a map, the wheel zooms it, "
            "a double click resets it.",
        )
    with right:
        st.number_input(
            "Household number",
            min_value=1,
            step=1,
            value=None,
            key=_SEARCH,
            on_change=_take_number,
            args=(view, recipe),
            placeholder="Search",
        )
    picked = of(view, recipe)
    if not picked:
        st.caption("Nothing is picked: drag a box on any map, click a household, or pick a segment.")
    elif len(picked) == 1:
        _render_one(view, recipe, names, picked[0])
    else:
        _render_many(view, recipe, names, picked)


def _render_many(view: View, recipe: Recipe, names: Mapping[int, str], picked: tuple[float, ...]) -> None:
    weight, rows = map_results.picked_size(view, recipe, picked)
    count = f"{weight / 1e6:.2f} million households" if view.counting == "households" else f"{rows:,} rows"
    thin = f" Fewer than {THIN}: too few to rely on." if len(picked) < THIN else ""
    st.markdown(f"**{count} picked**, {len(picked):,} sampled households.{thin}")
    columns = tuple(dict.fromkeys((*recipe.features, *(name for name in _COLUMNS if name in view.codebook))))
    table = map_results.picked(view, recipe, picked, columns)
    text = {name: view.codebook[name].text for name in table.index}
    shown = pd.DataFrame(
        {
            "Column": [view.codebook.label(name) for name in table.index],
            "Picked: median": [text[name](value) for name, value in table["median"].items()],
            "Rest: median": [text[name](value) for name, value in table["rest_median"].items()],
            "Picked: mean": [view.codebook[name].mean_text(value) for name, value in table["mean"].items()],
            "Rest: mean": [view.codebook[name].mean_text(value) for name, value in table["rest_mean"].items()],
            "Standard deviations apart": table["difference"].map("{:+.2f}".format),
        }
    )
    st.dataframe(shown, hide_index=True, alt="Picked households beside the rest of the population")
    controls.chart_note(view)
    with st.expander("Who they are, household by household", on_change="rerun") as listing:
        if listing.open:
            _render_list(view, recipe, names, picked)


def _render_list(view: View, recipe: Recipe, names: Mapping[int, str], picked: tuple[float, ...]) -> None:
    table = map_results.picked_table(view, recipe, picked, tuple(n for n in _DESCRIBED if n in view.codebook))
    table["segment"] = table["segment"].map(lambda number: title_of(int(number), names))
    labels = {name: view.codebook.label(name) for name in table.columns if name in view.codebook}
    shown = table.rename(columns={**labels, "household": "Household", "segment": "Segment", "weight": "Stands for"})
    st.dataframe(shown.head(_MOST_ROWS), hide_index=True, alt="Picked households, first implicate of each")
    st.caption(
        f"{min(len(shown), _MOST_ROWS):,} of {len(shown):,} households, first implicate of each. "
        "A click on a heading sorts; the table's own menu saves it."
    )


def _render_one(view: View, recipe: Recipe, names: Mapping[int, str], household: float) -> None:
    try:
        near = map_results.neighbours(view, recipe, household)
    except RecipeError as error:
        st.info(str(error), icon=":material/search:")
        return
    codebook = view.codebook
    own = near.iloc[0]
    st.markdown(f"**Household {household:.0f}**: {title_of(int(own['segment']), names)}.")
    described = tuple(name for name in (*_DESCRIBED, *_COLUMNS) if name in codebook)
    table = map_results.picked_table(view, recipe, (household,), described)
    facts = pd.DataFrame(
        {
            "What": [codebook.label(name) for name in described],
            "This household": [codebook[name].text(table[name].iloc[0]) for name in described],
        }
    )
    left, right = st.columns(2)
    with left:
        st.dataframe(facts, hide_index=True, alt=f"Profile of household {household:.0f}, first implicate")
    with right:
        shown = pd.DataFrame(
            {
                "Nearest": near["household"].iloc[1:].astype(str),
                "Segment": [title_of(int(number), names) for number in near["segment"].iloc[1:]],
                "Distance": near["distance"].iloc[1:].map("{:.2f}".format),
                **{codebook.label(n): near[n].iloc[1:].map(codebook[n].text) for n in recipe.features},
            }
        )
        st.dataframe(shown, hide_index=True, alt="The households most like this one")
    controls.chart_note(view, "First implicate; nearest on the scale on which segments were found.")
    with st.expander("Everything known about this household", key="all_columns", on_change="rerun") as everything:
        if everything.open:
            _render_everything(view, recipe, household)


def _render_everything(view: View, recipe: Recipe, household: float) -> None:
    codebook = view.codebook
    names = tuple(name for name, variable in codebook.items() if variable.is_amount or variable.is_category)
    row = map_results.picked_table(view, recipe, (household,), names).iloc[0]
    table = pd.DataFrame(
        {
            "About": [codebook[name].group for name in names],
            "What": [codebook.label(name) for name in names],
            "This household": [codebook[name].text(row[name]) for name in names],
        }
    )
    st.dataframe(table, hide_index=True, alt=f"All columns of household {household:.0f}")
