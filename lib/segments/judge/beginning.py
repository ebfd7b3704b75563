"""With how many segments to begin: one number out of what all criteria say, and why this one.

It takes the scores of every number of segments, which takes seconds. For the populations and features that are opened
first the numbers are found beforehand: ``data/beginnings.csv``, written by ``python -m data.build.beginnings``.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from lib.errors import DataError
from lib.segments.judge.suggest import SUBSTANCE, Suggestion, suggestions
from lib.segments.judge.sweep import Sweep
from lib.segments.recipe import MIN_K, Recipe
from lib.shipped import FOLDER, checked
from lib.words import listed

FILE = FOLDER / "beginnings.csv"

FOUND_AGAIN = 0.1
"""Share of the starts that must end at the best for a number of segments to be begun with. Ours."""

FEW = 4
"""Where no two criteria advise the same, no more segments than this are begun with. Ours."""

PROVISIONAL = 4
"""What is begun with where no number was tried."""


@dataclass(frozen=True)
class Beginning:
    """The number of segments to begin with.

    Attributes:
        k: The number.
        by: The criteria whose best it is; none where it is merely the most, up to ``FEW``, whose segments all rest on
            enough and are found again.
    """

    k: int
    by: tuple[str, ...]

    def why(self, behind: str) -> str:
        """The reason in words.

        Args:
            behind: The fewest members that a segment should rest on, in words: "30 customers".
        """
        if self.by:
            return f"best by {listed(list(self.by))}; each segment rests on {behind} or more"
        return (
            f"the criteria name no number together, so the most, up to {FEW}, that starts find again and whose "
            f"segments each rest on {behind} or more"
        )


def beginning(swept: Sweep) -> Beginning:
    """The number of segments to begin with, of all that were tried.

    Of the numbers that leave no segment with fewer than 30 sampled members, and to which at least
    ``FOUND_AGAIN`` of the starts led, the one that most criteria advise, the smaller of two; a criterion whose best
    lies at an end of the range has found none, and one alone leads no farther than ``FEW``.
    """
    table = swept.table
    again = table["times_found"] >= FOUND_AGAIN * table["starts"]
    steady = [int(k) for k in table.index[(table["thin_segments"] == 0) & (again | (table["starts"] == 0))]]
    votes: dict[int, list[str]] = {}
    for one in suggestions(table):
        if _counts(one) and one.k in steady:
            votes.setdefault(int(one.k), []).append(one.criterion)
    votes = {k: who for k, who in votes.items() if len(who) > 1 or k <= FEW}
    if votes:
        k = min(votes, key=lambda k: (-len(votes[k]), k))
        return Beginning(k, tuple(votes[k]))
    return Beginning(max((k for k in steady if k <= FEW), default=MIN_K), ())


def _counts(one: Suggestion) -> bool:
    return one.k is not None and not one.at_end and one.criterion != SUBSTANCE


def mark_of(name: str, rows: int, count: float, recipe: Recipe) -> str:
    """What members and a recipe are known by: data, how many they are, and all of the recipe but k, starts and seed.

    Args:
        name: Of the data.
        rows: Of the population.
        count: Its members, by weight.
        recipe: Any number of segments.
    """
    of = {key: value for key, value in recipe.to_dict().items() if key not in {"k", "starts", "seed"}}
    return hashlib.sha256(repr((name, rows, int(np.rint(count)), sorted(of.items()))).encode()).hexdigest()[:16]


def known_beginning(mark: str) -> Beginning | None:
    """What was found beforehand for a mark; None where nothing was."""
    return _known().get(mark)


@cache
def _known() -> Mapping[str, Beginning]:
    try:
        checked(FILE)
    except DataError:
        return {}  # then every page begins as one of which nothing is known
    with FILE.open(encoding="utf-8", newline="") as file:
        return {
            row["mark"]: Beginning(int(row["k"]), tuple(filter(None, row["by"].split("|"))))
            for row in csv.DictReader(file)
        }
