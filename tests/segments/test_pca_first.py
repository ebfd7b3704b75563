"""Segments sought among principal components: scikit-learn's pipeline on card holders, and everything that follows."""

import json

import numpy as np
import pandas as pd
import pytest
from labelling import label_frame
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.metrics import silhouette_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from tables import cleaned_cards, customers

from lib import exports
from lib.errors import RecipeError
from lib.population import Population
from lib.segments import (
    ALGORITHMS,
    Model,
    Recipe,
    adjusted_rand,
    clustergram,
    compare,
    differences,
    explain,
    find_member,
    fit,
    iterations,
    names,
    notebook_result,
    persist,
    place,
    profile,
    silhouette_sweep,
    stability,
    sweep,
    typical,
)
from lib.segments.apply import label_file
from lib.segments.apply.stored import read_recipe, to_text
from lib.segments.describe.plane import plane_of

FIVE = ("DEBT", "NETWORTH", "HOUSES", "NFIN", "ASSET")


@pytest.fixture(scope="module")
def holders(real_file):
    """8,950 holders of credit cards, 17 columns."""
    return pd.read_csv(real_file("CC GENERAL.csv")).drop(columns="CUST_ID")


@pytest.fixture(scope="module")
def prepared(holders):
    """Rows with gaps dropped, frequencies capped at 1, six amounts capped at Tukey's fences."""
    return cleaned_cards(holders)


@pytest.fixture(scope="module")
def cards(prepared):
    return customers(prepared)


@pytest.fixture(scope="module")
def found(cards):
    return fit(cards, Recipe(tuple(cards.frame), k=3, pca=0.95))


# --- scikit-learn


@pytest.mark.parametrize("seed", [0, 42])
def test_labels_inertia_and_silhouette_are_those_of_scikit_learns_pipeline(prepared, found, seed):
    # tol=0: until nothing moves any more, as here
    theirs = make_pipeline(StandardScaler(), PCA(0.95), KMeans(3, n_init=10, tol=0, random_state=seed))
    labels = theirs.fit_predict(prepared)
    scores = theirs[:-1].transform(prepared)
    assert prepared.shape == (8_636, 17)
    assert found.model.space.dimensions == theirs[1].n_components_ == 12
    assert found.model.space.rotation.words == "12 of 17 components keep 95.6% of the variance"
    assert len(set(zip(labels, found.labels, strict=True))) == 3
    assert found.inertia <= theirs[2].inertia_ * (1 + 1e-12)
    assert found.inertia == pytest.approx(theirs[2].inertia_, rel=1e-9)
    printed = silhouette_score(scores, labels)
    assert silhouette_score(found.points.matrix, found.labels) == pytest.approx(printed, rel=1e-9)
    assert silhouette_sweep(found.points.matrix, [found.labels], double=True)[0] == pytest.approx(printed, rel=1e-9)
    assert found.silhouette == pytest.approx(printed, rel=1e-7)  # its roots are in float32


@pytest.mark.parametrize("seed", [0, 1, 2, 42])
def test_as_scikit_learn_stops_by_default_it_ends_a_little_above(prepared, found, seed):
    """Its tol of 1e-4 ends the iterations before a last member or two have changed sides."""
    theirs = make_pipeline(StandardScaler(), PCA(0.95), KMeans(3, n_init=10, random_state=seed))
    labels = theirs.fit_predict(prepared)
    assert found.inertia <= theirs[2].inertia_ <= found.inertia * (1 + 1e-5)
    together = pd.crosstab(labels, found.labels).to_numpy()
    assert len(labels) - together.max(axis=1).sum() <= 2


def test_centres_are_told_in_the_units_of_the_columns_as_by_inverse_transform(prepared, found):
    theirs = make_pipeline(StandardScaler(), PCA(0.95), KMeans(3, n_init=10, tol=0, random_state=0)).fit(prepared)
    back = theirs[0].inverse_transform(theirs[1].inverse_transform(theirs[2].cluster_centers_))
    back = back[np.argsort(back[:, 0])]
    assert list(found.centroids) == list(prepared)
    assert found.centroids.to_numpy() == pytest.approx(back, rel=1e-9, abs=1e-9)
    assert found.centroids["BALANCE"].is_monotonic_increasing
    # near the means, which profiles give; not equal, for what twelve components do not hold is left out
    means = prepared.groupby(found.labels).mean()
    assert not np.allclose(found.centroids, means, rtol=1e-3)
    assert (np.abs(found.centroids - means.to_numpy()) / prepared.std()).to_numpy().max() < 0.25


