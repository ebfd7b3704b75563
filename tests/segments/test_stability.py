"""Do the segments come back from other households and other imputations?"""

import numpy as np
import pytest

from lib.errors import RecipeError
from lib.estimates import Sample
from lib.segments import Cancelled, Recipe, fit, jaccard, stability, sureness, until_decided, verdict
from lib.segments.judge.stability import MAX_RESAMPLES, Stability, interval, verdict_between

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


def test_sizes_of_segments_found_anew_are_as_sure_as_fixed_ones_only_where_segments_are_clear(blobs):
    """Four groups apart: who belongs where is never in doubt. Six segments of them: two groups are cut somewhere."""

    def reach(table, low="low", high="high"):
        return (table[high] - table[low]).to_numpy()

    clear, cut = fit(blobs, Recipe(TWO, k=4)), fit(blobs, Recipe(TWO, k=6))
    sample = Sample(blobs)
    again = stability(blobs, clear, resamples=100).refitted
    assert reach(again, "share_low", "share_high") == pytest.approx(reach(sureness(sample, clear).sizes), rel=0.25)
    assert again["share"].to_numpy() == pytest.approx(clear.sizes["share"].to_numpy())
    means = sureness(sample, clear, ("DEBT",)).profile.xs("DEBT", level="column")
    assert reach(again, "DEBT_low", "DEBT_high") == pytest.approx(reach(means, "mean_low", "mean_high"), rel=0.25)
    doubtful = stability(blobs, cut, resamples=20)
    lost = (doubtful.table["dissolved"] > 0.05).to_numpy()
    assert lost.sum() >= 2
    # what is matched with a segment that is lost is another one: how far off its figures are cannot be told
    assert np.isnan(reach(doubtful.refitted, "share_low", "share_high")).tolist() == lost.tolist()
    assert np.isnan(reach(doubtful.refitted, "DEBT_low", "DEBT_high")).tolist() == lost.tolist()


def test_round_groups_come_back_and_halves_of_one_do_not(blobs):
    good = stability(blobs, fit(blobs, Recipe(TWO, k=4)), resamples=20)
    assert (good.table["bootstrap"] > 0.95).all()
    assert good.table["implicates"].isna().all()
    assert good.words.endswith("highly stable.")
    assert good.undecided == ()
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
    again = stability(data, fit(data, Recipe(TWO, k=2)), resamples=60, before=found)
    assert again.table.equals(found.table)


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
    with pytest.raises(RecipeError, match="between 1 and 400"):
        stability(blobs, found, resamples=0)
    with pytest.raises(RecipeError, match="give the households that were segmented"):
        stability(households(DEBT=[1, 2], ASSET=[1, 2]), found)


# --- how sure a verdict is


def test_the_interval_is_students():
    # mean .8, sd .1, n = 4: t of 3 degrees is 3.1824
    low, high = interval(np.array([[0.7], [0.9], [0.75], [0.85]]))
    off = 3.1824 * np.std([0.7, 0.9, 0.75, 0.85], ddof=1) / 2
    assert (low[0], high[0]) == pytest.approx((0.8 - off, 0.8 + off), abs=1e-4)
    assert [ends.tolist() for ends in interval(np.array([[0.7]]))] == [[0], [1]]


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.86, 0.9, "highly stable"),
        (0.84, 0.86, "between “stable” and “highly stable”"),
        (0.74, 0.76, "between “a pattern” and “stable”"),
        (0.55, 0.8, "between “not to be trusted” and “stable”"),
        (0.75, 0.849, "stable"),
    ],
)
def test_a_verdict_is_given_where_the_interval_holds_no_threshold(low, high, said):
    assert verdict_between(low, high) == said


def test_resampling_goes_on_while_undecided_and_only_then(blobs, monkeypatch):
    decided = stability(blobs, fit(blobs, Recipe(TWO, k=4)), resamples=5)
    assert until_decided(blobs, fit(blobs, Recipe(TWO, k=4)), decided) is decided
    found = fit(blobs, Recipe(TWO, k=5, starts=2))
    first = stability(blobs, found, resamples=4)
    assert first.undecided
    seen = []
    more = until_decided(blobs, found, first, lambda done, words: seen.append(words))
    assert more.resamples > 4
    assert more.undecided == () or more.resamples == MAX_RESAMPLES
    assert all(np.array_equal(a.similar, b.similar) for a, b in zip(more.again, first.again, strict=False))
    assert "still between two verdicts" in seen[0]
    # whoever sits on a threshold stays between after the most
    monkeypatch.setattr(
        "lib.segments.judge.stability.stability",
        lambda *_, resamples, before: Stability(
            before.table.assign(low=0.74, high=0.76), resamples, "", before.refitted, before.again, before.alone
        ),
    )
    last = until_decided(blobs, found, first)
    assert (last.resamples, last.undecided) == (MAX_RESAMPLES, tuple(range(1, 6)))
