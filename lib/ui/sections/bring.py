"""Bringing a table: a file, what was understood of it, and what may be understood otherwise.

Everything stays in the session: the file that Streamlit holds, what was understood, the choices. Nothing stands in the
address, and nothing reaches a cache that others use before the table goes by its own word (``lib.ui.scene.own``).
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

import streamlit as st

from lib.errors import HouseholdSegmentsError, RecipeError
from lib.segments import Recipe
from lib.segments.apply.stored import read_recipe
from lib.sources import table
from lib.sources.table import Understood
from lib.steps import Preparation, Step, asked, overview
from lib.tables.files import MEGABYTE
from lib.tables.own.limits import MAX_COLUMNS, MAX_ROWS, most_bytes
from lib.ui.run import background
from lib.ui.scene import catalogue, controls, desk, own
from lib.ui.scene.desk import Desk, Read
from lib.ui.sections import columns, database, recipes, sidebar
from lib.words import counted, listed, literal
from lib.work.jobs import Ticket
from lib.work.progress import Progress

MOST_MB = most_bytes() // MEGABYTE
"""Of a file; ``server.maxUploadSize`` is what Streamlit takes on any server."""

_FILE, _USED = "own_file", "own_used"
_KINDS = ["csv", "tsv", "txt", "gz", "zip", "xlsx", "xls", "xlsb", "ods", "parquet", "dta"]
_TEXT = (".csv", ".tsv", ".txt")
_TOLD = 3
"""Columns that a recipe speaks of and a table does not have, told by name."""


@dataclass(frozen=True)
class _Said:
    """What a saved recipe says: choices about a file, steps, and segments."""

    choices: Mapping[str, Any]
    steps: tuple[Step, ...]
    recipe: Recipe


@dataclass
class _Bringing:
    """What a session knows of the table that it brings, besides what lies on the desk.

    Attributes:
        chosen_of: The file that the choices are about.
        recipe_file: The file of the recipe that was read.
        said: What it says; None without one.
        is_followed: Whether the table follows it.
    """

    chosen_of: str = ""
    recipe_file: str = ""
    said: _Said | None = None
    is_followed: bool = True

    @property
    def to_follow(self) -> _Said | None:
        """What a recipe says that the table does not follow yet."""
        return None if self.is_followed else self.said


def _bringing() -> _Bringing:
    found: _Bringing = st.session_state.setdefault(own.BRINGING, _Bringing())
    return found


def bring() -> Desk | None:
    """A box for the file and other ways to a table, and what lies on the desk; None where there is nothing yet."""
    if st.session_state.pop(_USED, False):
        st.switch_page("pages/explore.py")
    st.markdown(
        "Bring a table with one row per customer, applicant or whoever it is about. See how its columns were "
        "understood, clean it, derive columns, then use it: it goes through the same pages, from who is in it to "
        "segments, maps and files to hand on. Each step may be skipped."
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
    _take_recipe()
    if file is not None:
        return _lay_file(file)
    if desk.laid() is None:
        _offer_examples()
    else:
        _follow_choices()
    return desk.laid()


def _lay_answer() -> None:
    """Put what a database has answered on the desk, in the place of a file."""
    if (answer := database.from_database()) is not None:
        st.session_state.pop(own.CHOICES, None)
        word, understood = answer
        before = desk.laid()
        own.empty_the_box("" if before is None else before.file)
        desk.lay(word, desk.read(understood))
        st.rerun()


def _take_recipe() -> None:
    """The recipe of another day, to do the same once more: how a table was read, its steps, its segments."""
    known = _bringing()
    with st.expander("Do as a saved recipe says", icon=":material/menu_book:"):
        file = st.file_uploader(
            "Recipe, JSON, from the tab “Share and export”; it takes the place of choices and steps made so far",
            type="json",
            max_upload_size=8,
            key=f"own_recipe_{st.session_state.get(own.ROUND, 0)}",
        )
        if file is None:
            known.recipe_file, known.said = "", None
            return
        if known.recipe_file == file.file_id:
            _say_what_was_read(known)
            return
        known.recipe_file, known.said, known.is_followed = file.file_id, None, False
        try:
            stored = read_recipe(file.getvalue())
            if not isinstance(stored.preparation, Preparation):
                raise RecipeError("This recipe is of the survey, not of a table of one's own: use it on those pages.")
        except HouseholdSegmentsError as error:
            st.error(literal(str(error)), icon=":material/rule:")
            return
        steps = tuple(asked(step) for step in stored.preparation.steps)
        known.said = _Said(dict(stored.preparation.choices), steps, stored.model.recipe)
        _say_what_was_read(known)


def _say_what_was_read(known: _Bringing) -> None:
    """What the recipe does here, and where it does what is not done here."""
    if known.said is not None:
        steps = counted(len(known.said.steps), "step")
        st.caption(
            f"Read: how the columns are understood, {steps} of cleaning, and how segments are sought, which is on the "
            "pages once the table is used. Segments are found anew in it and named anew. To put its rows into the "
            "segments that were found before, under their names, take “Apply a saved recipe” in “Share and export”."
        )


def _offer_examples() -> None:
    """Tables to try it with."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("No table at hand? Try a made-up one:", width="content")
        offered = catalogue.sources()
        for key, (name, path, _) in catalogue.EXAMPLES.items():
            if key not in offered:
                continue
            st.button(name, key=f"own_example_{key}", on_click=_lay_example, args=(path,))


