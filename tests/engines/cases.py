"""Tables that every engine must answer for as memory does: real shapes, and what trips arithmetic up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from lib.codebook import Codebook, Variable
from lib.dataset import Dataset
from lib.engines.table import Asked
from lib.features.space import Space
from lib.segments import Recipe, points_of
from lib.segments.apply.stored import StoredRecipe, read_recipe, to_text
from lib.segments.points import Floats
from lib.segments.segmentation import Model
from lib.solvers.kmeans import Stage, plus_plus
from lib.sources import examples, scf, table
from lib.steps import Cap, Fill, LeaveOutMissing, Logarithm, MergeSpellings, OneHot, combined, prepare

HOSTILE = '"; drop table'
"""A column is a column, whatever it is called."""

NAMES = (HOSTILE, "it's %s $v1 :v1", "`a`.b ü")


@dataclass(frozen=True, eq=False)
class Case:
    """A table, what is asked of it, and the centres to begin with."""

    cells: pa.Table
    asked: Asked
    start: Floats

    @property
    def space(self) -> Space:
        return self.asked.stored.model.space


def _stored(recipe: Recipe, space: Space, centres: Floats) -> StoredRecipe:
    named = {number: f"No. {number}: it's" for number in range(1, len(centres) + 1)}
    book = Codebook({name: Variable(name, name) for name in space.features})
    return StoredRecipe(Model(recipe, space, centres), named, (), None, {}, book=book)


def _of(dataset: Dataset, recipe: Recipe, **columns: str) -> Case:
    """A table by the scale of memory, from the first of the recipe's starts."""
    space, points = points_of(dataset, recipe)
    start = plus_plus(Stage(*points.distinct), recipe.k, recipe.seed, 0)
    kept = list(dict.fromkeys([*recipe.features, *columns.values()]))
    cells = pa.Table.from_pandas(dataset.frame[kept], preserve_index=False)
    return Case(cells, Asked(_stored(recipe, space, start), **columns), start)


def _survey(counting: str) -> Case:
    features = ("INCOME", "NETWORTH", "DEBT", "AGE", "HHSEX")
    recipe = Recipe(features, transform="asinh", k=5, counting=counting)
    return _of(scf.sample(), recipe, id="YY1", weight="WGT", implicate="Y1")


def _cards() -> Case:
    cards = examples.cards()
    wanted = [name for name in cards.codebook.amounts() if not cards.frame[name].isna().any()][:6]
    recipe = Recipe(tuple(wanted), transform="two_part", k=4)
    return _of(cards, recipe, id=cards.id)


def _plain(values: Mapping[str, object], start: Floats, ids: list[object] | None = None) -> Case:
    """A table on its own scale, of every column but the id."""
    features = tuple(values)
    ones = np.ones(len(features))
    space = Space(features, "none", "none", (np.empty(0),) * len(features), ones * 0, ones)
    rows = len(next(iter(values.values())))
    cells = pa.table({"key": ids or [f"C{n}" for n in range(rows)], **values})
    recipe = Recipe(features, scaling="none", k=max(2, len(start)))
    return Case(cells, Asked(_stored(recipe, space, start), id="key"), start)


def _empty() -> Case:
    """Two groups and three centres, one of them far from everybody."""
    rng = np.random.default_rng(1)
    x = np.concatenate([rng.normal(0, 1, 300), rng.normal(20, 1, 200)])
    return _plain({"x": x, "y": -x + rng.normal(0, 1, 500)}, np.array([[0.0, 0.0], [20.0, -20.0], [1e6, 1e6]]))


def _ties() -> Case:
    """Few different rows, each many times; some as near to one centre as to another."""
    x = np.tile([0.0, 1.0, 2.0, 2.0, 4.0], 100)
    return _plain({"x": x, "y": np.zeros(500)}, np.array([[0.0, 0.0], [2.0, 0.0], [4.0, 0.0]]))


