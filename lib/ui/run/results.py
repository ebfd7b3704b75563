"""Cached calls: a view and small choices in, a result out. Nothing here draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from lib import estimates, explore, features, population
from lib.charts import told
from lib.dataset import ROWS
from lib.estimates import Interval, wording
from lib.estimates.wording import between
from lib.population import Comparison, Condition, Population, Size
from lib.ui.run import sampled
from lib.ui.run.cache import kept
from lib.ui.scene.view import Heading, View
from lib.words import percent

_AT_ONCE = 40
"""Columns looked at together where all are passed over: the survey's would fill two thirds of what may be kept."""


@kept
def how_sure(view: View) -> str:
    """Where the intervals of a view's figures come from, in a sentence; empty where there are none."""
    of_copies = view.counting == ROWS and view.about.implicates > 1
    return wording.how_sure(sampled.sample(view, ()).method, view.about.entity, is_of_copies=of_copies)


@kept
def size(view: View) -> Size:
    """How many members the population has."""
    return population.size(view.everyone(view.population.columns), view.population, counting=view.counting)


@kept
def with_values(view: View, columns: tuple[str, ...]) -> Size:
    """How many members of the population have values in all of several columns."""
    if not view.members(columns).frame[list(columns)].isna().to_numpy().any():
        return size(view)
    return size(view.narrowed(*(Comparison(name, "==", name) for name in columns)))


@kept
def share_within(view: View, whole: Population) -> Interval:
    """The share of another population's members who belong to that of the view."""
    everyone = sampled.sample(view, view.population.columns, whole)
    return Interval.of(everyone.shares(view.population.mask(everyone.dataset)))


@kept
def share_below(view: View, column: str, value: float) -> Interval:
    """The share of the population with less than an amount."""
    return estimates.share_below(sampled.sample(view, (column,)), column, value)


@kept
def loosened(view: View) -> list[tuple[Condition, int]]:
    """Which condition of the population costs the most members."""
    return population.loosened(view.everyone(view.population.columns), view.population)


@kept
def headlines(view: View) -> tuple[explore.Headline, ...]:
    """Headline figures of the population and of those it is shown beside."""
    figures = explore.headline_figures(view.codebook, view.about.subject)
    return explore.headlines(_headline_estimates(view.alone), _headline_estimates(view.others), figures)


@kept
def _headline_estimates(view: View) -> tuple[estimates.Figures, ...]:
    figures = explore.headline_figures(view.codebook, view.about.subject)
    return explore.headline_estimates(sampled.sample(view, [figure.column for figure in figures]), figures)


class Shares(NamedTuple):
    """Shares in words, as ``lib.charts.explore.shares`` takes them, and a sentence on the largest of each group."""

    table: pd.DataFrame
    largest: str


@kept
def shares(view: View, column: str, by: str) -> Shares:
    """Shares of a column's codes within each group of another."""
    table = estimates.sure_shares(sampled.sample(view, (column, by)), column, by)
    return _shares(table.assign(group=table["group"].map(view.codebook[by].text)), view, column)


@kept
def shares_beside(view: View, heading: Heading, column: str) -> Shares:
    """Shares of a column's codes in the population and in those it is shown beside."""
    tables = {name: _sure_shares(one, column) for name, one in sampled.populations(view, heading).items()}
    return _shares(together(tables), view, column, known=by_definition(view, heading, column))


def by_definition(view: View, heading: Heading, column: str) -> str:
    """Whose shares of a column follow from how it was made: everyone's of a ranking of everyone; "" for nobody's."""
    if view.counting == ROWS or view.beside.conditions or not view.codebook[column].is_of_ranks:
        return ""
    return heading.title if view.is_everyone else heading.beside


@kept
def _sure_shares(view: View, column: str) -> pd.DataFrame:
    return estimates.sure_shares(sampled.sample(view, (column,)), column)


class Rates(NamedTuple):
    """In how many of each group a flag is set, as ``lib.charts.explore.rates`` takes it, and the same in a sentence."""

    table: pd.DataFrame
    sentence: str

    def of(self, order: int) -> pd.Series:
        """The row of a group by its place: the first is 0; -1 are all of them together."""
        return self.table.iloc[order]


