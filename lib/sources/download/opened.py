"""What was found when a survey file was opened, remembered for as long as the file stays as it is."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path

from lib.errors import DataError
from lib.sources import scf

REMEMBERED = 256
"""Files; there are 12 waves, each in a few releases and wrappings."""

_found: dict[tuple[str, int, int], Finding] = {}
_reading = threading.Lock()


@dataclass(frozen=True)
class Finding:
    """The survey year found inside a file, or one sentence on why it cannot be used."""

    wave: int | None
    problem: str = ""


def finding(path: Path, status: os.stat_result) -> Finding:
    """What is inside ``path``, whose state on the disk is ``status``: read once, and again when that changes.

    Several threads may ask: one of them reads at a time, and who asks for a file already read does not wait.
    """
    key = (str(path), status.st_size, status.st_mtime_ns)
    if (known := _found.get(key)) is not None:
        return known
    with _reading:
        if (known := _found.get(key)) is not None:
            return known
        if (problem := _closed_to_us(path)) is not None:
            return problem  # may be put right without a trace in size and time
        while len(_found) >= REMEMBERED:
            del _found[next(iter(_found))]
        return _found.setdefault(key, _read(path))


def _closed_to_us(path: Path) -> Finding | None:
    try:
        path.open("rb").close()
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        return Finding(None, f"{path.name} cannot be read ({reason}): check that it may be read.")
    return None


def _read(path: Path) -> Finding:
    try:
        wave = scf.read(path, columns=()).wave
    except DataError as error:
        return Finding(None, str(error))
    if wave is None:
        return Finding(
            None, f"{path.name} does not tell which year's survey it is: use the summary extract as released."
        )
    return Finding(wave)
