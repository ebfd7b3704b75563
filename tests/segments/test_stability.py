"""Do the segments come back from other households and other imputations?"""

import numpy as np
import pytest

from lib.errors import RecipeError
from lib.segments import Cancelled, Recipe, fit, jaccard, stability, verdict

TWO = ("DEBT", "ASSET")


def test_jaccard_by_hand():
    # segment 1 = {a b c}, 2 = {d}; new groups {a b}, {c d}: 2/3 for 1, 1/2 for 2 (weights 1)
    assert jaccard(np.array([1, 1, 1, 2]), np.array([0, 0, 1, 1]), np.ones(4), 2).tolist() == [
        pytest.approx(2 / 3),
        pytest.approx(1 / 2),
    ]
    weights = np.array([1, 1, 4, 2.0])  # 1: best of 2/6 and 4/8; 2: 2/6
    assert jaccard(np.array([1, 1, 1, 2]), np.array([0, 0, 1, 1]), weights, 2) == pytest.approx([1 / 2, 1 / 3])


def test_a_segment_of_which_nobody_was_drawn_is_lost():
    assert jaccard(np.array([1, 1, 3]), np.array([0, 0, -1]), np.ones(3), 3).tolist() == [1, 0, 0]


@pytest.mark.parametrize(
    ("value", "words"), [(0.85, "highly stable"), (0.75, "stable"), (0.6, "a pattern"), (0.59, "not to be trusted")]
)
def test_hennigs_reading(value, words):
    assert verdict(value).startswith(words)


def test_round_groups_come_back_and_halves_of_one_do_not(blobs):
    good = stability(blobs, fit(blobs, Recipe(TWO, k=4)), resamples=20)
    assert (good.table["bootstrap"] > 0.95).all()
    assert good.table["implicates"].isna().all()
    assert good.words.endswith("highly stable.")
    forced = stability(blobs, fit(blobs, Recipe(TWO, k=6)), resamples=20)
    assert forced.table["bootstrap"].min() < 0.75


def test_equal_implicates_agree_fully_and_draw_as_one(blobs, five_copies):
    recipe = Recipe(TWO, k=4)
    five = stability(five_copies, fit(five_copies, recipe), resamples=5)
    one = stability(blobs, fit(blobs, recipe), resamples=5)
    assert five.table["implicates"].tolist() == pytest.approx([1, 1, 1, 1])
    assert five.table["bootstrap"].tolist() == pytest.approx(one.table["bootstrap"].tolist())


def test_the_same_call_gives_the_same_table(blobs):
    found = fit(blobs, Recipe(TWO, k=5))
    assert stability(blobs, found, resamples=4).table.equals(stability(blobs, found, resamples=4).table)


def test_a_segment_of_one_household_is_not_stable(households):
    rng = np.random.default_rng(0)
    data = households(DEBT=np.r_[rng.normal(size=99), 500], ASSET=np.r_[rng.normal(size=99), 500])
    found = stability(data, fit(data, Recipe(TWO, k=2)), resamples=60)
    # it is drawn at least once with probability 1 - (1 - 1/100)^100 = 0.634
    assert found.table.loc[2, "dissolved"] == pytest.approx(0.366, abs=0.2)
    assert found.table.loc[2, "verdict"] != "highly stable"


def test_progress_and_cancelling(blobs):
    found, seen = fit(blobs, Recipe(TWO, k=2)), []
    stability(blobs, found, resamples=3, progress=lambda done, words: seen.append(done))
    assert seen == pytest.approx([0, 1 / 3, 2 / 3, 1])

    def stop(done, words):
        raise Cancelled

    with pytest.raises(Cancelled):
        stability(blobs, found, progress=stop)


def test_what_cannot_be_resampled_is_refused(blobs, households):
    found = fit(blobs, Recipe(TWO, k=2))
    with pytest.raises(RecipeError, match="between 1 and 500"):
        stability(blobs, found, resamples=0)
    with pytest.raises(RecipeError, match="give the households that were segmented"):
        stability(households(DEBT=[1, 2], ASSET=[1, 2]), found)
