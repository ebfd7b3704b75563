"""Quantiles of a population's groups, and their intervals by Woodruff's way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from lib.errors import EstimateError
from lib.estimates.ends import Z
from lib.estimates.figures import Figures
from lib.estimates.rows import Positions, Reweighted, Rows, sums
from lib.estimates.sums import Sums
from lib.estimates.weighted import Floats, Ordered, over

_FAR = 4.5
"""Standard errors of the share below a quantile within which it is looked for first, under every replicate."""

_MISSING, _BELOW, _NEAR, _ABOVE = -1.0, 0.0, 1.0, 2.0
"""Where a value stands beside those that a quantile has under replicates."""


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

    def below(self, quantiles: Floats, number: int) -> Floats:
        """Whether each of a number of rows is not above quantiles of its group: quantiles x rows, NaN of the others."""
        found = np.full((len(quantiles), number), np.nan)
        found[:, self.rows.rows] = self.rows.values[0] <= quantiles[:, self.rows.groups]
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
        each, wanted = np.asarray(columns, dtype=float), np.array([q])
        found = self._found(each, wanted, groups, number)
        told = [self._woodruff(*one, wanted)[0] for one in found]
        if (redrawn := self._redrawn) is None:
            return told

        def of_block(values: Floats, weights: Reweighted) -> Floats:
            columns, near = np.split(values, 2)
            return _quantiles(columns, near, weights, q)

        def of_rows(values: Floats, weights: Floats) -> Floats:
            return of_block(values, Reweighted(np.ones((len(weights), 1)), weights))[:, 0]

        near = [_near(column, error, q, len(self.weights)) for column, _, error in found]
        rows = self._rows(np.concatenate([np.nan_to_num(each), near]), groups, number)
        value = np.concatenate([value for _, value, _ in found])
        asked = np.split(rows.values, 2)[1] != _MISSING
        drawn = self._drawn(redrawn, rows, value, of_block, self._each_implicate(of_rows, value.shape), asked=asked)
        return [replace(one, low=as_told.low, high=as_told.high) for one, as_told in zip(drawn, told, strict=True)]

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
        found = self._found(np.asarray(columns, dtype=float), wanted, groups, number)
        return [self._woodruff(*one, wanted) for one in found]

    def described(self, values: ArrayLike, shares: Sequence[float]) -> tuple[Figures, Figures, list[Figures]]:
        """Mean of a column, share of those with a value that have exactly nothing of it, and several quantiles.

        All in one pass over the replicates: half as long as ``means``, ``shares`` and ``several_quantiles`` take.
        """
        column, wanted = np.asarray(values, dtype=float), np.asarray(shares, dtype=float)
        nothing = np.where(np.isnan(column), np.nan, column == 0)
        if self._redrawn is None:
            return self.means(column), self.shares(nothing), self.several_quantiles(column[None], shares)[0]
        ascending = _Ascending.of(self._rows(column[None], None, 1))
        found = ascending.quantiles(wanted[None])
        tops = np.concatenate([[column, nothing], ascending.below(found, len(column))])
        is_share = [False, *(True for _ in tops[1:])]
        mean, share, *below = self.ratios(tops, 1 - np.isnan(tops), is_share=is_share)
        error = np.array([one.standard_error for one in below])
        return mean, share, self._woodruff(ascending, found, error, wanted)

    def _found(
        self, columns: Floats, wanted: Floats, groups: Positions | None, number: int
    ) -> list[tuple[_Ascending, Floats, Floats]]:
        """Columns in order, their quantiles and the standard errors of the shares below (both quantiles x groups)."""
        each = [_Ascending.of(self._rows(one[None], groups, number)) for one in columns]
        values = [one.quantiles(np.tile(wanted, (number, 1))) for one in each]
        return list(zip(each, values, self._errors_below(each, values, wanted, groups), strict=True))

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
        below = np.array([one.below(value, len(self.weights)) for one, value in zip(each, values, strict=True)])
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


def _near(column: _Ascending, error: Floats, q: float, number: int) -> Floats:
    """Where each of a number of rows stands beside the values that a quantile has under replicates."""
    reach = _FAR * np.nan_to_num(error, nan=1.0).T
    (low,), (high,) = (column.quantiles(np.clip(q + side * reach, 0, 1)) for side in (-1, 1))
    rows, found = column.rows, np.full(number, _MISSING)
    values = rows.values[0]
    found[rows.rows] = np.where(values < low[rows.groups], _BELOW, np.where(values > high[rows.groups], _ABOVE, _NEAR))
    return found


def _quantiles(values: Floats, near: Floats, weights: Reweighted, q: float) -> Floats:
    """A quantile of each of several columns under each of several sets of weights: columns x sets.

    Only rows near it are looked at one by one, unless it turns out to lie elsewhere.

    Args:
        values: Columns x rows.
        near: Where each value stands, as ``_near`` tells.
        weights: Of the rows.
        q: The share below.
    """
    below, whole = np.split(weights.sums(np.concatenate([near == _BELOW, near != _MISSING])), 2)
    target = q * whole * (1 - 1e-6)  # beyond what is lost where float32 are summed
    found = np.full(whole.shape, np.nan)
    for one in range(len(values)):
        inside = np.flatnonzero(near[one] == _NEAR)
        inside = inside[np.argsort(values[one, inside], kind="stable")]
        reached = np.cumsum(weights[inside].each, axis=0, dtype=float) + below[one]
        place = (reached < target[one]).sum(axis=0)
        is_above, is_below = place == len(inside), below[one] >= target[one]
        if (is_above.any() and _ABOVE in near[one]) or (is_below.any() and _BELOW in near[one]):
            anywhere = np.where(near[[one]] == _MISSING, _MISSING, _NEAR)
            found[[one]] = _quantiles(values[[one]], anywhere, weights, q)
        elif len(inside):
            reaching = values[one, inside[np.minimum(place, len(inside) - 1)]]
            found[one] = np.where(whole[one] > 0, reaching, np.nan)
    return found
