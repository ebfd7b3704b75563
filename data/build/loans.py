"""Build the synthetic example of loan applications: ``python -m data.build.loans``.

Writes ``data/loans_example.parquet``. No file is read: everything is drawn from what is written down here, how each
column is spread and how amounts follow incomes, measured on the well-known table of 4,269 applications. So no row can
be one of its applicants. Run twice, it gives the same table.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from data.build import digests

FILE = Path(__file__).resolve().parents[1] / "loans_example.parquet"
ROWS = 3_000
SEED = 5

GRAIN = 100_000
"""Amounts are whole multiples of it."""

INCOMES = (2, 99)
"""Incomes in grains: any as often as any other."""

LOAN = LUXURY = (2.0, 4.0)
RESIDENTIAL = (0.0, 3.0)
COMMERCIAL = (0.0, 2.0)
BANK = (0.5, 1.5)
"""Loans and assets over incomes, even between these ends."""

BELOW_ZERO = 0.0066
"""Share of homes worth less than nothing, by one grain, as in the known table: an example of what is told of a file."""

TERMS = tuple(range(2, 21, 2))
SCORES = (300, 900)
DEPENDENTS = 5
GRADUATES, SELF_EMPLOYED = 0.502, 0.504

GOOD_SCORE, SHORT, LARGE = 550, 4, 3.0
"""Approved is, as in the known table, who has assets of at least the loan and either a good score, or a short term
with a loan of so many incomes."""


def build(rows: int = ROWS, seed: int = SEED) -> pd.DataFrame:
    """So many synthetic applications, in the columns of the known table and with its words."""
    rng = np.random.default_rng(seed)
    income = rng.integers(INCOMES[0], INCOMES[1] + 1, rows)

    def of_income(ends: tuple[float, float]) -> np.ndarray:
        return np.round(income * rng.uniform(*ends, rows)).astype(np.int64) * GRAIN

    loan, residential, commercial, luxury, bank = (
        of_income(ends) for ends in (LOAN, RESIDENTIAL, COMMERCIAL, LUXURY, BANK)
    )
    residential = np.where(rng.random(rows) < BELOW_ZERO, -GRAIN, residential)
    covered = residential + commercial + luxury + bank >= loan
    term = rng.choice(TERMS, rows)
    score = rng.integers(SCORES[0], SCORES[1] + 1, rows)
    asked_much = (term <= SHORT) & (loan >= LARGE * income * GRAIN)
    approved = covered & ((score >= GOOD_SCORE) | asked_much)
    return pd.DataFrame(
        {
            "loan_id": np.arange(1, rows + 1),
            "no_of_dependents": rng.integers(0, DEPENDENTS + 1, rows),
            "education": np.where(rng.random(rows) < GRADUATES, "Graduate", "Not Graduate"),
            "self_employed": np.where(rng.random(rows) < SELF_EMPLOYED, "Yes", "No"),
            "income_annum": income * GRAIN,
            "loan_amount": loan,
            "loan_term": term,
            "cibil_score": score,
            "residential_assets_value": residential,
            "commercial_assets_value": commercial,
            "luxury_assets_value": luxury,
            "bank_asset_value": bank,
            "loan_status": np.where(approved, "Approved", "Rejected"),
        }
    )


def main() -> None:
    """Write the example."""
    build().to_parquet(FILE, engine="pyarrow", compression="zstd", compression_level=19, index=False)
    digests.main()


if __name__ == "__main__":
    main()
