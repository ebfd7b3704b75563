"""What the same method finds where there is nothing to find: null models beside silhouettes and stability.

k-means cuts any data into segments, and skewed margins alone give high silhouettes. So a score says something only
beside what data without segments score by the same recipe (Hennig and Liao 2013, "How to find an appropriate
clustering for mixed-type variables with application to socio-economic stratification", section 7). Two kinds are drawn,
each with the weighted margin of every feature, as many equal rows as members are effective, and on the same scale:

* "unrelated": features are shuffled, each by itself, and have nothing to do with one another;
* "correlated": a normal copula. Weighted rank correlations are those of the data, and nothing else is.

What exceeds the first shows that features are related; only what exceeds the second shows more than a cloud that is
longer in some directions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from lib.dataset import Dataset
from lib.errors import RecipeError
from lib.estimates import correlations, quantile, ranks
from lib.estimates.ends import effective_size
from lib.features.components import fit_rotation
from lib.features.space import Space
from lib.segments.algorithms import find
from lib.segments.points import MANY, Floats, Labels, Points, row_weights
from lib.segments.points import Kind as ColumnKind
from lib.segments.recipe import Recipe
from lib.segments.segmentation import Segmentation
from lib.segments.silhouette import silhouettes
from lib.work.progress import Progress, report

Kind = Literal["unrelated", "correlated"]
KINDS: tuple[Kind, ...] = ("unrelated", "correlated")

DRAWS, MOST_DRAWS = 6, 30
"""Data sets drawn of each kind: at least, and where the verdict hangs on which were drawn."""

FEWEST_ROWS, MOST_ROWS = 10, MANY
"""Bounds of the rows of a drawn data set: otherwise Kish's effective number of members."""

NULL_STARTS = 5
"""Starts of k-means on each: on the survey the mean silhouette is then within 0.005 of that of two hundred."""

MATERIAL = 0.02
"""By less than this above the band a score exceeds a null model hardly, however surely. Ours."""

_BAND = 0.975
_LEVELLING = 8
"""Steps by which the copula is brought to the data's rank correlations; each takes off more than half of the error."""

_SEED = 42


@dataclass(frozen=True)
class Beside:
    """A score of the data beside the same score of data sets drawn from one null model.

    Attributes:
        value: Of the data.
        nulls: Of each data set drawn; without those in which the method found no segments.
    """

    value: float
    nulls: tuple[float, ...]

    @property
    def centre(self) -> float:
        """Mean over the data sets drawn; NaN where there is none."""
        return float(np.mean(self.nulls)) if self.nulls else float("nan")

    @property
    def band(self) -> tuple[float, float]:
        """Where 95 of 100 further data sets would score: the mean and t standard deviations, but no score exceeds 1."""
        number = len(self.nulls)
        if number < 2:
            return float("nan"), float("nan")
        off = float(stdtrit(number - 1, _BAND)) * float(np.std(self.nulls, ddof=1)) * (1 + 1 / number) ** 0.5
        return self.centre - off, min(self.centre + off, 1.0)

    @property
    def excess(self) -> float:
        """By how much the data exceed the mean of the data sets drawn."""
        return self.value - self.centre

    @property
    def hangs_on_draws(self) -> bool:
        """Whether the value is so near to an end of the band that other data sets might put it on the other side."""
        ends = np.array(self.band)
        return bool(np.isfinite(ends).all() and np.abs(self.value - ends).min() < (ends[1] - ends[0]) / 2)

    @property
    def comparison(self) -> str:
        """The data score "more", "hardly more", "no more" or "less"; "" where that is not known."""
        low, high = self.band
        if not np.isfinite([self.value, low, high]).all():
            return ""
        if self.value > high:
            return "more" if self.value - high >= MATERIAL else "hardly more"
        return "less" if self.value < low else "no more"


