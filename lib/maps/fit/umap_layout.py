"""UMAP by umap-learn, begun at the principal components. Only the worker process imports this."""

from __future__ import annotations

import re
import warnings
from typing import Any

import numpy as np
import umap
import umap.layouts
import umap.umap_
from numpy.typing import NDArray

from lib.maps.fit.neighbours import nearest
from lib.work.progress import Progress, part_of, report

Floats = NDArray[np.float64]

EPOCHS = 300
"""umap-learn's own 500 take two thirds longer and keep hardly more neighbours (49.3 instead of 49.0 %)."""

_START_WIDTH = 10.0
_START_NOISE = 1e-4

_COMPILED = (
    (umap.umap_, "smooth_knn_dist"),
    (umap.umap_, "compute_membership_strengths"),
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
    falls apart. One seed gives one layout on one machine; another machine may give another one.

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
    near = _with_themselves(*nearest(matrix, neighbours - 1))
    model = umap.UMAP(
        n_neighbors=neighbours,
        min_dist=min_dist,
        n_epochs=EPOCHS,
        init=_scaled(start, seed),
        random_state=seed,
        n_jobs=1,
        precomputed_knn=near,
        force_approximation_algorithm=True,
        tqdm_kwds=_told(part_of(progress, 0.1, 1.0)),
    )
    report(progress, 0.1, "Laying out")
    with warnings.catch_warnings():
        # that the model cannot place new points, and that a seed means one thread: both are meant
        warnings.simplefilter("ignore", UserWarning)
        return np.asarray(model.fit_transform(matrix), dtype=float)


def _with_themselves(positions: NDArray[np.intp], distances: Floats) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Neighbours as umap-learn wants them: the point itself first."""
    own = np.arange(len(positions))[:, None]
    with_own = np.hstack([own, positions]).astype(np.int32)
    return with_own, np.hstack([np.zeros(own.shape), distances]).astype(np.float32)


def _scaled(start: Floats, seed: int) -> NDArray[np.float32]:
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
