"""Customers as a bank has them in a lake, and what the app exports of a few of them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lib import segments
from lib.exports import provenance, recipe_json
from lib.population import Population
from lib.sources import table

HOSTILE = '"; drop table'
FEATURES = ("spent", HOSTILE, "years")
ROWS = 3_000


def customers(rows=ROWS, seed=1):
    """Three groups, one much smaller, and a few rows that lack something."""
    rng = np.random.default_rng(seed)
    group = rng.choice(3, rows, p=[0.5, 0.4, 0.1])
    values = np.array([[0, 0, 0], [3, 3, 0], [0, 6, 9]])[group] + rng.normal(0, 1, (rows, 3))
    frame = pd.DataFrame(values, columns=list(FEATURES)).assign(who=np.arange(rows) * 3, group=group)
    frame.loc[:9, "spent"] = np.nan
    return frame


def recipe_of(frame, folder, recipe):
    """What the app exports of segments found in a table."""
    path = folder / "few.csv"
    frame.dropna().head(500).to_csv(path, index=False)
    data = table.read(path)
    found = segments.fit(data, recipe)
    words = recipe_json(
        found, segments.names(data, found), data.codebook, provenance(data, Population(), "All", recipe)
    )
    (folder / "recipe.json").write_bytes(words)
    return folder / "recipe.json"
