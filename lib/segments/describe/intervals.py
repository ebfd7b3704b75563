"""How far off a share may be: 95 % intervals, given only where a table says enough to tell them honestly."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lib.dataset import Dataset
from lib.estimates import Floats

_Z = 1.959963984540054
"""The normal distribution's quantile of 0.975: a fortieth lies beyond it, on either side."""


class Interval(NamedTuple):
    """The two ends of an interval, shares between 0 and 1; NaN where none can be told."""

    low: float
    high: float


UNTOLD = Interval(float("nan"), float("nan"))


def wilson(share: float, size: float) -> Interval:
    """Wilson's 95 % score interval of a share (Wilson 1927); it stays between 0 and 1, and holds for few and for many.

    Args:
        share: Between 0 and 1.
        size: Those that it rests on: how many there are, or where they have weights ``effective_size``.
    """
    if np.isnan(share) or not size > 0:
        return UNTOLD
    middle = share + _Z**2 / (2 * size)
    reach = _Z * np.sqrt(share * (1 - share) / size + (_Z / (2 * size)) ** 2)
    ends = np.clip(np.array([middle - reach, middle + reach]) / (1 + _Z**2 / size), 0, 1)
    # where all or none have it the end is exactly that, whatever rounding makes of it
    return Interval(0.0 if share == 0 else float(ends[0]), 1.0 if share == 1 else float(ends[1]))


def effective_size(weights: Floats) -> float:
    """Kish's effective sample size, ``sum(w) ** 2 / sum(w ** 2)``: the number of rows where all weigh the same."""
    squared = float(np.square(weights).sum())
    return float(weights.sum()) ** 2 / squared if squared > 0 else 0.0


def can_be_told(dataset: Dataset) -> bool:
    """Whether the rows of a table are members on their own, so that an interval can be told from them alone.

    Not of a survey: the implicates of one member are near-copies, and how it was drawn takes replicate weights to say.
    """
    return dataset.implicates == 1 and dataset.wave is None and dataset.sampled == len(dataset)
