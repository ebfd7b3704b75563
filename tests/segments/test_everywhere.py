"""The whole way on each source: both real waves, the sample, and a table without weights or implicates."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from tables import CUSTOMERS

from lib.population import Population
from lib.segments import Recipe, explain, fit, iterations, names, place, profile, stability, sweep

FIVE = ("DEBT", "NETWORTH", "HOUSES", "NFIN", "ASSET")


@pytest.fixture(params=["sample", "real_2019", "real_2022"])
def fearful_somewhere(request):
    everyone = request.getfixturevalue(request.param)
    return Population.parse("TURNFEAR == 1 and NETWORTH < 2e6").apply(everyone)


@pytest.mark.parametrize("counting", ["households", "rows"])
def test_from_recipe_to_words(fearful_somewhere, counting):
    data = fearful_somewhere
    found = sweep(data, Recipe(FIVE, counting=counting, starts=10), range(2, 6))
    assert np.isfinite(found.table.to_numpy(float)).all()
    assert found.table["inertia"].is_monotonic_decreasing
    chosen = found[4]
    assert chosen.sizes["count"].sum() == pytest.approx(data.weights().sum())
    assert chosen.sizes["rows"].sum() == len(data)
    assert set(names(data, chosen)) == {1, 2, 3, 4}
    assert explain(data, chosen).right > 0.85
    first = data.frame.iloc[0]
    assert place(chosen, first.to_dict()).segment == chosen.labels[0]
    table = stability(data, chosen, resamples=3).table
    assert table[["bootstrap", "implicates"]].to_numpy().min() > 0
    means = profile(data, chosen).table["mean"].unstack()[list(FIVE)]
    assert np.allclose(means, chosen.centroids, rtol=1e-6)
    assert iterations(data, chosen.recipe)[-1].inertia >= chosen.inertia * (1 - 1e-9)


def test_a_table_without_weights_or_implicates(blobs):
    plain = replace(blobs, weight=None, id=None, implicates=1, subject=CUSTOMERS)
    both = [fit(plain, Recipe(("DEBT", "ASSET"), k=4, counting=c)) for c in ("households", "rows")]
    assert np.array_equal(both[0].labels, both[1].labels)
    assert both[0].silhouette == pytest.approx(both[1].silhouette, abs=1e-7)
    assert both[0].sizes["sampled"].sum() == 240
    assert stability(plain, both[0], resamples=2).table["implicates"].isna().all()


def test_sessions_at_once_get_the_same_labels(sample):
    recipes = [Recipe(FIVE, "asinh", k=k, starts=2) for k in (3, 5)] * 3
    alone = {recipe: fit(sample, recipe) for recipe in recipes[:2]}
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(lambda recipe: fit(sample, recipe), recipes))
    for recipe, found in zip(recipes, together, strict=True):
        assert np.array_equal(found.labels, alone[recipe].labels)
        assert np.array_equal(found.inertias, alone[recipe].inertias)
