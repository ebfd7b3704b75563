"""Every k at once: scores against scikit-learn, and what the criteria advise."""

import pickle

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.metrics import (
    adjusted_rand_score,
    calinski_harabasz_score,
    davies_bouldin_score,
    silhouette_score,
)

from lib.errors import RecipeError
from lib.segments import Cancelled, Recipe, Suggestion, adjusted_rand, agreement, fit, knee, sweep
from lib.subject import Subject
from lib.work.room import Room

FIVE = ("DEBT", "NETWORTH", "HOUSES", "NFIN", "ASSET")
TWO = ("DEBT", "ASSET")


@pytest.fixture
def swept(blobs):
    return sweep(blobs, Recipe(TWO, counting="rows", starts=10))


def test_every_score_of_rows_is_that_of_scikit_learn(swept):
    for k, row in swept.table.iterrows():
        x, labels = swept[k].points.matrix, swept[k].labels
        assert row["silhouette"] == pytest.approx(silhouette_score(x, labels), abs=1e-5)
        assert row["calinski_harabasz"] == pytest.approx(calinski_harabasz_score(x, labels), rel=1e-9)
        assert row["davies_bouldin"] == pytest.approx(davies_bouldin_score(x, labels), rel=1e-9)


def test_a_sweep_is_its_fits(blobs, swept):
    assert swept.table.index.tolist() == list(range(2, 13))
    alone = fit(blobs, Recipe(TWO, counting="rows", starts=10, k=5))
    assert np.array_equal(alone.labels, swept[5].labels)
    assert swept.table.loc[5, "silhouette"] == pytest.approx(alone.silhouette, abs=1e-6)
    assert swept.table.loc[5, "smallest_sampled"] == alone.sizes["sampled"].min()
    assert swept.table.loc[5, "spread_over_starts"] == alone.inertias.max() / alone.inertias.min() - 1
    assert pickle.loads(pickle.dumps(swept)).table.equals(swept.table)


def test_weighted_scores_count_a_weight_of_two_as_two_rows(blobs, households):
    weights = np.random.default_rng(0).integers(1, 4, 240)
    weighted = households(**{n: blobs.values(n) for n in TWO}, WGT=weights.astype(float))
    repeated = households(**{n: np.repeat(blobs.values(n), weights) for n in TWO})
    one = sweep(weighted, Recipe(TWO, starts=10), [3, 4]).table
    many = sweep(repeated, Recipe(TWO, counting="rows", starts=10), [3, 4]).table
    assert one["inertia"].to_numpy() / 240 == pytest.approx(many["inertia"].to_numpy() / weights.sum(), rel=1e-6)
    assert one["davies_bouldin"].to_numpy() == pytest.approx(many["davies_bouldin"].to_numpy(), rel=1e-6)
    # Calinski-Harabasz counts degrees of freedom, which are households in one and rows in the other
    freedom = (240 - one.index) / (weights.sum() - many.index)
    assert (one["calinski_harabasz"] / freedom).tolist() == pytest.approx(many["calinski_harabasz"].tolist(), rel=1e-6)


def test_five_equal_implicates_score_as_one(blobs, five_copies):
    one = sweep(blobs, Recipe(TWO, starts=5), [2, 4, 6]).table.drop(columns="seconds")
    five = sweep(five_copies, Recipe(TWO, starts=5), [2, 4, 6]).table.drop(columns="seconds")
    assert np.allclose(one, five, rtol=1e-5)


def test_silhouettes_of_households_are_taken_within_implicates(real_2022):
    data = real_2022.where((real_2022.values("YY1") % 20 == 0), "a twentieth")
    found = sweep(data, Recipe(("NETWORTH", "INCOME"), "asinh", starts=5), [3])
    means = []
    for implicate in range(5):
        rows = data.implicate_codes == implicate
        x, labels, w = found[3].points.matrix[rows], found[3].labels[rows], data.weights()[rows]
        d = cdist(x, x)
        weight = np.array([w[labels == c].sum() for c in (1, 2, 3)])
        near = np.stack([d[:, labels == c] @ w[labels == c] for c in (1, 2, 3)], axis=1)
        at = np.arange(len(x)), labels - 1
        a = near[at] / (weight[labels - 1] - w)
        others = near / weight
        others[at] = np.inf
        b = others.min(axis=1)
        means.append(np.average((b - a) / np.maximum(a, b), weights=w))
    assert found.table.loc[3, "silhouette"] == pytest.approx(np.mean(means), abs=1e-5)


def test_round_groups_are_agreed_upon(swept):
    assert {s.criterion: s.k for s in swept.suggestions}["Elbow"] == 4
    assert [s.k for s in swept.suggestions[:4]] == [4, 4, 4, 4]
    assert swept.agreement == "The criteria agree on 4 segments."


def test_evenly_spread_households_have_no_elbow(households):
    rng = np.random.default_rng(0)
    data = households(DEBT=rng.random(600), ASSET=rng.random(600))
    found = sweep(data, Recipe(TWO, starts=10))
    elbow = found.suggestions[0]
    assert elbow.k is None
    assert "no clear elbow" in elbow.reason
    assert found.agreement.startswith("There is no clear elbow.")


def test_an_elbow_is_a_bend_between_logarithms():
    ks = list(range(2, 13))
    assert knee(ks, [100, 60, 20] + [18 - k for k in range(8)]) == 4
    for dimensions in (1, 2, 5, 20):  # evenly spread points
        assert knee(ks, [k ** (-2 / dimensions) for k in ks]) is None
    assert knee(ks, [5.0] * 11) is None
    assert knee([2, 3, 4], [9, 1, 0]) is None


