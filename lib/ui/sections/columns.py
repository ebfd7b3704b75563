"""What was understood of a table that somebody brings, and everything that may be understood otherwise.

First the file: delimiter, encoding, names, sheet; then one row per column: role, label, conventions; then one column
closely. Every choice is a plain value in the session (``own.CHOICES``), and its effect is seen at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from lib.sources.table import Understood, edited
from lib.tables.cells import on_screen, unstarted
from lib.tables.own.choices import MAX_CURRENCY, MAX_SKIPPED
from lib.tables.own.dates import ORDERS
from lib.tables.own.delimited import DELIMITERS, shown_delimiter
from lib.tables.own.encoding import ENCODINGS
from lib.tables.own.guess import ROLES, ColumnGuess
from lib.ui.scene import controls, own
from lib.words import counted, literal

_TURN, _BEFORE, _LOOKED_AT = "own_columns_turn", "own_misfits_before", "own_column"
_LISTED = 20
_AS_FOUND, _NO_MARK = "", "none"
_QUOTES = {'"': 'Double (")', "'": "Single (')", _NO_MARK: "None: they are letters like others"}
_HEADS = {True: "Names of columns", False: "A row like others"}


def choices() -> dict[str, Any]:
    """What was chosen so far, as plain values."""
    found: dict[str, Any] = st.session_state.setdefault(own.CHOICES, {})
    return found


def _choose(key: str, value: Any) -> None:  # noqa: ANN401 - a plain value
    """Take over a choice about the file; it may have other columns then, of which nothing is chosen yet."""
    said = choices()
    said.pop("columns", None)
    said.pop(key, None)
    if value not in (_AS_FOUND, None):
        said[key] = "" if value == _NO_MARK else value


# The file


def render_file(understood: Understood) -> None:
    """How the file was read, what can be read otherwise, and its first rows."""
    render_reading(understood)
    for note in understood.notes:
        st.caption(literal(note))
    if understood.broken_count:
        first = understood.broken[0]
        lines = "1 line is no row and is" if understood.broken_count == 1 else "lines are no rows and are"
        count = "" if understood.broken_count == 1 else f"{understood.broken_count:,} "
        st.warning(
            f"{count}{lines} left out, the first on line {first.line:,}: {literal(first.reason)}.",
            icon=":material/report:",
        )
    names = [column.name for column in understood.columns]
    preview = pd.DataFrame(understood.preview, columns=names, index=understood.preview_rows)
    about = {unstarted(name): _headed(column) for name, column in zip(names, understood.columns, strict=True)}
    controls.dataframe(
        preview,
        height=260,
        column_config=about,
        alt=f"The first {len(preview)} rows as they are in the file",
        hide_index=False,
    )


def _headed(column: ColumnGuess) -> Any:  # noqa: ANN401 - what Streamlit makes of it
    """The head of a column of the preview: its name, and what it was understood to be."""
    return st.column_config.TextColumn(help=f"{column.role.capitalize()}: {literal(column.label)}")


def render_reading(understood: Understood | None) -> None:
    """What may be chosen about the file: about text all of it, also where it could not be read so far."""
    kind = "text" if understood is None else understood.kind
    found = _found(understood)
    with st.grid(3, min_column_width=220):
        if kind == "text":
            _select("Columns are parted by", "delimiter", {mark: shown_delimiter(mark) for mark in DELIMITERS}, found)
            _select("Encoding", "encoding", {name: name for name in ENCODINGS}, found)
            _select("Quotation marks", "quote", _QUOTES, found)
        if kind in ("text", "workbook"):
            _select("The first row is", "header", _HEADS, found)
            _skip(found)
        if understood is not None and len(understood.sheets) > 1:
            _select("Sheet", "sheet", {sheet.name: sheet.name for sheet in understood.sheets}, found)


def _found(understood: Understood | None) -> Mapping[str, str]:
    """What is made of the file now, in words."""
    if understood is None:
        return {}
    return {
        "delimiter": shown_delimiter(understood.delimiter) if understood.delimiter else "",
        "encoding": understood.encoding,
        "quote": _QUOTES.get(understood.quote or _NO_MARK, understood.quote),
        "header": _HEADS[understood.header],
        "skip": f"{understood.skipped:,}",
        "sheet": understood.sheet,
    }


def _select(label: str, key: str, options: Mapping[Any, str], found: Mapping[str, str]) -> None:
    """A choice about the file."""
    said = choices().get(key, _AS_FOUND)
    said = _NO_MARK if key == "quote" and key in choices() and not said else said
    as_found = f"As found: {found[key].lower()}" if said == _AS_FOUND and found.get(key) else "As found"
    words = {_AS_FOUND: as_found, **options}
    held = f"own_{key}"
    st.session_state[held] = said  # a choice that was taken back is on show no more
    st.selectbox(
        label,
        list(words),
        format_func=lambda name: words[name],
        key=held,
        on_change=lambda: _choose(key, st.session_state[held]),
    )


def _skip(found: Mapping[str, str]) -> None:
    """How many lines or rows above the table are passed over."""
    st.session_state["own_skip"] = choices().get("skip")
    st.number_input(
        "Lines above the table",
        0,
        MAX_SKIPPED,
        key="own_skip",
        placeholder=f"As found: {found['skip']}" if found else "As found",
        on_change=lambda: _choose("skip", st.session_state["own_skip"]),
    )


# Its columns


def render_columns(understood: Understood) -> None:
    """One row per column: what it is taken for, how it is written, what it is called; all of it can be changed."""
    _say_what_changed(understood)
    turn = st.session_state.setdefault(_TURN, 0)
    changed = st.data_editor(
        on_screen(edited.as_rows(understood)), column_config=_editor(), hide_index=True, key=f"own_columns_{turn}"
    )
    st.caption(
        "Amounts, categories and flags can be features of segments; an id finds somebody again; text is only shown. "
        "What does not fit its column, and words for missing, count as missing. A cell that is cleared is told from "
        "the file again."
    )
    _take(understood, edited.chosen_by(understood, changed))
    _render_one(understood)


def _editor() -> Any:  # noqa: ANN401 - what Streamlit makes of it
    """How each column of the table of columns is shown and changed."""
    config = st.column_config
    return {
        edited.COLUMN: config.TextColumn(disabled=True, pinned=True),
        edited.ROLE: config.SelectboxColumn(options=list(ROLES), required=True),
        edited.READ: config.TextColumn(disabled=True, help="A cell as it is in the file, and what is made of it"),
        edited.LABEL: config.TextColumn(required=True, max_chars=80),
        edited.NUMBERS: config.SelectboxColumn(
            options=list(edited.NUMBERS_LIKE), help="Marks of decimals and of thousands"
        ),
        edited.CURRENCY: config.TextColumn(max_chars=MAX_CURRENCY, help="A sign or code beside the numbers"),
        edited.PERCENT: config.CheckboxColumn(help="Numbers are per cent, each with its sign: 12 % is 0.12"),
        edited.BRACKETS: config.CheckboxColumn(help="A number in brackets is below zero"),
        edited.DATES: config.SelectboxColumn(options=list(ORDERS)),
        edited.WORDS: config.ListColumn(help="Cells that say that there is no value"),
        edited.SHARE: config.NumberColumn(format="percent", disabled=True),
        edited.MISFITS: config.NumberColumn(disabled=True),
        edited.REMARKS: config.TextColumn(disabled=True),
    }


def _take(understood: Understood, chosen: dict[str, Any]) -> None:
    """Take over what is chosen of the columns, if it is anything new, and begin anew with it."""
    before = choices().get("columns", {})
    if chosen == before:
        return
    choices()["columns"] = chosen
    names = [name for name in chosen if chosen[name] != before.get(name)] + [n for n in before if n not in chosen]
    counts = {name: understood.column(name).misfit_count for name in names}
    st.session_state[_BEFORE] = (chosen, counts)
    # the editors begin without edits of their own
    st.session_state[_TURN] += 1
    st.rerun()


def _say_what_changed(understood: Understood) -> None:
    """After a change: how many cells do not fit now, and did before."""
    chosen, counts = st.session_state.pop(_BEFORE, (None, {}))
    if chosen != understood.choices.get("columns", {}):
        return  # it was taken back
    for name, before in counts.items():
        column = understood.column(name)
        now = column.misfit_count
        fits = "every cell fits" if not now else f"{now:,} {'cell does' if now == 1 else 'cells do'} not fit"
        earlier = f", {before:,} before" if before != now else ""
        st.caption(f":material/check: {literal(column.label)}: {fits}{earlier}.")


def _render_one(understood: Understood) -> None:
    """One column closely: its first cells as written and as read, and the labels of its categories."""
    names = [column.name for column in understood.columns]
    if st.session_state.get(_LOOKED_AT) not in names:
        st.session_state[_LOOKED_AT] = names[0]
    name = st.selectbox("Look at one column", names, key=_LOOKED_AT)
    cells, levels = st.columns(2)
    with cells:
        beside = edited.read_beside(understood, name)
        controls.dataframe(beside, height=260, alt="As written and as read")
    labels = edited.levels_of(understood, name)
    if labels.empty:
        return
    with levels:
        changed = st.data_editor(
            on_screen(labels),
            disabled=[edited.WRITTEN, edited.COUNT],
            column_config={edited.LABEL: st.column_config.TextColumn(max_chars=80)},
            hide_index=True,
            height=260,
            key=f"own_levels_{names.index(name)}_{st.session_state[_TURN]}",
        )
    _take(understood, edited.relabelled_by(understood, name, changed))


def render_misfits(understood: Understood) -> None:
    """Cells that are not what their column is: they count as missing, and are listed."""
    odd = [column for column in understood.columns if column.misfit_count and column.role != "leave out"]
    if not odd:
        return
    cells = counted(sum(column.misfit_count for column in odd), "cell", ("does", "do"))
    with st.expander(f"{cells} not fit their column", expanded=True):
        rows = [
            {"Column": column.name, "Row": misfit.row, "In the file": misfit.text}
            for column in odd
            for misfit in column.misfits[:_LISTED]
        ]
        controls.dataframe(pd.DataFrame(rows), alt="Cells that do not fit their column")
        st.caption(f"They count as missing. Up to {_LISTED} of each column are listed; names of columns are on row 1.")
