"""What files of replicate weights are called, and which wave each name stands for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from lib.sources.download.manifest import Found
from lib.sources.scf.vintage import HOUSEHOLDS

_FULL_YEAR_FROM = 2001
"""From this wave on the site's archive has the year in full; those of 1989 to 1998 have two digits of it."""

_NAME = re.compile(
    r"(?:p(\d{2})_rw1|scf(\d{2}|\d{4})rw1s)(?:\.dta|\.csv|\.csv\.gz|\.zip)",
    re.IGNORECASE,
)


def official(wave: int) -> str:
    """The archive with the replicate weights of ``wave``, as the Federal Reserve calls it."""
    return f"scf{wave if wave >= _FULL_YEAR_FROM else wave % 100}rw1s.zip"


def wave_named(path: Path) -> int | None:
    """The wave whose replicate weights a file holds by its name, or None if the name is none of theirs."""
    name = _NAME.fullmatch(path.name)
    digits = (name[1] or name[2]) if name else ""
    return next((wave for wave in HOUSEHOLDS if digits and digits in {str(wave), str(wave)[2:]}), None)


def named(paths: Iterable[Path]) -> list[tuple[int, Path]]:
    """The files that hold replicate weights by their names, with the wave of each."""
    return [(wave, path) for path in paths if (wave := wave_named(path)) is not None]


def found(wave: int) -> Found:
    """What the manifest says of replicate weights."""
    return Found(wave, None, "replicate weights")
