"""The one-pass silhouette against scikit-learn's, on data chosen to be hard, and with weights."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_samples, silhouette_score

from lib.errors import RecipeError
from lib.segments import Cancelled, silhouette_sweep, silhouettes

RNG = np.random.default_rng(7)


def clusters(x, ks=(2, 3, 5, 8)):
    return [KMeans(k, n_init=1, random_state=0).fit_predict(x) for k in ks]


def blobs(rows=1500, spread=1.0, columns=5):
    return RNG.normal(size=(rows, columns)) * spread + RNG.integers(0, 4, rows)[:, None] * 6


DATA = {
    "round groups": blobs(),
    "one column": RNG.lognormal(10, 3, (900, 1)),
    "sixty columns": RNG.normal(size=(800, 60)),
    "dollars in the billions": RNG.lognormal(18, 2, (900, 3)),
    "heavy tail": RNG.standard_cauchy((900, 4)) * 1e5,
    "many duplicates": RNG.integers(0, 4, (1200, 3)).astype(float),
    "mostly zeros": np.where(RNG.random((1000, 5)) < 0.7, 0, RNG.lognormal(8, 2, (1000, 5))),
    "one far household": np.vstack([blobs(700), np.full((1, 5), 1e4)]),
    "tiny units": blobs(800, columns=2) * 1e-9,
    "more than one block": RNG.normal(size=(1700, 2)).round(2),
}


@pytest.mark.parametrize("name", DATA)
def test_rows_and_means_are_those_of_scikit_learn(name):
    x = DATA[name]
    labelings = clusters(x)
    found = silhouettes(x, labelings)
    assert found.means == pytest.approx([silhouette_score(x, labels) for labels in labelings], abs=1e-5)
    for column, labels in enumerate(labelings):
        assert np.abs(found.rows[:, column] - silhouette_samples(x, labels)).max() < 1e-4


@pytest.mark.parametrize("offset", [1e6, 1e9, -3e11])
def test_a_far_off_origin_changes_nothing(offset):
    x = (blobs(600) * 1000).round()
    labelings = clusters(x)
    near = [silhouette_score(x, labels) for labels in labelings]
    assert silhouette_sweep(x + offset, labelings) == pytest.approx(near, abs=1e-5)


def test_near_duplicates_far_from_the_centre():
    # two tight pairs a million apart: in float32 Gram distances a pair's own 1e-3 would vanish
    x = np.array([[0.0, 0], [1e-3, 0], [1e6, 0], [1e6 + 1e-3, 0], [1e6 + 5, 0], [1e6 + 5.001, 0]])
    labels = [0, 0, 1, 1, 2, 2]
    exact = reference(x, labels, np.ones(6))
    assert silhouettes(x, [labels], double=True).rows[:, 0] == pytest.approx(exact, abs=1e-5)


def test_one_member_clusters_score_zero():
    x = np.vstack([blobs(300), [[99.0] * 5], [[-99.0] * 5]])
    labels = np.concatenate([RNG.integers(0, 2, 300), [7, 9]])
    found = silhouettes(x, [labels])
    assert found.rows[-2:, 0].tolist() == [0, 0]
    assert found.means[0] == pytest.approx(silhouette_score(x, labels), abs=1e-5)


def test_labels_in_no_relation_to_place_or_to_each_other():
    x = DATA["many duplicates"]
    labelings = [RNG.integers(0, k, len(x)) for k in (2, 5, 9, 12, 30)]
    expected = [silhouette_score(x, labels) for labels in labelings]
    assert silhouette_sweep(x, labelings) == pytest.approx(expected, abs=1e-5)


def test_double_precision_agrees_to_the_last_digits():
    x = DATA["heavy tail"]
    labelings = clusters(x)
    expected = [silhouette_score(x, labels) for labels in labelings]
    assert silhouette_sweep(x, labelings, double=True) == pytest.approx(expected, rel=1e-11)


def reference(x, labels, w):
    """Straight from the definition, over all pairs."""
    d, labels, result = cdist(x, x), np.asarray(labels), []
    for i in range(len(x)):
        own = (labels == labels[i]) & (np.arange(len(x)) != i)
        if not w[own].sum() > 0:
            result.append(0.0)
            continue
        a = d[i, own] @ w[own] / w[own].sum()
        other = [c for c in set(labels) - {labels[i]} if w[labels == c].sum() > 0]
        b = min(d[i, labels == c] @ w[labels == c] / w[labels == c].sum() for c in other)
        result.append((b - a) / max(a, b) if max(a, b) > 0 else 0.0)
    return np.array(result)


def test_weights_enter_as_defined():
    x = DATA["mostly zeros"][:250]
    w = np.random.default_rng(1).lognormal(0, 2, 250)
    w[:5] = 0
    labels = clusters(x, (4,))[0]
    expected = reference(x, labels, w)
    found = silhouettes(x, [labels], w)
    assert found.rows[:, 0] == pytest.approx(expected, abs=1e-5)
    assert found.means[0] == pytest.approx(expected @ w / w.sum(), abs=1e-5)


def test_a_hand_worked_weighted_case():
    # on a line: a = 0 (weight 1), b = 1 (weight 3) | c = 4 (weight 2)
    # b: own mean distance 1 (to a), other 3: s = 2/3. a: own 1, other 4: s = 3/4. c alone: 0
    found = silhouettes([[0], [1], [4]], [[0, 0, 1]], [1, 3, 2])
    assert found.rows[:, 0] == pytest.approx([3 / 4, 2 / 3, 0], abs=1e-6)
    assert found.means[0] == pytest.approx((3 / 4 + 3 * 2 / 3) / 6, abs=1e-6)


def test_invariances():
    x, w = blobs(400), np.random.default_rng(2).uniform(0.1, 9, 400)
    labels = clusters(x, (4,))[0]
    once = silhouette_sweep(x, [labels], w)
    order = np.random.default_rng(3).permutation(400)
    assert silhouette_sweep(x, [labels], w * 1e6) == pytest.approx(once, abs=1e-6)
    assert silhouette_sweep(x * 1e5, [labels], w) == pytest.approx(once, abs=1e-6)
    assert silhouette_sweep(x[order], [labels[order]], w[order]) == pytest.approx(once, abs=1e-6)
    assert silhouette_sweep(x, [7 - 2 * labels], w) == pytest.approx(once, abs=1e-6)


def test_five_equal_implicates_are_one_when_kept_apart():
    x, w = blobs(200), np.random.default_rng(2).uniform(0.1, 9, 200)
    labels = clusters(x, (4,))[0]
    groups = np.tile(np.arange(5), 200)
    five = silhouettes(np.repeat(x, 5, axis=0), [np.repeat(labels, 5)], np.repeat(w / 5, 5), groups=groups)
    one = silhouettes(x, [labels], w)
    assert five.means == pytest.approx(one.means, abs=1e-6)
    assert five.rows[::5] == pytest.approx(one.rows, abs=1e-6)
    together = silhouette_sweep(np.repeat(x, 5, axis=0), [np.repeat(labels, 5)])
    assert together[0] > one.means[0]  # beside its own copies a household looks better placed than it is


def test_unassigned_rows_are_left_out():
    x = blobs(300)
    labels = clusters(x, (3,))[0] + 1
    labels[:50] = 0
    found = silhouettes(x, [labels], unassigned=0)
    assert np.isnan(found.rows[:50, 0]).all()
    assert found.means[0] == pytest.approx(silhouette_score(x[50:], labels[50:]), abs=1e-5)


def test_fewer_than_two_clusters_have_no_silhouette():
    assert np.isnan(silhouette_sweep(blobs(50), [np.zeros(50, int)])[0])
    found = silhouettes(blobs(50), [np.r_[np.zeros(49, int), 1]], groups=np.r_[np.zeros(25, int), np.ones(25, int)])
    assert np.isfinite(found.means[0])


def test_the_same_call_gives_the_same_bits():
    x, labelings = DATA["more than one block"], clusters(DATA["more than one block"])
    assert np.array_equal(silhouette_sweep(x, labelings), silhouette_sweep(x, labelings))


def test_progress_rises_to_one_and_can_cancel():
    x, labelings, seen = blobs(3000), [np.arange(3000) % 2], []
    silhouette_sweep(x, labelings, progress=lambda done, words: seen.append(done))
    assert seen == sorted(seen)
    assert seen[-1] == 1

    def stop(done, words):
        raise Cancelled

    with pytest.raises(Cancelled):
        silhouette_sweep(x, labelings, progress=stop)


def test_what_cannot_be_scored_is_refused():
    with pytest.raises(RecipeError, match="one entry for each"):
        silhouette_sweep(blobs(10), [[0, 1]])
    with pytest.raises(RecipeError, match="0 or more"):
        silhouette_sweep([[0], [1]], [[0, 1]], [1, -1])
    with pytest.raises(RecipeError, match="at least one labeling"):
        silhouette_sweep(blobs(10), [])
    with pytest.raises(RecipeError, match="without missing values"):
        silhouette_sweep([[np.nan], [1]], [[0, 1]])