def _offsets() -> Case:
    """Values whose digits are nearly all the same."""
    rng = np.random.default_rng(2)
    values = {"x": 1e9 + rng.normal(0, 1, 800), "y": -3e7 + rng.normal(0, 2, 800), "z": rng.normal(0, 1e-3, 800)}
    frame = pd.DataFrame({"key": np.arange(800) * 7, **values})
    book = Codebook({"key": Variable("key", "key", unit="id"), **{n: Variable(n, n) for n in values}})
    dataset = Dataset(frame=frame, codebook=book, name="Offsets", fingerprint="offsets", id="key")
    return _of(dataset, Recipe(tuple(values), k=3), id="key")


def _gaps() -> Case:
    """Whatever is no number, in columns with names that no column should have."""
    rng = np.random.default_rng(3)
    x = [None, float("nan"), float("inf"), -float("inf"), 1e40, *rng.normal(0, 3, 395)]
    y = [*rng.normal(0, 3, 390), *[None] * 10]
    whole = [*rng.integers(-5, 5, 399).tolist(), None]
    values = {NAMES[0]: pa.array(x), NAMES[1]: pa.array(y), NAMES[2]: pa.array(whole, pa.int32())}
    ids = [f"'; -- {n} é" for n in range(400)]
    return _plain(values, np.array([[0.0, 0.0, 0.0], [2.0, -2.0, 1.0]]), ids)


def _constant() -> Case:
    """A column that tells nobody apart, which a scale made elsewhere may have."""
    rng = np.random.default_rng(4)
    values = {"x": rng.normal(0, 1, 300), "same": np.full(300, 7.0)}
    return _plain(values, np.array([[-1.0, 7.0], [1.0, 7.0]]))


def _prepared() -> Case:
    """A table that was cleaned and derived from before segments were found."""
    rng = np.random.default_rng(5)
    rows = 600
    frame = pd.DataFrame(
        {
            "who": [f"C{n}" for n in range(rows)],
            "balance": np.where(rng.random(rows) < 0.1, np.nan, rng.lognormal(7, 1, rows)),
            "limit": rng.lognormal(8, 0.5, rows),
            "visits": np.where(rng.random(rows) < 0.05, np.nan, rng.integers(0, 30, rows)),
            "region": rng.choice(["North", "South", "West", " WEST"], rows),
            "card": rng.random(rows) < 0.5,
        }
    )
    content = frame.to_csv(index=False).encode()
    read = table.read(content, "customers.csv", choices={"columns": {"who": {"role": "id"}}})
    steps = (
        Fill(("balance",), "median"),
        LeaveOutMissing(("visits",)),
        Cap(("limit",), "percentiles", 5.0, 95.0),
        combined("ratio", ("balance", "limit"), read.codebook, "use"),
        Logarithm("log", "log", "balance", plus_one=True),
        MergeSpellings("region"),
        OneHot("region", 0.5),
    )
    data = prepare(read, steps).data
    flags = tuple(name for name in data.frame if name.startswith("region: "))
    recipe = Recipe(("use", "log", "limit", "visits", *flags), k=3, starts=5)
    space, points = points_of(data, recipe)
    start = plus_plus(Stage(*points.distinct), recipe.k, recipe.seed, 0)
    text = to_text(Model(recipe, space, start), {1: "first"}, data.codebook, None, {}, preparation=data.preparation)
    cells = pa.Table.from_pandas(frame, preserve_index=False)
    return Case(cells, Asked(read_recipe(text), id="who"), start)


CASES: Mapping[str, Callable[[], Case]] = {
    "survey, weighted": lambda: _survey("households"),
    "survey, rows": lambda: _survey("rows"),
    "cards": _cards,
    "an empty segment": _empty,
    "ties and duplicates": _ties,
    "huge offsets": _offsets,
    "gaps and names": _gaps,
    "a constant column": _constant,
    "prepared": _prepared,
}
