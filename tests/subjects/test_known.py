"""A table is told by its columns, and dressed as one of its kind; what looks wrong is told and kept."""

import numpy as np
import pandas as pd
import pytest
from well_known import CARD_COLUMNS, LOAN_COLUMNS

from lib.codebook import Codebook, Variable
from lib.dataset import Dataset
from lib.subjects import CARDS, LOANS, PLAIN, SCF, dressed, subject_of
from lib.subjects.known import KNOWN, codebook_of
from lib.subjects.scf import IDENTITIES


@pytest.mark.parametrize(("columns", "subject"), [(CARD_COLUMNS, CARDS), (LOAN_COLUMNS, LOANS)])
def test_a_table_is_told_by_its_columns(columns, subject):
    assert subject_of(columns) is subject
    assert subject_of(reversed(columns)) is subject
    assert subject_of([f"  {name.swapcase()} " for name in columns]) is subject
    assert subject_of([*columns, "branch", "notes"]) is subject
    assert subject_of(columns[: round(len(columns) * 0.7) + 1]) is subject
    assert subject_of(columns[: len(columns) // 2]) is PLAIN


@pytest.mark.parametrize(
    "columns",
    [
        [],
        ["a", "b"],
        ["BALANCE", "PURCHASES", "PAYMENTS", "TENURE", "age", "region"],
        # another well-known table of loans
        ["Loan_ID", "Gender", "Married", "Education", "Self_Employed", "ApplicantIncome", "LoanAmount", "Loan_Status"],
        [column for identity in IDENTITIES for column in identity.columns],
    ],
)
def test_other_tables_are_nobodys(columns):
    assert subject_of(columns) is PLAIN


@pytest.mark.parametrize("subject", KNOWN, ids=lambda subject: subject.key)
def test_what_a_subject_speaks_of_is_in_its_codebook(subject):
    book = codebook_of(subject)
    spoken = {name for one in subject.made for name in (one.column, *one.needs)}
    spoken |= {name for lens in subject.lenses for figure in lens.figures for name in figure.columns}
    spoken |= {figure.column for figure in subject.headlines} | set(subject.bounds) | subject.outcomes
    spoken |= {name for identity in subject.identities for name in identity.columns}
    first, telling = subject.first, subject.telling
    spoken |= {first.show, first.by, first.amount, *first.pair, *first.correlated, *first.ordered, *first.features}
    spoken |= {*first.who, *first.also, *first.facts, *telling.columns}
    assert spoken <= set(book)
    assert first.group in {variable.group for variable in book.values()}
    assert all(variable.label and variable.group and variable.definition for variable in book.values())
    assert all(set(variable.values) for variable in book.values() if variable.is_category)
    keys = [population.key for population in subject.populations]
    assert keys[0] == "everyone"
    assert len(keys) == len(set(keys))
    for lens in subject.lenses:
        figures = [(figure.measure, figure.columns, figure.key) for figure in lens.figures]
        assert len(figures) == len(set(figures)), "figures of one lens need keys of their own"


def loans(**changes):
    values = {
        "loan_id": [1, 2],
        "no_of_dependents": [0, 3],
        "education": [" Graduate", " Not Graduate"],
        "self_employed": [" No", " Yes"],
        "income_annum": [1_000_000, 500_000],
        "loan_amount": [2_400_000, 2_000_000],
        "loan_term": [10, 4],
        "cibil_score": [550, 549],
        "residential_assets_value": [1_000_000, -100_000],
        "commercial_assets_value": [0, 100_000],
        "luxury_assets_value": [2_000_000, 900_000],
        "bank_asset_value": [600_000, 100_000],
        "loan_status": [" Approved", " Rejected"],
    }
    return pd.DataFrame(values | changes)


def test_names_and_values_are_trimmed_and_coded():
    frame = loans().rename(columns=lambda name: f" {name.upper()} ")
    before = frame.copy()
    table, book, _ = dressed(frame, LOANS)
    assert table.columns[:13].tolist() == LOAN_COLUMNS
    assert table["education"].tolist() == [1, 0]
    assert table["self_employed"].tolist() == [0, 1]
    assert table["loan_status"].tolist() == [1, 0]
    assert book["loan_status"].text(1) == "Approved"
    assert list(book) == table.columns.tolist()
    pd.testing.assert_frame_equal(frame, before)
    assert len(Dataset(table, book, "Mine", "mine", subject=LOANS, id="loan_id")) == 2


def test_columns_made_by_hand():
    table, _, notes = dressed(loans(), LOANS)
    made = table.set_index("loan_id").loc[1]
    assert made["loan_over_income"] == 2.4
    assert made["monthly_instalment"] == 20_000
    assert made["instalment_over_income"] == pytest.approx(0.24)
    assert made["total_assets"] == 3_600_000
    assert made["assets_over_loan"] == 1.5
    assert table["assets_below_loan"].tolist() == [0, 1]
    assert table["score_from_550"].tolist() == [1, 0]
    assert table["score_band"].tolist() == [2, 1]
    assert notes == ("Residential assets: 1 value is below 0, as low as -100,000; kept as they are.",)


def test_what_cannot_be_divided_is_blank_and_counted():
    frame = loans(loan_term=[0, 4], loan_amount=[np.nan, 2_000_000])
    table, _, notes = dressed(frame, LOANS)
    assert table["monthly_instalment"].isna().tolist() == [True, False]
    assert table["assets_below_loan"].tolist()[1] == 1
    assert np.isnan(table["assets_below_loan"][0])
    assert notes[0] == "1 cell is blank: Loan (1)."
    assert notes[-1] == (
        "Blank where a part is missing or would be divided by zero: Loan over income (1), Monthly instalment (1), "
        "Instalment over income (1) and Assets over loan (1)."
    )


def test_numbers_that_came_as_text():
    frame = loans(loan_term=[" 10 ", "soon"], cibil_score=["700", ""])
    table, _, notes = dressed(frame, LOANS)
    assert table["loan_term"].tolist()[0] == 10
    assert table[["loan_term", "cibil_score"]].isna().sum().tolist() == [1, 1]
    assert notes[:2] == ("Loan term: 1 value is no number.", "2 cells are blank: Loan term (1) and Credit score (1).")


def test_labels_that_nobody_knows_get_codes_of_their_own():
    table, book, _ = dressed(loans(loan_status=["Pending", "approved"]), LOANS)
    assert table["loan_status"].tolist() == [2, 1]
    assert book["loan_status"].values == {0: "Rejected", 1: "Approved", 2: "Pending"}
    assert book["loan_status"].unit == "category"
    again, book, _ = dressed(loans(loan_status=["Rejected", None]), LOANS)
    assert again["loan_status"].isna().tolist() == [False, True]
    assert codebook_of(LOANS)["loan_status"].values == {0: "Rejected", 1: "Approved"}


def test_codes_are_taken_for_the_labels_that_they_were_given():
    """A reader numbers categories in its own order, and may take a few whole numbers for one."""
    status = Variable("loan_status", "loan_status", unit="category", values={0: " Approved", 1: " Rejected"})
    term = Variable("loan_term", "loan_term", unit="category", values={1: "10", 2: "4"})
    city = Variable("city", "City", unit="category", values={1: "Pune", 2: "Delhi"})
    frame = loans(loan_status=[0, 1], loan_term=[1, 2]).assign(city=[2, 1])
    given = Codebook({"loan_status": status, "loan_term": term, "city": city})
    table, book, _ = dressed(frame, LOANS, given)
    assert table["loan_status"].tolist() == [1, 0]
    assert table["loan_term"].tolist() == [10, 4]
    assert table["city"].tolist() == [2, 1]
    assert book["city"].text(2) == "Delhi"


def test_codes_without_labels_are_taken_as_the_codebook_has_them_and_it_is_said():
    table, _, notes = dressed(loans(loan_status=[1, 0]), LOANS)
    assert table["loan_status"].tolist() == [1, 0]
    assert notes[0] == "Decision came in numbers: 0 is taken for Rejected and 1 for Approved."


def test_a_column_of_that_name_is_the_files_own():
    table, _, _ = dressed(loans().assign(total_assets=[7, 8]), LOANS)
    assert table["total_assets"].tolist() == [7, 8]
    assert table.columns.is_unique


def test_two_columns_that_differ_in_case_stay_two():
    table, _, _ = dressed(loans().assign(**{" LOAN_TERM": [1, 2]}), LOANS)
    assert table["loan_term"].tolist() == [10, 4]
    assert table[" LOAN_TERM"].tolist() == [1, 2]


def test_without_some_columns_what_needs_them_is_left_out():
    table, book, _ = dressed(loans().drop(columns=["loan_term", "luxury_assets_value"]), LOANS)
    assert not {"monthly_instalment", "total_assets", "assets_over_loan"} & set(table)
    assert {"loan_over_income", "score_band"} <= set(book)


def test_a_plain_table_stays_as_it_is():
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    table, book, notes = dressed(frame, PLAIN)
    pd.testing.assert_frame_equal(table, frame)
    assert (book["a"].unit, book["b"].unit, notes) == ("ratio", "id", ())


def test_the_survey_has_a_reader_of_its_own():
    assert SCF not in KNOWN
    assert SCF.codebook == ""
