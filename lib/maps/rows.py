"""Which rows of a dataset become points of a map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lib.dataset import ROWS, Counting, Dataset
from lib.errors import MapError
from lib.estimates import draw_once, inclusion
from lib.maps.settings import PERPLEXITY
from lib.words import a, rounded

Floats = NDArray[np.float64]

MAX_POINTS = 8_000
"""More points than any wave has members: a larger table is drawn from."""

FEW_POINTS = 3 * PERPLEXITY[1] + 1
"""Points that the widest neighbourhood takes: a smaller population is not drawn from."""

MOST_FOR_ONE = 2.0
"""How many times the members of a common point the heaviest may stand for. The bound is ours: at 1 all would stand for
the same, but of the survey's 4,595 of 2022 only 929 be drawn; at 2 they are 1,776, and the richest 1 % are 1.1 %."""

_DRAW_SEED = 42


@dataclass(frozen=True, eq=False)
class Drawn:
    """Rows chosen for a map.

    Attributes:
        rows: Positions in the dataset's frame, ascending.
        weights: What each stands for: members (they sum to those of the population), or rows.
        notes: What was left out and why, a sentence each.
        by_weight: Whether they were drawn in proportion to weight, rather than every member once.
    """

    rows: NDArray[np.intp]
    weights: Floats
    notes: tuple[str, ...] = ()
    by_weight: bool = False

    def __len__(self) -> int:
        return len(self.rows)


def one_implicate(dataset: Dataset, counting: Counting) -> Drawn:
    """One row per member: its first implicate, so that no member lies beside its four near-copies.

    Args:
        dataset: The population.
        counting: Members (weighted) or rows; it decides only what each point stands for.

    Raises:
        MapError: If there is no such row.
    """
    rows = _first_implicates(dataset)
    notes = [*_once_note(dataset, counting), *_left_out(dataset, len(rows))]
    if len(rows) > MAX_POINTS:
        notes.append(f"Drawn are {MAX_POINTS:,} of {len(rows):,} rows, at random.")
        rows = np.sort(np.random.default_rng(_DRAW_SEED).choice(rows, MAX_POINTS, replace=False))
    return Drawn(rows, _standing_for(dataset, rows, counting), tuple(notes))


def is_drawn_by_weight(dataset: Dataset, counting: Counting) -> bool:
    """Whether members weigh differently, so that a map of each once and one in proportion to weight differ."""
    if counting == ROWS or dataset.weight is None or not len(dataset):
        return False
    return bool(np.ptp(dataset.weights(counting)) > 0)


def by_weight(dataset: Dataset, counting: Counting) -> Drawn:
    """Members drawn in proportion to weight by their first implicate, each at most once: no point lies on its copy.

    Where weights are unequal not all can be drawn: as many are as leave no point standing for more than
    ``MOST_FOR_ONE`` times as many members as the common one, but never fewer than ``FEW_POINTS``. Where all weigh the
    same or are so few, or rows are counted, this is ``one_implicate``.

    Args:
        dataset: The population.
        counting: Members (weighted) or rows.

    Raises:
        MapError: If there is no such row.
    """
    rows = _first_implicates(dataset)
    weights = dataset.weights(counting)[rows]
    number = _number(weights)
    if counting == ROWS or number == len(rows):
        return one_implicate(dataset, counting)
    chances = inclusion(weights, number)
    chosen = draw_once(chances, _DRAW_SEED)
    stands_for = weights[chosen] / chances[chosen]
    stands_for *= dataset.weights(counting).sum() / stands_for.sum()
    note = _drawing_note(dataset, len(rows), stands_for)
    return Drawn(rows[chosen], stands_for, (note, *_left_out(dataset, len(rows))), by_weight=True)


def all_rows(dataset: Dataset) -> Drawn:
    """Every row once."""
    rows = np.arange(len(dataset))
    return Drawn(rows, np.ones(len(rows)))


def _standing_for(dataset: Dataset, rows: NDArray[np.intp], counting: Counting) -> Floats:
    """Weights of the drawn rows, raised to the sum of all weights."""
    weights = dataset.weights(counting)
    drawn = weights[rows]
    return drawn * (weights.sum() / drawn.sum()) if drawn.sum() > 0 else drawn


def _first_implicates(dataset: Dataset) -> NDArray[np.intp]:
    rows = np.flatnonzero(dataset.implicate_codes == 0)
    if not len(rows):
        raise MapError(
            f"No {dataset.entity.singular} has its first implicate in this population: choose a larger population."
        )
    return rows


def _number(weights: Floats) -> int:
    """How many are drawn by weight; see ``by_weight``."""
    if not weights.max() > 0:
        return len(weights)
    wanted = int(np.minimum(1.0, MOST_FOR_ONE * weights / weights.max()).sum())
    return min(max(wanted, FEW_POINTS), MAX_POINTS, int(np.count_nonzero(weights)))


def _drawing_note(dataset: Dataset, there: int, stands_for: Floats) -> str:
    entity = dataset.entity
    known = f"{entity.behind} {entity.plural}".strip()
    common, heaviest = float(np.median(stands_for)), float(stands_for.max())
    said = f"{len(stands_for):,} of {there:,} {known} are points, drawn in proportion to their weights, each at most "
    said += f"once: a point stands for about {rounded(common):,.0f} {entity.plural}"
    if heaviest > 1.05 * common:
        said += f", those that are sure to be drawn for up to {rounded(heaviest):,.0f}"
    return f"{said}."


def _once_note(dataset: Dataset, counting: Counting) -> list[str]:
    one = dataset.entity.singular
    if dataset.implicates == 1:
        return []
    said = [f"Each {one} is on the map once, by its first implicate."]
    if is_drawn_by_weight(dataset, counting):
        said.append(
            f"Those that were sampled more often than others, as the {dataset.subject.wording.extreme} may be, are a "
            f"larger share of the points than of the {dataset.entity.plural}."
        )
    if counting == ROWS:
        said.append(
            f"The {dataset.implicates} rows of {a(one)} are near-copies: beside each other they would be one another's "
            "neighbours."
        )
    return said


def _left_out(dataset: Dataset, drawn: int) -> list[str]:
    missing = dataset.sampled - drawn
    return [f"{missing:,} belong to this population only by another implicate and are left out."] if missing else []
