"""scikit-learn's other ways of finding groups, and its tree, on plain arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import HDBSCAN, AgglomerativeClustering, BisectingKMeans
from sklearn.mixture import GaussianMixture
from sklearn.tree import DecisionTreeClassifier

from lib.errors import RecipeError
from lib.work.progress import one_thread

Floats = NDArray[np.float64]
Labels = NDArray[np.intp]


def bisecting(matrix: Floats, weights: Floats, k: int, seed: int, starts: int) -> Labels:
    """Labels (0, 1, ...) of weighted rows by bisecting k-means."""
    with one_thread():
        model = BisectingKMeans(k, init="k-means++", n_init=starts, random_state=seed, tol=0)
        return model.fit(matrix, sample_weight=weights).labels_.astype(np.intp)


def gaussian_mixture(matrix: Floats, drawn: Labels, k: int, seed: int, starts: int) -> Labels:
    """Labels (0, 1, ...) of all rows by a mixture that is fitted to those drawn.

    Raises:
        RecipeError: If it cannot be fitted.
    """
    # variance that every component keeps, relative to the data's: columns that are sums of others have none left
    floor = 1e-6 * max(float(matrix.var(axis=0).mean()), 1e-300)
    model = GaussianMixture(k, n_init=starts, reg_covar=floor, random_state=seed)
    try:
        with one_thread():
            return model.fit(matrix[drawn]).predict(matrix).astype(np.intp)
    except ValueError as error:
        raise RecipeError(
            "A Gaussian mixture cannot be fitted to these columns: choose a transform or fewer segments."
        ) from error


def ward(matrix: Floats, k: int) -> Labels:
    """Labels (0, 1, ...) of rows by Ward's hierarchy; all pairs of them are in memory."""
    with one_thread():
        return AgglomerativeClustering(k, linkage="ward").fit_predict(matrix).astype(np.intp)


def hdbscan(matrix: Floats, smallest: int) -> Labels:
    """Labels of rows by HDBSCAN: 0, 1, ... of groups with at least ``smallest`` rows, -1 in thin air."""
    with one_thread():
        return HDBSCAN(min_cluster_size=smallest, copy=True).fit_predict(matrix).astype(np.intp)


def tree(
    matrix: Floats, labels: Labels, weights: Floats, depth: int, leaves: int, seed: int
) -> dict[str, NDArray[Any]]:
    """A shallow decision tree on weighted rows.

    Returns:
        One entry per node, the first is the root: ``left`` and ``right`` (nodes; equal at a leaf), ``feature``
        (a column), ``threshold`` (up to which one goes left), ``label`` (that of most weight).
    """
    model = DecisionTreeClassifier(max_depth=depth, max_leaf_nodes=leaves, random_state=seed)
    grown = model.fit(matrix, labels, sample_weight=weights).tree_
    return {
        "left": grown.children_left,
        "right": grown.children_right,
        "feature": grown.feature,
        "threshold": grown.threshold,
        "label": model.classes_[grown.value[:, 0].argmax(axis=1)],
    }
