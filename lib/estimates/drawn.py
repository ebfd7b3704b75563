"""A population as it was drawn, and as it might have been drawn: how far off any figure of its groups may be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from lib.dataset import MEMBERS, Counting, Dataset
from lib.errors import EstimateError
from lib.estimates.cells import distinct
from lib.estimates.figures import Draws, Figures, Method, plain, share_like
from lib.estimates.replicates import Replicates, TooManyError, bootstrap
from lib.estimates.rows import OfBlock, OfImplicates, OfRows, Positions, Reweighted, Rows, check_number, each_group
from lib.estimates.weighted import Floats

Kish = Sequence[Floats | None] | None
"""Effective size of the groups by their weights alone, of each figure that is a share."""


@dataclass(frozen=True, eq=False)
class Redrawn:
    """A population under every replicate.

    Attributes:
        replicates: Of the whole survey.
        implicate: Of each row, from 0.
        members: Where the members of the first implicate stand in the replicates.
        own: Their own weights.
        places: Of each row of the first implicate, which of these members it is (-1 for other rows).
    """

    replicates: Replicates
    implicate: Positions
    members: Positions
    own: Floats
    places: Positions

    def blocks(self, rows: Positions) -> Iterator[Reweighted]:
        """The weights of some rows of the first implicate in some replicates at a time."""
        places = self.places[rows]
        return self.replicates.blocks(self.members[places], self.own[places])


class Drawn:
    """Rows that have what is asked, and figures of them with what they would have been; see ``Sample``."""

    def __init__(self, dataset: Dataset, *, counting: Counting = MEMBERS, replicates: Replicates | None = None) -> None:
        self.dataset, self.counting = dataset, counting
        self.weights = dataset.weights(counting)
        self.method: Method = ""
        self._redrawn: Redrawn | None = None
        if is_of_random_rows(dataset) and replicates is None:
            self.method = "random rows"
        elif counting == MEMBERS or dataset.weight is None:
            with suppress(TooManyError):
                self._redrawn = _redrawn(dataset, replicates or bootstrap(dataset), self.weights)
                self.method = self._redrawn.replicates.kind

    def _rows(self, values: Floats, groups: Positions | None, number: int) -> Rows:
        """Rows that have every value, by group."""
        check_number(number * len(values))
        within = np.zeros(len(self.weights), dtype=np.intp) if groups is None else groups
        if values.shape[1:] != self.weights.shape or within.shape != self.weights.shape:
            raise EstimateError(f"One value and one group is needed for each of {len(self.weights):,} rows.")
        inside = np.flatnonzero(~np.isnan(values).any(axis=0) & (within >= 0))
        if groups is not None:
            inside = inside[np.argsort(within[inside], kind="stable")]
        return Rows(inside, within[inside], values[:, inside], self.weights[inside])

    def _drawn(
        self,
        redrawn: Redrawn,
        rows: Rows,
        value: Floats,
        of_block: OfBlock,
        of_implicates: OfImplicates,
        kish: Kish = None,
        asked: Floats | None = None,
    ) -> list[Figures]:
        """Figures with what they would have been under each replicate and in each implicate."""
        replicates, number = redrawn.replicates, value.shape[1]
        implicate = redrawn.implicate[rows.rows]
        first = rows.among(implicate == 0)
        replicated = np.full((len(value), len(replicates), number), np.nan)
        done = 0
        for block in redrawn.blocks(first.rows):
            for group, run in first.runs():
                replicated[:, done : done + block.shape[1], group] = of_block(first.values[:, run], block[run])
            done += block.shape[1]
        parts = of_implicates(rows, implicate)
        draws = [Draws(replicated[one], parts[:, one], replicates.mark) for one in range(len(value))]
        error = np.array([one.standard_error for one in draws])
        return self._with_ends(rows, value, error, kish, asked, draws)

    def _each_implicate(self, of_rows: OfRows, shape: tuple[int, ...]) -> OfImplicates:
        """Figures x groups of each implicate, one after the other."""

        def of_implicates(rows: Rows, implicate: Positions) -> Floats:
            each = range(self.dataset.implicates)
            return np.array([each_group(rows.among(implicate == one), shape, of_rows) for one in each])

        return of_implicates

    def _sums_of_implicates(self, rows: Rows, implicate: Positions, number: int) -> Floats:
        """Weighted sums in each implicate, all at once: implicates x columns x groups, NaN of nobody."""
        many = self.dataset.implicates
        cells = implicate * number + rows.groups
        weighted = rows.values * rows.weights
        summed = np.array([np.bincount(cells, one, many * number) for one in weighted], dtype=float)
        summed[:, np.bincount(cells, minlength=many * number) == 0] = np.nan
        return summed.reshape(len(summed), many, number).swapaxes(0, 1)

    def _untold(
        self, rows: Rows, value: Floats, error: Floats, kish: Kish = None, asked: Floats | None = None
    ) -> list[Figures]:
        """Figures of rows drawn at random, or of rows of which nobody can tell."""
        return self._with_ends(rows, value, error if self.method else np.full(value.shape, np.nan), kish, asked, None)

    def _with_ends(
        self,
        rows: Rows,
        value: Floats,
        error: Floats,
        kish: Kish,
        asked: Floats | None,
        draws: list[Draws] | None,
    ) -> list[Figures]:
        """Figures with their intervals: those of shares have an effective size, see ``Kish``.

        ``asked`` is not 0 of those that each figure speaks of.
        """
        found = []
        inside = np.ones(len(rows.rows), dtype=bool)
        rests_on = self._rests_on(rows, value.shape[1])
        for one in range(len(value)):
            speaks_of = inside if asked is None else asked[one] != 0
            if not np.array_equal(inside, speaks_of):
                inside, rests_on = speaks_of, self._rests_on(rows.among(speaks_of), value.shape[1])
            drawn = draws[one] if draws else None
            effective = kish[one] if kish else None
            if effective is None:
                found.append(plain(value[one], error[one], *rests_on, self.method, drawn))
            else:
                found.append(share_like(value[one], error[one], effective, *rests_on, self.method, drawn))
        return found

    def _rests_on(self, rows: Rows, number: int) -> tuple[Positions, Positions]:
        """Sampled members and rows of each group."""
        sampled = distinct(self.dataset.member_codes[rows.rows], rows.groups, number)
        return sampled, np.bincount(rows.groups, minlength=number)


def _redrawn(dataset: Dataset, replicates: Replicates, weights: Floats) -> Redrawn:
    implicate = dataset.implicate_codes
    first = np.flatnonzero(implicate == 0)
    places = np.full(len(dataset), -1)
    places[first] = np.arange(len(first))
    members, own = replicates.places(dataset.ids[first]), weights[first] * dataset.implicates
    return Redrawn(replicates, implicate, members, own, places)


def is_of_random_rows(dataset: Dataset) -> bool:
    """Whether the rows of a table are members on their own, so that an interval can be told from them alone.

    Not of a survey: the implicates of one member are near-copies, and how it was drawn takes replicate weights to say.
    """
    return dataset.implicates == 1 and dataset.wave is None and dataset.sampled == len(dataset)
