"""Sentences on what is largest and on what differs: shown where they are true, withheld where they are not known to be.

Each stands on a made table: of few members, whose intervals are wide, and of many.
"""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tables import headlines

from lib import estimates, explore, features
from lib.charts import profiles as profile_charts
from lib.charts import told
from lib.charts.looks import title_of
from lib.estimates import Sample
from lib.estimates.wording import (
    correlation_text,
    difference,
    far_off,
    how_many_unsure,
    interval_or_none,
    largest,
    of_size,
    told_each,
    told_from_none,
)
from lib.exports import report_parts
from lib.segments import Recipe, contrast, findings, fit, profile, sureness
from lib.segments.judge.findings import starts_words
from lib.subject import HeadlineFigure

FEW, MANY = 1, 40
"""How many times over the same answers are given."""


def points(share):
    return f"{100 * share:.1f}"


# --- the largest of several


def test_the_largest_is_named_alone_only_where_no_interval_reaches_into_its_own():
    said = ["A", "B", "C", "D"]
    assert largest(said, [4, 3, 2, 1], [3.5, 2.5, 1.5, 0.5], [4.5, 3.4, 2.5, 1.5]) == "A"
    assert largest(said, [4, 3, 2, 1], [3.5, 2.5, 1.5, 0.5], [4.5, 3.5, 2.5, 1.5]) == "A, not told apart from B"
    # the third of them rests on few: it may be the largest although the second may not
    assert largest(said, [4, 3, 2, 1], [3.5, 2.9, 0, 0.5], [4.5, 3.1, 9, 1.5]) == "A, not told apart from C"
    assert largest(said, [4, 3, 2, 1], [0] * 4, [9] * 4) == "A, not told apart from B, C and 1 more"
    assert largest(said, [1, 4, math.nan, 4], [0, 4, math.nan, 4], [2, 4, math.nan, 4]) == "B, not told apart from D"
    assert largest(["A"], [1], [0], [2]) == "A"


def test_nothing_is_called_largest_for_sure_where_no_interval_is_known():
    unknown = [math.nan] * 2
    assert largest(["A", "B"], [4, 3], unknown, unknown) == "A, by how much for sure cannot be told"
    assert largest(["A", "B"], [4, 3], [3.5, math.nan], [4.5, math.nan]) == "A, not told apart from B"


@pytest.mark.parametrize(
    ("times", "counting", "short", "said"),
    [
        (FEW, "households", "none is told apart", "2 (50%), not told apart from 1 (30%) and 3 (20%)"),
        (MANY, "households", "2 (50%)", "2 (50%)"),
        (FEW, "rows", "2 (50%)", "2 (50%)"),
    ],
)
def test_the_largest_share_under_a_chart(households, times, counting, short, said):
    data = households(EDCL=[1.0, 1, 1, 2, 2, 2, 2, 2, 3, 3] * times)
    table = estimates.sure_shares(Sample(data), "EDCL").assign(group="All")
    if counting == "rows":
        table = table.assign(low=np.nan, high=np.nan)
    table["code"] = table["code"].map("{:g}".format)
    assert told.largest_shares(table, "Schooling", is_of_rows=counting == "rows") == (
        f"Schooling, the largest share in each group: All: {short}. All: {said}."
    )


def test_the_title_of_shares_begins_with_groups_of_which_there_is_something_to_tell(households):
    alike = estimates.sure_shares(Sample(households(EDCL=[1.0, 1, 2, 2, 3, 3] * MANY)), "EDCL").assign(group="No")
    apart = estimates.sure_shares(Sample(households(EDCL=[1.0, 2, 2, 2, 2, 3] * MANY)), "EDCL").assign(group="Yes")
    table = pd.concat([alike, apart], ignore_index=True)
    table["code"] = table["code"].map("{:g}".format)
    said = told.largest_shares(table, "Schooling", is_of_rows=False)
    assert said.startswith("Schooling, the largest share in each group: Yes: 2 (66.7%); No: none is told apart. No: ")


def rates_of(*rows):
    table = pd.DataFrame(rows, columns=["group", "share", "low", "high", "unsure"])
    return told.rates(table.assign(is_all=False), "Late", "Schooling")


