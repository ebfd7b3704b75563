"""What a first look at a population shows: headline figures, a distribution, a relation, correlations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lib import estimates
from lib.dataset import MEMBERS, Codebook, Counting, Dataset, Variable
from lib.errors import EstimateError
from lib.estimates import Interval
from lib.estimates.correlated import pairs_of
from lib.estimates.figures import Method
from lib.estimates.intervals import Named
from lib.estimates.wording import beside, far_off, too_unsure
from lib.subject import Entity, HeadlineFigure, Subject
from lib.words import capitalised

Floats = NDArray[np.float64]

MAX_POINTS = 2_500
"""Points of a scatter: more hide each other and keep the browser busy."""

MAX_CORRELATED = 15
QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9, 0.99)
BINS = 36
_SKEWED = 15
"""How many times the typical size the largest may be on an axis of equal steps: beyond, most lie in a corner."""

_MOST_HEADLINES = 4
"""Amounts that lead where the subject names no headline figures."""


@dataclass(frozen=True)
class Headline:
    """One figure of a population beside the same figure of others.

    Attributes:
        label: What it is called.
        column: What it is of.
        kind: "median" or "share".
        value: Of the population.
        everyone: Of those it is shown beside.
        low: Where its 95 % interval begins; NaN where none can be told, as for the next three.
        high: Where it ends.
        more_low: Where the interval of the difference from those others begins.
        more_high: Where that ends.
        unsure: Whether it is too unsure to rely on.
    """

    label: str
    column: str
    kind: str
    value: float
    everyone: float
    low: float
    high: float
    more_low: float
    more_high: float
    unsure: bool


def headline_figures(codebook: Codebook, subject: Subject) -> tuple[HeadlineFigure, ...]:
    """The figures that lead: those of the subject that the table has, else medians of its first amounts."""
    named = tuple(figure for figure in subject.headlines if figure.column in codebook)
    first = codebook.amounts()[:_MOST_HEADLINES]
    return named or tuple(HeadlineFigure(f"Median: {codebook.label(name)}", name, "median") for name in first)


def headlines(
    members: estimates.Sample, everyone: estimates.Sample, figures: Sequence[HeadlineFigure]
) -> tuple[Headline, ...]:
    """Headline figures of a population and of everyone: weighted medians and shares.

    Args:
        members: The population.
        everyone: Those it is shown beside.
        figures: As ``headline_figures`` gives them.
    """
    return tuple(_headline(figure, members, everyone) for figure in figures)


def _headline(figure: HeadlineFigure, members: estimates.Sample, everyone: estimates.Sample) -> Headline:
    statistic: Named = "median" if figure.statistic == "median" else "share"
    own, *others = (
        estimates.figures(sample, statistic, sample.dataset.values(figure.column))
        for sample in ((members,) if members is everyone else (members, everyone))
    )
    of_others = others[0] if others else own
    more = own - of_others
    return Headline(
        label=figure.label,
        column=figure.column,
        kind=figure.statistic,
        value=float(own.value[0]),
        everyone=float(of_others.value[0]),
        low=float(own.low[0]),
        high=float(own.high[0]),
        more_low=float(more.low[0]),
        more_high=float(more.high[0]),
        unsure=bool(own.unsure[0]),
    )


def told_of_headline(tile: Headline, text: Callable[[float], str], entity: Entity, *, is_of_rows: bool) -> str:
    """How far off a headline figure may be, in a sentence or two; of rows that are merely counted nothing is said.

    Args:
        tile: The figure.
        text: How such figures are said.
        entity: What members are called.
        is_of_rows: Whether rows are counted.
    """
    off = far_off(tile.low, tile.high, text)
    if not off:
        return "" if is_of_rows else "How far off that may be cannot be told."
    return f"{off} {capitalised(too_unsure(entity))}." if tile.unsure else off


def told_beside(tile: Headline, text: Callable[[float], str], whose: str) -> str:
    """Whether a headline figure differs from that of the others, in a sentence; "" where none has an interval."""
    if np.isnan(tile.low):
        return ""
    if tile.kind == "median":
        return beside(tile.more_low, tile.more_high, text, whose)
    return beside(tile.more_low, tile.more_high, lambda share: f"{100 * share:.1f}", whose, "points")


@dataclass(frozen=True)
class Scale:
    """An axis for a skewed amount: linear, or linear up to ``constant`` and logarithmic beyond."""

    kind: str
    constant: float
    low: float
    high: float

    def spread(self, values: Floats) -> Floats:
        """Values as positions along the axis."""
        return np.arcsinh(values / (2 * self.constant)) if self.kind == "symlog" else values

    def restore(self, positions: Floats) -> Floats:
        """Positions along the axis as values."""
        return 2 * self.constant * np.sinh(positions) if self.kind == "symlog" else positions

    def padded(self, room: float = 0.02) -> tuple[float, float]:
        """The ends of the axis with a little room beyond the outermost values."""
        ends = self.spread(np.array([self.low, self.high]))
        low, high = self.restore(ends + np.array([-room, room]) * np.ptp(ends))
        return float(low), float(high)


def scale_of(values: Floats, variable: Variable, *, linear: bool = False) -> Scale:
    """The axis on which a column can be read: most dollar columns span five orders of magnitude and zero.

    Args:
        values: The column, one value per row; missing ones are left out.
        variable: What the column is.
        linear: Ask for a linear axis whatever the values are.
    """
    present = values[np.isfinite(values)]
    if not len(present):
        return Scale("linear", 1.0, 0.0, 1.0)
    low, high = float(present.min()), float(present.max())
    size = np.abs(present[present != 0])
    is_skewed = len(size) > 0 and size.max() > _SKEWED * np.median(size)
    if linear or not is_skewed or variable.unit in {"years", "score", "index"}:
        return Scale("linear", 1.0, low, high if high > low else low + 1)
    return Scale("symlog", 10.0 ** np.floor(np.log10(np.quantile(size, 0.1))), low, high)


@dataclass(frozen=True)
class Distribution:
    """How an amount is spread in a population and among everyone.

    Attributes:
        column: The amount.
        scale: The axis of the bins.
        bins: ``group``, ``left``, ``right`` (in the column's unit), ``share`` (of the group), ``count``;
            ``open_left``, ``open_right``: whether the bin also holds everything below ``left``, or from ``right``
            on; ``from_text``, ``to_text``: its ends in words ("$10,000", "below $20,000"; "$20,000 and more").
        summary: One row per group: ``mean``, ``zero`` (share at exactly zero), ``sampled`` and the quantiles,
            in columns named by share (``0.5``); of each ``_low`` and ``_high``: the ends of its 95 % interval;
            ``unsure``: whether mean or median is too unsure to rely on.
        method: How intervals were told; empty where there are none.
    """

    column: str
    scale: Scale
    bins: pd.DataFrame
    summary: pd.DataFrame
    method: Method


def distribution(groups: dict[str, estimates.Sample], column: str, *, linear: bool = False) -> Distribution:
    """Histogram and quantiles of a column in each of several groups, on common bins.

    Args:
        groups: Name of each group and its members; the first sets the range of the bins.
        column: An amount.
        linear: Bins of equal width in the column's unit, rather than on the skewed scale.
    """
    first = next(iter(groups.values())).dataset
    everything = np.concatenate([sample.dataset.values(column) for sample in groups.values()])
    scale = scale_of(everything, first.codebook[column], linear=linear)
    edges = _edges(scale, everything, whole=first.codebook[column].unit in {"count", "years", "score"})
    ends = _ends(edges, everything, first.codebook[column])
    bins, summary = [], []
    for name, sample in groups.items():
        values, weights = sample.dataset.values(column), sample.weights
        # the few beyond the outermost edges are counted in the outermost bins, which then are open
        count = estimates.histogram(np.clip(values, edges[0], edges[-1]), weights, edges)
        share = count / weights.sum() if len(weights) else count
        bins.append(ends.assign(group=name, share=share, count=count))
        summary.append({"group": name, **_summary(sample, values)})
    method = next(iter(groups.values())).method
    return Distribution(column, scale, pd.concat(bins, ignore_index=True), pd.DataFrame(summary), method)


def _summary(sample: estimates.Sample, values: Floats) -> dict[str, object]:
    """Mean, share at zero and quantiles of one group, with their intervals."""
    told = {
        "mean": sample.means(values),
        "zero": sample.shares(values == 0),
        **dict(zip(map(str, QUANTILES), sample.several_quantiles(values[None], QUANTILES)[0], strict=True)),
    }
    return {
        "sampled": sample.dataset.sampled,
        **{name: found.value[0] for name, found in told.items()},
        **{f"{name}_{end}": getattr(found, end)[0] for name, found in told.items() for end in ("low", "high")},
        "unsure": bool(told["mean"].unsure[0] or told["0.5"].unsure[0]),
    }


def _ends(edges: Floats, values: Floats, variable: Variable) -> pd.DataFrame:
    """Where each bin begins and ends, in numbers and in words, and whether it goes on beyond that."""
    bins = pd.DataFrame({"left": edges[:-1], "right": edges[1:]})
    bins["open_left"] = (bins["left"] == edges[0]) & bool((values < edges[0]).any())
    bins["open_right"] = (bins["right"] == edges[-1]) & bool((values >= edges[-1]).any())
    left, right = bins["left"].map(variable.text), bins["right"].map(variable.text)
    bins["from_text"] = left.where(~bins["open_left"], left + " and less")
    bins["to_text"] = ("below " + right).where(~bins["open_right"], right + " and more")
    return bins


def _edges(scale: Scale, values: Floats, *, whole: bool) -> Floats:
    present = values[np.isfinite(values)]
    if not len(present):
        return np.array([0.0, 1.0])
    low, high = np.quantile(present, [0.001, 0.999])
    if whole and scale.kind == "linear" and high - low <= 2 * BINS:
        step = max(1, round((high - low) / BINS))
        return np.arange(np.floor(low), np.ceil(high) + step + 1, step, dtype=float)
    if high <= low:
        low, high = low - 0.5, low + 0.5
    first, last = scale.spread(np.array([low, high]))
    edges = scale.restore(np.linspace(first, last, BINS + 1))
    if low < 0 < high:
        # zero is a meaning, not a point within a bin
        edges[np.abs(scale.spread(edges)).argmin()] = 0.0
    return np.unique(edges)


@dataclass(frozen=True)
class Relation:
    """Two amounts of a population: points to draw and the correlation over all of it.

    Attributes:
        points: Columns ``x``, ``y``, ``id`` and, if asked for, ``group``: every row once where they are few
            and weigh alike, else drawn in proportion to weight (a heavy row perhaps more than once), so that every
            point stands for as many members as any other. Never more points than rows.
        correlation: Weighted Pearson correlation over all rows, not over the points alone, with its interval.
        rank_correlation: The same of the weighted ranks, which no single rich member can decide.
        each: Members (or rows) that one point stands for.
        scales: Axes of x and y.
    """

    points: pd.DataFrame
    correlation: Interval
    rank_correlation: Interval
    each: float
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
        linear: Axes of equal steps, rather than bent where the values are skewed.
        seed: Start of the random numbers.
        replicates: Of the whole survey, for intervals; without them see ``lib.estimates.Sample``.
    """
    xs, ys, weights = data.values(x), data.values(y), data.weights(counting)
    complete = np.flatnonzero(np.isfinite(xs) & np.isfinite(ys))
    if not len(complete):
        raise EstimateError(
            f"No {data.entity.singular} has both {data.codebook.label(x)} and {data.codebook.label(y)}."
        )
    weight = weights[complete]
    rows = complete[estimates.draw(weight, min(MAX_POINTS, len(complete)), seed)]
    sample = estimates.Sample(data, counting=counting, replicates=replicates)
    group = {"group": [data.codebook[by].text(code) for code in data.values(by)[rows]]} if by else {}
    scales = tuple(scale_of(values, data.codebook[name], linear=linear) for name, values in ((x, xs), (y, ys)))
    return Relation(
        points=pd.DataFrame({"x": xs[rows], "y": ys[rows], "id": data.ids[rows], **group}),
        correlation=Interval.of(sample.correlations(np.array([xs, ys]))),
        rank_correlation=Interval.of(sample.rank_correlation(xs, ys)),
        each=float(weight.sum() / len(rows)),
        scales=(scales[0], scales[1]),
    )


def correlation_table(groups: dict[str, estimates.Sample], columns: Sequence[str]) -> pd.DataFrame:
    """Weighted correlations of every pair of columns in each group, over members that have them all.

    Returns:
        One row per group and pair: ``group``, ``row``, ``column`` (names), ``correlation``, ``low`` and ``high`` (its
        95 % interval; NaN where none can be told, as of a column with itself), ``sampled`` (members that it rests on)
        and ``doubtful``: whether the interval takes in zero or it is too unsure to rely on.
    """
    if not 2 <= len(columns) <= MAX_CORRELATED:
        raise EstimateError(f"Choose between 2 and {MAX_CORRELATED} columns to correlate. Got {len(columns)}.")
    tables = [_correlated(sample, columns).assign(group=name) for name, sample in groups.items()]
    return pd.concat(tables, ignore_index=True)


def _correlated(sample: estimates.Sample, columns: Sequence[str]) -> pd.DataFrame:
    """The pairs of one group: each twice, and every column with itself."""
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
