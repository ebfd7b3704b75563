"""Loan applications: facts of the well-known file, and every figure of the lenses once more."""

import numpy as np
import pytest
from scipy.stats import binomtest
from tables import headlines
from well_known import LOAN_COLUMNS, check, middle

from lib import explore, features, segments
from lib.errors import RecipeError
from lib.estimates import Sample
from lib.population import Population
from lib.segments import Recipe
from lib.segments.describe.lenses import EVERYONE, in_words
from lib.subjects import LOANS
from lib.subjects.known import codebook_of

ASSETS = [f"{kind}_assets_value" for kind in ("residential", "commercial", "luxury")] + ["bank_asset_value"]


@pytest.fixture(scope="module")
def plain(raw_loans):
    """The file with nothing done to it but trimming."""
    frame = raw_loans.rename(columns=str.strip)
    return frame.assign(**{n: frame[n].str.strip() for n in ("education", "self_employed", "loan_status")})


@pytest.fixture(scope="module")
def found(real_loans):
    """Made from two columns of which hardly a figure is made."""
    return segments.fit(real_loans, Recipe(("bank_asset_value", "no_of_dependents"), k=3, starts=3))


def test_columns_are_those_of_the_file(real_loans, raw_loans, plain):
    assert raw_loans.columns[1] == " no_of_dependents"
    assert raw_loans.iloc[0, 2] == " Graduate"
    assert real_loans.subject is LOANS
    assert real_loans.columns[:13] == LOAN_COLUMNS
    assert set(real_loans.columns) == set(codebook_of(LOANS))
    assert len(real_loans) == real_loans.sampled == 4_269
    for name in ("education", "self_employed", "loan_status"):
        coded = [real_loans.codebook[name].text(code).lower() for code in real_loans.values(name)]
        assert coded == plain[name].str.lower().tolist()


def test_values_below_zero_are_told_and_kept(real_loans):
    assert real_loans.notes == ("Residential assets: 28 values are below 0, as low as -100,000; kept as they are.",)
    assert (real_loans.values("residential_assets_value") < 0).sum() == 28


def test_decisions_turn_at_a_score_of_550(plain):
    """Four applications have a score of exactly 550, all approved: counted twice they would be 189 below."""
    approved, score = plain["loan_status"] == "Approved", plain["cibil_score"]
    good = score >= 550
    assert [(approved & good).sum(), (~approved & good).sum()] == [2_471, 13]
    assert [(approved & ~good).sum(), (~approved & ~good).sum()] == [185, 1_600]
    assert [(approved & (score == 550)).sum(), (score == 550).sum()] == [4, 4]


def test_decisions_follow_a_rule(plain):
    covered = plain[ASSETS].sum(axis=1) >= plain["loan_amount"]
    short = (plain["loan_term"] <= 4) & (plain["loan_amount"] >= 3 * plain["income_annum"])
    rule = covered & ((plain["cibil_score"] >= 550) | short)
    assert rule.equals(plain["loan_status"] == "Approved")


def test_made_columns_by_hand(real_loans):
    one = real_loans.frame.set_index("loan_id").loc[2]
    assert one["loan_over_income"] == 12_200_000 / 4_100_000
    assert one["monthly_instalment"] == pytest.approx(12_200_000 / 96)
    assert one["instalment_over_income"] == pytest.approx(12_200_000 / 96 / (4_100_000 / 12))
    assert one["total_assets"] == 2_700_000 + 2_200_000 + 8_800_000 + 3_300_000
    assert one["assets_over_loan"] == 17_000_000 / 12_200_000
    assert (one["score_band"], one["assets_below_loan"], one["loan_status"]) == (0, 0, 0)


@pytest.mark.parametrize(
    ("key", "number"),
    [("everyone", 4_269), ("good-score", 2_484), ("low-score", 1_785), ("approved", 2_656), ("rejected", 1_613)],
)
def test_named_populations(real_loans, key, number):
    assert len(Population.parse(LOANS.named(key).condition).apply(real_loans)) == number


def test_headlines(real_loans, plain):
    told = headlines(Sample(real_loans), Sample(real_loans), explore.headline_figures(real_loans.codebook, LOANS))
    expected = [2_656 / 4_269, *(middle(plain[n]) for n in ("loan_amount", "income_annum", "cibil_score"))]
    expected.append(middle(plain["loan_amount"] / plain["income_annum"]))
    assert [one.value for one in told] == pytest.approx(expected)


def test_the_decision_is_never_a_feature(real_loans):
    said = r"Decision \(loan_status\) is what segments are looked at through, not what they are made from"
    with pytest.raises(RecipeError, match=said):
        segments.fit(real_loans, Recipe(("cibil_score", "loan_status"), k=2))
    assert features.usable(real_loans, ["loan_status", "education", "cibil_score"]) == ["education", "cibil_score"]


def of_all(column):
    return lambda rows, everyone: rows[column].sum() / everyone[column].sum()


def _assets(rows):
    return rows[ASSETS].sum(axis=1)


def _approved(rows):
    return (rows["loan_status"] == "Approved").mean() if len(rows) else np.nan