@kept
def rates(view: View, column: str, by: str, of_all: str) -> Rates:
    """In how many of each group of a category a flag is set, and in how many of all of them, who are called so."""
    groups = _with_nobody(estimates.sure_shares(sampled.sample(view, (column, by)), column, by))
    named = groups.assign(group=groups["group"].map(view.codebook[by].text), is_all=False)
    return _rates(pd.concat([named, _of_all(view, column, of_all)]), view, column, view.codebook.label(by))


def _with_nobody(table: pd.DataFrame) -> pd.DataFrame:
    """Shares of a flag's two codes, with a row of nobody for groups in which it is set for none."""
    for_none = table[table.groupby("group")["code"].transform("max") == 0]
    nobody = {"code": 1.0, "share": 0.0, "count": 0.0, "sampled": 0, "rows": 0}
    ends = {"low": 1 - for_none["high"], "high": 1 - for_none["low"]}
    return pd.concat([table, for_none.assign(**nobody, **ends)]).sort_values(["group", "code"], ignore_index=True)


@kept
def rates_beside(view: View, heading: Heading, column: str) -> Rates:
    """In how many of the population, and of those it is shown beside, a flag is set."""
    tables = {name: _sure_shares(one, column) for name, one in sampled.populations(view, heading).items()}
    table = together(tables).assign(is_all=lambda both: both["group"] == heading.beside)
    return _rates(table, view, column, "group")


def _of_all(view: View, column: str, called: str) -> pd.DataFrame:
    return _sure_shares(view, column).assign(group=called, is_all=True)


def _rates(table: pd.DataFrame, view: View, column: str, by: str) -> Rates:
    words = in_words(table, view, column).assign(is_all=table["is_all"])
    words = words[words["order"] == 1].reset_index(drop=True)
    return Rates(words, told.rates(words, view.codebook.label(column), by))


