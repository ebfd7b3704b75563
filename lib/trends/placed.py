"""Segments found in one wave, in another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from lib.dataset import Codebook, Dataset
from lib.segments.describe.labelled import SEGMENT, segment_variable
from lib.segments.segmentation import Model


@dataclass(frozen=True, eq=False)
class Segments:
    """Segments found in one wave.

    Attributes:
        model: What was fitted.
        names: Name of each segment on view.
    """

    model: Model
    names: Mapping[int, str]


def placed(members: Dataset, segments: Segments) -> Dataset:
    """The members of another wave with the segment that a model puts each in, as a category.

    Args:
        members: With the features, in the dollars that the model was fitted in.
        segments: What was found.

    Raises:
        RecipeError: If a feature is missing from the table or has missing values.
    """
    labels = segments.model.labels(members.frame)
    frame = members.frame.assign(**{SEGMENT: labels})
    variable = segment_variable(segments.names, members.entity)
    return replace(members, frame=frame, codebook=Codebook({**members.codebook, SEGMENT: variable}))
