"""Contours of where members lie on a map, where points hide one another."""

from __future__ import annotations

import contourpy
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

CELLS = 90
SMOOTHING = 2.0
"""Standard deviation of the blur, in cells."""

HELD = (0.9, 0.7, 0.5, 0.25)
"""Shares of the members that the contours enclose, the outermost first."""


def contours(x: NDArray[np.float64], y: NDArray[np.float64], weights: NDArray[np.float64]) -> pd.DataFrame:
    """Lines of equal density that enclose given shares of the weight.

    Args:
        x: Coordinates, one per member.
        y: Likewise.
        weights: What each stands for.

    Returns:
        ``x``, ``y`` in order along each line, ``line`` (its number) and ``held`` (the share enclosed).
    """
    ends = [_wide(values) for values in (x, y)]
    grid, across, up = np.histogram2d(x, y, bins=CELLS, range=ends, weights=weights)
    density = gaussian_filter(grid.T, SMOOTHING)
    generator = contourpy.contour_generator(_middles(across), _middles(up), density)
    ordered = np.sort(density.ravel())[::-1]
    reached = np.cumsum(ordered) / ordered.sum()
    lines: list[pd.DataFrame] = []
    for held in HELD:
        level = ordered[min(int(np.searchsorted(reached, held)), len(ordered) - 1)]
        for line in generator.lines(float(level)):
            points = np.array(line, dtype=float)
            lines.append(pd.DataFrame({"x": points[:, 0], "y": points[:, 1], "line": len(lines), "held": held}))
    return pd.concat(lines, ignore_index=True) if lines else pd.DataFrame(columns=["x", "y", "line", "held"])


def _wide(values: NDArray[np.float64]) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    room = 0.08 * (high - low) or 1.0
    return low - room, high + room


def _middles(edges: NDArray[np.float64]) -> NDArray[np.float64]:
    return (edges[1:] + edges[:-1]) / 2
