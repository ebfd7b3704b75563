"""The recipe as a file that this app, or any program, can apply elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from lib.dataset import Codebook
from lib.exports.provenance import Provenance
from lib.segments import Segmentation
from lib.segments.apply.stored import StoredRecipe, read_recipe, to_text

__all__ = ["StoredRecipe", "read_recipe", "recipe_json"]


def recipe_json(segmentation: Segmentation, names: Mapping[int, str], codebook: Codebook, origin: Provenance) -> bytes:
    """A segmentation as JSON: recipe, curves, scale, centres, names, and how to apply them.

    Args:
        segmentation: What ``fit`` made.
        names: Name of each segment.
        codebook: What the features mean and which of them are dollars.
        origin: Where it came from.
    """
    facts = origin.facts()
    return to_text(
        segmentation.model, names, codebook, origin.dollars, facts, agreement(segmentation), origin.preparation
    ).encode()


def agreement(segmentation: Segmentation) -> float:
    """Share of the segmented rows, weighted, that the model labels as the segmentation does."""
    points = segmentation.points
    same = segmentation.model.labels_of(points.matrix) == segmentation.labels
    return float(np.average(same, weights=points.weights))
