"""Columns that say much the same: by their accounting, by their ranks, and by one being part of the other in fact."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr
from tables import customers

from lib.features import (
    choose_apart,
    measured_relatives,
    part_of,
    rank_by_variance,
    rank_correlation,
    redundancy,
    usable,
)
from lib.maps import default_recipe
from lib.population import named_population


def test_rank_correlation_by_hand():
    # differences of ranks -1, 1, -1, 1, 0: 1 - 6 * 4 / (5 * 24)
    assert rank_correlation([10, 20, 30, 40, 50], [2, 1, 4, 3, 9], np.ones(5)) == pytest.approx(0.8)
    assert rank_correlation([1, 2, 3], [-1, -8, -9], np.ones(3)) == pytest.approx(-1)
    assert np.isnan(rank_correlation([1, 2, 3], [5, 5, 5], np.ones(3)))


def test_rank_correlation_with_weights_is_scipys_of_repeated_rows():
    rng = np.random.default_rng(0)
    x = np.round(rng.lognormal(size=80), 1)  # with ties
    y = np.where(rng.random(80) < 0.3, 0, x + rng.normal(size=80))
    weights = rng.integers(1, 5, 80)
    theirs = spearmanr(np.repeat(x, weights), np.repeat(y, weights)).statistic
    assert rank_correlation(x, y, weights) == pytest.approx(theirs)
    assert rank_correlation(x, y, weights * 7.5) == pytest.approx(theirs)


def test_part_of_by_hand():
    part, whole = [0, 5, 6, -2, 3, 4, 0], [9, 10, 8, -4, -3, 2, 0]
    # the last has none of either; of six: 0 and 9, 5 and 10, 6 and 8, -2 and -4 lie inside, all but the first by half
    assert part_of(part, whole, np.ones(7)) == pytest.approx((4 / 6, 3 / 6))
    assert part_of(part, whole, [3, 1, 1, 1, 1, 1, 9]) == pytest.approx((6 / 8, 3 / 8))
    assert part_of([0, 0], [0, 0], np.ones(2)) == (0, 0)


@pytest.fixture(scope="module")
def fearful(sample):
    return named_population(sample.subject.named("fearful"), sample.dollars).apply(sample)


TWINS = [("WAGEINC", "INCOME"), ("WAGEINC", "NORMINC"), ("INCOME", "NORMINC"), ("EQUITY", "RETEQ"), ("TPAY", "DEBT")]
STRANGERS = [
    ("DEBT", "ASSET"),
    ("KGTOTAL", "ASSET"),
    ("EQUITY", "NORMINC"),
    ("FOODHOME", "FOODAWAY"),
    ("AGE", "INCOME"),
]


def test_what_says_the_same_is_told_from_what_is_merely_smaller(fearful):
    for first, second in TWINS:
        (found,) = measured_relatives(fearful, (first, second))
        assert (found.kind, found.columns) == ("measured", (first, second))
    for pair in STRANGERS:
        assert measured_relatives(fearful, pair) == ()
    # what accounting ties is said by accounting
    assert measured_relatives(fearful, ("ASSET", "NFIN")) == ()


def test_columns_of_little_spread_are_no_parts_of_one_another_by_chance():
    rng = np.random.default_rng(1)
    a, b = rng.normal(7, 0.3, 500), rng.normal(9, 0.3, 500)
    never_more, large = part_of(a, b, np.ones(500))
    assert min(never_more, large) > 0.99
    frame = {"a": a, "b": b, "c": a + rng.normal(0, 0.1, 500)}
    data = customers(pd.DataFrame(frame))
    assert [one.columns for one in measured_relatives(data, ("a", "b", "c"))] == [("a", "c")]


def some(data, asked):
    """Reads the columns asked for and no others, as a page does."""

    def read(names):
        asked.extend(names)
        keep = dict.fromkeys([*names, data.id, data.weight, data.implicate])
        return replace(data, frame=data.frame[list(keep)], codebook=data.codebook.restricted_to(list(names)))

    return read


def test_why_each_column_is_left_out_is_said(fearful):
    asked = []
    order = [
        "ASSET",
        "WAGEINC",
        "INCOME",
        "NETWORTH",
        "EQUITY",
        "RETEQ",
        "TPAY",
        "MORTPAY",
        "DEBT",
        *fearful.codebook.amounts(),
    ]
    found = choose_apart(list(dict.fromkeys(order)), some(fearful, asked), most=4)
    assert found.columns == ("ASSET", "WAGEINC", "EQUITY", "TPAY")
    said = {one.column: one.why(fearful.codebook) for one in found.left_out}
    assert list(said) == ["INCOME", "NETWORTH", "RETEQ"]
    assert said["INCOME"].startswith("contains wages and salaries for 9")
    assert said["NETWORTH"] == "shares accounting with total assets"
    assert said["RETEQ"].startswith("rank correlation 0.9")
    assert len(asked) == 12  # no more than was needed
    # the parts of what is left out as measured go with it: debt moves with payments, and mortgages are debt
    found = choose_apart(["TPAY", "DEBT", "MRTHEL", "MORTPAY", "AGE"], some(fearful, asked), most=4)
    assert [(one.column, one.because, one.kind) for one in found.left_out] == [
        ("DEBT", "TPAY", "rank"),
        ("MRTHEL", "DEBT", "sum"),
        ("MORTPAY", "TPAY", "sum"),
    ]
    assert choose_apart([], some(fearful, asked), most=4).columns == ()
    # where nothing else is there, two of a kind are better than one alone
    found = choose_apart(["EQUITY", "RETEQ"], some(fearful, asked), most=4)
    assert (found.columns, found.left_out) == (("EQUITY", "RETEQ"), ())


def test_of_very_many_rows_some_are_compared(fearful, monkeypatch):
    monkeypatch.setattr(redundancy, "ROWS_COMPARED", 1_000)
    names = ["ASSET", "DEBT", "WAGEINC", "NORMINC", "KGTOTAL", "RETEQ", "EQUITY"]
    found = choose_apart(names, lambda _: fearful, most=7)
    assert found.columns == ("ASSET", "DEBT", "WAGEINC", "KGTOTAL", "RETEQ")


def weighted_spearman(x, y, weights):
    """From the definition: ranks by sorting, each tie in the middle of its weight, then NumPy's covariance."""

    def ranks(values):
        return np.array([weights[values < v].sum() + weights[values == v].sum() / 2 for v in np.unique(values)])[
            np.unique(values, return_inverse=True)[1]
        ]

    matrix = np.cov(ranks(x), ranks(y), aweights=weights)
    return matrix[0, 1] / np.sqrt(matrix[0, 0] * matrix[1, 1])


