"""Tables such as a bank might bring, made up by the thousand or the million: the same ones at every run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv
import pyarrow.parquet as pq

SEED = 20

_WORDS = {
    "region": ("North", "East", "South", "West", "Abroad"),
    "product": ("Basic", "Plus", "Premium", "Business"),
    "channel": ("Branch", "Web", "Phone"),
    "employment": ("Employed", "Self-employed", "Retired", "Student", "None"),
}


def table(rows: int) -> pa.Table:
    """Rows x 20 columns: a text id, four categories, two flags, a date, twelve amounts, some cells missing.

    The amounts follow five kinds of customer, so that there is something to find.
    """
    rng = np.random.default_rng(SEED)
    kind = rng.choice(5, rows, p=(0.35, 0.25, 0.2, 0.15, 0.05))
    wealth = rng.lognormal(np.array([7.0, 8.0, 9.0, 10.0, 12.0])[kind], 0.6)
    age = np.clip(rng.normal(np.array([25, 38, 50, 62, 55])[kind], 7).round(), 18, 95)
    columns: dict[str, object] = {"customer_id": [f"C{number:08d}" for number in rng.permutation(rows)]}
    for name, words in _WORDS.items():
        columns[name] = np.array(words)[(kind + rng.integers(0, 3, rows)) % len(words)]
    columns["is_active"] = np.where(rng.random(rows) < 0.8, "yes", "no")
    columns["has_loan"] = rng.integers(0, 2, rows)
    columns["joined"] = (np.datetime64("2005-01-01") + rng.integers(0, 7_300, rows)).astype(str)
    columns["age"] = age.astype(int)
    columns["visits"] = rng.poisson(np.array([12, 8, 5, 3, 2])[kind])
    for name, scale in (("balance", 1.0), ("income", 4.0), ("limit", 2.0), ("savings", 1.5), ("debt", 0.8)):
        columns[name] = (wealth * scale * rng.lognormal(0, 0.4, rows)).round(2)
    for name, share in (("purchases", 0.3), ("cash", 0.1), ("payments", 0.35), ("fees", 0.01)):
        columns[name] = (wealth * share * rng.gamma(2.0, 0.5, rows)).round(2)
    columns["use_of_limit"] = rng.beta(2, 3, rows).round(4)
    made = pa.table(columns)
    for name in ("limit", "payments", "region"):
        there = pa.array(rng.random(rows) >= 0.01)
        made = made.set_column(made.schema.get_field_index(name), name, pc.if_else(there, made[name], None))
    return made


def write(folder: Path, rows: int) -> dict[str, Path]:
    """The table as CSV and Parquet; path by kind."""
    made = table(rows)
    paths = {kind: folder / f"customers_{rows}.{kind}" for kind in ("csv", "parquet")}
    pv.write_csv(made, paths["csv"], pv.WriteOptions(quoting_style="none"))
    pq.write_table(made, paths["parquet"])
    return paths
