"""The one room of this server in which results are kept, for all its sessions together."""

from __future__ import annotations

from lib.subject import Subject
from lib.work.room import Room

MOST = 64 * 2**20
"""Bytes. Community Cloud gives an app some 690 MB: libraries take 230, the map worker as much, and work needs room."""

ROOM = Room(MOST, lasting=(Subject,))