def together(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Tables of several populations as one, which says in ``group`` whose a row is."""
    return pd.concat([table.assign(group=name) for name, table in tables.items()], ignore_index=True)


def _shares(table: pd.DataFrame, view: View, column: str, known: str = "") -> Shares:
    words, label = in_words(table, view, column), view.codebook.label(column)
    found = words[words["group"] != known]
    return Shares(words, told.largest_shares(found, label, is_of_rows=view.counting == ROWS))


def in_words(table: pd.DataFrame, view: View, column: str) -> pd.DataFrame:
    """A table of shares whose groups are in words, its codes too: what ``lib.charts.explore.shares`` takes."""
    words = table.assign(
        code=table["code"].map(view.codebook[column].text),
        order=table["code"],
        between=[between(low, high, percent) for low, high in zip(table["low"], table["high"], strict=True)],
    )
    return words[["group", "code", "order", "share", "low", "high", "between", "count", "sampled", "rows", "unsure"]]


@kept
def histogram(view: View, heading: Heading, column: str, linear: bool) -> explore.Histogram:
    """How an amount is spread in the population and in those it is shown beside."""
    return explore.histogram(sampled.groups(view, heading, (column,)), column, linear=linear)


def spread(view: View, heading: Heading, column: str) -> pd.DataFrame:
    """Mean and quantiles of an amount in the population and in those it is shown beside."""
    return together({name: _summary(one, column) for name, one in sampled.populations(view, heading).items()})


@kept
def _summary(view: View, column: str) -> pd.DataFrame:
    return explore.summary(sampled.sample(view, (column,)), column)


@kept
def relation(view: View, x: str, y: str, linear: bool, by: str | None = None) -> explore.Relation:
    """Two amounts of the population, each member's group of a category with them if asked for."""
    data = view.members((x, y, *((by,) if by else ())))
    replicates = sampled.replicates(view)
    return explore.relation(data, x, y, by=by, counting=view.counting, linear=linear, replicates=replicates)


class Correlations(NamedTuple):
    """Correlations of one population, every pair once, and a sentence on the strongest."""

    table: pd.DataFrame
    pairs: pd.DataFrame
    strongest: str


def correlations(view: View, heading: Heading, columns: tuple[str, ...]) -> dict[str, Correlations]:
    """Correlations of several columns in the population and in those it is shown beside."""
    return {name: _correlations(one, columns) for name, one in sampled.populations(view, heading).items()}


@kept
def pairs(view: View, heading: Heading, columns: tuple[str, ...]) -> pd.DataFrame:
    """The same, a row for each pair of columns and each population."""
    return together({name: found.pairs for name, found in correlations(view, heading, columns).items()})


@kept
def _correlations(view: View, columns: tuple[str, ...]) -> Correlations:
    table = explore.correlation_table(sampled.sample(view, columns), columns)
    pairs = told.pairs_of(table)
    said = told.strongest(pairs, view.codebook, view.about.entity, is_of_rows=view.counting == ROWS)
    return Correlations(table, pairs, said)


@kept
def spreads(view: View, trim: float, most: int) -> pd.DataFrame:
    """Standard deviations of the amounts that vary most, the largest first."""
    first = tuple(map(str, over_all_amounts(view, trim)[0].index[:most]))
    return features.spreads(sampled.sample(view, first), first, trim)


@kept
def leading(view: View, trim: float) -> tuple[str, ...]:
    """The same without what cannot be a feature of this population; all of them if nothing can."""
    ranking, fit = over_all_amounts(view, trim)
    return tuple(name for name in map(str, ranking.index) if name in fit or not fit)


@kept
def passed_over(view: View, trim: float, chosen: tuple[str, ...]) -> tuple[str, ...]:
    """Amounts that vary more than the last that was chosen and cannot be features."""
    ranking, fit = over_all_amounts(view, trim)
    named = list(map(str, ranking.index))
    last = max((named.index(name) for name in chosen if name in named), default=0)
    return tuple(name for name in named[:last] if name not in fit and name not in chosen)


@kept
def leading_apart(view: View, trim: float, most: int) -> features.Chosen:
    """The first of ``leading`` without relatives of one before them, and which were left out because of which."""
    return features.choose_apart(leading(view, trim), view.passing, counting=view.counting, most=most)


@kept
def relatives(view: View, columns: tuple[str, ...]) -> tuple[features.Relative, ...]:
    """Which of several features say much the same: by accounting, then as measured."""
    members, subject = view.members(columns), view.about.subject
    measured = features.measured_relatives(members, features.usable(members, columns), counting=view.counting)
    return (*features.relatives(columns, subject.identities, view.codebook), *measured)


@kept
def over_all_amounts(view: View, trim: float) -> tuple[pd.Series, frozenset[str]]:
    """All amounts by variance, and those that can be features: one reading of every column tells both."""
    parts, fit = [pd.Series(dtype=float)], set[str]()
    for some in _batches(features.rankable(view.codebook)):
        data = view.passing(some)
        parts.append(features.rank_by_variance(data, trim=trim, counting=view.counting, columns=some))
        fit |= set(features.usable(data, some))
    return pd.concat(parts).sort_values(ascending=False, kind="stable"), frozenset(fit)


def _batches(columns: Sequence[str]) -> list[Sequence[str]]:
    return [columns[at : at + _AT_ONCE] for at in range(0, len(columns), _AT_ONCE)]


@kept
def usable(view: View, columns: tuple[str, ...], most: int) -> list[str]:
    """The first ``most`` of several columns that can be features of this population; the first ones if none can.

    Usually the first ones can, so that only they are read.
    """
    first = features.usable(view.members(columns[:most]), columns[:most])
    if len(first) == most:
        return first
    fit = [name for some in _batches(columns) for name in features.usable(view.passing(some), some)]
    return fit[:most] or list(columns[:most])


@kept
def extremes(view: View, column: str) -> float:
    """Share of a column's variance that the most extreme hundredth of the members decides."""
    data = view.members((column,))
    return features.share_of_extremes(data.values(column), data.weights(view.counting))


@kept
def typical_amount(view: View, column: str) -> float:
    """The median of what members have of a column, those left out who have none: where its scale bends."""
    data = view.members((column,))
    return features.typical_amount(data.values(column), data.weights(view.counting))


@kept
def having(view: View, column: str) -> float:
    """Share of a column's variance, bent by asinh, that is having any or none."""
    data = view.members((column,))
    return features.share_of_having(data.values(column), data.weights(view.counting))
