"""Cached calls: a view and small choices in, a result out. Nothing here draws."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pandas as pd
import streamlit as st

from lib import estimates, explore, features, population
from lib.population import Condition, Size
from lib.ui import view as views
from lib.ui.view import View

F = TypeVar("F", bound=Callable[..., Any])

MAX_ENTRIES = 256
"""Results kept per function, for all sessions together; each is a few kilobytes."""


def cached(function: F) -> F:
    """Keep the results of a function whose arguments are a view and small values."""
    keep = st.cache_data(max_entries=MAX_ENTRIES, show_spinner=False, hash_funcs={View: lambda view: view.key})
    return keep(function)  # type: ignore[return-value]


@cached
def size(view: View) -> Size:
    """How many households the population is."""
    return population.size(views.everyone(view, view.population.columns), view.population, counting=view.counting)


@cached
def loosened(view: View) -> list[tuple[Condition, int]]:
    """Which condition of the population costs the most households."""
    return population.loosened(views.everyone(view, view.population.columns), view.population)


@cached
def headlines(view: View) -> tuple[explore.Headline, ...]:
    """Headline figures of the population and of everyone."""
    columns = explore.HEADLINE_COLUMNS
    return explore.headlines(views.members(view, columns), views.everyone(view, columns), counting=view.counting)


@cached
def shares(view: View, column: str, by: str | None) -> pd.DataFrame:
    """Shares of a column's codes within each group, in words; without ``by``, population and everyone."""
    codebook = view.codebook
    if by is None:
        tables = {
            name: estimates.shares(data, column, counting=view.counting)
            for name, data in views.groups(view, (column,)).items()
        }
        table = pd.concat([t.assign(group=name) for name, t in tables.items()], ignore_index=True)
    else:
        table = estimates.shares(views.members(view, (column, by)), column, by, counting=view.counting)
        table["group"] = table[by].map(codebook[by].text)
    table["code"] = table[column].map(codebook[column].text)
    table["order"] = table[column]
    table["thin"] = table["sampled"] < estimates.THIN
    return table[["group", "code", "order", "share", "count", "sampled", "rows", "thin"]]


@cached
def distribution(view: View, column: str, linear: bool) -> explore.Distribution:
    """Histogram and quantiles of an amount."""
    return explore.distribution(views.groups(view, (column,)), column, counting=view.counting, linear=linear)


@cached
def relation(view: View, x: str, y: str, linear: bool) -> explore.Relation:
    """Two amounts of the population."""
    return explore.relation(views.members(view, (x, y)), x, y, counting=view.counting, linear=linear)


@cached
def correlation_table(view: View, columns: tuple[str, ...]) -> pd.DataFrame:
    """Correlations of several columns."""
    return explore.correlation_table(views.groups(view, columns), columns, counting=view.counting)


@cached
def variance_ranking(view: View, trim: float) -> pd.Series:
    """All amounts of the population by variance, the largest first."""
    data = views.members(view, tuple(view.codebook))
    return features.rank_by_variance(data, trim=trim, counting=view.counting)
