"""How much of a table that somebody brings is read, at most."""

from __future__ import annotations

from lib.tables.files import MEGABYTE
from lib.work.machine import is_small

MAX_BYTES = 200 * MEGABYTE
"""Of the file as it is brought, packed or not."""

SMALL_BYTES = 50 * MEGABYTE
"""Of the file where a server has little memory: while it is read it is there several times over."""

MAX_UNPACKED = 1024 * MEGABYTE
MAX_ROWS = 2_000_000
MAX_COLUMNS = 300

MAX_LINES = 10 * MAX_ROWS
"""Lines of text with something in them: a cell may hold line breaks, so that a row takes several."""

LARGEST = 1e30
"""A number beyond it, on either side, is a misfit: sums and squares of such numbers cannot be held."""

MAX_CELLS = 60_000_000
"""Rows times columns; as numbers they take eight bytes each, and a server holds more than one table."""

MAX_CELL = 32_767
"""Characters of one cell: what a spreadsheet holds."""

MAX_LINE = 2 * MEGABYTE
"""Bytes of one row of delimited text: where a quotation mark is never closed, the rest of the file is one row."""

MAX_LEVELS = 100
"""Categories of a column; a column with more is text."""

LISTED = 100
"""Misfits that are shown of a column; all are counted."""

PREVIEW = 100
"""Rows shown as they are in the file."""


def most_bytes() -> int:
    """Most bytes of a file that this server reads."""
    return SMALL_BYTES if is_small() else MAX_BYTES
