"""Do segments persist from one survey to the next? And how do two of them differ?"""

from dataclasses import replace

import numpy as np
import pytest

from lib.errors import DataError, RecipeError
from lib.estimates import Sample
from lib.population import Population
from lib.segments import Recipe, fit, profile
from lib.segments.describe.contrast import contrast
from lib.segments.judge.persist import persist

TWO = ("DEBT", "ASSET")
RECIPE = Recipe(TWO, k=4)


def test_the_same_households_persist_wholly(blobs):
    found = persist(blobs, fit(blobs, RECIPE), blobs)
    assert found.kept == 1
    assert found.table["new"].tolist() == [1, 2, 3, 4]
    assert found.table["similarity"].tolist() == [1] * 4
    assert found.table["distance"].to_numpy() == pytest.approx(0, abs=1e-9)
    assert (found.lost, found.gained) == ((), ())
    assert found.words == "100% of the households of By hand fall where the segments of By hand would put them. " + (
        "Segments 1, 2, 3 and 4 come back."
    )


def test_the_same_households_in_other_dollars_persist_wholly(real_2019):
    data = Population.parse("TURNFEAR == 1 and NETWORTH < 2e6").apply(real_2019)
    recipe = Recipe(("DEBT", "NETWORTH", "HOUSES"), "asinh", k=4, starts=5)
    older = fit(data, recipe)
    found = persist(data, older, data.in_dollars(2022))
    assert found.dollars == 2019
    assert found.kept == pytest.approx(1)
    assert np.allclose(older.centroids, found.new_centroids, rtol=1e-6)


def test_segments_are_matched_by_place_not_by_number(blobs):
    """Where the first feature's order is turned round, the numbers are too, but the places are not."""
    found = fit(blobs, RECIPE)
    low, high = found.centroids["DEBT"].to_numpy()[[0, -1]]
    turned = blobs.frame.copy()
    left = (turned["DEBT"] < 5).to_numpy()
    turned.loc[left, "DEBT"] += 1.0  # the left half moves a little; the order of its two segments may change
    turned.loc[left & (turned["ASSET"] > 5).to_numpy(), "DEBT"] -= 1.5
    told = persist(blobs, found, replace(blobs, frame=turned))
    moved = np.abs(found.centroids.to_numpy() - told.new_centroids.to_numpy()).max()
    assert low < high
    assert moved < 2  # of ten between neighbours
    assert told.kept == 1
    assert (told.table["distance"] < told.table["room"]).all()


def test_a_segment_that_is_no_longer_there(blobs):
    found = fit(blobs, RECIPE)
    gone = blobs.where(found.labels != 4, "without the last")
    told = persist(blobs, found, gone, Recipe(TWO, k=3))
    assert told.lost == (4,)
    assert told.gained == ()
    assert told.table["similarity"].min() == 1
    assert told.words.endswith("Segment 4 has no counterpart any more.")
    back = persist(gone, fit(gone, Recipe(TWO, k=3)), blobs, RECIPE)
    assert len(back.gained) == 1
    assert back.words.endswith(f"By hand: segment {back.gained[0]} is new.")
    assert back.kept == pytest.approx(blobs.weights()[found.labels != 4].sum() / blobs.weights().sum())


def test_similarity_and_kept_by_hand(households):
    old = households(DEBT=[0, 1, 10, 11])
    new = households(DEBT=[0, 1, 4, 11], WGT=[1, 1, 2, 1])
    # on the new data 2-means splits {0, 1, 4} from {11}; the old border lies at 5.5: all agree
    told = persist(old, fit(old, Recipe(["DEBT"], k=2)), new)
    assert told.table["similarity"].tolist() == [1, 1]
    new = households(DEBT=[0, 7, 7, 30], WGT=[1, 1, 2, 1])
    # now {0, 7, 7} and {30}: the old model puts 0 (weight 1) alone, and 7, 7, 30 into its second
    told = persist(old, fit(old, Recipe(["DEBT"], k=2)), new)
    assert told.table["kept"].tolist() == [pytest.approx(1 / 4), 1]
    assert told.table["similarity"].tolist() == [pytest.approx(1 / 4), pytest.approx(1 / 4)]
    assert told.kept == pytest.approx(2 / 5)
    assert told.table["new_share"].tolist() == [pytest.approx(4 / 5), pytest.approx(1 / 5)]
    assert "do not come back" in told.words


@pytest.mark.parametrize("counting", ["households", "rows"])
def test_2019_and_2022(real_2019, real_2022, counting):
    fearful = Population.parse("TURNFEAR == 1")
    old, new = fearful.apply(real_2019), fearful.apply(real_2022)
    recipe = Recipe(("NETWORTH", "INCOME"), "quantile", k=4, starts=5, counting=counting)
    told = persist(old, fit(old, recipe), new)
    assert told.dollars == 2019
    assert told.table["old_share"].sum() == pytest.approx(1)
    assert told.table["new_share"].sum() == pytest.approx(1)
    assert sorted(told.table["new"]) == [1, 2, 3, 4]
    assert told.kept > 0.5
    assert ("rows" in told.words) == (counting == "rows")
    # in the end, amounts were put into the dollars of 2019
    again = fit(new.in_dollars(2019), recipe)
    assert np.array_equal(again.labels, told.new.labels)


def test_what_cannot_be_compared_is_refused(blobs, households):
    found = fit(blobs, RECIPE)
    with pytest.raises(RecipeError, match="same features"):
        persist(blobs, found, blobs, Recipe(("ASSET", "DEBT"), k=4))
    with pytest.raises(DataError, match="which year's dollars"):
        persist(blobs, found, replace(blobs, dollars=None))
    with pytest.raises(RecipeError, match="no column ASSET"):
        persist(blobs, found, households(DEBT=[1, 2, 3, 4, 5]))


def test_two_segments_beside_each_other(blobs):
    found = fit(blobs, RECIPE)
    table = profile(blobs, found).table
    told = contrast(blobs, found, 1, 4)
    for column in TWO:
        apart = table.loc[(1, column), "difference"] - table.loc[(4, column), "difference"]
        assert told.loc[column, "difference"] == pytest.approx(apart)
        assert told.loc[column, "second_median"] == table.loc[(4, column), "median"]
    assert told["difference"].abs().is_monotonic_decreasing
    other = contrast(blobs, found, 4, 1)
    assert np.allclose(other["difference"].reindex(told.index), -told["difference"])


def test_a_segment_beside_everyone(blobs):
    found = fit(blobs, RECIPE)
    described = profile(blobs, found, ["ASSET", "WGT"])
    told = contrast(blobs, found, 2, described=described)
    assert told[["low", "high"]].isna().all().all()
    sure = contrast(blobs, found, 2, described=described, sample=Sample(blobs))
    apart = sure["first"] - sure["second"]
    assert ((sure["low"] <= apart) & (apart <= sure["high"])).all()
    assert told.loc["ASSET", "difference"] == pytest.approx(described.table.loc[(2, "ASSET"), "difference"])
    assert told.loc["ASSET", "second"] == pytest.approx(described.everyone.loc["ASSET", "mean"])
    assert told.loc["ASSET", "label"] == "Total assets"
    with pytest.raises(RecipeError, match="no segment 9"):
        contrast(blobs, found, 2, 9)
