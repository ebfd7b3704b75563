"""Would other members, or other imputations, have given the same segments?

Hennig (2007), "Cluster-wise assessment of cluster stability": segment anew from a bootstrap sample, and ask of each
segment how much the most similar new one shares with it (Jaccard: weight in both over weight in either).
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment
from scipy.special import stdtrit

from lib.dataset import Dataset
from lib.errors import RecipeError
from lib.estimates.ends import Z, wilson
from lib.segments.algorithms import find
from lib.segments.describe.profile import check_same
from lib.segments.fit import centres_of
from lib.segments.judge.null import Null, labelled, margins_of, until_clear
from lib.segments.judge.scores import overlaps
from lib.segments.points import Floats, Labels, Points, drawn_words, some_members
from lib.segments.recipe import Recipe
from lib.segments.segmentation import UNASSIGNED, Segmentation
from lib.words import listed
from lib.work.progress import Progress, report

RESAMPLES = 40
MAX_RESAMPLES = 400
"""Resamples after which a segment that is still between two verdicts is said to be."""

_STEP = 20
STARTS = 5
"""Random starts for each resample, besides one from the centroids that are being tested."""

HIGHLY_STABLE, STABLE, PATTERN = 0.85, 0.75, 0.6
"""The reading of a mean Jaccard similarity that Hennig gives with his programs (R package fpc, ``clusterboot``)."""

DISSOLVED = 0.5
"""At or below this no new segment resembles the old one (Hennig 2007)."""

LOST_AT_MOST = 0.05
"""Share of resamples in which a segment may be lost: of one that is lost more often, what is matched with it then, as
often as a 95 % interval leaves out, is another segment. Ours."""

NULL_RESAMPLES, NULL_MOST = 8, 12
"""How often each data set of a null model is resampled (of eight the mean similarity is known to .02), and how many are
drawn at most where the verdict hangs on which they are: each takes nine times as long as for a silhouette."""

_CONFIDENCE = 0.975


class Refit(NamedTuple):
    """What segments that were found anew have in common with those under test.

    Attributes:
        similar: Of each segment, the largest Jaccard similarity with a new one.
        figures: Segments x (1 + features): the share of the new segment matched with each, and the means of the
            features in it, in their own units; NaN where none is left to be matched with. Segments are matched one to
            one so that similarities are largest in sum.
    """

    similar: Floats
    figures: Floats


@dataclass(frozen=True, eq=False)
class Stability:
    """How far segments come back.

    Attributes:
        table: Indexed by segment: ``bootstrap`` (mean Jaccard over resampled members), ``low`` and ``high`` (its 95 %
            interval, from the spread over the resamples), ``dissolved`` (share of resamples in which nothing resembles
            the segment), ``implicates`` (mean Jaccard over segmentations of one implicate each; NaN where there is
            one only), ``verdict`` in words.
        resamples: How many times members were resampled.
        drawn: How many of very many members were drawn first, in a sentence; else "".
        refitted: Indexed by segment: ``share``, and the mean of each feature under its name, each with ``_low`` and
            ``_high`` behind its name: 95 % intervals in which segments are found anew each time and matched with these;
            NaN for segments lost in more than ``LOST_AT_MOST`` of the resamples.
        again: What each resample gave.
        alone: What each implicate gave by itself.
    """

    table: pd.DataFrame
    resamples: int
    drawn: str = ""
    refitted: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    again: tuple[Refit, ...] = field(default=(), repr=False)
    alone: tuple[Refit, ...] = field(default=(), repr=False)

    @property
    def mean(self) -> float:
        """Mean similarity over the segments."""
        return float(self.table["bootstrap"].mean())

    @property
    def undecided(self) -> tuple[int, ...]:
        """Segments whose interval still holds a threshold."""
        return tuple(int(s) for s, row in self.table.iterrows() if _holds_threshold(row["low"], row["high"]))

    @property
    def goes_on(self) -> bool:
        """Whether more resamples might still decide."""
        return bool(self.undecided) and self.resamples < MAX_RESAMPLES

    @property
    def words(self) -> str:
        """One sentence for the whole segmentation, from its least stable segment."""
        which = int(self.table["bootstrap"].idxmin())
        value, low, high, said = self.table.loc[which, ["bootstrap", "low", "high", "verdict"]]
        told = (
            f"The least stable segment, {which}, comes back with similarity {value:.2f} "
            f"({low:.2f} to {high:.2f}), by Hennig's thresholds {said}."
        )
        return f"{told} {self.drawn}".rstrip()


def stability(
    dataset: Dataset,
    segmentation: Segmentation,
    *,
    resamples: int = RESAMPLES,
    before: Stability | None = None,
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
        resamples: How many times, 1 to 400.
        before: What fewer resamples of the same gave: they are not made again.
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
    told = drawn_words(None if some is None else dataset.sampled, every, dataset.entity.plural)
    # rows are counted as if each were a member, but they are drawn by member all the same
    members, implicates = dataset.member_codes, dataset.implicate_codes
    kinds = np.unique(implicates)
    known = 0 if before is None else before.resamples
    wanted = [_drawn(segmentation.recipe, number, dataset.sampled)[members] for number in range(known, resamples)]
    if before is None and len(kinds) > 1:
        wanted += [(implicates == kind).astype(np.intp) for kind in kinds]
    values = np.column_stack([dataset.values(name) for name in segmentation.recipe.features])
    refits = []
    for i, times in enumerate(wanted):
        report(progress, i / len(wanted), "Segmenting resamples")
        refits.append(_refit(segmentation, values, times))
    report(progress, 1.0, "Segmenting resamples")
    new, alone = tuple(refits[: resamples - known]), tuple(refits[resamples - known :])
    if before is not None:
        new, alone = (*before.again, *new), before.alone
    refitted = _refitted(segmentation, values, new, alone)
    return Stability(_table(segmentation, new, alone), resamples, told, refitted, new, alone)


def until_decided(
    dataset: Dataset, segmentation: Segmentation, before: Stability, progress: Progress | None = None
) -> Stability:
    """Resample further until no segment's interval holds a threshold any more, or ``MAX_RESAMPLES`` were made."""
    found = before
    while found.goes_on:
        number = min(found.resamples + _STEP, MAX_RESAMPLES)
        between = listed([str(segment) for segment in found.undecided])
        said = f"{found.resamples} resamples, at most {MAX_RESAMPLES}; still between two verdicts: {between}"
        report(progress, found.resamples / MAX_RESAMPLES, said)
        found = stability(dataset, segmentation, resamples=number, before=found)
    report(progress, 1.0, "Decided")
    return found


