"""The first half of a run: how much there is, who is drawn, on which scale, and the centres to begin with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from lib.dataset import Dataset
from lib.engines.bundle import SAMPLE
from lib.engines.drawn import Drawing, dataset_of, drawing, in_order
from lib.engines.loop import Say, State
from lib.engines.table import Asked, Counts, Table
from lib.errors import DataError
from lib.features.components import fit_rotation
from lib.features.space import Space
from lib.segments import Recipe, fit, points_of
from lib.segments.points import Floats, Points
from lib.tables.whole import whole

ALL = "all rows"


@dataclass(frozen=True, eq=False)
class Begun:
    """What a run has to begin with.

    Attributes:
        table: All rows.
        counts: How much there is of them.
        drawing: Who is drawn.
        rows: Those drawn, as they are in the table.
        dataset: Those of them that have every feature, as the engine of the app takes them.
        space: The scale of distances.
        points: Those drawn, on it.
    """

    table: Table
    counts: Counts
    drawing: Drawing
    rows: pa.Table
    dataset: Dataset
    space: Space
    points: Points

    @property
    def asked(self) -> Asked:
        """What of the table the recipe is about."""
        return self.table.asked

    @property
    def recipe(self) -> Recipe:
        """The recipe."""
        return self.asked.stored.model.recipe

    @property
    def is_whole(self) -> bool:
        """Whether those drawn are all."""
        return self.drawing.below is None

    @property
    def of_drawn(self) -> str:
        """What figures of those drawn rest on."""
        return ALL if self.is_whole else f"sample of {len(self.dataset):,}"

    @property
    def of_scale(self) -> str:
        """What the centre and the spread of the scale rest on."""
        return ALL if self.is_whole or is_of_all(self.recipe) else self.of_drawn


def begin(table: Table, most: int, part: Path, state: State, say: Say) -> Begun:
    """Count, draw, and find the centres to begin with, which are in ``state`` afterwards.

    Args:
        table: All rows.
        most: How many are drawn at most.
        part: The folder of the run, where those drawn are kept.
        state: What an earlier run that was cut off has found; it is not sought again.
        say: Told what is found.

    Raises:
        DataError: If the table cannot be segmented so.
        RecipeError: If a feature cannot be used.
    """
    counts = _counted(table, state, say)
    recipe = table.asked.stored.model.recipe
    drawn = drawing(counts.rows, most, recipe.seed, table.asked.id)
    rows = _drawn(table, drawn, part / SAMPLE, state, say)
    dataset = dataset_of(rows, table.asked, table.asked.columns(table.kinds()), counts)
    space, points = points_of(dataset, recipe)
    if "space" in state:
        space = Space.from_dict(state["space"])
        points = replace(points, matrix=space.matrix(dataset.frame))
        say(f"Goes on after {len(state['iterations'])} passes.")
        return Begun(table, counts, drawn, rows, dataset, space, points)
    if drawn.below is not None and is_of_all(recipe):
        space = _over_all(table, dataset, space, points.weights)
        points = replace(points, matrix=space.matrix(dataset.frame))
    found = fit(dataset, recipe, prepared=(space, points))
    start, ends = found.model.centres.tolist(), found.inertias.tolist()
    state.keep(space=space.to_dict(), start=start, centres=start, iterations=[], inertias=ends)
    say(f"{recipe.k} segments of those drawn, from {len(ends)} starts.")
    return Begun(table, counts, drawn, rows, dataset, space, points)


def is_of_all(recipe: Recipe) -> bool:
    """Whether centre and spread are had of all rows: quantiles, and amounts in two parts, are of those drawn."""
    return recipe.scaling in ("standard", "minmax") and recipe.transform != "two_part"


def _counted(table: Table, state: State, say: Say) -> Counts:
    counts = table.counts()
    if not counts.rows:
        raise DataError(f"{table.name} has no rows.")
    if counts.unsound:
        raise DataError(
            f"The weights ({table.asked.weight}) of {counts.unsound:,} rows are missing, negative or no numbers: mend "
            "them, or count rows."
        )
    if not counts.weights > 0:
        raise DataError(
            f"No row of {table.name} has a weight and every feature: fill blanks, or choose other features."
        )
    say(f"{counts.rows:,} rows, {counts.complete:,} with every feature.")
    seen = [counts.rows, counts.complete, counts.weights, *counts.means]
    if "counts" in state and not np.allclose(state["counts"], seen, rtol=1e-9):
        say("The table has changed since the run that was cut off: it begins anew.")
        state.forget()
    if "counts" not in state:
        state.keep(counts=seen)
    return counts


def _drawn(table: Table, drawn: Drawing, path: Path, state: State, say: Say) -> pa.Table:
    if "drawn" in state and path.is_file():
        return pq.read_table(path)
    rows = in_order(table.draw(drawn.below, drawn.seed), table.asked)
    _check_ids(rows, drawn, table.asked)
    with whole(path) as draft:
        pq.write_table(rows, draft, compression="zstd")
    state.keep(drawn=len(rows))
    say(f"{len(rows):,} rows drawn.")
    return rows


def _check_ids(rows: pa.Table, drawn: Drawing, asked: Asked) -> None:
    """Refuse an id that names many rows at once: they are drawn together or not at all."""
    if drawn.below is None or asked.id is None:
        return
    if not len(rows):
        raise DataError(f"No row was drawn by {asked.id}: draw more, or name an id that differs in every row.")
    different = len(rows.column(asked.id).unique())
    if asked.implicate is None and different < len(rows) / 2:
        raise DataError(
            f"{asked.id} has {different:,} different values in {len(rows):,} rows drawn: name an id that differs in "
            "every row."
        )


def _over_all(table: Table, dataset: Dataset, space: Space, weights: Floats) -> Space:
    """The scale with the centre and the spread of all rows; principal components are of those drawn."""
    found, recipe = table.spread(space), table.asked.stored.model.recipe
    middle, spread = found.means, found.deviations
    if recipe.scaling == "minmax":
        middle, spread = found.lows, found.highs - found.lows
    stated = np.array([dataset.codebook[part.feature].spread is not None for part in space.parts])
    centre = space.centre + np.where(stated, 0, middle) * space.spread
    moved = replace(space, centre=centre, spread=space.spread * np.where(stated, 1, spread), rotation=None)
    if recipe.pca is None:
        return moved
    return replace(moved, rotation=fit_rotation(moved.scaled(dataset.frame), weights, recipe.pca))
