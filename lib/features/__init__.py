"""Which columns to segment on, and the scale on which distances between members are taken."""

from lib.features.checks import check_features, feature_notes, usable
from lib.features.components import Rotation
from lib.features.extremes import share_of_extremes
from lib.features.ranking import rank_by_variance, rankable, spreads, trimmed_variance
from lib.features.redundancy import Chosen, LeftOut, choose_apart, measured_relatives, part_of, rank_correlation
from lib.features.relatives import Relative, relatives, without_relatives
from lib.features.space import (
    BENT,
    SCALINGS,
    TRANSFORMS,
    Scaling,
    Space,
    Transform,
    fit_space,
    typical_amount,
)
from lib.features.two_parts import share_of_having

__all__ = [
    "BENT",
    "SCALINGS",
    "TRANSFORMS",
    "Chosen",
    "LeftOut",
    "Relative",
    "Rotation",
    "Scaling",
    "Space",
    "Transform",
    "check_features",
    "choose_apart",
    "feature_notes",
    "fit_space",
    "measured_relatives",
    "part_of",
    "rank_by_variance",
    "rank_correlation",
    "rankable",
    "relatives",
    "share_of_extremes",
    "share_of_having",
    "spreads",
    "trimmed_variance",
    "typical_amount",
    "usable",
    "without_relatives",
]
