"""Medians of any number of rows by counting: where the middle lies is narrowed down until it is known well enough."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lib.engines.table import Counts, Described, Table
from lib.estimates import Ordered
from lib.features.space import Space
from lib.segments.points import Floats, Labels

RANK_ERROR = 1e-4
"""A median's share of its segment's weight at or below it is off by this at most."""

BINS = 1_000
_ROUNDS = 12
"""From the whole range of eight bytes to two neighbours among them it takes seven."""

_SPREADS = 4
"""Standard errors of the drawn rows' median within which that of all rows is sought first."""

_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Around:
    """Where a median is sought (segments x features)."""

    lows: Floats
    highs: Floats


def around(values: Floats, weights: Floats, labels: Labels, counts: Counts, segments: int, *, whole: bool) -> Around:
    """Where the medians of all rows probably are, by those of the rows drawn.

    Args:
        values: Of the rows drawn (rows x features).
        weights: Of each.
        labels: Segment of each, from 1.
        counts: Of the whole table.
        segments: How many there are.
        whole: Whether the rows drawn are all.
    """
    found = Around(np.tile(counts.lows, (segments, 1)), np.tile(counts.highs, (segments, 1)))
    for segment in range(segments):
        own = labels == segment + 1
        if not weights[own].sum() > 0:
            continue
        rows = weights[own].sum() ** 2 / np.square(weights[own]).sum()
        off = 0.0 if whole else min(_SPREADS * 0.5 / np.sqrt(rows), 0.5)
        for feature, column in enumerate(values[own].T):
            low, high = Ordered.of(column, weights[own]).quantile([0.5 - off, 0.5 + off])
            found.lows[segment, feature], found.highs[segment, feature] = low, high
    return found


def medians(
    table: Table, space: Space, centres: Floats, described: Described, counts: Counts, start: Around
) -> tuple[Floats, float]:
    """The weighted median of each feature in each segment (segments x features), NaN of nobody; the rank error.

    The value is one that occurs: the largest of the last bin, where that holds no more than ``RANK_ERROR`` of the
    segment, or the only one there.
    """
    lows, highs = start.lows.copy(), start.highs.copy()
    target = np.broadcast_to(0.5 * described.weights[:, None] * (1 - 1e-12), lows.shape)
    found = np.full(lows.shape, np.nan)
    error = np.zeros(lows.shape)
    is_open = np.broadcast_to(described.weights[:, None] > 0, lows.shape).copy()
    for _ in range(_ROUNDS):
        if not is_open.any():
            break
        held = table.binned(space, centres, lows, highs, BINS)
        bin_ = (np.cumsum(held, axis=2) >= target[..., None]).argmax(axis=2)
        inside = np.take_along_axis(held, bin_[..., None], axis=2)[..., 0] / np.maximum(target * 2, 1e-300)
        least, largest = table.ends(space, centres, *_edges(lows, highs, bin_, counts))
        done = is_open & (bin_ > 0) & (bin_ <= BINS) & ((inside <= RANK_ERROR) | (least >= largest))
        found[done], error[done] = largest[done], np.where(least < largest, inside, 0)[done]
        is_open &= ~done
        lows, highs = np.where(is_open, least, found), np.where(is_open, largest, found)
        lows, highs = np.nan_to_num(lows), np.nan_to_num(highs)
    found[is_open], error[is_open] = highs[is_open], 1.0
    return found, float(error.max(initial=0.0))


def _edges(lows: Floats, highs: Floats, bin_: Labels, counts: Counts) -> tuple[Floats, Floats]:
    """Where a bin begins and ends, a little further for what rounding does at its edges."""
    width = (highs - lows) / BINS
    low, high = lows + width * (bin_ - 1), lows + width * bin_
    low, high = low - width * _ROUNDING, high + width * _ROUNDING
    below, above = bin_ == 0, bin_ == BINS + 1
    low = np.where(below, counts.lows, np.where(above, np.nextafter(highs, np.inf), np.maximum(low, lows)))
    high = np.where(below, np.nextafter(lows, -np.inf), np.where(above, counts.highs, np.minimum(high, highs)))
    return low, high