def _monthly(rows):
    return rows["loan_amount"] / rows["loan_term"] / 12


BY_HAND = {
    "flag_loan_status": lambda rows, _: _approved(rows),
    "flag_loan_status_from_550": lambda rows, _: _approved(rows[rows["cibil_score"] >= 550]),
    "flag_loan_status_below_550": lambda rows, _: _approved(rows[rows["cibil_score"] < 550]),
    "typical_cibil_score": lambda rows, _: middle(rows["cibil_score"]),
    **{
        f"codes_score_band_{code}": lambda rows, _, low=low, high=high: (
            rows["cibil_score"].between(low, high, inclusive="left").mean()
        )
        for code, (low, high) in enumerate([(0, 450), (450, 550), (550, 650), (650, 750), (750, 901)])
    },
    "median_loan_over_income": lambda rows, _: middle(rows["loan_amount"] / rows["income_annum"]),
    "ratio_loan_amount_income_annum": lambda rows, _: rows["loan_amount"].sum() / rows["income_annum"].sum(),
    "typical_instalment_over_income": lambda rows, _: middle(_monthly(rows) * 12 / rows["income_annum"]),
    "median_assets_over_loan": lambda rows, _: middle(_assets(rows) / rows["loan_amount"]),
    "flag_assets_below_loan": lambda rows, _: (_assets(rows) < rows["loan_amount"]).mean(),
    "count": lambda rows, _: len(rows),
    "of_all": lambda rows, everyone: len(rows) / len(everyone),
    "of_all_income_annum": of_all("income_annum"),
    "typical_income_annum": lambda rows, _: middle(rows["income_annum"]),
    "typical_total_assets": lambda rows, _: middle(_assets(rows)),
    "flag_education": lambda rows, _: (rows["education"] == "Graduate").mean(),
    "flag_self_employed": lambda rows, _: (rows["self_employed"] == "Yes").mean(),
    "typical_loan_amount": lambda rows, _: middle(rows["loan_amount"]),
    "typical_loan_term": lambda rows, _: middle(rows["loan_term"]),
    "typical_monthly_instalment": lambda rows, _: middle(_monthly(rows)),
    "of_all_loan_amount": of_all("loan_amount"),
}


def test_every_figure_of_the_lenses(real_loans, plain, found):
    looked = segments.lenses(real_loans, found)
    assert looked.names == ("Approval", "Risk", "Marketing", "Product")
    assert looked.notes == (
        "Left out, because the segments were made from it: Dependents (mean).",
        "Made in part from bank assets, by which segments were found: Assets over loan (median); Assets below the "
        "loan; Total assets (median).",
    )
    check(looked, plain, found.labels, BY_HAND)


def test_approval_is_told_also_of_segments_by_credit_score(real_loans):
    fit = segments.fit(real_loans, Recipe(("cibil_score", "loan_term"), k=2, starts=2))
    told = segments.lenses(real_loans, fit).lens("Approval")
    assert set(told["figure"]) == {"flag_loan_status", "flag_loan_status_from_550", "flag_loan_status_below_550"}
    everyone = told[told["segment"] == EVERYONE].set_index("figure")
    assert everyone["text"].tolist() == ["62.2%", "99.5%", "10.4%"]
    assert everyone["n"].tolist() == [4_269, 2_484, 1_785]
    assert everyone["base"].tolist()[1:] == [
        "applicants with a score of 550 and more",
        "applicants with a score below 550",
    ]


@pytest.mark.parametrize(
    ("figure", "approved", "of_all", "words"),
    [
        ("flag_loan_status", 2_656, 4_269, "62.2% (60.8 to 63.7%; n 4,269)"),
        ("flag_loan_status_from_550", 2_471, 2_484, "99.5% (99.1 to 99.7%; n 2,484)"),
        ("flag_loan_status_below_550", 185, 1_785, "10.4% (9 to 11.9%; n 1,785)"),
    ],
)
def test_approval_and_how_far_off_it_may_be(real_loans, found, figure, approved, of_all, words):
    looked = segments.lenses(real_loans, found)
    told = looked.table.set_index(["figure", "segment"]).loc[(figure, EVERYONE)]
    ends = binomtest(approved, of_all).proportion_ci(method="wilson")
    assert told["value"] == approved / of_all
    assert (told["low"], told["high"]) == pytest.approx((ends.low, ends.high))
    assert in_words(told) == words
    assert looked.intervals.startswith("95% intervals are as if the applicants had been drawn at random")


def test_one_applicant_is_told(real_loans):
    fit = segments.fit(real_loans, Recipe(LOANS.first.features, k=4, starts=2))
    for number in fit.model.numbers:
        told = segments.typical(real_loans, fit, int(number))
        row = real_loans.frame.iloc[told.row]
        assert told.id == row["loan_id"]
        assert f"Earns {row['income_annum']:,.0f} a year, owns {row['total_assets']:,.0f}" in told.sentence
        assert f"Asked for {row['loan_amount']:,.0f} over {row['loan_term']:.0f} years" in told.sentence
        assert ("Approved." in told.sentence) == (row["loan_status"] == 1)
        assert ("elf-employed" in told.sentence) == (row["self_employed"] == 1)