def null_stability(
    dataset: Dataset,
    segmentation: Segmentation,
    stable: Stability,
    *,
    draws: int | None = None,
    progress: Progress | None = None,
) -> Null:
    """The mean similarity of the segments beside that of segments found where there are none.

    Each data set of a null model is segmented by the same recipe and resampled as the members are; so many are drawn
    as the verdict takes, see ``lib.segments.judge.null.until_clear``.

    Args:
        dataset: The table that was segmented.
        segmentation: What ``fit`` made of it.
        stable: How far its segments come back.
        draws: Data sets of each kind, at least 2; by default as many as it takes, at most ``NULL_MOST``.
        progress: Told the share done; may raise ``Cancelled``.

    Raises:
        RecipeError: If there is one feature only.
    """
    recipe = segmentation.recipe
    margins = margins_of(dataset, segmentation)

    def score(points: Points) -> float:
        return _null_similarity(points, recipe)

    return until_clear(margins, stable.mean, score, draws=draws, most=NULL_MOST, progress=progress)


def _null_similarity(points: Points, recipe: Recipe) -> float:
    """Mean similarity over resamples and segments of one drawn data set; NaN where there are no segments in it."""
    labels = labelled(points, recipe)
    k = int(labels.max()) + 1
    if k < 2:
        return float("nan")
    centres = centres_of(points, labels, k)
    means = []
    for number in range(NULL_RESAMPLES):
        times = _drawn(recipe, number, len(points))
        rows, again = _again(points, recipe, centres, times)
        means.append(jaccard(labels[rows] + 1, again, points.weights[rows], k).mean())
    return float(np.mean(means))


def verdict(similarity: float) -> str:
    """The reading of a mean Jaccard similarity."""
    if similarity >= HIGHLY_STABLE:
        return "highly stable"
    if similarity >= STABLE:
        return "stable"
    if similarity >= PATTERN:
        return "a pattern, but who belongs to it is doubtful"
    return "not to be trusted"


def verdict_between(low: float, high: float) -> str:
    """The reading of a mean similarity that is known to lie between two values: both, where they differ."""
    worst, best = verdict(low), verdict(high)
    return best if worst == best else f"between “{worst.partition(',')[0]}” and “{best.partition(',')[0]}”"


def _holds_threshold(low: float, high: float) -> bool:
    return verdict(low) != verdict(high)


def _drawn(recipe: Recipe, number: int, members: int) -> Labels:
    """How often each member is drawn in a resample: the same in every run, whatever came before."""
    rng = np.random.default_rng((recipe.seed, number))
    return np.bincount(rng.integers(members, size=members), minlength=members)


