"""Dollar amounts that resemble a donor's without repeating them.

A donor's five amounts are multiplied by one factor and rounded again to the grain in which each of them was
reported, so that zeros stay zeros, equal implicates stay equal, unequal ones keep their relative spread, and
round numbers stay round.
"""

from __future__ import annotations

import numpy as np

from data.build.derive import significant

# Last year's income is reported in last year's dollars: the file holds round numbers times this factor.
INCOME_DOLLARS = 3765 / 3698
INCOME_PARTS = ("WAGEINC", "BUSSEFARMINC", "INTDIVINC", "KGINC", "SSRETINC", "TRANSFOTHINC")
INCOME_COLUMNS = frozenset((*INCOME_PARTS, "INCOME", "NORMINC", "PENACCTWD"))

# Neither reported nor rounded.
_EXACT = frozenset({"WGT", "TOTAL_ASSETS", "TOTAL_DEBT"})

# -1 in account pensions that are paying out is a code, not an amount.
SENTINELS = {"CURRPEN": -1}

# An amount is never rounded to a grain coarser than this share of itself: 100,000 may become 90,000, but of
# the small amounts most are round hundreds and stay so.
_COARSEST = 1 / 8
_COARSEST_OF_SMALL = 1 / 4
_SMALL = 1000
_GRAINS = np.array([step * 10.0**power for power in range(9) for step in (1, 5)])


def factors(rng: np.random.Generator, households: int, spread: float) -> np.ndarray:
    """Log-normal factors of mean 1, one per household (shape ``(households, 1)``)."""
    draws = rng.standard_normal((households, 1))
    return np.exp(spread * draws - spread**2 / 2)


def rescale(name: str, amounts: np.ndarray, by: np.ndarray) -> np.ndarray:
    """Multiply ``amounts`` of column ``name`` (any shape) by ``by`` and round as respondents do."""
    if name in _EXACT:
        return amounts * by
    unit = INCOME_DOLLARS if name in INCOME_COLUMNS else 1.0
    reported = np.asarray(amounts, dtype=float) / unit
    nearest = np.round(reported)
    whole = np.abs(reported - nearest) < 1e-3 + 1e-9 * np.abs(reported)
    grain = np.where(whole, grain_of(nearest), _finest(name))
    result = np.round(reported * by / grain) * grain
    # Rounding must not erase an amount: who has some keeps some.
    lost = (result == 0) & (reported != 0)
    result = np.where(lost, np.sign(reported) * grain, result)
    if name in SENTINELS:
        result = np.where(reported == SENTINELS[name], reported, result)
    return significant(np.round(result, 1) * unit)


def _finest(name: str) -> float:
    """Grain of amounts that are no whole dollars: weekly or yearly payments put on a month, shares of a farm."""
    return 0.1 if name in INCOME_COLUMNS or name.startswith("PAY") or name == "RENT" else 1.0


def grain_of(amounts: np.ndarray) -> np.ndarray:
    """The coarsest of 1, 5, 10, 50, ... that divides each whole amount and is small beside it."""
    size = np.abs(amounts)
    coarsest = size * np.where(size <= _SMALL, _COARSEST_OF_SMALL, _COARSEST)
    grain = np.ones(size.shape)
    for step in _GRAINS[1:]:
        grain = np.where((np.mod(size, step) == 0) & (step <= coarsest), step, grain)
    return grain