def test_without_pca_printed_silhouettes_and_shares_come_out(holders):
    filled = holders.fillna(holders.median())
    data = customers(filled)
    scaled = StandardScaler().fit_transform(filled)
    for k, printed in ((3, 0.251), (4, 0.198)):
        recipe = Recipe(tuple(filled), k=k)
        # what was printed is where ten starts of scikit-learn stop
        theirs = notebook_result(data, recipe, starts=10)
        assert round(theirs.silhouette_scaled, 3) == printed
        assert theirs.silhouette_scaled == pytest.approx(silhouette_score(scaled, theirs.labels), rel=1e-9)
        # ours ends lower, and within a thousandth of it
        ours = fit(data, recipe)
        assert ours.inertia < theirs.inertia
        assert ours.silhouette == pytest.approx(printed, abs=1e-3)
    two = fit(data, Recipe(tuple(filled), k=2, starts=1, pca=0.45)).model.space.rotation
    assert [round(share, 3) for share in two.shares] == [0.273, 0.203]


# --- other rows


def test_stored_it_labels_every_row_as_the_app_did(cards, found, tmp_path):
    stored = read_recipe(to_text(found.model, names(cards, found), cards.codebook, None, {}))
    assert np.array_equal(label_frame(stored, cards.frame)["segment"], found.labels)
    again = Model.from_dict(json.loads(json.dumps(found.model.to_dict())))
    for row in (0, 17, 8_635):  # alone as among the others
        assert again.labels(cards.frame.iloc[[row]])[0] == found.labels[row]
        assert place(again, cards.frame.iloc[row].to_dict()).segment == found.labels[row]
    cards.frame.to_csv(tmp_path / "in.csv", index=False)
    done = label_file(stored, tmp_path / "in.csv", tmp_path / "out.parquet")
    assert np.array_equal(pd.read_parquet(tmp_path / "out.parquet")["segment"], found.labels)
    assert done.rows == 8_636


def test_new_rows_fall_where_scikit_learn_puts_them(holders, prepared, found):
    """Holders with a gap, which were left out, once their gaps are filled."""
    theirs = make_pipeline(StandardScaler(), PCA(0.95), KMeans(3, n_init=10, tol=0, random_state=0)).fit(prepared)
    new = holders[holders.isna().any(axis=1)].fillna(prepared.median())
    pairs = set(zip(theirs.predict(prepared), found.labels, strict=True))
    number = {int(their): int(ours) for their, ours in pairs}
    assert found.model.labels(new).tolist() == [number[int(label)] for label in theirs.predict(new)]
    assert len(new) == 314


def test_a_gap_is_named_by_its_column(found, cards):
    spoilt = {**cards.frame.iloc[0].to_dict(), "TENURE": float("nan")}
    with pytest.raises(RecipeError, match="its TENURE must be a number"):
        place(found, spoilt)


# --- what follows from segments


@pytest.fixture(params=["sample", "real_2019"])
def fearful_somewhere(request):
    everyone = request.getfixturevalue(request.param)
    return Population.parse("TURNFEAR == 1 and NETWORTH < 2e6").apply(everyone)


@pytest.mark.parametrize("counting", ["households", "rows"])
def test_from_recipe_to_words(fearful_somewhere, counting):
    data, recipe = fearful_somewhere, Recipe(FIVE, "asinh", k=4, counting=counting, starts=5, pca=0.9)
    swept = sweep(data, recipe, range(2, 6))
    chosen = swept[4]
    assert chosen.points.matrix.shape == (len(data), chosen.model.space.dimensions)
    assert chosen.model.space.dimensions < 5
    assert swept.table["inertia"].is_monotonic_decreasing
    assert chosen.centroids[FIVE[0]].is_monotonic_increasing
    assert set(names(data, chosen)) == {1, 2, 3, 4}
    told = explain(data, chosen)
    assert told.right > 0.7
    assert {name for rules in told.rules.values() for rule in rules for name in rule.intervals} <= set(FIVE)
    means = profile(data, chosen).table["mean"]
    weights = data.weights(counting)
    inside = chosen.labels == 2
    assert means.loc[(2, "DEBT")] == pytest.approx(np.average(data.values("DEBT")[inside], weights=weights[inside]))
    assert chosen.labels[typical(data, chosen, 3).row] == 3
    assert stability(data, chosen, resamples=3).table["bootstrap"].min() > 0
    steps = iterations(data, chosen.recipe)
    assert steps[-1].inertia >= chosen.inertia * (1 - 1e-9)
    assert steps[-1].centroids[FIVE[0]].is_monotonic_increasing
    assert steps[-1].inertia == pytest.approx(chosen.inertias[0], rel=1e-9)
    assert len(clustergram(swept).nodes) == 2 + 3 + 4 + 5
    assert list(find_member(data, chosen, int(data.ids[0])).standing.index) == list(FIVE)
    kept = persist(data, chosen, data)
    assert kept.kept == pytest.approx(1)
    assert kept.table["distance"].to_numpy() == pytest.approx(0, abs=1e-6)


