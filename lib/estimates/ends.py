"""The two ends of a 95 % interval, and when a figure is too unsure to be shown plainly."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lib.estimates.weighted import Floats, over

Z = 1.959963984540054
"""The normal distribution's quantile of 0.975: a fortieth lies beyond it, on either side."""

THIN = 30
"""Sampled members below which a figure is flagged as resting on too few: the least number of the National Center for
Health Statistics (Parker et al. 2017, Vital and Health Statistics 2(175))."""

THIN_SOURCE = (
    "That is the least on which the US National Center for Health Statistics presents a proportion (Parker and others "
    "2017, *Data Presentation Standards for Proportions*); the choice of it for other figures is this app's."
)

WIDEST, NARROW, WIDE_FOR_ITS_SIZE = 0.30, 0.05, 1.3
"""A share is too unsure where its interval is wider than the first, or wider than the second and than the third times
the share (the same source)."""

WIDEST_CORRELATION = 2 * WIDEST
"""A correlation is too unsure where its interval is wider: of the way from -1 to 1 the same part that ``WIDEST`` is of
the way from 0 to 1. That rule is ours."""

MOST_RELATIVE_ERROR = 0.30
"""Standard error over the figure above which an amount is too unsure (the rule the same office uses for means)."""


def wilson(share: ArrayLike, size: ArrayLike) -> tuple[Floats, Floats]:
    """Wilson's 95 % score interval of a share (Wilson 1927); it stays between 0 and 1, and holds for few and for many.

    Args:
        share: Between 0 and 1; one or several.
        size: Those that it rests on: how many there are, or where they have weights ``effective_size``.

    Returns:
        Low and high ends in the shape of ``share``; NaN where there is no share or nobody that it rests on.
    """
    p, n = np.broadcast_arrays(np.asarray(share, dtype=float), np.asarray(size, dtype=float))
    n = np.where(n > 0, n, np.nan)
    middle = p + Z**2 / (2 * n)
    reach = Z * np.sqrt(np.maximum(p * (1 - p), 0) / n + (Z / (2 * n)) ** 2)
    low, high = (np.clip((middle + side * reach) / (1 + Z**2 / n), 0, 1) for side in (-1, 1))
    # where all or none have it the end is exactly that, whatever rounding makes of it
    return np.where(p == 0, 0.0 * low, low), np.where(p == 1, 1.0 + 0.0 * high, high)


def fisher(correlation: Floats, standard_error: Floats) -> tuple[Floats, Floats]:
    """95 % interval of a correlation by Fisher's z (1921), the inverse hyperbolic tangent, which has no ends.

    Args:
        correlation: Between -1 and 1; one or several.
        standard_error: Of each; on the scale of z it is divided by ``1 - correlation ** 2``.

    Returns:
        Low and high ends, NaN where there is no error; of what lies on a line the line itself.
    """
    on_a_line = 1 - np.abs(correlation) < 1e-6  # nearer than sums of float32 can tell
    middle = np.arctanh(np.where(on_a_line, 0.0, correlation))
    reach = Z * over(standard_error, 1 - np.square(np.where(on_a_line, 0.0, correlation)))
    low, high = (np.where(on_a_line, correlation + 0.0 * reach, np.tanh(middle + side * reach)) for side in (-1, 1))
    return low, high


def effective_size(weights: Floats) -> float:
    """Kish's effective sample size, ``sum(w) ** 2 / sum(w ** 2)``: the number of rows where all weigh the same."""
    squared = float(np.square(weights).sum())
    return float(weights.sum()) ** 2 / squared if squared > 0 else 0.0


def unsure_shares(share: Floats, low: Floats, high: Floats, sampled: Floats) -> np.ndarray:
    """Which shares are too unsure to be shown plainly; True too where they rest on fewer than ``THIN``."""
    width = high - low
    beyond = (width > WIDEST) | ((width > NARROW) & (width > WIDE_FOR_ITS_SIZE * np.minimum(share, 1 - share)))
    return np.asarray((sampled < THIN) | beyond)


def unsure_correlations(low: Floats, high: Floats, sampled: Floats) -> np.ndarray:
    """Which correlations are too unsure to be shown plainly; True too where they rest on fewer than ``THIN``."""
    return np.asarray((sampled < THIN) | (high - low > WIDEST_CORRELATION))


def unsure_amounts(value: Floats, standard_error: Floats, sampled: Floats) -> np.ndarray:
    """Which amounts are too unsure to be shown plainly; True too where they rest on fewer than ``THIN``."""
    relative = np.divide(standard_error, np.abs(value), out=np.where(standard_error > 0, np.inf, 0.0), where=value != 0)
    return np.asarray((sampled < THIN) | (relative > MOST_RELATIVE_ERROR))
