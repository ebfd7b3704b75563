"""Card usage: facts of the well-known file, and every figure of the lenses once more."""

import numpy as np
import pandas as pd
import pytest
from tables import headlines
from well_known import CARD_COLUMNS, check, middle

from lib import explore, segments
from lib.estimates import Sample
from lib.population import Population
from lib.segments import Recipe
from lib.subjects import CARDS, dressed
from lib.subjects.known import codebook_of

NEAR = 0.011
"""Sums of cents."""


@pytest.fixture(scope="module")
def found(real_cards):
    """Made from two columns that leave nearly every figure of the lenses to be looked at."""
    return segments.fit(real_cards, Recipe(("BALANCE_FREQUENCY", "ONEOFF_PURCHASES_FREQUENCY"), k=3, starts=3))


def test_columns_are_those_of_the_file(real_cards, raw_cards):
    assert raw_cards.columns.tolist() == CARD_COLUMNS
    assert real_cards.subject is CARDS
    assert real_cards.columns[:18] == CARD_COLUMNS
    assert set(real_cards.columns) == set(codebook_of(CARDS))
    assert len(real_cards) == real_cards.sampled == 8_950


def test_its_blanks_and_oddities_are_told(real_cards):
    assert real_cards.notes == (
        "314 cells are blank: Credit limit (1) and Minimum payments (313).",
        "Cash advance frequency: 8 values are above 100%, as high as 150%; kept as they are.",
        "Purchases: 19 rows are not the sum of one-off purchases and purchases in instalments, but up to 600.00 apart; "
        "kept as they are.",
        "Blank where a part is missing or would be divided by zero: Use of limit (1), Average purchase (2,044), Share "
        "bought in instalments (2,044), Share of cash advances (1) and Payments over minimum (313).",
    )


def test_purchases_are_the_sum_of_their_parts_on_all_but_a_few_rows(raw_cards):
    apart = raw_cards["PURCHASES"] - raw_cards["ONEOFF_PURCHASES"] - raw_cards["INSTALLMENTS_PURCHASES"]
    assert (apart.abs() < NEAR).sum() == 8_931
    assert apart[apart.abs() >= NEAR].between(-600, -20).all()


def test_facts_that_the_words_state(raw_cards, real_cards):
    known = raw_cards["MINIMUM_PAYMENTS"].notna()
    below = raw_cards["PAYMENTS"] < raw_cards["MINIMUM_PAYMENTS"]
    assert (below.sum(), known.sum()) == (2_365, 8_637)
    assert (raw_cards["BALANCE"] > raw_cards["CREDIT_LIMIT"]).sum() == 227
    # what has no minimum is for the most part what was not paid at all
    assert (raw_cards["PAYMENTS"] == 0).sum() == 240
    assert not known[raw_cards["PAYMENTS"] == 0].any()
    for fact in ("2,365 of the 8,637", "227 owe more", "314 cells", "but for 19 customers"):
        assert fact in CARDS.wording.about_data.replace("\n", " ")
    assert real_cards.frame["PAID_BELOW_MINIMUM"].sum() == 2_365
    assert real_cards.frame["OVER_LIMIT"].sum() == 227


def test_made_columns_by_hand(real_cards):
    one, two = (real_cards.frame.set_index("CUST_ID").loc[name] for name in ("C10001", "C10002"))
    assert one["LIMIT_USED"] == pytest.approx(40.900749 / 1000)
    assert one["PAID_TO_MINIMUM"] == pytest.approx(201.802084 / 139.509787)
    assert one["AVERAGE_PURCHASE"] == pytest.approx(95.4 / 2)
    assert (one["INSTALMENT_SHARE"], one["CASH_ADVANCE_SHARE"]) == (1, 0)
    assert (one["KIND_OF_PURCHASES"], one["HOW_PAID"], one["FULL_YEAR"]) == (2, 0, 1)
    assert two[["INSTALMENT_SHARE", "AVERAGE_PURCHASE"]].isna().all()
    assert (two["CASH_ADVANCE_SHARE"], two["KIND_OF_PURCHASES"], two["HOW_PAID"]) == (1, 0, 1)
    assert two["PAID_TO_MINIMUM"] == pytest.approx(4103.032597 / 1072.340217)


