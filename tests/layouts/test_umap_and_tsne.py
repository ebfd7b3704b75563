"""What lays out points: t-SNE beside scikit-learn, UMAP beside umap-learn, forces and neighbours beside all pairs."""

import warnings

import numpy as np
import pytest
from sklearn.manifold import TSNE
from sklearn.neighbors import NearestNeighbors

from lib.layouts.fit import tsne, umap
from lib.layouts.fit.neighbours import nearest
from lib.layouts.fit.tsne_forces import attraction, repulsion

RNG = np.random.default_rng(0)
CLOUDS = {
    "round, some far out": RNG.normal(size=(500, 5)) * RNG.lognormal(size=(500, 1)),
    "far islands": np.vstack([RNG.normal(size=(60, 3)), 1e4 + RNG.normal(size=(60, 3)), 1e7 + RNG.normal(size=(3, 3))]),
    "a grid, many at one distance": np.unique(RNG.integers(0, 8, (500, 3)), axis=0).astype(float),
    "pairs nearer than single precision tells": np.repeat(RNG.normal(size=(100, 3)), 2, axis=0) + [[0], [1e-12]] * 100,
}


@pytest.mark.parametrize("name", CLOUDS)
@pytest.mark.parametrize(("neighbours", "min_dist", "seed"), [(15, 0.1, 42), (5, 0.99, 1), (40, 0.0, 7)])
def test_umap_is_umap_learn_to_the_last_bit(name, neighbours, min_dist, seed):
    import umap as umap_learn  # takes seconds to load, and processes that run other tests read this file, too

    points = CLOUDS[name]
    start = points[:, :2] + RNG.normal(scale=0.1, size=(len(points), 2))
    positions, distances = nearest(points, neighbours - 1)
    own = np.arange(len(points))[:, None]
    model = umap_learn.UMAP(
        n_neighbors=neighbours,
        min_dist=min_dist,
        n_epochs=umap.EPOCHS,
        init=umap.scaled(start, seed),
        random_state=seed,
        n_jobs=1,
        precomputed_knn=(
            np.hstack([own, positions]).astype(np.int32),
            np.hstack([own * 0.0, distances]).astype(np.float32),
        ),
        force_approximation_algorithm=True,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that such a model places no new points
        theirs = model.fit_transform(points)
    ours = umap.layout(points, start, neighbours=neighbours, min_dist=min_dist, seed=seed)
    assert np.array_equal(ours, theirs.astype(float))


def test_tsne_comes_as_close_as_scikit_learn():
    rng = np.random.default_rng(0)
    points = np.vstack([rng.normal(size=(120, 4)), 4 + rng.normal(size=(120, 4))])
    start = points[:, :2] - points[:, :2].mean(axis=0)
    _, kl = tsne.layout(points, start, perplexity=20)
    reference = TSNE(perplexity=20, init="pca", random_state=0).fit(points)
    assert kl < reference.kl_divergence_ * 1.05


def test_forces_are_those_of_all_pairs():
    places = np.random.default_rng(0).normal(size=(40, 2)).astype(np.float32)
    off = places[:, None] - places[None]
    close = 1 / (1 + np.square(off).sum(axis=2))
    push_x, push_y, closeness, pull_x, pull_y = np.zeros((5, 40), dtype=np.float32)
    x, y = np.ascontiguousarray(places.T)
    repulsion(x, y, push_x, push_y, closeness)
    assert np.column_stack([push_x, push_y]) == pytest.approx((close[..., None] ** 2 * off).sum(axis=1), abs=1e-4)
    assert closeness == pytest.approx(close.sum(axis=1) - 1, abs=1e-4)
    starts, others = np.arange(41, dtype=np.int32) * 40, np.tile(np.arange(40, dtype=np.int32), 40)
    attraction(x, y, starts, others, np.full(1_600, 0.5, dtype=np.float32), pull_x, pull_y)
    assert np.column_stack([pull_x, pull_y]) == pytest.approx((0.5 * close[..., None] * off).sum(axis=1), abs=1e-4)


def test_neighbourhoods_have_the_perplexity_asked_for():
    points = np.random.default_rng(0).normal(size=(300, 3))
    squared = np.square(nearest(points, 60)[1])
    near = tsne._neighbourhoods(squared - squared[:, :1], np.log(20))
    assert np.exp(-(near * np.log(np.maximum(near, 1e-300))).sum(axis=1)) == pytest.approx(20, rel=1e-4)
    whole = tsne.similarities(points, 20)
    assert whole.sum() == pytest.approx(1)
    assert abs(whole - whole.T).max() == 0


def test_nearest_neighbours_are_exact():
    points = np.random.default_rng(0).normal(size=(600, 4))
    distances, positions = NearestNeighbors(n_neighbors=8).fit(points).kneighbors()
    found, away = nearest(points, 8)
    assert np.array_equal(found, positions)
    assert away == pytest.approx(distances)
