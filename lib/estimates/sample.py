"""A population as it was drawn, and as it might have been drawn: figures of any group with what they would have been.

A group is a number per row (0, 1, ...; below 0 in none), so that one pass over the replicates serves all groups.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lib.dataset import MEMBERS, Counting, Dataset
from lib.errors import EstimateError
from lib.estimates import correlated
from lib.estimates.cells import distinct
from lib.estimates.ends import Z
from lib.estimates.figures import Draws, Figures, Method, correlation_like, plain, share_like
from lib.estimates.replicates import Replicates, TooManyError, bootstrap
from lib.estimates.weighted import Floats, Ordered, over

Positions = NDArray[np.intp]
Statistic = Callable[[Floats, Floats], float]
"""Takes the values and the weights of a group's rows."""

Block = NDArray[np.float32]
OfRows = Callable[[Floats, Floats], Floats]
"""Takes what is asked of a group's rows (columns x rows) and their weights, gives several figures."""

OfBlock = Callable[[Floats, Block], Floats]
"""The same with the weights under several replicates (rows x replicates), which gives figures x replicates."""

MOST_FIGURES = 2_000
"""Figures, of all groups, whose values under every replicate are held at once: sixteen megabytes."""

_ROWS_TOGETHER = 64
"""Rows whose replicate weights are summed before the row is looked for in which a quantile is reached."""


@dataclass(frozen=True, eq=False)
class _Rows:
    """Rows of a table sorted by group: those that belong to one, with what is asked of them (columns x rows)."""

    rows: Positions
    groups: Positions
    values: Floats
    weights: Floats

    def runs(self) -> Iterator[tuple[int, slice]]:
        """Each group that occurs, and where its rows stand."""
        starts = np.flatnonzero(np.diff(self.groups, prepend=-1))
        for start, end in pairwise([*starts.tolist(), len(self.groups)]):
            yield int(self.groups[start]), slice(start, end)

    @property
    def ascending(self) -> _Rows:
        """The same, by their first value within each group."""
        order = np.lexsort((self.values[0], self.groups))
        return _Rows(self.rows[order], self.groups[order], self.values[:, order], self.weights[order])

    def among(self, inside: NDArray[np.bool_]) -> _Rows:
        """Some of them."""
        return _Rows(self.rows[inside], self.groups[inside], self.values[:, inside], self.weights[inside])


@dataclass(frozen=True, eq=False)
class _Redrawn:
    """Replicates, and for each row of the first implicate where its member stands in them (-1 for other rows)."""

    replicates: Replicates
    places: Positions
    implicate: Positions


@dataclass(frozen=True, eq=False)
class _Ascending:
    """One column by group, put in order within each."""

    rows: _Rows
    groups: dict[int, Ordered]

    @classmethod
    def of(cls, rows: _Rows) -> _Ascending:
        """The first of the columns that are asked for."""
        return cls(rows, {group: Ordered.of(rows.values[0, run], rows.weights[run]) for group, run in rows.runs()})

    def quantiles(self, shares: Floats) -> Floats:
        """Quantiles of each group at shares of its own (groups x quantiles): quantiles x groups, NaN of nobody."""
        found = np.full(shares.shape[::-1], np.nan)
        for group, ordered in self.groups.items():
            found[:, group] = ordered.quantile(shares[group])
        return found


