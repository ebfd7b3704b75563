"""From points to their places on a map, with what the map is worth. Only the worker process calls this."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lib.layouts.fitted import Fitted
from lib.layouts.quality import measure
from lib.work.progress import Progress, part_of, report

Floats = NDArray[np.float64]


def fit(
    method: str,
    parameters: Mapping[str, Any],
    arrays: Mapping[str, NDArray[Any]],
    progress: Progress | None = None,
) -> Fitted:
    """Lay out different points, give every member the place of its point, and judge the result.

    Identical members are one point: neighbours among them would say nothing, and would cut the neighbour graph
    into pieces.

    Args:
        method: "tsne" or "umap".
        parameters: Of the method, and ``seed``.
        arrays: ``points`` (different points x features), ``start`` (different points x 2), ``place`` (for each
            member the position of its point), ``weights`` (one per member).
        progress: Told the share done; cancels by raising ``Cancelled``.
    """
    points, place = arrays["points"], arrays["place"]
    report(progress, 0.0, "Getting ready")
    start = _apart(arrays["start"], int(parameters["seed"]))
    coordinates, figures = _METHODS[method](points, start, parameters, part_of(progress, 0.02, 0.95))
    single = coordinates.astype(np.float32)[place]
    quality = measure(points[place], single, arrays["weights"], progress=part_of(progress, 0.95, 1.0))
    return Fitted(single, {**figures, "quality": quality.to_dict()})


def _apart(start: Floats, seed: int) -> Floats:
    """A start in which no two points share a place and none lie on one line, from which no force moves them."""
    noise = np.random.default_rng(seed).normal(size=start.shape)
    return start + noise * (1e-4 * max(float(start.std(axis=0).max()), 1e-300))


def _tsne(
    points: Floats, start: Floats, parameters: Mapping[str, Any], progress: Progress | None
) -> tuple[Floats, dict[str, float]]:
    from lib.layouts.fit import tsne

    places, kl = tsne.layout(points, start, perplexity=int(parameters["perplexity"]), progress=progress)
    return places, {"kl_divergence": kl}


def _umap(
    points: Floats, start: Floats, parameters: Mapping[str, Any], progress: Progress | None
) -> tuple[Floats, dict[str, float]]:
    from lib.layouts.fit import umap

    places = umap.layout(
        points,
        start,
        neighbours=int(parameters["neighbours"]),
        min_dist=float(parameters["min_dist"]),
        seed=int(parameters["seed"]),
        progress=progress,
    )
    return places, {}


_Fit = Callable[[Floats, Floats, Mapping[str, Any], "Progress | None"], tuple[Floats, dict[str, float]]]
_METHODS: Mapping[str, _Fit] = {"tsne": _tsne, "umap": _umap}
