"""A population as it was drawn, and as it might have been drawn: figures of any group with what they would have been.

What a sample is stands in ``drawn``, its sums, means and shares in ``sums``, its quantiles in ``quantiles``.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from lib.estimates import correlated
from lib.estimates.figures import Figures, correlation_like
from lib.estimates.quantiles import Quantiles
from lib.estimates.rows import Positions, Reweighted, check_number, each_group, unbiased
from lib.estimates.weighted import Floats

Statistic = Callable[[Floats, Floats], float]
"""Takes the values and the weights of a group's rows."""


class Sample(Quantiles):
    """What is needed to say how sure the figures of a population are.

    Args:
        dataset: The population.
        counting: Members (weighted) or rows. Where rows of a survey are counted, each is one of several near-copies,
            and no standard error can be told.
        replicates: Of the whole survey. Without them, rows that are members by themselves are taken as drawn at random
            from many more, and members with several rows are drawn anew (``bootstrap``), unless they are too many.

    Attributes:
        method: How standard errors come about; empty where none can be told.
        weights: One per row, as counted.
    """

    def correlations(self, columns: Floats) -> Figures:
        """Weighted Pearson correlations of every pair of columns, over rows that have them all.

        Args:
            columns: Columns x rows, two or more.

        Returns:
            One figure for each pair, in the order of ``correlated.pairs_of``; NaN where one of the two is constant.
            Intervals are Fisher's, about errors by replicates, or of random rows by linearisation.
        """
        check_number(len(correlated.pairs_of(len(columns))[0]))
        rows = self._rows(np.asarray(columns, dtype=float), None, 1)
        value = correlated.of_pairs(rows.values, rows.weights)
        if (redrawn := self._redrawn) is None:
            many = unbiased(len(rows.rows))
            found = self._untold(
                rows, value[:, None], (correlated.errors(rows.values, rows.weights) * many**0.5)[:, None]
            )
        else:
            each = self._each_implicate(_rows_of_pairs, (len(value), 1))
            found = self._drawn(redrawn, rows, value[:, None], _blocks_of_pairs, each)
        return correlation_like(_side_by_side(found))

    def rank_correlation(self, x: ArrayLike, y: ArrayLike) -> Figures:
        """Spearman's weighted correlation of two columns; its error is that of its linearised variable."""
        xs, ys = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
        complete = np.flatnonzero(~(np.isnan(xs) | np.isnan(ys)) & (self.weights > 0))
        moved = np.full(len(xs), np.nan)
        moved[complete] = correlated.linearised_ranks(xs[complete], ys[complete], self.weights[complete])
        return correlation_like(self.means(moved))

    def any(self, statistic: Statistic, values: ArrayLike, groups: Positions | None = None, number: int = 1) -> Figures:
        """Any figure of values and weights; slow, since it is taken anew with every replicate."""

        def of_rows(values: Floats, weights: Floats) -> Floats:
            return np.array([statistic(values[0], weights)])

        def of_block(values: Floats, weights: Reweighted) -> Floats:
            return np.array([[statistic(values[0], one) for one in weights.each.T.astype(float)]])

        rows = self._rows(np.asarray(values, dtype=float)[None], groups, number)
        value = each_group(rows, (1, number), of_rows)
        if (redrawn := self._redrawn) is None:
            return self._untold(rows, value, np.full(value.shape, np.nan))[0]
        return self._drawn(redrawn, rows, value, of_block, self._each_implicate(of_rows, value.shape))[0]


def _rows_of_pairs(values: Floats, weights: Floats) -> Floats:
    """Correlations of all pairs of columns."""
    return correlated.of_pairs(values, weights)


def _blocks_of_pairs(values: Floats, weights: Reweighted) -> Floats:
    """The same under several sets of weights."""
    return correlated.of_pairs_redrawn(values, weights)


def _side_by_side(found: list[Figures]) -> Figures:
    """Several figures of one group each as one of several groups."""
    value, error, low, high, sampled, rows = (
        np.concatenate([getattr(one, name) for one in found])
        for name in ("value", "standard_error", "low", "high", "sampled", "rows")
    )
    return Figures(value, error, low, high, sampled, rows, found[0].method)
