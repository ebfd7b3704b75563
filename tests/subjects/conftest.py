"""The two well-known tables as their files are, where they lie beside the project."""

import pandas as pd
import pytest
from paths import REAL
from well_known import as_dataset


def raw(name):
    path = REAL / name
    if not path.exists():
        pytest.skip(f"needs the real file {name} in ../shared/data")
    return pd.read_csv(path)


@pytest.fixture(scope="session")
def raw_cards():
    return raw("CC GENERAL.csv")


@pytest.fixture(scope="session")
def raw_loans():
    """As the file is: blanks lead names and values."""
    return raw("loan_approval_dataset.csv")


@pytest.fixture(scope="session")
def real_cards(raw_cards):
    return as_dataset(raw_cards, "Cards")


@pytest.fixture(scope="session")
def real_loans(raw_loans):
    return as_dataset(raw_loans, "Loans")
