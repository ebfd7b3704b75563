"""One file per kind of table: what it brings, as data; ``known`` tells which kind a table is."""

from lib.subjects.cards import CARDS
from lib.subjects.known import dressed, subject_of
from lib.subjects.loans import LOANS
from lib.subjects.plain import PLAIN
from lib.subjects.scf import SCF

__all__ = ["CARDS", "LOANS", "PLAIN", "SCF", "dressed", "subject_of"]
