"""Every derived column of the summary extract, recomputed from the columns it is made of.

The rules are those of ``data/codebook.csv``; run on the real 2019 file they give back its own columns
(``tests/test_sample.py`` says where they do not). Dollars are 2019 dollars throughout.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from lib.subjects.scf import IDENTITIES

# Equity inside trusts, annuities and some savings accounts: EQUITY less its two published parts.
EQUITY_ELSEWHERE = "EQUITY_ELSEWHERE"

# Payments to income divide by at least this much a year; inferred from the households without income.
INCOME_FLOOR = 2405.7264052
USUAL_INCOME_FLOOR = 100.0
CARD_PAYMENT_SHARE = 0.025

# Each after its parts. LIQ is the plain sum: the published file has 1 dollar for 135 rows whose accounts are empty.
TOTALS = (
    "MMA", "LIQ", "NMMF", "BOND", "RETQLIQ", "OTHMA", "DEQ", "FIN", "BUS", "NFIN", "NHNFIN", "ASSET", "MRTHEL",
    "INSTALL", "DEBT", "HOMEEQ", "NETWORTH", "KGTOTAL", "NVEHIC",
)  # fmt: skip

POSITIVE_FLAGS = {
    "HSAVING": "SAVING", "HMMA": "MMA", "HCALL": "CALL", "HLIQ": "LIQ", "HCDS": "CDS", "HNMMF": "NMMF",
    "HSTOCKS": "STOCKS", "HBOND": "BOND", "HRETQLIQ": "RETQLIQ", "HSAVBND": "SAVBND", "HCASHLI": "CASHLI",
    "HOTHMA": "OTHMA", "HOTHFIN": "OTHFIN", "HEQUITY": "EQUITY", "HFIN": "FIN", "HVEHIC": "VEHIC",
    "BUSVEH": "NBUSVEH", "OWN": "NOWN", "LEASE": "NLEASE", "HHOUSES": "HOUSES", "HORESRE": "ORESRE",
    "HOTHNFIN": "OTHNFIN", "HNFIN": "NFIN", "HASSET": "ASSET", "HMRTHEL": "MRTHEL", "HHELOC": "HELOC",
    "HNH_MORT": "NH_MORT", "HOTHLOC": "OTHLOC", "HRESDBT": "RESDBT", "HCCBAL": "CCBAL",
    "HVEH_INST": "VEH_INST", "HEDN_INST": "EDN_INST", "HOTH_INST": "OTH_INST", "HINSTALL": "INSTALL",
    "HODEBT": "ODEBT", "HDEBT": "DEBT",
}  # fmt: skip

NO_CHECKING_REASONS = {
    "DONTWRIT": (1,), "MINBAL": (2,), "DONTLIKE": (3,), "SVCCHG": (4,), "CANTMANG": (-1, 96),
    "NOMONEY": (95,), "CREDIT": (21,), "DONTWANT": (20,), "OTHER": (-7, 5, 12, 13, 14, 15, 16, 22),
}  # fmt: skip

_SIX = (0.2, 0.4, 0.6, 0.8, 0.9)
_TWELVE = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
_QUARTERS = (0.25, 0.5, 0.75)
PERCENTILE_GROUPS = {
    "NWCAT": ("NETWORTH", (0.25, 0.5, 0.75, 0.9)),
    "INCCAT": ("INCOME", _SIX),
    "ASSETCAT": ("ASSET", _SIX),
    "NINCCAT": ("NORMINC", _SIX),
    "NINC2CAT": ("NORMINC", (0.5, 0.9)),
    "NWPCTLECAT": ("NETWORTH", _TWELVE),
    "INCPCTLECAT": ("INCOME", _TWELVE),
    "NINCPCTLECAT": ("NORMINC", _TWELVE),
    "INCQRTCAT": ("INCOME", _QUARTERS),
    "NINCQRTCAT": ("NORMINC", _QUARTERS),
}

MORTGAGE_PAYMENTS = [
    "PAYMORT1", "PAYMORT2", "PAYMORT3", "PAYLC1", "PAYLC2", "PAYLCO", "PAYORE1", "PAYORE2", "PAYORE3", "PAYOREV",
]  # fmt: skip
CREDIT_LINE_PAYMENTS = ["PAYLOC1", "PAYLOC2", "PAYLOC3", "PAYLOCO"]
CONSUMER_PAYMENTS = (
    ["PAYMORTO", "PAYHI1", "PAYHI2", "PAYVEH1", "PAYVEH2", "PAYVEH3", "PAYVEH4", "PAYVEHM"]
    + ["PAYVEO1", "PAYVEO2", "PAYVEOM", "PAYMARG", "PAYINS"]
    + [f"PAYEDU{i}" for i in range(1, 8)]
    + [f"PAYILN{i}" for i in range(1, 8)]
    + [f"PAYPEN{i}" for i in range(1, 7)]
)


def significant(values: np.ndarray, digits: int = 10) -> np.ndarray:
    """Round to ``digits`` significant digits, as the published CSV prints its fractions."""
    values = np.asarray(values, dtype=float)
    with np.errstate(divide="ignore"):
        magnitude = np.floor(np.log10(np.abs(values), where=values != 0, out=np.zeros(values.shape)))
    scale = 10.0 ** (digits - 1 - magnitude)
    return np.round(values * scale) / scale


def derive(base: pd.DataFrame) -> pd.DataFrame:
    """Add every derived column to ``base`` (one row per implicate, sorted by ``Y1``, with ``WGT``).

    ``base`` holds the underived columns and ``EQUITY_ELSEWHERE``; derived columns already there are ignored.
    """
    columns = {name: base[name].to_numpy() for name in base.columns}
    _add_demographics(columns)
    _add_attitudes(columns)
    _add_totals(columns)
    _add_payments(columns)
    _add_flags(columns)
    _add_ratios(columns)
    for name, (of, shares) in PERCENTILE_GROUPS.items():
        columns[name] = percentile_group(columns[of], columns["WGT"], columns["Y1"], shares)
    return pd.DataFrame(columns)


def equity_elsewhere(frame: pd.DataFrame) -> np.ndarray:
    """Equity held neither directly nor in retirement accounts: EQUITY - DEQ - RETEQ, one value per row."""
    rest = (frame["EQUITY"] - frame["DEQ"] - frame["RETEQ"]).to_numpy()
    return np.where(np.abs(rest) < 0.01, 0.0, rest)


def percentile_group(
    values: np.ndarray, weights: np.ndarray, records: np.ndarray, shares: tuple[float, ...]
) -> np.ndarray:
    """Weighted percentile group, numbered from 1, of every row.

    Rows are put in order of value and, where values tie, of record id ``Y1``; the cumulated share of weight
    up to and including a row decides its group. Equal values at a cut point therefore fall on both sides, as
    in the published file, all ten of whose groupings this rule gives back exactly.
    """
    order = np.lexsort((records, values))
    cumulated = np.cumsum(weights[order]) / weights.sum()
    group = np.empty(len(values), dtype=np.int64)
    group[order] = np.searchsorted(shares, cumulated, side="left") + 1
    return group


def _add_demographics(columns: dict[str, np.ndarray]) -> None:
    age, couple, children = columns["AGE"], columns["MARRIED"] == 1, columns["KIDS"] > 0
    older = age >= 55
    columns["AGECL"] = np.digitize(age, (35, 45, 55, 65, 75)) + 1
    columns["EDCL"] = np.digitize(columns["EDUC"], (8, 9, 12)) + 1
    columns["LIFECL"] = np.select(
        [older & (columns["LF"] == 1), older, couple & ~children, couple & children, ~couple & children],
        [5, 6, 2, 3, 4],
        default=1,
    )
    columns["FAMSTRUCT"] = np.select([couple & children, couple, children, older], [4, 5, 1, 3], default=2)


def _add_attitudes(columns: dict[str, np.ndarray]) -> None:
    columns["SAVED"] = (columns["WSAVED"] == 3).astype(np.int64)
    columns["TURNFEAR"] = columns["TURNDOWN"] | columns["FEARDENIAL"]
    for flag, codes in NO_CHECKING_REASONS.items():
        columns[flag] = np.isin(columns["WHYNOCKG"], codes).astype(np.int64)


def _add_totals(columns: dict[str, np.ndarray]) -> None:
    first = {identity.total: identity for identity in reversed(IDENTITIES)}
    for total in TOTALS:
        columns[total] = np.sum([by * columns[name] for name, by in first[total].parts.items()], axis=0)
    columns["EQUITY"] = columns["DEQ"] + columns["RETEQ"] + columns[EQUITY_ELSEWHERE]


def _add_payments(columns: dict[str, np.ndarray]) -> None:
    lines = _sum_of(columns, CREDIT_LINE_PAYMENTS)
    secured = columns["HELOC"] > 0
    columns["MORTPAY"] = _sum_of(columns, MORTGAGE_PAYMENTS) + np.where(secured, lines, 0.0)
    columns["REVPAY"] = np.where(secured, 0.0, lines) + CARD_PAYMENT_SHARE * columns["CCBAL"]
    columns["CONSPAY"] = _sum_of(columns, CONSUMER_PAYMENTS)
    columns["TPAY"] = columns["MORTPAY"] + columns["CONSPAY"] + columns["REVPAY"]


def _sum_of(columns: dict[str, np.ndarray], names: list[str]) -> np.ndarray:
    return np.sum([columns[name] for name in names], axis=0, dtype=float)


def _add_flags(columns: dict[str, np.ndarray]) -> None:
    for flag, amount in POSITIVE_FLAGS.items():
        columns[flag] = (columns[amount] > 0).astype(np.int64)
    columns["HNNRESRE"] = (columns["NNRESRE"] != 0).astype(np.int64)
    columns["HOUSECL"] = 2 - columns["HHOUSES"]
    columns["HPRIM_MORT"] = columns["PURCH1"] + columns["REFIN_EVER"]
    columns["HSEC_MORT"] = columns["PURCH2"] + columns["HMORT2"]
    columns["BPLANCJ"] = columns["DBPLANCJ"] & columns["DCPLANCJ"]


def _add_ratios(columns: dict[str, np.ndarray]) -> None:
    debt, assets, income = columns["DEBT"], columns["ASSET"], columns["INCOME"]
    owes = debt > 0
    leverage = np.divide(debt, assets, out=np.ones(len(debt)), where=assets > 0)
    columns["LEVRATIO"] = significant(np.where(owes, leverage, 0.0))
    to_income = np.divide(debt, income, out=np.full(len(debt), 10.0), where=income > 0)
    columns["DEBT2INC"] = significant(np.where(owes, to_income, 0.0))
    usual = np.maximum(columns["NORMINC"], USUAL_INCOME_FLOOR)
    columns["EQUITINC"] = significant(columns["EQUITY"] / usual)
    monthly = np.maximum(income, INCOME_FLOOR) / 12
    for ratio, payment in {"TOTAL": "TPAY", "MORT": "MORTPAY", "CONS": "CONSPAY", "REV": "REVPAY"}.items():
        columns[f"PIR{ratio}"] = significant(columns[payment] / monthly)
    columns["PIR40"] = (columns["PIRTOTAL"] > 0.4).astype(np.int64)
