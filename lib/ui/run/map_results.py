"""Cached calls about maps and the households picked on them. Nothing here draws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from lib import maps, segments
from lib.maps import density
from lib.segments import Recipe
from lib.ui.run import background, results
from lib.ui.run.cache import shelf
from lib.ui.run.results import cached, kept
from lib.ui.scene import view as views
from lib.ui.scene.view import View

_MAPS = 48
"""Maps kept in memory; each is some 200 kB."""


def map_request(view: View, recipe: Recipe, method: maps.Method, settings: maps.Settings) -> maps.Request:
    """One map of the population in the space of a recipe."""
    return maps.Request(views.members(view, recipe.features), recipe, method, settings)


def projection(view: View, recipe: Recipe, method: maps.Method, settings: maps.Settings) -> maps.Projection | None:
    """The map, if it can be had at once: PCA, or what was finished before."""
    key = _map_key(view, recipe, method, settings)
    kept_maps = shelf("maps", _MAPS)
    found = kept_maps.find(key)
    if found is None and (found := map_request(view, recipe, method, settings).finished()) is not None:
        kept_maps.put(key, found)
    return found


def keep(view: View, recipe: Recipe, request: maps.Request, fitted: maps.Fitted) -> maps.Projection:
    """The map that the worker has just finished, kept in memory: the disk may not have taken it."""
    found = request.projection(fitted)
    shelf("maps", _MAPS).put(_map_key(view, recipe, request.method, request.settings), found)
    return found


def _map_key(view: View, recipe: Recipe, method: maps.Method, settings: maps.Settings) -> tuple[object, ...]:
    return (view.key, replace(recipe, k=segments.MIN_K, algorithm="kmeans"), method, settings)


def worker() -> maps.Worker:
    """The server's map worker, which draws nothing for those who have left."""
    found = maps.shared()
    found.heed(background.gone)
    return found


@kept(24)
def contours(_projection: maps.Projection, key: str) -> pd.DataFrame:
    """Lines of equal density on a map."""
    del key
    table = _projection.table
    return density.contours(table["x"].to_numpy(), table["y"].to_numpy(), table["weight"].to_numpy())


@cached
def colouring(view: View, recipe: Recipe, column: str) -> pd.Series:
    """Every row's code of a category, or for an amount the share of households that have less."""
    data = views.members(view, (*recipe.features, column))
    values = pd.Series(data.values(column))
    if view.codebook[column].is_category:
        return values
    order = values.argsort(kind="stable").to_numpy()
    weights = data.weights(view.counting)
    below = pd.Series(0.0, index=values.index)
    below.iloc[order] = (weights[order].cumsum() - weights[order]) / weights.sum()
    # equal values share the rank of the first of them
    return below.groupby(values).transform("min")


def picked(view: View, recipe: Recipe, households: tuple[float, ...], columns: tuple[str, ...]) -> pd.DataFrame:
    """Picked households beside the rest of the population."""
    data = views.members(view, (*recipe.features, *columns))
    inside = segments.rows_of(data, households)
    return segments.beside_the_rest(data, inside, columns, counting=view.counting)


def neighbours(view: View, recipe: Recipe, household: float) -> pd.DataFrame:
    """One household and those most like it."""
    data = views.members(view, recipe.features)
    return segments.neighbours(data, results.segmentation(view, recipe), household)


@cached
def households_by_segment(view: View, recipe: Recipe) -> dict[int, tuple[float, ...]]:
    """Numbers of the sampled households whose first implicate is in each segment."""
    data = views.members(view, recipe.features)
    found = results.segmentation(view, recipe)
    one = data.implicate_codes == 0
    numbers = data.values(data.household)[one] if data.household else np.flatnonzero(one).astype(float)
    labels = found.labels[one]
    return {int(segment): tuple(numbers[labels == segment]) for segment in found.sizes.index}


def picked_size(view: View, recipe: Recipe, households: tuple[float, ...]) -> tuple[float, int]:
    """Households that picked ones stand for, and their rows."""
    data = views.members(view, recipe.features)
    inside = segments.rows_of(data, households)
    return float(data.weights()[inside].sum()), int(inside.sum())


def picked_table(view: View, recipe: Recipe, households: tuple[float, ...], columns: tuple[str, ...]) -> pd.DataFrame:
    """Picked households one by one, first implicate of each: number, segment, households stood for, columns."""
    data = views.members(view, (*recipe.features, *columns))
    rows = np.flatnonzero(segments.rows_of(data, households) & (data.implicate_codes == 0))
    number = data.values(data.household)[rows].astype(int) if data.household else rows
    weight = data.weights()[rows] * data.implicates
    labels = results.segmentation(view, recipe).labels[rows]
    chosen = {name: data.values(name)[rows] for name in dict.fromkeys((*columns, *recipe.features))}
    return pd.DataFrame({"household": number, "segment": labels, "weight": weight.round(), **chosen})
