"""Columns that say much the same of the members at hand, whatever their accounting: measured on the rows themselves.

Two columns are measured to be relatives where their ranks move together, or where one is part of the other in fact.
Identities tell what is so by definition; this tells what they do not know, and works on tables without any.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lib.dataset import MEMBERS, Codebook, Counting, Dataset
from lib.estimates import correlation, draw, ranks
from lib.features.relatives import MAX_RELATIVES, Accounting, Relative
from lib.subject import Identity
from lib.words import percent, within_sentence

Floats = NDArray[np.float64]

CORRELATED = 0.8
"""Rank correlation, either sign, from which two columns are relatives: their ranks share 64% of their variance (.8
squared). Ours: rules of thumb against collinearity lie between .7 (Dormann et al. 2013) and .9."""

NEVER_MORE, HALF, FOR_SO_MANY, TOGETHER = 0.85, 0.5, 0.4, 0.3
"""When a column is part of another in fact: of the members that have any of either it is no more than the other for at
least 85%, at least half of it for at least 40%, and their ranks move together by .3 at least, since columns of little
spread may lie so by chance. Ours: wages are so part of income (half of it or more for 43 to 73%), what is merely
smaller is not (31% at most)."""

ROWS_COMPARED = 50_000
"""Rows looked at; of more so many are drawn by weight. A rank correlation is then off by less than a hundredth."""

FEWEST = 2
"""Columns chosen though they are relatives, where nothing else is there: one alone makes no picture."""

_SEED = 42
_AT_ONCE = 12
"""Columns read together."""


@dataclass(frozen=True)
class LeftOut:
    """A column that is not chosen, since it says much the same as one that is.

    Attributes:
        column: Its name.
        because: The column that it is tied to: one chosen before it, or one left out for such a column.
        kind: "sum" where accounting ties them, "rank" where their ranks move together, "contained" where the column is
            part of the other, "contains" where the other is part of it.
        figure: The rank correlation, or the share of members for whom the part is no more than the whole.
    """

    column: str
    because: str
    kind: Literal["sum", "rank", "contained", "contains"]
    figure: float = float("nan")

    def why(self, codebook: Codebook) -> str:
        """The reason, for a person: "rank correlation 0.89 with income"."""
        other = within_sentence(codebook.label(self.because))
        return {
            "sum": f"shares accounting with {other}",
            "rank": f"rank correlation {self.figure:.2f} with {other}",
            "contained": f"part of {other} for {percent(self.figure)}",
            "contains": f"contains {other} for {percent(self.figure)}",
        }[self.kind]


@dataclass(frozen=True)
class Chosen:
    """The first columns of a ranking none of which is a relative of one before it.

    Attributes:
        columns: Their names, in order.
        left_out: Those passed over on the way, in order.
    """

    columns: tuple[str, ...]
    left_out: tuple[LeftOut, ...]


def choose_apart(
    names: Sequence[str],
    read: Callable[[Sequence[str]], Dataset],
    *,
    counting: Counting = MEMBERS,
    most: int,
) -> Chosen:
    """Go down a ranking and leave out every column that is a relative of one chosen before it.

    Relatives are columns that share content by the accounting of the table (also what is part of a column that was
    itself left out), whose weighted rank correlation is at least ``CORRELATED`` either way, or of which one is part
    of the other in fact (see ``NEVER_MORE``; only columns of one unit are compared so).

    Args:
        names: Columns that can be features, best first.
        read: Gives the population with the columns asked for; called for a dozen columns at a time, no further than
            the choice needs them.
        counting: Members (weighted) or rows.
        most: How many to choose; where fewer than ``FEWEST`` are left, the first of those left out are taken back.
    """
    columns: list[str] = []
    left_out: list[LeftOut] = []
    table = _Table(tuple(names), read, counting)
    books = Accounting(table.identities) if names else Accounting(())
    taken: dict[str, str] = {}
    for name in names:
        if len(columns) == most:
            break
        content = sorted({*books.leaves(name), name})
        tied = next((taken[leaf] for leaf in content if leaf in taken), None)
        found = LeftOut(name, tied, "sum") if tied else table.first_like(name, columns)
        if found is None:
            columns.append(name)
        else:
            left_out.append(found)
        if not tied:  # what is part of a column left out as measured says a part of the same
            taken |= dict.fromkeys(content, name)
    lacking = min(FEWEST, most) - len(columns)
    taken_back = [one.column for one in left_out[: max(lacking, 0)]]
    return Chosen((*columns, *taken_back), tuple(left_out[len(taken_back) :]))


def measured_relatives(
    dataset: Dataset, features: Sequence[str], *, counting: Counting = MEMBERS
) -> tuple[Relative, ...]:
    """Pairs of chosen features that are measured to say much the same, those tied by accounting left out.

    Args:
        dataset: The population.
        features: Names of columns.
        counting: Members (weighted) or rows.
    """
    # codes of categories have no order to speak of; flags have
    in_order = [name for name in dict.fromkeys(features) if dataset.codebook[name].unit != "category"]
    chosen = in_order[:MAX_RELATIVES]
    books = Accounting(dataset.subject.identities)
    table = _Table(tuple(chosen), lambda _: dataset, counting)
    found = []
    for first, second in combinations(chosen, 2):
        tied = {*books.leaves(first), first} & {*books.leaves(second), second}
        if not tied and (alike := table.likeness(second, first)):
            label, why = dataset.codebook.label(second), alike.why(dataset.codebook)
            found.append(Relative((first, second), "measured", f"{label}: {why}; they say much the same."))
    return tuple(found)


def rank_correlation(x: ArrayLike, y: ArrayLike, weights: ArrayLike) -> float:
    """Spearman's correlation, weighted: that of weighted mid-ranks (ties share one); NaN where a column is constant."""
    return correlation(ranks(x, weights), ranks(y, weights), weights)