def _lay_example(path: Path) -> None:
    desk.lay(path.name, desk.read(table.understand(path)))


def _lay_file(file: Any) -> Desk | None:  # noqa: ANN401 - Streamlit's uploaded file
    """Put what is in a file on the desk, by the choices so far: read once, and again where a choice is about it."""
    made, known = desk.laid(), _bringing()
    before = made if made is not None and made.file == file.file_id else None
    if known.chosen_of != file.file_id:
        st.session_state[own.CHOICES] = {}
        known.chosen_of, known.is_followed = file.file_id, False
    if (said := known.to_follow) is not None:
        st.session_state[own.CHOICES] = dict(said.choices)
    try:
        _lay(file.file_id, before, file)
    except HouseholdSegmentsError as error:
        _take_back(str(error), before)
        if before is None and PurePath(file.name).suffix.lower() in _TEXT:
            columns.render_reading(None)
    made = desk.laid()
    return made if made is not None and made.file == file.file_id else None


def _follow_choices() -> None:
    """Understand the columns anew where something else was chosen about them, or a recipe says so."""
    before, said = desk.laid(), _bringing().to_follow
    if before is None or before.understood is None:
        return
    chosen = columns.choices() if said is None else said.choices
    of_file = {name: value for name, value in before.understood.choices.items() if name != "columns"}
    st.session_state[own.CHOICES] = {**of_file, "columns": chosen.get("columns", {})}
    try:
        _lay(before.file, before, None)
    except HouseholdSegmentsError as error:
        _take_back(str(error), before)


def _lay(name: str, before: Desk | None, file: Any) -> None:  # noqa: ANN401 - Streamlit's uploaded file
    """Read a file, or its columns anew, where that is asked for; a million rows take seconds, and a bar is shown."""
    understood, known = None if before is None else before.understood, _bringing()
    said = known.to_follow
    choices = json.dumps(_settled(columns.choices()), sort_keys=True)
    if understood is not None and said is None and choices == json.dumps(_settled(understood.choices), sort_keys=True):
        return
    key = (name, choices, said is not None)
    found = background.soon("own_file", key, lambda session: _ask(session, key, file, understood))
    if found is not None:
        steps = before.steps if before is not None else ()
        if said is not None:
            steps, known.is_followed = said.steps, True
            st.session_state[own.CHOICES] = dict(found.understood.choices)
        desk.lay(name, found, steps)
        if said is not None:
            _say_what_is_absent(said.recipe)


def _say_what_is_absent(recipe: Recipe) -> None:
    """Name the features of a recipe that the table does not have: its segments cannot be found in it."""
    if (made := desk.laid()) is not None and (absent := _absent(recipe, made)):
        words = f"The recipe makes segments of {_some(absent)}, which this table does not have."
        desk.say(f"{made.problem} {words} Bring the table that it was made with, or go on without it.".strip())


def _absent(recipe: Recipe, made: Desk) -> list[str]:
    there = () if made.prepared is None else made.prepared.data.codebook
    return [name for name in recipe.features if name not in there]


def _some(names: Sequence[str]) -> str:
    """The first names of several, and how many more there are."""
    others = [f"{len(names) - _TOLD} more"] if len(names) > _TOLD else []
    return listed([*names[:_TOLD], *others])


