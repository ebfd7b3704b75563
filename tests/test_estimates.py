"""Estimates against worked cases, the notebooks' printed numbers and the Federal Reserve's published figures."""

import csv
import math
import tracemalloc
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from paths import FACTS

from lib import estimates
from lib.errors import EstimateError
from lib.population import Population

AGE = "1 Under 35,2 35-44,3 45-54,4 55-64,5 65-74,6 75 or Older"


def labels(mapping: str) -> dict[float, str]:
    return {float(code): label for code, label in (pair.split(" ", 1) for pair in mapping.split(","))}


# By hand


def test_chances_in_proportion_to_weight_by_hand():
    # two of 1, 1, 2, 4: a quarter, a quarter, a half, and the heaviest is certain without more ado
    assert estimates.inclusion([1, 1, 2, 4], 2) == pytest.approx([0.25, 0.25, 0.5, 1])
    # three: 4 of 8 is more than one in three, so it is certain; two are left for 1, 1, 2, where 2 is certain, too
    assert estimates.inclusion([4, 1, 2, 1], 3) == pytest.approx([1, 0.5, 1, 0.5])
    assert estimates.inclusion([3, 1, 2], 3) == pytest.approx([1, 1, 1])
    assert estimates.inclusion([5, 0, 5], 2) == pytest.approx([1, 0, 1])


def test_drawn_once_each_has_its_chance_and_none_comes_twice():
    weights = np.random.default_rng(0).lognormal(sigma=1.5, size=200)
    chances = estimates.inclusion(weights, 60)
    times = np.zeros(200)
    for seed in range(400):
        rows = estimates.draw_once(chances, seed)
        assert len(rows) == len(np.unique(rows)) == 60
        times[rows] += 1
    assert (times[chances == 1] == 400).all()
    # a chance p comes up 400 p times, give or take its binomial standard deviation
    assert (np.abs(times - 400 * chances) <= 4.5 * np.sqrt(400 * chances * (1 - chances)) + 1e-9).all()
    assert estimates.draw_once(estimates.inclusion(np.ones(7), 7), 0).tolist() == list(range(7))


def test_quantile_is_the_first_value_whose_cumulative_weight_reaches_the_share():
    # weights 1, 2, 1: the median weight of 2 is reached at 20 and a share of .75 exactly there too
    values, weights = [30.0, 10.0, 20.0], [1.0, 1.0, 2.0]
    assert estimates.quantile(values, weights, 0.5) == 20
    assert estimates.quantile(values, weights, 0.75) == 20
    assert estimates.quantile(values, weights, 0.76) == 30
    assert list(estimates.quantile(values, weights, [0, 0.25, 1])) == [10, 10, 30]


def test_quantile_of_ten_equal_rows_is_not_moved_by_rounding():
    # the third of ten weights of .1 sums to .30000000000000004, the share is .3
    assert estimates.quantile(np.arange(1.0, 11), np.full(10, 0.1), 0.3) == 3


def test_correlation_of_weighted_rows_equals_that_of_repeated_rows():
    rng = np.random.default_rng(1)
    matrix = rng.normal(size=(20, 3)) @ rng.normal(size=(3, 3))
    times = rng.integers(1, 5, 20)
    expected = np.corrcoef(np.repeat(matrix, times, axis=0).T)
    assert estimates.correlations(matrix, times) == pytest.approx(expected)


def test_correlation_with_a_constant_is_not_a_number():
    assert math.isnan(estimates.correlation([1, 2, 3], [5, 5, 5], [1, 1, 1]))


def test_missing_values_are_left_out():
    assert estimates.mean([1, np.nan, 3], [1, 5, 1]) == 2
    assert estimates.quantile([1, np.nan, 3], [1, 5, 1], 0.5) == 1
    assert math.isnan(estimates.mean([np.nan], [1]))


def test_values_and_weights_of_different_lengths_are_refused():
    with pytest.raises(EstimateError, match="one length"):
        estimates.mean([1, 2, 3], [1, 1])


def test_shares_within_groups_and_the_households_they_rest_on(households):
    # household 1 has two implicates that disagree on HBUS: it counts half to each side, but was sampled once
    data = households(YY1=[1, 1, 2, 2], WGT=[1, 1, 3, 3], HBUS=[0, 1, 1, 1], TURNFEAR=[0, 0, 0, 0])
    table = estimates.shares(data, "HBUS", by="TURNFEAR")
    assert table["share"].tolist() == [1 / 8, 7 / 8]
    assert table["count"].tolist() == [1, 7]
    assert table["sampled"].tolist() == [1, 2]
    assert estimates.shares(data, "HBUS", counting="rows")["share"].tolist() == [0.25, 0.75]


