"""What every column of every wave of the survey means, from ``data/codebook.csv``."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from lib.dataset import Codebook

_FILE = Path(__file__).parents[3] / "data" / "codebook.csv"


@cache
def read_codebook() -> Codebook:
    """The survey's codebook; each wave holds some of its columns."""
    return Codebook.read(_FILE)