def _settled(choices: Mapping[str, Any]) -> dict[str, Any]:
    """Choices without those that say nothing."""
    return {name: value for name, value in choices.items() if value not in ({}, None)}


def _ask(
    session: Hashable | None,
    key: tuple[str, str, bool],
    file: Any,  # noqa: ANN401 - Streamlit's uploaded file
    known: Understood | None,
) -> Ticket[Read]:
    _, said, follows = key
    choices = json.loads(said)

    def work(progress: Progress) -> Read:
        if follows:
            return _by_recipe(file, choices, known, progress)
        if known is not None and not table.needs_reading(known, choices):
            return desk.read(table.again(known, choices, progress=progress))
        return desk.read(_understand(file, choices, progress))

    return background.reading().ask(key, session, work)


def _understand(file: Any, choices: Mapping[str, Any], progress: Progress) -> Understood:  # noqa: ANN401
    return table.understand(file, file.name, choices, max_bytes=MOST_MB * MEGABYTE, progress=progress)


def _by_recipe(file: Any, choices: dict[str, Any], known: Understood | None, progress: Progress) -> Read:  # noqa: ANN401
    """A table by the choices of a recipe, as far as it has their columns; the others are named."""
    chosen: dict[str, Any] = choices.pop("columns", {})
    if known is None or table.needs_reading(known, choices):
        known = _understand(file, choices, progress)
    there = {column.name for column in known.columns}
    kept = {name: what for name, what in chosen.items() if name in there}
    found = desk.read(table.again(known, _settled({**choices, "columns": kept})))
    if absent := [name for name in chosen if name not in there]:
        words = f"The recipe also speaks of {_some(absent)}, which this table does not have."
        return found._replace(problem=f"{found.problem} {words}".strip())
    return found


def _take_back(problem: str, before: Desk | None) -> None:
    """Say what is wrong; a choice that does not fit is taken back, so that there is still something to choose."""
    st.error(literal(problem), icon=":material/draft:")
    _bringing().is_followed = True
    if before is not None and before.understood is not None:
        st.session_state[own.CHOICES] = dict(before.understood.choices)


def render_size(made: Desk) -> None:
    """What lies on the desk, in a line."""
    read, data = made.understood, None if made.prepared is None else made.prepared.data
    said = []
    if data is None and read is not None:
        said = [_extent(read.rows, len(read.columns))]
    elif data is not None:
        base = made.prepared.base if made.prepared is not None else data
        extra = len([name for name in overview.made(base) if name in base.frame])
        said = [_extent(len(base), len(base.columns) - extra)]
        if extra:
            said.append(f"Known as a table of {data.subject.wording.whole}, with {extra} ready-made columns besides.")
        if made.steps:
            after = _extent(len(data), len(data.columns) - extra)
            said.append(f"After {counted(len(made.steps), 'step')}: {after}")
    name = read.name if read is not None else "" if data is None else data.name
    st.markdown(f"**{literal(name)}**: {' '.join(said)}")


def _extent(rows: int, columns: int) -> str:
    return f"{counted(rows, 'row')}, {counted(columns, 'column')}."


def render_columns_of(made: Desk) -> None:
    """How the file was read and what its columns mean, as long as what was understood of it is there."""
    if made.understood is None:
        st.caption("The file is large and was let go of when the table was used: bring it again to read it otherwise.")
        return
    columns.render_file(made.understood)
    columns.render_columns(made.understood)
    columns.render_misfits(made.understood)


def offer(made: Desk) -> None:
    """Go on to the pages with the table, or forget it."""
    if made.problem:
        st.error(literal(made.problem), icon=":material/draft:")
    with st.container(horizontal=True):
        if made.prepared is not None:
            label = "Use this table" if made.key is None else "To the pages"
            st.button(label, type=controls.emphasis(), icon=":material/arrow_forward:", key="use_own", on_click=_use)
        st.button("Forget this table", icon=":material/delete:", key="forget_own", on_click=_forget)


def _forget() -> None:
    """Forget the table on the desk; one that was used before it stays."""
    made = desk.laid()
    if made is not None and made.key is None:
        own.put_away()
    else:
        sidebar.forget_own()


def _use() -> None:
    if (key := desk.use()) is not None:
        sidebar.set_source(key)
        st.session_state[_USED] = True
        known, made = _bringing(), desk.laid()
        if known.said is not None:
            if made is not None and not _absent(known.said.recipe, made):
                recipes.put_on_page(known.said.recipe)
            known.said = None
