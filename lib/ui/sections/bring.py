"""Bringing a table: a file, what was understood of it, and what may be understood otherwise.

Everything stays in the session: the file that Streamlit holds, what was understood, the choices. Nothing stands in the
address, and nothing reaches a cache that others use before the table goes by its own word (``lib.ui.scene.own``).
"""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

import streamlit as st

from lib.errors import HouseholdSegmentsError
from lib.sources import table
from lib.sources.table import Understood
from lib.tables.own.limits import MAX_COLUMNS, MAX_ROWS
from lib.ui.scene import own
from lib.ui.sections import columns, sidebar
from lib.words import literal

MOST_MB = 50
"""Of a file: what Streamlit takes on this server (``server.maxUploadSize``)."""

_FILE, _CHOSEN_OF = "own_file", "own_choices_of"
_ERROR, _USED = "own_error", "own_used"
_TEXT = (".csv", ".tsv", ".txt")
_KINDS = ["csv", "tsv", "txt", "gz", "zip", "xlsx", "xls", "xlsb", "ods", "parquet", "dta"]


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
        st.error(literal(str(error)), icon=":material/draft:")
    # a choice that does not fit is taken back, so that there is still something to choose
    before = _before(file)
    if before is not None:
        st.session_state[own.CHOICES] = dict(before.choices)
    elif PurePath(file.name).suffix.lower() in _TEXT:
        columns.render_reading(None)
    return before


def _understood(file: Any) -> Understood:  # noqa: ANN401 - Streamlit's uploaded file
    """What is in the file by the choices so far; read once, and again where a choice is about the file itself."""
    found = _before(file)
    if st.session_state.get(_CHOSEN_OF) != file.file_id:
        st.session_state.pop(own.CHOICES, None)
        st.session_state[_CHOSEN_OF] = file.file_id
    choices = columns.choices()
    if found is None or table.needs_reading(found, choices):
        file.seek(0)
        found = table.understand(file, file.name, choices, max_bytes=MOST_MB * 2**20)
    elif choices.get("columns", {}) != found.choices.get("columns", {}):
        found = table.again(found, choices)
    st.session_state[own.UNDERSTOOD] = (file.file_id, found)
    return found


def _before(file: Any) -> Understood | None:  # noqa: ANN401 - Streamlit's uploaded file
    """What was understood of this file the last time, if anything."""
    held: tuple[str, Understood] | None = st.session_state.get(own.UNDERSTOOD)
    return held[1] if held is not None and held[0] == file.file_id else None


def offer(understood: Understood) -> None:
    """Go on to the pages with the table."""
    st.button(
        "Use this table", type="primary", icon=":material/arrow_forward:", key="use_own", on_click=_use,
        args=(understood,),
    )  # fmt: skip
    if error := st.session_state.pop(_ERROR, ""):
        st.error(literal(error), icon=":material/draft:")


def _use(understood: Understood) -> None:
    """Make the table that of this session, in place of one that was brought before."""
    try:
        data = table.as_dataset(understood)
    except HouseholdSegmentsError as error:
        st.session_state[_ERROR] = str(error)
        return
    for key in own.mine():
        own.forget(key)
    sidebar.set_source(own.bring(data))
    own.let_go_of_the_file()
    st.session_state[_USED] = True
