"""How far a few members decide the variance of a column: the reason to bend its scale."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def share_of_extremes(values: ArrayLike, weights: ArrayLike, most: float = 0.01) -> float:
    """Share of a column's weighted variance that comes from the most extreme members.

    Args:
        values: One number per row; missing ones are left out.
        weights: One per row.
        most: How many members count as extreme, as a share of all weight.

    Returns:
        Between 0 and 1; NaN for a constant column, which has no variance to share out: whoever prints the figure
        leaves the sentence out then.
    """
    v, w = np.asarray(values, dtype=float), np.asarray(weights, dtype=float)
    v, w = v[~np.isnan(v)], w[~np.isnan(v)]
    squares = np.square(v - v @ w / w.sum())
    total = float(squares @ w)
    if not total > 0:
        return float("nan")
    order = np.argsort(-squares, kind="stable")
    reached = np.concatenate([[0.0], np.cumsum(w[order])])
    held = np.concatenate([[0.0], np.cumsum((squares * w)[order])])
    return float(np.interp(most * reached[-1], reached, held) / total)
