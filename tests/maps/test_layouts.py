"""t-SNE and UMAP: trustworthy maps, islands and duplicates, repeatability, what is refused."""

from dataclasses import replace

import numpy as np
import pytest

from lib.errors import MapError
from lib.maps import Request, Settings, project
from lib.segments import Recipe, fit
from lib.work.progress import Cancelled

THREE = ("DEBT", "ASSET", "INCOME")
LIVE = ("tsne", "umap")


@pytest.fixture
def islands(households):
    """Two far groups, one of them forty identical households, and a third of the rest with nothing at all."""
    rng = np.random.default_rng(0)
    near, far = rng.normal(size=(90, 3)), np.full((40, 3), 1e4)
    points = np.vstack([near, far, far[:20] + rng.normal(size=(20, 3)), np.zeros((50, 3))])
    return households(**dict(zip(THREE, points.T, strict=True)))


@pytest.mark.parametrize("method", LIVE)
def test_maps_can_be_trusted(cloud, worker, store, method):
    data = cloud(240, spread=2.0)
    found = project(data, Recipe(THREE), method, worker=worker, store=store)
    flat = project(data, Recipe(THREE))
    assert found.quality.trustworthiness > 0.95
    assert found.quality.kept > 0.6
    assert found.quality.judged == len(found) == 240
    assert list(found.table["row"]) == list(flat.table["row"])
    assert found.table["weight"].sum() == pytest.approx(data.weights().sum())
    assert found.how_to_read
    assert found.components is None


@pytest.mark.parametrize("method", LIVE)
def test_the_same_request_gives_the_same_map(cloud, worker, tmp_path, method):
    # two stores, so that the second does not find what the first made
    from lib.maps import Store

    one, two = (
        project(cloud(), Recipe(THREE), method, worker=worker, store=Store(tmp_path / name, shipped=None)).table
        for name in ("one", "two")
    )
    assert np.array_equal(one, two)


@pytest.mark.parametrize("method", LIVE)
def test_after_pca_maps_are_of_the_components(cloud, worker, store, method):
    """What the components left out plays no part: a map of the scores as columns is the same."""
    data = cloud(240, spread=2.0)
    recipe = Recipe(THREE, counting="rows", pca=0.8)
    found = project(data, recipe, method, worker=worker, store=store)
    x, y = fit(data, recipe).points.matrix.T
    scores = replace(data, frame=data.frame.assign(DEBT=x, ASSET=y), fingerprint="scores")
    plain = Recipe(("DEBT", "ASSET"), scaling="none", counting="rows")
    other = project(scores, plain, method, worker=worker, store=store)
    assert found.quality.trustworthiness == pytest.approx(other.quality.trustworthiness, abs=0.01)
    assert found.quality.trustworthiness > 0.95
    again = project(data, recipe, method, worker=worker, store=store)
    assert np.array_equal(again.table, found.table)


@pytest.mark.parametrize("method", LIVE)
def test_far_islands_and_duplicates(islands, worker, store, method):
    settings = Settings(perplexity=10, neighbours=5)
    recipe = Recipe(THREE, scaling="none")
    found = project(islands, recipe, method, worker=worker, store=store, settings=settings)
    xy = found.table[["x", "y"]].to_numpy()
    assert np.isfinite(xy).all()
    assert len(np.unique(xy[90:130], axis=0)) == 1
    assert len(np.unique(xy[150:], axis=0)) == 1
    assert len(np.unique(xy[:90], axis=0)) > 85
    assert any("90 of 200 households are identical" in note for note in found.notes)


def test_progress_moves_and_can_cancel(cloud, worker, store):
    said = []
    project(
        cloud(600), Recipe(THREE), "tsne", lambda done, words: said.append((done, words)), worker=worker, store=store
    )
    shares = [done for done, _ in said]
    assert shares == sorted(shares)
    assert all(words for _, words in said)

    def change_of_mind(done, words):
        raise Cancelled

    with pytest.raises(Cancelled):
        project(cloud(600, seed=1), Recipe(THREE), "tsne", change_of_mind, worker=worker, store=store)


def test_counting_rows_still_draws_one_implicate(cloud, worker, store):
    found = project(cloud(), Recipe(THREE, counting="rows"), "umap", worker=worker, store=store)
    assert len(found) == 120
    assert any("near-copies" in note for note in found.notes)
    assert found.table["weight"].to_numpy() == pytest.approx(5)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"perplexity": 4}, "Perplexity must be a whole number between 5 and 100. Got 4."),
        ({"perplexity": 500}, "between 5 and 100"),
        ({"neighbours": 2.5}, "The number of neighbours must be a whole number"),
        ({"neighbours": True}, "The number of neighbours must be a whole number"),
        ({"min_dist": -0.1}, "The minimum distance must be a number between 0 and 0.99"),
        ({"min_dist": float("nan")}, "The minimum distance must be a number between 0 and 0.99"),
    ],
)
def test_settings_are_bounded(settings, message):
    with pytest.raises(MapError, match=message.replace(".", r"\.")):
        Settings(**settings)


def test_too_few_households(cloud, store):
    with pytest.raises(MapError, match=r"t-SNE with perplexity 30 needs at least 91 different points. Got 60"):
        Request(cloud(60), Recipe(THREE), "tsne").start(store=store)
    with pytest.raises(MapError, match=r"UMAP with 100 neighbours needs at least 101 different points. Got 60"):
        Request(cloud(60), Recipe(THREE), "umap", Settings(neighbours=100)).start(store=store)


def test_a_population_without_its_first_implicate(cloud):
    data = cloud()
    others = data.where(data.implicate_codes > 0, "not the first")
    with pytest.raises(MapError, match="first implicate"):
        Request(others, Recipe(THREE), "umap").finished()


def test_households_that_are_in_by_another_implicate_are_counted(cloud):
    data = cloud()
    keep = (data.member_codes >= 10) | (data.implicate_codes > 0)
    found = project(data.where(keep, "ten only by another"), Recipe(THREE))
    assert len(found) == 110
    assert any("10 belong to this population only by another one" in note for note in found.notes)


def test_a_large_table_is_drawn_from(households):
    rng = np.random.default_rng(0)
    rows = 8_400
    data = households(DEBT=rng.normal(size=rows), ASSET=rng.normal(size=rows), WGT=rng.uniform(1, 2, rows))
    request = Request(data, Recipe(("DEBT", "ASSET")), "umap")
    assert len(request.drawn) == 8_000
    assert request.drawn.weights.sum() == pytest.approx(data.weights().sum())
    assert any("8,000 of 8,400" in note for note in request.drawn.notes)
