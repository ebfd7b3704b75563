"""Where one member stands on a map, on which it may not have been drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from lib.maps.projection import Projection
from lib.segments.describe.found import Found
from lib.segments.segmentation import Segmentation

Way = Literal["drawn", "projected", "beside"]


@dataclass(frozen=True)
class Mark:
    """The place of a member on a map.

    Attributes:
        x: Across, in the coordinates of the map.
        y: Up.
        way: "drawn" if the map has a point for it, "projected" if PCA's axes say where it would be, "beside" if all
            that can be said is which of the points of t-SNE or UMAP is most like it.
        nearest: What names that one; None where it is the member's own place.
        distance: From the member to it, on the scale on which segments were found.
    """

    x: float
    y: float
    way: Way = "drawn"
    nearest: int | str | None = None
    distance: float = 0.0


def mark(projection: Projection, segmentation: Segmentation, found: Found) -> Mark:
    """The place of a member: its first point on the map, else as near to the truth as the map can tell.

    Args:
        projection: A map of the population that was segmented.
        segmentation: What ``fit`` made of it.
        found: A member of it.
    """
    table = projection.table
    own = np.flatnonzero(np.isin(table["row"].to_numpy(), found.rows))
    if len(own):
        return _at(projection, int(own[0]), "drawn")
    if projection.components is not None:
        scaled = segmentation.model.space.unrotated(found.point[None, :])
        x, y = projection.components.scores(scaled)[0]
        return Mark(float(x), float(y), "projected")
    matrix = segmentation.points.matrix[table["row"].to_numpy()]
    distance = np.sqrt(np.square(matrix - found.point).sum(axis=1))
    nearest = int(distance.argmin())
    place = _at(projection, nearest, "beside")
    return Mark(place.x, place.y, place.way, table["id"].iloc[nearest], float(distance[nearest]))


def _at(projection: Projection, position: int, way: Way) -> Mark:
    one = projection.table.iloc[position]
    return Mark(float(one["x"]), float(one["y"]), way)
