"""Blanks filled from the nearest neighbours: members that are alike in what is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lib.dataset import Dataset
from lib.errors import StepError
from lib.steps.step import Floats, numbers

FEWEST = 5
"""Neighbours whose mean is taken."""

MOST = 1_000
"""Rows that neighbours are sought among: they are stored in the recipe, so that it fills other rows just so."""

MOST_COLUMNS = 30
_AT_ONCE = 1_000
_SEED = 20_260_101


@dataclass(frozen=True)
class Donors:
    """Whole rows that neighbours are sought among.

    Attributes:
        columns: The amounts that nearness is told by, those that are to be filled among them.
        centre: Mean of each.
        spread: Standard deviation of each: nearness is told on that scale.
        rows: One value per column, on that scale.
    """

    columns: tuple[str, ...]
    centre: tuple[float, ...]
    spread: tuple[float, ...]
    rows: tuple[tuple[float, ...], ...]

    def filled(self, frame: pd.DataFrame, blank: Mapping[str, NDArray[np.bool_]]) -> dict[str, Floats]:
        """Columns with their blanks filled.

        Distances leave out what is missing, as scikit-learn's ``KNNImputer`` does, which does the work.

        Args:
            frame: Rows with all columns.
            blank: For each column to be filled, where.
        """
        scaled = np.column_stack([numbers(frame, name) for name in self.columns])
        asked: NDArray[np.bool_] = np.any(list(blank.values()), axis=0)
        centre, spread = np.array(self.centre), np.array(self.spread)
        given, rows = (scaled[asked] - centre) / spread, np.array(self.rows)
        found = np.empty_like(given)
        for begin in range(0, len(given), _AT_ONCE):
            part = given[begin : begin + _AT_ONCE]
            # column by column and in the order of the rows: a row finds the same neighbours whoever is asked with it
            apart = np.zeros((len(part), len(rows)))
            for of_part, of_rows in zip(part.T, rows.T, strict=True):
                apart += np.nan_to_num(np.subtract.outer(of_part, of_rows), nan=0.0) ** 2
            near = np.argsort(apart, axis=1, kind="stable")[:, :FEWEST]
            found[begin : begin + _AT_ONCE] = rows[near].mean(axis=1)
        found[np.isnan(given).all(axis=1)] = rows.mean(axis=0)
        found = found * spread + centre
        columns = {}
        for name, where in blank.items():
            values = numbers(frame, name).copy()
            values[where] = found[where[asked], self.columns.index(name)]
            columns[name] = values
        return columns


def donors(data: Dataset, columns: Sequence[str]) -> Donors:
    """The rows that neighbours are sought among: whole ones, at most ``MOST``, drawn where there are more.

    Args:
        data: The table.
        columns: Those that are to be filled.

    Raises:
        StepError: If too few rows are whole.
    """
    told_by = _told_by(data, columns)
    matrix = np.column_stack([data.values(name) for name in told_by])
    whole = np.flatnonzero(np.isfinite(matrix).all(axis=1))
    if len(whole) < FEWEST:
        raise StepError(
            f"Only {len(whole)} rows have a value in all {len(told_by)} amounts: there are too few to seek neighbours "
            "among; fill blanks with the median."
        )
    if len(whole) > MOST:
        whole = np.sort(np.random.default_rng(_SEED).choice(whole, MOST, replace=False))
    kept = matrix[whole]
    centre, spread = kept.mean(axis=0), kept.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    return Donors(
        told_by,
        tuple(centre.tolist()),
        tuple(spread.tolist()),
        tuple(tuple(row) for row in ((kept - centre) / spread).tolist()),
    )


def _told_by(data: Dataset, columns: Sequence[str]) -> tuple[str, ...]:
    """The columns to be filled, then other amounts that hardly lack a value: nearness is told by them.

    What segments are looked at through tells nothing here, and what is made from others tells nothing new.
    """
    made = {one.column for one in data.subject.made}
    others = [
        name
        for name in data.codebook.amounts()
        if name in data.frame and name not in columns and name not in made and name not in data.subject.outcomes
    ]
    known = [name for name in others if np.isfinite(data.values(name)).mean() >= 0.9]
    return (*columns, *known[: max(MOST_COLUMNS - len(columns), 1)])