def test_the_title_of_rates_names_ends_that_are_told_apart_and_else_those_that_can_be_relied_on():
    """A group of twelve has the fewest, and may have the most."""
    some, more, many = (
        ("some", 0.10, 0.08, 0.12, False),
        ("more", 0.15, 0.13, 0.17, False),
        ("many", 0.2, 0.18, 0.22, False),
    )
    few = ("few", 0.04, 0.01, 0.4, True)
    begun = "Late, share by schooling: "
    assert rates_of(some, more, many, few).startswith(f"{begun}from 20.0% (many) down to 10.0% (some). ")
    assert rates_of(some, more, many).startswith(f"{begun}from 20.0% (many) down to 10.0% (some). ")
    assert rates_of(some, more, few).startswith(f"{begun}some 10.0% ")
    none = ("none", 0.0, 0.0, 0.05, True)
    assert rates_of(some, more, many, none).startswith(f"{begun}from 20.0% (many) down to 10.0% (some). ")
    rare = ("rare", 0.02, 0.01, 0.04, True)  # pale, and surely the least
    assert rates_of(some, more, many, rare).startswith(f"{begun}from 20.0% (many) down to 2.0% (rare). ")
    pale = [(*one[:4], True) for one in (some, more, many)]  # nothing to lead with
    assert rates_of(*pale).startswith(f"{begun}some 10.0% ")


def test_the_title_of_a_rate_of_all_of_them_alone_has_its_figure():
    table = pd.DataFrame([("Everyone", 0.1, 0.08, 0.12, False)], columns=["group", "share", "low", "high", "unsure"])
    assert told.rates(table.assign(is_all=True), "Late", "group") == "Late: Everyone 10.0% (8.0 to 12.0%)."


@pytest.mark.parametrize(("times", "is_told"), [(FEW, False), (MANY, True)])
def test_the_highest_median_of_segments(households, times, is_told):
    """Two groups by age; incomes of 20 to 60 and of 30 to 80 thousand."""
    income = [2e4, 3e4, 4e4, 5e4, 6e4, 3e4, 5e4, 6e4, 7e4, 8e4]
    data = households(AGE=[30.0, 31, 32, 33, 34, 70, 71, 72, 73, 74] * times, INCOME=np.array(income * times))
    found = fit(data, Recipe(("AGE",), k=2))
    sure = sureness(Sample(data), found, ["INCOME"])
    own = profile(data, found, ["INCOME"]).table.join(sure.profile).xs("INCOME", level="column")
    alone = title_of(2, {1: "young", 2: "old"})
    names = {1: "young", 2: "old"}
    said = profile_charts.highest_median(own, names, is_of_rows=False)
    assert said == (alone if is_told else f"{alone}, not told apart from 1 · young")
    assert profile_charts.highest_median(own, {2: "old"}, is_of_rows=False) == alone  # beside nobody
    unknown = own.assign(median_low=np.nan, median_high=np.nan)
    assert profile_charts.highest_median(unknown, names, is_of_rows=True) == alone
    assert profile_charts.highest_median(unknown, names, is_of_rows=False) == (
        f"{alone}, by how much for sure cannot be told"
    )


# --- what differs


def test_a_difference_in_words_by_hand():
    assert difference(0.012, 0.034, points, "points") == "1.2 to 3.4 points more"
    assert difference(-0.034, -0.012, points, "points") == "1.2 to 3.4 points less"
    for low, high in ((-0.01, 0.03), (0.0, 0.03), (math.nan, math.nan)):
        assert difference(low, high, points, "points") == ""


@pytest.mark.parametrize(("times", "is_told"), [(FEW, False), (MANY, True)])
def test_a_tile_says_more_or_less_than_everyone_only_where_it_is_known(households, times, is_told):
    """Of eight owners five are denied, of everyone nine of twenty: for 8 that may be chance, for 320 hardly."""
    owners, others = [1.0] * 5 + [0.0] * 3, [1.0] * 4 + [0.0] * 8
    data = households(HBUS=np.repeat([1.0, 0.0], [8, 12]).tolist() * times, TURNFEAR=(owners + others) * times)
    drawn = estimates.bootstrap(data)
    everyone = Sample(data, replicates=drawn)
    members = Sample(data.where(data.values("HBUS") == 1, "owners"), replicates=drawn)
    (tile,) = headlines(members, everyone, [HeadlineFigure("Denied", "TURNFEAR", "share")])
    assert tile.value - tile.everyone == pytest.approx(0.175)
    said = explore.told_beside(tile, points, "everyone")
    assert said.endswith(" points more than everyone's.") is is_told
    assert (said == "Whether that differs from everyone cannot be told.") is not is_told
    assert explore.told_beside(replace(tile, low=math.nan), points, "everyone") == ""


