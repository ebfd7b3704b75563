"""Weights of the synthetic households, raked to the real file's weighted margins.

Raking (iterative proportional fitting, Deming and Stephan 1940) multiplies a household's five weights by one
factor, so that the weighted shares of the groups below agree with the real ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROUNDS = 80
# No household's weight is raked up or down by more than this factor, nor (but for the last, common rescaling to
# the total) above the largest real weight.
_LARGEST_FACTOR = 3.0

_SHARES = (0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.9, 0.95, 0.99, 0.997)
_INCOME_SHARES = (0.2, 0.4, 0.6, 0.8, 0.9)
_FLAGS = (
    "HHOUSES", "HDEBT", "HCCBAL", "LATE60", "HEDN_INST", "HVEH_INST", "HRETQLIQ", "HEQUITY", "MARRIED", "HORESRE",
    "HNNRESRE", "PIR40",
)  # fmt: skip


def weighted_quantile(values: np.ndarray, weights: np.ndarray, shares: tuple[float, ...]) -> np.ndarray:
    """First value, in order, whose cumulated weight reaches each of ``shares`` of the whole."""
    order = np.argsort(values, kind="stable")
    cumulated = np.cumsum(weights[order])
    return values[order][np.searchsorted(cumulated, np.array(shares) * cumulated[-1])]


def raked(sample: pd.DataFrame, real: pd.DataFrame) -> np.ndarray:
    """Weights for the rows of ``sample`` that agree with the margins and the total weight of ``real``.

    Both frames hold five consecutive rows per household, ``WGT`` and the derived columns.
    """
    total = real["WGT"].sum()
    start = sample["WGT"].to_numpy() * total / sample["WGT"].sum()
    factor = np.ones(len(sample) // 5)
    ceiling = np.minimum(_LARGEST_FACTOR, real["WGT"].max() / start.reshape(-1, 5).max(axis=1))
    margins = list(_margins(sample, real))
    for _ in range(_ROUNDS):
        for group, target in margins:
            now = start * np.repeat(factor, 5)
            have = np.bincount(group, now, minlength=len(target))
            ratio = np.divide(target, have, out=np.ones(len(target)), where=(have > 0) & (target > 0))
            # Implicates of one household may be in different groups: their ratios are averaged.
            factor *= ratio[group].reshape(-1, 5).mean(axis=1)
        factor = np.clip(factor, 1 / _LARGEST_FACTOR, ceiling)
    weights = start * np.repeat(factor, 5)
    return weights * total / weights.sum()


def _margins(sample: pd.DataFrame, real: pd.DataFrame) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """For every margin the group of each row of the sample, and the real weight of each group."""
    weights = real["WGT"].to_numpy()
    for of_sample, of_real in zip(_groupings(sample, real), _groupings(real, real), strict=True):
        codes, _ = pd.factorize(np.concatenate([of_sample, of_real]))
        group, group_real = codes[: len(sample)], codes[len(sample) :]
        yield group, np.bincount(group_real, weights, minlength=codes.max() + 1)


def _groupings(frame: pd.DataFrame, real: pd.DataFrame) -> Iterator[np.ndarray]:
    """The groups of every margin, most general first; amounts are cut at quantiles of ``real``."""
    fear, business = frame["TURNFEAR"].to_numpy(), frame["HBUS"].to_numpy()
    for amount in ("ASSET", "FIN", "BUS", "DEBT", "HOUSES", "NORMINC"):
        yield _cut(frame, real, amount, _SHARES)
    for flag in _FLAGS:
        yield frame[flag].to_numpy()
    yield _cut(frame, real, "INCOME", _SHARES)
    yield _cut(frame, real, "NETWORTH", _SHARES)
    income = _cut(frame, real, "INCOME", _INCOME_SHARES)
    yield income * 10 + business
    for category in ("AGECL", "RACE", "EDCL"):
        yield frame[category].to_numpy() * 10 + fear
    yield income * 10 + fear


def _cut(frame: pd.DataFrame, real: pd.DataFrame, amount: str, shares: tuple[float, ...]) -> np.ndarray:
    held = real[real[amount] != 0]
    cuts = weighted_quantile(held[amount].to_numpy(), held["WGT"].to_numpy(), shares)
    values = frame[amount].to_numpy()
    # A tolerance puts equal amounts on the same side; zero is a group of its own.
    return np.where(values == 0, -1, np.searchsorted(cuts, values - 1e-3))
