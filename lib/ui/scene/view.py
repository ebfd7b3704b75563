"""What decides figures, and what those it speaks of are called: two small values, so that a new name costs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from lib.dataset import Codebook, Counting, Dataset
from lib.population import Condition, Population
from lib.ui.scene import catalogue

EVERYONE = "Everyone"
EVERYBODY = Population()


@dataclass(frozen=True)
class Heading:
    """What a population is called, and those it is shown beside."""

    title: str
    beside: str = EVERYONE


@dataclass(frozen=True)
class View:
    """The choices of the sidebar that decide figures; every cached result has one as its key.

    Attributes:
        source: Key of the data in the catalogue.
        stamp: Tells states of the source apart.
        dollars: Year whose prices amounts are shown in; None leaves them as they are.
        population: The members looked at.
        counting: Members (weighted) or rows.
        beside: Those they are shown beside; everyone unless said otherwise.
    """

    source: str
    stamp: str
    dollars: int | None
    population: Population
    counting: Counting
    beside: Population = EVERYBODY

    @property
    def key(self) -> tuple[str, ...]:
        """Small values that decide every figure of this view."""
        of = (self.source, self.stamp, str(self.dollars), self.counting)
        return (*of, str(self.population), str(self.beside))

    @property
    def is_everyone(self) -> bool:
        """Whether the population is all that it could be shown beside."""
        return self.population == self.beside

    @property
    def alone(self) -> View:
        """The population beside nobody: what is kept of it serves beside whom ever it is shown."""
        return self.next_to(self)

    @property
    def others(self) -> View:
        """Those that the population is shown beside, beside nobody themselves."""
        return replace(self, population=self.beside)

    @property
    def whole(self) -> View:
        """All of the data, counted alike."""
        return replace(self, population=EVERYBODY, beside=EVERYBODY)

    @cached_property
    def about(self) -> Dataset:
        """The data without columns: name, wave, dollars, vintage, subject, whether they are synthetic."""
        return self.everyone(())

    @cached_property
    def codebook(self) -> Codebook:
        """What every column of the data means."""
        return catalogue.columns_of(self.source, self.stamp)

    def counted(self, counting: Counting) -> View:
        """The same view with another way to count."""
        return replace(self, counting=counting)

    def narrowed(self, *conditions: Condition) -> View:
        """The members of this view that meet further conditions."""
        return replace(self, population=Population((*self.population.conditions, *conditions)))

    def next_to(self, other: View) -> View:
        """The same view, shown beside the members of another."""
        return replace(self, beside=other.population)

    def at(self, source: str) -> View:
        """The same population and dollars in another source."""
        return replace(self, source=source, stamp=catalogue.stamp_of(source))

    def over_waves(self) -> dict[int, View]:
        """The same in every wave of the survey, by year; of drawn data, and of what is no survey, in itself alone."""
        waves = catalogue.waves()
        if self.source not in (key for key, _ in waves.values()):
            return {} if self.about.wave is None else {self.about.wave: self}
        return {year: replace(self, source=key, stamp=stamp) for year, (key, stamp) in waves.items()}

    def everyone(self, columns: Sequence[str]) -> Dataset:
        """All of the data with some columns, in the view's dollars."""
        return catalogue.load(self.source, self.stamp, self.dollars, tuple(sorted(set(columns))))

    def members(self, columns: Sequence[str]) -> Dataset:
        """The members of the population with some columns, in the view's dollars."""
        return self.population.apply(self.everyone((*columns, *self.population.columns)))

    def passing(self, columns: Sequence[str]) -> Dataset:
        """``members`` with columns that are read for this once."""
        return self.population.apply(catalogue.read(self.source, self.dollars, (*columns, *self.population.columns)))