@pytest.mark.parametrize(("times", "is_told"), [(FEW, False), (MANY, True)])
def test_two_segments_are_said_to_differ_only_where_it_is_known(households, times, is_told):
    income = [2e4, 3e4, 4e4, 5e4, 6e4, 3e4, 5e4, 6e4, 7e4, 8e4]
    data = households(AGE=[30.0, 31, 32, 33, 34, 70, 71, 72, 73, 74] * times, INCOME=np.array(income * times))
    found = fit(data, Recipe(("AGE",), k=2))
    table = contrast(data, found, 2, 1, ["INCOME"], sample=Sample(data))
    row = table.loc["INCOME"]
    assert row["first"] - row["second"] == pytest.approx(18_000)
    said = difference(row["low"], row["high"], "${:,.0f}".format)
    assert said.endswith(" more") is is_told
    assert (said == "") is not is_told
    other = contrast(data, found, 1, 2, ["INCOME"], sample=Sample(data)).loc["INCOME"]
    assert difference(other["low"], other["high"], "${:,.0f}".format).endswith(" less") is is_told
    unknown = contrast(data, found, 1, 2, ["INCOME"]).loc["INCOME"]
    assert difference(unknown["low"], unknown["high"], "${:,.0f}".format) == ""


# --- what is told from none


def correlated(households, times):
    """Debt goes with houses (.50) and, the other way, with age (-.35); houses and age have nothing to do (.00)."""
    debt, houses, age = [0.0, 0, 0, 1, 1, 1, 0, 1], [0.0, 0, 0, 1, 1, 0, 1, 1], [40.0, 40, 50, 30, 50, 30, 40, 40]
    data = households(DEBT=debt * times, HOUSES=houses * times, AGE=age * times)
    return Sample(data), data


def said_of_pairs(sample, data, columns=("DEBT", "HOUSES", "AGE")):
    table = explore.correlation_table(sample, list(columns))
    pairs = told.pairs_of(table)
    is_of_rows = sample.counting == "rows"
    strongest = told.strongest(pairs, data.codebook, data.entity, is_of_rows=is_of_rows)
    return strongest, told.pairs_in_brackets(pairs, data.entity), pairs


def test_the_strongest_pair_is_one_that_is_told_from_none_and_from_the_next(households):
    label = correlated(households, 1)[1].codebook.label
    debt_with_houses, debt_with_age = f"{label('DEBT')} with {label('HOUSES')}", f"{label('DEBT')} with {label('AGE')}"
    few, in_brackets, _ = said_of_pairs(*correlated(households, 1))
    assert few == "These are fewer than 30 sampled households: their correlations say next to nothing."
    assert in_brackets.startswith("3 pairs in brackets: not told from none, or too unsure to rely on")
    some, in_brackets, pairs = said_of_pairs(*correlated(households, 6))
    assert len(pairs) == 3  # each once, no column with itself
    assert some.startswith(f"Strongest of those not in brackets: {debt_with_houses}, 0.50 (")
    assert debt_with_age in some.split("not told apart from")[1]
    assert in_brackets.startswith("1 pair in brackets: ")
    many, in_brackets, _ = said_of_pairs(*correlated(households, 3 * MANY))
    assert many.startswith(f"Strongest of those not in brackets: {debt_with_houses}, 0.50 (")
    assert "not told apart" not in many
    assert in_brackets.startswith("1 pair in brackets: ")
    alone, in_brackets, _ = said_of_pairs(*correlated(households, MANY), ("DEBT", "HOUSES"))
    assert alone.startswith(f"Strongest: {debt_with_houses}, 0.50 (")
    assert in_brackets == ""


