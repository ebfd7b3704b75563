"""Scores of a segmentation besides the silhouette, with weights; agreement of two segmentations.

With weights all 1 they are scikit-learn's ``calinski_harabasz_score``, ``davies_bouldin_score`` and
``adjusted_rand_score``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from lib.segments.points import Floats, Labels, Points
from lib.segments.segmentation import UNASSIGNED, Segmentation


def calinski_harabasz(points: Points, labels: Labels) -> float:
    """Spread between segments over spread within, per degree of freedom (Calinski and Harabasz 1974).

    Higher is better. Labels from 1; unassigned rows are left out; NaN for fewer than two segments.
    """
    x, w, codes, centres = _assigned(points, labels)
    k, total = len(centres), float(w.sum())
    if k < 2 or total <= k:
        return float("nan")
    middle = w @ x / total
    between = np.bincount(codes, w) @ np.square(centres - middle).sum(axis=1)
    within = w @ np.square(x - centres[codes]).sum(axis=1)
    return float(between / (k - 1) / (within / (total - k))) if within > 0 else 1.0


def spread_of(points: Points, labels: Labels) -> float:
    """Weighted sum of squared distances to the mean of all, over assigned rows: the inertia of one segment."""
    inside = labels != UNASSIGNED
    x, w = points.matrix[inside], points.weights[inside]
    total = float(w.sum())
    return float(w @ np.square(x - w @ x / total).sum(axis=1)) if total > 0 else 0.0


def davies_bouldin(points: Points, labels: Labels) -> float:
    """Mean over segments of the worst overlap with another segment (Davies and Bouldin 1979). Lower is better.

    Labels from 1; unassigned rows are left out; NaN for fewer than two segments.
    """
    x, w, codes, centres = _assigned(points, labels)
    if len(centres) < 2:
        return float("nan")
    off = np.sqrt(np.square(x - centres[codes]).sum(axis=1))
    extent = np.bincount(codes, w * off) / np.bincount(codes, w)
    apart = np.sqrt(np.square(centres[:, None] - centres[None]).sum(axis=2))
    with np.errstate(divide="ignore", invalid="ignore"):
        overlap = (extent[:, None] + extent[None]) / apart
    # centres that coincide, and each with itself, do not count, as in scikit-learn
    return float(np.where(np.isfinite(overlap), overlap, 0).max(axis=1).mean())


def score(segmentation: Segmentation) -> dict[str, float]:
    """Every score of a segmentation, and what its smallest segment rests on: a row of ``Sweep.table``."""
    points, labels, told = segmentation.points, segmentation.labels, segmentation.evidence
    sizes = segmentation.sizes.drop(index=UNASSIGNED, errors="ignore")
    return {
        "inertia": segmentation.inertia,
        "inertia_share": segmentation.inertia / spread if (spread := spread_of(points, labels)) > 0 else float("nan"),
        "silhouette": segmentation.silhouette,
        "calinski_harabasz": calinski_harabasz(points, labels),
        "davies_bouldin": davies_bouldin(points, labels),
        "smallest_share": float(sizes["share"].min()),
        "smallest_sampled": int(sizes["sampled"].min()),
        "thin_segments": int(sizes["thin"].sum()),
        "spread_over_starts": segmentation.spread_over_starts,
        "starts": len(segmentation.inertias),
        "times_found": segmentation.times_found,
        "seconds": segmentation.seconds,
        **({"bic": told.bic, "certainty": told.certainty, "entropy": told.entropy} if told else {}),
    }


def adjusted_rand(a: Labels, b: Labels, weights: Floats) -> float:
    """How far two labelings agree, corrected for chance: 1 the same, 0 no better than chance.

    Hubert and Arabie (1985) with weights for counts; with weights of 1 it is scikit-learn's figure. Unassigned
    rows are a group of their own.
    """
    table = contingency(a, b, weights)
    total = float(weights.sum())

    def pairs(counts: Floats) -> float:
        return float((counts * (counts - 1)).sum() / 2)

    together, in_a, in_b = pairs(table), pairs(table.sum(axis=1)), pairs(table.sum(axis=0))
    by_chance = in_a * in_b / (total * (total - 1) / 2)
    best = (in_a + in_b) / 2
    return 1.0 if best == by_chance else (together - by_chance) / (best - by_chance)


def overlaps(a: Labels, b: Labels, weights: Floats, shape: tuple[int, int]) -> Floats:
    """Weighted Jaccard similarity of every group 0, 1, ... of ``a`` with every one of ``b``: in both over in either.

    Args:
        a: One label per row.
        b: Another.
        weights: One per row.
        shape: How many groups ``a`` and ``b`` may have.
    """
    both = np.bincount(a * shape[1] + b, weights, shape[0] * shape[1]).reshape(shape)
    either = both.sum(axis=1, keepdims=True) + both.sum(axis=0, keepdims=True) - both
    return np.divide(both, either, out=np.zeros_like(both), where=either > 0)


def contingency(a: Labels, b: Labels, weights: Floats) -> Floats:
    """Weight of the rows in each pair of groups: distinct labels of ``a`` x distinct labels of ``b``."""
    rows, kinds_a = pd.factorize(a, sort=True)
    columns, kinds_b = pd.factorize(b, sort=True)
    cells = np.bincount(rows * len(kinds_b) + columns, weights, len(kinds_a) * len(kinds_b))
    return np.asarray(cells, dtype=float).reshape(len(kinds_a), len(kinds_b))


def _assigned(points: Points, labels: Labels) -> tuple[Floats, Floats, Labels, Floats]:
    """Matrix, weights, labels 0, 1, ... and centres of the rows that count and belong to a segment."""
    inside = (labels != UNASSIGNED) & (points.weights > 0)
    x, w = points.matrix[inside], points.weights[inside]
    codes = pd.factorize(labels[inside], sort=True)[0]
    weight = np.bincount(codes, w)
    centres = np.array([np.bincount(codes, w * column) / weight for column in x.T]).T
    return x, w, codes, centres
