"""Would other members, or other imputations, have given the same segments?

Hennig (2007), "Cluster-wise assessment of cluster stability": segment anew from a bootstrap sample, and ask of each
segment how much the most similar new one shares with it (Jaccard: weight in both over weight in either).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from lib.dataset import Dataset
from lib.errors import RecipeError
from lib.segments.algorithms import find
from lib.segments.describe.profile import check_same
from lib.segments.judge.scores import overlaps
from lib.segments.points import Floats, Labels, Points, drawn_words, some_members
from lib.segments.recipe import Recipe
from lib.segments.segmentation import UNASSIGNED, Segmentation
from lib.work.progress import Progress, report

RESAMPLES = 40
MAX_RESAMPLES = 500
STARTS = 5
"""Random starts for each resample, besides one from the centroids that are being tested."""

HIGHLY_STABLE, STABLE, PATTERN = 0.85, 0.75, 0.6
"""Hennig's reading of a mean Jaccard similarity."""

DISSOLVED = 0.5
"""At or below this no new segment resembles the old one."""


@dataclass(frozen=True, eq=False)
class Stability:
    """How far segments come back.

    Attributes:
        table: Indexed by segment: ``bootstrap`` (mean Jaccard over resampled members), ``dissolved`` (share
            of resamples in which nothing resembles the segment), ``implicates`` (mean Jaccard over segmentations
            of one implicate each; NaN where there is one only), ``verdict`` in words.
        resamples: How many times members were resampled.
        drawn: How many of very many members were drawn first, in a sentence; else "".
    """

    table: pd.DataFrame
    resamples: int
    drawn: str = ""

    @property
    def words(self) -> str:
        """One sentence for the whole segmentation, from its least stable segment."""
        value = self.table["bootstrap"].min()
        which = int(self.table["bootstrap"].idxmin())
        said = f"The least stable segment, {which}, comes back with similarity {value:.2f}: {verdict(value)}."
        return f"{said} {self.drawn}".rstrip()


def stability(
    dataset: Dataset,
    segmentation: Segmentation,
    *,
    resamples: int = RESAMPLES,
    progress: Progress | None = None,
) -> Stability:
    """Segment resampled members, and each implicate by itself, and compare.

    Members are drawn with replacement, each with all its implicates and its weight; the scale of distances
    stays that of the segmentation. Each time segments are sought anew from ``STARTS`` random starts and from the
    centroids under test. Weights of the rows compared are those of the segmentation; a segment of which no
    member was drawn counts as lost (similarity 0). Of more than ``lib.segments.points.VERY_MANY`` members so many are
    drawn beforehand.

    Args:
        dataset: The table that was segmented.
        segmentation: What ``fit`` made of it.
        resamples: How many times, 1 to 500.
        progress: Told the share done; may raise ``Cancelled``.

    Raises:
        RecipeError: If ``resamples`` is out of range or the dataset is not the one that was segmented.
    """
    if not 1 <= resamples <= MAX_RESAMPLES:
        raise RecipeError(f"Resamples must be between 1 and {MAX_RESAMPLES}. Got {resamples}.")
    check_same(dataset, segmentation)
    every, some = dataset.sampled, some_members(dataset)
    if some is not None:
        dataset = dataset.where(some, "drawn")
        segmentation = replace(segmentation, labels=segmentation.labels[some], points=segmentation.points.rows(some))
    points = segmentation.points
    # rows are counted as if each were a member, but they are drawn by member all the same
    members, implicates = dataset.member_codes, dataset.implicate_codes
    kinds = np.unique(implicates)
    alone = kinds if len(kinds) > 1 else kinds[:0]
    rng = np.random.default_rng(segmentation.recipe.seed)
    similar = np.empty((resamples + len(alone), segmentation.k))
    for i in range(len(similar)):
        report(progress, i / len(similar), "Segmenting resamples")
        if i < resamples:
            drawn = rng.integers(dataset.sampled, size=dataset.sampled)
            times = np.bincount(drawn, minlength=dataset.sampled)[members]
        else:
            times = (implicates == alone[i - resamples]).astype(np.intp)
        similar[i] = _similarity(segmentation, points, times)
    report(progress, 1.0, "Segmenting resamples")
    told = drawn_words(None if some is None else dataset.sampled, every, dataset.entity.plural)
    return Stability(_table(segmentation, similar[:resamples], similar[resamples:]), resamples, told)


def verdict(similarity: float) -> str:
    """Hennig's reading of a mean Jaccard similarity."""
    if similarity >= HIGHLY_STABLE:
        return "highly stable"
    if similarity >= STABLE:
        return "stable"
    if similarity >= PATTERN:
        return "a pattern, but who belongs to it is doubtful"
    return "not to be trusted"


def _similarity(segmentation: Segmentation, points: Points, times: Labels) -> Floats:
    """Jaccard similarity of each segment with the nearest of those found when rows count ``times`` over."""
    rows = np.flatnonzero((times > 0) & (points.weights > 0))
    resampled = points.rows(rows, points.weights[rows] * times[rows])
    recipe = replace(segmentation.recipe, starts=min(segmentation.recipe.starts, STARTS))
    labels = _found(resampled, recipe, segmentation.model.centres)
    return jaccard(segmentation.labels[rows], labels, points.weights[rows], segmentation.k)


def _found(points: Points, recipe: Recipe, centres: Floats) -> Labels:
    """Labels from 0, -1 unassigned; all unassigned where a resample leaves too little to segment."""
    try:
        return find(points, recipe, first=centres).labels
    except (RecipeError, ValueError):
        return np.full(len(points), -1)


def jaccard(old: Labels, new: Labels, weights: Floats, k: int) -> Floats:
    """For each segment 1 to k of ``old`` its largest weighted Jaccard similarity with a segment of ``new`` (>= 0)."""
    shape = (k + 1, int(new.max(initial=-1)) + 2)
    similar = overlaps(old, new + 1, weights, shape)
    return similar[UNASSIGNED + 1 :, 1:].max(axis=1, initial=0.0)


def _table(segmentation: Segmentation, bootstrap: Floats, alone: Floats) -> pd.DataFrame:
    means = bootstrap.mean(axis=0)
    return pd.DataFrame(
        {
            "bootstrap": means,
            "dissolved": (bootstrap <= DISSOLVED).mean(axis=0),
            "implicates": alone.mean(axis=0) if len(alone) else np.full(segmentation.k, np.nan),
            "verdict": _verdicts(means),
        },
        index=segmentation.model.numbers,
    )


def _verdicts(means: Sequence[float] | Floats) -> list[str]:
    return [verdict(float(value)) for value in means]
