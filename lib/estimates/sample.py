"""A population as it was drawn, and as it might have been drawn: figures of any group with what they would have been.

A group is a number per row (0, 1, ...; below 0 in none), so that one pass over the replicates serves all groups.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lib.dataset import MEMBERS, Counting, Dataset
from lib.errors import EstimateError
from lib.estimates.cells import distinct
from lib.estimates.ends import Z, effective_size
from lib.estimates.figures import Draws, Figures, Method, plain, share_like
from lib.estimates.replicates import Replicates, bootstrap
from lib.estimates.weighted import Floats, Ordered, mean

Positions = NDArray[np.intp]
Statistic = Callable[[Floats, Floats], float]
"""Takes the values and the weights of a group's rows."""

Block = NDArray[np.float32]
OfBlock = Callable[[Floats, Block], Floats]
"""Takes a group's values and their weights under several replicates (values x replicates), gives a figure for each."""

MOST_GROUPS = 1_000
"""Groups whose figures under every replicate are held at once: eight megabytes."""

_ROWS_TOGETHER = 64
"""Rows whose replicate weights are summed before the row is looked for in which a quantile is reached."""


@dataclass(frozen=True, eq=False)
class _Rows:
    """Rows of a table sorted by group: those that have a value and belong to one."""

    rows: Positions
    groups: Positions
    values: Floats
    weights: Floats

    def runs(self) -> Iterator[tuple[int, slice]]:
        """Each group that occurs, and where its rows stand."""
        starts = np.flatnonzero(np.diff(self.groups, prepend=-1))
        for start, end in zip(starts, np.append(starts[1:], len(self.groups)), strict=True):
            yield int(self.groups[start]), slice(int(start), int(end))

    @property
    def ascending(self) -> _Rows:
        """The same, by value within each group."""
        order = np.lexsort((self.values, self.groups))
        return _Rows(self.rows[order], self.groups[order], self.values[order], self.weights[order])

    def among(self, inside: NDArray[np.bool_]) -> _Rows:
        """Some of them."""
        return _Rows(self.rows[inside], self.groups[inside], self.values[inside], self.weights[inside])


@dataclass(frozen=True, eq=False)
class _Redrawn:
    """Replicates, and for each row of the first implicate where its member stands in them (-1 for other rows)."""

    replicates: Replicates
    places: Positions
    implicate: Positions


