"""Segments as a column of the table, so that whatever describes groups describes segments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lib.dataset import Codebook, Dataset, Variable
from lib.segments.describe.profile import check_same
from lib.segments.segmentation import Segmentation
from lib.subject import Entity

SEGMENT = "~segment"
"""What no column is called."""


def labelled(dataset: Dataset, segmentation: Segmentation, names: Mapping[int, str]) -> Dataset:
    """The members with their segment as a category.

    Args:
        dataset: The table that was segmented.
        segmentation: What ``fit`` made of it.
        names: Name of each segment.

    Raises:
        RecipeError: If the dataset is not the one that was segmented.
    """
    check_same(dataset, segmentation)
    frame = dataset.frame.assign(**{SEGMENT: segmentation.labels})
    variable = segment_variable(names, dataset.entity)
    return replace(dataset, frame=frame, codebook=Codebook({**dataset.codebook, SEGMENT: variable}))


def segment_variable(names: Mapping[int, str], entity: Entity) -> Variable:
    """What the column of segments means, given the name of each."""
    return Variable(
        SEGMENT,
        label="Segment",
        definition=f"The segment that the recipe on view puts the {entity.singular} in.",
        unit="category",
        group="Segments",
        values={float(number): f"{number} · {name}" for number, name in names.items()},
        format=",.0f",
    )
