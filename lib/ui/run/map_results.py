"""Cached calls about maps and the members picked on them. Nothing here draws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lib import maps, segments
from lib.estimates import draw_once, inclusion, ranks
from lib.maps import density
from lib.population.ids import find_id
from lib.segments import Recipe
from lib.segments.describe.plane import LEAST_POINTS
from lib.ui.run import crowd, segment_results
from lib.ui.run.cache import find, kept, made, put
from lib.ui.scene import own
from lib.ui.scene.view import View

Id = int | str
Ids = tuple[Id, ...]


def map_request(view: View, recipe: Recipe, method: maps.Method, settings: maps.Settings) -> maps.Request:
    """One map of the population in the space of a recipe."""
    return maps.Request(view.members(recipe.features), recipe, method, settings)


def store_of(view: View) -> maps.Store | None:
    """Where finished maps of a view are kept: nowhere for a table that somebody brought, else where all are."""
    return maps.NOWHERE if own.is_own(view.source) else None


def projection(view: View, recipe: Recipe, method: maps.Method, settings: maps.Settings) -> maps.Projection | None:
    """The map, if it can be had at once: PCA, or what was finished before."""
    key = _map_key(view, recipe, method, settings)
    found: maps.Projection | None = find("maps", key)
    if found is None and (found := map_request(view, recipe, method, settings).finished(store_of(view))) is not None:
        put("maps", key, found)
    return found


def keep(view: View, recipe: Recipe, request: maps.Request, fitted: maps.Fitted) -> maps.Projection:
    """The map that the worker has just finished, kept in memory: the disk may not have taken it."""
    found = request.projection(fitted)
    put("maps", _map_key(view, recipe, request.method, request.settings), found)
    return found


def _map_key(view: View, recipe: Recipe, method: maps.Method, settings: maps.Settings) -> tuple[object, ...]:
    return (view.key, replace(recipe, k=segments.MIN_K, algorithm="kmeans"), method, settings)


def worker() -> maps.Worker:
    """The server's map worker, which draws nothing for those who have left."""
    found = maps.shared()
    found.heed(crowd.gone)
    return found


def contours(view: View, projection: maps.Projection) -> pd.DataFrame:
    """Lines of equal density on a map."""
    key = (view.key, projection.key)
    table = projection.table
    x, y, weight = (table[name].to_numpy() for name in ("x", "y", "weight"))
    return made("contours", key, lambda: density.contours(x, y, weight))


def drawn(view: View, recipe: Recipe, projection: maps.Projection, most: int) -> pd.DataFrame:
    """The points of a map to draw, with their ``segment``: where they are more than ``most``, so many of them.

    They are drawn as those of the map were: by weight, or with equal chances. A few of every segment are among them.
    """
    key = (projection.key, view.key, recipe, most)
    return made("points of maps", key, lambda: _drawn(view, recipe, projection, most))


def _drawn(view: View, recipe: Recipe, projection: maps.Projection, most: int) -> pd.DataFrame:
    labels = segment_results.segmentation(view, recipe).labels
    found = projection.table.assign(segment=labels[projection.table["row"].to_numpy()])
    if len(found) <= most:
        return found
    weights = found["weight"].to_numpy() if projection.by_weight else np.ones(len(found))
    few = found.groupby("segment").head(LEAST_POINTS).index
    return found.loc[np.union1d(found.index[draw_once(inclusion(weights, most), recipe.seed)], few)]


def centres(view: View, recipe: Recipe, projection: maps.Projection) -> pd.DataFrame:
    """Where a segment's number stands on a map: the median of its points, which a few strays do not move."""
    key = (projection.key, view.key, recipe)
    return made("centres on maps", key, lambda: _centres(view, recipe, projection))


def _centres(view: View, recipe: Recipe, projection: maps.Projection) -> pd.DataFrame:
    labels = segment_results.segmentation(view, recipe).labels[projection.table["row"].to_numpy()]
    places = projection.table[["x", "y"]].to_numpy()
    found = [number for number in np.unique(labels) if number != segments.UNASSIGNED]
    medians = np.array([np.median(places[labels == number], axis=0) for number in found]).reshape(-1, 2)
    return pd.DataFrame({"segment": found, "x": medians[:, 0], "y": medians[:, 1]})


@kept
def colouring(view: View, recipe: Recipe, column: str) -> NDArray[np.float32]:
    """Every row's code of a category, or for an amount its percentile rank among the members."""
    data = view.members((*recipe.features, column))
    values = data.values(column)
    if not view.codebook[column].is_category:
        values = ranks(values, data.weights(view.counting))
    return values.astype("float32")


def picked(view: View, recipe: Recipe, ids: Ids, columns: tuple[str, ...]) -> pd.DataFrame:
    """Picked members beside the rest of the population."""
    data = view.members((*recipe.features, *columns))
    inside = segments.rows_of(data, ids)
    return segments.beside_the_rest(data, inside, columns, counting=view.counting)


@kept
def id_of(view: View, typed: str) -> Id:
    """The id that somebody typed, as the data write it; of any member, in the population or not."""
    return find_id(view.everyone(()), typed)


@kept
def found(view: View, recipe: Recipe, member: Id, columns: tuple[str, ...]) -> segments.Found:
    """Where one member of the population belongs and stands, and who is like it."""
    data = view.members((*recipe.features, *columns))
    return segments.find_member(data, segment_results.segmentation(view, recipe), member, columns)


def row_of(view: View, recipe: Recipe, one: segments.Found, columns: tuple[str, ...]) -> dict[str, float]:
    """What some columns say of a member that was found, on its first row."""
    data = view.members((*recipe.features, *columns))
    return {name: float(data.values(name)[one.rows[0]]) for name in columns}


def mark(view: View, recipe: Recipe, projection: maps.Projection, one: segments.Found) -> maps.Mark:
    """The place of a member on a map."""
    return maps.mark(projection, segment_results.segmentation(view, recipe), one)


@kept
def members_by_segment(view: View, recipe: Recipe) -> dict[int, Ids]:
    """What names the members whose first implicate is in each segment."""
    data = view.members(recipe.features)
    found = segment_results.segmentation(view, recipe)
    one = data.implicate_codes == 0
    ids, labels = data.ids[one], found.labels[one]
    return {int(segment): tuple(ids[labels == segment].tolist()) for segment in found.sizes.index}


def picked_size(view: View, recipe: Recipe, ids: Ids) -> tuple[float, int]:
    """Members that picked ones stand for, and their rows."""
    data = view.members(recipe.features)
    inside = segments.rows_of(data, ids)
    return float(data.weights()[inside].sum()), int(inside.sum())


def picked_table(view: View, recipe: Recipe, ids: Ids, columns: tuple[str, ...]) -> pd.DataFrame:
    """Picked members one by one, first implicate of each: columns and features.

    The index says which member a row is: ``id``, ``segment`` and ``weight`` (members it stands for), for which a
    table may have columns of its own.
    """
    data = view.members((*recipe.features, *columns))
    rows = np.flatnonzero(segments.rows_of(data, ids) & (data.implicate_codes == 0))
    weight = (data.weights()[rows] * data.implicates).round()
    labels = segment_results.segmentation(view, recipe).labels[rows]
    index = pd.MultiIndex.from_arrays([data.ids[rows], labels, weight], names=["id", "segment", "weight"])
    return pd.DataFrame({n: data.values(n)[rows] for n in dict.fromkeys((*columns, *recipe.features))}, index=index)
