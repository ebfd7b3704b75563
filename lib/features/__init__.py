"""Which columns to segment on, and the scale on which distances between members are taken."""

from lib.features.checks import check_features, feature_notes, usable
from lib.features.components import Rotation
from lib.features.extremes import share_of_extremes
from lib.features.ranking import rank_by_variance, rankable, trimmed_variance
from lib.features.relatives import Relative, relatives, without_relatives
from lib.features.space import SCALINGS, TRANSFORMS, Scaling, Space, Transform, fit_space

__all__ = [
    "SCALINGS",
    "TRANSFORMS",
    "Relative",
    "Rotation",
    "Scaling",
    "Space",
    "Transform",
    "check_features",
    "feature_notes",
    "fit_space",
    "rank_by_variance",
    "rankable",
    "relatives",
    "share_of_extremes",
    "trimmed_variance",
    "usable",
    "without_relatives",
]
