"""Members as points: the matrix that is clustered, scored and mapped, with what each row counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lib.dataset import ROWS, Counting, Dataset
from lib.errors import RecipeError
from lib.estimates import draw
from lib.features.space import Space, fit_space
from lib.features.two_parts import Part
from lib.segments.recipe import Recipe

Floats = NDArray[np.float64]
Labels = NDArray[np.intp]

Kind = Literal["amount", "code", "much"]
"""What a column of the matrix is: an amount, codes, or how much those have who, by the column before, have any."""

MANY, VERY_MANY = 10_000, 100_000
"""Different points beyond which fewer stand for all: where something is only tried, and where it is tried again."""

_DRAW_SEED = 42


@dataclass(frozen=True, eq=False)
class Points:
    """Rows x features on the scale of distances, and one entry per row of everything else.

    Attributes:
        matrix: Rows x features, or x the components that a recipe with PCA puts in their place.
        weights: What a row counts; they sum to the sampled members, or to the rows when rows are counted.
        members: Position of the row's member.
        implicates: Which implicate the row is; all 0 when rows are counted.
        kinds: What each column of the matrix is; none where all are amounts.
    """

    matrix: Floats
    weights: Floats
    members: Labels
    implicates: Labels
    kinds: tuple[Kind, ...] = ()

    def __len__(self) -> int:
        return len(self.matrix)

    @cached_property
    def _distinct(self) -> tuple[Floats, Floats]:
        first, position = distinct(self.matrix.T)
        if len(first) == len(self):
            return self.matrix, self.weights  # of very many points a second copy would be large
        return self.matrix[first], np.asarray(np.bincount(position, self.weights), dtype=float)

    @property
    def distinct(self) -> tuple[Floats, Floats]:
        """Different points only, and their summed weights: the same problem for k-means, with fewer rows."""
        return self._distinct

    @cached_property
    def _standing(self) -> tuple[Points, ...]:
        different = len(self.distinct[0])
        if different <= MANY:
            return ()
        one_each = self._mean_by_member()
        if len(one_each) <= MANY:
            return (one_each,)
        return tuple(self._drawn(number) for number in (MANY, VERY_MANY) if number < different)

    @property
    def stages(self) -> tuple[Points, ...]:
        """What stands for these where they are many (members' means, or some drawn), fewest first; at last these."""
        return *self._standing, self

    @property
    def fewer(self) -> Points:
        """The fewest points that stand for these."""
        return self.stages[0]

    def _drawn(self, number: int) -> Points:
        """So many, drawn by weight, each counting once: a heavy row is there more than once."""
        return self.rows(draw(self.weights, number, _DRAW_SEED), np.full(number, self.weights.sum() / number))

    def _mean_by_member(self) -> Points:
        """The weighted mean of every member's implicates, of those with a weight."""
        total = np.bincount(self.members, self.weights)
        members = np.flatnonzero(total > 0)
        sums = [np.bincount(self.members, self.weights * column)[members] for column in self.matrix.T]
        weights = np.asarray(total[members], dtype=float)
        return Points(np.array(sums).T / weights[:, None], weights, members, np.zeros(len(members), dtype=np.intp))

    def rows(self, chosen: NDArray[np.intp] | NDArray[np.bool_], weights: Floats | None = None) -> Points:
        """Some of the rows, with other weights if given."""
        return Points(
            matrix=self.matrix[chosen],
            weights=self.weights[chosen] if weights is None else weights,
            members=self.members[chosen],
            implicates=self.implicates[chosen],
            kinds=self.kinds,
        )


def some_members(dataset: Dataset, most: int = VERY_MANY) -> NDArray[np.bool_] | None:
    """Rows of ``most`` members drawn at random, always the same ones; None where there are no more than that.

    Members keep their weights and all their implicates. For what segments a table many times over.
    """
    if len(dataset) <= most or dataset.sampled <= most:
        return None
    drawn = np.zeros(dataset.sampled, dtype=bool)
    drawn[np.random.default_rng(_DRAW_SEED).choice(dataset.sampled, most, replace=False)] = True
    return drawn[dataset.member_codes]


def drawn_words(drawn: int | None, of: int, members: str) -> str:
    """A sentence on how many members were drawn, "" for None."""
    return "" if drawn is None else f"Of {drawn:,} {members} drawn at random from {of:,}."


def points_of(dataset: Dataset, recipe: Recipe) -> tuple[Space, Points]:
    """The space a recipe asks for, and the members in it.

    Raises:
        RecipeError: If a feature cannot be used, or there are fewer rows or different points than segments.
    """
    if len(dataset) < recipe.k:
        raise RecipeError(
            f"{len(dataset):,} {'row' if len(dataset) == 1 else 'rows'} cannot make {recipe.k} segments: "
            "choose fewer segments or a larger population."
        )
    weights = row_weights(dataset, recipe.counting)
    space = fit_space(
        dataset,
        recipe.features,
        transform=recipe.transform,
        scaling=recipe.scaling,
        pca=recipe.pca,
        bend=recipe.bend,
        weights=weights,
    )
    points = points_in(space, dataset, recipe, weights)
    if recipe.algorithm != "hdbscan":
        check_enough(points, recipe.k)
    return space, points


def points_in(space: Space, dataset: Dataset, recipe: Recipe, weights: Floats) -> Points:
    """The members in a space, whoever it was made for."""
    rows_counted = recipe.counting == ROWS
    return Points(
        matrix=space.matrix(dataset.frame),
        weights=weights,
        members=np.arange(len(dataset)) if rows_counted else dataset.member_codes,
        implicates=np.zeros(len(dataset), dtype=np.intp) if rows_counted else dataset.implicate_codes,
        kinds=_kinds(dataset, space),
    )


def _kinds(dataset: Dataset, space: Space) -> tuple[Kind, ...]:
    return () if space.rotation else tuple(_kind(dataset, part) for part in space.parts)


def _kind(dataset: Dataset, part: Part) -> Kind:
    if part.kind == "whole":
        is_code = dataset.codebook[part.feature].is_category or _has_two_values(dataset.values(part.feature))
        return "code" if is_code else "amount"
    return "code" if part.kind == "has" else "much"


def _has_two_values(values: Floats) -> bool:
    return bool(((values == values.min()) | (values == values.max())).all())


def check_enough(points: Points, k: int) -> None:
    """Refuse more segments than there are different points.

    Raises:
        RecipeError: Says how many there are.
    """
    different = len(points.distinct[0])
    if different < k:
        raise RecipeError(
            f"The chosen features take only {different:,} different values together, too few for {k} segments: "
            "choose fewer segments or more features."
        )


def row_weights(dataset: Dataset, counting: Counting) -> Floats:
    """One weight per row; they sum to the sampled members, or to the rows when rows are counted.

    That scale changes no segment. It makes inertia comparable between the two ways of counting and the same
    whether a member comes once or as five equal implicates.

    Raises:
        RecipeError: If a weight is negative or missing, or none is positive.
    """
    weights = dataset.weights(counting)
    if not (np.isfinite(weights).all() and (weights >= 0).all() and weights.sum() > 0):
        raise RecipeError(
            f"The weights ({dataset.weight}) must be numbers of 0 or more, not all 0: mend them, or count rows."
        )
    if counting == ROWS:
        return weights
    return weights * (dataset.sampled / weights.sum())


def distinct(columns: Iterable[NDArray[np.generic]]) -> tuple[Labels, Labels]:
    """Equal rows of a table found by hashing, in order of first appearance.

    Args:
        columns: The columns of the table, each one value per row.

    Returns:
        The first row of each kind, and for every row the position of its kind.
    """
    position: Labels | None = None
    for column in columns:
        codes, values = pd.factorize(np.ascontiguousarray(column))
        joint = codes if position is None else position.astype(np.int64) * len(values) + codes
        position = pd.factorize(joint)[0]
    if position is None:
        raise ValueError("A table without columns has no distinct rows.")
    first = np.full(int(position.max(initial=-1)) + 1, len(position), dtype=np.intp)
    np.minimum.at(first, position, np.arange(len(position)))
    return first, position
