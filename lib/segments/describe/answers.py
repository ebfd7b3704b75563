"""The figures of lenses, for all segments at once: sums over sums in one pass, medians and sizes one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lib.estimates import Figures, Floats, Sample
from lib.estimates.cells import distinct
from lib.population import Population
from lib.subject import Base, Figure

Rows = NDArray[np.bool_]

_SHARES = frozenset({"flag", "codes"})
"""Measures that are shares of those that a figure speaks of."""

_SUMS = frozenset({"flag", "codes", "mean", "ratio"})
"""Measures that are one sum over another."""


@dataclass(frozen=True)
class Asked:
    """One figure of a lens; of a column of codes, the share of one code."""

    lens: str
    figure: Figure
    key: str
    label: str
    code: float = 1.0


class Answers:
    """A table that figures are asked of: which of its rows each speaks of is looked up once."""

    def __init__(self, sample: Sample) -> None:
        self.sample = sample
        self._bases: dict[Base, Rows] = {}

    def speaks_of(self, base: Base) -> Rows:
        """Which rows a figure speaks of."""
        if base not in self._bases:
            self._bases[base] = Population.parse(base.condition).mask(self.sample.dataset)
        return self._bases[base]

    def of(self, column: str, base: Base) -> Floats:
        """A column's values, missing for those that a figure does not speak of."""
        return np.where(self.speaks_of(base), self.sample.dataset.values(column), np.nan)

    def figures(
        self, asked: Sequence[Asked], everyone: Answers, groups: NDArray[np.intp] | None = None, number: int = 1
    ) -> list[Told]:
        """All figures of each group, in the order in which they are asked for; sums in one pass."""
        within = np.zeros(len(self.sample.dataset), dtype=np.intp) if groups is None else groups
        found: dict[Asked, Figures] = {}
        for is_share in (True, False):
            some = [one for one in asked if one.figure.measure in _SUMS and (one.figure.measure in _SHARES) == is_share]
            if some:
                tops, bottoms = (np.array(sums) for sums in zip(*map(self._sums, some), strict=True))
                found |= zip(some, self.sample.ratios(tops, bottoms, within, number, is_share=is_share), strict=True)
        for one in asked:
            if one not in found:
                found[one] = self._other(one.figure, everyone, within, number)
        return [Told(found[one], self._sampled(one.figure.base, within, number)) for one in asked]

    def _sums(self, asked: Asked) -> tuple[Floats, Floats]:
        """What is summed above and below the line."""
        figure = asked.figure
        values = self.of(figure.columns[0], figure.base)
        known = ~np.isnan(values)
        if figure.measure == "ratio":
            return np.nan_to_num(values), np.nan_to_num(self.of(figure.columns[1], figure.base))
        top = values == asked.code if figure.measure in _SHARES else np.nan_to_num(values)
        return top.astype(float), known.astype(float)

    def _other(self, figure: Figure, everyone: Answers, groups: NDArray[np.intp], number: int) -> Figures:
        """Medians, and sizes: of a table whose rows were drawn at random these have no interval."""
        if figure.measure in {"count", "of_all"}:
            own = self.sample.totals(self._held(figure), groups, number)
            is_size = figure.measure == "of_all" and not figure.columns and self.speaks_of(figure.base).all()
            if is_size and everyone is self:
                # the size of a segment, with the interval that it has everywhere; of all of them there is none
                size = self.sample.shared_out(groups, number)
                return size if number > 1 and size.draws is not None else size.without_interval()
            if figure.measure == "of_all":
                own = own / everyone.sample.totals(everyone._held(figure))
            return own if own.draws is not None else own.without_interval()
        values = self.of(figure.columns[0], figure.base)
        if figure.measure == "months":
            with np.errstate(divide="ignore", invalid="ignore"):
                values = values / (self.of(figure.columns[1], figure.base) / 12)
        return self.sample.quantiles(values, 0.5, groups, number)

    def _held(self, figure: Figure) -> Floats:
        """What each member adds to a size: an amount, or itself."""
        if figure.columns:
            return np.nan_to_num(self.of(figure.columns[0], figure.base))
        return self.speaks_of(figure.base).astype(float)

    def _sampled(self, base: Base, groups: NDArray[np.intp], number: int) -> NDArray[np.intp]:
        """Sampled members that a figure rests on: those with an implicate in the group and the base."""
        rows = self.speaks_of(base)
        return distinct(self.sample.dataset.member_codes[rows], groups[rows], number)


class Told(NamedTuple):
    """A figure of several groups, and the sampled members of each that it speaks of."""

    figures: Figures
    sampled: NDArray[np.intp]
