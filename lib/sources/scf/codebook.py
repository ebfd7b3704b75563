"""What every column of every wave of the survey means, from ``data/codebook.csv``."""

from __future__ import annotations

from functools import cache

from lib.dataset import Codebook
from lib.shipped import FOLDER, checked

CODEBOOK = FOLDER / "codebook.csv"


@cache
def read_codebook() -> Codebook:
    """The survey's codebook; each wave holds some of its columns.

    Raises:
        DataError: If the file is damaged.
    """
    checked(CODEBOOK)
    return Codebook.read(CODEBOOK)
