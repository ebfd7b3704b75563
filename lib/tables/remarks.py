"""Lines above a table: blank, or remarks that begin with #, such as earlier versions of the app wrote.

Both readers of delimited text ask here: ``lib.tables.read`` in pieces, ``lib.tables.own.delimited`` as a whole.
"""

from __future__ import annotations

from collections.abc import Sequence

_MARK = "#"


def is_above(line: str) -> bool:
    """Whether a line stands above a table and is no part of it."""
    return not line.strip() or line.startswith(_MARK)


def told(above: Sequence[str]) -> tuple[str, ...]:
    """What the remarks among some lines say, without their marks; blank lines say nothing."""
    return tuple(line.removeprefix(_MARK) for line in above if line.strip())


def names_columns(above: Sequence[str], delimiter: str, columns: int) -> bool:
    """Whether the line above a table seems to name its columns, behind a mark: it has a cell for each of them.

    Args:
        above: The lines above the table.
        delimiter: What parts the cells.
        columns: How many cells the first row has.
    """
    last = next((line for line in reversed(above) if line.strip()), "")
    return last.startswith(_MARK) and last.count(delimiter) + 1 == columns
