"""What is measured on the real file and on the synthetic sample, to see whether one can stand in for the other.

``measures`` gives aggregates only, fit to be stored beside the sample for machines without the real file.
Everything is weighted unless it says rows; dollars are 2019 dollars.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans

from data.build.blocks import AMOUNTS
from data.build.panel import IMPLICATES
from data.build.weights import weighted_quantile
from lib import estimates

QUANTILES = {"INCOME": None, "NETWORTH": None, "DEBT": None, "HOUSES": "HHOUSES"}
QUANTILE_SHARES = (0.25, 0.5, 0.75, 0.9)
FLAGS = ("TURNFEAR", "HBUS", "HHOUSES", "HDEBT", "HCCBAL", "LATE60")
CELLS = (
    ("AGECL", "TURNFEAR"),
    ("RACE", "TURNFEAR"),
    ("EDCL", "TURNFEAR"),
    ("INCCAT", "TURNFEAR"),
    ("INCCAT", "HBUS"),
)
MAIN_AMOUNTS = ("INCOME", "NETWORTH", "ASSET", "FIN", "LIQ", "RETQLIQ", "NFIN", "HOUSES", "DEBT", "VEHIC")
POPULATIONS = {
    "fearful": "TURNFEAR == 1 and NETWORTH < 2e6",
    "small_business": "HBUS == 1 and INCOME < 500000",
}
TWO_FEATURES = ("DEBT", "HOUSES")
CLUSTERS = range(2, 13)

_TRIM = 0.1
_STARTS = 5
_MOST_CODES = 20
_NO_AMOUNTS = ("YY1", "Y1", "WGT")


def measures(frame: pd.DataFrame) -> dict[str, Any]:
    """All measures of the survey ``frame`` (rows sorted by ``Y1``), ready for JSON."""
    return {
        "households": int(frame["YY1"].nunique()),
        "weight": float(frame["WGT"].sum()),
        "mean_net_worth": float(np.average(frame["NETWORTH"], weights=frame["WGT"])),
        "quantiles": quantiles(frame),
        "shares": {flag: float(np.average(frame[flag], weights=frame["WGT"])) for flag in FLAGS},
        "cells": {f"{row} by {column}": cells(frame, row, column) for row, column in CELLS},
        "rank_correlations": {
            "weighted": rank_correlations(frame, frame["WGT"].to_numpy()),
            "rows": rank_correlations(frame, np.ones(len(frame))),
        },
        "leaders": {name: leaders(frame.query(query)) for name, query in POPULATIONS.items()},
        "sweeps": {"two": two_feature_sweep(frame), "five": five_feature_sweep(frame)},
        "varying": varying(frame),
        "spread": implicate_spread(frame),
        "round": round_shares(frame),
        "codes": codes(frame),
        "rows": {name: len(frame.query(query)) for name, query in POPULATIONS.items()},
    }


def quantiles(frame: pd.DataFrame) -> dict[str, list[float]]:
    """Weighted quartiles and 90th percentile; of HOUSES among owners."""
    result = {}
    for name, owners in QUANTILES.items():
        of = frame if owners is None else frame[frame[owners] == 1]
        cuts = weighted_quantile(of[name].to_numpy(), of["WGT"].to_numpy(), QUANTILE_SHARES)
        result[name] = [float(cut) for cut in cuts]
    return result


def cells(frame: pd.DataFrame, row: str, column: str) -> dict[str, dict[str, float]]:
    """Weighted share of each value of ``row`` within each value of ``column``."""
    weights = frame.groupby([column, row])["WGT"].sum()
    shares = weights / weights.groupby(level=0).transform("sum")
    return {
        str(outer): {str(inner): float(share) for inner, share in part.droplevel(0).items()}
        for outer, part in shares.groupby(level=0)
    }


def rank_correlations(frame: pd.DataFrame, weights: np.ndarray) -> list[list[float]]:
    """Spearman's rank correlations of ``MAIN_AMOUNTS`` with these weights; ties share their middle rank."""
    ranked = np.column_stack([estimates.ranks(frame[name], weights) for name in MAIN_AMOUNTS])
    return [[round(float(value), 5) for value in line] for line in estimates.correlations(ranked, weights)]


