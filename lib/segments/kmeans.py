"""Weighted k-means with every start accounted for, and its iterations one by one.

Each start is k-means++ (Arthur and Vassilvitskii 2007, scikit-learn's greedy variant) followed by Lloyd's
iterations until no label changes, in one thread, with a seed derived from the recipe's: the same recipe gives
the same labels on every run. Equal points are merged and weighted, which changes neither minimum nor labels.

How many starts are enough depends on the data: where one in three ends at the least inertia twenty find it many times,
where one in fifty does two hundred may. So k-means goes on starting until the least was found ``TIMES_FOUND`` times.

Where different points are many, starts are run on fewer that stand for them, and the best of their ends go on with
all points until no label changes: every result is a minimum over all rows, found in a third of the time. Where they
are very many, the ends first go on with more of them, where most turn out to be one and the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn import config_context
from sklearn.cluster import KMeans, kmeans_plusplus

from lib.dataset import Dataset
from lib.errors import RecipeError
from lib.segments.points import VERY_MANY, Floats, Labels, Points, points_of
from lib.segments.recipe import Recipe
from lib.work.progress import one_thread

LEAST_STARTS, UNLESS_EASY, TIMES_FOUND = 20, 50, 3
"""Starts that are made where a recipe allows as many: at least, and unless half of them end at the least inertia; and
how often that has to be found before no more are. All ours: on 80 recipes of the survey 6 in 100 end more than ``SAME``
above the best of 150 starts, where of fifty starts each time it was 9 in 100."""

SAME = 1e-4
"""Inertias this share above the least count as the least: a few rows on a border then lie on its other side. Ours."""

MAX_ITERATIONS = 300

GO_ON, GO_ON_WITHIN = 8, 1.005
"""How many different ends on fewer points go on until nothing moves, and how far above the lowest they may be."""

GO_ON_AT_LAST = 2
"""How many of them still do with all of very many points, each of whose iterations takes a tenth of a second."""

SHOWN_STEPS = 40
"""Iterations kept for watching; of a longer run the first ones and the last."""


@dataclass(frozen=True, eq=False)
class KMeansRun:
    """Centres (k x features) of the best start, and the inertia, over all points, that each start ended with.

    That of a start which did not go on with all points is as far above the least as it was on the fewer ones.
    """

    centres: Floats
    inertias: Floats


@dataclass(frozen=True, eq=False)
class Step:
    """One moment of Lloyd's iterations: centroids in original units (``Space.usual``), labels by the nearest of them.

    ``number`` 0 is the k-means++ start. ``moved`` is the share of the weight whose segment changed since the
    step before. Where rows were drawn to be watched, ``drawn`` says how many, and inertia and moves are theirs.
    """

    number: int
    centroids: pd.DataFrame
    labels: Labels
    inertia: float
    moved: float
    drawn: int | None = None


def run_kmeans(points: Points, recipe: Recipe, *, first: Floats | None = None) -> KMeansRun:
    """The best of as many starts as it takes, at most ``recipe.starts`` (and of ``first``, if centres are given)."""
    fewest, *more = points.stages
    # points and arguments are known to be sound: to look again at every start takes a fifth of its time
    with one_thread(), config_context(assume_finite=True, skip_parameter_validation=True):
        known = [] if first is None else [_lloyd(fewest, first)]
        made, least = 0, LEAST_STARTS
        while made < recipe.starts:
            made = _start(fewest, recipe, known, made, least)
            ends = known
            for stage in more:
                ends = _gone_on(stage, ends, GO_ON_AT_LAST if stage is points and len(more) > 1 else GO_ON)
            inertias = np.array([end.inertia for end in ends])
            # what was found often on fewer points may be overtaken on all of them by what was found once
            if times_found(inertias) >= TIMES_FOUND:
                break
            least = 2 * made
    return KMeansRun(min(ends, key=_inertia).centres, inertias)


def times_found(inertias: Floats) -> int:
    """How many starts ended at the least inertia, within ``SAME`` of it."""
    return int((inertias <= inertias.min() * (1 + SAME)).sum()) if len(inertias) else 0


class _End(NamedTuple):
    """Where a start has led."""

    centres: Floats
    inertia: float


def _start(points: Points, recipe: Recipe, ends: list[_End], made: int, least: int) -> int:
    """Add to ``ends`` that of one start after the other, until the least was found often enough; how many there are."""
    while made < recipe.starts:
        if made >= least and _is_enough(np.array([end.inertia for end in ends])):
            break
        ends.append(_lloyd(points, plus_plus(points, recipe, made)))
        made += 1
    return made


def _is_enough(inertias: Floats) -> bool:
    """Whether the least was found often enough: where few starts find it, none may have found something lower yet."""
    found = times_found(inertias)
    return found >= TIMES_FOUND and (2 * found >= len(inertias) or len(inertias) >= UNLESS_EASY)


def _gone_on(points: Points, ends: Sequence[_End], most: int) -> list[_End]:
    """Where each end leads with more points: of the most promising ones, until nothing moves.

    Ends that count as the least go on as the least of them. The others stay where they are, as far above the least as
    they were: to ask all points how far takes as long as to look for what is lower.
    """
    least = min(map(_inertia, ends))
    ratios = [float(np.round(end.inertia / least, 6)) if end.inertia > least * (1 + SAME) > 0 else 1.0 for end in ends]
    lowest_last = sorted(zip(ratios, ends, strict=True), key=lambda pair: -pair[1].inertia)
    different = dict(lowest_last)
    promising = [ratio for ratio in sorted(different)[:most] if ratio <= GO_ON_WITHIN]
    led = {ratio: _lloyd(points, different[ratio].centres) for ratio in promising}
    lowest = min(map(_inertia, led.values()))
    return [led.get(ratio) or _End(different[ratio].centres, ratio * lowest) for ratio in ratios]


def _inertia(end: _End) -> float:
    return end.inertia


def plus_plus(points: Points, recipe: Recipe, start: int) -> Floats:
    """The k-means++ centres (k x features) that a recipe's start number ``start`` begins with."""
    matrix, weights = points.distinct
    seeds = np.random.SeedSequence((recipe.seed, recipe.k)).generate_state(start + 1)
    return kmeans_plusplus(matrix, recipe.k, sample_weight=weights, random_state=int(seeds[start]))[0]


