"""Cached calls: a view and small choices in, a result out. Nothing here draws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import pandas as pd
import streamlit as st

from lib import estimates, explore, exports, features, population, segments
from lib.population import Condition, Size
from lib.segments import Recipe
from lib.segments.describe import plane
from lib.ui.run.cache import shelf
from lib.ui.scene import view as views
from lib.ui.scene.view import View

F = TypeVar("F", bound=Callable[..., Any])

_SWEEPS, _STABILITIES = 8, 64
"""Results of long work kept; a sweep over every household of the file takes some 10 MB."""

MAX_ENTRIES = 256
"""Results kept per function, for all sessions together; each is a few kilobytes."""


def cached(function: F) -> F:
    """Keep the results of a function whose arguments are a view and small values."""
    keep = st.cache_data(max_entries=MAX_ENTRIES, show_spinner=False, hash_funcs={View: lambda view: view.key})
    return keep(function)  # type: ignore[return-value]


def kept(most: int) -> Callable[[F], F]:
    """Keep up to ``most`` large results that nobody changes, for all sessions together."""

    def keep(function: F) -> F:
        keeper = st.cache_resource(max_entries=most, show_spinner=False, hash_funcs={View: lambda view: view.key})
        return keeper(function)  # type: ignore[return-value]

    return keep


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
    """Headline figures of the population and of those it is shown beside."""
    columns = explore.HEADLINE_COLUMNS
    return explore.headlines(views.members(view, columns), views.others(view, columns), counting=view.counting)


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
    return in_words(table, view, column)


def in_words(table: pd.DataFrame, view: View, column: str) -> pd.DataFrame:
    """A table of shares with the labels of codes, ready for ``lib.charts.explore.shares``."""
    words = table.assign(
        code=table[column].map(view.codebook[column].text),
        order=table[column],
        thin=table["sampled"] < estimates.THIN,
    )
    return words[["group", "code", "order", "share", "count", "sampled", "rows", "thin"]]


@cached
def distribution(view: View, column: str, linear: bool) -> explore.Distribution:
    """Histogram and quantiles of an amount."""
    return explore.distribution(views.groups(view, (column,)), column, counting=view.counting, linear=linear)


@cached
def relation(view: View, x: str, y: str, linear: bool, by: str | None = None) -> explore.Relation:
    """Two amounts of the population, each household's group of a category with them if asked for."""
    data = views.members(view, (x, y, *((by,) if by else ())))
    return explore.relation(data, x, y, by=by, counting=view.counting, linear=linear)


@cached
def correlation_table(view: View, columns: tuple[str, ...]) -> pd.DataFrame:
    """Correlations of several columns."""
    return explore.correlation_table(views.groups(view, columns), columns, counting=view.counting)


@cached
def variance_ranking(view: View, trim: float) -> pd.Series:
    """All amounts of the population by variance, the largest first."""
    data = views.members(view, tuple(view.codebook))
    return features.rank_by_variance(data, trim=trim, counting=view.counting)


@kept(40)
def segmentation(view: View, recipe: Recipe) -> segments.Segmentation:
    """The segments of the population by a recipe."""
    return segments.fit(views.members(view, recipe.features), recipe)


def sweep(view: View, recipe: Recipe, progress: segments.Progress | None = None) -> segments.Sweep:
    """Every number of segments and its scores; what was fitted before is not fitted again."""
    key = sweep_key(view, recipe)
    found = known_sweep(view, recipe)
    if found is None:
        found = segments.sweep(
            views.members(view, recipe.features),
            recipe,
            progress=progress,
            fitted=lambda one: segmentation(view, one),
        )
        shelf("sweeps", _SWEEPS).put(key, found)
    return found


def known_sweep(view: View, recipe: Recipe) -> segments.Sweep | None:
    """The scores of every number of segments, if they are there already."""
    return shelf("sweeps", _SWEEPS).find(sweep_key(view, recipe))


def sweep_key(view: View, recipe: Recipe) -> tuple[object, ...]:
    """What a sweep is kept under: everything but the number of segments."""
    return ("sweep", view.key, recipe.with_k(segments.MIN_K))


@kept(24)
def profile(view: View, recipe: Recipe, columns: tuple[str, ...]) -> segments.Profile:
    """Weighted statistics of columns in each segment."""
    data = views.members(view, (*recipe.features, *columns))
    return segments.profile(data, segmentation(view, recipe), columns)


@cached
def names(view: View, recipe: Recipe) -> dict[int, str]:
    """A name for each segment, made from what sets it apart."""
    return segments.names(views.members(view, recipe.features), segmentation(view, recipe))


@kept(24)
def explanation(view: View, recipe: Recipe) -> segments.Explanation:
    """The segments as rules in words."""
    return segments.explain(views.members(view, recipe.features), segmentation(view, recipe))


def stability(view: View, recipe: Recipe, progress: segments.Progress | None = None) -> segments.Stability:
    """Whether other households, or other imputations, would have given the same segments."""
    data = views.members(view, recipe.features)
    found = segments.stability(data, segmentation(view, recipe), progress=progress)
    shelf("stabilities", _STABILITIES).put(stability_key(view, recipe), found)
    return found


