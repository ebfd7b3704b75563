"""What tests of the well-known tables share: their columns, and figures of lenses made once more with plain pandas."""

import numpy as np
import pandas as pd

from lib.dataset import Dataset
from lib.segments.describe.lenses import EVERYONE
from lib.subjects import dressed, subject_of

CARD_COLUMNS = [
    "CUST_ID",
    "BALANCE",
    "BALANCE_FREQUENCY",
    "PURCHASES",
    "ONEOFF_PURCHASES",
    "INSTALLMENTS_PURCHASES",
    "CASH_ADVANCE",
    "PURCHASES_FREQUENCY",
    "ONEOFF_PURCHASES_FREQUENCY",
    "PURCHASES_INSTALLMENTS_FREQUENCY",
    "CASH_ADVANCE_FREQUENCY",
    "CASH_ADVANCE_TRX",
    "PURCHASES_TRX",
    "CREDIT_LIMIT",
    "PAYMENTS",
    "MINIMUM_PAYMENTS",
    "PRC_FULL_PAYMENT",
    "TENURE",
]
LOAN_COLUMNS = [
    "loan_id",
    "no_of_dependents",
    "education",
    "self_employed",
    "income_annum",
    "loan_amount",
    "loan_term",
    "cibil_score",
    "residential_assets_value",
    "commercial_assets_value",
    "luxury_assets_value",
    "bank_asset_value",
    "loan_status",
]


def as_dataset(frame, name="Mine"):
    """A plain table as a Dataset of its kind."""
    subject = subject_of(frame.columns)
    table, codebook, notes = dressed(frame, subject)
    named = next(column for column, variable in codebook.items() if variable.unit == "id")
    return Dataset(table, codebook, name, f"{name} {len(frame)}", subject=subject, id=named, notes=notes)


def middle(values):
    """The first value that half of all reach; nothing where there is none."""
    present = np.asarray(values, dtype=float)
    present = present[~np.isnan(present)]
    return np.quantile(present, 0.5, method="inverted_cdf") if len(present) else np.nan


def check(found, raw, labels, by_hand):
    """Compare ``found`` with ``by_hand``: figure -> function of some rows and of all rows."""
    told = found.table
    assert set(told["figure"]) == set(by_hand), set(told["figure"]) ^ set(by_hand)
    for row in told.itertuples():
        rows = raw if row.segment == EVERYONE else raw[labels == row.segment]
        expected = by_hand[row.figure](rows, raw)
        np.testing.assert_allclose(row.value, expected, rtol=1e-9, err_msg=f"{row.figure} of {row.segment}")
        assert (row.text == "nobody to ask") == pd.isna(expected)
        assert row.n <= len(rows)
