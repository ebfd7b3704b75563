"""k-means with every start accounted for, on points that stand for many, then on more of them.

Each start is k-means++ (Arthur and Vassilvitskii 2007, scikit-learn's greedy variant) followed by Lloyd's
iterations until no label changes, in one thread, with a seed derived from the recipe's: the same recipe gives
the same labels on every run.

Where different points are many, starts are run on fewer that stand for them, and the best of their ends go on with
all points until no label changes: every result is a minimum over all rows, found in a fourth of the time. Where they
are very many, the ends first go on with more of them, where most turn out to be one and the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn import config_context
from sklearn.cluster import KMeans

from lib.solvers import enough
from lib.work.progress import Progress, one_thread, report

Floats = NDArray[np.float64]

MAX_ITERATIONS = 300

GO_ON, GO_ON_WITHIN = 8, 1.005
"""How many different ends on fewer points go on until nothing moves, and how far above the lowest they may be."""

GO_ON_AT_LAST = 2
"""How many of them still do with all of very many points, each of whose iterations takes a tenth of a second."""


@dataclass(frozen=True, eq=False)
class Stage:
    """Points (rows x features) and their weights."""

    matrix: Floats
    weights: Floats

    @cached_property
    def rows(self) -> Floats:
        """The points one after the other in memory, as scikit-learn wants them."""
        return np.ascontiguousarray(self.matrix)

    @cached_property
    def squares(self) -> Floats:
        """Squared length of each point."""
        return np.einsum("ij,ij->i", self.rows, self.rows)

    @cached_property
    def columns(self) -> Floats:
        """The points as columns, times -2: what is left of a squared distance when the squares are taken off."""
        return np.ascontiguousarray(-2 * self.matrix.T)

    def squared_distances(self, rows: NDArray[np.intp]) -> Floats:
        """From some of the points to all of them."""
        found = self.rows[rows] @ self.columns
        found += self.squares[rows, None]
        found += self.squares
        return np.maximum(found, 0, out=found)


class End(NamedTuple):
    """Where a start has led: centres (k x features) and their inertia."""

    centres: Floats
    inertia: float


def run(
    stages: Sequence[Stage],
    k: int,
    seed: int,
    starts: int,
    first: Floats | None = None,
    progress: Progress | None = None,
) -> tuple[Floats, Floats]:
    """The best of as many starts as it takes.

    Args:
        stages: Points that stand for all, fewest first; at last all of them.
        k: Number of segments.
        seed: Of the recipe.
        starts: How many at most, besides ``first``.
        first: Centres that are tried first, if given.
        progress: May raise ``Cancelled``.

    Returns:
        Centres (k x features), and the inertia over all points that each start ended with: that of a start which did
        not go on with all of them is as far above the least as it was on the fewer ones.
    """
    fewest, *more = stages
    # points and arguments are known to be sound: to look again at every start takes a fifth of its time
    with one_thread(), config_context(assume_finite=True, skip_parameter_validation=True):
        known = [] if first is None else [lloyd(fewest, first)]
        made, least = 0, enough.LEAST_STARTS
        while True:
            while made < starts and (made < least or not enough.is_enough(_inertias(known))):
                report(progress, made / starts, "Starting k-means")
                known.append(lloyd(fewest, plus_plus(fewest, k, seed, made)))
                made += 1
            ends = known
            for number, stage in enumerate(more, 1):
                is_last_of_many = 1 < number == len(more)
                ends = _gone_on(stage, ends, GO_ON_AT_LAST if is_last_of_many else GO_ON)
            # what was found often on fewer points may be overtaken on all of them by what was found once
            if made >= starts or enough.times_found(_inertias(ends)) >= enough.TIMES_FOUND:
                return min(ends, key=_inertia).centres, _inertias(ends)
            least = 2 * made


def path(points: Stage, centres: Floats) -> list[Floats]:
    """Successive centres (k x features each) of Lloyd's iterations, until they stand still."""
    largest = max(np.abs(points.matrix).max(), 1e-300)
    found = [centres]
    with one_thread():
        for _ in range(MAX_ITERATIONS):
            moved = lloyd(points, found[-1], iterations=1).centres
            if np.allclose(moved, found[-1], rtol=0, atol=1e-12 * largest):
                break
            found.append(moved)
    return found


def plus_plus(points: Stage, k: int, seed: int, start: int) -> Floats:
    """The k-means++ centres (k x features) that a recipe's start number ``start`` begins with.

    They are those of ``sklearn.cluster.kmeans_plusplus``, in half the time: what it looks at anew for each centre is
    looked at once.
    """
    seeds = np.random.SeedSequence((seed, k)).generate_state(start + 1)
    random, weights = np.random.RandomState(seeds[start]), points.weights
    tried = 2 + int(np.log(k))
    chosen = np.empty(k, dtype=np.intp)
    chosen[0] = random.choice(len(weights), p=weights / weights.sum())
    (nearest,) = points.squared_distances(chosen[:1])
    left = nearest @ weights
    for number in range(1, k):
        # drawn by squared distance to the nearest centre so far; of several, the one that leaves the least
        drawn = np.searchsorted(np.cumsum(weights * nearest), random.uniform(size=tried) * left)
        drawn = np.minimum(drawn, len(weights) - 1)
        distances = points.squared_distances(drawn)
        np.minimum(nearest, distances, out=distances)
        would_be_left = distances @ weights
        best = would_be_left.argmin()
        chosen[number], nearest, left = drawn[best], distances[best], would_be_left[best]
    return points.rows[chosen]


def lloyd(points: Stage, centres: Floats, iterations: int = MAX_ITERATIONS) -> End:
    """Where Lloyd's iterations lead from some centres, until no label changes."""
    model = KMeans(len(centres), init=centres, n_init=1, tol=0, max_iter=iterations, copy_x=True)
    model.fit(points.rows, sample_weight=points.weights)
    return End(model.cluster_centers_, float(model.inertia_))


def plain(matrix: Floats, k: int, seed: int, starts: int) -> tuple[NDArray[np.intp], float]:
    """Labels and inertia of scikit-learn's own k-means with every row counted once, as notebooks call it."""
    with one_thread():
        model = KMeans(k, random_state=seed, n_init=starts).fit(matrix)
    return model.labels_.astype(np.intp), float(model.inertia_)


def _gone_on(points: Stage, ends: Sequence[End], most: int) -> list[End]:
    """Where each end leads with more points: of the most promising ones, until nothing moves.

    Ends that count as the least go on as the least of them. The others stay where they are, as far above the least as
    they were: to ask all points how far takes as long as to look for what is lower.
    """
    least = min(map(_inertia, ends))
    ratios = [_ratio(end.inertia, least) for end in ends]
    lowest_last = sorted(zip(ratios, ends, strict=True), key=lambda pair: -pair[1].inertia)
    different = dict(lowest_last)
    promising = [ratio for ratio in sorted(different)[:most] if ratio <= GO_ON_WITHIN]
    led = {ratio: lloyd(points, different[ratio].centres) for ratio in promising}
    lowest = min(map(_inertia, led.values()))
    return [led.get(ratio) or End(different[ratio].centres, ratio * lowest) for ratio in ratios]


def _ratio(inertia: float, least: float) -> float:
    """An inertia as a multiple of the least, to six digits; 1 for what counts as the least."""
    return float(np.round(inertia / least, 6)) if inertia > least * (1 + enough.SAME) > 0 else 1.0


def _inertia(end: End) -> float:
    return end.inertia


def _inertias(ends: Sequence[End]) -> Floats:
    return np.array([end.inertia for end in ends])
