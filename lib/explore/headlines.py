"""Headline figures of a population beside those of others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lib import estimates
from lib.dataset import Codebook
from lib.estimates import Figures
from lib.estimates.weighted import Floats
from lib.estimates.wording import beside, far_off, too_unsure
from lib.subject import Entity, HeadlineFigure, Subject
from lib.words import capitalised

_MOST_HEADLINES = 4
"""Amounts that lead where the subject names no headline figures."""


@dataclass(frozen=True)
class Headline:
    """One figure of a population beside the same figure of others.

    Attributes:
        label: What it is called.
        column: What it is of.
        kind: "median" or "share".
        value: Of the population.
        everyone: Of those it is shown beside.
        low: Where its 95 % interval begins; NaN where none can be told, as for the next three.
        high: Where it ends.
        more_low: Where the interval of the difference from those others begins.
        more_high: Where that ends.
        unsure: Whether it is too unsure to rely on.
    """

    label: str
    column: str
    kind: str
    value: float
    everyone: float
    low: float
    high: float
    more_low: float
    more_high: float
    unsure: bool


def headline_figures(codebook: Codebook, subject: Subject) -> tuple[HeadlineFigure, ...]:
    """The figures that lead: those of the subject that the table has, else medians of its first amounts."""
    if named := tuple(figure for figure in subject.headlines if figure.column in codebook):
        return named
    first = codebook.amounts()[:_MOST_HEADLINES]
    return tuple(HeadlineFigure(f"Median: {codebook.label(name)}", name, "median") for name in first)


def headline_estimates(sample: estimates.Sample, figures: Sequence[HeadlineFigure]) -> tuple[Figures, ...]:
    """Headline figures of one population, weighted medians and shares, with what they would have been.

    Args:
        sample: The population.
        figures: As ``headline_figures`` gives them.
    """

    def columns(statistic: str) -> list[Floats]:
        return [sample.dataset.values(figure.column) for figure in figures if figure.statistic == statistic]

    # each in one pass over the replicates
    amounts, codes = columns("median"), columns("share")
    medians = iter(sample.comparable_quantiles(amounts, 0.5) if amounts else ())
    holds = [np.where(np.isnan(code), np.nan, code == 1) for code in codes]
    shares = iter(sample.several_shares(holds) if codes else ())
    return tuple(next(medians if figure.statistic == "median" else shares) for figure in figures)


def headlines(
    own: Sequence[Figures], of_others: Sequence[Figures], figures: Sequence[HeadlineFigure]
) -> tuple[Headline, ...]:
    """Headline figures of a population beside those of others.

    Args:
        own: Of the population, as ``headline_estimates`` gives them.
        of_others: Of those it is shown beside.
        figures: What they are.
    """
    return tuple(map(_headline, figures, own, of_others))


def _headline(figure: HeadlineFigure, own: Figures, of_others: Figures) -> Headline:
    more = own - of_others
    return Headline(
        label=figure.label,
        column=figure.column,
        kind=figure.statistic,
        value=float(own.value[0]),
        everyone=float(of_others.value[0]),
        low=float(own.low[0]),
        high=float(own.high[0]),
        more_low=float(more.low[0]),
        more_high=float(more.high[0]),
        unsure=bool(own.unsure[0]),
    )


def told_of_headline(tile: Headline, text: Callable[[float], str], entity: Entity, *, is_of_rows: bool) -> str:
    """How far off a headline figure may be, in a sentence or two; of rows that are merely counted nothing is said.

    Args:
        tile: The figure.
        text: How such figures are said.
        entity: What members are called.
        is_of_rows: Whether rows are counted.
    """
    off = far_off(tile.low, tile.high, text)
    if not off:
        return "" if is_of_rows else "How far off that may be cannot be told."
    return f"{off} {capitalised(too_unsure(entity))}." if tile.unsure else off


def told_beside(tile: Headline, text: Callable[[float], str], whose: str) -> str:
    """Whether a headline figure differs from that of the others, in a sentence; "" where none has an interval."""
    if np.isnan(tile.low):
        return ""
    if tile.kind == "median":
        return beside(tile.more_low, tile.more_high, text, whose)
    return beside(tile.more_low, tile.more_high, lambda share: f"{100 * share:.1f}", whose, "points")
