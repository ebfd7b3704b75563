"""One file per kind of table: what it brings, as data."""

from lib.subjects.known import subject_of
from lib.subjects.plain import PLAIN
from lib.subjects.scf import SCF

__all__ = ["PLAIN", "SCF", "subject_of"]
