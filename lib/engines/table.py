"""What a recipe needs of a table, wherever that lies: a handful of questions, each answered from all of its rows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from lib.dataset import MEMBERS, Counting
from lib.engines.statement import Kind
from lib.errors import DataError
from lib.features.space import Space
from lib.segments.apply.placing import matched
from lib.segments.apply.stored import StoredRecipe
from lib.segments.points import Floats, Labels

DIGITS = 12
"""Hexadecimal digits of a hash that decide whether a row is drawn."""


@dataclass(frozen=True)
class Asked:
    """What of a table a recipe is about.

    Attributes:
        stored: The recipe: features, how they are had from the columns, counting.
        id: Column that names a row's member, or None where each row is its own.
        weight: Column of weights, or None.
        implicate: Column whose last digit numbers the implicates of a member, or None where there is one.
    """

    stored: StoredRecipe
    id: str | None = None
    weight: str | None = None
    implicate: str | None = None

    @property
    def features(self) -> tuple[str, ...]:
        """The features, in order."""
        return self.stored.model.space.features

    @property
    def counting(self) -> Counting:
        """How the recipe counts."""
        return self.stored.model.recipe.counting

    @property
    def weighing(self) -> str | None:
        """The column by which rows are weighed, if they are."""
        return self.weight if self.counting == MEMBERS else None

    def columns(self, kinds: Mapping[str, Kind]) -> dict[str, str]:
        """Which column of a table is which that the recipe needs.

        Args:
            kinds: What each column of the table holds.

        Raises:
            DataError: If one is not there, or an id is nothing that has one spelling.
        """
        for name in filter(None, (self.id, self.weight, self.implicate)):
            if name not in kinds:
                raise DataError(f"The table has no column {name}: name one of its {len(kinds)} columns.")
        if self.id is not None and kinds[self.id] not in ("whole", "number", "text"):
            raise DataError(f"The column {self.id} holds neither whole numbers nor text: name another id.")
        return matched(self.stored.needs, list(kinds))


@dataclass(frozen=True, eq=False)
class Counts:
    """How much there is of a table.

    Attributes:
        rows: All of them.
        complete: Those that have every feature and a weight; all figures are of these.
        members: Their different ids where there are implicates, else as many.
        weights: Sum of their weights, by which the recipe counts.
        unsound: Rows of all whose weight is missing, negative or no number.
        lacking: Rows that lack each feature.
        means: Weighted mean of each feature.
        lows: Least value of each.
        highs: Largest value of each.
    """

    rows: int
    complete: int
    members: int
    weights: float
    unsound: int
    lacking: Mapping[str, int]
    means: Floats
    lows: Floats
    highs: Floats

    def unit(self, counting: Counting) -> float:
        """What a weight is multiplied with so that all sum to the members, or to the rows when rows are counted."""
        return self.members / self.weights if counting == MEMBERS else 1.0


@dataclass(frozen=True, eq=False)
class Spread:
    """Of each part of a space, over all rows, on its scale: weighted mean and standard deviation, least and largest."""

    means: Floats
    deviations: Floats
    lows: Floats
    highs: Floats


@dataclass(frozen=True, eq=False)
class Pass:
    """What one look at all rows says of some centres.

    Attributes:
        rows: Rows nearest to each.
        weights: Their weights.
        sums: Weighted sums of their coordinates (centres x dimensions).
        inertia: Weighted sum of squared distances of all rows to their nearest centre.
    """

    rows: Labels
    weights: Floats
    sums: Floats
    inertia: float

    def centres(self, before: Floats) -> Floats:
        """Where the centres go; one that no weight is nearest to stays where it is."""
        held = self.weights[:, None] > 0
        return np.divide(self.sums, self.weights[:, None], out=before.copy(), where=held)


@dataclass(frozen=True, eq=False)
class Changed:
    """Rows that two sets of centres place differently, and their weight."""

    rows: int
    weight: float


@dataclass(frozen=True, eq=False)
class Described:
    """What each segment is like, over all rows.

    Attributes:
        rows: Rows of each segment.
        members: Their different ids where there are implicates, else as many.
        counts: Sums of their analysis weights, whatever the recipe counts.
        weights: Sums of the weights by which the recipe counts.
        means: Weighted mean of each feature (segments x features), NaN of nobody.
        deviations: Weighted standard deviation of each, about that mean.
    """

    rows: Labels
    members: Labels
    counts: Floats
    weights: Floats
    means: Floats
    deviations: Floats


class Table(ABC):
    """A table of any length, asked from outside; nothing of it is ever changed.

    Attributes:
        engine: Name of the engine.
        version: Its version.
        name: What the table is called.
        asked: What of it a recipe is about.
    """

    engine: str
    version: str
    name: str
    asked: Asked

    @abstractmethod
    def kinds(self) -> Mapping[str, Kind]:
        """What each column holds, by name."""

    @abstractmethod
    def counts(self) -> Counts:
        """How much there is."""

    @abstractmethod
    def draw(self, below: str | None, seed: int) -> pa.Table:
        """Rows with all their columns, drawn by a hash of their id and a seed: the same ones in every engine.

        Args:
            below: Drawn is who has the first ``DIGITS`` hexadecimal digits of md5("seed:id") below these; None draws
                all.
            seed: See ``below``.
        """

    @abstractmethod
    def spread(self, space: Space) -> Spread:
        """How the parts of a space are spread."""

    @abstractmethod
    def one_pass(self, space: Space, centres: Floats) -> Pass:
        """Every row to its nearest centre, of equally near ones the first."""

    @abstractmethod
    def changed(self, space: Space, before: Floats, after: Floats) -> Changed:
        """How many rows two sets of centres, numbered alike, place differently."""

    @abstractmethod
    def described(self, space: Space, centres: Floats) -> Described:
        """What the segments are like."""

    @abstractmethod
    def binned(self, space: Space, centres: Floats, lows: Floats, highs: Floats, bins: int) -> Floats:
        """Weight of each segment by value of each feature (segments x features x (bins + 2)).

        Args:
            space: The scale.
            centres: Of the segments.
            lows: Where the bins begin (segments x features); the first of a feature's bins is of what lies below.
            highs: Where they end; it belongs to the last but one, the last is of what lies above. Where both are one
                value, the bin after the first is of it.
            bins: How many between them, of one width.
        """

    @abstractmethod
    def ends(self, space: Space, centres: Floats, lows: Floats, highs: Floats) -> tuple[Floats, Floats]:
        """Least and largest value of each feature in each segment from ``lows`` to ``highs``; NaN where none is."""

    @abstractmethod
    def label(self, out: str, kept: Sequence[str]) -> Mapping[int, int]:
        """Write the segment of every row by the recipe, whole or not at all; rows by segment.

        Args:
            out: A file, a folder or a table, as the engine has them; it must not be there.
            kept: Columns of the table that stand before those of ``lib.segments.apply``.

        Raises:
            DataError: If it is there already, or cannot be written.
        """

    @abstractmethod
    def statements(self, asked: Asked) -> Mapping[str, str]:
        """What the engine is asked for a recipe, by what it is for; empty where it is asked nothing in SQL.

        Args:
            asked: Scale and centres are those of its recipe.
        """

    @property
    def opening(self) -> Mapping[str, str]:
        """What makes the table of ``statements`` where an engine knows it by no name, by what it is for."""
        return {}

    def close(self) -> None:  # noqa: B027 - there may be nothing to let go of
        """Let go of the engine."""


def parent_of(out: str) -> Path:
    """The folder that something is to be written to.

    Raises:
        DataError: If it is not there, or what is to be written is.
    """
    path = Path(out)
    if path.exists():
        raise DataError(f"{path.name} is there already: name another place.")
    if not path.parent.is_dir():
        raise DataError(f"There is no folder {path.parent}: make it first.")
    return path.parent
