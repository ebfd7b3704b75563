"""Rows of a population by group, and what is summed over them: what all figures of groups are made from.

A group is a number per row (0, 1, ...; below 0 in none), so that one pass over the replicates serves all groups.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lib.errors import EstimateError
from lib.estimates.weighted import Floats

Positions = NDArray[np.intp]
OfRows = Callable[[Floats, Floats], Floats]
"""Takes what is asked of a group's rows (columns x rows) and their weights, gives several figures."""


MOST_FIGURES = 2_000
"""Figures, of all groups, whose values under every replicate are held at once: sixteen megabytes."""


@dataclass(frozen=True, eq=False)
class Reweighted:
    """The weights of some rows under several replicates.

    Attributes:
        times: By how much each replicate multiplies a row's own weight (rows x replicates).
        own: That weight.
    """

    times: NDArray[np.floating]
    own: NDArray[np.floating]

    @property
    def shape(self) -> tuple[int, ...]:
        """How many rows and replicates."""
        return self.times.shape

    def __getitem__(self, run: slice | Positions) -> Reweighted:
        """Those of some of the rows."""
        return Reweighted(self.times[run], self.own[run])

    @property
    def each(self) -> NDArray[np.floating]:
        """The weights one by one (rows x replicates): a copy."""
        return self.times * self.own[:, None]

    @property
    def usual(self) -> Floats:
        """The mean weight of each row."""
        return np.asarray(self.times.mean(axis=1, dtype=float) * self.own)

    def sums(self, values: Floats) -> Floats:
        """Weighted sums of several columns (columns x rows): columns x replicates."""
        # multiplying a few columns is cheaper than multiplying hundreds of replicates
        return ((values * self.own).astype(self.times.dtype) @ self.times).astype(float)


OfBlock = Callable[[Floats, Reweighted], Floats]
"""Takes what is asked of a group's rows and their weights under several replicates, gives figures x replicates."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of a table sorted by group: those that belong to one, with what is asked of them (columns x rows)."""

    rows: Positions
    groups: Positions
    values: Floats
    weights: Floats

    def runs(self) -> Iterator[tuple[int, slice]]:
        """Each group that occurs, and where its rows stand."""
        starts = np.flatnonzero(np.diff(self.groups, prepend=-1))
        for start, end in pairwise([*starts.tolist(), len(self.groups)]):
            yield int(self.groups[start]), slice(start, end)

    def among(self, inside: NDArray[np.bool_]) -> Rows:
        """Some of them."""
        return Rows(self.rows[inside], self.groups[inside], self.values[:, inside], self.weights[inside])


OfImplicates = Callable[[Rows, Positions], Floats]
"""Takes rows and the implicate of each, gives implicates x figures x groups."""


def check_number(figures: int) -> None:
    """Refuse more figures at once than can be held under every replicate.

    Raises:
        EstimateError: If there are more than ``MOST_FIGURES``.
    """
    if figures > MOST_FIGURES:
        raise EstimateError(f"Ask for at most {MOST_FIGURES:,} figures at once. Got {figures:,}.")


def each_group(rows: Rows, shape: tuple[int, ...], of_rows: OfRows) -> Floats:
    """Figures of each group (figures x groups); NaN where it has no rows."""
    found = np.full(shape, np.nan)
    for group, run in rows.runs():
        found[:, group] = of_rows(rows.values[:, run], rows.weights[run])
    return found


def sums(rows: Rows, number: int, values: Floats) -> Floats:
    """Sums of each group: figures x rows to figures x groups."""
    return np.array([np.bincount(rows.groups, one, number) for one in values], dtype=float)


def unbiased(number: ArrayLike) -> Floats:
    """The factor n / (n - 1), and NaN for one alone."""
    n = np.asarray(number, dtype=float)
    return np.divide(n, n - 1, out=np.full(n.shape, np.nan), where=n > 1)
