"""Exact nearest neighbours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

Floats = NDArray[np.float64]

_BLOCK = 64


def nearest(matrix: Floats, number: int) -> tuple[NDArray[np.intp], Floats]:
    """The nearest other rows of each row, by Euclidean distance.

    All distances are taken: for as many points as a map holds that is quicker than building an index, and nothing
    of it has to be compiled.

    Args:
        matrix: Rows x features.
        number: How many, fewer than there are rows.

    Returns:
        Positions and distances, rows x ``number``, the nearest first.
    """
    positions = np.empty((len(matrix), number), dtype=np.intp)
    distances = np.empty((len(matrix), number))
    for start in range(0, len(matrix), _BLOCK):
        block = slice(start, start + _BLOCK)
        found = cdist(matrix[block], matrix)
        found[np.arange(len(found)), np.arange(start, start + len(found))] = np.inf
        near = np.argpartition(found, number - 1, axis=1)[:, :number]
        distance = np.take_along_axis(found, near, axis=1)
        order = np.argsort(distance, axis=1, kind="stable")
        positions[block] = np.take_along_axis(near, order, axis=1)
        distances[block] = np.take_along_axis(distance, order, axis=1)
    return positions, distances
