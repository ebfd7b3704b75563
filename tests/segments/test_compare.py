"""Other algorithms behind the same recipe."""

import numpy as np
import pytest
from sklearn.cluster import AgglomerativeClustering
from sklearn.metrics import adjusted_rand_score

from lib.errors import RecipeError
from lib.estimates import draw
from lib.segments import ALGORITHMS, DRAWN, Recipe, compare, explain, fit, names, profile, stability

FIVE = ("DEBT", "NETWORTH", "HOUSES", "NFIN", "ASSET")
TWO = ("DEBT", "ASSET")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_algorithm_finds_round_groups(blobs, algorithm):
    found = fit(blobs, Recipe(TWO, algorithm=algorithm, k=4))
    truth = np.repeat(np.arange(4), 60)
    inside = found.labels > 0
    assert found.k == 4
    assert inside.mean() > 0.9
    assert adjusted_rand_score(found.labels[inside], truth[inside]) > 0.99
    assert np.array_equal(found.labels, fit(blobs, Recipe(TWO, algorithm=algorithm, k=4)).labels)


def test_ward_of_rows_is_that_of_scikit_learn(blobs):
    found = fit(blobs, Recipe(TWO, algorithm="ward", k=5, counting="rows"))
    reference = AgglomerativeClustering(5, linkage="ward").fit_predict(found.points.matrix)
    assert adjusted_rand_score(found.labels, reference) == 1
    assert found.notes == ()


def test_rows_are_drawn_by_weight(households):
    data = households(DEBT=np.arange(100.0), ASSET=np.arange(100.0), WGT=np.r_[np.full(50, 1.0), np.full(50, 3.0)])
    drawn = draw(data.weights(), 100, seed=0)
    assert len(drawn) == 100
    assert (drawn >= 50).sum() == pytest.approx(75, abs=1)
    equal = households(DEBT=np.arange(100.0), ASSET=np.arange(100.0))
    assert draw(equal.weights(), 100, seed=0).tolist() == list(range(100))


def test_large_tables_are_drawn_to_a_stated_size_and_everyone_is_placed(real_2022):
    for algorithm in ("gaussian_mixture", "ward"):
        found = fit(real_2022, Recipe(("NETWORTH", "INCOME"), "asinh", algorithm=algorithm, k=3))
        assert f"Fitted to {DRAWN:,} rows drawn by weight" in found.notes[0]
        assert (found.labels > 0).all()
        assert found.sizes["count"].sum() == pytest.approx(131_306_389, rel=1e-6)


def test_unassigned_households_are_carried_through(blobs, households):
    rng = np.random.default_rng(5)
    columns = {n: np.r_[blobs.values(n), rng.uniform(-20, 30, 12)] for n in TWO}
    data = households(**columns)
    found = fit(data, Recipe(TWO, algorithm="hdbscan"))
    assert found.sizes.loc[0, "rows"] == (found.labels == 0).sum() > 0
    assert found.sizes["share"].sum() == pytest.approx(1)
    assert len(found.centroids) == found.k == found.sizes.index.max()
    assert np.isnan(found.silhouettes.rows[found.labels == 0]).all()
    assert names(data, found)[0] == "Unassigned"
    assert 0 in profile(data, found).table.index.get_level_values("segment")
    assert 0 not in explain(data, found).rules
    assert stability(data, found, resamples=2).table.index.tolist() == list(range(1, found.k + 1))


def test_one_table_compares_all(sample):
    found = compare(sample, Recipe(FIVE, "asinh", k=3, starts=5))
    assert found.table.index.tolist() == list(ALGORITHMS)
    assert found.table.loc["kmeans", "agreement"] == 1
    assert found.table["agreement"].between(-1, 1).all()
    least = found.table.loc["kmeans", "inertia"]
    assert (found.table.drop("hdbscan")["inertia"] >= least * (1 - 1e-9)).all()
    assert found.table.loc["ward", "silhouette"] == pytest.approx(
        fit(sample, Recipe(FIVE, "asinh", algorithm="ward", k=3)).silhouette, abs=1e-6
    )
    assert all("no weights" in found.words[name] for name in ("gaussian_mixture", "ward", "hdbscan"))


def test_an_algorithm_that_fails_is_told_and_the_others_stay(households):
    data = households(DEBT=[1, 2, 3, 9], ASSET=[1, 2, 2, 9])
    found = compare(data, Recipe(TWO, k=2), ["ward", "hdbscan"])
    assert found.table.index.tolist() == ["ward"]
    assert "too few for HDBSCAN" in found.failed["hdbscan"]
    with pytest.raises(RecipeError, match="Algorithm must be one of"):
        compare(data, Recipe(TWO, k=2), ["magic"])
