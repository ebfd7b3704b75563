"""What a first look at a population shows: headline figures, a distribution, a relation, correlations."""

from lib.explore.headlines import (
    Headline,
    headline_estimates,
    headline_figures,
    headlines,
    told_beside,
    told_of_headline,
)
from lib.explore.relation import MAX_CORRELATED, MAX_POINTS, Relation, correlation_table, relation
from lib.explore.scales import Scale, scale_of
from lib.explore.spread import BINS, QUANTILES, Histogram, histogram, summary

__all__ = [
    "BINS",
    "MAX_CORRELATED",
    "MAX_POINTS",
    "QUANTILES",
    "Headline",
    "Histogram",
    "Relation",
    "Scale",
    "correlation_table",
    "headline_estimates",
    "headline_figures",
    "headlines",
    "histogram",
    "relation",
    "scale_of",
    "summary",
    "told_beside",
    "told_of_headline",
]
