"""What can be asked for by name, as figures and arrays that can be sent: see ``lib.solvers.solve``."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from lib.solvers import distances, kmeans, others
from lib.solvers.kmeans import Stage
from lib.work.progress import Progress
from lib.work.wire import Arrays

Answer = tuple[dict[str, Any], Arrays]


def solved(what: str, figures: Mapping[str, Any], arrays: Arrays, progress: Progress | None) -> Answer:
    """See ``lib.solvers.solve``: in this process."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return METHODS[what](dict(figures), arrays, progress)


def _kmeans(figures: dict[str, Any], arrays: Arrays, progress: Progress | None) -> Answer:
    stages = [Stage(arrays[f"matrix {n}"], arrays[f"weights {n}"]) for n in range(figures.pop("stages"))]
    centres, inertias = kmeans.run(stages, **figures, first=arrays.get("first"), progress=progress)
    return {}, {"centres": centres, "inertias": inertias}


def _path(figures: dict[str, Any], arrays: Arrays, _: Progress | None) -> Answer:
    begun = kmeans.plus_plus(Stage(arrays["first matrix"], arrays["first weights"]), **figures)
    return {}, {"path": np.array(kmeans.path(Stage(arrays["matrix"], arrays["weights"]), begun))}


def _plain(figures: dict[str, Any], arrays: Arrays, _: Progress | None) -> Answer:
    labels, inertia = kmeans.plain(arrays["matrix"], **figures)
    return {"inertia": inertia}, {"labels": labels}


def _labels(method: Callable[..., Any]) -> Callable[[dict[str, Any], Arrays, Progress | None], Answer]:
    return lambda figures, arrays, _: ({}, {"labels": method(**arrays, **figures)})


def _tree(figures: dict[str, Any], arrays: Arrays, _: Progress | None) -> Answer:
    return {}, others.tree(arrays["matrix"], arrays["labels"], arrays["weights"], **figures)


def _distances(_: dict[str, Any], arrays: Arrays, progress: Progress | None) -> Answer:
    return {}, {"sums": distances.Rows(**arrays).sums(progress)}


METHODS: Mapping[str, Callable[[dict[str, Any], Arrays, Progress | None], Answer]] = {
    "kmeans": _kmeans,
    "path": _path,
    "plain": _plain,
    "bisecting": _labels(others.bisecting),
    "gaussian_mixture": _labels(others.gaussian_mixture),
    "ward": _labels(others.ward),
    "hdbscan": _labels(others.hdbscan),
    "tree": _tree,
    "distances": _distances,
}