@dataclass(frozen=True)
class Null:
    """A score beside both null models.

    Attributes:
        unrelated: Beside columns with the same margins that have nothing to do with one another.
        correlated: Beside columns that are correlated too, as the data's are.
        rows: Of each data set drawn.
    """

    unrelated: Beside
    correlated: Beside
    rows: int

    @property
    def drawn(self) -> str:
        """What the words rest on, a sentence."""
        one, other = len(self.unrelated.nulls), len(self.correlated.nulls)
        compared = (
            f"Compared with {one} data {'set' if one == 1 else 'sets'} of unrelated columns and {other} of correlated "
            f"ones, {self.rows:,} rows each, drawn and segmented by the same recipe"
        )
        if min(one, other) < 2:
            return f"{compared}: in the others it finds no segments, too few to say where further ones would lie."
        return f"{compared}; in brackets is where 95 of 100 further ones would lie."

    def of(self, value: float) -> Null:
        """The same data sets beside another value, which is known better by now."""
        return Null(replace(self.unrelated, value=value), replace(self.correlated, value=value), self.rows)

    @property
    def table(self) -> pd.DataFrame:
        """Indexed by kind: ``value`` (of the data), ``null``, ``low``, ``high``, ``excess``, ``draws``."""
        both = {"unrelated": self.unrelated, "correlated": self.correlated}
        rows = [
            {"value": b.value, "null": b.centre, "low": b.band[0], "high": b.band[1], "excess": b.excess}
            | {"draws": len(b.nulls)}
            for b in both.values()
        ]
        return pd.DataFrame(rows, index=pd.Index(list(both), name="kind"))

    def words(self, what: str, how: str) -> str:
        """How the segments compare with those of the drawn data, a clause; "" where that is not known.

        Args:
            what: Subject and verb, such as "the segments are".
            how: What the score is of, such as "separated".
        """
        first, second = self.unrelated, self.correlated
        one, two = (_range(beside, digits_of(first, second)) for beside in (first, second))
        if not first.nulls and not second.nulls:
            return "the same method finds none in columns with the same margins"
        if not (first.comparison and second.comparison):
            return ""
        said = f"{what} {first.comparison} {how} than those that the same method finds in columns with the same margins"
        if first.comparison == second.comparison:
            return f"{said}, be they unrelated ({one}) or correlated as these are ({two})"
        steps = abs(_ORDER.index(first.comparison) - _ORDER.index(second.comparison))
        but = "but" if steps > 1 else "and"
        return (
            f"{said} that have nothing to do with one another ({one}), {but} {second.comparison} {how} than "
            f"those in columns that are correlated as these are and nothing else ({two})"
        )


BEYOND = ("more", "hardly more")
"""Comparisons by which the data exceed a null model."""

_ORDER = ("less", "no more", *reversed(BEYOND))


def _range(beside: Beside, digits: int) -> str:
    low, high = beside.band
    first, last = f"{low:.{digits}f}", f"{high:.{digits}f}"
    return first if first == last else f"{first} to {last}"


def digits_of(*known: Beside) -> int:
    """Digits with which a value is said: two, but three where two would put it on an end of a band."""
    ends = [f"{end:.2f}" for one in known for end in one.band]
    return 3 if f"{known[0].value:.2f}" in ends else 2


def null_silhouette(
    dataset: Dataset, segmentation: Segmentation, *, draws: int | None = None, progress: Progress | None = None
) -> Null:
    """The mean silhouette beside those of null models, each segmented by the same recipe.

    Args:
        dataset: The table that was segmented.
        segmentation: What ``fit`` made of it.
        draws: Data sets of each kind, at least 2; by default ``DRAWS``, and on to ``MOST_DRAWS`` while a verdict
            hangs on which were drawn.
        progress: Told the share done; may raise ``Cancelled``.

    Raises:
        RecipeError: If there is one feature only: nothing can be told apart from its margin.
    """
    recipe = segmentation.recipe

    def score(points: Points) -> float:
        return float(scored(points, [labelled(points, recipe)])[0])

    return until_clear(
        margins_of(dataset, segmentation), segmentation.silhouette, score, draws=draws, progress=progress
    )


def until_clear(
    margins: Margins,
    value: float,
    score: Callable[[Points], float],
    *,
    draws: int | None = None,
    most: int | None = None,
    progress: Progress | None = None,
) -> Null:
    """A value beside the scores of data sets of either kind, drawn until the verdict no longer hangs on which they are.

    Args:
        margins: What the data sets keep.
        value: Of the data.
        score: Of a data set; NaN where the method finds no segments in it.
        draws: Data sets of each kind; by default ``DRAWS``, and on to ``most``.
        most: As many at most, by default ``MOST_DRAWS``.
        progress: Told the share done; may raise ``Cancelled``.
    """
    most, found = draws or most or MOST_DRAWS, {}
    for at, kind in enumerate(KINDS):
        scores: list[float] = []
        for number, points in enumerate(margins.drawn_of(kind, most)):
            report(progress, (at + number / most) / len(KINDS), "Drawing data without segments")
            if draws is None and number >= DRAWS and not Beside(value, tuple(scores)).hangs_on_draws:
                break
            if np.isfinite(one := score(points)):
                scores.append(one)
        found[kind] = Beside(value, tuple(scores))
    report(progress, 1.0, "Drawing data without segments")
    return Null(found["unrelated"], found["correlated"], margins.rows)


