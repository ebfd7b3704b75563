"""UMAP by umap-learn, begun at the principal components. Only the worker process imports this."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import umap.layouts
import umap.umap_ as umap_learn
from numpy.typing import NDArray

from lib.layouts.fit.neighbours import nearest
from lib.work.progress import Progress, part_of, report

Floats = NDArray[np.float64]

EPOCHS = 300
"""umap-learn's own 500 take two thirds longer and keep hardly more neighbours (49.3 instead of 49.0 %)."""

_START_WIDTH = 10.0
_START_NOISE = 1e-4
_METRIC = "euclidean"
_REPULSION, _RATE, _RANDOM_POINTS = 1.0, 1.0, 5
"""umap-learn's own: weight of repulsion, first step, points drawn at random for each neighbour."""

_COMPILED = (
    (umap_learn, "smooth_knn_dist"),
    (umap_learn, "compute_membership_strengths"),
    (umap.layouts, "_nb_optimize_layout_euclidean_single_epoch"),
)


def layout(
    matrix: Floats,
    start: Floats,
    *,
    neighbours: int,
    min_dist: float,
    seed: int,
    progress: Progress | None = None,
) -> Floats:
    """Places of points such that neighbours lie together.

    It begins at ``start``, never at the spectral layout, which fails or takes very long where the neighbour graph
    falls apart. One seed gives one layout on one machine; another machine may give another one. The steps are those
    of ``umap.UMAP``, whose class asks scikit-learn for more than a map needs.

    Args:
        matrix: Points x features, all different, more than ``neighbours``.
        start: Points x 2, of any scale.
        neighbours: How many neighbours make up a neighbourhood, the point itself included.
        min_dist: How close points may come.
        seed: Start of the random numbers.
        progress: Told the share done.

    Returns:
        Points x 2.
    """
    report(progress, 0.0, "Finding neighbours")
    _keep_compiled()
    near, distances = _with_themselves(*nearest(matrix, neighbours - 1))
    # umap-learn's seeds give umap-learn's maps only through this older generator
    numbers = np.random.RandomState(seed)
    graph = umap_learn.fuzzy_simplicial_set(
        matrix, neighbours, numbers, _METRIC, knn_indices=near, knn_dists=distances
    )[0]
    report(progress, 0.1, "Laying out")
    places, _ = umap_learn.simplicial_set_embedding(
        matrix, graph, start.shape[1], _RATE, *umap_learn.find_ab_params(1.0, min_dist), _REPULSION, _RANDOM_POINTS,
        EPOCHS, scaled(start, seed), numbers, _METRIC, {}, False, {}, False,
        tqdm_kwds=_told(part_of(progress, 0.1, 1.0)),
    )  # fmt: skip
    return np.asarray(places, dtype=float)


def _with_themselves(positions: NDArray[np.intp], distances: Floats) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Neighbours as umap-learn wants them: the point itself first."""
    own = np.arange(len(positions))[:, None]
    with_own = np.hstack([own, positions]).astype(np.int32)
    return with_own, np.hstack([np.zeros(own.shape), distances]).astype(np.float32)


def scaled(start: Floats, seed: int) -> NDArray[np.float32]:
    """As umap-learn scales its own starts; the noise parts points that share a place."""
    widest = max(float(np.abs(start).max()), 1e-300)
    noise = np.random.default_rng(seed).normal(scale=_START_NOISE, size=start.shape)
    return (start * (_START_WIDTH / widest) + noise).astype(np.float32)


def _keep_compiled() -> None:
    """Let numba keep what it compiles on disk: umap-learn leaves that off and compiles in every process.

    These are private names: where a version lacks one, its part is compiled again, and nothing else changes.
    """
    for module, name in _COMPILED:
        function: Any = getattr(module, name, None)
        if hasattr(function, "enable_caching") and not function.signatures:
            function.enable_caching()


def _told(progress: Progress | None) -> dict[str, Any]:
    """Arguments that make umap-learn's progress bar write to ``progress``."""
    bar = "{n}/{total}"
    return {"desc": "", "disable": False, "bar_format": bar, "mininterval": 0.2, "miniters": 1, "file": _Bar(progress)}


class _Bar:
    """A file for the progress bar to write to."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress

    def write(self, text: str) -> None:
        if found := re.search(r"(\d+)/(\d+)", text):
            done, of = map(int, found.groups())
            report(self._progress, done / max(of, 1), f"Laying out, step {done} of {of}")

    def flush(self) -> None:
        """Nothing is held back."""
