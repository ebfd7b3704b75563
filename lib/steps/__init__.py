"""Steps from a table as it was read to the table that segments are made of: cleaning it, deriving columns.

Steps are small values. ``prepare`` does them in order, each learning what it needs (a median, a cap) from the table it
finds, and says what became of the table in each. What was learned goes with the segments: ``Preparation.prepared``
does the same to other rows, each by itself, in the app and on the command line.
"""

from lib.steps.categories import MergeRare, MergeSpellings, OneHot, spelt_alike
from lib.steps.clean import (
    CAPPINGS,
    FILLINGS,
    Cap,
    Capping,
    Fill,
    Filling,
    LeaveOutMissing,
    LeaveOutRepeats,
)
from lib.steps.derive import DERIVINGS, Combine, Deriving, Flag, Logarithm, combined, free_name
from lib.steps.preparation import Entry, Preparation, Prepared, asked, prepare
from lib.steps.step import Step

__all__ = [
    "CAPPINGS",
    "DERIVINGS",
    "FILLINGS",
    "Cap",
    "Capping",
    "Combine",
    "Deriving",
    "Entry",
    "Fill",
    "Filling",
    "Flag",
    "LeaveOutMissing",
    "LeaveOutRepeats",
    "Logarithm",
    "MergeRare",
    "MergeSpellings",
    "OneHot",
    "Preparation",
    "Prepared",
    "Step",
    "asked",
    "combined",
    "free_name",
    "prepare",
    "spelt_alike",
]
