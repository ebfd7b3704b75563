"""Correlations from sums over rows: of all pairs of columns at once, under many sets of weights, and of ranks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lib.estimates.rows import Reweighted
from lib.estimates.weighted import Floats, correlations, over, standing

_ROUNDED = 1e-6
"""A variance below this part of the squares that it is the rest of is what rounding leaves of a constant."""


def pairs_of(number: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The first and the second column of each pair of several: 0 and 1, 0 and 2, ..., 1 and 2, and so on."""
    return np.triu_indices(number, 1)


def of_pairs(columns: Floats, weights: Floats) -> Floats:
    """Correlations of all pairs of columns (columns x rows), see ``lib.estimates.correlations``."""
    return np.asarray(correlations(columns.T, weights)[pairs_of(len(columns))])


def of_pairs_redrawn(columns: Floats, weights: Reweighted) -> Floats:
    """The same under several replicates: pairs x replicates.

    All come from one product: of ones, the columns and their products (each a row) with the weights.
    """
    # about their middle and in their spread, so that little is lost where float32 are summed
    scaled = np.nan_to_num(_scaled(columns, weights.usual))
    first, second = np.triu_indices(len(columns))
    summed = np.concatenate([np.ones((1, columns.shape[1])), scaled, scaled[first] * scaled[second]])
    sums = weights.sums(summed)
    means, products = np.split(over(sums[1:], sums[0]), [len(columns)])
    covariance = products - means[first] * means[second]
    alone = first == second
    variance = np.where(covariance[alone] > _ROUNDED * products[alone], covariance[alone], 0.0)
    a, b = pairs_of(len(columns))
    return np.clip(over(covariance[~alone], np.sqrt(variance[a] * variance[b])), -1, 1)


def errors(columns: Floats, weights: Floats) -> Floats:
    """Standard errors of the correlations of all pairs where rows were drawn at random, by linearisation.

    A row moves the correlation r of two standardised columns by ``x y - r (x ** 2 + y ** 2) / 2``; the error is the
    root of the sum of squares of that, each times its share of the weight. It holds however the columns are spread.
    """
    x, r = _scaled(columns, weights), np.eye(len(columns))
    pairs = pairs_of(len(columns))
    r[pairs] = of_pairs(columns, weights)
    share = np.square(weights / weights.sum())
    square = x * x
    even, uneven = (square * share) @ square.T, (square * x * share) @ x.T
    fourth = np.diag(even)
    off = even - r * (uneven + uneven.T) + r**2 / 4 * (fourth[:, None] + 2 * even + fourth)
    return np.asarray(np.sqrt(np.maximum(off[pairs], 0)))


def linearised_ranks(x: Floats, y: Floats, weights: Floats) -> Floats:
    """Of each row Spearman's correlation, and by how much the row moves it: their weighted mean is the correlation.

    How far off that mean is, under replicates or otherwise, is how far off the correlation is (Taylor linearisation,
    Deville 1999). A row moves it by where it stands, and by moving the ranks of all rows above it.

    Args:
        x: One column, without missing values.
        y: The other.
        weights: Of each row, above 0.
    """
    (_, at_x), (_, at_y) = (np.unique(column, return_inverse=True) for column in (x, y))
    u, v = (standing(tied, weights) - 0.5 if len(weights) else weights for tied in (at_x, at_y))
    share = weights / weights.sum()

    def above(tied: NDArray[np.intp], what: Floats) -> Floats:
        """Of each row the sum over those above it, and half of that over its equals."""
        held = np.bincount(tied, share * what)
        return np.asarray((np.cumsum(held[::-1])[::-1] - held / 2)[tied])

    both, of_u, of_v = share @ (u * v), share @ (u * u), share @ (v * v)
    if not of_u * of_v > _ROUNDED**2:
        return np.full(len(x), np.nan)
    r = both / np.sqrt(of_u * of_v)
    moves_both = u * v + above(at_x, v) + above(at_y, u) - 3 * both
    moves_u, moves_v = (w * w + 2 * above(tied, w) - 3 * of for w, tied, of in ((u, at_x, of_u), (v, at_y, of_v)))
    return np.asarray(r + moves_both / np.sqrt(of_u * of_v) - r / 2 * (moves_u / of_u + moves_v / of_v))


def _scaled(columns: Floats, weights: Floats) -> Floats:
    """Columns less their weighted means, in weighted standard deviations; NaN where one is constant."""
    share = over(weights, weights.sum())
    centred = columns - (columns @ share)[:, None]
    return over(centred, np.sqrt(np.square(centred) @ share)[:, None])
