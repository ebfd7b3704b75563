"""What a dollar of one year is worth in another: the September CPI-U-RS, as the survey's own tables scale it."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache

from lib.errors import DataError
from lib.shipped import FOLDER, checked

PRICES = FOLDER / "dollars.csv"


@cache
def price_index() -> Mapping[int, float]:
    """September CPI-U-RS by year, from ``data/dollars.csv``.

    Raises:
        DataError: If the file is damaged.
    """
    checked(PRICES)
    with PRICES.open(encoding="utf-8", newline="") as file:
        return {int(row["year"]): float(row["cpi_u_rs"]) for row in csv.DictReader(file)}


def price_ratio(from_year: int, to_year: int) -> float:
    """What a dollar of ``from_year`` is worth in dollars of ``to_year`` (2019 to 2022: 1.159205)."""
    index = price_index()
    for year in (from_year, to_year):
        if year not in index:
            raise DataError(f"No price index for {year}: choose one of {', '.join(map(str, sorted(index)))}.")
    return index[to_year] / index[from_year]