def test_no_pair_is_called_strongest_where_none_is_told_from_none(households):
    rng = np.random.default_rng(5)
    noise = households(DEBT=rng.normal(size=60), AGE=rng.normal(size=60), KIDS=np.ones(60))
    nothing, in_brackets, pairs = said_of_pairs(Sample(noise), noise, ("DEBT", "AGE", "KIDS"))
    assert nothing == "No correlation that could be told from none."
    assert in_brackets.startswith("1 pair in brackets")
    assert len(pairs) == 1  # children are the same for all: no correlation, and no doubt about one
    # told from none, but anywhere between little and much
    wide = pairs.assign(low=0.05, high=0.75, correlation=0.45)
    said = told.strongest(wide, noise.codebook, noise.entity, is_of_rows=False)
    assert said == "No correlation that could be relied on."
    constant = households(KIDS=np.ones(60), AGE=np.ones(60))
    assert said_of_pairs(Sample(constant), constant, ("KIDS", "AGE"))[0] == "No correlation: the columns are constant."


def test_of_rows_the_strongest_pair_is_what_it_is(households):
    _, data = correlated(households, 6)
    said, in_brackets, pairs = said_of_pairs(Sample(data, counting="rows"), data)
    assert said == f"Strongest: {data.codebook.label('DEBT')} with {data.codebook.label('HOUSES')}, 0.50."
    assert in_brackets == ""
    # members of whom nobody can tell how sure they are
    unknown = told.strongest(pairs, data.codebook, data.entity, is_of_rows=False)
    assert unknown.endswith("0.50, by how much for sure cannot be told.")


@pytest.mark.parametrize(("times", "is_told"), [(3, False), (MANY, True)])
def test_a_correlation_is_not_told_from_none_where_its_interval_takes_in_zero(households, times, is_told):
    sample, data = correlated(households, times)
    found = estimates.Interval.of(sample.correlations(np.array([data.values("DEBT"), data.values("AGE")])))
    said = told_from_none(found.value, found.low, found.high, correlation_text)
    assert said.startswith("-0.35 (")
    assert said.endswith(", not told from none") is not is_told
    assert told_from_none(0.1, math.nan, math.nan, correlation_text) == "0.10"


def test_ends_of_what_has_its_sign_left_aside():
    low, high = of_size([-3.0, 1, -1, math.nan, 0], [-1.0, 3, 3, math.nan, 2])
    assert low.tolist()[:3] == [1, 1, 0]
    assert high.tolist()[:3] == [3, 3, 3]
    assert math.isnan(low[3])
    assert (low[4], high[4]) == (0, 2)


@pytest.mark.parametrize(("times", "is_told"), [(FEW, False), (MANY, True)])
def test_the_order_of_what_varies_most_is_told_only_where_no_line_reaches_in(households, times, is_told):
    income = [0.0, 1, 2, 3, 4, 5, 6, 7] * times
    data = households(INCOME=income, DEBT=[1.2 * v for v in income], HOUSES=[1.5 * v for v in income])
    columns = ["HOUSES", "DEBT", "INCOME"]
    first = ", ".join(map(data.codebook.label, columns))
    said, order = told.most_varied(features.spreads(Sample(data), columns), data.codebook, is_of_rows=False)
    assert said == f"Most varied, as estimated: {first}."
    assert (order == "") is is_told
    assert (order == "Where lines overlap, the order cannot be told.") is not is_told
    rows = features.spreads(Sample(data, counting="rows"), columns)
    assert told.most_varied(rows, data.codebook, is_of_rows=True) == (f"Most varied: {first}.", "")
    assert told.most_varied(rows, data.codebook, is_of_rows=False)[1] == "How sure that order is cannot be told."


def test_a_line_further_down_reaches_in_too(households):
    data = households(INCOME=[1.0], DEBT=[1.0], HOUSES=[1.0])
    table = pd.DataFrame(
        {"spread": [9.0, 5, 4], "low": [8.0, 4.8, 0], "high": [10.0, 5.2, 8.5]}, index=["HOUSES", "DEBT", "INCOME"]
    )
    assert told.most_varied(table, data.codebook, is_of_rows=False)[1].startswith("Where lines overlap")
    apart = table.assign(high=[10.0, 5.2, 4.7])
    assert told.most_varied(apart, data.codebook, is_of_rows=False)[1] == ""


# --- segments


@pytest.fixture(params=[FEW, MANY], ids=["few", "many"])
def times(request):
    return request.param


