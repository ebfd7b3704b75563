"""k-means on households: the notebooks' case, repeatability, numbering, sizes, and what is refused."""

import json
import pickle

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.preprocessing import StandardScaler

from lib.errors import RecipeError
from lib.features import SCALINGS, TRANSFORMS
from lib.population import Population
from lib.segments import Model, Recipe, fit, is_dear, is_quick, iterations, place
from lib.segments.alone import goodman_kruskal
from lib.sources import examples
from lib.steps import OneHot, prepare

FIVE = ("DEBT", "NETWORTH", "HOUSES", "NFIN", "ASSET")
TWO = ("DEBT", "ASSET")


@pytest.mark.parametrize("seed", [0, 1, 7, 42, 2026])
def test_every_seed_finds_the_best_known_inertia_of_the_notebooks(fearful, seed):
    # 5921.4 is the best known; one start of the notebooks ends at 6181 or 6233
    found = fit(fearful, Recipe(FIVE, k=4, counting="rows", seed=seed))
    assert found.inertia == pytest.approx(5921.4, rel=1e-3)
    assert found.inertias.max() > 6180
    assert found.times_found < 0.6 * len(found.inertias)


def test_the_small_business_case(owners):
    # best known 3070, where one start of the notebooks ends at 5103
    found = fit(owners, Recipe(("BUS", "NHNFIN", "NFIN", "NETWORTH", "ASSET"), k=3, counting="rows"))
    assert found.inertia == pytest.approx(3070, rel=1e-3)


def test_rows_agree_with_scikit_learn(blobs):
    found = fit(blobs, Recipe(TWO, k=4, counting="rows"))
    x = StandardScaler().fit_transform(blobs.frame[list(TWO)])
    model = KMeans(4, n_init=20, random_state=0).fit(x)
    assert found.inertia == pytest.approx(model.inertia_, rel=1e-9)
    assert len(set(zip(found.labels, model.labels_, strict=True))) == 4


def test_weights_enter_as_in_scikit_learn(blobs):
    found = fit(blobs, Recipe(TWO, k=5, scaling="none"))
    weights = blobs.weights() * 240 / blobs.weights().sum()
    model = KMeans(5, n_init=50, random_state=0).fit(blobs.frame[list(TWO)], sample_weight=weights)
    assert found.inertia == pytest.approx(model.inertia_, rel=1e-9)


def test_the_same_recipe_gives_the_same_labels_and_another_seed_the_same_groups(blobs):
    recipe = Recipe(TWO, k=4)
    once, again, other = fit(blobs, recipe), fit(blobs, recipe), fit(blobs, Recipe(TWO, k=4, seed=1))
    assert np.array_equal(once.labels, again.labels)
    assert np.array_equal(once.inertias, again.inertias)
    assert np.array_equal(once.labels, other.labels)


def test_segments_are_numbered_from_one_by_the_first_feature_then_the_next(blobs):
    found = fit(blobs, Recipe(TWO, k=4))
    assert found.centroids.index.tolist() == [1, 2, 3, 4]
    assert found.centroids["DEBT"].is_monotonic_increasing
    turned = fit(blobs, Recipe(TWO[::-1], k=4))
    assert turned.centroids["ASSET"].is_monotonic_increasing
    assert set(np.unique(found.labels)) == {1, 2, 3, 4}


def test_ties_in_the_first_feature_are_broken_by_the_next(households):
    data = households(DEBT=[0, 0, 0, 0, 5, 5], ASSET=[9, 9, 1, 1, 5, 5])
    assert fit(data, Recipe(TWO, k=3)).labels.tolist() == [2, 2, 1, 1, 3, 3]


def test_centroids_are_weighted_means_in_original_units(blobs):
    found = fit(blobs, Recipe(TWO, k=4))
    for segment, centroid in found.centroids.iterrows():
        inside = found.labels == segment
        for name in TWO:
            mean = np.average(blobs.values(name)[inside], weights=blobs.weights()[inside])
            assert centroid[name] == pytest.approx(mean, abs=1e-9)


def test_segments_know_no_scale_of_weights_no_copies_and_no_order(blobs, five_copies, households):
    recipe = Recipe(TWO, k=4)
    once = fit(blobs, recipe)
    heavier = households(**{n: blobs.values(n) for n in TWO}, WGT=blobs.values("WGT") * 1e5)
    five = fit(five_copies, recipe)
    order = np.random.default_rng(0).permutation(240)
    shuffled = fit(households(**{n: blobs.values(n)[order] for n in (*TWO, "WGT")}), recipe)
    assert np.array_equal(fit(heavier, recipe).labels, once.labels)
    assert np.array_equal(five.labels, np.repeat(once.labels, 5))
    assert np.array_equal(shuffled.labels, once.labels[order])
    for other in (five, shuffled):
        assert other.inertia == pytest.approx(once.inertia, rel=1e-9)
        assert other.silhouette == pytest.approx(once.silhouette, abs=1e-6)
        assert other.sizes["sampled"].tolist() == once.sizes["sampled"].tolist()


