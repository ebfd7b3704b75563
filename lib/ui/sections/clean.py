"""Cleaning a table of one's own from menus: blanks, outliers, repeated rows, categories; and what was done so far."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import pandas as pd
import streamlit as st

from lib.dataset import Dataset, Variable
from lib.errors import HouseholdSegmentsError
from lib.steps import (
    Cap,
    Capping,
    Fill,
    Filling,
    LeaveOutMissing,
    LeaveOutRepeats,
    MergeRare,
    MergeSpellings,
    OneHot,
    Step,
    overview,
    spelt_alike,
)
from lib.ui.scene import controls, desk
from lib.ui.scene.desk import Desk
from lib.words import counted, literal, percent

_LEAVE_OUT = "Leave out the rows"
_WITH_THE_COMMONEST, _WITH_A_VALUE = "Fill with the most common", "Fill with a value"
_FROM_NEIGHBOURS = "Fill from the nearest neighbours"
_FILLINGS: dict[str, Filling] = {
    "Fill with the median": "median",
    "Fill with the mean": "mean",
    _WITH_THE_COMMONEST: "most common",
    _WITH_A_VALUE: "constant",
    _FROM_NEIGHBOURS: "neighbours",
}
_FENCES, _PERCENTILES, _BOUNDS = "Tukey's fences", "Percentiles", "Values"
_CAPPINGS: dict[str, Capping] = {_FENCES: "fences", _PERCENTILES: "percentiles", _BOUNDS: "bounds"}


def render(data: Dataset) -> None:
    """What there is to clean, and what can be done about it."""
    if data.notes:
        with st.expander("As it was read", icon=":material/info:", expanded=True):
            for note in data.notes:
                st.caption(literal(note))
    _render_missing(data)
    _render_outliers(data)
    _render_repeats(data)
    _render_categories(data)


def act(label: str, key: str, make: Callable[[], Step], *, disabled: bool = False, clears: Sequence[str] = ()) -> None:
    """A button that does a step and clears some controls; a step that makes no sense is said on the page."""

    def done() -> None:
        try:
            desk.do(make())
        except HouseholdSegmentsError as error:
            desk.say(str(error))
        for name in clears:
            st.session_state.pop(name, None)

    st.button(label, key=key, on_click=done, disabled=disabled)


def choose(data: Dataset, label: str, columns: Sequence[str], key: str, default: Sequence[str] = ()) -> tuple[str, ...]:
    """Some of several columns; a choice of columns that are no longer offered is dropped."""
    kept = [name for name in st.session_state.get(key, default) if name in columns]
    st.session_state[key] = kept
    return tuple(st.multiselect(label, columns, format_func=data.codebook.label, key=key))


def _render_missing(data: Dataset) -> None:
    st.subheader("Missing values")
    blank = overview.missing(data)
    if blank.empty:
        st.caption("No value is missing.")
        return
    left, right = st.columns([3, 2])
    with left:
        controls.dataframe(
            blank,
            height="content" if len(blank) <= 8 else 320,
            column_config={
                "label": "Column",
                "blank": st.column_config.NumberColumn("Rows without", format="localized"),
                "share": st.column_config.NumberColumn("Share", format="percent"),
            },
            alt=f"{len(blank)} columns lack values, {blank['label'].iloc[0]} most",
        )
    together = overview.missing_together(data)
    if together.empty:
        right.caption("No row lacks values in two columns of the file.")
    else:
        with right:
            controls.dataframe(
                pd.DataFrame({"Rows": together["rows"], "Missing together": together["columns"].map(", ".join)}),
                alt="In which columns together rows lack a value",
            )
    how = st.selectbox("What to do", [_LEAVE_OUT, *_FILLINGS], key="clean_missing_how")
    offered = [name for name in blank.index if _can_be(how, data.codebook[name])]
    of_file = [name for name in offered if name not in overview.made(data)]
    columns = choose(data, "Columns", offered, "clean_missing", of_file[:1] if how == _WITH_A_VALUE else of_file)
    value = _value(data, columns) if how == _WITH_A_VALUE else None
    act(
        "Apply",
        "clean_missing_apply",
        lambda: _of_missing(columns, how, value),
        disabled=not columns,
        clears=("clean_missing",),
    )
    if how == _FROM_NEIGHBOURS:
        st.caption(
            "The mean of the five rows that are most alike in the other amounts, each on the scale of its standard "
            "deviation, among at most 1,000 rows without a blank. The file of the recipe will hold these rows: it is "
            "for those alone who may see them."
        )


def _can_be(how: str, variable: Variable) -> bool:
    """Whether blanks of a column can be dealt with so."""
    if how == _LEAVE_OUT:
        return True
    of_codes = how in (_WITH_THE_COMMONEST, _WITH_A_VALUE)
    return variable.is_amount or (of_codes and variable.is_category)


def _value(data: Dataset, columns: Sequence[str]) -> float | None:
    """What blanks are filled with: the label of a category, or a number."""
    if columns and all(data.codebook[name].is_category for name in columns):
        labels = data.codebook[columns[0]].values
        return st.selectbox("Value", list(labels), format_func=lambda code: labels[code], key="clean_code")
    return st.number_input("Value", value=0.0, key="clean_value")


def _of_missing(columns: tuple[str, ...], how: str, value: float | None) -> Step:
    if how == _LEAVE_OUT:
        return LeaveOutMissing(columns)
    return Fill(columns, _FILLINGS[how], value=value)


def _render_outliers(data: Dataset) -> None:
    st.subheader("Outliers")
    found = overview.outliers(data)
    shown = pd.DataFrame(
        {
            "Column": found["label"],
            "Below": found["below"],
            "Above": found["above"],
            "Fences": [
                f"{_text(data, name, row.low)} to {_text(data, name, row.high)}" for name, row in found.iterrows()
            ],
            "Values": [
                f"{_text(data, name, row.least)} to {_text(data, name, row.most)}" for name, row in found.iterrows()
            ],
        }
    )
    if shown.empty:
        st.caption("No amount lies beyond Tukey's fences.")
    else:
        controls.dataframe(
            shown,
            height=320 if len(shown) > 8 else "content",
            column_config={name: st.column_config.NumberColumn(format="localized") for name in ("Below", "Above")},
            alt=f"{len(found)} amounts have values beyond Tukey's fences, {found['label'].iloc[0]} most",
        )
    columns = choose(data, "Columns", data.codebook.amounts(), "clean_outliers")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        how = st.selectbox("Cap at", list(_CAPPINGS), key="clean_cap_how")
        low, high = _limits(how)
        act(
            "Cap",
            "clean_cap",
            lambda: Cap(columns, _CAPPINGS[how], low, high),
            disabled=not columns,
            clears=("clean_outliers",),
        )
    st.caption(
        "Fences lie 1.5 times the middle half beyond it. What lies outside is set to the bound; what is not capped is "
        "kept as it is."
    )


def _text(data: Dataset, name: object, value: float) -> str:
    return data.codebook[str(name)].text(value)


def _limits(how: str) -> tuple[float | None, float | None]:
    if how == _FENCES:
        return None, None
    low, high = (1.0, 99.0) if how == _PERCENTILES else (None, None)
    return (
        st.number_input("Lowest", value=low, key=f"clean_low_{how}", placeholder="none", width=150),
        st.number_input("Highest", value=high, key=f"clean_high_{how}", placeholder="none", width=150),
    )


def _render_repeats(data: Dataset) -> None:
    st.subheader("Repeated rows")
    number, columns = overview.repeats(data), overview.comparable(data)
    if not number:
        st.caption(f"No row says the same as another in all {len(columns)} columns besides its id.")
        return
    st.markdown(
        f"{counted(number, 'row', ('says', 'say'))} the same as one above in all {len(columns)} columns besides the id."
    )
    act("Leave them out", "clean_repeats", lambda: LeaveOutRepeats(tuple(columns)))


def _render_categories(data: Dataset) -> None:
    st.subheader("Categories")
    found = overview.categories(data)
    if found.empty:
        st.caption("There is no column of categories.")
        return
    names = list(found.index)
    if st.session_state.get("clean_category") not in names:
        st.session_state["clean_category"] = names[0]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        column = st.selectbox("Column", names, format_func=data.codebook.label, key="clean_category")
        weight = st.number_input(
            "Weight",
            0.1,
            10.0,
            1.0,
            key="clean_weight",
            width=150,
            help="How far apart two different categories are, in standard deviations of an amount.",
        )
        act("Make columns of 0 and 1", "clean_onehot", lambda: OneHot(column, weight))
        least = st.number_input("Rare below, %", 0.1, 50.0, 5.0, key="clean_rare", width=150)
        act("Merge rare categories", "clean_merge", lambda: MergeRare(column, least / 100))
    _render_spellings(data, names)
    st.caption(
        f"{literal(data.codebook.label(column))}: {found.loc[column, 'categories']} categories, the rarest with "
        f"{percent(found.loc[column, 'rarest'])}. As columns of 0 and 1 a category can be a feature beside amounts."
    )


def _render_spellings(data: Dataset, columns: Sequence[str]) -> None:
    """Categories of any column that only case and spaces tell apart, each column with a button."""
    for column in columns:
        if not (alike := spelt_alike(data, column)):
            continue
        book = data.codebook[column]
        said = "; ".join(" and ".join(f"“{book.text(one)}”" for one in codes) for codes in alike)
        with st.container(horizontal=True, vertical_alignment="center"):
            act("Take them for one", f"clean_spellings_{column}", partial(MergeSpellings, column))
            st.markdown(
                f":small[:material/spellcheck: {literal(f'{book.label}: {said}')} differ in case and spaces alone.]",
                width="stretch",
            )


def render_ledger(made: Desk) -> None:
    """The steps that were done, with what there was before and after, each to be undone."""
    if made.prepared is None or not made.prepared.entries:
        return
    st.subheader("What was done")
    for number, entry in enumerate(made.prepared.entries):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            before, after = entry.before, entry.after
            st.markdown(
                f"**{number + 1}.** {literal(entry.words)}  \n:small[{literal(entry.told)}. Rows {before.rows:,} → "
                f"{after.rows:,}, blanks {before.blanks:,} → {after.blanks:,}, columns {before.columns:,} → "
                f"{after.columns:,}.]",
                width="stretch",
            )
            st.button(
                "Undo",
                icon=":material/undo:",
                key=f"undo_{number}",
                on_click=desk.undo,
                args=(number,),
                width="content",
                help=f"Undo step {number + 1}",
            )
