"""Where many rows belong by a saved recipe, row by row, gaps and other dollars allowed."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lib.errors import DataError
from lib.prices import price_ratio
from lib.segments.apply.stored import StoredRecipe
from lib.segments.points import Floats, Labels
from lib.segments.segmentation import BORDERLINE, UNASSIGNED

ADDED = ("segment", "segment_name", "distance", "borderline")
"""Columns that a labelled table has beside its own; a number is added to a name that is taken."""


@dataclass(frozen=True, eq=False)
class Places:
    """Where rows belong: segment (0 where a feature is missing), distance to its centroid, whether on a border."""

    segment: Labels
    distance: Floats
    borderline: np.ndarray


def place_rows(stored: StoredRecipe, columns: Mapping[str, Floats], *, dollars: int | None = None) -> Places:
    """The segments of many rows, by the nearest centroid or the likeliest component.

    Args:
        stored: A saved recipe.
        columns: Each feature, one value per row, NaN where missing.
        dollars: Year whose prices the columns are in; by default that of the recipe.

    Raises:
        DataError: If the dollars of the recipe, or a price index, are unknown.
    """
    factor = factor_of(stored, dollars)
    model = stored.model
    scaled = {n: np.asarray(v, float) * (factor if n in stored.money else 1.0) for n, v in columns.items()}
    known: np.ndarray = np.all([np.isfinite(scaled[name]) for name in model.space.features], axis=0)
    segment = np.full(len(known), UNASSIGNED, dtype=np.intp)
    distance = np.full(len(known), np.nan)
    borderline = np.zeros(len(known), dtype=bool)
    if known.any():
        matrix = model.space.matrix({n: v[known] for n, v in scaled.items()})
        segment[known] = model.labels_of(matrix)
        distance[known] = np.sqrt(np.square(matrix - model.centres[segment[known] - 1]).sum(axis=1))
        borderline[known] = model.borders(matrix) >= BORDERLINE
    return Places(segment, distance, borderline)


def matched(features: Sequence[str], names: Sequence[str]) -> dict[str, str]:
    """Which column of a table is which feature; upper and lower case are alike unless both are there.

    Raises:
        DataError: If one is missing, naming columns with similar names, or there twice.
    """
    found = {}
    for feature in features:
        exact = [name for name in names if name == feature]
        alike = exact or [name for name in names if name.strip().casefold() == feature.casefold()]
        if not alike:
            near = difflib.get_close_matches(feature.casefold(), [name.casefold() for name in names], n=2)
            hint = f" (there is {' and '.join(near)})" if near else ""
            raise DataError(f"The table has no column {feature}{hint}: the recipe needs {', '.join(features)}.")
        if len(alike) > 1:
            raise DataError(f"The table has {len(alike)} columns that could be {feature}: keep one of them.")
        found[feature] = alike[0]
    return found


def factor_of(stored: StoredRecipe, dollars: int | None) -> float:
    """What turns a dollar of a table into one of the recipe.

    Raises:
        DataError: If the dollars of the recipe, or a price index, are unknown.
    """
    if dollars is None or not stored.money or dollars == stored.dollars:
        return 1.0
    if stored.dollars is None:
        raise DataError("The recipe does not say which year's dollars it is in: leave out the year.")
    return price_ratio(dollars, stored.dollars)
