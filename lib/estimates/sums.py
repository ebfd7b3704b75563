"""Sums of a population's groups and sums over sums: totals, means, shares, ratios."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lib.estimates.drawn import Drawn
from lib.estimates.figures import Draws, Figures, share_like
from lib.estimates.rows import Positions, Reweighted, Rows, sums, unbiased
from lib.estimates.weighted import Floats, over


class Sums(Drawn):
    """A population whose sums, and sums over sums, can be told."""

    def means(self, values: ArrayLike, groups: Positions | None = None, number: int = 1) -> Figures:
        """Weighted means of each group, in the unit of ``values`` (one per row; NaN is left out)."""
        return self.several_means(np.asarray(values, dtype=float)[None], groups, number)[0]

    def several_means(self, columns: ArrayLike, groups: Positions | None = None, number: int = 1) -> list[Figures]:
        """The same of several columns (columns x rows) in one pass over the replicates."""
        tops = np.asarray(columns, dtype=float)
        return self.ratios(tops, 1 - np.isnan(tops), groups, number)

    def shares(self, holds: ArrayLike, groups: Positions | None = None, number: int = 1) -> Figures:
        """Weighted share of each group for which something holds: 1 or 0 per row, NaN is left out."""
        return self.several_shares(np.asarray(holds, dtype=float)[None], groups, number)[0]

    def several_shares(self, columns: ArrayLike, groups: Positions | None = None, number: int = 1) -> list[Figures]:
        """The same of several things (columns x rows) in one pass over the replicates."""
        tops = np.asarray(columns, dtype=float)
        return self.ratios(tops, 1 - np.isnan(tops), groups, number, is_share=True)

    def ratios(
        self,
        tops: Floats,
        bottoms: Floats,
        groups: Positions | None = None,
        number: int = 1,
        *,
        is_share: bool | Sequence[bool] = False,
    ) -> list[Figures]:
        """Weighted sums over weighted sums: several figures of each group in one pass over the replicates.

        Args:
            tops: Figures x rows: what is summed above the line; a missing value is left out.
            bottoms: Figures x rows: what is summed below it: 1 of whom a mean or a share speaks, else 0.
            groups: Of each row.
            number: How many groups there are.
            is_share: Whether the figures, or which of them, are shares between 0 and 1.
        """
        known = ~(np.isnan(tops) | np.isnan(bottoms))
        below = np.where(known, bottoms, 0)
        if (below == below[0]).all():
            below = below[:1]  # the same for all figures: it is summed once
        rows = self._rows(np.concatenate([np.where(known, tops, 0), below]), groups, number)
        top, bottom = np.split(rows.values, [len(tops)])
        weight = sums(rows, number, bottom * rows.weights)
        value = over(sums(rows, number, top * rows.weights), weight)
        squared = sums(rows, number, bottom * rows.weights**2)
        effective = np.broadcast_to(over(weight**2, squared), value.shape)
        kish = [one if of else None for one, of in zip(effective, np.broadcast_to(is_share, len(tops)), strict=True)]
        asked = np.broadcast_to(bottom, top.shape)
        if (redrawn := self._redrawn) is None:
            off = sums(rows, number, np.square((top - value[:, rows.groups] * bottom) * rows.weights))
            many = unbiased(sums(rows, number, (bottom != 0).astype(float)))
            return _not_below_nothing(self._untold(rows, value, over(np.sqrt(off * many), weight), kish, asked), rows)

        def of_block(values: Floats, weights: Reweighted) -> Floats:
            top, bottom = np.split(values, [len(tops)])
            # about their middle, so that small differences between replicates do not drown in large amounts
            middle = over(top.sum(axis=1), bottom.sum(axis=1))[:, None]
            off = weights.sums(np.concatenate([top - np.nan_to_num(middle) * bottom, bottom]))
            return over(*np.split(off, [len(tops)])) + middle

        def of_implicates(rows: Rows, implicate: Positions) -> Floats:
            return over(*np.split(self._sums_of_implicates(rows, implicate, number), [len(tops)], axis=1))

        return _not_below_nothing(self._drawn(redrawn, rows, value, of_block, of_implicates, kish, asked), rows)

    def shared_out(
        self, codes: Positions, number_of_codes: int, groups: Positions | None = None, number: int = 1
    ) -> Figures:
        """How each group is shared out among codes, in one pass.

        Args:
            codes: Of each row, from 0 (below 0 where missing, which is left out).
            number_of_codes: How many there are.
            groups: Of each row.
            number: How many groups there are.

        Returns:
            Shares of the first group's codes, then of the second's, and so on.
        """
        within = np.zeros(len(self.weights), dtype=np.intp) if groups is None else groups
        cell = np.where((codes >= 0) & (within >= 0), within * number_of_codes + codes, -1)
        ones = np.ones(len(self.weights))
        counted = self.totals(ones, cell, number * number_of_codes)
        squared = np.bincount(cell[cell >= 0], self.weights[cell >= 0] ** 2, len(counted.value))

        def of_group(figures: NDArray[Any]) -> NDArray[Any]:
            """The sum over the codes of a group, at each of them."""
            summed = figures.reshape(*figures.shape[:-1], number, number_of_codes).sum(axis=-1)
            return np.repeat(summed, number_of_codes, axis=-1)

        value = over(counted.value, of_group(counted.value))
        kish = over(of_group(counted.value) ** 2, of_group(squared))
        if counted.draws is not None:
            replicated, parts = np.nan_to_num(counted.draws.replicates), np.nan_to_num(counted.draws.implicates)
            draws = Draws(over(replicated, of_group(replicated)), over(parts, of_group(parts)), counted.draws.source)
            return share_like(value, draws.standard_error, kish, counted.sampled, counted.rows, self.method, draws)
        off = (1 - 2 * value) * squared + value**2 * of_group(squared)
        error = over(np.sqrt(off * unbiased(of_group(counted.rows))), of_group(counted.value))
        error = error if self.method else np.full(len(value), np.nan)
        return share_like(value, error, kish, counted.sampled, counted.rows, self.method)

    def totals(self, values: ArrayLike, groups: Positions | None = None, number: int = 1) -> Figures:
        """Weighted sum of each group."""
        rows = self._rows(np.asarray(values, dtype=float)[None], groups, number)
        value = sums(rows, number, rows.values * rows.weights)
        if (redrawn := self._redrawn) is None:
            spread = sums(rows, number, np.square(rows.values * rows.weights)) - value**2 / len(self.dataset)
            return self._untold(rows, value, np.sqrt(np.maximum(spread, 0) * unbiased(len(self.dataset))))[0]

        def of_block(values: Floats, weights: Reweighted) -> Floats:
            return weights.sums(values)

        def of_implicates(rows: Rows, implicate: Positions) -> Floats:
            return self._sums_of_implicates(rows, implicate, number) * self.dataset.implicates

        return self._drawn(redrawn, rows, value, of_block, of_implicates)[0]


def _not_below_nothing(found: list[Figures], rows: Rows) -> list[Figures]:
    """Of sums over sums: what nobody has less than nothing of is not below nothing on average."""
    tops, bottoms = np.split(rows.values.min(axis=1, initial=0), [len(found)])
    least = np.minimum(tops, bottoms)
    return [
        replace(one, low=np.maximum(one.low, 0.0)) if lowest >= 0 else one
        for one, lowest in zip(found, least, strict=True)
    ]
