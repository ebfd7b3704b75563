"""What the visitor looks at: which data, whose dollars, which households, how they are counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import streamlit as st

from lib.dataset import Codebook, Counting, Dataset
from lib.population import Condition, Population
from lib.sources import download, scf

SAMPLE = "sample"
LINK_VERSION = "1"
"""Stands in every copied link; raise it when the meaning of a control in links changes."""

EVERYONE = "Everyone"
EVERYBODY = Population()


@dataclass(frozen=True)
class View:
    """The choices of the sidebar; every cached result has one as its key.

    Attributes:
        source: ``"sample"`` or a survey year.
        stamp: Size and time of the source's file, so that a newer file is never answered from an older one's cache.
        dollars: Year whose prices amounts are shown in; None leaves them as they are.
        population: The households looked at.
        title: The population's name for headings and legends.
        counting: Households (weighted) or rows.
        beside: The households it is shown beside; everyone unless said otherwise.
        beside_title: Their name.
    """

    source: str
    stamp: str
    dollars: int | None
    population: Population
    title: str
    counting: Counting
    beside: Population = EVERYBODY
    beside_title: str = EVERYONE

    @property
    def key(self) -> tuple[str, ...]:
        """Small values that decide every figure of this view."""
        of = (self.source, self.stamp, str(self.dollars), self.counting)
        return (*of, str(self.population), self.title, str(self.beside), self.beside_title)

    @property
    def unit(self) -> str:
        """What a count counts: households, or rows of the file."""
        return self.counting

    @property
    def is_everyone(self) -> bool:
        """Whether the population is all households that it could be shown beside."""
        return self.population == self.beside

    def words(self, condition: Condition) -> str:
        """A condition for a reader, its amounts with the year of their dollars."""
        return condition.words(self.codebook, self.dollars)

    def counted(self, counting: Counting) -> View:
        """The same view with another way to count."""
        return replace(self, counting=counting)

    def narrowed(self, title: str, *conditions: Condition) -> View:
        """The households of this view that meet further conditions, under another name."""
        return replace(self, population=Population((*self.population.conditions, *conditions)), title=title)

    def next_to(self, other: View) -> View:
        """The same view, shown beside the households of another."""
        return replace(self, beside=other.population, beside_title=other.title)

    @cached_property
    def about(self) -> Dataset:
        """The data without its columns: name, wave, dollars, vintage, whether it is synthetic."""
        return everyone(self, ())

    @cached_property
    def codebook(self) -> Codebook:
        """What every column of the data means."""
        return columns_of(self.source, self.stamp)


def everyone(view: View, columns: Sequence[str]) -> Dataset:
    """All households of the view's data with some columns, in the view's dollars."""
    return load(view.source, view.stamp, view.dollars, tuple(sorted(set(columns))))


def members(view: View, columns: Sequence[str]) -> Dataset:
    """The households of the view's population with some columns, in the view's dollars."""
    return view.population.apply(everyone(view, (*columns, *view.population.columns)))


def others(view: View, columns: Sequence[str]) -> Dataset:
    """The households that the view's are shown beside, with some columns."""
    return view.beside.apply(everyone(view, (*columns, *view.beside.columns)))


def groups(view: View, columns: Sequence[str]) -> dict[str, Dataset]:
    """The population and, unless they are the same, those it is shown beside, by name."""
    beside = {} if view.is_everyone else {view.beside_title: others(view, columns)}
    return {view.title: members(view, columns), **beside}


@st.cache_resource(max_entries=48, show_spinner=False)
def load(source: str, stamp: str, dollars: int | None, columns: tuple[str, ...]) -> Dataset:
    """A source with some of its columns; nobody changes it, so all sessions share it."""
    del stamp  # part of the key only
    data = open_source(source, columns)
    return data.in_dollars(dollars) if dollars and data.dollars else data


@st.cache_resource(max_entries=16, show_spinner=False)
def columns_of(source: str, stamp: str) -> Codebook:
    """What is known about every column of a source."""
    del stamp
    return open_source(source, None).codebook


def open_source(source: str, columns: Sequence[str] | None) -> Dataset:
    """Open the sample or a downloaded wave."""
    if source == SAMPLE:
        return scf.sample(columns=columns)
    return scf.read(download.readable()[0][int(source)], columns=columns)


def at(view: View, source: str) -> View:
    """The same population and dollars in another source."""
    return replace(view, source=source, stamp=stamp_of(source))


def stamp_of(source: str) -> str:
    """What tells one state of a source's file from another."""
    status = (scf.SAMPLE if source == SAMPLE else download.readable()[0][int(source)]).stat()
    return f"{status.st_size}-{status.st_mtime_ns}"


def unreadable() -> list[str]:
    """Why files in the folder of downloads cannot be used, a sentence each."""
    return list(download.readable()[1].values())


def sources() -> dict[str, str]:
    """What can be looked at, newest survey first, the synthetic sample last: key -> name."""
    waves = sorted(download.readable()[0], reverse=True)
    return {**{str(wave): f"SCF {wave}" for wave in waves}, SAMPLE: "Synthetic sample of 2019"}
