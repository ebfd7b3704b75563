"""What the environment asks of this server and cannot be had: said at the start, and on the page about it."""

from __future__ import annotations

import os
from pathlib import Path

from lib.sources import download
from lib.work import log, machine

_LEVELS = ("info", "warning", "error", "off")


def misunderstood() -> list[str]:
    """A sentence for each setting that cannot be followed: what it says, and what is done instead."""
    said = []
    if (level := os.environ.get(log.LEVEL, "")) and level.lower() not in _LEVELS:
        said.append(f"{log.LEVEL} is {level!r}, not one of {', '.join(_LEVELS)}: all work is told, as with info.")
    if (memory := os.environ.get(machine.TOLD, "").strip()) and not (memory.isdecimal() and int(memory)):
        said.append(f"{machine.TOLD} is {memory!r}, no whole number of megabytes: the memory that is there is taken.")
    if os.environ.get("SCF_DOWNLOADS") and not (folder := download.downloads_folder()).is_dir():
        said.append(f"SCF_DOWNLOADS is {str(folder)!r}, where no folder is: no wave of the survey is found there.")
    if (kept := os.environ.get("MAPS_CACHE")) and not _can_be_written(Path(kept).expanduser()):
        said.append(f"MAPS_CACHE is {kept!r}, where nothing can be written: maps are drawn anew after each start.")
    return said


def _can_be_written(folder: Path) -> bool:
    """Whether files can be put into a folder, or it can be made."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK)