def test_methods_are_compared_on_the_same_scores(blobs):
    told = compare(blobs, Recipe(("DEBT", "ASSET"), k=4, starts=5, pca=0.9))
    assert list(told.segmentations) == list(ALGORITHMS)
    assert {s.points.matrix.shape for s in told.segmentations.values()} == {(240, 2)}


def test_all_components_are_the_columns_turned_round(blobs):
    recipe = Recipe(("DEBT", "ASSET"), k=4)
    plain, turned = fit(blobs, recipe), fit(blobs, Recipe(recipe.features, k=4, pca=0.999999))
    assert np.array_equal(plain.labels, turned.labels)
    assert turned.inertia == pytest.approx(plain.inertia, rel=1e-9)
    assert turned.silhouette == pytest.approx(plain.silhouette, abs=1e-6)
    assert np.allclose(turned.centroids, plain.centroids)


def test_the_same_recipe_on_another_wave(real_2019, real_2022):
    fearful = Population.parse("TURNFEAR == 1")
    old, new = fearful.apply(real_2019), fearful.apply(real_2022)
    recipe = Recipe(FIVE, "asinh", k=4, starts=5, pca=0.9)
    before = fit(old, recipe)
    told = persist(old, before, new)
    assert told.dollars == 2019
    assert sorted(told.table["new"]) == [1, 2, 3, 4]
    assert told.kept > 0.8
    # the older rotation places the newer members
    placed = before.model.labels(new.in_dollars(2019).frame)
    assert adjusted_rand(placed, told.new.labels, told.new.points.weights) > 0.5


@pytest.mark.parametrize("share", [0.4, 0.95])
def test_regions_of_the_plane_are_where_members_are_placed(blobs, share):
    """One component cuts the plane into stripes, two turn it round: either way a region is what is labelled so."""
    found = fit(blobs, Recipe(("DEBT", "ASSET"), k=3, pca=share))
    drawn = plane_of(blobs, found, 240)
    assert found.model.space.dimensions == (1 if share == 0.4 else 2)
    centres = drawn.centroids.reset_index()
    for at, cut in ((centres, 0), (drawn.points, 0.03)):  # a border cuts a few cells, and members in them
        inside = [
            drawn.regions.eval(f"x <= {p.x} and {p.x} < x2 and y <= {p.y} and {p.y} < y2") for p in at.itertuples()
        ]
        regions = [int(drawn.regions.loc[one, "segment"].item()) for one in inside]
        assert np.mean(regions != at["segment"]) <= cut


def test_the_notebooks_box_says_that_components_are_compared_here(blobs):
    found = fit(blobs, Recipe(("DEBT", "ASSET"), k=4, counting="rows", pca=0.4))
    theirs = notebook_result(blobs, found.recipe)
    assert theirs.least == pytest.approx(fit(blobs, Recipe(("DEBT", "ASSET"), k=4, counting="rows")).inertia)
    said = " ".join(differences(theirs, found))
    assert "The notebooks compare the columns themselves; here 1 of 2 components keeps" in said


def test_files_and_words_say_that_pca_came_first(cards, found):
    origin = exports.provenance(cards, Population(), "Everyone", found.recipe)
    assert "PCA to 95% of the variance" in origin.recipe_words
    assert '"pca": 0.95' in origin.facts()["Recipe"]
    stored = read_recipe(exports.recipe_json(found, {}, cards.codebook, origin))
    assert stored.model.recipe == found.recipe
    assert stored.agreement == 1
