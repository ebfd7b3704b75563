"""Bringing a table: a file, what was understood of it, and what may be understood otherwise.

Everything stays in the session: the file that Streamlit holds, what was understood, the choices. Nothing stands in the
address, and nothing reaches a cache that others use before the table goes by its own word (``lib.ui.scene.own``).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from lib.errors import HouseholdSegmentsError, RecipeError
from lib.segments.apply.stored import StoredRecipe, read_recipe
from lib.sources import table
from lib.sources.table import Understood
from lib.steps import Preparation, Step, asked, overview
from lib.tables.own.guess import ROLES, ColumnGuess
from lib.tables.own.limits import MAX_COLUMNS, MAX_ROWS
from lib.ui.scene import catalogue, desk, own
from lib.ui.scene.desk import Desk
from lib.ui.sections import database, recipes, sidebar
from lib.words import literal

MOST_MB = 50
"""Of a file: what Streamlit takes on this server (``server.maxUploadSize``)."""

_FILE, _TURN = "own_file", "own_columns_turn"
_USED, _RECIPE, _TAKEN = "own_used", "own_recipe", "own_recipe_taken"
_KINDS = ["csv", "tsv", "txt", "gz", "zip", "xlsx", "xls", "xlsb", "ods", "parquet", "dta"]
_ENCODINGS = {"": "As found", "utf-8": "UTF-8", "cp1252": "Western (cp1252)", "utf-16": "UTF-16", "latin-1": "Latin-1"}
_DELIMITERS = {"": "As found", ",": "Comma", ";": "Semicolon", "\t": "Tab", "|": "Bar"}
_LISTED = 20


def bring() -> Desk | None:
    """A box for the file and other ways to a table, and what lies on the desk; None where there is nothing yet."""
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
    _lay_answer()
    recipe = _recipe()
    if file is not None:
        _lay_file(file, recipe)
    elif desk.laid() is None:
        _offer_examples()
    else:
        _follow_choices(recipe)
    return desk.laid()


def _lay_answer() -> None:
    """Put what a database has answered on the desk, in the place of a file."""
    if (answer := database.from_database()) is not None:
        st.session_state.pop(own.CHOICES, None)
        own.empty_the_box()
        desk.lay(*answer)
        st.rerun()


def _recipe() -> StoredRecipe | None:
    """The recipe of another day, to do the same once more: how a table was read, its steps, its segments."""
    with st.expander("Do as a saved recipe says", icon=":material/menu_book:"):
        file = st.file_uploader(
            "Recipe, JSON, from the tab “Hand on”",
            type="json",
            max_upload_size=8,
            key=f"own_recipe_{st.session_state.get(own.ROUND, 0)}",
        )
        if file is None or st.session_state.get(_TAKEN) == file.file_id:
            return None
        st.session_state[_TAKEN] = file.file_id
        try:
            stored = read_recipe(file.getvalue())
            if not isinstance(stored.preparation, Preparation):
                raise RecipeError("This recipe is of the survey, not of a table of one's own: use it on those pages.")
        except HouseholdSegmentsError as error:
            st.error(literal(str(error)), icon=":material/rule:")
            return None
    st.session_state[_RECIPE] = stored.model.recipe
    return stored


def _said_by(recipe: StoredRecipe) -> tuple[dict[str, Any], tuple[Step, ...]]:
    """Choices about a file, and steps, of a recipe."""
    preparation = recipe.preparation
    if not isinstance(preparation, Preparation):
        return {}, ()
    return dict(preparation.choices), tuple(asked(step) for step in preparation.steps)


def _offer_examples() -> None:
    """Tables to try it with."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("No table at hand? Try a made-up one:")
        for key, (name, path, _) in catalogue.EXAMPLES.items():
            st.button(name, key=f"own_example_{key}", on_click=_lay_example, args=(path,), type="tertiary")


def _lay_example(path: Path) -> None:
    desk.lay(path.name, table.understand(path))


