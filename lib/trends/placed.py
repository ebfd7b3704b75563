"""Segments found in one wave, in another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lib.dataset import Codebook, Dataset
from lib.segments.describe.labelled import SEGMENT, segment_variable
from lib.segments.segmentation import Model


def placed(dataset: Dataset, model: Model, names: Mapping[int, str]) -> Dataset:
    """The members of another wave with the segment that a model puts each in, as a category.

    Args:
        dataset: The members, with the features in the dollars that the model was fitted in.
        model: What was fitted.
        names: Name of each segment.

    Raises:
        RecipeError: If a feature is missing from the table or has missing values.
    """
    frame = dataset.frame.assign(**{SEGMENT: model.labels(dataset.frame)})
    variable = segment_variable(names, dataset.entity)
    return replace(dataset, frame=frame, codebook=Codebook({**dataset.codebook, SEGMENT: variable}))
