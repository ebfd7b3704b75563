"""Quantiles of a population's groups, and their intervals by Woodruff's way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from lib.errors import EstimateError
from lib.estimates.ends import Z
from lib.estimates.figures import Figures
from lib.estimates.rows import Block, Positions, Rows, sums
from lib.estimates.sums import Sums
from lib.estimates.weighted import Floats, Ordered, over

_ROWS_TOGETHER = 64
"""Rows whose replicate weights are summed before the row is looked for in which a quantile is reached."""


@dataclass(frozen=True, eq=False)
class _Ascending:
    """One column by group, put in order within each."""

    rows: Rows
    groups: dict[int, Ordered]

    @classmethod
    def of(cls, rows: Rows) -> _Ascending:
        """The first of the columns that are asked for."""
        return cls(rows, {group: Ordered.of(rows.values[0, run], rows.weights[run]) for group, run in rows.runs()})

    def quantiles(self, shares: Floats) -> Floats:
        """Quantiles of each group at shares of its own (groups x quantiles): quantiles x groups, NaN of nobody."""
        found = np.full(shares.shape[::-1], np.nan)
        for group, ordered in self.groups.items():
            found[:, group] = ordered.quantile(shares[group])
        return found


class Quantiles(Sums):
    """A population whose quantiles can be told: the interval of one is that of the share below it."""

    def quantiles(self, values: ArrayLike, q: float, groups: Positions | None = None, number: int = 1) -> Figures:
        """The weighted quantile of each group by the Federal Reserve's rule, see ``lib.estimates.quantile``."""
        return self.comparable_quantiles(np.asarray(values, dtype=float)[None], q, groups, number)[0]

    def comparable_quantiles(
        self, columns: ArrayLike, q: float, groups: Positions | None = None, number: int = 1
    ) -> list[Figures]:
        """The same of several columns (columns x rows): one quantile of each, with what it would have been."""
        each = np.asarray(columns, dtype=float)
        found = [one for (one,) in self.several_quantiles(each, [q], groups, number)]
        if (redrawn := self._redrawn) is None:
            return found

        def of_rows(values: Floats, weights: Floats) -> Floats:
            return Ordered.of(values[0], weights).quantile([q])

        def of_block(ascending: Floats, weights: Block) -> Floats:
            return _quantiles(ascending[0], weights, q)[None]

        def drawn(values: Floats, told: Figures) -> Figures:
            rows = self._rows(values[None], groups, number).ascending
            (as_drawn,) = self._drawn(redrawn, rows, told.value[None], of_block, of_rows)
            return replace(as_drawn, low=told.low, high=told.high)

        return [drawn(*one) for one in zip(each, found, strict=True)]

    def several_quantiles(
        self, columns: ArrayLike, shares: Sequence[float], groups: Positions | None = None, number: int = 1
    ) -> list[list[Figures]]:
        """Several quantiles of several columns, with intervals, in one pass over the replicates.

        The interval is that of the share below a quantile, led back to values (Woodruff 1952): it holds where many have
        the same value, such as nothing at all, and never leaves the values that there are. What the quantiles would
        have been is not told (see ``quantiles``), and a standard error is the interval over twice 1.96.

        Args:
            columns: Columns x rows.
            shares: Which quantiles.
            groups: Of each row.
            number: How many groups there are.

        Returns:
            Of each column one figure for each of ``shares``.
        """
        wanted = np.asarray(shares, dtype=float)
        if ((wanted < 0) | (wanted > 1)).any():
            raise EstimateError(f"Quantiles must lie between 0 and 1. Got {wanted}.")
        each = [_Ascending.of(self._rows(one[None], groups, number)) for one in np.asarray(columns, dtype=float)]
        values = [one.quantiles(np.tile(wanted, (number, 1))) for one in each]
        errors = self._errors_below(each, values, wanted, groups)
        return [self._woodruff(*one, wanted) for one in zip(each, values, errors, strict=True)]

    def _errors_below(
        self, each: list[_Ascending], values: list[Floats], wanted: Floats, groups: Positions | None
    ) -> list[Floats]:
        """Standard errors of the shares below quantiles: of each column quantiles x groups."""
        number = values[0].shape[1]
        if self._redrawn is None:
            spread = (wanted * (1 - wanted))[:, None]
            weights = [(one.rows, one.rows.weights[None]) for one in each]
            kish = [over(sums(rows, number, w) ** 2, sums(rows, number, w**2)) for rows, w in weights]
            return [np.asarray(np.sqrt(over(spread, one))) for one in kish]
        below = np.full((len(each), len(wanted), len(self.weights)), np.nan)
        for column, one, value in zip(below, each, values, strict=True):
            column[:, one.rows.rows] = one.rows.values[0] <= value[:, one.rows.groups]
        flat = below.reshape(len(each) * len(wanted), len(self.weights))
        found = self.ratios(flat, 1 - np.isnan(flat), groups, number, is_share=True)
        told = np.array([one.standard_error for one in found])
        return list(told.reshape(len(each), len(wanted), number))

    def _woodruff(self, column: _Ascending, value: Floats, error: Floats, wanted: Floats) -> list[Figures]:
        """Quantiles of one column with the interval of the share below each, led back to values."""
        low, high = np.full((2, *value.shape), np.nan)
        if self.method:
            # where nobody can tell how many are below, the quantile might be any value
            reach = Z * np.nan_to_num(error, nan=1.0).T
            low, high = (column.quantiles(np.clip(wanted + side * reach, 0, 1)) for side in (-1, 1))
        found = self._untold(column.rows, value, (high - low) / (2 * Z))
        return [replace(one, low=low[at], high=high[at]) for at, one in enumerate(found)]


def _quantiles(values: Floats, weights: Block, q: float) -> Floats:
    """The quantile of ascending values under each of several sets of weights (values x sets).

    Sums of some rows each tell between which a quantile is reached; only the rows there are looked at one by one.
    """
    full = len(values) // _ROWS_TOGETHER * _ROWS_TOGETHER
    sums = [weights[:full].reshape(-1, _ROWS_TOGETHER, weights.shape[1]).sum(axis=1), weights[full:].sum(axis=0)[None]]
    reached = np.cumsum(np.concatenate(sums), axis=0, dtype=float)
    whole = reached[-1]
    target = q * whole * (1 - 1e-6)  # beyond what is lost where float32 are summed
    part = (reached < target).sum(axis=0)
    first, last = int(part.min()), int(part.max())
    low, high = first * _ROWS_TOGETHER, (last + 1) * _ROWS_TOGETHER
    before = reached[first - 1] if first else np.zeros_like(whole)
    within = np.cumsum(weights[low:high], axis=0, dtype=float) + before
    found = values[np.minimum(low + (within < target).sum(axis=0), len(values) - 1)]
    return np.where(whole > 0, found, np.nan)
