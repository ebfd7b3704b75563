"""Tables that tests share: what a bank might bring, dressed as nothing that the app knows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from lib.dataset import Codebook, Dataset, Variable
from lib.subject import Entity
from lib.subjects import PLAIN

CUSTOMERS = replace(PLAIN, key="customers", entity=Entity("customer", "customers"))
"""A table of which no more is known than what its rows are."""

AMOUNTS = ("a", "b", "c", "d")
GROUPS = 3
IN_EACH = 100


def neutral_table(amounts: tuple[str, ...] = AMOUNTS) -> Dataset:
    """Three round groups of a hundred rows in four amounts, a category, text ids; no weight, one implicate.

    Args:
        amounts: Names of the four amounts.
    """
    rng = np.random.default_rng(7)
    centres = np.repeat([[0, 0, 0, 3], [40, 5, 0, 3], [0, 60, 9, 8]], IN_EACH, axis=0)
    values = centres + rng.normal(scale=2.0, size=centres.shape)
    values[::5, 3] = 0.0
    columns = dict(zip(amounts, values.T, strict=True))
    rows = len(values)
    frame = pd.DataFrame({"key": [f"C{10_001 + n}" for n in range(rows)], **columns, "e": rng.integers(1, 4, rows)})
    book = {
        "key": Variable("key", "Customer", unit="id"),
        **{name: Variable(name, f"Column {name}", unit="ratio", format=",.2f") for name in amounts},
        "e": Variable("e", "Region", unit="category", values={1.0: "North", 2.0: "South", 3.0: "West"}),
    }
    return Dataset(frame=frame, codebook=Codebook(book), name="Mine", fingerprint=f"mine {amounts}", id="key")
