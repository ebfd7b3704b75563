"""One's own conditions: typed, or built from labelled columns. The typed text is the one place they live in."""

from __future__ import annotations

import numpy as np
import streamlit as st

from lib import explore
from lib.errors import PopulationError
from lib.population import Comparison, Condition, Population
from lib.ui.scene.scene import Scene

_TEXT = "where"
_COLUMN, _VALUES, _RANGE = "condition_column", "condition_values", "condition_range"


def choose(scene: Scene) -> Population:
    """Draw the list of own conditions, the box to type them and the controls to add one."""
    listed = st.container()
    with st.expander("Own conditions", icon=":material/filter_alt:"):
        # the box comes first: only when it is drawn does a condition in the link become its text
        text = st.text_input(
            "Typed",
            key=_TEXT,
            bind="query-params",
            placeholder=_example(scene),
            help="Columns, numbers, == != < <= > >= in, and or not, brackets. "
            "The data dictionary under Methods lists the columns."
            + (" Amounts are in the dollars chosen above." if scene.dollars else ""),
        )
        _draw_builder(scene)
    with listed:
        return _list(text or "", scene)


def _example(scene: Scene) -> str:
    """A condition that could be typed here: the subject's own, or one on the first column."""
    example = scene.subject.wording.example
    if set(Population.parse(example).columns) <= set(scene.codebook):
        return example
    names = [*scene.codebook.amounts(), *scene.codebook.categories()]
    return f"{names[0]} > 0" if names else ""


def _list(text: str, scene: Scene) -> Population:
    """The conditions of the box, each with a way to remove it; unreadable ones leave everyone in, with the reason."""
    try:
        own = Population.parse(text, example=_example(scene)).checked(scene.codebook)
    except PopulationError as error:
        st.error(str(error), icon=":material/edit:")
        return Population()
    for position, condition in enumerate(own.conditions):
        st.button(
            scene.words(condition),
            icon=":material/close:",
            key=f"drop_{position}",
            help="Remove this condition",
            on_click=_drop,
            args=(own, condition),
            type="tertiary",
        )
    return own


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
    st.caption(variable.definition)
    if variable.is_category:
        codes = np.unique(scene.view.everyone((column,)).values(column)).tolist()
        st.pills("Values", codes, selection_mode="multi", format_func=variable.text, key=f"{_VALUES}_{column}")
    else:
        steps = _steps(scene, column)
        st.select_slider(
            "From, up to",
            steps,
            value=(steps[0], steps[-1]),
            format_func=variable.text,
            key=f"{_RANGE}_{column}",
        )
    st.button("Add the condition", icon=":material/add:", on_click=_add, args=(column,))


def _steps(scene: Scene, column: str) -> list[float]:
    """Round amounts from the smallest to the largest, denser where members are."""
    values = scene.view.everyone((column,)).values(column)
    scale = explore.scale_of(values, scene.codebook[column])
    if scale.kind == "linear":
        whole = scene.codebook[column].unit in {"years", "count", "score", "index"}
        digits = 0 if whole else 2
        return sorted({round(float(step), digits) for step in np.linspace(scale.low, scale.high, 81)})
    sizes = [m * 10.0**p for p in range(int(np.log10(scale.constant)) + 1, 11) for m in (1, 2, 5)]
    inner = [s for size in sizes for s in (-size, size) if scale.low < s < scale.high]
    zero = [0.0] if scale.low <= 0 <= scale.high else []
    return sorted({scale.low, *inner, *zero, scale.high})


def _add(column: str) -> None:
    """Write the chosen condition into the box."""
    state = st.session_state
    new: list[Condition] = []
    if values := state.get(f"{_VALUES}_{column}"):
        new = [Comparison(column, "==", values[0]) if len(values) == 1 else Comparison(column, "in", tuple(values))]
    elif bounds := state.get(f"{_RANGE}_{column}"):
        new = [Comparison(column, ">=", float(bounds[0])), Comparison(column, "<=", float(bounds[1]))]
    try:
        before = Population.parse(state.get(_TEXT) or "")
    except PopulationError:
        before = Population()
    state[_TEXT] = str(Population((*before.conditions, *new)))
    state[_COLUMN] = None


def _drop(own: Population, condition: Condition) -> None:
    st.session_state[_TEXT] = str(own.without(condition))