INCOMES, EQUITIES = {"INCOME", "WAGEINC", "NORMINC"}, {"EQUITY", "RETEQ"}


@pytest.mark.parametrize("wave", ["sample", "real_2007", "real_2019", "real_2022"])
def test_no_two_default_features_of_any_population_say_the_same(wave, request):
    """INCOME, WAGEINC and NORMINC stood side by side, and EQUITY with RETEQ."""
    data = request.getfixturevalue(wave)
    for named in data.subject.populations:
        population = named_population(named, data.dollars).apply(data)
        chosen = default_recipe(population).features
        weights = population.weights()
        for first, second in combinations(chosen, 2):
            x, y = population.values(first), population.values(second)
            assert abs(rank_correlation(x, y, weights)) < redundancy.CORRELATED
        assert len(chosen) == 5
        assert len(INCOMES & set(chosen)) <= 1
        assert len(EQUITIES & set(chosen)) <= 1


def test_a_figure_by_definition(fearful):
    few = fearful.where(fearful.implicate_codes == 0, "one implicate")
    x, y, w = few.values("WAGEINC"), few.values("INCOME"), few.weights()
    assert rank_correlation(x, y, w) == pytest.approx(weighted_spearman(x, y, w))


def test_the_leading_columns_as_they_come_are_those_of_the_notebooks(fearful):
    assert default_recipe(fearful, relatives=True).features == tuple(
        usable(fearful, list(rank_by_variance(fearful).index))[:5]
    )
