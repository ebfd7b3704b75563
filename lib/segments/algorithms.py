"""Ways of finding segments behind one signature, and what each of them cannot do.

k-means, its bisecting variant and the mixture for mixed types take weights. The others are shown a sample of rows
drawn by weight (systematic sampling: a row of twice the weight is drawn twice as often, to within one), so that the
many members count as many; the rows not drawn are placed afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from lib.errors import RecipeError
from lib.estimates import draw
from lib.segments.em import is_drawn, run_em
from lib.segments.kmeans import nearest, run_kmeans
from lib.segments.mixture import Evidence, Mixture, evidence
from lib.segments.points import MANY, VERY_MANY, Floats, Labels, Points
from lib.segments.recipe import Algorithm, Recipe
from lib.solvers import solve
from lib.words import percent
from lib.work.progress import one_thread

DRAWN = 4_000
"""Rows shown to an algorithm that takes no weights: all pairs of them fit into 64 MB."""

SMALLEST_DENSE = 0.01
"""HDBSCAN: the smallest group called a segment, as a share of the rows it is shown (at least 5 rows)."""

FEW_STARTS = 5
"""Starts of the mixture and of each bisection, where one start costs as much as many of k-means."""

METHOD = "Method"
"""What the control of the algorithm is called, wherever it is spoken of."""

ALGORITHM_LABELS: Mapping[Algorithm, str] = {
    "kmeans": "k-means",
    "bisecting": "Bisecting k-means",
    "gaussian_mixture": "Gaussian mixture",
    "latent_class": "Mixture for mixed types",
    "ward": "Ward",
    "hdbscan": "HDBSCAN",
}

CANNOT: Mapping[Algorithm, str] = {
    "kmeans": "Takes weights and every row. Finds round segments of like extent, and few far-off rows can "
    "take a segment to themselves.",
    "bisecting": "Takes weights and every row. Splits one segment at a time and never takes a split back, so it "
    "can end above the inertia of k-means.",
    "gaussian_mixture": f"Takes no weights: fitted to at most {DRAWN:,} rows drawn by weight, every row is then "
    "placed by the fitted mixture. Assumes bell-shaped segments, which skewed amounts are not without a transform.",
    "latent_class": "Takes weights, categories and amounts in two parts as what they are. Takes columns as independent "
    "within a segment: what columns say together makes more segments of it.",
    "ward": f"Takes no weights and needs all pairs of rows: fitted to at most {DRAWN:,} rows drawn by weight, the "
    "others follow their nearest drawn neighbour.",
    "hdbscan": f"Takes no weights and no number of segments: fitted to at most {DRAWN:,} rows drawn by weight, one "
    "for each id; the others follow their nearest drawn neighbour. Rows in thin air stay unassigned.",
}


_QUICK: frozenset[Algorithm] = frozenset({"kmeans", "bisecting"})


def is_quick(algorithm: Algorithm, rows: int) -> bool:
    """Whether every number of segments of so many rows is tried within a few seconds."""
    return algorithm in _QUICK and rows <= MANY


def is_dear(algorithm: Algorithm, rows: int) -> bool:
    """Whether data of so many rows are compared with data without segments for minutes, and not for seconds."""
    return algorithm not in _QUICK and rows > MANY


@dataclass(frozen=True, eq=False)
class Found:
    """Labels 0, 1, ... (-1 unassigned), centres where the algorithm has its own, inertia of each start.

    ``mixture`` and ``evidence`` are those of the mixture for mixed types, its components in the order of the labels.
    """

    labels: Labels
    centres: Floats | None = None
    inertias: Floats | None = None
    notes: tuple[str, ...] = ()
    mixture: Mixture | None = None
    evidence: Evidence | None = None


def find(points: Points, recipe: Recipe, *, first: Floats | None = None) -> Found:
    """Segments of ``points`` by the algorithm of ``recipe``.

    Args:
        points: The members on the scale of distances.
        recipe: What was asked for.
        first: Centres that k-means and the mixture for mixed types shall try besides their own starts.

    Raises:
        RecipeError: If the algorithm finds no segments.
    """
    with one_thread():
        return _FINDERS[recipe.algorithm](points, recipe, first)


def _kmeans(points: Points, recipe: Recipe, first: Floats | None) -> Found:
    run = run_kmeans(points, recipe, first=first)
    return Found(nearest(points.matrix, run.centres), run.centres, run.inertias)


def _bisecting(points: Points, recipe: Recipe, _: Floats | None) -> Found:
    figures = {"k": recipe.k, "seed": recipe.seed, "starts": min(recipe.starts, FEW_STARTS)}
    return Found(_labels("bisecting", figures, matrix=points.matrix, weights=points.weights))


def _gaussian_mixture(points: Points, recipe: Recipe, _: Floats | None) -> Found:
    drawn = _drawn(points, recipe.seed)
    figures = {"k": recipe.k, "seed": recipe.seed, "starts": min(recipe.starts, FEW_STARTS)}
    labels = _labels("gaussian_mixture", figures, matrix=points.matrix, drawn=drawn)
    return Found(labels, notes=_notes(points, drawn))


def _latent_class(points: Points, recipe: Recipe, first: Floats | None) -> Found:
    mixture = run_em(points, recipe, first=first).mixture
    told = evidence(mixture, points.matrix, points.weights, points.members)
    kept, labels = np.unique(mixture.labels(points.matrix), return_inverse=True)
    notes = (f"Fitted to {VERY_MANY:,} rows drawn by weight.",) if is_drawn(points) else ()
    return Found(labels.astype(np.intp), notes=notes, mixture=mixture.of(kept), evidence=told)


def _ward(points: Points, recipe: Recipe, _: Floats | None) -> Found:
    drawn = _drawn(points, recipe.seed)
    labels = _labels("ward", {"k": recipe.k}, matrix=points.matrix[drawn])
    return Found(_follow(points.matrix, drawn, labels), notes=_notes(points, drawn))


def _hdbscan(points: Points, recipe: Recipe, _: Floats | None) -> Found:
    drawn = _drawn(points, recipe.seed)
    drawn = drawn[np.unique(points.members[drawn], return_index=True)[1]]
    smallest = max(5, round(SMALLEST_DENSE * len(drawn)))
    if len(drawn) <= smallest:
        raise RecipeError(f"{len(drawn)} rows are too few for HDBSCAN: choose more, or another algorithm.")
    labels = _labels("hdbscan", {"smallest": smallest}, matrix=points.matrix[drawn])
    if labels.max() < 0:
        raise RecipeError("HDBSCAN finds no dense group among these rows: choose another transform or algorithm.")
    note = f"HDBSCAN found {labels.max() + 1} segments of at least {smallest} drawn rows each."
    return Found(_follow(points.matrix, drawn, labels), notes=(*_notes(points, drawn), note))


_Finder = Callable[[Points, Recipe, "Floats | None"], Found]
_FINDERS: Mapping[Algorithm, _Finder] = {
    "kmeans": _kmeans,
    "bisecting": _bisecting,
    "gaussian_mixture": _gaussian_mixture,
    "latent_class": _latent_class,
    "ward": _ward,
    "hdbscan": _hdbscan,
}


def _drawn(points: Points, seed: int) -> Labels:
    """Rows shown to an algorithm that takes no weights."""
    return draw(points.weights, min(DRAWN, len(points)), seed)


def _labels(method: str, figures: Mapping[str, int], **arrays: NDArray[Any]) -> Labels:
    return solve(method, figures, arrays)[1]["labels"]


def _follow(matrix: Floats, drawn: Labels, labels: Labels) -> Labels:
    """Labels of all rows: a drawn row keeps its own, any other takes that of its nearest drawn neighbour."""
    return np.asarray(labels, dtype=np.intp)[cKDTree(matrix[drawn]).query(matrix)[1]]


def _notes(points: Points, drawn: Labels) -> tuple[str, ...]:
    seen = len(np.unique(drawn))
    if seen == len(points):
        return ()
    return (f"Fitted to {len(drawn):,} rows drawn by weight, {seen:,} of {len(points):,} different ones.",)


def recipe_words(recipe: Recipe, counted: str = "") -> str:
    """A recipe in a line.

    Args:
        recipe: What was asked for.
        counted: What was counted, in words.
    """
    number = "" if recipe.algorithm == "hdbscan" else f", k = {recipe.k}"
    starts = f", at most {recipe.starts} starts" if recipe.algorithm == "kmeans" else ""
    counting = f", counting {counted}" if counted else ""
    components = f", PCA to {percent(recipe.pca)} of the variance" if recipe.pca else ""
    bend = f" with the scale × {recipe.bend:g}" if recipe.bend != 1 else ""
    return (
        f"{ALGORITHM_LABELS[recipe.algorithm]}{number} on {', '.join(recipe.features)}; transform {recipe.transform}"
        f"{bend}, scaling {recipe.scaling}{components}{starts}, seed {recipe.seed}{counting}"
    )
