"""Build the synthetic example of card usage: ``python -m data.build.cards``.

Writes ``data/cards_example.parquet``. No file is read: everything is drawn from what is written down here - quantiles
of each column, rounded to three digits, and how columns go together, both measured on the well-known table of 8,950
customers. So no row can be one of its customers. Run twice, it gives the same table.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.build import digests
from data.build.copula import Floats, at_quantiles, normals, ranked

FILE = Path(__file__).resolve().parents[1] / "cards_example.parquet"
ROWS = 3_000
SEED = 11

SHARES = (0.0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1.0)
"""Shares of those who have any at which an amount is written down; the ends are round numbers of our own."""

AMOUNTS: Mapping[str, tuple[float, tuple[float, ...]]] = {
    "LIMIT_USED": (0.0089, (0.0001, 0.0006, 0.0037, 0.0086, 0.0442, 0.308, 0.722, 0.921, 0.967, 1.06, 2)),
    "ONEOFF_PURCHASES": (0.4807, (2, 16, 45.6, 70, 186, 538, 1_290, 2_600, 3_860, 9_320, 25_000)),
    "INSTALLMENTS_PURCHASES": (0.4375, (2, 20, 53.9, 82.1, 182, 408, 867, 1_650, 2_330, 5_090, 15_000)),
    "CREDIT_LIMIT": (0, (150, 500, 1_000, 1_200, 1_600, 3_000, 6_500, 9_500, 12_000, 17_000, 24_000)),
    "PAYMENTS": (0.0268, (5, 57.5, 141, 212, 415, 890, 1_940, 4_000, 6_140, 13_700, 35_000)),
    "MINIMUM_PAYMENTS": (0, (2, 19.5, 73.3, 106, 169, 312, 825, 1_780, 2_770, 9_030, 30_000)),
}
"""Share without any, and the amounts of the others at ``SHARES``."""

CASH_ADVANCES = (10, 19.7, 74.8, 134, 390, 1_170, 2_700, 4_740, 6_630, 11_900, 26_000)
CASH_OF_BUYERS = 0.330
"""Share of those with purchases who drew cash besides; of the others everybody did: why else have a card in use."""

PAID_IN_FULL = (0.6596, (0.08, 0.083, 0.083, 0.083, 0.125, 0.333, 0.778, 1, 1, 1, 1))
UPDATED = (0.0089, (0.09, 0.137, 0.333, 0.545, 0.9, 1, 1, 1, 1, 1, 1))
ONEOFF_MONTHS = (0.08, 0.083, 0.083, 0.083, 0.1, 0.25, 0.583, 1, 1, 1, 1)
INSTALMENT_MONTHS = (0.08, 0.083, 0.083, 0.167, 0.417, 0.667, 1, 1, 1, 1, 1)
CASH_MONTHS = (0.08, 0.083, 0.083, 0.083, 0.091, 0.25, 0.4, 0.583, 0.667, 0.917, 1)
CASH_NUMBER = (1, 1, 1, 1, 2, 4, 8, 15, 21, 40, 90)
PURCHASE_NUMBER = (1, 1, 1, 2, 5, 11, 23, 44, 66.8, 129, 250)
TENURES = {6: 0.0228, 7: 0.0212, 8: 0.0219, 9: 0.0196, 10: 0.0264, 11: 0.0408, 12: 0.8473}

NO_MINIMUM = 0.0082
"""Share without a printed minimum although something was paid; of those who paid nothing it is missing always."""

TOGETHER = (
    *("LIMIT_USED", "UPDATED", "ONEOFF_PURCHASES", "INSTALLMENTS_PURCHASES", "CASH_ADVANCE"),
    *("CREDIT_LIMIT", "PAYMENTS", "MINIMUM_PAYMENTS", "PAID_IN_FULL", "TENURE"),
)
CORRELATION = (
    (),
    (0.67,),
    (-0.02, 0.20),
    (-0.19, 0.19, 0.25),
    (0.54, 0.21, -0.23, -0.44),
    (-0.15, 0.15, 0.35, 0.14, 0.19),
    (0.20, 0.28, 0.42, 0.27, 0.30, 0.47),
    (0.81, 0.64, 0.08, -0.05, 0.55, 0.28, 0.39),
    (-0.62, -0.23, 0.08, 0.36, -0.36, 0.04, 0.24, -0.57),
    (0.02, 0.38, 0.17, 0.22, -0.18, 0.27, 0.32, 0.22, 0.04),
)
"""Below the diagonal: normal variables so correlated give columns with the rank correlations of the known table."""

# rank correlations among those who have any, of the known table
ONEOFF_WITH_AMOUNT, INSTALMENTS_WITH_AMOUNT, CASH_WITH_AMOUNT = 0.70, 0.60, 0.54
PURCHASES_WITH_AMOUNT, PURCHASES_WITH_MONTHS = 0.75, 0.83
CASH_NUMBER_WITH_MONTHS = 0.87


def build(rows: int = ROWS, seed: int = SEED) -> pd.DataFrame:
    """So many synthetic customers, in the columns of the known table."""
    rng = np.random.default_rng(seed)
    uniform = dict(zip(TOGETHER, normals(CORRELATION, rows, rng).T, strict=True))
    tenure = np.array([*TENURES])[np.searchsorted(np.cumsum([*TENURES.values()])[:-1], uniform["TENURE"])]
    made = {name: _with_zeros(uniform[name], *AMOUNTS[name]) for name in AMOUNTS}
    oneoff, instalments = (made[name].round(2) for name in ("ONEOFF_PURCHASES", "INSTALLMENTS_PURCHASES"))
    purchases = (oneoff + instalments).round(2)
    cash = _cash(uniform["CASH_ADVANCE"], purchases > 0, rng)
    months_oneoff = _months(oneoff, ONEOFF_MONTHS, ONEOFF_WITH_AMOUNT, tenure, rng)
    months_instalments = _months(instalments, INSTALMENT_MONTHS, INSTALMENTS_WITH_AMOUNT, tenure, rng)
    months_cash = _months(cash, CASH_MONTHS, CASH_WITH_AMOUNT, tenure, rng)
    months = _either(months_oneoff, months_instalments, tenure, rng)
    leaning = [(purchases, PURCHASES_WITH_AMOUNT), (months, PURCHASES_WITH_MONTHS)]
    number = _several(purchases, leaning, PURCHASE_NUMBER, months, rng)
    drawn = _several(cash, [(months_cash, CASH_NUMBER_WITH_MONTHS)], CASH_NUMBER, months_cash, rng)
    payments = made["PAYMENTS"].round(2)
    unknown = (payments == 0) | (rng.random(rows) < NO_MINIMUM)
    limit = _round_limit(made["CREDIT_LIMIT"])
    balance = (made["LIMIT_USED"] * limit).round(2)
    limit[rng.integers(rows)] = np.nan  # the known table lacks one, too
    return pd.DataFrame(
        {
            "CUST_ID": [f"S{n:05d}" for n in range(1, rows + 1)],
            "BALANCE": balance,
            "BALANCE_FREQUENCY": _share(np.round(_with_zeros(uniform["UPDATED"], *UPDATED) * tenure), tenure),
            "PURCHASES": purchases,
            "ONEOFF_PURCHASES": oneoff,
            "INSTALLMENTS_PURCHASES": instalments,
            "CASH_ADVANCE": cash,
            "PURCHASES_FREQUENCY": _share(months, tenure),
            "ONEOFF_PURCHASES_FREQUENCY": _share(months_oneoff, tenure),
            "PURCHASES_INSTALLMENTS_FREQUENCY": _share(months_instalments, tenure),
            "CASH_ADVANCE_FREQUENCY": _share(months_cash, tenure),
            "CASH_ADVANCE_TRX": drawn,
            "PURCHASES_TRX": number,
            "CREDIT_LIMIT": limit,
            "PAYMENTS": payments,
            "MINIMUM_PAYMENTS": np.where(unknown, np.nan, made["MINIMUM_PAYMENTS"].round(2)),
            "PRC_FULL_PAYMENT": _share(np.round(_with_zeros(uniform["PAID_IN_FULL"], *PAID_IN_FULL) * tenure), tenure),
            "TENURE": tenure,
        }
    )


def _with_zeros(uniform: Floats, zero: float, quantiles: tuple[float, ...]) -> Floats:
    """Values of which a share is zero, the others as written down."""
    has = np.clip((uniform - zero) / (1 - zero), 0, 1)
    return np.where(uniform < zero, 0.0, at_quantiles(has, SHARES, quantiles))


def _cash(leaning: Floats, buys: NDArray[np.bool_], rng: np.random.Generator) -> Floats:
    """Cash advances: of whoever bought nothing, and of those among the others who lean to them most."""
    draws = ~buys | (ranked([(leaning, 1.0)], buys, rng) > 1 - CASH_OF_BUYERS)
    amounts = at_quantiles(ranked([(leaning, 1.0)], draws, rng), SHARES, CASH_ADVANCES)
    return np.where(draws, amounts, 0.0).round(2)


def _months(
    amount: Floats, quantiles: tuple[float, ...], correlation: float, tenure: Floats, rng: np.random.Generator
) -> Floats:
    """Months in which something was spent: none without an amount, else at least one."""
    uniform = ranked([(amount, correlation)], amount > 0, rng)
    months = np.clip(np.round(at_quantiles(uniform, SHARES, quantiles) * tenure), 1, tenure)
    return np.where(amount > 0, months, 0)


def _either(one: Floats, other: Floats, tenure: Floats, rng: np.random.Generator) -> Floats:
    """Months with the one or the other, which fall on the same months by chance."""
    more, fewer = np.maximum(one, other), np.minimum(one, other)
    return np.minimum(more + rng.binomial(fewer.astype(int), 1 - more / tenure), tenure)


def _several(
    amount: Floats,
    leaning: list[tuple[Floats, float]],
    quantiles: tuple[float, ...],
    least: Floats,
    rng: np.random.Generator,
) -> Floats:
    """How many there were: none without an amount, else as written down and no fewer than ``least``."""
    number = np.round(at_quantiles(ranked(leaning, amount > 0, rng), SHARES, quantiles))
    return np.where(amount > 0, np.maximum(number, least), 0).astype(np.int64)


def _share(months: Floats, tenure: Floats) -> Floats:
    return np.round(months / tenure, 6)


def _round_limit(limit: Floats) -> Floats:
    """Limits are round numbers: whole hundreds, from 3,000 on whole five hundreds."""
    grain = np.where(limit < 3_000, 100, 500)
    return np.maximum(np.round(limit / grain) * grain, 100).astype(float)


def main() -> None:
    """Write the example."""
    build().to_parquet(FILE, engine="pyarrow", compression="zstd", compression_level=19, index=False)
    digests.main()


if __name__ == "__main__":
    main()
