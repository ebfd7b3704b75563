"""Bringing a table: a file, what was understood of it, and what may be understood otherwise.

Everything stays in the session: the file that Streamlit holds, what was understood, the choices. Nothing stands in the
address, and nothing reaches a cache that others use before the table goes by its own word (``lib.ui.scene.own``).
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from lib.errors import HouseholdSegmentsError
from lib.sources import table
from lib.sources.table import Understood
from lib.tables.files import MEGABYTE
from lib.tables.own.guess import ROLES, ColumnGuess
from lib.tables.own.limits import MAX_COLUMNS, MAX_ROWS, most_bytes
from lib.ui.run import background
from lib.ui.scene import own
from lib.ui.sections import sidebar
from lib.work.jobs import Ticket
from lib.work.progress import Progress

MOST_MB = most_bytes() // MEGABYTE
"""Of a file; ``server.maxUploadSize`` is what Streamlit takes on any server."""

_FILE, _TURN = "own_file", "own_columns_turn"
_ERROR, _USED = "own_error", "own_used"
_KINDS = ["csv", "tsv", "txt", "gz", "zip", "xlsx", "xls", "xlsb", "ods", "parquet", "dta"]
_ENCODINGS = {"": "As found", "utf-8": "UTF-8", "cp1252": "Western (cp1252)", "utf-16": "UTF-16", "latin-1": "Latin-1"}
_DELIMITERS = {"": "As found", ",": "Comma", ";": "Semicolon", "\t": "Tab", "|": "Bar"}
_LISTED = 20


def bring() -> Understood | None:
    """A box for the file, and what is understood of what lies in it; None where there is nothing yet."""
    if st.session_state.pop(_USED, False):
        st.switch_page("pages/explore.py")
    st.markdown(
        "Bring a table with one row per customer, applicant or whoever it is about. It goes through the same pages: "
        "who is in it, segments by two or many columns, maps, files to hand on."
    )
    file = st.file_uploader(
        "Text (CSV, TSV), a workbook (Excel, ODS), Parquet or Stata; packed with gzip or zip if you like",
        type=_KINDS,
        max_upload_size=MOST_MB,
        key=f"{_FILE}_{st.session_state.get(own.ROUND, 0)}",
    )
    st.caption(
        f":material/lock: Up to {MOST_MB} MB, {MAX_ROWS / 1e6:.0f} million rows and {MAX_COLUMNS} columns. The table "
        "stays in this session: nobody else sees it, no link holds any of it, and it goes when you leave or forget it."
    )
    if file is None:
        st.session_state.pop(own.UNDERSTOOD, None)
        return None
    try:
        return _understood(file)
    except HouseholdSegmentsError as error:
        st.error(_plain(str(error)), icon=":material/draft:")
    # a choice that does not fit is taken back, so that there is still something to choose
    before = _before(file)
    if before is not None:
        st.session_state[own.CHOICES] = dict(before.choices)
    return before


def _understood(file: Any) -> Understood | None:  # noqa: ANN401 - Streamlit's uploaded file
    """What is in the file by the choices so far: read once, and again where a choice is about the file itself.

    None while that goes on, which is shown: a million rows take half a minute.
    """
    before = _before(file)
    if before is None:
        st.session_state.pop(own.CHOICES, None)
    choices = json.dumps(_choices(), sort_keys=True)
    if before is not None and choices == json.dumps(before.choices, sort_keys=True):
        return before
    key = (file.file_id, choices)
    found = background.soon("own_file", key, lambda session: _ask(session, key, file, before))
    if found is not None:
        st.session_state[own.UNDERSTOOD] = (file.file_id, found)
    return found


def _ask(session: Hashable | None, key: tuple[str, str], file: Any, before: Understood | None) -> Ticket[Understood]:  # noqa: ANN401
    choices = json.loads(key[1])

    def read(progress: Progress) -> Understood:
        if before is not None and not table.needs_reading(before, choices):
            return table.again(before, choices, progress=progress)
        return table.understand(file, file.name, choices, max_bytes=MOST_MB * MEGABYTE, progress=progress)

    return background.reading().ask(key, session, read)


def _before(file: Any) -> Understood | None:  # noqa: ANN401 - Streamlit's uploaded file
    """What was understood of this file the last time, if anything."""
    held: tuple[str, Understood] | None = st.session_state.get(own.UNDERSTOOD)
    return held[1] if held is not None and held[0] == file.file_id else None


def _choices() -> dict[str, Any]:
    """What was chosen, as plain values."""
    found: dict[str, Any] = st.session_state.setdefault(own.CHOICES, {})
    return found


def _choose(key: str, value: Any) -> None:  # noqa: ANN401 - a plain value
    """Take over a choice about the file; it may have other columns then, of which nothing is chosen yet."""
    choices = _choices()
    choices.pop("columns", None)
    choices.pop(key, None)
    if value not in ("", None):
        choices[key] = value


def render_file(understood: Understood) -> None:
    """How the file was read, what can be read otherwise, and its first rows."""
    st.markdown(f"**{_plain(understood.name)}**: {understood.rows:,} rows, {len(understood.columns)} columns.")
    with st.grid(3, min_column_width=220):
        if understood.kind == "text":
            _select("Columns are parted by", "delimiter", _DELIMITERS)
            _select("Encoding", "encoding", _ENCODINGS)
        if len(understood.sheets) > 1:
            _select("Sheet", "sheet", {sheet.name: sheet.name for sheet in understood.sheets}, understood.sheet)
    for note in understood.notes:
        st.caption(_plain(note))
    if understood.broken_count:
        first = understood.broken[0]
        st.warning(
            f"{understood.broken_count:,} lines are no rows and are left out, the first on line {first.line:,}: "
            f"{_plain(first.reason)}.",
            icon=":material/report:",
        )
    names = [column.name for column in understood.columns]
    preview = pd.DataFrame(understood.preview, columns=names, index=understood.preview_rows)
    st.dataframe(preview, height=260, alt=f"The first {len(preview)} rows as they are in the file")


def _select(label: str, key: str, options: Mapping[str, str], chosen: str = "") -> None:
    """A choice about the file."""
    said = _choices().get(key, chosen)
    options = options if said in options else {said: said, **options}
    held = f"own_{key}"
    st.session_state[held] = said  # a choice that was taken back is on show no more
    st.selectbox(
        label,
        list(options),
        format_func=lambda name: options[name],
        key=held,
        on_change=lambda: _choose(key, st.session_state[held]),
    )


def render_columns(understood: Understood) -> None:
    """One row per column: what it is taken for, and what it is called; both can be changed."""
    shown = pd.DataFrame(
        {
            "Column": [column.name for column in understood.columns],
            "Used as": [column.role for column in understood.columns],
            "Label": [column.label for column in understood.columns],
            "Missing": [column.missing for column in understood.columns],
            "Do not fit": [column.misfit_count for column in understood.columns],
            "Understood": [_words(column) for column in understood.columns],
        }
    )
    turn = st.session_state.setdefault(_TURN, 0)
    edited = st.data_editor(
        shown,
        column_config={
            "Column": st.column_config.TextColumn(disabled=True),
            "Used as": st.column_config.SelectboxColumn(options=list(ROLES), required=True),
            "Label": st.column_config.TextColumn(required=True, max_chars=80),
            "Missing": st.column_config.NumberColumn(format="percent", disabled=True),
            "Do not fit": st.column_config.NumberColumn(disabled=True),
            "Understood": st.column_config.TextColumn(disabled=True),
        },
        hide_index=True,
        key=f"own_columns_{turn}",
    )
    st.caption(
        "Amounts, categories and flags can be features of segments; an id finds somebody again; text is only shown."
    )
    if _take_edits(understood, edited):
        # drawn anew with what was chosen, so that the editor begins without edits of its own
        st.session_state[_TURN] = turn + 1
        st.rerun()


def _take_edits(understood: Understood, edited: pd.DataFrame) -> bool:
    """Take over what was changed in the table of columns; whether anything was."""
    columns = _choices().setdefault("columns", {})
    is_changed = False
    for column, role, label in zip(understood.columns, edited["Used as"], edited["Label"], strict=True):
        for name, said, before in (("role", role, column.role), ("label", label, column.label)):
            if said and said != before:
                columns.setdefault(column.name, {})[name] = said
                is_changed = True
    return is_changed


def _words(column: ColumnGuess) -> str:
    """What was understood of a column, in a few words."""
    said = [column.doubt] if column.doubt else []
    if column.levels:
        said.append(", ".join(level.label for level in column.levels[:4]) + (" ..." if len(column.levels) > 4 else ""))
    if column.numbers is not None and column.numbers.currency:
        said.append(f"in {column.numbers.currency}")
    if column.numbers is not None and column.numbers.decimal == ",":
        said.append("decimal comma")
    if column.dates is not None:
        said.append(f"dates, {column.dates}")
    return "; ".join(said)


def render_misfits(understood: Understood) -> None:
    """Cells that are not what their column is: they count as missing, and are listed."""
    odd = [column for column in understood.columns if column.misfit_count and column.role != "leave out"]
    if not odd:
        return
    with st.expander(f"{sum(column.misfit_count for column in odd):,} cells do not fit their column", expanded=True):
        rows = [
            {"Column": column.name, "Row": misfit.row, "In the file": misfit.text}
            for column in odd
            for misfit in column.misfits[:_LISTED]
        ]
        st.dataframe(pd.DataFrame(rows), hide_index=True, alt="Cells that do not fit their column")
        st.caption(f"They count as missing. Up to {_LISTED} of each column are listed; names of columns are on row 1.")


def offer() -> None:
    """Go on to the pages with the table."""
    st.button("Use this table", type="primary", icon=":material/arrow_forward:", key="use_own", on_click=_use)
    if error := st.session_state.pop(_ERROR, ""):
        st.error(_plain(error), icon=":material/draft:")


def _use() -> None:
    """Make the table that of this session, in place of one that was brought before.

    What was understood is not among the button's arguments: Streamlit would hold on to it for as long as the session.
    """
    understood: Understood = st.session_state[own.UNDERSTOOD][1]
    before = own.mine()
    try:
        brought = own.bring(table.as_dataset(understood), instead_of=before)
    except HouseholdSegmentsError as error:
        st.session_state[_ERROR] = str(error)
        return
    for key in before:
        own.forget(key)
    sidebar.set_source(brought)
    own.let_go_of_the_file()
    st.session_state[_USED] = True


def _plain(words: str) -> str:
    """Words from a file as text: no mark in them takes effect."""
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]()#+-.!|<>~$:" else letter for letter in words)
