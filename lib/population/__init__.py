"""Which households: conditions on columns, the named populations, and how many households they pick."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from lib.dataset import Codebook, Counting, Dataset, price_ratio
from lib.errors import PopulationError
from lib.population import language
from lib.population.conditions import Combination, Comparison, Condition, Mask, Negation

__all__ = [
    "NAMED",
    "Combination",
    "Comparison",
    "Condition",
    "NamedPopulation",
    "Negation",
    "Population",
    "Size",
    "loosened",
    "size",
]


@dataclass(frozen=True)
class Population:
    """Households for which every one of ``conditions`` holds; without conditions, everyone.

    ``str(population)`` is its text in the language that ``parse`` reads: it serves as cache key and in links.
    """

    conditions: tuple[Condition, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Population:
        """Read conditions such as ``"TURNFEAR == 1 and NETWORTH < 2e6"``; an empty text is everyone.

        Raises:
            PopulationError: A sentence that says which part cannot be read.
        """
        return cls(language.parse(text))

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the conditions look at, each once."""
        return tuple(dict.fromkeys(name for condition in self.conditions for name in condition.names()))

    def checked(self, codebook: Codebook) -> Population:
        """The same population with column names as the codebook spells them.

        Raises:
            PopulationError: If a column is not there; it names the nearest ones.
        """
        spelt = {name.casefold(): name for name in codebook}
        names = {name: spelt.get(name.casefold()) for name in self.columns}
        for name, found in names.items():
            if found is None:
                raise PopulationError(f"There is no column {name}{_nearest(name, codebook)}.")
        known = {name: found for name, found in names.items() if found is not None}
        return Population(tuple(condition.renamed(known) for condition in self.conditions))

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
        """The population for a reader, such as "Net worth below $2,000,000 in 2019 dollars"."""
        return "; ".join(c.words(codebook, dollars) for c in self.conditions) or "Everyone"

    def __str__(self) -> str:
        return " and ".join(map(str, self.conditions))


@dataclass(frozen=True)
class NamedPopulation:
    """A population with a name.

    Its dollar limit is stated in 2019 dollars and follows the dollar year of the data, so that it picks the
    same households whichever year's dollars they are shown in.
    """

    key: str
    label: str
    flag: str = ""
    limited: str = ""
    limit: float = 0.0

    def population(self, dollars: int | None) -> Population:
        """The population in a dataset whose amounts are in dollars of the year ``dollars``."""
        conditions = [Comparison(self.flag, "==", 1.0)] if self.flag else []
        if self.limited:
            factor = price_ratio(_LIMITS_IN, dollars) if dollars else 1.0
            conditions.append(Comparison(self.limited, "<", float(round(self.limit * factor))))
        return Population(tuple(conditions))


_LIMITS_IN = 2019

NAMED: Mapping[str, NamedPopulation] = MappingProxyType(
    {
        named.key: named
        for named in (
            NamedPopulation("everyone", "Everyone"),
            NamedPopulation("fearful", "Denied credit or feared it", "TURNFEAR"),
            NamedPopulation("fearful-2m", "Denied or feared, net worth under $2M", "TURNFEAR", "NETWORTH", 2e6),
            NamedPopulation("business-500k", "Business owners, income under $500k", "HBUS", "INCOME", 5e5),
        )
    }
)


@dataclass(frozen=True)
class Size:
    """How many households a population is, and what that number rests on.

    ``count`` is households (the sum of weights), or rows when rows are counted; ``share`` is of everyone.
    """

    count: float
    share: float
    sampled: int
    rows: int


def size(everyone: Dataset, population: Population, *, counting: Counting = "households") -> Size:
    """Size of a population among ``everyone``."""
    mask = population.mask(everyone)
    weights = everyone.weights(counting)
    return Size(
        count=float(weights[mask].sum()),
        share=float(weights[mask].sum() / weights.sum()) if len(mask) else 0.0,
        sampled=len(np.unique(everyone.household_codes[mask])),
        rows=int(mask.sum()),
    )


def loosened(everyone: Dataset, population: Population) -> list[tuple[Condition, int]]:
    """For each condition, how many sampled households there would be without it, the most helpful first."""
    gains = [(c, size(everyone, population.without(c)).sampled) for c in population.conditions]
    return sorted(gains, key=lambda gain: -gain[1])


def _nearest(name: str, codebook: Codebook) -> str:
    close = difflib.get_close_matches(name.upper(), list(codebook), n=3, cutoff=0.6)
    return f"; did you mean {' or '.join(close)}?" if close else " in this data: look it up in the data dictionary"
