"""Every number of segments at once: the scores by which one is chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from lib.dataset import Dataset
from lib.errors import RecipeError
from lib.segments.fit import segment
from lib.segments.judge.scores import score
from lib.segments.judge.suggest import Suggestion, agreement, suggestions
from lib.segments.points import Points, check_enough, drawn_words, points_of, some_members
from lib.segments.recipe import MAX_K, MIN_K, Recipe
from lib.segments.segmentation import UNASSIGNED, Segmentation
from lib.segments.silhouette import Silhouettes, silhouettes
from lib.work.progress import Progress, part_of, report


@dataclass(frozen=True, eq=False)
class Sweep:
    """Segmentations of the same members by several numbers of segments.

    Attributes:
        recipe: What was asked for; its own k plays no part.
        table: One row per k: ``inertia``, ``inertia_share`` (of that of one segment), ``silhouette``,
            ``calinski_harabasz``, ``davies_bouldin``,
            ``smallest_share`` and ``smallest_sampled`` (of the smallest segment), ``thin_segments``,
            ``spread_over_starts`` (worst over best inertia, less 1), ``starts`` and ``times_found`` (how many were
            made, and how many of them ended at the best), ``seconds``; ``bic``, ``certainty`` and ``entropy`` only of
            mixtures for mixed types, see ``lib.segments.mixture``.
        segmentations: The segmentation for each k, its silhouettes already there.
        notes: What was left out and why, and how many members were drawn where not all are taken.
    """

    recipe: Recipe
    table: pd.DataFrame
    segmentations: Mapping[int, Segmentation] = field(repr=False)
    notes: tuple[str, ...] = ()

    @property
    def suggestions(self) -> tuple[Suggestion, ...]:
        """What each criterion advises."""
        return suggestions(self.table)

    @property
    def agreement(self) -> str:
        """One sentence on whether they agree."""
        return agreement(self.suggestions)

    def __getitem__(self, k: int) -> Segmentation:
        return self.segmentations[k]


def sweep(
    dataset: Dataset,
    recipe: Recipe,
    ks: Iterable[int] = range(2, 13),
    *,
    progress: Progress | None = None,
    fitted: Callable[[Recipe], Segmentation] | None = None,
) -> Sweep:
    """Fit every k of ``ks`` and score them all, the silhouettes in one pass over the distances.

    Of more than ``lib.segments.points.VERY_MANY`` members so many are drawn, and everything is of those.

    Args:
        dataset: The population.
        recipe: What was asked for; its k is replaced by each of ``ks``.
        ks: Numbers of segments. Those above the number of different points are left out with a note.
        progress: Told the share done; may raise ``Cancelled``.
        fitted: Gives the segmentation of these members by a recipe, from a cache say; by default it is made.

    Raises:
        RecipeError: As ``fit``; or if the algorithm finds its own number of segments.
    """
    wanted = _checked(recipe, ks)
    every, some = dataset.sampled, some_members(dataset)
    if some is not None:
        dataset, fitted = dataset.where(some, "drawn"), None
    space, points = points_of(dataset, recipe.with_k(wanted[0]))
    possible, notes = _possible(points, wanted)
    fits: dict[int, Segmentation] = {}
    for done, k in enumerate(possible):
        report(progress, 0.5 * done / len(possible), f"Finding {k} segments")
        one = recipe.with_k(k)
        fits[k] = fitted(one) if fitted else segment(dataset, one, space, points)
    fits = dict(zip(fits, with_silhouettes(list(fits.values()), part_of(progress, 0.5, 1.0)), strict=True))
    table = pd.DataFrame([score(s) for s in fits.values()], index=pd.Index(list(fits), name="k"))
    told = drawn_words(None if some is None else dataset.sampled, every, dataset.entity.plural)
    return Sweep(recipe, table, fits, (*notes, *filter(None, [told])))


def with_silhouettes(fits: Sequence[Segmentation], progress: Progress | None = None) -> list[Segmentation]:
    """Segmentations of the same points with their silhouettes, those that are not there yet taken in one pass."""
    unscored = [s for s in fits if s.scored is None]
    if not unscored:
        return list(fits)
    points = unscored[0].points
    found = silhouettes(
        points.matrix,
        [s.labels for s in unscored],
        points.weights,
        groups=points.implicates,
        unassigned=UNASSIGNED,
        progress=progress,
    )
    own = iter(
        Silhouettes(np.ascontiguousarray(found.rows[:, i : i + 1]), found.means[i : i + 1], found.times)
        for i in range(len(unscored))
    )
    return [s if s.scored is not None else replace(s, scored=next(own)) for s in fits]


def _checked(recipe: Recipe, ks: Iterable[int]) -> list[int]:
    if recipe.algorithm == "hdbscan":
        raise RecipeError("HDBSCAN finds the number of segments itself: there is nothing to sweep over.")
    wanted = sorted({int(k) for k in ks})
    if not wanted or wanted[0] < MIN_K or wanted[-1] > MAX_K:
        raise RecipeError(f"Numbers of segments must lie between {MIN_K} and {MAX_K}. Got {wanted}.")
    return wanted


def _possible(points: Points, wanted: list[int]) -> tuple[list[int], tuple[str, ...]]:
    check_enough(points, wanted[0])
    most = len(points.distinct[0])
    if most >= wanted[-1]:
        return wanted, ()
    note = f"The features take only {most} different values together: more segments than that are left out."
    return [k for k in wanted if k <= most], (note,)