@pytest.fixture
def segmented(households, times):
    """Two groups by age, the older of more income: too few to tell by how much, or many."""
    income = [2e4, 3e4, 4e4, 5e4, 6e4, 3e4, 5e4, 6e4, 7e4, 8e4, 9e4, 9e4]
    ages = [30.0, 31, 32, 33, 34, 70, 71, 72, 73, 74, 75, 76]
    data = households(
        AGE=ages * times, INCOME=np.array(income * times), KIDS=[0.0, 1, 2, 3, 4, 0, 1, 2, 2, 2, 3, 4] * times
    )
    found = fit(data, Recipe(("AGE",), k=2))
    return data, found, sureness(Sample(data), found, ["INCOME", "AGE", "KIDS"])


def test_the_largest_and_the_smallest_segment_are_told_apart_or_said_not_to_be(segmented, times):
    data, found, sure = segmented
    names, is_told = {1: "young", 2: "old"}, times == MANY
    lead = findings(found, names, who="all", sure=sure).lead
    assert ("the largest, 2 (old), holds 58.3%" in lead) is is_told
    assert ("the largest, 2 (old), not told apart from 1 (young), holds 58.3%" in lead) is not is_told
    assert ("the smallest, 1 (young), not told apart from 2 (old), 41.7%" in lead) is not is_told
    unknown = replace(sure, sizes=sure.sizes * np.nan, method="")
    assert (
        "the largest, 2 (old), by how much for sure cannot be told"
        in findings(found, names, who="all", sure=unknown).lead
    )
    rows = fit(data, Recipe(("AGE",), k=2, counting="rows"))
    assert "the largest, 2 (old), holds" in findings(rows, names, who="all", sure=unknown).lead


def test_what_sets_a_segment_apart_most_is_told_from_the_next(segmented, times):
    data, found, sure = segmented
    names, label, is_told = {1: "young", 2: "old"}, data.codebook.label, times == MANY
    described = profile(data, found, ["INCOME", "AGE", "KIDS"])

    def said(columns, known=sure, *, is_of_rows=False):
        some = replace(described, table=described.table[described.table.index.isin(columns, level="column")])
        told_of = replace(known, profile=known.profile[known.profile.index.isin(columns, level="column")])
        return profile_charts.most_apart(some, told_of, 1, names, data.codebook, is_of_rows=is_of_rows)

    both = said(["INCOME", "AGE"])
    assert both.startswith(f"1 · young: {label('AGE')}")
    assert ("not told apart" in both) is not (is_told or label("INCOME") not in both)
    assert said(["KIDS"]) == "1 · young: nothing that is told"
    unknown = replace(sure, profile=sure.profile * np.nan, method="")
    assert said(["INCOME", "AGE"], unknown, is_of_rows=True) == f"1 · young: {label('AGE')}"
    assert said(["INCOME", "AGE"], unknown).endswith("by how much for sure cannot be told")
    table = profile_charts.differences_table(described.table, data.codebook, names, sure)
    in_brackets = table["text"].str.startswith("(").sum()
    assert in_brackets >= 2  # of children, in both
    assert profile_charts.cells_in_brackets(table) == f"{in_brackets} in brackets cannot be told from none."
    assert profile_charts.cells_in_brackets(table[~table["untold"]]) == ""


def test_figures_of_matched_segments_have_the_ends_of_their_own(segmented):
    """Of two waves segments are matched, not in order: ends go with whom they are of."""
    _, found, sure = segmented
    share = "{:.1%}".format
    low, high = (sure.sizes.loc[2, end] for end in ("low", "high"))
    matched = told_each(found.sizes["share"].reindex([2, 0, 1]).reset_index(drop=True), sure.sizes, [2, 0, 1], share)
    assert matched[0] == f"58.3% ({share(low).removesuffix('%')} to {share(high)})"
    assert matched[1] == ""
    assert matched[2].startswith("41.7% (")
    assert told_each(found.sizes["share"], sure.sizes * np.nan, [1, 2], share) == ["41.7%", "58.3%"]
    assert told_each(found.sizes["share"], sure.sizes, [7, 7], share) == ["41.7%", "58.3%"]