def labelled(points: Points, recipe: Recipe, starts: int = NULL_STARTS) -> Labels:
    """Segments of a drawn data set from 0, -1 for rows in none; all -1 where the method finds none."""
    try:
        return find(points, replace(recipe, starts=min(recipe.starts, starts))).labels
    except (RecipeError, ValueError):
        return np.full(len(points), -1, dtype=np.intp)


def scored(points: Points, labelings: Sequence[Labels]) -> Floats:
    """Mean silhouette of each labelling; NaN where it has fewer than two segments."""
    return silhouettes(points.matrix, labelings, points.weights, unassigned=-1).means


def margins_of(dataset: Dataset, segmentation: Segmentation) -> Margins:
    """The margins of the table that was segmented, as its recipe counts.

    Raises:
        RecipeError: If there is one feature only.
    """
    recipe = segmentation.recipe
    if len(recipe.features) < 2:
        raise RecipeError("With one feature there is nothing to compare its segments with: choose two or more.")
    weights = row_weights(dataset, recipe.counting)
    values = np.column_stack([dataset.values(name) for name in recipe.features])
    # with unequal weights so many members tell as much as fewer of equal weight, which these rows are
    members = np.bincount(dataset.member_codes, weights).astype(float)
    number = max(min(round(effective_size(members)), MOST_ROWS), FEWEST_ROWS)
    middles = (np.arange(number) + 0.5) / number
    columns = np.column_stack([quantile(column, weights, middles) for column in values.T])
    standing = np.column_stack([ranks(column, weights) for column in values.T])
    space, kinds = segmentation.model.space, segmentation.points.kinds
    return Margins(columns, correlations(standing, weights), space, recipe.pca, kinds)


@dataclass(frozen=True, eq=False)
class Margins:
    """What both null models keep of the data.

    Attributes:
        columns: Rows x features in their own units, each column by itself: its weighted quantiles in the middle of as
            many equal shares, ascending. Of as many equal weights these are the values themselves.
        correlation: Weighted rank correlations (Spearman's) of the features.
        space: The scale of distances.
        share: Of the variance that principal components are to keep, or None.
        kinds: What each column of the points is, as ``Points`` has it.
    """

    columns: Floats
    correlation: Floats
    space: Space
    share: float | None
    kinds: tuple[ColumnKind, ...]

    @property
    def rows(self) -> int:
        """Of each data set drawn."""
        return len(self.columns)

    def drawn(self, number: int) -> Iterator[tuple[Kind, Points]]:
        """So many data sets of each kind, the same ones every time."""
        for kind in KINDS:
            yield from ((kind, points) for points in self.drawn_of(kind, number))

    def drawn_of(self, kind: Kind, number: int) -> Iterator[Points]:
        """So many data sets of one kind, the same ones every time."""
        loadings = np.eye(self.columns.shape[1]) if kind == "unrelated" else self._loadings()
        rng = np.random.default_rng((_SEED, KINDS.index(kind)))
        for _ in range(number):
            yield self._points(rng.standard_normal(self.columns.shape) @ loadings)

    def _points(self, normal: Floats) -> Points:
        """The values of every column in the order of a normal one."""
        values = np.take_along_axis(self.columns, _places(normal), axis=0)
        space = self.space
        scaled = space.scaled(dict(zip(space.features, values.T, strict=True)))
        ones = np.ones(self.rows)
        if self.share is not None:
            space = replace(space, rotation=fit_rotation(scaled, ones, self.share))
        each = np.arange(self.rows)
        return Points(space.rotated(scaled), ones, each, np.zeros(self.rows, dtype=np.intp), kinds=self.kinds)

    def _loadings(self) -> Floats:
        """What independent normal columns are multiplied by, so that columns in their order have the correlations.

        Ties, such as the many that hold nothing, weaken the correlation of ranks, and how much depends on where they
        are: the normal correlations are moved by what is still missing until it is gone.
        """
        ones = np.ones(self.rows)
        standing = np.column_stack([ranks(column, ones) for column in self.columns.T])
        normal = np.random.default_rng(_SEED).standard_normal(self.columns.shape)
        wanted = self.correlation.copy()
        for _ in range(_LEVELLING):
            there = np.take_along_axis(standing, _places(normal @ _root(wanted)), axis=0)
            wanted += self.correlation - correlations(there, ones)
        return _root(wanted)


def _places(normal: Floats) -> Labels:
    """Place of each value in the order of its column."""
    return normal.argsort(axis=0).argsort(axis=0)


def _root(correlation: Floats) -> Floats:
    """Features x features: independent normal columns times this have the nearest possible correlations."""
    values, vectors = np.linalg.eigh(np.clip(correlation, -1, 1))
    root = (vectors * np.sqrt(np.maximum(values, 0))).T
    return np.asarray(root / np.sqrt(np.square(root).sum(axis=0)))