class Sample:
    """What is needed to say how sure the figures of a population are.

    Args:
        dataset: The population.
        counting: Members (weighted) or rows. Where rows of a survey are counted, each is one of several near-copies,
            and no standard error can be told.
        replicates: Of the whole survey. Without them, rows that are members by themselves are taken as drawn at random
            from many more, and members with several rows are drawn anew (``bootstrap``).
    """

    def __init__(self, dataset: Dataset, *, counting: Counting = MEMBERS, replicates: Replicates | None = None) -> None:
        self.dataset = dataset
        self.weights = dataset.weights(counting)
        self.method: Method = ""
        self._redrawn: _Redrawn | None = None
        if is_of_random_rows(dataset) and replicates is None:
            self.method = "random rows"
        elif counting == MEMBERS or dataset.weight is None:
            self._redrawn = _redrawn(dataset, replicates or bootstrap(dataset))
            self.method = self._redrawn.replicates.kind

    def means(self, values: ArrayLike, groups: Positions | None = None, number: int = 1) -> Figures:
        """Weighted means of each group, in the unit of ``values`` (one per row; NaN is left out)."""
        return self._linear(values, groups, number, is_share=False)

    def shares(self, holds: ArrayLike, groups: Positions | None = None, number: int = 1) -> Figures:
        """Weighted share of each group for which something holds: 1 or 0 per row, NaN is left out."""
        return self._linear(holds, groups, number, is_share=True)

    def totals(self, values: ArrayLike, groups: Positions | None = None, number: int = 1) -> Figures:
        """Weighted sum of each group."""
        rows = self._rows(values, groups, number)
        value = _sums(rows, number, rows.values * rows.weights)
        if (redrawn := self._redrawn) is None:
            spread = _sums(rows, number, np.square(rows.values * rows.weights)) - value**2 / len(self.dataset)
            return self._untold(rows, value, np.sqrt(np.maximum(spread, 0) * _unbiased(len(self.dataset))))

        def summed(values: Floats, weights: Block) -> Floats:
            return np.asarray(values.astype(np.float32) @ weights)

        def of_implicate(values: Floats, weights: Floats) -> float:
            return float(values @ weights) * self.dataset.implicates

        return self._drawn(redrawn, rows, value, summed, of_implicate)

    def quantiles(self, values: ArrayLike, q: float, groups: Positions | None = None, number: int = 1) -> Figures:
        """The weighted quantile of each group by the Federal Reserve's rule, see ``lib.estimates.quantile``."""
        if not 0 <= q <= 1:
            raise EstimateError(f"Quantiles must lie between 0 and 1. Got {q}.")

        def of_rows(values: Floats, weights: Floats) -> float:
            return float(Ordered.of(values, weights).quantile(q))

        rows = self._rows(values, groups, number)
        value = _each(rows, number, of_rows)
        if (redrawn := self._redrawn) is None:
            return self._woodruff(rows, value, q)
        return self._drawn(
            redrawn, rows.ascending, value, lambda ordered, weights: _quantiles(ordered, weights, q), of_rows
        )

    def any(self, statistic: Statistic, values: ArrayLike, groups: Positions | None = None, number: int = 1) -> Figures:
        """Any figure of values and weights; slow, since it is taken anew with every replicate."""
        rows = self._rows(values, groups, number)
        value = _each(rows, number, statistic)
        if (redrawn := self._redrawn) is None:
            return self._untold(rows, value, np.full(number, np.nan))

        def of_block(values: Floats, weights: Block) -> Floats:
            return np.array([statistic(values, one) for one in weights.T.astype(float)])

        return self._drawn(redrawn, rows, value, of_block, statistic)

    def _linear(self, values: ArrayLike, groups: Positions | None, number: int, *, is_share: bool) -> Figures:
        rows = self._rows(values, groups, number)
        weight = _sums(rows, number, rows.weights)
        value = _over(_sums(rows, number, rows.values * rows.weights), weight)
        kish = _over(weight**2, _sums(rows, number, rows.weights**2)) if is_share else None
        if (redrawn := self._redrawn) is None:
            off = (rows.values - value[rows.groups]) * rows.weights
            many = _unbiased(np.bincount(rows.groups, minlength=number))
            return self._untold(rows, value, _over(np.sqrt(_sums(rows, number, off**2) * many), weight), kish)

        def averaged(values: Floats, weights: Block) -> Floats:
            # about their middle, so that small differences between replicates do not drown in large amounts
            middle = values.mean()
            both = np.stack([values - middle, np.ones_like(values)]).astype(np.float32) @ weights
            return _over(both[0].astype(float), both[1].astype(float)) + middle

        return self._drawn(redrawn, rows, value, averaged, mean, kish)

    def _rows(self, values: ArrayLike, groups: Positions | None, number: int) -> _Rows:
        """Rows that have a value, by group."""
        if number > MOST_GROUPS:
            raise EstimateError(f"How sure figures are can be told of at most {MOST_GROUPS:,} groups. Got {number:,}.")
        known = np.asarray(values, dtype=float)
        within = np.zeros(len(known), dtype=np.intp) if groups is None else groups
        if known.shape != self.weights.shape or within.shape != self.weights.shape:
            raise EstimateError(f"One value and one group is needed for each of {len(self.weights):,} rows.")
        inside = np.flatnonzero(~np.isnan(known) & (within >= 0))
        inside = inside[np.argsort(within[inside], kind="stable")]
        return _Rows(inside, within[inside], known[inside], self.weights[inside])

    def _drawn(
        self,
        redrawn: _Redrawn,
        rows: _Rows,
        value: Floats,
        of_block: OfBlock,
        of_implicate: Statistic,
        kish: Floats | None = None,
    ) -> Figures:
        """Figures with what they would have been under each replicate and in each implicate."""
        replicates, number = redrawn.replicates, len(value)
        implicate = redrawn.implicate[rows.rows]
        first = rows.among(implicate == 0)
        replicated = np.full((len(replicates), number), np.nan)
        own, done = first.weights * self.dataset.implicates, 0
        for block in replicates.blocks(redrawn.places[first.rows], own):
            for group, run in first.runs():
                replicated[done : done + block.shape[1], group] = of_block(first.values[run], block[run])
            done += block.shape[1]
        each = range(self.dataset.implicates)
        parts = [_each(rows.among(implicate == one), number, of_implicate) for one in each]
        draws = Draws(replicated, np.array(parts), replicates)
        return self._with_ends(rows, value, draws.standard_error, kish, draws)

    def _untold(self, rows: _Rows, value: Floats, error: Floats, kish: Floats | None = None) -> Figures:
        """Figures of rows drawn at random, or of rows of which nobody can tell."""
        return self._with_ends(rows, value, error if self.method else np.full(len(value), np.nan), kish)

    def _with_ends(
        self, rows: _Rows, value: Floats, error: Floats, kish: Floats | None, draws: Draws | None = None
    ) -> Figures:
        number = np.bincount(rows.groups, minlength=len(value))
        sampled = distinct(self.dataset.member_codes[rows.rows], rows.groups, len(value))
        if kish is None:
            return plain(value, error, sampled, number, self.method, draws)
        return share_like(value, error, kish, sampled, number, self.method, draws)

    def _woodruff(self, rows: _Rows, value: Floats, q: float) -> Figures:
        """Quantiles of rows drawn at random: the interval of the share below, led back to values (Woodruff 1952)."""
        ends = np.full((2, len(value)), np.nan)
        for group, run in rows.runs():
            ordered = Ordered.of(rows.values[run], rows.weights[run])
            reach = Z * np.sqrt(q * (1 - q) / max(effective_size(ordered.weights), 1))
            ends[:, group] = ordered.quantile(np.clip([q - reach, q + reach], 0, 1))
        found = self._untold(rows, value, (ends[1] - ends[0]) / (2 * Z))
        return replace(found, low=ends[0], high=ends[1]) if self.method else found


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


def _each(rows: _Rows, number: int, statistic: Statistic) -> Floats:
    """A statistic of each group; NaN where it has no rows."""
    found = np.full(number, np.nan)
    for group, run in rows.runs():
        found[group] = statistic(rows.values[run], rows.weights[run])
    return found


def _sums(rows: _Rows, number: int, values: Floats) -> Floats:
    return np.asarray(np.bincount(rows.groups, values, number), dtype=float)


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


def _over(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=whole > 0)


def _unbiased(number: ArrayLike) -> Floats:
    """The factor n / (n - 1), and NaN for one alone."""
    n = np.asarray(number, dtype=float)
    return np.divide(n, n - 1, out=np.full(n.shape, np.nan), where=n > 1)
