"""How amounts go together: the points of two, the correlations of several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lib import estimates
from lib.dataset import MEMBERS, ROWS, Counting, Dataset
from lib.errors import EstimateError
from lib.estimates import Interval
from lib.estimates.correlated import pairs_of
from lib.estimates.rows import Positions
from lib.estimates.weighted import Floats
from lib.explore.scales import Scale, scale_of

MAX_POINTS = 2_500
"""Points of a scatter: more hide each other and keep the browser busy."""

MAX_CORRELATED = 15


@dataclass(frozen=True)
class Relation:
    """Two amounts of a population: points to draw and the correlation over all of it.

    Attributes:
        points: Columns ``x``, ``y``, ``id`` and, if asked for, ``group``: every member once, by one implicate (every
            row where rows are counted); of more than ``MAX_POINTS`` as many, drawn in proportion to weight, each at
            most once.
        correlation: Weighted Pearson correlation over all rows, not over the points alone, with its interval.
        rank_correlation: The same of the weighted ranks, which no single rich member can decide.
        among: Members (or rows) of which these are drawn; as many as there are points where all are.
        scales: Axes of x and y.
    """

    points: pd.DataFrame
    correlation: Interval
    rank_correlation: Interval
    among: int
    scales: tuple[Scale, Scale]


def relation(
    data: Dataset,
    x: str,
    y: str,
    *,
    by: str | None = None,
    counting: Counting = MEMBERS,
    linear: bool = False,
    seed: int = 42,
    replicates: estimates.Replicates | None = None,
) -> Relation:
    """The relation of two amounts; at most ``MAX_POINTS`` points are drawn, the same ones every time.

    Args:
        data: The population.
        x: An amount.
        y: Another.
        by: A category; its label comes with each point.
        counting: Members (weighted) or rows.
        linear: Linear axes, rather than bent where the values are skewed.
        seed: Start of the random numbers.
        replicates: Of the whole survey, for intervals; without them see ``lib.estimates.Sample``.
    """
    xs, ys, weights = data.values(x), data.values(y), data.weights(counting)
    complete = np.flatnonzero(np.isfinite(xs) & np.isfinite(ys))
    if not len(complete):
        raise EstimateError(
            f"No {data.entity.singular} has both {data.codebook.label(x)} and {data.codebook.label(y)}."
        )
    there = complete if counting == ROWS else _once(data, complete)
    rows = _drawn(there, weights, seed)
    sample = estimates.Sample(data, counting=counting, replicates=replicates)
    group = {"group": [data.codebook[by].text(code) for code in data.values(by)[rows]]} if by else {}
    scales = tuple(scale_of(values, data.codebook[name], linear=linear) for name, values in ((x, xs), (y, ys)))
    return Relation(
        points=pd.DataFrame({"x": xs[rows], "y": ys[rows], "id": data.ids[rows], **group}),
        correlation=Interval.of(sample.correlations(np.array([xs, ys]))),
        rank_correlation=Interval.of(sample.rank_correlation(xs, ys)),
        among=len(there),
        scales=(scales[0], scales[1]),
    )


def _once(data: Dataset, rows: Positions) -> Positions:
    """Of several rows those of one implicate, the first there is: no member lies beside its own copies."""
    implicates = data.implicate_codes[rows]
    return rows[implicates == implicates.min()]


def _drawn(rows: Positions, weights: Floats, seed: int) -> Positions:
    """At most ``MAX_POINTS`` of several rows: all where they are few, else in proportion to weight, none twice."""
    if len(rows) <= MAX_POINTS:
        return rows
    number = min(MAX_POINTS, int(np.count_nonzero(weights[rows])))
    return rows[estimates.draw_once(estimates.inclusion(weights[rows], number), seed)]


def correlation_table(sample: estimates.Sample, columns: Sequence[str]) -> pd.DataFrame:
    """Weighted correlations of every pair of columns, over members that have them all.

    Returns:
        One row per pair, each twice, and of every column with itself: ``row``, ``column`` (names), ``correlation``,
        ``low`` and ``high`` (its 95 % interval; NaN where none can be told, as of a column with itself), ``sampled``
        (members that it rests on) and ``doubtful``: whether the interval takes in zero or it is too unsure to rely on.
    """
    if not 2 <= len(columns) <= MAX_CORRELATED:
        raise EstimateError(f"Choose between 2 and {MAX_CORRELATED} columns to correlate. Got {len(columns)}.")
    values, number = np.array([sample.dataset.values(column) for column in columns]), len(columns)
    found = sample.correlations(values)
    doubtful = found.unsure | ~((found.low > 0) | (found.high < 0) | np.isnan(found.low))
    first, second = pairs_of(number)

    def mirrored(told: Floats) -> Floats:
        square = np.full((number, number), np.nan)
        square[first, second] = square[second, first] = told
        return square.ravel()

    return pd.DataFrame(
        {
            "row": np.repeat(list(columns), number),
            "column": np.tile(list(columns), number),
            "correlation": estimates.correlations(values.T, sample.weights).ravel(),
            "low": mirrored(found.low),
            "high": mirrored(found.high),
            "sampled": int(found.sampled[0]),
            "doubtful": mirrored(doubtful.astype(float)) == 1,
        }
    )
