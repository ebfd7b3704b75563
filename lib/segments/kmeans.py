"""Weighted k-means with every start accounted for, and its iterations one by one: see ``lib.solvers.kmeans``.

Equal points are merged and weighted, which changes neither minimum nor labels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lib.dataset import Dataset
from lib.errors import RecipeError
from lib.segments.points import VERY_MANY, Floats, Labels, Points, points_of
from lib.segments.recipe import Recipe
from lib.solvers import solve

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
    arrays = {} if first is None else {"first": first}
    for number, stage in enumerate(points.stages):
        arrays[f"matrix {number}"], arrays[f"weights {number}"] = stage.distinct
    figures = {"k": recipe.k, "seed": recipe.seed, "starts": recipe.starts, "stages": len(points.stages)}
    found = solve("kmeans", figures, arrays)[1]
    return KMeansRun(found["centres"], found["inertias"])


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
    path = _path(points.fewer, watched, recipe, start)
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


def _path(begun: Points, watched: Points, recipe: Recipe, start: int) -> Floats:
    """Successive centres (steps x k x features) of one start, which began on some points, on those that are watched."""
    arrays = dict(zip(("first matrix", "first weights"), begun.distinct, strict=True))
    arrays |= dict(zip(("matrix", "weights"), watched.distinct, strict=True))
    return solve("path", {"k": recipe.k, "seed": recipe.seed, "start": start}, arrays)[1]["path"]
