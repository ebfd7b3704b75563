"""The same members segmented by several algorithms, on one scale and by one set of scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from lib.dataset import Dataset
from lib.errors import RecipeError
from lib.segments.algorithms import ALGORITHM_LABELS, CANNOT
from lib.segments.fit import segment
from lib.segments.judge.scores import adjusted_rand, score
from lib.segments.judge.sweep import with_silhouettes
from lib.segments.points import drawn_words, points_of, some_members
from lib.segments.recipe import ALGORITHMS, Algorithm, Recipe
from lib.segments.segmentation import UNASSIGNED, Segmentation
from lib.work.progress import Progress, part_of, report


@dataclass(frozen=True, eq=False)
class Comparison:
    """Algorithms beside each other.

    Attributes:
        table: One row per algorithm: ``segments``, the columns of ``Sweep.table``, ``unassigned`` (share in no
            segment, left out of the scores), ``agreement`` (adjusted Rand index with k-means, weighted).
        segmentations: The segmentation by each algorithm.
        words: What each algorithm cannot do, and how it was fitted.
        failed: Algorithms that gave no segments, and why.
        drawn: How many of very many members were drawn, in a sentence; else "".
    """

    table: pd.DataFrame
    segmentations: Mapping[Algorithm, Segmentation] = field(repr=False)
    words: Mapping[Algorithm, str]
    failed: Mapping[Algorithm, str]
    drawn: str = ""


def compare(
    dataset: Dataset,
    recipe: Recipe,
    algorithms: Sequence[Algorithm] = ALGORITHMS,
    *,
    progress: Progress | None = None,
) -> Comparison:
    """Segment the members by each algorithm and by k-means, to which the others are compared.

    Of more than ``lib.segments.points.VERY_MANY`` members so many are drawn, and everything is of those.

    Args:
        dataset: The population.
        recipe: Everything but the algorithm.
        algorithms: Which ones to show.
        progress: Told the share done; may raise ``Cancelled``.

    Raises:
        RecipeError: If the recipe cannot be used for any algorithm at all, or one is unknown.
    """
    recipes = {name: replace(recipe, algorithm=name) for name in ("kmeans", *algorithms)}
    every, some = dataset.sampled, some_members(dataset)
    if some is not None:
        dataset = dataset.where(some, "drawn")
    space, points = points_of(dataset, recipes["kmeans"])
    fits: dict[Algorithm, Segmentation] = {}
    failed: dict[Algorithm, str] = {}
    for done, (name, asked) in enumerate(recipes.items()):
        report(progress, 0.7 * done / len(recipes), f"Finding segments by {ALGORITHM_LABELS[name]}")
        try:
            fits[name] = segment(dataset, asked, space, points)
        except RecipeError as error:
            failed[name] = str(error)
    fits = dict(zip(fits, with_silhouettes(list(fits.values()), part_of(progress, 0.7, 1.0)), strict=True))
    shown = [name for name in dict.fromkeys(algorithms) if name in fits]
    table = pd.DataFrame([_row(fits[name], fits["kmeans"]) for name in shown], index=pd.Index(shown, name="algorithm"))
    words = {name: " ".join((CANNOT[name], *fits[name].notes)) for name in shown}
    return Comparison(
        table,
        {name: fits[name] for name in shown},
        words,
        failed,
        drawn_words(None if some is None else dataset.sampled, every, dataset.entity.plural),
    )


def _row(segmentation: Segmentation, kmeans: Segmentation) -> dict[str, float]:
    weights = segmentation.points.weights
    unassigned = segmentation.labels == UNASSIGNED
    return {
        "segments": segmentation.k,
        **score(segmentation),
        "unassigned": float(weights @ unassigned / weights.sum()),
        "agreement": adjusted_rand(segmentation.labels, kmeans.labels, weights),
    }
