"""Two features as a plane: which segment each part of it belongs to, and members to draw in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lib.dataset import MEMBERS, Dataset
from lib.errors import RecipeError
from lib.estimates import draw
from lib.explore import Scale, scale_of
from lib.segments.segmentation import Model, Segmentation

ACROSS, UP = 120, 80
"""Cells of the grid on which borders are found."""

LEAST_POINTS = 25
"""Points drawn of a small segment, if it has as many rows: in proportion to weight it would have none."""


@dataclass(frozen=True, eq=False)
class Plane:
    """A segmentation by two features, ready to draw.

    Attributes:
        points: Members: ``x``, ``y`` (the features in their units), ``segment``, ``id``, ``row``.
        centroids: ``x``, ``y``, indexed by segment.
        regions: Rectangles of the plane nearest to each centroid, see ``regions``.
        scales: Axes of x and y.
    """

    points: pd.DataFrame
    centroids: pd.DataFrame
    regions: pd.DataFrame
    scales: tuple[Scale, Scale]


def plane_of(dataset: Dataset, segmentation: Segmentation, most: int, *, linear: bool = False) -> Plane:
    """Lay out a segmentation by two features.

    Args:
        dataset: The table that was segmented.
        segmentation: Their segments.
        most: How many points to draw at most.
        linear: Linear axes, rather than bent where the values are skewed.
    """
    _check_two(segmentation.model)
    first, second = segmentation.recipe.features
    scales = tuple(scale_of(dataset.values(name), dataset.codebook[name], linear=linear) for name in (first, second))
    return Plane(
        points=points_to_draw(dataset, segmentation, most),
        centroids=segmentation.model.usual.set_axis(["x", "y"], axis=1),
        regions=regions(segmentation.model, (scales[0], scales[1])),
        scales=(scales[0], scales[1]),
    )


def centre_words(model: Model) -> str:
    """What a centre in the columns' units is, where it is no mean of members; else empty."""
    parts = []
    if model.recipe.transform != "none":
        parts.append("the mean on the bent scale")
    if model.recipe.pca is not None:
        parts.append("through the components that are kept")
    if not parts:
        return ""
    return f" ({', '.join(parts)}, led back: neither the mean nor the median of the members)"


def regions(model: Model, scales: tuple[Scale, Scale]) -> pd.DataFrame:
    """The parts of the plane that belong to each centroid.

    Args:
        model: A segmentation by two features.
        scales: Axes of the first and the second feature; the grid is even on them.

    Returns:
        Rectangles ``x``, ``x2``, ``y``, ``y2`` in the features' units and ``segment``; each stretches over all
        neighbouring cells of a row that belong to one segment.

    Raises:
        RecipeError: If the segmentation has not exactly two features.
    """
    _check_two(model)
    across, up = (_edges(scale, cells) for scale, cells in zip(scales, (ACROSS, UP), strict=True))
    middle_x, middle_y = _middles(scales[0], across), _middles(scales[1], up)
    first, second = model.recipe.features
    grid = {first: np.tile(middle_x, UP), second: np.repeat(middle_y, ACROSS)}
    labels = model.labels(pd.DataFrame(grid)).reshape(UP, ACROSS)
    begins = np.column_stack([np.ones(UP, dtype=bool), np.diff(labels, axis=1) != 0])
    row, column = np.nonzero(begins)
    # a stretch ends where the next one of its row begins, or at the edge
    following = np.append(column[1:], 0)
    ends = np.where(following > column, following, ACROSS)
    ends[np.append(np.diff(row) != 0, True)] = ACROSS
    return pd.DataFrame(
        {
            "x": across[column],
            "x2": across[ends],
            "y": up[row],
            "y2": up[row + 1],
            "segment": labels[row, column],
        }
    )


def points_to_draw(dataset: Dataset, segmentation: Segmentation, most: int, *, seed: int = 42) -> pd.DataFrame:
    """Members of one implicate to draw: in proportion to weight, and a few of every segment.

    Args:
        dataset: The table that was segmented.
        segmentation: Their segments.
        most: How many points to draw at most, before small segments are filled up.
        seed: Start of the random numbers.

    Returns:
        ``x``, ``y`` (the two features in their units), ``segment``, ``id`` (what names it), ``row`` (position in
        the dataset).

    Raises:
        RecipeError: If the segmentation has not exactly two features.
    """
    _check_two(segmentation.model)
    weights = dataset.weights(segmentation.recipe.counting)
    here = np.flatnonzero(dataset.implicate_codes == 0) if segmentation.recipe.counting == MEMBERS else None
    rows = np.arange(len(dataset)) if here is None else here
    if not len(rows):
        rows = np.arange(len(dataset))
    chosen = set(rows[draw(weights[rows], min(most, len(rows)), seed)].tolist())
    for segment in segmentation.sizes.index:
        inside = rows[segmentation.labels[rows] == segment]
        chosen.update(inside[:LEAST_POINTS].tolist())
    picked = np.array(sorted(chosen), dtype=np.intp)
    x, y = (dataset.values(name)[picked] for name in segmentation.recipe.features)
    return pd.DataFrame(
        {"x": x, "y": y, "segment": segmentation.labels[picked], "id": dataset.ids[picked], "row": picked}
    )


def _check_two(model: Model) -> None:
    if len(model.recipe.features) != 2:
        raise RecipeError(f"A plane has two features. Got {len(model.recipe.features)}.")


def _edges(scale: Scale, cells: int) -> np.ndarray:
    low, high = scale.spread(np.array(scale.padded()))
    return scale.restore(np.linspace(low, high, cells + 1))


def _middles(scale: Scale, edges: np.ndarray) -> np.ndarray:
    positions = scale.spread(edges)
    return scale.restore((positions[1:] + positions[:-1]) / 2)
