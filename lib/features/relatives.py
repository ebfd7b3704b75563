"""Columns that say the same thing: sums and parts of one another by the accounting that a table brings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd

from lib.dataset import Codebook
from lib.subject import Identity

MAX_RELATIVES = 60
"""Features looked at together; a recipe takes no more."""

_NEGLIGIBLE = 1e-9


@dataclass(frozen=True)
class Relative:
    """Features that share their content.

    ``kind`` is "sum" when one is computed exactly from the others and adds nothing, "part" when one is
    contained in the other, "shared" when both contain a third column, and "measured" when the rows at hand say so
    (see ``lib.features.redundancy``).
    """

    columns: tuple[str, ...]
    kind: Literal["sum", "part", "shared", "measured"]
    sentence: str

    def __str__(self) -> str:
        return self.sentence


def relatives(
    features: Sequence[str], identities: Sequence[Identity], codebook: Codebook | None = None
) -> tuple[Relative, ...]:
    """What accounting identities say about a choice of features, following them through other columns.

    Args:
        features: Names of columns.
        identities: Which column is the sum of which others (``Dataset.subject.identities``).
        codebook: Gives the labels used in the sentences; without it names are used.

    Returns:
        Exact sums first, then parts (only the nearest: houses in non-financial assets in assets gives two),
        then pairs that share a part.
    """
    chosen = list(dict.fromkeys(features))[:MAX_RELATIVES]
    label = codebook.label if codebook is not None else str
    books = Accounting(tuple(identities))
    sums = [_sum(row, chosen, label) for row in _dependencies(chosen, books)]
    told = {frozenset(pair) for found in sums for pair in _pairs(found.columns)}
    nearest = _nearest_parts(chosen, books)
    parts = [_part(whole, part, label) for whole, part in nearest if frozenset((whole, part)) not in told]
    told |= {frozenset((a, b)) for a in chosen for b in chosen if books.contains(a, b)}
    shared = [_shared(a, b, books, label) for a, b in _pairs(chosen) if frozenset((a, b)) not in told]
    return (*sums, *parts, *(found for found in shared if found))


def without_relatives(ranking: pd.Series, identities: Sequence[Identity]) -> pd.Series:
    """A ranking with every column left out that shares content with one ranked before it.

    Args:
        ranking: Indexed by column, best first, as ``rank_by_variance`` gives it.
        identities: Which column is the sum of which others (``Dataset.subject.identities``).
    """
    books = Accounting(tuple(identities))
    kept: list[str] = []
    taken: set[str] = set()
    for name in map(str, ranking.index):
        content = set(books.leaves(name)) | {name}
        if not content & taken:
            kept.append(name)
            taken |= content
    return ranking.loc[kept]


@dataclass(frozen=True)
class Accounting:
    """Identities, followed through one another."""

    identities: tuple[Identity, ...]

    @cached_property
    def columns(self) -> frozenset[str]:
        """Every column that some identity mentions."""
        return frozenset[str]().union(*(identity.columns for identity in self.identities))

    @cached_property
    def _known(self) -> dict[str, Mapping[str, float]]:
        return {}

    def leaves(self, name: str) -> Mapping[str, float]:
        """The columns that ``name`` is made of in the end, with their coefficients; what cancels is left out."""
        if name not in self._known:
            self._known[name] = self._followed(name)
        return self._known[name]

    def _followed(self, name: str) -> Mapping[str, float]:
        found: dict[str, float] = {}
        for identity in self.identities:
            if identity.total != name:
                continue
            once: dict[str, float] = {}
            for part, coefficient in identity.parts.items():
                for leaf, inner in self.leaves(part).items():
                    once[leaf] = once.get(leaf, 0.0) + coefficient * inner
            found |= once
        return {leaf: c for leaf, c in found.items() if abs(c) > _NEGLIGIBLE} if found else {name: 1.0}

    def contains(self, whole: str, part: str) -> bool:
        """Whether everything in ``part`` is in ``whole`` too, all added or all subtracted."""
        outer, inner = self.leaves(whole).items(), self.leaves(part).items()
        against = {(leaf, -c) for leaf, c in inner}
        return whole != part and (inner <= outer or against <= outer)


def _dependencies(chosen: Sequence[str], books: Accounting) -> list[dict[str, float]]:
    """Exact linear relations among the chosen columns that follow from the identities.

    Elimination of every other column: what is left of the identities then speaks of chosen columns only.
    """
    if not books.identities:
        return []
    others = sorted(books.columns - set(chosen))
    # smaller columns are eliminated before the totals they make up, so relations read from whole to parts
    ordered = sorted(chosen, key=lambda name: (-len(books.leaves(name)), chosen.index(name)))
    columns = [*others, *ordered]
    matrix = np.zeros((len(books.identities), len(columns)))
    for row, identity in enumerate(books.identities):
        for name, coefficient in {identity.total: -1.0, **identity.parts}.items():
            matrix[row, columns.index(name)] = coefficient
    reduced = _row_reduced(matrix)
    speaks = (np.abs(reduced[:, : len(others)]) < _NEGLIGIBLE).all(axis=1) & (reduced != 0).any(axis=1)
    return [_relation(row[len(others) :], ordered) for row in reduced[speaks]]


def _relation(row: np.ndarray, names: Sequence[str]) -> dict[str, float]:
    return {name: float(c) for name, c in zip(names, row, strict=True) if abs(c) > _NEGLIGIBLE}


def _row_reduced(matrix: np.ndarray) -> np.ndarray:
    """Reduced row echelon form; the entries are small whole numbers and halves, so rounding is harmless."""
    m = matrix.copy()
    row = 0
    for column in range(m.shape[1]):
        pivot = row + int(np.argmax(np.abs(m[row:, column])))
        if abs(m[pivot, column]) < _NEGLIGIBLE:
            continue
        m[[row, pivot]] = m[[pivot, row]]
        m[row] /= m[row, column]
        others = np.arange(len(m)) != row
        m[others] -= np.outer(m[others, column], m[row])
        row += 1
        if row == len(m):
            break
    return np.where(np.abs(m) < _NEGLIGIBLE, 0.0, m)


def _nearest_parts(chosen: Sequence[str], books: Accounting) -> list[tuple[str, str]]:
    """Pairs (whole, part) among the chosen without a third chosen column between them."""
    inside = {name: [other for other in chosen if books.contains(name, other)] for name in chosen}
    return [
        (whole, part)
        for whole, parts in inside.items()
        for part in parts
        if not any(part in inside[between] for between in parts)
    ]


def _sum(relation: Mapping[str, float], chosen: Sequence[str], label: Callable[[str], str]) -> Relative:
    total, *rest = relation
    terms = " ".join(_term(-relation[name] / relation[total], label(name)) for name in rest)
    columns = tuple(name for name in chosen if name in relation)
    sentence = f"{label(total)} = {terms.removeprefix('+ ')}: these columns say the same thing; drop one of them."
    return Relative(columns, "sum", sentence)


def _term(coefficient: float, label: str) -> str:
    size = "" if abs(abs(coefficient) - 1) < _NEGLIGIBLE else f"{abs(coefficient):g} x "
    return f"{'+' if coefficient > 0 else '−'} {size}{label}"


def _part(whole: str, part: str, label: Callable[[str], str]) -> Relative:
    sentence = f"{label(part)} is contained in {label(whole)}: it counts twice when distances are taken."
    return Relative((whole, part), "part", sentence)


def _shared(a: str, b: str, books: Accounting, label: Callable[[str], str]) -> Relative | None:
    common = set(books.leaves(a)) & set(books.leaves(b))
    if not common:
        return None
    within = [c for c in sorted(books.columns) if set(books.leaves(c)) <= common]
    outer = [c for c in within if not any(books.contains(other, c) for other in within)]
    words = " and ".join(label(name) for name in outer[:2])
    sentence = f"{label(a)} and {label(b)} both contain {words}: they move together."
    return Relative((a, b), "shared", sentence)


def _pairs(names: Iterable[str]) -> list[tuple[str, str]]:
    listed = list(names)
    return [(a, b) for i, a in enumerate(listed) for b in listed[i + 1 :]]
