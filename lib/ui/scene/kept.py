"""The one room of this server in which results are kept, for all its sessions together."""

from __future__ import annotations

from lib.subject import Subject
from lib.work.machine import memory
from lib.work.room import Room

MOST = 64 * 2**20
"""Bytes. Community Cloud gives an app some 690 MB: libraries take 230, the map worker as much, and work needs room."""

ROOM = Room(MOST, lasting=(Subject,))

_FOR_EACH_BYTE = 3
"""Bytes of room for each byte of the tables that visitors brought: the points, labels and silhouettes of a million rows
take more than there is for all else together, and what has to leave is found anew at each move."""

_SHARE = 4
"""One part in so many of the memory is the most that results, or the tables that visitors brought, may take."""


def most_of_memory() -> int | None:
    """Bytes that results may take at most, and visitors' tables as much; None where the system does not say."""
    there = memory()
    return None if there is None else there // _SHARE


def make_room_for(tables: int) -> None:
    """Room for what is made of so many bytes of tables that visitors brought, besides what there is for all else."""
    wanted, most = MOST + _FOR_EACH_BYTE * tables, most_of_memory()
    ROOM.resize(wanted if most is None else max(MOST, min(wanted, most)))
