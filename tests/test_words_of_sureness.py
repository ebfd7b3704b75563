"""Sentences on what is largest and on what differs: shown where they are true, withheld where they are not known to be.

Each stands on a made table: of few members, whose intervals are wide, and of many.
"""

import math
from dataclasses import replace

import numpy as np
import pytest

from lib import estimates, explore
from lib.charts.segments import title_of
from lib.estimates import Sample
from lib.estimates.wording import difference, largest
from lib.segments import Recipe, contrast, fit, profile, sureness
from lib.segments.judge.findings import starts_words
from lib.subject import HeadlineFigure
from lib.ui.sections.explore import _leading
from lib.ui.sections.segments import _highest

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
    ("times", "counting", "said"),
    [
        (FEW, "households", "2 (50.0%), not told apart from 1 (30.0%) and 3 (20.0%)"),
        (MANY, "households", "2 (50.0%)"),
        (FEW, "rows", "2 (50.0%)"),
    ],
)
def test_the_largest_share_under_a_chart(households, times, counting, said):
    data = households(EDCL=[1.0, 1, 1, 2, 2, 2, 2, 2, 3, 3] * times)
    table = estimates.sure_shares(Sample(data), "EDCL").assign(group="All")
    if counting == "rows":
        table = table.assign(low=np.nan, high=np.nan)
    table["code"] = table["code"].map("{:g}".format)
    assert _leading(table, is_of_rows=counting == "rows") == said


@pytest.mark.parametrize(("times", "is_told"), [(FEW, False), (MANY, True)])
def test_the_highest_median_of_segments(households, times, is_told):
    """Two groups by age; incomes of 20 to 60 and of 30 to 80 thousand."""
    income = [2e4, 3e4, 4e4, 5e4, 6e4, 3e4, 5e4, 6e4, 7e4, 8e4]
    data = households(AGE=[30.0, 31, 32, 33, 34, 70, 71, 72, 73, 74] * times, INCOME=np.array(income * times))
    found = fit(data, Recipe(("AGE",), k=2))
    sure = sureness(Sample(data), found, ["INCOME"])
    own = profile(data, found, ["INCOME"]).table.join(sure.profile).xs("INCOME", level="column")
    alone = title_of(2, {1: "young", 2: "old"})
    said = _highest(own, {1: "young", 2: "old"})
    assert said == (alone if is_told else f"{alone}, not told apart from 1 · young")
    assert _highest(own, {2: "old"}) == alone  # beside nobody


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
    (tile,) = explore.headlines(members, everyone, [HeadlineFigure("Denied", "TURNFEAR", "share")])
    assert tile.value - tile.everyone == pytest.approx(0.175)
    said = difference(tile.more_low, tile.more_high, points, "points")
    assert said.endswith("points more") is is_told
    assert (said == "") is not is_told


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