class Sample:
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

    def __init__(self, dataset: Dataset, *, counting: Counting = MEMBERS, replicates: Replicates | None = None) -> None:
        self.dataset, self.counting = dataset, counting
        self.weights = dataset.weights(counting)
        self.method: Method = ""
        self._redrawn: _Redrawn | None = None
        if is_of_random_rows(dataset) and replicates is None:
            self.method = "random rows"
        elif counting == MEMBERS or dataset.weight is None:
            with suppress(TooManyError):
                self._redrawn = _redrawn(dataset, replicates or bootstrap(dataset))
                self.method = self._redrawn.replicates.kind

    def means(self, values: ArrayLike, groups: Positions | None = None, number: int = 1) -> Figures:
        """Weighted means of each group, in the unit of ``values`` (one per row; NaN is left out)."""
        return self.several_means(np.asarray(values, dtype=float)[None], groups, number)[0]

    def several_means(self, columns: ArrayLike, groups: Positions | None = None, number: int = 1) -> list[Figures]:
        """The same of several columns (columns x rows) in one pass over the replicates."""
        tops = np.asarray(columns, dtype=float)
        return self.ratios(tops, 1 - np.isnan(tops), groups, number)

    def shares(self, holds: ArrayLike, groups: Positions | None = None, number: int = 1) -> Figures:
        """Weighted share of each group for which something holds: 1 or 0 per row, NaN is left out."""
        top = np.asarray(holds, dtype=float)[None]
        return self.ratios(top, 1 - np.isnan(top), groups, number, is_share=True)[0]

    def ratios(
        self,
        tops: Floats,
        bottoms: Floats,
        groups: Positions | None = None,
        number: int = 1,
        *,
        is_share: bool = False,
    ) -> list[Figures]:
        """Weighted sums over weighted sums: several figures of each group in one pass over the replicates.

        Args:
            tops: Figures x rows: what is summed above the line; a missing value is left out.
            bottoms: Figures x rows: what is summed below it: 1 of whom a mean or a share speaks, else 0.
            groups: Of each row.
            number: How many groups there are.
            is_share: Whether the figures are shares between 0 and 1.
        """
        known = ~(np.isnan(tops) | np.isnan(bottoms))
        rows = self._rows(np.concatenate([np.where(known, tops, 0), np.where(known, bottoms, 0)]), groups, number)
        top, bottom = np.split(rows.values, 2)
        weight = _sums(rows, number, bottom * rows.weights)
        value = over(_sums(rows, number, top * rows.weights), weight)
        kish = over(weight**2, _sums(rows, number, bottom * rows.weights**2)) if is_share else None
        if (redrawn := self._redrawn) is None:
            off = _sums(rows, number, np.square((top - value[:, rows.groups] * bottom) * rows.weights))
            many = _unbiased(_sums(rows, number, (bottom != 0).astype(float)))
            return _not_below_nothing(self._untold(rows, value, over(np.sqrt(off * many), weight), kish, bottom), rows)

        def of_block(values: Floats, weights: Block) -> Floats:
            top, bottom = np.split(values, 2)
            # about their middle, so that small differences between replicates do not drown in large amounts
            middle = over(top.sum(axis=1), bottom.sum(axis=1))[:, None]
            off = np.concatenate([top - np.nan_to_num(middle) * bottom, bottom]).astype(np.float32) @ weights
            return over(*np.split(off.astype(float), 2)) + middle

        def of_implicate(values: Floats, weights: Floats) -> Floats:
            return over(*np.split(values @ weights, 2))

        return _not_below_nothing(self._drawn(redrawn, rows, value, of_block, of_implicate, kish, bottom), rows)

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
        error = over(np.sqrt(off * _unbiased(of_group(counted.rows))), of_group(counted.value))
        error = error if self.method else np.full(len(value), np.nan)
        return share_like(value, error, kish, counted.sampled, counted.rows, self.method)

    def totals(self, values: ArrayLike, groups: Positions | None = None, number: int = 1) -> Figures:
        """Weighted sum of each group."""
        rows = self._rows(np.asarray(values, dtype=float)[None], groups, number)
        value = _sums(rows, number, rows.values * rows.weights)
        if (redrawn := self._redrawn) is None:
            spread = _sums(rows, number, np.square(rows.values * rows.weights)) - value**2 / len(self.dataset)
            return self._untold(rows, value, np.sqrt(np.maximum(spread, 0) * _unbiased(len(self.dataset))))[0]

        def of_block(values: Floats, weights: Block) -> Floats:
            return np.asarray(values.astype(np.float32) @ weights)

        def of_implicate(values: Floats, weights: Floats) -> Floats:
            return np.asarray(values @ weights * self.dataset.implicates)

        return self._drawn(redrawn, rows, value, of_block, of_implicate)[0]

    def quantiles(self, values: ArrayLike, q: float, groups: Positions | None = None, number: int = 1) -> Figures:
        """The weighted quantile of each group by the Federal Reserve's rule, see ``lib.estimates.quantile``."""
        found = self.several_quantiles(np.asarray(values, dtype=float)[None], [q], groups, number)[0][0]
        if (redrawn := self._redrawn) is None:
            return found

        def of_rows(values: Floats, weights: Floats) -> Floats:
            return Ordered.of(values[0], weights).quantile([q])

        def of_block(ascending: Floats, weights: Block) -> Floats:
            return _quantiles(ascending[0], weights, q)[None]

        rows = self._rows(np.asarray(values, dtype=float)[None], groups, number).ascending
        drawn = self._drawn(redrawn, rows, found.value[None], of_block, of_rows)[0]
        return replace(drawn, low=found.low, high=found.high)

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
            kish = [over(_sums(rows, number, w) ** 2, _sums(rows, number, w**2)) for rows, w in weights]
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

    def correlations(self, columns: Floats) -> Figures:
        """Weighted Pearson correlations of every pair of columns, over rows that have them all.

        Args:
            columns: Columns x rows, two or more.

        Returns:
            One figure for each pair, in the order of ``correlated.pairs_of``; NaN where one of the two is constant.
            Intervals are Fisher's, about errors by replicates, or of random rows by linearisation.
        """
        _check_number(len(correlated.pairs_of(len(columns))[0]))
        rows = self._rows(np.asarray(columns, dtype=float), None, 1)
        value = correlated.of_pairs(rows.values, rows.weights)
        if (redrawn := self._redrawn) is None:
            many = _unbiased(len(rows.rows))
            found = self._untold(
                rows, value[:, None], (correlated.errors(rows.values, rows.weights) * many**0.5)[:, None]
            )
        else:
            found = self._drawn(redrawn, rows, value[:, None], _blocks_of_pairs, _rows_of_pairs)
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

        def of_block(values: Floats, weights: Block) -> Floats:
            return np.array([[statistic(values[0], one) for one in weights.T.astype(float)]])

        rows = self._rows(np.asarray(values, dtype=float)[None], groups, number)
        value = _each(rows, (1, number), of_rows)
        if (redrawn := self._redrawn) is None:
            return self._untold(rows, value, np.full(value.shape, np.nan))[0]
        return self._drawn(redrawn, rows, value, of_block, of_rows)[0]

    def _rows(self, values: Floats, groups: Positions | None, number: int) -> _Rows:
        """Rows that have every value, by group."""
        _check_number(number * len(values))
        within = np.zeros(len(self.weights), dtype=np.intp) if groups is None else groups
        if values.shape[1:] != self.weights.shape or within.shape != self.weights.shape:
            raise EstimateError(f"One value and one group is needed for each of {len(self.weights):,} rows.")
        inside = np.flatnonzero(~np.isnan(values).any(axis=0) & (within >= 0))
        inside = inside[np.argsort(within[inside], kind="stable")]
        return _Rows(inside, within[inside], values[:, inside], self.weights[inside])

    def _drawn(
        self,
        redrawn: _Redrawn,
        rows: _Rows,
        value: Floats,
        of_block: OfBlock,
        of_implicate: OfRows,
        kish: Floats | None = None,
        asked: Floats | None = None,
    ) -> list[Figures]:
        """Figures with what they would have been under each replicate and in each implicate."""
        replicates, number = redrawn.replicates, value.shape[1]
        implicate = redrawn.implicate[rows.rows]
        first = rows.among(implicate == 0)
        replicated = np.full((len(value), len(replicates), number), np.nan)
        own, done = first.weights * self.dataset.implicates, 0
        for block in replicates.blocks(redrawn.places[first.rows], own):
            for group, run in first.runs():
                replicated[:, done : done + block.shape[1], group] = of_block(first.values[:, run], block[run])
            done += block.shape[1]
        each = range(self.dataset.implicates)
        parts = np.array([_each(rows.among(implicate == one), value.shape, of_implicate) for one in each])
        draws = [Draws(replicated[one], parts[:, one], replicates) for one in range(len(value))]
        error = np.array([one.standard_error for one in draws])
        return self._with_ends(rows, value, error, kish, asked, draws)

    def _untold(
        self, rows: _Rows, value: Floats, error: Floats, kish: Floats | None = None, asked: Floats | None = None
    ) -> list[Figures]:
        """Figures of rows drawn at random, or of rows of which nobody can tell."""
        return self._with_ends(rows, value, error if self.method else np.full(value.shape, np.nan), kish, asked, None)

    def _with_ends(
        self,
        rows: _Rows,
        value: Floats,
        error: Floats,
        kish: Floats | None,
        asked: Floats | None,
        draws: list[Draws] | None,
    ) -> list[Figures]:
        """Figures with their intervals; ``asked`` is not 0 of those that each one speaks of."""
        found = []
        inside = np.ones(len(rows.rows), dtype=bool)
        rests_on = self._rests_on(rows, value.shape[1])
        for one in range(len(value)):
            speaks_of = inside if asked is None else asked[one] != 0
            if not np.array_equal(inside, speaks_of):
                inside, rests_on = speaks_of, self._rests_on(rows.among(speaks_of), value.shape[1])
            drawn = draws[one] if draws else None
            if kish is None:
                found.append(plain(value[one], error[one], *rests_on, self.method, drawn))
            else:
                found.append(share_like(value[one], error[one], kish[one], *rests_on, self.method, drawn))
        return found

    def _rests_on(self, rows: _Rows, number: int) -> tuple[Positions, Positions]:
        """Sampled members and rows of each group."""
        sampled = distinct(self.dataset.member_codes[rows.rows], rows.groups, number)
        return sampled, np.bincount(rows.groups, minlength=number)


