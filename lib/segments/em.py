"""Fitting a mixture for mixed types to weighted points by expectation and maximisation (Dempster, Laird, Rubin 1977).

Every component is of an exponential family. So a step is two products with the table of what each row contributes (1,
x, x squared, one column for each code): times the components' coefficients it gives log densities, times what each
component takes of each row it gives the sums from which the next coefficients follow. Equal points are merged and
weighted, which changes nothing. The log likelihood never falls: floors are the exact maxima under them, and a leap
ahead (SQUAREM: Varadhan and Roland 2008) is taken only where it is no worse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lib.estimates import draw
from lib.segments.kmeans import nearest
from lib.segments.mixture import Bell, Chances, Mixture
from lib.segments.points import VERY_MANY, Floats, Kind, Labels, Points, distinct
from lib.segments.recipe import Recipe

FLOOR = 1e-3
"""Least variance of an amount in a component, as a share of its variance over all: a component of one point alone would
have an infinite density. Ours."""

RARE = 1e-6
"""Least chance of a code in a component: one member of a code that was not there must not decide everything. Ours."""

STARTS, TRIED = 30, 2_000
"""Starts at most, and the rows drawn by weight on which they are tried."""

SHORT, GO_ON, GO_ON_AT_LAST = 10, 8, 2
"""Rounds of a start that is tried, how many of the best go on with those rows, and how many of these with all of them
(short runs: Biernacki, Celeux, Govaert 2003)."""

_FARTHEST = 1e3
"""Steps that a leap goes ahead at most."""

MAX_ROUNDS = 300
GAIN, NEARLY = 1e-7, 1e-6
"""Gain of the mean log likelihood per member at which a round, of two or three steps, is the last: with all rows, and
with those on which starts are tried."""


class Run(NamedTuple):
    """A mixture, and the mean log likelihood before each of its iterations, up to a constant."""

    mixture: Mixture
    climbed: tuple[float, ...]


class _Climbed(NamedTuple):
    """What components take (components x contributions), and the likelihood at the end of each round."""

    sums: Floats
    climbed: tuple[float, ...]


def run_em(points: Points, recipe: Recipe, *, first: Floats | None = None, gain: float = GAIN) -> Run:
    """The likeliest mixture of ``recipe.k`` components that some starts lead to.

    Each start gives every point to the nearest of k different ones drawn at random: on the survey these lead higher
    than those of k-means++, which lie far from one another where a mixture seeks what is dense. Of more than
    ``VERY_MANY`` different points so many are drawn by weight.

    Args:
        points: The members on the scale of distances, with the kinds of its columns.
        recipe: k, starts and seed.
        first: Centres to start from besides.
        gain: See ``GAIN``.
    """
    some = points
    if is_drawn(points):
        equal = np.full(VERY_MANY, points.weights.sum() / VERY_MANY)
        some = points.rows(draw(points.weights, VERY_MANY, recipe.seed), equal)
    table = _Table.of(some.distinct, points.kinds)
    few, different = _tried(table, recipe)
    rng = np.random.default_rng((recipe.seed, recipe.k))
    number = min(recipe.starts, STARTS)
    centres = [few.matrix[rng.choice(different, recipe.k, replace=False)] for _ in range(number)]
    tried = [_climb(few, few.begun(one), SHORT, 0.0) for one in (centres if first is None else [first, *centres])]
    better = [_climb(few, run.sums, MAX_ROUNDS, max(gain, NEARLY)) for run in _best(tried, GO_ON)]
    ends = [_climb(table, run.sums, MAX_ROUNDS, gain) for run in _best(better, GO_ON_AT_LAST)]
    last = _best(ends, 1)[0]
    return Run(table.mixture(last.sums), last.climbed)


def is_drawn(points: Points) -> bool:
    """Whether the different points are so many that a mixture is fitted to ``VERY_MANY`` drawn rows."""
    return len(points.distinct[0]) > VERY_MANY


class _State(NamedTuple):
    """Components: logarithm of shares, and for each bell and each category what it is there."""

    shares: Floats
    bells: tuple[tuple[Floats, Floats], ...]
    chances: tuple[Floats, ...]


@dataclass(frozen=True, eq=False)
class _Table:
    """What each row contributes, in rows: 1; x and x squared of each bell, made comparable; each code 0 or 1.

    Attributes:
        matrix: Rows x columns, as they came.
        weights: One per row; their sum is 1.
        kinds: Of each column.
        rows: Contributions x rows.
        bells: Column, row of 1 for whom the bell is of, and row of x (that of x squared is the next); one per bell.
        codes: Column, levels, and row of the first level; one per category.
        scale: Mean and standard deviation of each bell's column, among whom it is of.
    """

    matrix: Floats
    weights: Floats
    kinds: tuple[Kind, ...]
    rows: Floats
    bells: tuple[tuple[int, int, int], ...]
    codes: tuple[tuple[int, Floats, int], ...]
    scale: tuple[tuple[float, float], ...]

    @classmethod
    def of(cls, distinct: tuple[Floats, Floats], kinds: Sequence[Kind]) -> _Table:
        """The table of different points and their weights."""
        matrix, weights = distinct[0], distinct[1] / distinct[1].sum()
        rows: list[Floats] = [np.ones(len(matrix))]
        bells: list[tuple[int, int, int]] = []
        codes: list[tuple[int, Floats, int]] = []
        scale: list[tuple[float, float]] = []
        for position, kind in enumerate(kinds or ["amount"] * matrix.shape[1]):
            column = matrix[:, position]
            if kind == "code":
                levels = np.unique(column)
                codes.append((position, levels, len(rows)))
                rows += [(column == level).astype(float) for level in levels]
                continue
            whom = (
                len(rows) - 1 if kind == "much" else 0
            )  # the row before is that of the top level of the column before
            share = weights * rows[whom]
            share = share / share.sum()
            middle = float(share @ column)
            spread = float(np.sqrt(share @ np.square(column - middle))) or 1.0
            bells.append((position, whom, len(rows)))
            scale.append((middle, spread))
            x = (column - middle) / spread * rows[whom]
            rows += [x, x * x]
        return cls(matrix, weights, tuple(kinds), np.array(rows), tuple(bells), tuple(codes), tuple(scale))

    def drawn(self, chosen: Labels) -> _Table:
        """Some of the rows, each counting as much as another."""
        weights = np.full(len(chosen), 1 / len(chosen))
        return _Table(
            self.matrix[chosen], weights, self.kinds, self.rows[:, chosen], self.bells, self.codes, self.scale
        )

    def begun(self, centres: Floats) -> Floats:
        """What components take that each take all of the rows nearest to a centre."""
        taken = (nearest(self.matrix, centres) == np.arange(len(centres))[:, None]) * self.weights
        return taken @ self.rows.T

    def step(self, sums: Floats) -> tuple[float, Floats]:
        """The mean log likelihood of the components that follow from what they take, and what these take in turn."""
        joint = self._coefficients(self._state(sums)) @ self.rows
        most = joint.max(axis=0)
        joint -= most
        np.exp(joint, out=joint)
        total = joint.sum(axis=0)
        joint *= self.weights / total
        return float(self.weights @ (np.log(total) + most)), joint @ self.rows.T

    def _coefficients(self, state: _State) -> Floats:
        """Components x contributions: what a unit of each adds to the log of share times density."""
        found = np.zeros((len(state.shares), len(self.rows)))
        found[:, 0] = np.log(state.shares)
        for (_, whom, x), (means, variances) in zip(self.bells, state.bells, strict=True):
            found[:, whom] -= 0.5 * (means * means / variances + np.log(2 * np.pi * variances))
            found[:, x], found[:, x + 1] = means / variances, -0.5 / variances
        for (_, levels, row), chances in zip(self.codes, state.chances, strict=True):
            found[:, row : row + len(levels)] += np.log(chances)
        return found

    def _state(self, sums: Floats) -> _State:
        """The likeliest components that take these sums (components x contributions)."""
        held = np.maximum(sums[:, 0], 1e-300)
        bells = tuple(_bell(sums[:, whom], sums[:, x], sums[:, x + 1]) for _, whom, x in self.bells)
        chances = tuple(
            _at_least(sums[:, row : row + len(levels)] / held[:, None], RARE) for _, levels, row in self.codes
        )
        return _State(held / held.sum(), bells, chances)

    def mixture(self, sums: Floats) -> Mixture:
        """The components that follow from what they take, in the units of the matrix."""
        state = self._state(sums)
        columns: dict[int, Bell | Chances] = {}
        for (position, _, _), (means, variances), (middle, spread) in zip(
            self.bells, state.bells, self.scale, strict=True
        ):
            among = bool(self.kinds) and self.kinds[position] == "much"
            columns[position] = Bell(middle + spread * means, spread**2 * variances, among, spread**2 * FLOOR)
        for (position, levels, _), chances in zip(self.codes, state.chances, strict=True):
            columns[position] = Chances(levels, chances)
        return Mixture(state.shares, tuple(columns[position] for position in range(self.matrix.shape[1])))


def _bell(held: Floats, sums: Floats, squares: Floats) -> tuple[Floats, Floats]:
    """Means and variances, those of all for a component that holds nobody."""
    some = held > 1e-12
    means = np.divide(sums, held, out=np.zeros(len(held)), where=some)
    variances = np.divide(squares, held, out=np.ones(len(held)), where=some) - means * means
    return means, np.maximum(variances, FLOOR)


def _at_least(chances: Floats, least: float) -> Floats:
    """The likeliest chances of which none is below ``least``: those below it there, the others in proportion."""
    low = chances < least
    if not low.any():
        return chances
    rest = np.where(low, 0.0, chances)
    left = 1 - least * low.sum(axis=1, keepdims=True)
    return np.where(low, least, rest * left / np.maximum(rest.sum(axis=1, keepdims=True), 1e-300))


def _climb(table: _Table, sums: Floats, rounds: int, gain: float) -> _Climbed:
    """Two steps a round, and from where they lead a leap ahead, kept where it is no worse."""
    likelihood, once = table.step(sums)
    climbed = [likelihood]
    for _ in range(rounds):
        second, twice = table.step(once)
        at, ahead = once, (second, twice)
        step, turn = once - sums, twice - 2 * once + sums
        size = float(np.linalg.norm(step)) / max(float(np.linalg.norm(turn)), 1e-300)
        if 1 < size < _FARTHEST:
            leap = sums + 2 * size * step + size**2 * turn
            tried = table.step(leap)
            if tried[0] >= second:
                at, ahead = leap, tried
        sums, (likelihood, once) = at, ahead
        climbed.append(likelihood)
        if likelihood - climbed[-2] <= gain:
            break
    return _Climbed(sums, tuple(climbed))


def _best(runs: Sequence[_Climbed], most: int) -> list[_Climbed]:
    """The likeliest, those that came to the same place once."""
    different = {round(run.climbed[-1], 5): run for run in sorted(runs, key=lambda run: run.climbed[-1])}
    return list(different.values())[-most:]


def _tried(table: _Table, recipe: Recipe) -> tuple[_Table, Labels]:
    """Rows on which starts are tried, and one position of each different one."""
    if len(table.matrix) > TRIED:
        few = table.drawn(draw(table.weights, TRIED, recipe.seed))
        different = distinct(few.matrix.T)[0]
        if len(different) >= recipe.k:
            return few, different
    return table, np.arange(len(table.matrix))
