"""A table from a database that whoever runs the app has named in ``secrets.toml``, under ``[connections.NAME]``.

A question to it is work in the background, under a word that nobody can guess: the answer is its session's alone. The
address is read where it is needed and kept nowhere.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

import streamlit as st

from lib.errors import HouseholdSegmentsError
from lib.sources.table import Understood
from lib.tables.own.limits import MAX_COLUMNS, MAX_ROWS
from lib.ui.run import background
from lib.ui.scene import own
from lib.words import literal
from lib.work.progress import Progress

if TYPE_CHECKING:
    from lib.sources.sql import Relation

T = TypeVar("T")

_TABLE, _SELECT = "A table or view", "A SELECT of my own"
_LISTED = "own_relations"
_LONGEST = 20_000
"""Characters of a statement; ``lib.sources.sql`` takes no more."""


@dataclass
class _Question(Generic[T]):
    """What a session asks of a database, and the answer once it is there; the work writes it, in another thread."""

    key: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    answer: T | None = None
    error: str = ""


@dataclass
class _Reading(_Question[Understood]):
    """The same for a table: what was asked, of which connection."""

    connection: str = ""
    statement: str = ""
    name: str | None = None


def connections() -> dict[str, str]:
    """Databases that the secrets name: name -> url. Nothing where there are no secrets."""
    if not st.secrets.load_if_toml_exists():
        return {}
    written = st.secrets.get("connections", {})
    return {
        str(name): one["url"]
        for name, one in written.items()
        if isinstance(one, Mapping) and isinstance(one.get("url"), str)
    }


def from_database() -> tuple[str, Understood] | None:
    """Choose a database and what to read of it; draws nothing where none is named.

    Returns:
        Once, when it has come: a word that tells this answer from others, and what is understood of it.
    """
    urls = connections()
    if not urls:
        return None
    connection = st.selectbox("Database", list(urls), key="own_connection")
    how = st.segmented_control("What to read of it", [_TABLE, _SELECT], key="own_reading")
    wanted = None
    if how == _TABLE:
        wanted = _choose_table(urls, connection)
    elif how == _SELECT:
        wanted = _write_select(connection)
    if wanted is not None and st.button("Read", icon=":material/database:", key="read_database"):
        st.session_state[own.DATABASE] = wanted
    st.caption(
        f":material/lock: Nothing is changed in the database. Up to {MAX_ROWS / 1e6:.0f} million rows and "
        f"{MAX_COLUMNS} columns, within a minute. What is read stays in this session."
    )
    return _read(urls)


def _choose_table(urls: Mapping[str, str], connection: str) -> _Reading | None:
    """One of the tables and views that may be read; None until they are listed."""
    listings: dict[str, _Question[tuple[Relation, ...]]] = st.session_state.setdefault(_LISTED, {})
    listing = listings.setdefault(connection, _Question())

    def listed(progress: Progress) -> tuple[Relation, ...]:
        # neither the server's start nor who has no database waits for the drivers
        from lib.sources import sql

        return sql.relations(urls, connection, progress=progress)

    found = _answered("database_tables", listing, listed)
    if found is None and not listing.error:
        return None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        relation = st.selectbox(
            "Table or view", found or (), format_func=_label, placeholder="None that may be read", key="own_relation"
        )
        st.button("List again", icon=":material/refresh:", key="list_tables", on_click=listings.clear)
    if relation is None:
        return None
    from lib.sources import sql

    return _Reading(connection=connection, statement=sql.select_all(relation), name=relation.name)


def _label(relation: Relation) -> str:
    where = "" if relation.schema in ("", "public") else f"{relation.schema}."
    return f"{where}{relation.name}{' (view)' if relation.is_view else ''}"


def _write_select(connection: str) -> _Reading:
    """A statement that somebody types."""
    statement = st.text_area(
        "One SELECT", placeholder="SELECT * FROM customers WHERE ...", max_chars=_LONGEST, key="own_statement"
    )
    return _Reading(connection=connection, statement=statement)


def _read(urls: Mapping[str, str]) -> tuple[str, Understood] | None:
    """The answer to what this session asked the last time."""
    reading: _Reading | None = st.session_state.get(own.DATABASE)
    if reading is None or reading.connection not in urls:
        return None

    def read(progress: Progress) -> Understood:
        from lib.sources import sql

        return sql.read(urls, reading.connection, reading.statement, name=reading.name, progress=progress)

    understood = _answered("database", reading, read)
    if understood is None:
        return None
    st.session_state.pop(own.DATABASE)
    return reading.key, understood


def _answered(slot: str, question: _Question[T], ask: Callable[[Progress], T]) -> T | None:
    """The answer to a question if it is there; else how far it is, or what went wrong."""

    def work(progress: Progress) -> None:
        try:
            question.answer = ask(progress)
        except HouseholdSegmentsError as error:
            # said below, where marks in what the database quotes take no effect
            question.error = str(error)

    if question.error:
        st.error(literal(question.error), icon=":material/database_off:")
    elif question.answer is None:
        background.render(slot, question.key, work)
    return question.answer
