"""Do segments persist from one survey to the next? And how do two of them differ?"""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from lib.errors import DataError, RecipeError
from lib.estimates import Sample
from lib.population import Population
from lib.segments import Recipe, fit, profile
from lib.segments.describe.contrast import contrast
from lib.segments.judge.floor import Floor, matched, noise_floor
from lib.segments.judge.persist import BACK, BY_CHANCE, CHANGED, GONE, NEARLY, changed_shares, persist

TWO = ("DEBT", "ASSET")
RECIPE = Recipe(TWO, k=4)


def medians_of(data, found, name):
    return profile(data, found).table["median"].xs(name, level="column").tolist()


def test_the_same_households_persist_wholly(blobs):
    found = persist(blobs, fit(blobs, RECIPE), blobs)
    assert found.kept == 1
    assert found.table["new"].tolist() == [1, 2, 3, 4]
    assert found.table["similarity"].tolist() == [1] * 4
    assert found.table["distance"].to_numpy() == pytest.approx(0, abs=1e-9)
    assert (found.lost, found.gained) == ((), ())
    assert found.words == "100% of the households of By hand fall where the segments of By hand would put them."


def test_the_same_households_in_other_dollars_persist_wholly(real_2019):
    data = Population.parse("TURNFEAR == 1 and NETWORTH < 2e6").apply(real_2019)
    recipe = Recipe(("DEBT", "NETWORTH", "HOUSES"), "asinh", k=4, starts=5)
    older = fit(data, recipe)
    found = persist(data, older, data.in_dollars(2022))
    assert found.dollars == 2019
    assert found.kept == pytest.approx(1)
    for name in recipe.features:
        assert found.new_medians[name].tolist() == pytest.approx(medians_of(data, older, name), rel=1e-6)


def test_segments_are_matched_by_place_not_by_number(blobs):
    """Where the first feature's order is turned round, the numbers are too, but the places are not."""
    found = fit(blobs, RECIPE)
    low, high = found.centroids["DEBT"].to_numpy()[[0, -1]]
    turned = blobs.frame.copy()
    left = (turned["DEBT"] < 5).to_numpy()
    turned.loc[left, "DEBT"] += 1.0  # the left half moves a little; the order of its two segments may change
    turned.loc[left & (turned["ASSET"] > 5).to_numpy(), "DEBT"] -= 1.5
    told = persist(blobs, found, replace(blobs, frame=turned))
    assert low < high
    for name in TWO:
        assert told.new_medians[name].tolist() == pytest.approx(medians_of(blobs, found, name), abs=2)  # of ten
    assert told.kept == 1
    assert (told.table["distance"] < told.table["room"]).all()


def test_a_segment_that_is_no_longer_there(blobs):
    found = fit(blobs, RECIPE)
    gone = blobs.where(found.labels != 4, "without the last")
    told = persist(blobs, found, gone, Recipe(TWO, k=3))
    assert told.lost == (4,)
    assert told.gained == ()
    assert told.table["similarity"].min() == 1
    assert told.words.endswith("Segment 4 is matched with none.")
    # two draws of these households always have all four: that one is gone is more than chance
    floor = noise_floor(blobs, found, draws=10)
    assert told.verdicts(floor).tolist() == [BACK, BACK, BACK, GONE]
    assert "Segments 1, 2 and 3 come back. Segment 4 is gone: chance alone" in told.judged(floor)
    back = persist(gone, fit(gone, Recipe(TWO, k=3)), blobs, RECIPE)
    assert len(back.gained) == 1
    assert back.words.endswith(f"By hand: segment {back.gained[0]} is matched with none.")
    assert back.kept == pytest.approx(blobs.weights()[found.labels != 4].sum() / blobs.weights().sum())


def test_a_segment_without_a_counterpart_has_a_row(blobs):
    found = fit(blobs, RECIPE)
    gone = blobs.where(found.labels != 4, "without the last")
    fewer = fit(gone, Recipe(TWO, k=3))
    lost = persist(blobs, found, gone, Recipe(TWO, k=3)).paired(found)
    assert lost["old"].tolist() == [1, 2, 3, 4]
    assert lost["new"].tolist() == [1, 2, 3, 0]
    assert lost.loc[3, ["old_share", "similarity"]].tolist() == [found.sizes.loc[4, "share"], 0]
    assert lost.loc[3, ["new_share", "kept"]].isna().all()
    came = persist(gone, fewer, blobs, RECIPE)
    gained = came.paired(fewer)
    assert gained["old"].tolist() == [1, 2, 3, 0]
    assert gained.loc[3, "new"] == came.gained[0]
    assert gained.loc[3, "new_sampled"] == 60
    both = persist(blobs, found, blobs)
    assert both.paired(found)[both.table.columns].equals(both.table.reset_index()[both.table.columns])


@pytest.mark.parametrize(("error", "is_told"), [(0.003, True), (0.03, False), (math.nan, False)])
def test_a_share_is_said_to_have_changed_only_where_its_interval_leaves_out_zero(blobs, error, is_told):
    """Without a third of the first segment; errors of .3 points show that, errors of 3 points do not."""
    found = fit(blobs, RECIPE)
    fewer = blobs.where((found.labels != 1) | (np.arange(240) % 3 > 0), "later")
    came = persist(blobs, found, fewer)
    errors = pd.Series(error, index=[1, 2, 3, 4])
    table = changed_shares(came, errors, errors)
    change = came.table["new_share"] - came.table["old_share"]
    assert table.loc[1, "change"] == change[1] < -0.05
    if not math.isnan(error):
        reach = 1.959964 * error * math.sqrt(2)
        assert table.loc[1, ["low", "high"]].tolist() == pytest.approx([change[1] - reach, change[1] + reach])
    assert table.loc[1, "words"].startswith(f"{100 * change[1]:+.1f} ")
    assert table.loc[1, "words"].endswith(" points" if is_told else "points: cannot be told from none")