def test_sizes_count_households_rows_and_what_was_sampled(households):
    data = households(
        YY1=[1, 1, 2, 2, 3, 3], DEBT=[0, 1, 0, 9, 9, 9], ASSET=[0, 0, 1, 9, 9, 8], WGT=[10, 10, 20, 20, 30, 30]
    )
    sizes = fit(data, Recipe(TWO, k=2)).sizes
    assert sizes["count"].tolist() == [40, 80]
    assert sizes["share"].tolist() == pytest.approx([1 / 3, 2 / 3])
    assert sizes["sampled"].tolist() == [2, 2]  # household 2 has an implicate in each
    assert sizes["rows"].tolist() == [3, 3]
    assert sizes["thin"].tolist() == [True, True]
    assert fit(data, Recipe(TWO, k=2, counting="rows")).sizes["share"].tolist() == [0.5, 0.5]


def test_thirty_sampled_households_are_enough(households):
    data = households(DEBT=[0.0] * 29 + [0.5] + [9.0] * 29, ASSET=np.arange(59.0) / 100)
    assert fit(data, Recipe(TWO, k=2)).sizes["thin"].tolist() == [False, True]


@pytest.mark.parametrize("scaling", SCALINGS)
@pytest.mark.parametrize("transform", TRANSFORMS)
def test_a_stored_model_labels_as_fit_did(blobs, transform, scaling):
    found = fit(blobs, Recipe(TWO, transform, scaling, k=4, starts=5))
    stored = Model.from_dict(json.loads(json.dumps(found.model.to_dict())))
    assert np.array_equal(stored.labels(blobs.frame), found.labels)
    assert stored.recipe == found.recipe


@pytest.mark.parametrize("spoilt", [{}, {"recipe": 1}, {"centres": [[1.0]]}, {"centres": "x"}, {"space": {}}])
def test_what_is_no_stored_model_is_refused(blobs, spoilt):
    stored = fit(blobs, Recipe(TWO, k=2, starts=1)).model.to_dict()
    with pytest.raises(RecipeError, match="stored segmentation"):
        Model.from_dict({**stored, **spoilt} if spoilt else {})


def test_a_segmentation_survives_a_cache_with_its_silhouette(blobs):
    found = fit(blobs, Recipe(TWO, k=4))
    mean = found.silhouette
    again = pickle.loads(pickle.dumps(found))
    assert "silhouettes" in vars(again)
    assert again.silhouette == mean


def test_a_household_is_placed(households):
    data = households(DEBT=[0, 0, 10, 10, 20, 20], ASSET=[0, 1, 0, 1, 0, 1])
    found = fit(data, Recipe(TWO, k=3, scaling="none"))  # centroids at (0, .5), (10, .5), (20, .5)
    placed = place(found, {"DEBT": 13, "ASSET": 0.5})
    assert (placed.segment, placed.next_best) == (2, 3)
    assert placed.distances.to_dict() == pytest.approx({1: 13, 2: 3, 3: 7})
    assert placed.borderline == pytest.approx(3 / 7)
    assert not placed.is_borderline
    assert place(found, {"DEBT": 14.9, "ASSET": 0.5}).is_borderline
    with pytest.raises(RecipeError, match="ASSET must be known"):
        place(found, {"DEBT": 1})
    with pytest.raises(RecipeError, match="DEBT must be a number"):
        place(found, {"DEBT": float("nan"), "ASSET": 1})


@pytest.mark.parametrize(
    ("columns", "recipe", "words"),
    [
        ({"DEBT": [1, 2]}, Recipe(["DEBT"], k=3), "2 rows cannot make 3 segments"),
        ({"DEBT": [1, 2, 2, 1]}, Recipe(["DEBT"], k=3), "only 2 different values together"),
        ({"DEBT": [1, 2, 3], "WGT": [1, -1, 1]}, Recipe(["DEBT"], k=2), "weights .* 0 or more"),
        ({"DEBT": [1, 2, 3], "WGT": [0, 0, 0]}, Recipe(["DEBT"], k=2), "weights .* not all 0"),
        ({"DEBT": [5, 5, 5]}, Recipe(["DEBT"], k=2), "leave it out"),
    ],
)
def test_what_cannot_be_segmented_is_refused_in_a_sentence(households, columns, recipe, words):
    with pytest.raises(RecipeError, match=words):
        fit(households(**columns), recipe)


def test_as_many_segments_as_different_points(households):
    data = households(DEBT=[3, 1, 2, 1, 3], ASSET=[0, 0, 1, 0, 0])
    assert fit(data, Recipe(TWO, k=3)).labels.tolist() == [3, 1, 2, 1, 3]


def test_a_category_among_the_features_is_remarked_upon(sample):
    found = fit(sample, Recipe(["EDUC", "AGE"], k=2, starts=2))
    assert any("categories" in note for note in found.notes)


# --- step by step


