"""Where members go as the number of segments grows (Schonlau 2002, "The clustergram")."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from lib.features.components import principal
from lib.segments.judge.sweep import Sweep
from lib.segments.segmentation import UNASSIGNED

LEAST_FLOW = 0.002
"""Share of all members below which a stream is left out: hundreds of hair lines hide the rest."""


@dataclass(frozen=True, eq=False)
class Clustergram:
    """Segments of every k and the streams of members between them.

    Attributes:
        nodes: ``k``, ``segment``, ``height`` (weighted mean of the first principal component), ``share``.
        streams: ``k`` and ``segment`` left and ``height`` there; ``k2``, ``segment2`` and ``height2`` right;
            ``share`` of all members that go along.
    """

    nodes: pd.DataFrame
    streams: pd.DataFrame


def clustergram(swept: Sweep) -> Clustergram:
    """Follow members through a sweep, weighted as it counts.

    Args:
        swept: Segmentations of the same members by several k.
    """
    fits = [swept[k] for k in swept.table.index]
    points = fits[0].points
    centre, directions, _ = principal(points.matrix, points.weights)
    axis = (points.matrix - centre) @ directions[:, 0]
    weights = points.weights / points.weights.sum()
    nodes: list[dict[str, float]] = []
    for fit in fits:
        share = np.bincount(fit.labels, weights, fit.k + 1)
        height = np.bincount(fit.labels, weights * axis, fit.k + 1) / np.where(share > 0, share, 1)
        nodes.extend(
            {"k": fit.recipe.k, "segment": s, "height": height[s], "share": share[s]}
            for s in range(1, fit.k + 1)
            if s != UNASSIGNED
        )
    table = pd.DataFrame(nodes)
    where = table.set_index(["k", "segment"])["height"]
    streams = []
    for left, right in pairwise(fits):
        flow = pd.DataFrame({"from": left.labels, "to": right.labels, "share": weights})
        for (a, b), share in flow.groupby(["from", "to"])["share"].sum().items():
            if share >= LEAST_FLOW and a != UNASSIGNED and b != UNASSIGNED:
                k, k2 = left.recipe.k, right.recipe.k
                streams.append(
                    {
                        "k": k,
                        "segment": a,
                        "height": where[k, a],
                        "k2": k2,
                        "segment2": b,
                        "height2": where[k2, b],
                        "share": share,
                    }
                )
    return Clustergram(table, pd.DataFrame(streams))