def test_the_report_says_of_which_segments_too_few_are_known_and_where_intervals_come_from(segmented, times):
    data, found, sure = segmented
    sizes = report_parts.sizes(data, found, {}, sure)
    assert (sizes.note == "† rests on fewer than 30 sampled households.") is (times == FEW)
    assert ("†" in repr(sizes.rows)) is (times == FEW)
    with_ends = " ".join(report_parts.trust(found, None, None, {}, sure).paragraphs)
    assert "They take the segments as they are" in with_ends
    assert "no sampling error is given" not in with_ends
    for unknown in (None, replace(sure, method="")):
        without = " ".join(report_parts.trust(found, None, None, {}, unknown).paragraphs)
        assert "no sampling error is given, and with few sampled households it is large" in without
        assert "as they are" not in without


# --- how far off one figure is


@pytest.mark.parametrize(("times", "is_unsure"), [(FEW, True), (MANY, False)])
def test_how_far_off_a_headline_figure_is(households, times, is_unsure):
    everyone = Sample(households(TURNFEAR=[1.0, 0, 0, 0] * times))
    figure = [HeadlineFigure("Denied", "TURNFEAR", "share")]
    (tile,) = headlines(everyone, everyone, figure)
    entity, text = everyone.dataset.entity, "{:.1%}".format
    said = explore.told_of_headline(tile, text, entity, is_of_rows=False)
    assert said.startswith(f"95% interval: {100 * tile.low:.1f} to {100 * tile.high:.1f}%.")
    assert said.endswith(" an interval too wide for its size).") is is_unsure
    assert ("Too unsure to rely on" in said) is is_unsure
    (of_rows,) = headlines(*[Sample(everyone.dataset, counting="rows")] * 2, figure)
    assert explore.told_of_headline(of_rows, text, entity, is_of_rows=True) == ""
    unknown = explore.told_of_headline(of_rows, text, entity, is_of_rows=False)
    assert unknown == "How far off that may be cannot be told."


def test_how_far_off_a_share_is_is_said_only_where_it_is_known():
    assert far_off(0.1, 0.2, "{:.1%}".format, "share") == "95% interval of the share: 10.0 to 20.0%."
    assert far_off(math.nan, math.nan, "{:.1%}".format, "share") == ""
    assert interval_or_none(0.1, 0.2, "{:.1%}".format) == "10.0 to 20.0%"
    assert interval_or_none(math.nan, math.nan, "{:.1%}".format) == "cannot be told"


@pytest.mark.parametrize("times", [FEW, MANY])
def test_who_has_less_is_of_those_who_are_known(households, times):
    """Of ten of whom two have not said three have less than four: 3 of 8, who has as much is no less."""
    sample = Sample(households(DEBT=[1.0, 2, 3, 4, 4, 5, 6, 7, math.nan, math.nan] * times))
    found = estimates.share_below(sample, "DEBT", 4)
    assert found.value == pytest.approx(3 / 8)
    assert (found.high - found.low < 0.2) is (times == MANY)
    assert found.low < 3 / 8 < found.high


def test_how_many_figures_are_unsure_is_counted(households):
    entity = households(AGE=[1.0]).entity
    why = "too unsure to rely on (fewer than 30 sampled households, or an interval too wide for its size)."
    assert how_many_unsure(0, entity, "pale figure", "pale figures") == ""
    assert how_many_unsure(1, entity, "pale figure", "pale figures") == f"1 pale figure is {why}"
    few = "1 pale figure is too unsure to rely on (fewer than 30 sampled households)."
    assert how_many_unsure(1, entity, "pale figure", "pale figures", by_intervals=False) == few
    assert how_many_unsure(2, entity, "pale figure", "pale figures") == f"2 pale figures are {why}"


# --- the best of several starts


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ([1, 2, 3], "k-means was started 3 times and ended here once: with more starts something better might"),
        (
            [1] * 3 + [2] * 7,
            "k-means was started 10 times and ended here 3 times: a single start would mostly have given",
        ),
        ([1] * 5 + [2] * 5, "k-means was started 10 times and ended here 5 times."),
        ([], ""),
    ],
)
def test_how_often_the_best_was_found_is_said(households, ends, said):
    found = replace(fit(households(AGE=[1.0, 2, 9, 10]), Recipe(("AGE",), k=2)), inertias=np.array(ends, dtype=float))
    told = starts_words(found)
    assert told.startswith(said)
    assert ("better" in told) is ("once" in told)
    assert bool(told) is bool(said)
