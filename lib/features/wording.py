"""What transforms and scalings are called, and what they do, once for controls, sentences and reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from lib.dataset import ROWS, Counting
from lib.features.space import Scaling, Transform
from lib.subject import Entity
from lib.words import capitalised


@dataclass(frozen=True)
class ScaleWords:
    """A transform or a scaling in words.

    Attributes:
        label: On controls.
        does: What becomes of amounts, after "they are".
        effect: What that makes of distances: a clause of its own, empty where nothing is done.
    """

    label: str
    does: str
    effect: str = ""


TRANSFORM_BY, BEND_AT, SCALE_BY, FEATURES = "Transform", "Bend at", "Scale features by", "Features"
COUNT = "Count"
"""What the controls of transform, bend, scaling, features and counting are called, wherever they are spoken of."""


def times(factor: float) -> str:
    """A factor of the amounts at which scales bend, as its control says it: "×0.3"."""
    return f"×{factor:g}"


def counts(counting: Counting, entity: Entity) -> str:
    """A way of counting, as its control says it."""
    if counting == ROWS:
        return "Rows"
    # of a table whose members are called rows, the two ways are told apart
    return "Weighted rows" if entity.plural == "rows" else capitalised(entity.plural)


_NOT_ALONE = "so that a few extreme ones do not decide alone"

TRANSFORM_WORDS: Mapping[Transform, ScaleWords] = MappingProxyType(
    {
        "none": ScaleWords("None", "taken as they are"),
        "asinh": ScaleWords(
            "Log-like",
            "bent by asinh, even near zero and logarithmic beyond, below it as above",
            f"amounts are bent (log-like), {_NOT_ALONE}",
        ),
        "quantile": ScaleWords("Ranks", "replaced by their rank", f"each amount counts by its rank, {_NOT_ALONE}"),
        "winsorised": ScaleWords(
            "Capped",
            "capped at their 1st and 99th percentiles",
            f"the highest and the lowest hundredth are capped, {_NOT_ALONE}",
        ),
        "two_part": ScaleWords(
            "Two parts",
            "split, where some have none, into having any and how much, and bent by asinh",
            "having any and how much are told apart, and amounts are bent (log-like)",
        ),
    }
)

SCALING_WORDS: Mapping[Scaling, ScaleWords] = MappingProxyType(
    {
        "none": ScaleWords(
            "None",
            "left on their own scale",
            "every column stays in its own units, so that the one with the larger amounts decides",
        ),
        "standard": ScaleWords(
            "Standard deviations",
            "divided by their standard deviation",
            "every column is brought to the same spread, so that each has its say",
        ),
        "robust": ScaleWords(
            "Quartile range",
            "divided by the range of their middle half",
            "the middle half of every column is brought to the same width, so that each has its say",
        ),
        "minmax": ScaleWords(
            "0 to 1",
            "put on a scale from 0 to 1",
            "every column is brought to a range of 0 to 1, its largest and smallest value setting the range",
        ),
    }
)
