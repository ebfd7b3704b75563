"""Weighted estimates, and how sure they are.

Every function of columns takes one value and one weight per row and weights alike; counting rows is weighting by one.
Rows with a missing value are left out. With the survey's weights over all five implicates these are the
survey's own point estimates: a mean or share over all rows equals the mean of the five implicates' estimates,
and quantiles pool all rows, as the Federal Reserve's public tables do.
"""

from lib.estimates.cells import MAX_CELLS, shares
from lib.estimates.ends import THIN, THIN_SOURCE
from lib.estimates.figures import Figures
from lib.estimates.intervals import Interval, figures, interval, share_below, sure_shares
from lib.estimates.replicates import Replicates, bootstrap
from lib.estimates.sample import Sample
from lib.estimates.weighted import (
    Floats,
    Ordered,
    correlation,
    correlations,
    draw,
    draw_once,
    histogram,
    inclusion,
    mean,
    over,
    quantile,
    ranks,
    share,
    total,
    variance,
)

__all__ = [
    "MAX_CELLS",
    "THIN",
    "THIN_SOURCE",
    "Figures",
    "Floats",
    "Interval",
    "Ordered",
    "Replicates",
    "Sample",
    "bootstrap",
    "correlation",
    "correlations",
    "draw",
    "draw_once",
    "figures",
    "histogram",
    "inclusion",
    "interval",
    "mean",
    "over",
    "quantile",
    "ranks",
    "share",
    "share_below",
    "shares",
    "sure_shares",
    "total",
    "variance",
]