def test_sampled_members_are_counted_once_in_each_cell(households):
    # household 1 is once in each of two cells, household 2 twice in one; household 3 has no code in one implicate
    data = households(YY1=[1, 1, 2, 2, 3, 3], HBUS=[0, 1, 1, 1, 1, math.nan])
    table = estimates.shares(data, "HBUS")
    assert table["rows"].tolist() == [1, 4]
    assert table["sampled"].tolist() == [1, 3]


def test_shares_of_a_large_table_need_little_beyond_its_rows(households):
    # 10,000 cells of 200,000 members: a mark for each pair of them would be 2 GB
    members = np.arange(200_000)
    data = households(a=members % 100, b=members // 100 % 100, YY1=members + 1)
    estimates.shares(data, "a")  # what a table works out once is not counted
    tracemalloc.start()
    table = estimates.shares(data, "a", "b")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert table["sampled"].tolist() == [20] * 10_000
    assert most < 100 * 2**20


def test_shares_do_not_care_what_columns_are_called(households):
    """Columns named like a statistic were overwritten by it."""
    codes = {"a": [1, 1, 2, 2], "b": [1, 2, 2, 2]}
    plain = estimates.shares(households(**codes), "a", "b")
    assert plain[["group", "code", "count"]].to_numpy().tolist() == [[1, 1, 1], [2, 1, 1], [2, 2, 2]]
    for names in permutations(["group", "code", "share", "count", "sampled", "rows"], 2):
        same = households(**dict(zip(names, codes.values(), strict=True)))
        pd.testing.assert_frame_equal(estimates.shares(same, *names), plain)


def test_shares_of_what_nobody_is_known_of_are_refused(households):
    with pytest.raises(EstimateError, match="is not known of anybody here: choose another column"):
        estimates.shares(households(EDCL=[math.nan] * 3), "EDCL")


def test_shares_of_a_column_with_too_many_values_are_refused(households):
    data = households(NETWORTH=np.arange(20_000.0))
    with pytest.raises(EstimateError, match="20,000 different values"):
        estimates.shares(data, "NETWORTH")


@pytest.mark.parametrize("statistic", [estimates.mean, estimates.variance])
def test_statistics_do_not_change_when_all_weights_are_multiplied(statistic):
    rng = np.random.default_rng(2)
    values, weights = rng.lognormal(size=50), rng.uniform(1, 9, 50)
    assert statistic(values, weights * 7) == pytest.approx(statistic(values, weights))


# Rows, as the notebooks count


RACES = "1 White/Non-Hispanic,2 Black/African-American,3 Hispanic,5 Other"
INCOMES = "1 0-20,2 21-39.9,3 40-59.9,4 60-79.9,5 80-89.9,6 90-100"


@pytest.mark.parametrize(
    ("entry", "where", "column", "by", "mapping"),
    [
        ("scf19.fear.race.norm", "TURNFEAR == 1", "RACE", None, RACES),
        ("scf19.all.race.norm", "", "RACE", None, RACES),
        ("scf19.inccat.by.turnfear", "", "INCCAT", "TURNFEAR", INCOMES),
        ("scf19.educ.by.turnfear", "", "EDUC", "TURNFEAR", None),
        ("biz.inccat.by.hbus", "", "INCCAT", "HBUS", INCOMES),
    ],
)
def test_shares_of_rows_are_the_notebooks(real_2019, notebook, entry, where, column, by, mapping):
    names = labels(mapping) if mapping else {}
    table = estimates.shares(Population.parse(where).apply(real_2019), column, by, counting="rows")
    expected = notebook[entry]["value"]
    for row in table.itertuples(index=False):
        group = expected[f"{row.group:.0f}"] if by else expected
        printed = group.get(names.get(row.code, f"{row.code:.0f}"))
        if printed is not None:
            # the notebooks print six decimals of a share
            assert row.share == pytest.approx(printed, abs=5e-7)
    assert len(table) >= len(expected)


def test_counts_of_rows_are_the_notebooks(real_2019, notebook):
    fearful = Population.parse("TURNFEAR == 1").apply(real_2019)
    table = estimates.shares(fearful, "AGECL", counting="rows").set_index("code")["count"].rename(labels(AGE))
    assert table.to_dict() == notebook["scf19.fear.agecl.counts"]["value"]
    bins = notebook["scf19.fear.age.hist10"]["value"]
    counts = estimates.histogram(fearful.values("AGE"), fearful.weights("rows"), bins["edges"])
    assert counts.tolist() == bins["counts"]
    owners = estimates.share(real_2019.values("HBUS") == 1, real_2019.weights("rows"))
    assert owners == pytest.approx(notebook["biz.prop"]["value"], rel=1e-12)


@pytest.mark.parametrize(("entry", "where"), [("scf19.corrmatrix.all", ""), ("scf19.corrmatrix.fear", "TURNFEAR == 1")])
def test_correlations_of_rows_are_the_notebooks(real_2019, notebook, entry, where):
    data = Population.parse(where).apply(real_2019)
    expected = notebook[entry]["value"]
    matrix = np.column_stack([data.values(name) for name in expected])
    got = estimates.correlations(matrix, data.weights("rows"))
    want = np.array([list(row.values()) for row in expected.values()])
    assert got == pytest.approx(want, abs=5e-7)


@pytest.mark.parametrize(("entry", "where"), [("all", ""), ("fear", "TURNFEAR == 1")])
def test_correlation_of_assets_and_houses_to_the_last_digit(real_2019, notebook, entry, where):
    data = Population.parse(where).apply(real_2019)
    got = estimates.correlation(data.values("ASSET"), data.values("HOUSES"), data.weights("rows"))
    assert got == pytest.approx(notebook[f"scf19.corr.asset.houses.{entry}"]["value"], rel=1e-6)


# Households, as the Federal Reserve publishes

GROUPS = {
    "all": "",
    "<35": "AGECL == 1",
    "35-44": "AGECL == 2",
    "45-54": "AGECL == 3",
    "55-64": "AGECL == 4",
    "65-74": "AGECL == 5",
    "75+": "AGECL == 6",
    "White": "RACECL4 == 1",
    "Black": "RACECL4 == 2",
    "Hispanic": "RACECL4 == 3",
    "Asian": "RACECL5 == 4",
    "Other/multiple, non-Asian": "RACECL5 == 5",
    "Other incl. Asian": "RACECL4 == 4",
    "Other/multiple": "RACECL4 == 4",
    "Other": "RACECL4 == 4",
    "0-49.9": "NINC2CAT == 1",
    "50-89.9": "NINC2CAT == 2",
    "90-100": "NINC2CAT == 3",
    "35-54": "AGE >= 35 and AGE < 55",
    "55+": "AGE >= 55",
}


def percent(condition):
    return lambda d: 100 * estimates.share(Population.parse(condition).mask(d), d.weights())


def median(column, where=""):
    def of(d):
        d = Population.parse(where).apply(d)
        return estimates.quantile(d.values(column), d.weights(), 0.5)

    return of


def average(column):
    return lambda d: estimates.mean(d.values(column), d.weights())


def aggregate_ratio(d):
    return 100 * estimates.total(d.values("DEBT"), d.weights()) / estimates.total(d.values("ASSET"), d.weights())


def share_of_debtors(d):
    return percent("PIR40 == 1")(Population.parse("HDEBT == 1").apply(d))


STATISTICS = {
    "median net worth": [median("NETWORTH")],
    "mean net worth": [average("NETWORTH")],
    "median net worth (public data)": [median("NETWORTH")],
    "mean net worth (public data)": [average("NETWORTH")],
    "mean net worth (public, nominal)": [average("NETWORTH")],
    "median / mean income (public)": [median("INCOME"), average("INCOME")],
    "median / mean net worth": [median("NETWORTH"), average("NETWORTH")],
    "homeownership %": [percent("HHOUSES == 1")],
    "families that saved %": [percent("SAVED == 1")],
    "stock holding %": [percent("HEQUITY == 1")],
    "bankruptcy last 5y %": [percent("BNKRUPLAST5 == 1")],
    "credit card balance %": [percent("HCCBAL == 1")],
    "any debt %": [percent("HDEBT == 1")],
    "home-secured debt %": [percent("HMRTHEL == 1")],
    "median debt if any": [median("DEBT", "HDEBT == 1")],
    "debt/asset aggregate %": [aggregate_ratio],
    "payments >40% of income, debtors %": [share_of_debtors],
}


def published():
    """Every figure of the file as (wave, group, statistic, number): a line may hold several."""
    with (FACTS / "published_figures.csv").open(encoding="utf-8") as file:
        for line in csv.DictReader(file):
            numbers = [float(n) for n in line["published"].removeprefix("about ").split(" / ")]
            functions = STATISTICS[line["statistic"]]
            groups = line["group"].removeprefix("usual income ")
            race, groups = groups.split(" ", 1) if groups.endswith("55+") else ("", groups)
            for group in groups.split(" / "):
                for function in functions:
                    number = numbers.pop(0)
                    yield pytest.param(
                        int(line["survey"]), [race, group] if race else [group], function, number,
                        id=f"{line['survey']}-{line['group']}-{line['statistic']}-{number:g}",
                    )  # fmt: skip


def tolerance(number: float) -> dict[str, float]:
    """Amounts: the published tables are made from internal data, and the public file agrees within 2 %.
    Percentages: their last printed digit, and .6 points for the same reason."""
    return {"abs": 0.6} if number < 100 else {"rel": 0.02}


@pytest.mark.parametrize(("wave", "groups", "statistic", "number"), list(published()))
def test_published_figure(request, wave, groups, statistic, number):
    data = request.getfixturevalue(f"real_{wave}")
    for group in groups:
        data = Population.parse(GROUPS[group]).apply(data)
    assert statistic(data) == pytest.approx(number, **tolerance(number))


def test_public_tables_to_the_last_printed_digit(real_2022, real_2019):
    # printed in hundreds of dollars, made from the same public file: only rounding may differ
    assert median("NETWORTH")(real_2022) == pytest.approx(192_700, abs=100)
    assert average("NETWORTH")(real_2022) == pytest.approx(1_059_500, abs=50)
    assert average("NETWORTH")(real_2019) == pytest.approx(746_820, abs=10)


def test_what_counting_rows_gets_wrong(real_2019):
    """The shares that facts about the survey state: 27.4 % of rows own a business, 13.4 % of households do."""
    rows, households = real_2019.weights("rows"), real_2019.weights()
    business, fear = real_2019.values("HBUS") == 1, real_2019.values("TURNFEAR") == 1
    assert [round(100 * estimates.share(business, w), 1) for w in (rows, households)] == [27.4, 13.4]
    assert [round(100 * estimates.share(fear, w), 1) for w in (rows, households)] == [16.0, 18.4]
    assert households.sum() == pytest.approx(128_642_431, abs=1)


def test_mean_over_all_rows_is_the_mean_of_the_implicates(real_2022):
    implicate, values, weights = real_2022.implicate_codes, real_2022.values("NETWORTH"), real_2022.weights()
    parts = [(values[implicate == i], weights[implicate == i]) for i in range(5)]
    assert np.mean([estimates.mean(v, w) for v, w in parts]) == pytest.approx(estimates.mean(values, weights), rel=1e-3)
    assert np.mean([estimates.quantile(v, w, 0.5) for v, w in parts]) == pytest.approx(192_084, abs=1)


def test_ranks_by_hand():
    # weights 1, 2, 3, 4 of ten: 0.5, then two equal values that share 1 + 5 / 2, then 6 + 4 / 2
    assert estimates.ranks([10, 20, 20, 30], [1, 2, 3, 4]).tolist() == pytest.approx([0.05, 0.35, 0.35, 0.8])
    assert estimates.ranks([3, 1, 2], [1, 1, 1]).tolist() == pytest.approx([5 / 6, 1 / 6, 0.5])


def test_a_rank_stands_for_the_weight_below_however_it_is_split():
    once = estimates.ranks([1.0, 5.0, 9.0], [2, 1, 3])
    split = estimates.ranks([1.0, 1.0, 5.0, 9.0, 9.0, 9.0], [1, 1, 1, 1, 1, 1])
    assert once == pytest.approx(split[[0, 2, 3]])
    assert estimates.ranks([1.0, 5.0, 9.0], [20, 10, 30]) == pytest.approx(once)


def test_missing_values_have_no_rank():
    found = estimates.ranks([1, np.nan, 2], [1, 5, 1])
    assert np.isnan(found[1])
    assert found[[0, 2]].tolist() == [0.25, 0.75]
    assert np.isnan(estimates.ranks([1, 2], [0, 0])).all()


def test_a_column_put_in_order_once_answers_many_questions():
    column = estimates.Ordered.of([3, math.nan, 1, 2, 2], [1, 9, 1, 1, 3])
    assert column.values.tolist() == [1, 2, 2, 3]
    assert column.rows.tolist() == [2, 3, 4, 0]
    assert [column.standing(value) for value in (1, 3, 4)] == pytest.approx([1 / 12, 11 / 12, 1])
    assert math.isnan(column.standing(math.nan))
    # a sixth lies below 2, four sixths at it
    assert column.standing(2) == pytest.approx(0.5)
    assert column.among(column.values < 3).quantile([0.5, 1]).tolist() == [2, 2]
