"""Which survey a table is, and in which year's dollars, told by what is in it.

The Federal Reserve republishes all old waves with every new one, in the new wave's dollars and under the old
file name, so neither the name nor the address says what a file holds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lib.prices import price_index, price_ratio

HOUSEHOLDS = {
    1989: 93.0, 1992: 95.9, 1995: 99.0, 1998: 102.5, 2001: 106.5, 2004: 112.1,
    2007: 116.1, 2010: 117.6, 2013: 122.5, 2016: 126.0, 2019: 128.6, 2022: 131.3,
}  # fmt: skip
"""US households by wave, in millions: what the weights sum to. No two waves are within a million."""

_WITHIN_MILLIONS = 0.45
_FACTOR_TOLERANCE = 3e-4
"""The price index was revised now and then: factors in files differ from the table by up to 0.01 %."""

_ROUND_SHARE = 0.8
_LEAST_VALUES = 10
_LEAST_SHOWN = 0.1


@dataclass(frozen=True)
class Vintage:
    """Wave, dollar year and release; ``factor`` is prices of ``dollars`` over prices of ``wave``.

    ``notes`` says where the file's name was believed because its content does not tell.
    """

    wave: int | None
    dollars: int | None
    factor: float
    release: str
    notes: tuple[str, ...] = ()


def detect(frame: pd.DataFrame, file_name: str) -> Vintage:
    """Tell wave and dollar year of a summary extract from its weights and its home values.

    The weights sum to the number of US households, which gives the wave. Reported home values are round
    numbers, so the price factor that makes them round again gives the dollar year. Where the weights do not
    sum to any wave's households (an excerpt), the year in ``file_name`` stands in.

    Args:
        frame: The extract, with WGT and HOUSES.
        file_name: Used only where the content does not tell.
    """
    millions = float(frame["WGT"].sum()) / 1e6
    by_weights = _wave(millions)
    wave = by_weights or _year_in(file_name)
    if wave is None:
        return Vintage(None, None, 1.0, "an excerpt of an unknown wave")
    notes = () if by_weights else (_excerpt_of(wave, millions),)
    found = _dollar_year(frame["HOUSES"].to_numpy(dtype=float), wave)
    if found is None:
        return Vintage(wave, None, 1.0, "dollar year unknown", notes)
    dollars, factor = found
    return Vintage(wave, dollars, factor, _release(wave, dollars, "EMERGWORK" in frame), notes)


def _excerpt_of(wave: int, millions: float) -> str:
    stands_for = f"{millions:,.1f}" if millions >= _LEAST_SHOWN else f"less than {_LEAST_SHOWN}"
    return (
        f"An excerpt: its weights stand for {stands_for} million households, "
        f"the survey's for {HOUSEHOLDS[wave]:,.1f} million."
    )


def _wave(millions: float) -> int | None:
    wave = min(HOUSEHOLDS, key=lambda year: abs(HOUSEHOLDS[year] - millions))
    return wave if abs(HOUSEHOLDS[wave] - millions) <= _WITHIN_MILLIONS else None


def _year_in(file_name: str) -> int | None:
    years = (int(year) for year in re.findall(r"(?:19|20)\d\d", file_name))
    return next((year for year in years if year in HOUSEHOLDS), None)


def _dollar_year(houses: np.ndarray, wave: int) -> tuple[int, float] | None:
    values = houses[houses > 0]
    if len(values) < _LEAST_VALUES:
        return None
    candidates = {year: _round_share(values, price_ratio(wave, year)) for year in price_index() if year >= wave}
    year = max(candidates, key=lambda candidate: candidates[candidate][0])
    share, factor = candidates[year]
    return (year, factor) if share >= _ROUND_SHARE else None


def _round_share(values: np.ndarray, expected: float) -> tuple[float, float]:
    """Share of ``values`` that are multiples of 100 in nominal dollars, and the exact factor."""
    nominal = np.round(values / expected, -3)
    ratio = values[nominal > 0] / nominal[nominal > 0]
    near = ratio[np.abs(ratio / expected - 1) < _FACTOR_TOLERANCE]
    factor = float(np.median(near)) if len(near) and expected != 1 else expected
    restored = values / factor
    return float(np.mean(np.abs(restored - np.round(restored, -2)) < 1)), factor


def _release(wave: int, dollars: int, has_emergwork: bool) -> str:
    if wave == dollars:
        return "second release (March 2024)" if has_emergwork else "first release"
    if has_emergwork and dollars == 2022:
        return "re-released in March 2024"
    return f"re-released with the {dollars} survey"
