"""The labels of a saved recipe for a table in memory."""

from __future__ import annotations

import pandas as pd

from lib.segments.apply.placing import ADDED, matched, place_rows
from lib.segments.apply.stored import StoredRecipe


def label_frame(stored: StoredRecipe, frame: pd.DataFrame, *, dollars: int | None = None) -> pd.DataFrame:
    """Segment, name, distance and whether on a border, for each row of a table in memory.

    Args:
        stored: A saved recipe.
        frame: Has its features, in whatever case.
        dollars: Year whose prices the table is in; by default that of the recipe.

    Returns:
        The columns ``ADDED``, indexed as ``frame``; segment 0 and no name where a feature is missing.

    Raises:
        DataError: If a feature is not there, or amounts cannot be converted.
    """
    found = matched(stored.model.space.features, [str(name) for name in frame.columns])
    columns = {name: pd.to_numeric(frame[own], errors="coerce").to_numpy(float) for name, own in found.items()}
    places = place_rows(stored, columns, dollars=dollars)
    names = pd.Series(places.segment, index=frame.index).map(lambda number: stored.names.get(number, ""))
    values = (places.segment, names, places.distance, places.borderline)
    return pd.DataFrame(dict(zip(ADDED, values, strict=True)), index=frame.index)