def _check_number(figures: int) -> None:
    if figures > MOST_FIGURES:
        raise EstimateError(f"Ask for at most {MOST_FIGURES:,} figures at once. Got {figures:,}.")


def _redrawn(dataset: Dataset, replicates: Replicates) -> _Redrawn:
    implicate = dataset.implicate_codes
    places = np.full(len(dataset), -1)
    places[implicate == 0] = replicates.places(dataset.ids[implicate == 0])
    return _Redrawn(replicates, places, implicate)


def is_of_random_rows(dataset: Dataset) -> bool:
    """Whether the rows of a table are members on their own, so that an interval can be told from them alone.

    Not of a survey: the implicates of one member are near-copies, and how it was drawn takes replicate weights to say.
    """
    return dataset.implicates == 1 and dataset.wave is None and dataset.sampled == len(dataset)


def _each(rows: _Rows, shape: tuple[int, ...], of_rows: OfRows) -> Floats:
    """Figures of each group (figures x groups); NaN where it has no rows."""
    found = np.full(shape, np.nan)
    for group, run in rows.runs():
        found[:, group] = of_rows(rows.values[:, run], rows.weights[run])
    return found


def _sums(rows: _Rows, number: int, values: Floats) -> Floats:
    """Sums of each group: figures x rows to figures x groups."""
    return np.array([np.bincount(rows.groups, one, number) for one in values], dtype=float)


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


