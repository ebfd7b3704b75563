"""What is asked of a database of any kind: one connection, opened for one question and closed after it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from sqlalchemy import URL

from lib.tables.cells import clean_name

TOO_LONG = "takes longer over it than it may: ask for fewer rows or columns, or for less to be computed"
NO_TABLE = "has no such table or view: choose one from the list, or write its schema before its name"
NOT_UTF8 = "holds text that is not UTF-8: leave out its column, or mend it"
"""What databases of any kind may answer, after their name."""

_BRIEF = 160


@dataclass(frozen=True)
class Relation:
    """A table or a view that may be read; ``schema`` is "" where there are none."""

    schema: str
    name: str
    is_view: bool


class RefusedError(Exception):
    """The database answers with an error; its text goes after "The database ... " and has no full stop."""


def brief(words: str) -> str:
    """What a database says, on one line and not for ever."""
    return clean_name(words, _BRIEF).rstrip(".")


class Connection(ABC):
    """An open connection, for one question."""

    @abstractmethod
    def relations(self) -> list[Relation]:
        """Tables and views that may be read."""

    @abstractmethod
    def ask(self, statement: str) -> tuple[str, ...]:
        """Send a statement; the names of the columns of its answer."""

    @abstractmethod
    def more(self, count: int) -> list[tuple[Any, ...]]:
        """The next rows of the answer, none at its end."""

    @abstractmethod
    def piece(self, place: int, cells: Sequence[Any]) -> pa.Array:
        """Some cells of the column at a place, so that they take little memory."""

    @abstractmethod
    def whole(self, place: int, pieces: list[pa.Array]) -> tuple[pa.ChunkedArray | None, str]:
        """A column of numbers, truth values, moments or text, or None where it can be none; a few words to say of it.

        The words go after the name of the column, as in "holds bytes and is left out".
        """


class Database(ABC):
    """A database that is about to be asked one question, in one thread; another may cancel it.

    Attributes:
        dialect: What sqlglot calls its language.
        url: Where it is; its password is hidden wherever it is printed.
        seconds: What the database itself should give a statement at most.
        stopped: Whether nobody wants the answer any more.
        rows: How many have come so far.
    """

    dialect: str

    def __init__(self, url: URL, seconds: float) -> None:
        """Nothing is opened yet."""
        self.url, self.seconds = url, seconds
        self.stopped, self.rows = False, 0

    @abstractmethod
    def opened(self) -> AbstractContextManager[Connection]:
        """A connection of its own, in a transaction that only reads, for as long as the ``with`` block runs.

        Whatever the database says against it, or against what is done inside, is raised as ``RefusedError``.
        """

    def cancel(self) -> None:
        """End what the database does; from another thread, and again and again until it has ended."""
        self.stopped = True
