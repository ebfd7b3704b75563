"""How far two draws of one wave differ: what a change between waves must exceed before it is called one.

The same rule as between waves (``lib.segments.judge.persist``) on two bootstrap samples of the older wave: segment
both, match, let the first place the members of the second, and see how much of each segment comes back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from lib.dataset import Dataset
from lib.errors import RecipeError
from lib.segments.algorithms import find
from lib.segments.describe.profile import check_same
from lib.segments.fit import numbered
from lib.segments.judge.scores import overlaps
from lib.segments.judge.stability import STARTS
from lib.segments.points import Floats, Labels, drawn_words, some_members
from lib.segments.segmentation import Model, Segmentation
from lib.work.progress import Progress, report

DRAWS = 100
MAX_DRAWS = 500

BEYOND = 0.05
"""Share of pairs of draws that lie below the floor: what comes back less is called a change. The usual 5 %."""


@dataclass(frozen=True, eq=False)
class Floor:
    """How segments of one wave come back in another draw of the same wave.

    Attributes:
        similar: Pairs of draws x segments: Jaccard similarity with the matched segment of the other draw, 0 where there
            is none.
        kept: For each pair the share of members that the first draw's model places in the matched segment.
        numbers: Numbers of the segments, one per column of ``similar``.
        name: The wave.
        drawn: How many of very many members were drawn first, in a sentence; else "".
    """

    similar: Floats
    kept: Floats
    numbers: pd.Index
    name: str
    drawn: str = ""

    @property
    def table(self) -> pd.DataFrame:
        """Indexed by segment: ``low`` (the floor, the 5th percentile), ``middle`` (the median), ``high`` (the 95th)."""
        low, middle, high = np.quantile(self.similar, [BEYOND, 0.5, 1 - BEYOND], axis=0)
        return pd.DataFrame({"low": low, "middle": middle, "high": high}, index=self.numbers)

    def lost(self, least: float) -> float:
        """Segments that come back with less than ``least``, of a pair of draws, on average."""
        return float((self.similar < least).sum(axis=1).mean())

    @property
    def kept_between(self) -> tuple[float, float]:
        """The 5th and the 95th percentile of ``kept``."""
        low, high = np.quantile(self.kept, [BEYOND, 1 - BEYOND])
        return float(low), float(high)


def noise_floor(
    dataset: Dataset,
    segmentation: Segmentation,
    *,
    later: int | None = None,
    draws: int = DRAWS,
    progress: Progress | None = None,
) -> Floor:
    """Draw the members of one wave twice, again and again, and compare as if the draws were two waves.

    Members are drawn with replacement, each with all its implicates and its weight, as if at random; the scale of
    distances stays that of the segmentation. In both draws segments are sought from ``STARTS`` random starts and from
    the centroids. Those of the first are known by the segments of the whole wave with which they share most.

    Args:
        dataset: The older members.
        segmentation: What ``fit`` made of them.
        later: How many members the newer wave has: so many are in the second draw; by default as many as here.
        draws: How many pairs of draws, 1 to ``MAX_DRAWS``.
        progress: Told the share done; may raise ``Cancelled``.

    Raises:
        RecipeError: If ``draws`` is out of range or the dataset is not the one that was segmented.
    """
    if not 1 <= draws <= MAX_DRAWS:
        raise RecipeError(f"Draws must be between 1 and {MAX_DRAWS}. Got {draws}.")
    check_same(dataset, segmentation)
    every, some = dataset.sampled, some_members(dataset)
    if some is not None:
        dataset = dataset.where(some, "drawn")
        segmentation = replace(segmentation, labels=segmentation.labels[some], points=segmentation.points.rows(some))
    rng = np.random.default_rng(segmentation.recipe.seed)
    second = min(later or dataset.sampled, 2 * dataset.sampled)
    similar, kept = np.zeros((draws, segmentation.k)), np.zeros(draws)
    for i in range(draws):
        report(progress, i / draws, "Drawing one wave twice")
        times = [_times(dataset, rng, number) for number in (dataset.sampled, second)]
        similar[i], kept[i] = _between(segmentation, times[0], times[1])
    report(progress, 1.0, "Drawing one wave twice")
    told = drawn_words(None if some is None else dataset.sampled, every, dataset.entity.plural)
    return Floor(similar, kept, segmentation.model.numbers, dataset.name, told)


def matched(similar: Floats) -> tuple[Labels, Labels]:
    """Pairs of segments with the largest sum of similarities (the Hungarian method over all pairs).

    Args:
        similar: Segments of one x segments of the other, by which members they share.

    Returns:
        Positions of the ones, ascending, and of the others; as many pairs as the fewer of both.
    """
    one, other = linear_sum_assignment(similar, maximize=True)
    return one, other


def _times(dataset: Dataset, rng: np.random.Generator, number: int) -> Labels:
    """How often each row was drawn, with its member."""
    drawn = rng.integers(dataset.sampled, size=number)
    return np.bincount(drawn, minlength=dataset.sampled)[dataset.member_codes]


def _between(whole: Segmentation, first: Labels, second: Labels) -> tuple[Floats, float]:
    """Similarity of each segment between two draws, and the share of the second that the first places rightly."""
    k, similar = whole.k, np.zeros(whole.k)
    drawn, again = _segmented(whole, first), _segmented(whole, second)
    if drawn is None or again is None:  # nothing came back
        return similar, 0.0
    (rows, labels, model), (later, became, other) = drawn, again
    same = overlaps(whole.labels[rows], labels, _weights(whole, rows, first), (k + 1, len(model.centres) + 1))[1:, 1:]
    weights = _weights(whole, later, second)
    placed = model.labels_of(whole.points.matrix[later])
    came = overlaps(placed, became, weights, (len(model.centres) + 1, len(other.centres) + 1))[1:, 1:]
    own, of_first = matched(same)
    from_, to = matched(came)
    found = np.zeros(len(model.centres))
    found[from_] = came[from_, to]
    similar[own] = found[of_first]
    partner = np.zeros(len(other.centres) + 1, dtype=np.intp)
    partner[to + 1] = from_ + 1
    return similar, float(weights @ ((partner[became] == placed) & (became > 0)) / weights.sum())


def _segmented(whole: Segmentation, times: Labels) -> tuple[Labels, Labels, Model] | None:
    """Rows that were drawn, their segments found anew, and what places others in them; None where too few are left."""
    rows = np.flatnonzero((times > 0) & (whole.points.weights > 0))
    points = whole.points.rows(rows, _weights(whole, rows, times))
    recipe = replace(whole.recipe, starts=min(whole.recipe.starts, STARTS))
    try:
        found = find(points, recipe, first=whole.model.centres)
    except (RecipeError, ValueError):
        return None
    labels, centres, order = numbered(found, whole.model.space, points)
    mixture = None if found.mixture is None else found.mixture.of(order)
    return rows, labels, replace(whole.model, centres=centres, mixture=mixture)


def _weights(whole: Segmentation, rows: Labels, times: Labels) -> Floats:
    return whole.points.weights[rows] * times[rows]