def _not_below_nothing(found: list[Figures], rows: _Rows) -> list[Figures]:
    """Of sums over sums: what nobody has less than nothing of is not below nothing on average."""
    least = rows.values.min(axis=1, initial=0).reshape(2, -1).min(axis=0)
    return [
        replace(one, low=np.maximum(one.low, 0.0)) if lowest >= 0 else one
        for one, lowest in zip(found, least, strict=True)
    ]


def _rows_of_pairs(values: Floats, weights: Floats) -> Floats:
    """Correlations of all pairs of columns."""
    return correlated.of_pairs(values, weights)


def _blocks_of_pairs(values: Floats, weights: Block) -> Floats:
    """The same under several sets of weights."""
    return correlated.of_pairs_redrawn(values, weights)


def _side_by_side(found: list[Figures]) -> Figures:
    """Several figures of one group each as one of several groups."""
    value, error, low, high, sampled, rows = (
        np.concatenate([getattr(one, name) for one in found])
        for name in ("value", "standard_error", "low", "high", "sampled", "rows")
    )
    return Figures(value, error, low, high, sampled, rows, found[0].method)


def _unbiased(number: ArrayLike) -> Floats:
    """The factor n / (n - 1), and NaN for one alone."""
    n = np.asarray(number, dtype=float)
    return np.divide(n, n - 1, out=np.full(n.shape, np.nan), where=n > 1)