def part_of(part: ArrayLike, whole: ArrayLike, weights: ArrayLike) -> tuple[float, float]:
    """How far one column is part of another, among the weight that has any of either.

    Returns:
        The share for which ``part`` is of the sign of ``whole`` and no more than it, and the share for which it is
        also at least ``HALF`` of it. Zeros where nobody has any.
    """
    a, b, w = (np.asarray(values, dtype=float) for values in (part, whole, weights))
    inside = (np.abs(a) <= np.abs(b)) & (a * b >= 0) & (b != 0)
    large = inside & (np.abs(a) >= HALF * np.abs(b))
    total = w[(a != 0) | (b != 0)].sum()
    return (float(w[inside].sum() / total), float(w[large].sum() / total)) if total > 0 else (0.0, 0.0)


class _Table:
    """Columns of a population, ranked when they are first compared; of very many rows some."""

    def __init__(self, names: Sequence[str], read: Callable[[Sequence[str]], Dataset], counting: Counting) -> None:
        self._names, self._read, self._counting = names, read, counting
        self._values: dict[str, Floats] = {}
        self._units: dict[str, tuple[str, str]] = {}
        self._standing: dict[str, Floats] = {}

    @cached_property
    def _first(self) -> Dataset:
        return self._read(self._names[:_AT_ONCE])

    @cached_property
    def _drawn(self) -> tuple[NDArray[np.intp] | None, Floats]:
        weights = self._first.weights(self._counting)
        if len(weights) <= ROWS_COMPARED:
            return None, weights
        return draw(weights, ROWS_COMPARED, _SEED), np.ones(ROWS_COMPARED)

    @property
    def identities(self) -> tuple[Identity, ...]:
        return self._first.subject.identities

    def values(self, name: str) -> Floats:
        if name not in self._values:
            at = self._names.index(name)
            some = self._names[at : at + _AT_ONCE]
            data = self._first if name in self._first.frame else self._read(some)
            for one in some:
                if one in data.frame:
                    self._values[one] = self._some(data.values(one))
                    self._units[one] = data.codebook[one].unit, data.codebook[one].period
        return self._values[name]

    def _some(self, values: Floats) -> Floats:
        rows, _ = self._drawn
        return values if rows is None else values[rows]

    def together(self, a: str, b: str) -> float:
        """Weighted rank correlation of two columns; 0 where one of them is constant."""
        # einsum and not @: a threaded product of vectors this short waits longer for its threads than it works
        return float(np.einsum("i,i->", self._unit_ranks(a), self._unit_ranks(b)))

    def _unit_ranks(self, name: str) -> Floats:
        """Weighted ranks made so that the products of two columns sum to their correlation."""
        if name not in self._standing:
            weights = self._drawn[1]
            off = ranks(self.values(name), weights)
            middle = np.einsum("i,i->", off, weights) / max(weights.sum(), 1e-300)
            off = (off - middle) * np.sqrt(weights)
            length = np.sqrt(np.einsum("i,i->", off, off))
            self._standing[name] = off / length if length > 0 else off
        return self._standing[name]

    def first_like(self, name: str, chosen: Sequence[str]) -> LeftOut | None:
        """How a column is a relative of the first of several that it is one of; None where it is of none."""
        return next((found for other in chosen if (found := self.likeness(name, other))), None)

    def likeness(self, name: str, chosen: str) -> LeftOut | None:
        """How a column is measured to be a relative of one chosen before it; None where it is not."""
        together = self.together(name, chosen)
        if abs(together) >= CORRELATED:
            return LeftOut(name, chosen, "rank", together)
        if together < TOGETHER or self._units[name] != self._units[chosen]:
            return None
        weights, inner, outer = self._drawn[1], self.values(name), self.values(chosen)
        if contained := _holds(*part_of(inner, outer, weights)):
            return LeftOut(name, chosen, "contained", contained)
        if contains := _holds(*part_of(outer, inner, weights)):
            return LeftOut(name, chosen, "contains", contains)
        return None


def _holds(never_more: float, large: float) -> float:
    """The share for whom a part is no more than the whole where that makes it one, else 0."""
    return never_more if never_more >= NEVER_MORE and large >= FOR_SO_MANY else 0.0
