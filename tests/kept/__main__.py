"""Files as this version writes them, for all later ones to read or refuse: ``python -m tests.kept``, once a version.

Everything is made of the synthetic sample and of a few rows that are made up here.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from lib import VERSION, exports, maps, segments
from lib.dataset import Dataset
from lib.layouts.fitted import Fitted
from lib.population import Population
from lib.segments import Recipe
from lib.segments.apply import label_file, load
from lib.sources import scf, table
from lib.steps import Cap, Combine, Fill, MergeRare, OneHot, prepare
from lib.tables.csvw import beside
from tests.kept import read
from tests.sources.test_scf import as_csv, excerpt

NAMES = {1: "Renters, young", 2: "Süd = 2"}


def main() -> None:
    """Write the folder of this version."""
    folder = read.HERE / VERSION
    if folder.exists():
        sys.exit(f"{folder} is there: what was kept is never written anew.")
    folder.mkdir()
    sample = scf.sample()
    fearful = Population.parse("TURNFEAR == 1").apply(sample)
    for name, recipe in {
        "survey": Recipe(("NETWORTH", "INCOME", "DEBT"), "asinh", k=4, starts=5, bend=2.0),
        "ranks": Recipe(("INCOME", "ASSET", "HOUSES", "NFIN"), "quantile", "none", pca=0.9, k=3, starts=5),
        "mixture": Recipe(("INCOME", "NETWORTH"), "winsorised", algorithm="gaussian_mixture", k=3, starts=2),
        "parts": Recipe(("DEBT", "HOUSES", "INCOME"), "two_part", algorithm="latent_class", k=3, starts=2),
    }.items():
        rows = fearful.frame[[*recipe.features, "AGE"]].iloc[:: len(fearful) // 25]
        _keep_recipe(folder, name, fearful, recipe, rows.to_csv(index=False))
    _keep_prepared(folder)
    _keep_map(folder)
    _keep_wave(folder)


def _keep_recipe(folder: Path, name: str, data: Dataset, recipe: Recipe, rows: str) -> None:
    found = segments.fit(data, recipe)
    origin = exports.provenance(data, Population(), "Those who were made up", recipe)
    stored, given = folder / f"{name}.json", folder / f"{name}.csv"
    stored.write_bytes(exports.recipe_json(found, NAMES, data.codebook, origin))
    given.write_text(rows, encoding="utf-8")
    label_file(load(stored), given, folder / f"{name}_labelled.csv")


def _keep_prepared(folder: Path) -> None:
    """A table as banks write them, with steps of most kinds, and its members as they are handed on."""
    rng = np.random.default_rng(1)
    income, spent = rng.gamma(3, 15_000, 60), rng.gamma(2, 400, 60)
    rows = pd.DataFrame(
        {
            "customer": [f"K{number:03}" for number in range(60)],
            "income": [f"{value:,.2f} €".translate(str.maketrans(",.", ".,")) for value in income],
            "spent": [f"{value:.2f}".replace(".", ",") for value in spent],
            "region": rng.choice(["Nord", "Süd", "West", "Ost"], 60, p=[0.5, 0.4, 0.05, 0.05]),
        }
    )
    rows.loc[[3, 17, 40], "spent"] = ""
    text = rows.to_csv(index=False, sep=";")
    steps = [
        Fill(("spent",), "median"),
        Cap(("income",), "fences"),
        MergeRare("region", 0.1),
        OneHot("region"),
        Combine("part", "Part of income spent", "ratio", (("spent", 12.0),), (("income", 1.0),)),
    ]
    data = prepare(table.read(text.encode(), "customers.csv"), steps).data
    recipe = Recipe(("income", "spent", "part"), "asinh", k=3, starts=5)
    _keep_recipe(folder, "prepared", data, recipe, text)
    origin = exports.provenance(data, Population(), "Customers", recipe)
    members = exports.members(data, segments.fit(data, recipe), NAMES, origin)
    (folder / "members.csv").write_bytes(members.csv())
    beside(folder / "members.csv").write_bytes(members.metadata("members.csv"))


def _keep_map(folder: Path) -> None:
    fitted = Fitted(read.COORDINATES, read.FIGURES)
    maps.Store(folder, shipped=None).keep(read.MAP, read.OF, read.ROWS, fitted)


def _keep_wave(folder: Path) -> None:
    """A file under a wave's name and the copy that is made of it; its time is part of what the copy is of."""
    with tempfile.TemporaryDirectory() as made:
        path = Path(made, read.WAVE)
        path.write_bytes(as_csv(excerpt(4)))
        read.set_time(path)
        scf.read(path)
        for each in Path(made).iterdir():
            shutil.copyfile(each, folder / each.name)


if __name__ == "__main__":
    main()