def _lay_file(file: Any, recipe: StoredRecipe | None) -> None:  # noqa: ANN401 - Streamlit's uploaded file
    """Put what is in a file on the desk, by the choices so far; read once, and again where a choice is about it."""
    before = desk.laid()
    is_known = before is not None and before.file == file.file_id
    if not is_known:
        st.session_state.pop(own.CHOICES, None)
    try:
        if recipe is not None:
            st.session_state[own.CHOICES], steps = _said_by(recipe)
            desk.lay(file.file_id, _read(file, _choices()), steps)
            return
        choices = _choices()
        if before is None or before.understood is None or not is_known:
            desk.lay(file.file_id, _read(file, choices))
        elif table.needs_reading(before.understood, choices):
            desk.lay(file.file_id, _read(file, choices), before.steps)
        else:
            _follow_choices(None)
    except HouseholdSegmentsError as error:
        _take_back(str(error), before.understood if is_known and before else None)


def _read(file: Any, choices: Mapping[str, Any]) -> Understood:  # noqa: ANN401 - Streamlit's uploaded file
    file.seek(0)
    return table.understand(file, file.name, choices, max_bytes=MOST_MB * 2**20)


def _follow_choices(recipe: StoredRecipe | None) -> None:
    """Understand the columns anew where something else was chosen about them, or a recipe says so."""
    before = desk.laid()
    if before is None or before.understood is None:
        return
    steps = before.steps
    if recipe is not None:
        st.session_state[own.CHOICES], steps = _said_by(recipe)
    choices = {**before.understood.choices, "columns": _choices().get("columns", {})}
    if recipe is None and choices["columns"] == before.understood.choices.get("columns", {}):
        return
    try:
        desk.lay(before.file, table.again(before.understood, choices), steps)
    except HouseholdSegmentsError as error:
        _take_back(str(error), before.understood)


def _take_back(problem: str, before: Understood | None) -> None:
    """Say what is wrong; a choice that does not fit is taken back, so that there is still something to choose."""
    st.error(literal(problem), icon=":material/draft:")
    if before is not None:
        st.session_state[own.CHOICES] = dict(before.choices)


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


def render_size(made: Desk) -> None:
    """What lies on the desk, in a line."""
    read, data = made.understood, None if made.prepared is None else made.prepared.data
    said = []
    if data is None and read is not None:
        said = [f"{read.rows:,} rows, {len(read.columns)} columns."]
    elif data is not None:
        extra = len([name for name in overview.made(data) if name in data.frame])
        said = [f"{len(data):,} rows, {len(data.columns) - extra} columns."]
        if extra:
            said.append(f"Known as a table of {data.subject.wording.whole}, with {extra} ready-made columns besides.")
    name = read.name if read is not None else "" if data is None else data.name
    st.markdown(f"**{literal(name)}**: {' '.join(said)}")


def render_columns_of(made: Desk) -> None:
    """How the file was read and what its columns mean, as long as what was understood of it is there."""
    if made.understood is None:
        st.caption("The file is large and was let go of when the table was used: bring it again to read it otherwise.")
        return
    render_file(made.understood)
    render_columns(made.understood)
    render_misfits(made.understood)


def render_file(understood: Understood) -> None:
    """How the file was read, what can be read otherwise, and its first rows."""
    with st.grid(3, min_column_width=220):
        if understood.kind == "text":
            _select("Columns are parted by", "delimiter", _DELIMITERS)
            _select("Encoding", "encoding", _ENCODINGS)
        if len(understood.sheets) > 1:
            _select("Sheet", "sheet", {sheet.name: sheet.name for sheet in understood.sheets}, understood.sheet)
    for note in understood.notes:
        st.caption(literal(note))
    if understood.broken_count:
        first = understood.broken[0]
        st.warning(
            f"{understood.broken_count:,} lines are no rows and are left out, the first on line {first.line:,}: "
            f"{literal(first.reason)}.",
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


def offer(made: Desk) -> None:
    """Go on to the pages with the table, or forget it."""
    if made.problem:
        st.error(literal(made.problem), icon=":material/draft:")
    with st.container(horizontal=True):
        if made.prepared is not None:
            label = "Use this table" if made.key is None else "To the pages"
            st.button(label, type="primary", icon=":material/arrow_forward:", key="use_own", on_click=_use)
        st.button("Forget this table", icon=":material/delete:", key="forget_own", on_click=sidebar.forget_own)


def _use() -> None:
    if (key := desk.use()) is not None:
        sidebar.set_source(key)
        st.session_state[_USED] = True
        if (recipe := st.session_state.pop(_RECIPE, None)) is not None:
            recipes.put_on_page(recipe)
