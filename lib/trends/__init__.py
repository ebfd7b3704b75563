"""What became of a figure, or of segments, from wave to wave of a survey.

Waves are looked at one at a time, so that no two of them are ever in memory together.
"""

from lib.trends.followed import STATISTICS, Followed, Statistic, first_followed
from lib.trends.placed import Segments, placed
from lib.trends.trend import Trend, trend
from lib.trends.wave import Wave, look, nothing

__all__ = [
    "STATISTICS",
    "Followed",
    "Segments",
    "Statistic",
    "Trend",
    "Wave",
    "first_followed",
    "look",
    "nothing",
    "placed",
    "trend",
]
