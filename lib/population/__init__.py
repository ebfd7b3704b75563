"""Which members of a table: conditions on columns, named populations, and how many they pick."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

import numpy as np

from lib.dataset import MEMBERS, Codebook, Counting, Dataset
from lib.errors import PopulationError
from lib.population import language
from lib.population.conditions import Combination, Comparison, Condition, Mask, Negation
from lib.population.language import EXAMPLE
from lib.population.names import shown, written
from lib.prices import price_ratio
from lib.subject import NamedPopulation

__all__ = [
    "Combination",
    "Comparison",
    "Condition",
    "Negation",
    "Population",
    "Size",
    "loosened",
    "named_population",
    "size",
]


@dataclass(frozen=True)
class Population:
    """The members for whom every one of ``conditions`` holds; without conditions, everyone.

    ``str(population)`` is its text in the language that ``parse`` reads: it serves as cache key and in links.
    """

    conditions: tuple[Condition, ...] = ()

    @classmethod
    def parse(cls, text: str, *, example: str = EXAMPLE) -> Population:
        """Read conditions such as ``"amount > 0 and size < 35"``; an empty text is everyone.

        Args:
            text: The conditions.
            example: What a sentence about an unreadable text shows.

        Raises:
            PopulationError: A sentence that says which part cannot be read.

        >>> Population.parse("late == 1 and spent < 2e6").columns
        ('late', 'spent')
        >>> Population.parse("visits = ")
        Traceback (most recent call last):
        lib.errors.PopulationError: ...
        """
        return cls(language.parse(text, example))

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the conditions look at, each once."""
        return tuple(dict.fromkeys(name for condition in self.conditions for name in condition.names()))

    def checked(self, codebook: Codebook) -> Population:
        """The same population with column names as the codebook spells them.

        Upper and lower case are one where they leave no doubt which column is meant.

        Raises:
            PopulationError: If a column is not there, or could be several; it names those or the nearest ones. Also if
                nobody was asked in that wave: all would be left out, or nobody, and neither is an answer.
        """
        names = {name: _spelt(name, codebook) for name in self.columns}
        if silent := [why for name in names.values() if (why := codebook[name].why_not)]:
            raise PopulationError(f"{silent[0]}: leave that condition out, or choose a later wave.")
        return Population(tuple(condition.renamed(names) for condition in self.conditions))

    def mask(self, dataset: Dataset) -> Mask:
        """One truth value per row of ``dataset``: whether it belongs to the population."""
        result = np.ones(len(dataset), dtype=bool)
        for condition in self.checked(dataset.codebook).conditions:
            result &= condition.mask(dataset.frame)
        return result

    def apply(self, dataset: Dataset) -> Dataset:
        """The dataset of the population's rows (the dataset itself where the population is everyone)."""
        return dataset.where(self.mask(dataset), str(self)) if self.conditions else dataset

    def without(self, condition: Condition) -> Population:
        """The larger population that does not ask for ``condition``."""
        return Population(tuple(other for other in self.conditions if other != condition))

    def words(self, codebook: Codebook, dollars: int | None = None) -> str:
        """The population for a reader, such as "Income below $200,000 in 2019 dollars"."""
        return "; ".join(c.words(codebook, dollars) for c in self.conditions) or "Everyone"

    def __str__(self) -> str:
        return " and ".join(map(str, self.conditions))


def named_population(named: NamedPopulation, dollars: int | None) -> Population:
    """A subject's named population in a dataset whose amounts are in dollars of the year ``dollars``."""
    found = Population.parse(named.condition)
    if not named.limited:
        return found
    factor = price_ratio(named.limit_year, dollars) if dollars and named.limit_year else 1.0
    limit = Comparison(named.limited, "<", float(round(named.limit * factor)))
    return Population((*found.conditions, limit))


@dataclass(frozen=True)
class Size:
    """How many members a population has, and what that number rests on.

    ``count`` is the sum of weights, or rows when rows are counted; ``share`` is of everyone; ``sampled`` are members
    of the table.
    """

    count: float
    share: float
    sampled: int
    rows: int


def size(everyone: Dataset, population: Population, *, counting: Counting = MEMBERS) -> Size:
    """Size of a population among ``everyone``."""
    mask = population.mask(everyone)
    weights = everyone.weights(counting)
    return Size(
        count=float(weights[mask].sum()),
        share=float(weights[mask].sum() / weights.sum()) if len(mask) else 0.0,
        sampled=everyone.sampled_among(mask),
        rows=int(mask.sum()),
    )


def loosened(everyone: Dataset, population: Population) -> list[tuple[Condition, int]]:
    """For each condition, how many members there would be without it, the most helpful first."""
    gains = [(c, size(everyone, population.without(c)).sampled) for c in population.conditions]
    return sorted(gains, key=lambda gain: -gain[1])


def _spelt(name: str, codebook: Codebook) -> str:
    """The column that a name means."""
    if name in codebook:
        return name
    folded: dict[str, list[str]] = {}
    for column in codebook:
        folded.setdefault(column.casefold(), []).append(column)
    alike = folded.get(name.casefold(), [])
    if len(alike) == 1:
        return alike[0]
    if alike:
        raise PopulationError(f"The column {shown(name)} could be {_either(alike)}: write the one that is meant.")
    close = [folded[near][0] for near in difflib.get_close_matches(name.casefold(), list(folded), n=3, cutoff=0.6)]
    cure = f"; did you mean {_either(close)}?" if close else " in this data: look it up in the data dictionary."
    raise PopulationError(f"There is no column {shown(name)}{cure}")


def _either(names: list[str]) -> str:
    """Names to choose from, as they are to be written."""
    return " or ".join(shown(written(name), 70) for name in names)