def test_the_last_step_is_what_that_start_gives_to_fit(fearful):
    recipe = Recipe(FIVE, k=4, counting="rows", starts=4)
    found = fit(fearful, recipe)
    for start in range(4):
        steps = iterations(fearful, recipe, start=start)
        assert steps[-1].inertia == pytest.approx(found.inertias[start], rel=1e-9)
        falls = [step.inertia for step in steps]
        assert falls == sorted(falls, reverse=True)


def test_steps_are_lloyds(blobs):
    steps = iterations(blobs, Recipe(TWO, k=6, scaling="none"))
    first, second, last = steps[0], steps[1], steps[-1]
    for segment, centroid in second.centroids.iterrows():
        inside = first.labels == segment
        mean = np.average(blobs.frame.loc[inside, list(TWO)], axis=0, weights=blobs.weights()[inside])
        assert centroid.to_numpy() == pytest.approx(mean)
    assert (first.number, first.moved, last.moved) == (0, 1.0, pytest.approx(0, abs=0.2))
    assert last.centroids["DEBT"].is_monotonic_increasing


def test_watching_is_bounded_and_only_for_k_means(sample, blobs):
    steps = iterations(sample, Recipe(FIVE, "asinh", k=12))
    assert len(steps) <= 40
    assert steps[-1].number >= len(steps) - 1
    with pytest.raises(RecipeError, match="Only k-means"):
        iterations(blobs, Recipe(TWO, algorithm="ward"))
    with pytest.raises(RecipeError, match="between 0 and 2"):
        iterations(blobs, Recipe(TWO, starts=3), start=3)


def test_a_category_that_alone_explains_the_segments_is_named():
    """The trap of the known card table: the kind of purchases as columns of 0 and 1 gives that column back."""
    kinds = prepare(examples.cards(), [OneHot("KIND_OF_PURCHASES", weight=5)]).data
    columns = tuple(name for name in kinds.frame if name.startswith("KIND_OF_PURCHASES: "))
    found = fit(kinds, Recipe((*columns, "BALANCE"), scaling="minmax", k=4))
    assert found.notes[0].startswith("Kind of purchases alone tells the segments")
    assert not fit(kinds, Recipe(("BALANCE", "PURCHASES", columns[0]), transform="asinh", k=4)).notes


@pytest.mark.parametrize(
    ("table", "expected"),
    [([[5, 0], [0, 5]], 1), ([[5, 5], [5, 5]], 0), ([[8, 2], [3, 7]], (15 - 11) / 9)],
    ids=["wholly", "not at all", "partly"],
)
def test_goodman_and_kruskals_lambda_by_hand(table, expected):
    cells = [(row, column) for row in (0, 1) for column in (0, 1) for _ in range(table[row][column])]
    codes, labels = np.array(cells).T
    assert goodman_kruskal(codes, labels, np.ones(len(codes))) == pytest.approx(expected)


# --- how many starts


def test_k_means_goes_on_starting_until_the_best_was_found_three_times(blobs):
    easy, hard = fit(blobs, Recipe(TWO, k=4)), fit(blobs, Recipe(TWO, k=7))
    assert len(easy.inertias) == 20
    assert easy.times_found >= 10
    assert 50 <= len(hard.inertias) <= 200
    assert hard.times_found >= 3 or len(hard.inertias) == 200
    fewer = len(hard.inertias) - 1
    assert fit(blobs, Recipe(TWO, k=7, starts=fewer)).times_found < 3


@pytest.mark.parametrize("starts", [1, 7, 20])
def test_up_to_twenty_starts_are_made_as_asked(blobs, starts):
    assert len(fit(blobs, Recipe(TWO, k=7, starts=starts)).inertias) == starts


def test_twenty_starts_used_to_end_above_the_best_of_everyone_in_2022(real_2022):
    """Five winsorised features, k = 6: 7071.1561 is the least of 800 starts; the default ended 0.2% above.

    Another end lies 0.014% above the least: which of the two is found three times first hangs on the last digit of
    sums, and so on the number of BLAS's threads.
    """
    features = ("INCOME", "LIQ", "DEBT", "HOUSES", "NETWORTH")
    found = fit(real_2022, Recipe(features, "winsorised", k=6, starts=100))
    assert found.inertia == pytest.approx(7071.1561, rel=2e-4)
    assert found.times_found >= 3


def test_a_decoy_that_is_found_often_does_not_end_the_search(real_2022):
    """The fearful of 2022: 14 of 100 starts end at 270.2735, 0.16% above what 3 of 100 find."""
    fearful = Population.parse("TURNFEAR == 1").apply(real_2022)
    found = fit(fearful, Recipe(("DEBT", "HOUSES"), "asinh", k=4))
    assert found.inertia < 270
    assert len(found.inertias) >= 50


def test_what_takes_long_is_known_beforehand():
    """Of all rows of a wave, a mixture's null models take minutes; what a subgroup takes is a moment."""
    assert [is_quick("kmeans", 4_000), is_quick("kmeans", 28_885), is_quick("gaussian_mixture", 4_000)] == [1, 0, 0]
    assert [is_dear("kmeans", 28_885), is_dear("gaussian_mixture", 28_885), is_dear("ward", 4_000)] == [0, 1, 0]
