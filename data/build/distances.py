"""How near households are to the real households: the check that the sample is nobody.

Distances are Euclidean, in four spaces (``SPACES``): what a household has in detail, on a scale that tells the
poor apart and as ranks, and its ten main totals, on that scale and in plain dollars. A household is its first
implicate; it is compared with all five implicates of every real household, and a real one never with its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from data.build.blocks import AMOUNTS
from data.build.fidelity import MAIN_AMOUNTS
from data.build.panel import IMPLICATES

if TYPE_CHECKING:
    from collections.abc import Callable

CHARACTERISTICS = (
    "HHSEX", "AGE", "MARRIED", "KIDS", "EDUC", "RACE", "OCCAT1", "TURNFEAR", "CRDAPP", "HBUS", "NOCHK", "LATE",
)  # fmt: skip
QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95)
FEWEST_AMOUNTS = 8

_DOLLAR_SCALE = 100.0
_CHUNK = 500
_FEW_COLUMNS = 16


def _details(frame: pd.DataFrame, real: pd.DataFrame) -> np.ndarray:
    """All underived amounts and the main characteristics, in units of their spread.

    A spread below 1 counts as 1: a loan that a dozen households have must not outweigh everything else.
    """
    columns = []
    for name in (*AMOUNTS, *CHARACTERISTICS):
        values, all_values = frame[name].to_numpy(dtype=float), real[name].to_numpy(dtype=float)
        if name in AMOUNTS:
            values, all_values = np.arcsinh(values / _DOLLAR_SCALE), np.arcsinh(all_values / _DOLLAR_SCALE)
        columns.append(values / max(all_values.std(), 1.0))
    return np.column_stack(columns).astype(np.float32)


def _ranks(frame: pd.DataFrame, real: pd.DataFrame) -> np.ndarray:
    """All underived amounts as shares of real rows below them, ties counting half."""
    columns = []
    for name in AMOUNTS:
        ordered, values = np.sort(real[name].to_numpy(dtype=float)), frame[name].to_numpy(dtype=float)
        below, up_to = np.searchsorted(ordered, values, "left"), np.searchsorted(ordered, values, "right")
        columns.append((below + up_to) / 2 / len(ordered))
    return np.column_stack(columns).astype(np.float32)


def _totals(frame: pd.DataFrame, real: pd.DataFrame) -> np.ndarray:
    """The ten main amounts on an inverse hyperbolic sine scale, in units of their spread."""
    names = list(MAIN_AMOUNTS)
    spread = np.arcsinh(real[names].to_numpy(dtype=float) / _DOLLAR_SCALE).std(axis=0)
    return (np.arcsinh(frame[names].to_numpy(dtype=float) / _DOLLAR_SCALE) / spread).astype(np.float32)


def _dollars(frame: pd.DataFrame, real: pd.DataFrame) -> np.ndarray:
    """The ten main amounts in dollars, in units of their spread."""
    names = list(MAIN_AMOUNTS)
    return frame[names].to_numpy(dtype=float) / real[names].to_numpy(dtype=float).std(axis=0)


SPACES: dict[str, Callable[[pd.DataFrame, pd.DataFrame], np.ndarray]] = {
    "details": _details,
    "ranks": _ranks,
    "totals": _totals,
    "dollars": _dollars,
}


def nearest(points: np.ndarray, others: np.ndarray, own: np.ndarray | None = None) -> np.ndarray:
    """Distance from each of ``points`` to the nearest of ``others``.

    Args:
        points: Coordinates, shape (households, columns).
        others: Coordinates of all rows, five per household.
        own: For each point the household of ``others`` that it is itself and that does not count.
    """
    if points.shape[1] <= _FEW_COLUMNS:
        return _nearest_in_tree(points, others, own)
    lengths = (others**2).sum(axis=1)
    result = np.empty(len(points))
    for start in range(0, len(points), _CHUNK):
        chunk = points[start : start + _CHUNK]
        squared = (chunk**2).sum(axis=1)[:, None] + lengths - 2 * chunk @ others.T
        if own is not None:
            rows = np.arange(len(chunk))[:, None]
            squared[rows, own[start : start + _CHUNK, None] * IMPLICATES + np.arange(IMPLICATES)] = np.inf
        result[start : start + _CHUNK] = np.sqrt(np.maximum(squared.min(axis=1), 0))
    return result


def _nearest_in_tree(points: np.ndarray, others: np.ndarray, own: np.ndarray | None) -> np.ndarray:
    """The same by a k-d tree, which is faster where columns are few."""
    # At most five neighbours are one's own rows, so the sixth at the latest is somebody else's.
    distances, rows = cKDTree(others).query(points, k=IMPLICATES + 1)
    if own is not None:
        distances = np.where(rows // IMPLICATES == own[:, None], np.inf, distances)
    return distances.min(axis=1)


def distance_quantiles(sample: pd.DataFrame, real: pd.DataFrame) -> dict[str, dict[str, list[float]]]:
    """In each space, quantiles (``QUANTILES``) of distances to the nearest real household, from both sides."""
    result = {}
    for name, space in SPACES.items():
        others = space(real, real)
        synthetic = nearest(space(sample.iloc[::IMPLICATES], real), others)
        between_real = nearest(others[::IMPLICATES], others, np.arange(len(others) // IMPLICATES))
        result[name] = {
            "synthetic_to_real": [float(f"{q:.4g}") for q in np.quantile(synthetic, QUANTILES)],
            "real_to_other_real": [float(f"{q:.4g}") for q in np.quantile(between_real, QUANTILES)],
        }
    return result


def repeats(sample: pd.DataFrame, real: pd.DataFrame, columns: list[str]) -> int:
    """Rows of ``sample`` that equal some real row in ``columns``, having at least eight of them not zero."""
    mine, theirs = sample[columns].to_numpy(dtype=float), real[columns].to_numpy(dtype=float)
    known = {row.tobytes() for row in np.round(theirs, 2) + 0.0}
    full = mine[(mine != 0).sum(axis=1) >= FEWEST_AMOUNTS]
    return sum(row.tobytes() in known for row in np.round(full, 2) + 0.0)
