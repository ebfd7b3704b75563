"""Small files of replicate weights, in the layout that is released and in the one that is multiplied already."""

from __future__ import annotations

import gzip
import io
import warnings
from functools import cache

import numpy as np
import pandas as pd

from lib.sources.scf.vintage import HOUSEHOLDS
from tests.sources.loopback import zipped

REPLICATES = 999


@cache
def released(wave: int = 2019, households: int = 40) -> pd.DataFrame:
    """As released: weights of a household drawn once, missing where it was not drawn, and how often it was drawn."""
    rng = np.random.default_rng(wave)
    times = rng.poisson(1, (households, REPLICATES))
    times[0] = 1
    once = rng.lognormal(0, 1, (households, 1)) * rng.lognormal(0, 0.15, times.shape)
    once *= HOUSEHOLDS[wave] * 1e6 / (once * times).sum(axis=0)
    drawn = times > 0
    columns = {"Y1": np.arange(1, households + 1) * 10 + 1, "YY1": np.arange(1, households + 1)}
    return pd.DataFrame(
        {
            **columns,
            **{f"WT1B{n + 1}": np.where(drawn[:, n], once[:, n], np.nan) for n in range(REPLICATES)},
            **{f"MM{n + 1}": np.where(drawn[:, n], times[:, n], np.nan) for n in range(REPLICATES)},
        }
    )


def multiplied(table: pd.DataFrame) -> pd.DataFrame:
    """The other layout of the same weights."""
    columns = {f"wt1b{n}": (table[f"WT1B{n}"] * table[f"MM{n}"]).fillna(0) for n in range(1, REPLICATES + 1)}
    return pd.DataFrame({"YY1": table["YY1"], **columns})


def effective(table: pd.DataFrame) -> np.ndarray:
    """Weights by household and replicate as they count, 0 where a household was not drawn."""
    return multiplied(table).iloc[:, 1:].to_numpy()


def as_stata(table: pd.DataFrame) -> bytes:
    """The table as a Stata file."""
    content = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pd.errors.PerformanceWarning)
        table.to_stata(content, write_index=False, version=118)
    return content.getvalue()


def as_csv(table: pd.DataFrame) -> bytes:
    """The table as CSV with a byte-order mark."""
    return table.to_csv(index=False).encode("utf-8-sig")


@cache
def archive(wave: int = 2019) -> bytes:
    """What the survey's site sends."""
    return zipped(as_stata(released(wave)), f"p{wave % 100}_rw1.dta")


def packed(name: str, table: pd.DataFrame) -> bytes:
    """The table in whatever the name says."""
    content = as_stata(table) if ".dta" in name else as_csv(table)
    if name.endswith(".gz"):
        return gzip.compress(content)
    return zipped(content, "table.csv") if name.endswith(".zip") else content