def test_similarity_and_kept_by_hand(households):
    old = households(DEBT=[0, 1, 10, 11])
    new = households(DEBT=[0, 1, 4, 11], WGT=[1, 1, 2, 1])
    # on the new data 2-means splits {0, 1, 4} from {11}; the old border lies at 5.5: all agree
    told = persist(old, fit(old, Recipe(["DEBT"], k=2)), new)
    assert told.table["similarity"].tolist() == [1, 1]
    new = households(DEBT=[0, 7, 7, 30], WGT=[1, 1, 2, 1])
    # now {0, 7, 7} and {30}: the old model puts 0 (weight 1) alone, and 7, 7, 30 into its second
    told = persist(old, fit(old, Recipe(["DEBT"], k=2)), new)
    # one shares 1 of 4 with the first, and 1 of 4 with the second where the second shares 3 of 5 with the first: .6 is
    # more than .25 + .25, and the old first one shares nobody with the new second
    assert told.table.index.tolist() == [2]
    assert told.table["new"].tolist() == [1]
    assert told.table["kept"].tolist() == [pytest.approx(3 / 4)]
    assert told.table["similarity"].tolist() == [pytest.approx(3 / 5)]
    assert told.kept == pytest.approx(3 / 5)
    assert told.table["new_share"].tolist() == [pytest.approx(4 / 5)]
    assert (told.lost, told.gained) == ((1,), (2,))
    assert told.similarity.to_dict() == {1: 0.0, 2: pytest.approx(3 / 5)}
    assert "come back" not in told.words


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


def test_the_largest_sum_over_all_pairs_is_taken_not_the_nearest_first():
    # nearest first takes .6 and leaves the other with 0: together .6, where .5 + .5 is free
    assert [side.tolist() for side in matched(np.array([[0.6, 0.5], [0.5, 0.0]]))] == [[0, 1], [1, 0]]
    assert [side.tolist() for side in matched(np.array([[0.2], [0.7]]))] == [[1], [0]]


def floor_of(*similar):
    return Floor(np.array(similar), np.array([0.8] * len(similar)), pd.RangeIndex(1, 5), "SCF 2019")


@pytest.mark.parametrize(
    ("similarity", "low", "verdict"),
    [
        (0.80, 0.70, BACK),
        (0.70, 0.60, BY_CHANCE),
        (0.10, 0.05, BY_CHANCE),
        (0.80, 0.90, NEARLY),
        (0.60, 0.70, CHANGED),
        (0.50, 0.70, GONE),
    ],
)
def test_a_change_is_called_one_only_where_draws_of_one_wave_differ_less(blobs, similarity, low, verdict):
    found = persist(blobs, fit(blobs, RECIPE), blobs)
    told = replace(found, table=found.table.assign(similarity=[1.0, 1.0, 1.0, similarity]))
    floor = floor_of([1, 1, 1, low], [1, 1, 1, low])
    assert told.verdicts(floor).tolist() == [BACK, BACK, BACK, verdict]
    assert ("is gone" in told.judged(floor)) == (verdict == GONE)
    assert ("changed more than chance" in told.judged(floor)) == (verdict == CHANGED)
    assert ("differs no more than two draws" in told.judged(floor)) == (verdict == BY_CHANCE)


def test_how_many_segments_chance_alone_loses_by_hand():
    # of the first pair of draws segments 3 and 4 come back below .75, of the second segment 4
    floor = floor_of([1, 0.9, 0.5, 0.2], [1, 0.8, 0.9, 0.7])
    assert floor.lost(0.75) == 1.5
    assert floor.table.loc[3, "middle"] == pytest.approx(0.7)
    assert floor.table.loc[4, "low"] == pytest.approx(0.2 + 0.05 * 0.5)


def test_far_blobs_come_back_in_every_draw_and_one_cloud_does_not(blobs, households):
    far = noise_floor(blobs, fit(blobs, RECIPE), draws=5)
    assert far.similar.min() == pytest.approx(1)
    assert far.kept.min() == pytest.approx(1)
    cloud = households(DEBT=np.random.default_rng(0).normal(size=150))
    spread = noise_floor(cloud, fit(cloud, Recipe(["DEBT"], k=4)), draws=6)
    assert spread.lost(0.75) > 0.5
    again = noise_floor(cloud, fit(cloud, Recipe(["DEBT"], k=4)), draws=6)
    assert np.array_equal(spread.similar, again.similar)
    with pytest.raises(RecipeError, match=r"Draws must be between 1 and 500\. Got 0\."):
        noise_floor(blobs, fit(blobs, RECIPE), draws=0)


def test_two_draws_of_2019_alone_lose_segments(real_2019):
    """What was called "segments 2, 3 and 4 do not come back" happens to 1.8 of 4 between draws of one survey."""
    found = fit(real_2019, Recipe(("NETWORTH", "INCOME"), "asinh", k=4, starts=5))
    floor = noise_floor(real_2019, found, draws=8)
    assert floor.lost(0.75) == pytest.approx(1.8, abs=0.8)
    assert floor.table["low"].min() < 0.6


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
