"""Deriving columns of a table of one's own from menus: nothing is typed as code."""

from __future__ import annotations

import streamlit as st

from lib.dataset import Codebook, Dataset
from lib.steps import DERIVINGS, Deriving, Logarithm, Step, combined, free_name
from lib.tables.cells import clean_name
from lib.ui.sections.clean import act, choose
from lib.words import listed, literal

_LOG, _LOG1P = "logarithm", "logarithm of 1 + value"
_SAID = {
    "ratio": "Ratio: one over the other",
    "difference": "Difference: one less the other",
    "sum": "Sum",
    "share": "Share of the first in the sum of all",
    "days between": "Days from one date to the other",
    _LOG: "Logarithm",
    _LOG1P: "Logarithm of 1 + value",
}


def render(data: Dataset) -> None:
    """Menus for a new column, and what there is already."""
    dates = [name for name, variable in data.codebook.items() if variable.unit == "date"]
    ways = [way for way in (*DERIVINGS, _LOG, _LOG1P) if way != "days between" or len(dates) > 1]
    how = st.selectbox("What", ways, format_func=_SAID.__getitem__, key="derive_how")
    columns = _columns(data, how, dates)
    name = clean_name(st.text_input("Name", key="derive_name", max_chars=60, placeholder="Told from the columns") or "")
    book = data.codebook
    act("Derive", "derive_apply", lambda: _step(book, how, columns, name))
    st.caption(
        "Where a part is missing, or something would be divided by zero, the new column is blank; it is counted."
    )
    if made := [literal(data.codebook.label(one.column)) for one in data.subject.made if one.column in data.frame]:
        st.caption(f"Ready-made, from the table as it was read: {listed(made)}.")


def _columns(data: Dataset, how: str, dates: list[str]) -> tuple[str, ...]:
    offered = dates if how == "days between" else data.codebook.amounts()
    if how in ("sum", "share"):
        return choose(data, "Columns", offered, "derive_columns")
    if how in (_LOG, _LOG1P):
        return (_one(data, "Of", offered, "derive_of", 0),)
    left, right = st.columns(2)
    first, second = ("From", "To") if how == "days between" else ("First", "Second")
    with left:
        one = _one(data, first, offered, f"derive_first_{how == 'days between'}", 0)
    with right:
        return one, _one(data, second, offered, f"derive_second_{how == 'days between'}", 1)


def _one(data: Dataset, label: str, offered: list[str], key: str, first: int) -> str:
    if st.session_state.get(key) not in offered:
        st.session_state[key] = offered[min(first, len(offered) - 1)] if offered else None
    return str(st.selectbox(label, offered, format_func=data.codebook.label, key=key))


def _step(book: Codebook, how: str, columns: tuple[str, ...], name: str) -> Step:
    if how in (_LOG, _LOG1P):
        plus_one = how == _LOG1P
        label = name or f"ln({'1 + ' if plus_one else ''}{book.label(columns[0])})"
        return Logarithm(free_name(label, book), label, columns[0], plus_one)
    way: Deriving = how  # type: ignore[assignment]
    return combined(way, columns, book, name)