@pytest.mark.parametrize(
    ("key", "number"),
    [("everyone", 8_950), ("revolvers", 5_825), ("in-full", 488), ("cash", 4_322), ("below-minimum", 2_365)],
)
def test_named_populations(real_cards, key, number):
    assert len(Population.parse(CARDS.named(key).condition).apply(real_cards)) == number


def test_headlines(real_cards, raw_cards):
    told = headlines(Sample(real_cards), Sample(real_cards), explore.headline_figures(real_cards.codebook, CARDS))
    use = raw_cards["BALANCE"] / raw_cards["CREDIT_LIMIT"]
    expected = [middle(raw_cards["BALANCE"]), middle(raw_cards["PURCHASES"]), middle(use)]
    expected += [(raw_cards["CASH_ADVANCE"] > 0).mean(), (raw_cards["PRC_FULL_PAYMENT"] == 1).mean()]
    assert [one.value for one in told] == pytest.approx(expected)


def _kind(rows):
    return (rows["ONEOFF_PURCHASES"] > 0) + 2 * (rows["INSTALLMENTS_PURCHASES"] > 0)


def _paid(rows):
    return (rows["PRC_FULL_PAYMENT"] > 0).astype(int) + (rows["PRC_FULL_PAYMENT"] == 1)


def _of(rows, column):
    return rows[rows[column] > 0]


def of_all(column):
    return lambda rows, everyone: rows[column].sum() / everyone[column].sum()


BY_HAND = {
    "flag_PAID_BELOW_MINIMUM": lambda rows, _: (
        (m := rows[rows["MINIMUM_PAYMENTS"].notna()])["PAYMENTS"] < m["MINIMUM_PAYMENTS"]
    ).mean(),
    "median_PAID_TO_MINIMUM": lambda rows, _: middle(rows["PAYMENTS"] / rows["MINIMUM_PAYMENTS"]),
    "ratio_PAYMENTS_MINIMUM_PAYMENTS": lambda rows, _: (
        rows.loc[rows["MINIMUM_PAYMENTS"].notna(), "PAYMENTS"].sum() / rows["MINIMUM_PAYMENTS"].sum()
    ),
    "flag_PAID_NOTHING": lambda rows, _: (rows["PAYMENTS"] == 0).mean(),
    "typical_LIMIT_USED": lambda rows, _: middle(rows["BALANCE"] / rows["CREDIT_LIMIT"]),
    "flag_NEAR_LIMIT": lambda rows, _: (rows["BALANCE"] / rows["CREDIT_LIMIT"]).dropna().ge(0.9).mean(),
    "flag_OVER_LIMIT": lambda rows, _: (rows["BALANCE"] / rows["CREDIT_LIMIT"]).dropna().gt(1).mean(),
    "flag_HAS_CASH_ADVANCE": lambda rows, _: (rows["CASH_ADVANCE"] > 0).mean(),
    "typical_CASH_ADVANCE": lambda rows, _: middle(_of(rows, "CASH_ADVANCE")["CASH_ADVANCE"]),
    "of_all_CASH_ADVANCE": of_all("CASH_ADVANCE"),
    "count": lambda rows, _: len(rows),
    "of_all": lambda rows, everyone: len(rows) / len(everyone),
    "of_all_PURCHASES": of_all("PURCHASES"),
    "of_all_BALANCE": of_all("BALANCE"),
    "of_all_PAYMENTS": of_all("PAYMENTS"),
    "typical_PURCHASES": lambda rows, _: middle(rows["PURCHASES"]),
    "typical_CREDIT_LIMIT": lambda rows, _: middle(rows["CREDIT_LIMIT"]),
    "typical_BALANCE": lambda rows, _: middle(rows["BALANCE"]),
    "mean_TENURE": lambda rows, _: rows["TENURE"].mean(),
    "flag_FULL_YEAR": lambda rows, _: (rows["TENURE"] == 12).mean(),
    "mean_PURCHASES_FREQUENCY": lambda rows, _: rows["PURCHASES_FREQUENCY"].mean(),
    "mean_PURCHASES_INSTALLMENTS_FREQUENCY": lambda rows, _: rows["PURCHASES_INSTALLMENTS_FREQUENCY"].mean(),
    "mean_CASH_ADVANCE_FREQUENCY": lambda rows, _: rows["CASH_ADVANCE_FREQUENCY"].mean(),
    **{f"codes_KIND_OF_PURCHASES_{code}": lambda rows, _, c=code: (_kind(rows) == c).mean() for code in range(4)},
    "ratio_INSTALLMENTS_PURCHASES_PURCHASES": lambda rows, _: (
        _of(rows, "PURCHASES")["INSTALLMENTS_PURCHASES"].sum() / rows["PURCHASES"].sum()
    ),
    "typical_AVERAGE_PURCHASE": lambda rows, _: middle(
        (some := _of(rows, "PURCHASES_TRX"))["PURCHASES"] / some["PURCHASES_TRX"]
    ),
    **{f"codes_HOW_PAID_{code}": lambda rows, _, c=code: (_paid(rows) == c).mean() for code in range(3)},
    "mean_PRC_FULL_PAYMENT": lambda rows, _: rows["PRC_FULL_PAYMENT"].mean(),
}