def _lloyd(points: Points, centres: Floats, iterations: int = MAX_ITERATIONS) -> _End:
    matrix, weights = points.distinct
    model = KMeans(len(centres), init=centres, n_init=1, tol=0, max_iter=iterations, copy_x=True)
    model.fit(matrix, sample_weight=weights)
    return _End(model.cluster_centers_, float(model.inertia_))


def nearest(matrix: Floats, centres: Floats) -> Labels:
    """Position of the nearest centre of each row; of equally near ones the first."""
    return squared_distances(matrix, centres).argmin(axis=1)


def squared_distances(matrix: Floats, centres: Floats) -> Floats:
    """Squared Euclidean distance of each row to each centre, taken by differences so that none is lost."""
    return np.stack([np.square(matrix - centre).sum(axis=1) for centre in centres], axis=1)


def in_order(centres: Floats) -> Labels:
    """The rule by which segments are numbered: ascending by the first feature, ties by the next ones.

    Args:
        centres: Segments x features, as ``Space.ordered`` gives them: components and parts have no first feature.
    """
    rounded = np.round(centres / np.maximum(np.abs(centres).max(axis=0, initial=0), 1e-300), 9)
    return np.lexsort(rounded.T[::-1])


def iterations(dataset: Dataset, recipe: Recipe, *, start: int = 0, rows: Labels | None = None) -> tuple[Step, ...]:
    """k-means at work: from the k-means++ centres of one start to where Lloyd's iterations end.

    Args:
        dataset: The population.
        recipe: Algorithm "kmeans".
        start: Which of the recipe's starts to watch.
        rows: Positions of the rows whose labels are wanted; by default all. Of very many rows all of those of every
            step would not fit into memory.

    Returns:
        At most ``SHOWN_STEPS`` steps; segments keep one number throughout, the one they end with. The last step
        is what that start contributes to ``fit``; where ``fit`` runs its starts on fewer points, it is where the
        same start leads with all of them, or of more than ``lib.segments.points.VERY_MANY`` with as many drawn.

    Raises:
        RecipeError: If the recipe is not for k-means or ``start`` is not one of its starts.
    """
    if recipe.algorithm != "kmeans":
        raise RecipeError(f"Only k-means can be watched step by step. Got {recipe.algorithm}.")
    if not 0 <= start < recipe.starts:
        raise RecipeError(f"Start must be between 0 and {recipe.starts - 1}. Got {start}.")
    space, points = points_of(dataset, recipe)
    watched = points if len(points.distinct[0]) <= VERY_MANY else points.stages[-2]
    path = _path(watched, plus_plus(points.fewer, recipe, start))
    wanted = points.matrix if rows is None else points.matrix[rows]
    order = in_order(space.ordered(path[-1]))
    steps, before = [], None
    for number, centres in enumerate(path):
        labels = nearest(watched.matrix, centres[order]) + 1
        off = np.square(watched.matrix - centres[order][labels - 1]).sum(axis=1)
        moved = 1.0 if before is None else float(watched.weights @ (labels != before) / watched.weights.sum())
        centroids = space.usual(centres[order])
        centroids.index = pd.RangeIndex(1, recipe.k + 1, name="segment")
        shown = nearest(wanted, centres[order]) + 1
        drawn = None if watched is points else len(watched)
        steps.append(Step(number, centroids, shown, float(watched.weights @ off), moved, drawn))
        before = labels
    return tuple(steps if len(steps) <= SHOWN_STEPS else [*steps[: SHOWN_STEPS - 1], steps[-1]])


def _path(points: Points, centres: Floats) -> list[Floats]:
    """Successive centres until they stand still."""
    largest = max(np.abs(points.matrix).max(), 1e-300)
    path = [centres]
    with one_thread():
        for _ in range(MAX_ITERATIONS):
            moved = _lloyd(points, path[-1], iterations=1).centres
            if np.allclose(moved, path[-1], rtol=0, atol=1e-12 * largest):
                break
            path.append(moved)
    return path
