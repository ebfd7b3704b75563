"""How far would the segments survive if another choice had been made on the way to them?

Every choice of a recipe but the features' own is changed one at a time, the members are segmented anew, and what comes
out is compared with what was found: the adjusted Rand index (Hubert and Arabie 1985), each member by its weight. What
the same choices reach with other random numbers says how much of a difference means nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal, TypeVar

import pandas as pd

from lib.dataset import MEMBERS, ROWS, Dataset
from lib.errors import RecipeError
from lib.features.space import BENT, SCALINGS, TRANSFORMS
from lib.features.wording import (
    BEND_AT,
    COUNT,
    FEATURES,
    SCALE_BY,
    SCALING_WORDS,
    TRANSFORM_BY,
    TRANSFORM_WORDS,
    counts,
    times,
)
from lib.segments.algorithms import ALGORITHM_LABELS, METHOD, find
from lib.segments.describe.profile import check_same
from lib.segments.judge.scores import adjusted_rand
from lib.segments.points import Labels, Points, drawn_words, points_of, some_members
from lib.segments.recipe import ALGORITHMS, MAX_BEND, MAX_SEED, MIN_BEND, Recipe
from lib.segments.segmentation import Segmentation
from lib.words import within_sentence
from lib.work.progress import Progress, report

FACTORS = (0.1, 0.3, 3.0, 10.0)
"""By what the amounts at which scales bend are multiplied."""

SEEDS = 3
"""Runs with other random numbers, the least of which tells what a difference has to fall below to mean anything."""

C = TypeVar("C")
Kind = Literal["bend", "transform", "scaling", "feature", "counting", "method", "seed"]

KINDS: Mapping[Kind, str] = MappingProxyType(
    {
        "bend": BEND_AT,
        "transform": TRANSFORM_BY,
        "scaling": SCALE_BY,
        "feature": FEATURES,
        "counting": COUNT,
        "method": METHOD,
        "seed": "Other random numbers",
    }
)
"""What is changed, as its control is called; "seed" is no choice, but what all others are measured against."""


@dataclass(frozen=True)
class Change:
    """A recipe that differs from another in one choice, and what is chosen, as its control says it."""

    kind: Kind
    to: str
    recipe: Recipe

    @property
    def words(self) -> str:
        """What is changed and to what: "Bend at: ×3"."""
        return f"{KINDS[self.kind]}: {self.to}"


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """How far segments survive other choices.

    Attributes:
        table: One row per change, the closest first: ``kind`` (see ``KINDS``), ``to`` (what is chosen instead),
            ``change`` (both in words), ``agreement`` (adjusted Rand index with the segments in question, weighted) and
            ``segments`` (how many it gave).
        k: How many segments are in question.
        failed: Changes that gave no segments, and why.
        drawn: How many of very many members were drawn, in a sentence; else "".
    """

    table: pd.DataFrame
    k: int
    failed: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    drawn: str = ""

    @property
    def noise(self) -> float:
        """The least agreement that other random numbers gave."""
        return float(self.table.loc[self.table["kind"] == "seed", "agreement"].min())

    @property
    def worst(self) -> pd.DataFrame:
        """The change of each kind that leaves least, indexed by kind, the most telling kind first.

        Random numbers are no choice, and another number of segments cannot be the same segments: both are left out.
        """
        choices = self.table[(self.table["kind"] != "seed") & (self.table["segments"] == self.k)]
        return choices.loc[choices.groupby("kind")["agreement"].idxmin()].set_index("kind").sort_values("agreement")

    @property
    def words(self) -> str:
        """One sentence on which choice matters most and which does not."""
        worst, noise = self.worst, self.noise
        seeds = f"the same choices with other random numbers reach {noise:.2f}"
        if worst.empty:
            return f"No other choice gives as many segments; {seeds}."
        most, least = worst.iloc[0], worst.iloc[-1]
        if most["agreement"] >= noise:
            return (
                "None of these choices matters more than random numbers do: the adjusted Rand index stays at "
                f"{most['agreement']:.2f} or more, and {seeds}."
            )
        first, last = _kind(worst.index[0]), _kind(worst.index[-1])
        said = (
            f"With as many segments most depends on {first} ({most['to']}, adjusted Rand index {most['agreement']:.2f})"
        )
        if len(worst) > 1:
            no_more = ", no more than on random numbers" if least["agreement"] >= noise else ""
            said += f", least on {last} ({least['agreement']:.2f} at the lowest{no_more})"
        others = int((self.table["segments"] != self.k).sum())
        of_others = f" Not counted in that are {others} changes that give another number of segments."
        one_other = " Not counted in that is a change that gives another number of segments."
        left_out = {0: "", 1: one_other}.get(others, of_others)
        return f"{said}; {seeds}.{left_out}"


def sensitivity(dataset: Dataset, segmentation: Segmentation, *, progress: Progress | None = None) -> Sensitivity:
    """Segment the members by every recipe of ``changes`` and compare with what was found.

    Of more than ``lib.segments.points.VERY_MANY`` members so many are drawn beforehand; what they are compared with is
    their segment among all.

    Args:
        dataset: The table that was segmented.
        segmentation: What ``fit`` made of it.
        progress: Told the share done; may raise ``Cancelled``.

    Raises:
        RecipeError: If the dataset is not the one that was segmented.
    """
    check_same(dataset, segmentation)
    every, some = dataset.sampled, some_members(dataset)
    labels, points = segmentation.labels, segmentation.points
    if some is not None:
        dataset, labels, points = dataset.where(some, "drawn"), labels[some], points.rows(some)
    tried = list(changes(dataset, segmentation.recipe))
    rows, failed = [], {}
    for done, change in enumerate(tried):
        report(progress, done / len(tried), f"Trying {change.words}")
        try:
            found = _found(dataset, change.recipe, segmentation.recipe, points)
        except RecipeError as error:
            failed[change.words] = str(error)
            continue
        agreement = adjusted_rand(found, labels, points.weights)
        rows.append((change.kind, change.to, change.words, agreement, len(set(found[found >= 0]))))
    report(progress, 1.0, "Ready")
    table = pd.DataFrame(rows, columns=["kind", "to", "change", "agreement", "segments"])
    return Sensitivity(
        table.sort_values("agreement", ascending=False, kind="stable", ignore_index=True),
        segmentation.k,
        MappingProxyType(failed),
        drawn_words(None if some is None else dataset.sampled, every, dataset.entity.plural),
    )


def changes(dataset: Dataset, recipe: Recipe) -> Iterator[Change]:
    """Every recipe that differs in one choice: bend, transform, scaling, a feature less, counting, method, seed."""
    yield from _scales(recipe)
    yield from _fewer_features(dataset, recipe)
    if dataset.weight is not None or dataset.implicates > 1:
        counting = MEMBERS if recipe.counting == ROWS else ROWS
        yield Change("counting", counts(counting, dataset.entity), replace(recipe, counting=counting))
    for algorithm in _others(ALGORITHMS, recipe.algorithm):
        yield Change("method", ALGORITHM_LABELS[algorithm], replace(recipe, algorithm=algorithm))
    for number in range(1, SEEDS + 1):
        seed = (recipe.seed + number) % (MAX_SEED + 1)
        yield Change("seed", f"{number} of {SEEDS}", replace(recipe, seed=seed))


def _scales(recipe: Recipe) -> Iterator[Change]:
    for factor in FACTORS if recipe.transform in BENT else ():
        if MIN_BEND <= recipe.bend * factor <= MAX_BEND:
            yield Change("bend", times(recipe.bend * factor), replace(recipe, bend=recipe.bend * factor))
    for transform in _others(TRANSFORMS, recipe.transform):
        yield Change("transform", TRANSFORM_WORDS[transform].label, replace(recipe, transform=transform))
    for scaling in _others(SCALINGS, recipe.scaling):
        yield Change("scaling", SCALING_WORDS[scaling].label, replace(recipe, scaling=scaling))


def _fewer_features(dataset: Dataset, recipe: Recipe) -> Iterator[Change]:
    for name in recipe.features if len(recipe.features) > 1 else ():
        words = f"without {within_sentence(dataset.codebook.label(name))}"
        yield Change("feature", words, replace(recipe, features=_others(recipe.features, name)))


def _others(options: Sequence[C], chosen: C) -> tuple[C, ...]:
    return tuple(option for option in options if option != chosen)


def _found(dataset: Dataset, recipe: Recipe, own: Recipe, points: Points) -> Labels:
    """Labels of the rows by a recipe, on points that are there already where it asks for the same."""
    same = replace(recipe, algorithm=own.algorithm, seed=own.seed) == own
    return find(points if same else points_of(dataset, recipe)[1], recipe).labels


def _kind(kind: object) -> str:
    return next(f"“{words}”" for known, words in KINDS.items() if known == kind)
