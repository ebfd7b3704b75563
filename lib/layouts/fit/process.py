"""The process that fits t-SNE and UMAP, one at a time, so that the server never loads numba.

It is started by ``lib.maps.worker`` and speaks as ``lib.work.helper`` says: ``{"do": "fit", "method", "parameters"}``
with arrays is answered by "figures" and ``coordinates``, ``{"do": "warm up"}`` when all is loaded and compiled. It ends
when its input closes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lib.work.alone import stand_in
from lib.work.progress import Progress
from lib.work.served import serve

STOOD_IN_FOR = ("sklearn", "pandas", "pynndescent", "scipy.stats")
"""What umap-learn brings along: 130 MB, and ten seconds of compiling on a new machine, to find neighbours, to place new
points and to check tables. A map needs none of it."""

_WARM_POINTS = 64

_Arrays = dict[str, NDArray[Any]]


def main() -> None:
    """Serve until the input closes."""
    stand_in(*STOOD_IN_FOR)
    serve(_served)


def _served(header: dict[str, Any], arrays: _Arrays, progress: Progress) -> tuple[dict[str, Any], _Arrays]:
    from lib.layouts.fit.methods import fit

    if header["do"] == "warm up":
        return _warm_up(progress)
    fitted = fit(header["method"], header["parameters"], arrays, progress)
    return {"figures": dict(fitted.figures)}, {"coordinates": fitted.coordinates}


def _warm_up(progress: Progress) -> tuple[dict[str, Any], _Arrays]:
    """Two tiny fits: everything is imported, and compiled where this machine has not done so before."""
    from lib.layouts.fit.methods import fit

    points = np.random.default_rng(0).normal(size=(_WARM_POINTS, 3))
    place = np.arange(_WARM_POINTS)
    arrays = {"points": points, "start": points[:, :2], "place": place, "weights": np.ones(_WARM_POINTS)}
    parameters = {"seed": 0, "perplexity": 5, "neighbours": 5, "min_dist": 0.1}
    for method in ("umap", "tsne"):
        fit(method, parameters, arrays, progress)
    return {}, {}


if __name__ == "__main__":
    main()
