"""Which rows of a dataset become points of a map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lib.dataset import ROWS, Counting, Dataset
from lib.errors import MapError
from lib.words import a

Floats = NDArray[np.float64]

MAX_POINTS = 8_000
"""More points than any wave has members: a larger table is drawn from."""

_DRAW_SEED = 42


@dataclass(frozen=True, eq=False)
class Drawn:
    """Rows chosen for a map.

    Attributes:
        rows: Positions in the dataset's frame, ascending.
        weights: What each stands for: members (they sum to those of the population), or rows.
        notes: What was left out and why, a sentence each.
    """

    rows: NDArray[np.intp]
    weights: Floats
    notes: tuple[str, ...] = ()

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
    rows = np.flatnonzero(dataset.implicate_codes == 0)
    if not len(rows):
        raise MapError(
            f"No {dataset.entity.singular} has its first implicate in this population: choose a larger population."
        )
    notes = [_implicate_note(dataset, len(rows), counting)] if dataset.implicates > 1 else []
    if len(rows) > MAX_POINTS:
        notes.append(f"Drawn are {MAX_POINTS:,} of {len(rows):,} rows, at random.")
        rows = np.sort(np.random.default_rng(_DRAW_SEED).choice(rows, MAX_POINTS, replace=False))
    return Drawn(rows, _standing_for(dataset, rows, counting), tuple(notes))


def all_rows(dataset: Dataset) -> Drawn:
    """Every row once."""
    rows = np.arange(len(dataset))
    return Drawn(rows, np.ones(len(rows)))


def _standing_for(dataset: Dataset, rows: NDArray[np.intp], counting: Counting) -> Floats:
    """Weights of the drawn rows, raised to the sum of all weights."""
    weights = dataset.weights(counting)
    drawn = weights[rows]
    return drawn * (weights.sum() / drawn.sum()) if drawn.sum() > 0 else drawn


def _implicate_note(dataset: Dataset, drawn: int, counting: Counting) -> str:
    missing = dataset.sampled - drawn
    said = f"Each {dataset.entity.singular} is drawn once, by its first implicate"
    if missing:
        said += f"; {missing:,} belong to this population only by another one and are left out"
    if counting == ROWS:
        one = dataset.entity.singular
        said += f". The {dataset.implicates} rows of {a(one)} are near-copies: beside each other they would be one "
        said += "another's neighbours"
    return f"{said}."
