"""One's own conditions: typed, or built from labelled columns. The typed text is the one place they live in."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import streamlit as st

from lib import explore
from lib.dataset import Variable
from lib.errors import PopulationError
from lib.estimates.weighted import Floats
from lib.population import Combination, Comparison, Condition, Population
from lib.ui.scene import links
from lib.ui.scene.scene import Scene
from lib.words import literal

_TEXT = "where"
_UNREAD = "conditions_unread"
_COLUMN, _VALUES, _RANGE = "condition_column", "condition_values", "condition_range"
_MISSING = "nan"
"""Stands among the codes for no code: it equals itself, which the number does not."""


def choose(scene: Scene) -> Population:
    """Draw the list of own conditions, the box to type them and the controls to add one."""
    listed = st.container()
    with st.expander("Own conditions", icon=":material/filter_alt:", key="own_conditions", on_change="rerun") as box:
        # the box comes first: what is chosen below is written into it
        text = links.text_input(
            "Typed",
            "",
            key=_TEXT,
            placeholder=_example(scene),
            help="Columns, numbers, = != < <= > >= in, between, and or not, brackets. A name that is not one plain "
            "word stands in backticks: `` `net income` > 0 ``. The data dictionary under Methods lists the columns."
            " Amounts may be written in short, as in 30K and 1.5M."
            + (" They are in the dollars chosen above." if scene.dollars else ""),
        )
        if box.open:
            _draw_builder(scene)
    with listed:
        return _list(text, scene)


def _example(scene: Scene) -> str:
    """A condition that could be typed here: the subject's own, or one on the first column."""
    example = scene.subject.wording.example
    if set(Population.parse(example).columns) <= set(scene.codebook):
        return example
    names = [*scene.codebook.amounts(), *scene.codebook.categories()]
    return str(Comparison(names[0], ">", 0.0)) if names else ""


def _list(text: str, scene: Scene) -> Population:
    """The conditions of the box, each with a way to remove it; unreadable ones leave everyone in, with the reason."""
    try:
        own = Population.parse(text, example=_example(scene)).checked(scene.codebook)
        own.mask(scene.view.everyone(own.columns))  # only now is a column of text found out
    except PopulationError as error:
        st.error(literal(str(error)), icon=":material/edit:")
        st.session_state[_UNREAD] = str(error)
        return Population()
    for position, condition in enumerate(own.conditions):
        st.button(
            literal(scene.words(condition)),
            icon=":material/close:",
            key=f"drop_{position}",
            help="Remove this condition",
            on_click=_drop,
            args=(own, condition),
            type="tertiary",
        )
    return own


def render_unread() -> None:
    """On the page itself, once, why conditions could not be read: a phone does not show the sidebar."""
    if reason := st.session_state.pop(_UNREAD, ""):
        st.warning(f"The page goes on without the conditions in the sidebar. {literal(reason)}", icon=":material/edit:")


def _draw_builder(scene: Scene) -> None:
    codebook = scene.codebook
    names = [*codebook.categories(), *codebook.amounts()]
    column = st.selectbox(
        "Or choose a column",
        names,
        index=None,
        format_func=codebook.label,
        key=_COLUMN,
        placeholder=scene.subject.wording.placeholder,
    )
    if column is None:
        return
    variable = codebook[column]
    st.caption(literal(variable.definition))
    values = scene.view.everyone((column,)).values(column)
    new = _choose_codes(variable, values) if variable.is_category else _choose_range(variable, values)
    st.button(
        "Add the condition",
        icon=":material/add:",
        help=None if new else "Choose values or narrow the range first",
        disabled=not new,
        on_click=_add,
        args=(new,),
    )


def _choose_codes(variable: Variable, values: Floats) -> list[Condition]:
    """Some of the codes of a category, and whether no code is one of them."""
    name = variable.name
    codes: list[float | str] = [*np.unique(values[~np.isnan(values)]).tolist()]
    options = [*codes, _MISSING] if np.isnan(values).any() else codes
    chosen = st.pills(
        "Values",
        options,
        selection_mode="multi",
        format_func=lambda code: literal(variable.text(float(code))),
        key=f"{_VALUES}_{name}",
    )
    known = tuple(code for code in chosen if not isinstance(code, str))
    parts: list[Condition] = []
    if known:
        parts.append(Comparison(name, "==", known[0]) if len(known) == 1 else Comparison(name, "in", known))
    if _MISSING in chosen:
        parts.append(Comparison(name, "!=", name))
    return [Combination("or", tuple(parts))] if len(parts) > 1 else parts


def _choose_range(variable: Variable, values: Floats) -> list[Condition]:
    """The part of an amount's range: an end that is left where it is asks for nothing, so that no row is lost to it."""
    scale = explore.scale_of(values, variable)
    text = variable.text if variable.text(scale.low) != variable.text(scale.high) else str
    # a step is known by its text: of those that look alike the last is offered, an end before all others
    steps = sorted({text(step): step for step in (*_between(variable, scale), scale.low, scale.high)}.values())
    low, high = st.select_slider(
        "From, up to",
        steps,
        value=(steps[0], steps[-1]),
        format_func=text,
        key=f"{_RANGE}_{variable.name}",
    )
    above: list[Condition] = [Comparison(variable.name, ">=", low)] if low > steps[0] else []
    return [*above, Comparison(variable.name, "<=", high)] if high < steps[-1] else above


def _between(variable: Variable, scale: explore.Scale) -> list[float]:
    """Round amounts between the smallest and the largest, denser where members are; the roundest come last."""
    if scale.kind == "linear":
        whole = variable.unit in {"years", "count", "score", "index"}
        finest = max(2, 1 - math.floor(math.log10((scale.high - scale.low) / 80)))
        places = (0,) if whole else range(finest, 1, -1)
        steps = [round(float(step), n) for n in places for step in np.linspace(scale.low, scale.high, 81)]
    else:
        sizes = [m * 10.0**p for p in range(int(np.log10(scale.constant)) + 1, 11) for m in (1, 2, 5)]
        steps = [0.0, *(s for size in sizes for s in (-size, size))]
    return [step for step in steps if scale.low < step < scale.high]


def _add(new: Sequence[Condition]) -> None:
    """Write the chosen conditions into the box."""
    state = st.session_state
    try:
        before = Population.parse(state.get(_TEXT) or "")
    except PopulationError:
        before = Population()
    state[_TEXT] = str(Population((*before.conditions, *new)))
    state[_COLUMN] = None


def _drop(own: Population, condition: Condition) -> None:
    st.session_state[_TEXT] = str(own.without(condition))