def leaders(frame: pd.DataFrame, count: int = 5) -> list[str]:
    """The columns of largest trimmed variance over rows (a tenth cut off at each end), largest first."""
    names = [name for name in frame.columns if name not in _NO_AMOUNTS]
    cut = int(_TRIM * len(frame))
    ordered = np.sort(frame[names].to_numpy(dtype=float), axis=0)[cut : len(frame) - cut]
    variances = pd.Series(ordered.var(axis=0), index=names)
    return variances.nlargest(count).index.tolist()


def two_feature_sweep(frame: pd.DataFrame) -> list[float]:
    """Inertia over k of k-means on the rows' DEBT and HOUSES of the credit fearful."""
    return sweep(frame.loc[frame["TURNFEAR"] == 1, list(TWO_FEATURES)].to_numpy(dtype=float))


def five_feature_sweep(frame: pd.DataFrame) -> list[float]:
    """Inertia over k on the five leading columns, standardised, of the credit fearful below $2 million."""
    fearful = frame.query(POPULATIONS["fearful"])
    values = fearful[leaders(fearful)].to_numpy(dtype=float)
    return sweep((values - values.mean(axis=0)) / values.std(axis=0))


def sweep(values: np.ndarray) -> list[float]:
    """Inertia of the best of a few k-means runs for each of ``CLUSTERS``."""
    return [float(KMeans(k, n_init=_STARTS, random_state=42).fit(values).inertia_) for k in CLUSTERS]


def curve_distance(curve: list[float], other: list[float]) -> float:
    """Largest difference between two inertia curves, each divided by its first value."""
    return float(np.abs(np.array(curve) / curve[0] - np.array(other) / other[0]).max())


def varying(frame: pd.DataFrame) -> dict[str, float]:
    """Share of households, unweighted, whose implicates differ, for every column."""
    values = frame.to_numpy(dtype=float).reshape(-1, IMPLICATES, frame.shape[1])
    with np.errstate(invalid="ignore"):
        differs = (values != values[:, :1]) & ~np.isnan(values)
    return {
        name: round(float(share), 5)
        for name, share in zip(frame.columns, differs.any(axis=1).mean(axis=0), strict=True)
        if name not in ("YY1", "Y1")
    }


def implicate_spread(frame: pd.DataFrame) -> dict[str, list[float]]:
    """Quartiles, over households whose implicates differ, of the implicates' coefficient of variation."""
    result = {}
    for name in (*MAIN_AMOUNTS, "WGT"):
        values = frame[name].to_numpy(dtype=float).reshape(-1, IMPLICATES)
        differ = values[(values != values[:, :1]).any(axis=1) & (values.mean(axis=1) != 0)]
        variation = differ.std(axis=1) / np.abs(differ.mean(axis=1))
        result[name] = [round(float(q), 5) for q in np.quantile(variation, (0.25, 0.5, 0.75))]
    return result


def codes(frame: pd.DataFrame) -> dict[str, list[int]]:
    """The distinct values of every column of flags, categories and codes (at most 20 of them), never of amounts."""
    distinct = {name: frame[name].dropna().unique() for name in frame.columns if name not in AMOUNTS}
    return {name: sorted(int(v) for v in values) for name, values in distinct.items() if len(values) <= _MOST_CODES}


def round_shares(frame: pd.DataFrame) -> dict[str, float]:
    """Share of the amounts that are not zero which are multiples of 1,000 (100 below 10,000), by column.

    Columns with at least 2,000 such amounts; income columns are left out, being in another year's dollars.
    """
    result = {}
    for name in AMOUNTS:
        values = np.abs(frame[name].to_numpy(dtype=float))
        values = values[values > 0]
        if len(values) >= 2000 and not name.endswith("INC") and name not in ("INCOME", "PENACCTWD"):
            grain = np.where(values < 10_000, 100, 1000)
            result[name] = round(float((np.mod(values, grain) == 0).mean()), 4)
    return result