def _refit(segmentation: Segmentation, values: Floats, times: Labels) -> Refit:
    """Segments found when rows count ``times`` over, beside those under test."""
    points, k = segmentation.points, segmentation.k
    rows, again = _again(points, segmentation.recipe, segmentation.model.centres, times)
    old, weights = segmentation.labels[rows], points.weights[rows]
    number = int(again.max(initial=-1)) + 1
    similar = overlaps(old, again + 1, weights, (k + 1, number + 1))[UNASSIGNED + 1 :, 1:]
    figures = np.full((k, 1 + values.shape[1]), np.nan)
    for segment, new in zip(*linear_sum_assignment(-similar), strict=True):
        if similar[segment, new] > 0:
            inside = again == new
            drawn = weights * times[rows]
            held = drawn[inside].sum()
            figures[segment] = [held / drawn.sum(), *(drawn[inside] @ values[rows][inside] / held)]
    return Refit(similar.max(axis=1, initial=0.0), figures)


def _again(points: Points, recipe: Recipe, centres: Floats, times: Labels) -> tuple[Labels, Labels]:
    """Positions of the rows that were drawn, and the segments found in them from 0, -1 for rows in none."""
    rows = np.flatnonzero((times > 0) & (points.weights > 0))
    resampled = points.rows(rows, points.weights[rows] * times[rows])
    return rows, _found(resampled, replace(recipe, starts=min(recipe.starts, STARTS)), centres)


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


def _table(segmentation: Segmentation, again: Sequence[Refit], by_implicate: Sequence[Refit]) -> pd.DataFrame:
    bootstrap, alone = (np.array([refit.similar for refit in refits]) for refits in (again, by_implicate))
    means = bootstrap.mean(axis=0)
    low, high = interval(bootstrap)
    return pd.DataFrame(
        {
            "bootstrap": means,
            "low": low,
            "high": high,
            "dissolved": (bootstrap <= DISSOLVED).mean(axis=0),
            "implicates": alone.mean(axis=0) if len(alone) else np.full(segmentation.k, np.nan),
            "verdict": _verdicts(low, high),
        },
        index=segmentation.model.numbers,
    )


def _refitted(
    segmentation: Segmentation, values: Floats, again: Sequence[Refit], alone: Sequence[Refit]
) -> pd.DataFrame:
    """Sizes and means with the intervals that finding segments anew gives them."""
    weights, labels = segmentation.points.weights, segmentation.labels
    names = ("share", *segmentation.recipe.features)
    found, lost = {}, np.mean([refit.similar <= DISSOLVED for refit in again], axis=0)
    least, most = np.r_[0.0, values.min(axis=0)], np.r_[1.0, values.max(axis=0)]  # no figure lies beyond
    for segment in segmentation.model.numbers:
        inside = labels == segment
        held = weights[inside].sum()
        figures = np.array([held / weights.sum(), *(weights[inside] @ values[inside] / held)])
        error = _error([refit.figures[segment - 1] for refit in again], [refit.figures[segment - 1] for refit in alone])
        error = np.where(lost[segment - 1] <= LOST_AT_MOST, error, np.nan)
        low, high = np.maximum(figures - Z * error, least), np.minimum(figures + Z * error, most)
        with np.errstate(divide="ignore"):  # a size that never varies rests on any number
            low[0], high[0] = wilson(figures[0], figures[0] * (1 - figures[0]) / error[0] ** 2)
        ends = {"": figures, "_low": low, "_high": high}
        found[segment] = {f"{name}{end}": one[i] for i, name in enumerate(names) for end, one in ends.items()}
    return pd.DataFrame.from_dict(found, orient="index").rename_axis("segment")


def _error(again: Sequence[Floats], alone: Sequence[Floats]) -> Floats:
    """Standard errors from resamples, and from implicates by Rubin's rule; NaN where too few could be matched."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a segment that hardly ever comes back has none
        sampling = np.nanvar(np.array(again), axis=0, ddof=1)
        imputation = np.nanvar(np.array(alone), axis=0, ddof=1) * (1 + 1 / len(alone)) if len(alone) > 1 else 0.0
    return np.asarray(np.sqrt(sampling + imputation))


def interval(similar: Floats) -> tuple[Floats, Floats]:
    """95 % interval of the mean similarity of each segment, by Student's t; 0 to 1 where it was drawn once only.

    Args:
        similar: Resamples x segments.
    """
    number = len(similar)
    if number < 2:
        return np.zeros(similar.shape[1]), np.ones(similar.shape[1])
    off = float(stdtrit(number - 1, _CONFIDENCE)) * similar.std(axis=0, ddof=1) / np.sqrt(number)
    means = similar.mean(axis=0)
    return np.maximum(means - off, 0.0), np.minimum(means + off, 1.0)


def _verdicts(low: Sequence[float] | Floats, high: Sequence[float] | Floats) -> list[str]:
    return [verdict_between(float(a), float(b)) for a, b in zip(low, high, strict=True)]