def test_every_figure_of_the_lenses(real_cards, raw_cards, found):
    looked = segments.lenses(real_cards, found)
    assert looked.names == ("Risk", "Value", "Behaviour")
    assert looked.notes == (
        "Left out, because the segments were made from it: Balance update frequency; One-off purchase frequency.",
    )
    check(looked, raw_cards, found.labels, BY_HAND)


def test_figures_that_follow_from_the_features_are_left_out(real_cards):
    fit = segments.fit(real_cards, Recipe(("BALANCE", "PAYMENTS", "ONEOFF_PURCHASES", "INSTALLMENTS_PURCHASES"), k=2))
    shown = set(segments.lenses(real_cards, fit).table["figure"])
    assert not {"typical_PURCHASES", "codes_KIND_OF_PURCHASES_1", "flag_PAID_NOTHING"} & shown
    assert {"typical_LIMIT_USED", "flag_PAID_BELOW_MINIMUM"} <= shown  # limit and minimum were not used


def test_one_customer_is_told(real_cards):
    made = segments.fit(real_cards, Recipe(("BALANCE", "PURCHASES"), "asinh", k=3, starts=2))
    for number in made.model.numbers:
        told = segments.typical(real_cards, made, int(number))
        row = real_cards.frame.iloc[told.row]
        assert told.id == row["CUST_ID"]
        assert told.sentence.startswith(f"Owes {row['BALANCE']:,.0f} of a limit of {row['CREDIT_LIMIT']:,.0f} (")
        assert f"Paid {row['PAYMENTS']:,.0f}" in told.sentence
        bought = row["PURCHASES"] > 0
        assert (f"Bought for {row['PURCHASES']:,.0f} in {row['TENURE']:.0f} months" in told.sentence) == bought
        assert ("in cash" in told.sentence) == (row["CASH_ADVANCE"] > 0)
        assert told.facts["Credit limit"] == f"{row['CREDIT_LIMIT']:,.0f}"


def test_amounts_carry_no_sign():
    table, book, _ = dressed(pd.DataFrame({name: [1.0] for name in CARD_COLUMNS}), CARDS)
    assert CARDS.currency is None
    assert book["BALANCE"].text(1234.5) == "1,234"
    assert np.isfinite(table["LIMIT_USED"]).all()