def test_the_notebooks_sweep_does_not_call_its_ends_an_agreement(fearful, notebook):
    found = sweep(fearful, Recipe(FIVE, counting="rows"), range(2, 9))
    entry = notebook["scf19.multi.k2k3.inertia"]
    assert found.table.loc[[2, 3], "inertia"].tolist() == pytest.approx(entry["value"], rel=entry["tol_rel"])
    assert "Silhouette 2 and Davies-Bouldin 2 lie at the end of the range that was searched" in found.agreement
    assert "Only Calinski-Harabasz has an optimum within the range: 3 segments." in found.agreement
    assert found.table["thin_segments"].iloc[-1] > 0


def test_what_is_kept_of_a_sweep_is_no_more_than_its_labels_and_silhouettes(sample):
    """71 MB of 28,885 rows: each segmentation held the points once more."""
    found, room = sweep(sample, Recipe(TWO, starts=1), range(2, 5)), Room(2**30, lasting=(Subject,))
    room.put(("sweep",), found)
    together, row = room.nbytes, 8 * len(sample)
    room.put(("one",), found[3])
    assert room.nbytes - together < row  # all of it is the sweep's
    assert together < (10 + 3 * len(found.segmentations)) * row


def test_a_sweep_leaves_out_more_segments_than_points(households):
    found = sweep(households(DEBT=[1, 2, 3, 1, 2, 3, 4], ASSET=[0] * 6 + [1]), Recipe(TWO, starts=2), range(2, 8))
    assert found.table.index.tolist() == [2, 3, 4]
    assert "only 4 different values" in found.notes[0]


def test_a_sweep_can_be_cancelled_and_tells_how_far_it_is(blobs):
    seen = []
    sweep(blobs, Recipe(TWO, starts=2), [2, 3], progress=lambda done, words: seen.append((done, words)))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1][0] == 1

    def stop(done, words):
        if done > 0.2:
            raise Cancelled

    with pytest.raises(Cancelled):
        sweep(blobs, Recipe(TWO, starts=2), [2, 3], progress=stop)


@pytest.mark.parametrize(
    ("recipe", "ks", "words"),
    [
        (Recipe(TWO, algorithm="hdbscan"), [2], "finds the number of segments itself"),
        (Recipe(TWO), [1, 2], "between 2 and 30"),
        (Recipe(TWO), [], "between 2 and 30"),
        (Recipe(TWO), [31], "between 2 and 30"),
    ],
)
def test_what_cannot_be_swept_is_refused(blobs, recipe, ks, words):
    with pytest.raises(RecipeError, match=words):
        sweep(blobs, recipe, ks)


def test_adjusted_rand_of_rows_is_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 4, 300), rng.integers(0, 3, 300)
    b[:150] = a[:150]
    assert adjusted_rand(a, b, np.ones(300)) == pytest.approx(adjusted_rand_score(a, b))
    assert adjusted_rand(a, 9 - a, np.ones(300)) == 1
    weights = rng.integers(1, 4, 300)
    expected = adjusted_rand_score(np.repeat(a, weights), np.repeat(b, weights))
    assert adjusted_rand(a, b, weights.astype(float)) == pytest.approx(expected)


def test_a_single_criterion_agrees_with_nobody():
    advice = [Suggestion("Elbow", None, ""), Suggestion("Silhouette", 2, ""), Suggestion("Davies-Bouldin", None, "")]
    assert agreement(advice) == "There is no clear elbow. Only Silhouette has an optimum within the range: 2 segments."


def advised(**ks):
    """Advice of criteria: a number of segments, or one in a list where it lies at an end."""
    return [
        Suggestion(name, k[0] if isinstance(k, list) else k, "", isinstance(k, list))
        for name, k in {"Elbow": 4, **ks}.items()
    ]


@pytest.mark.parametrize(
    ("advice", "said"),
    [
        (advised(One=4), "The criteria agree on 4 segments."),
        (advised(One=4, Two=[2]), "Elbow and One agree on 4 segments. Two 2 lies at the end of the range"),
        (advised(One=5), "The criteria disagree (Elbow 4, One 5)"),
        (advised(Elbow=None, One=[2], Two=[2]), "There is no clear elbow. One 2 and Two 2 lie at the end of the range"),
        (advised(Elbow=None), "No criterion has anything to advise here"),
    ],
    ids=["all", "some", "none", "ends", "nothing"],
)
def test_what_lies_at_an_end_is_no_agreement(advice, said):
    words = agreement(advice)
    assert words.startswith(said)
    assert ("agree on" in words) == ("agree on" in said)


def test_advice_at_an_end_of_the_range_says_so(blobs):
    found = {one.criterion: one for one in sweep(blobs, Recipe(TWO, starts=10), range(4, 8)).suggestions}
    assert found["Silhouette"].k == 4
    assert found["Silhouette"].at_end
    assert found["Silhouette"].words.endswith("; at the end of the range that was searched")
    wider = {one.criterion: one for one in sweep(blobs, Recipe(TWO, starts=10), range(2, 8)).suggestions}
    assert (wider["Silhouette"].k, wider["Silhouette"].at_end) == (4, False)
    assert "end of the range" not in wider["Silhouette"].words
