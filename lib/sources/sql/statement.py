"""What may be asked of a database: one query that changes nothing.

A courtesy to who types it, with a sentence before anything is sent. The boundary is the database's own: its role, a
transaction that only reads, a protocol that takes one statement.
"""

from __future__ import annotations

import logging

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from lib.errors import DataError
from lib.sources.sql.database import Relation

MOST = 20_000
"""Characters of a statement: time to parse one grows with it."""

_CHANGES = (exp.DML, exp.DDL, exp.Into, exp.Lock, exp.Command)
"""Whatever writes, makes, locks or commands. A query may hold one anywhere, such as in WITH."""

# it logs the beginning of what it does not know, which may name a customer
logging.getLogger("sqlglot").setLevel(logging.CRITICAL)


def check_statement(statement: str, dialect: str) -> None:
    """Check that a statement is one query.

    Args:
        statement: As somebody typed it.
        dialect: "postgres" or "sqlite".

    Raises:
        DataError: One sentence on what is wrong and what to do.
    """
    if len(statement) > MOST:
        raise DataError(f"The statement has more than {MOST:,} characters: shorten it, or make a view of it.")
    if any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in statement):
        raise DataError("The statement has signs that are no text: type it anew.")
    found = _parsed(statement, dialect)
    if not found:
        raise DataError("There is no statement: write a SELECT, or choose a table.")
    if len(found) > 1:
        raise DataError(f"These are {len(found)} statements: keep one SELECT, without a semicolon within.")
    if not isinstance(found[0], exp.Query):
        raise DataError("The statement is no query: write one SELECT; nothing but reading is allowed here.")
    changing = next((node for node in found[0].walk() if isinstance(node, _CHANGES)), None)
    if changing is not None:
        raise DataError(f"The statement does more than read ({_called(changing)}): write one SELECT without it.")


def select_all(relation: Relation) -> str:
    """The statement that reads a whole table or view, whatever signs are in its name."""
    names = (relation.schema, relation.name) if relation.schema else (relation.name,)
    quoted = ".".join('"' + name.replace('"', '""') + '"' for name in names)
    return f"SELECT * FROM {quoted}"  # noqa: S608 - quoted


def _parsed(statement: str, dialect: str) -> list[exp.Expr]:
    try:
        return [one for one in sqlglot.parse(statement, dialect=dialect) if one is not None]
    except SqlglotError as error:
        line = next((at.get("line") for at in getattr(error, "errors", ())), None)
        where = f" near line {line}" if line else ""
    except RecursionError:
        where = ": it has too many brackets within brackets"
    raise DataError(f"The statement cannot be read as SQL{where}: write one SELECT, or make a view of it.")


def _called(node: exp.Expr) -> str:
    """What somebody has typed, in a word."""
    return "FOR UPDATE" if isinstance(node, exp.Lock) else node.key.upper()
