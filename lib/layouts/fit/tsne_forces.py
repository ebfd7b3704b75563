"""The two forces of t-SNE between all pairs of points, compiled. Only the worker process imports this."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

Singles = NDArray[np.float32]

# numpy's rule for division: the check for zero divisors that Python's asks for would keep the loops from being
# vectorised and make them ten times slower. One thread: code for several sums up differently when it comes from
# the disk cache, and maps would not repeat.

_ONE = np.float32(1)
_NIL = np.float32(0)


@numba.njit(fastmath=True, error_model="numpy", cache=True)
def repulsion(x: Singles, y: Singles, force_x: Singles, force_y: Singles, closeness: Singles) -> None:
    """Push of all others on each point, and the sum of its closenesses ``1 / (1 + distance squared)``.

    Every pair is looked at. In single precision, eight or sixteen pairs per instruction, that is faster for a few
    thousand points than trees or grids, and exact.
    """
    for i in range(len(x)):
        sum_x, sum_y, sum_closeness = _NIL, _NIL, _NIL
        for j in range(len(x)):
            dx, dy = x[i] - x[j], y[i] - y[j]
            close = _ONE / (_ONE + dx * dx + dy * dy)
            sum_closeness += close
            sum_x += close * close * dx
            sum_y += close * close * dy
        force_x[i], force_y[i], closeness[i] = sum_x, sum_y, sum_closeness - _ONE


@numba.njit(fastmath=True, error_model="numpy", cache=True)
def attraction(
    x: Singles,
    y: Singles,
    starts: NDArray[np.int32],
    others: NDArray[np.int32],
    similarity: Singles,
    force_x: Singles,
    force_y: Singles,
) -> None:
    """Pull of its neighbours on each point; the neighbours of point i are ``others[starts[i]:starts[i + 1]]``."""
    for i in range(len(x)):
        sum_x, sum_y = _NIL, _NIL
        for edge in range(starts[i], starts[i + 1]):
            j = others[edge]
            dx, dy = x[i] - x[j], y[i] - y[j]
            pull = similarity[edge] / (_ONE + dx * dx + dy * dy)
            sum_x += pull * dx
            sum_y += pull * dy
        force_x[i], force_y[i] = sum_x, sum_y