def known_stability(view: View, recipe: Recipe) -> segments.Stability | None:
    """How far segments come back, if that was tested already."""
    return shelf("stabilities", _STABILITIES).find(stability_key(view, recipe))


def stability_key(view: View, recipe: Recipe) -> tuple[object, ...]:
    """What a test of stability is kept under."""
    return ("stability", view.key, recipe)


@kept(24)
def notebook(view: View, recipe: Recipe) -> segments.NotebookResult:
    """What the well-known notebooks would say: rows, one start; two features unscaled, more of them scaled."""
    scaling: features.Scaling = "none" if len(recipe.features) == 2 else "standard"
    return segments.notebook_result(views.members(view, recipe.features), recipe, scaling=scaling)


@kept(24)
def steps(view: View, recipe: Recipe, start: int) -> tuple[segments.Step, ...]:
    """The iterations of one start of k-means."""
    return segments.iterations(views.members(view, recipe.features), recipe, start=start)


@kept(24)
def plane_of(view: View, recipe: Recipe, linear: bool) -> plane.Plane:
    """Households, centroids and regions of a segmentation by two features, ready to draw."""
    data = views.members(view, recipe.features)
    return plane.plane_of(data, segmentation(view, recipe), explore.MAX_POINTS, linear=linear)


@cached
def extremes(view: View, column: str) -> float:
    """Share of a column's variance that the most extreme hundredth of the households decides."""
    data = views.members(view, (column,))
    return features.share_of_extremes(data.values(column), data.weights(view.counting))


@kept(8)
def clustergram(view: View, recipe: Recipe) -> segments.Clustergram:
    """Where members go as the number of segments grows; the sweep is there already."""
    return segments.clustergram(sweep(view, recipe))


@cached
def shares_by_segment(view: View, recipe: Recipe, column: str, names: tuple[tuple[int, str], ...]) -> pd.DataFrame:
    """Shares of a column's codes within each segment and among all, in words."""
    data = views.members(view, (*recipe.features, column))
    within = segments.labelled(data, segmentation(view, recipe), dict(names))
    table = estimates.shares(within, column, segments.SEGMENT, counting=view.counting)
    table = table[table[segments.SEGMENT].isin([number for number, _ in names])]
    table["group"] = table[segments.SEGMENT].map(within.codebook[segments.SEGMENT].text)
    everyone = estimates.shares(data, column, counting=view.counting).assign(group="All of them")
    return in_words(pd.concat([table, everyone], ignore_index=True), view, column)


def comparison(view: View, recipe: Recipe, progress: segments.Progress | None = None) -> segments.Comparison:
    """The same households segmented by several algorithms."""
    found = segments.compare(views.members(view, recipe.features), recipe, progress=progress)
    shelf("comparisons", _SWEEPS).put(comparison_key(view, recipe), found)
    return found


def known_comparison(view: View, recipe: Recipe) -> segments.Comparison | None:
    """The comparison of algorithms, if it was made already."""
    return shelf("comparisons", _SWEEPS).find(comparison_key(view, recipe))


def comparison_key(view: View, recipe: Recipe) -> tuple[object, ...]:
    """What a comparison of methods is kept under: everything but the method."""
    return ("comparison", view.key, replace(recipe, algorithm="kmeans"))


@cached
def spread(view: View, column: str) -> pd.DataFrame:
    """Quantiles of an amount in the population and in those it is shown beside."""
    return explore.distribution(views.groups(view, (column,)), column, counting=view.counting).summary


@kept(12)
def lenses(view: View, recipe: Recipe) -> segments.Lenses:
    """Segments through the three lenses, on columns that they were not made from."""
    data = views.members(view, (*recipe.features, *segments.LENS_COLUMNS))
    return segments.lenses(data, segmentation(view, recipe))


@kept(64)
def typical(view: View, recipe: Recipe, segment: int) -> segments.Typical:
    """The household of a segment that is nearest to all others of it."""
    data = views.members(view, (*recipe.features, *segments.TYPICAL_COLUMNS))
    return segments.typical(data, segmentation(view, recipe), segment)


@kept(24)
def contrast(view: View, recipe: Recipe, first: int, second: int | None, columns: tuple[str, ...]) -> pd.DataFrame:
    """How two segments, or a segment and everyone, differ."""
    data = views.members(view, (*recipe.features, *columns))
    told = profile(view, recipe, columns)
    return segments.contrast(data, segmentation(view, recipe), first, second, columns, described=told)


@kept(8)
def persistence(view: View, recipe: Recipe, other: View) -> segments.Persistence:
    """What became of the segments in another wave."""
    old = views.members(view, recipe.features)
    return segments.persist(old, segmentation(view, recipe), views.members(other, recipe.features), recipe)


def origin(view: View, recipe: Recipe | None = None) -> exports.Provenance:
    """Where figures of a view come from."""
    data = views.members(view, recipe.features if recipe else ())
    return exports.provenance(data, view.population, view.title, recipe, counting=view.counting, codebook=view.codebook)
