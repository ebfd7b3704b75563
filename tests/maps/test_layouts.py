"""t-SNE and UMAP: trustworthy maps, islands and duplicates, repeatability, what is refused."""

from dataclasses import replace

import numpy as np
import pytest

from lib.errors import MapError
from lib.estimates import quantile
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
    assert any("10 belong to this population only by another implicate" in note for note in found.notes)


@pytest.fixture
def unequal(households):
    """4 rich households that each stand for one, sampled ten times as often as the 360 others, who stand for 20."""
    rng = np.random.default_rng(1)
    rich = np.arange(400) < 40
    points = rng.normal(size=(400, 2)) + 9 * rich[:, None]
    return households(DEBT=points[:, 0], ASSET=points[:, 1], WGT=np.where(rich, 1.0, 20.0))


@pytest.mark.parametrize("method", ["pca", "umap"])
def test_points_are_in_proportion_to_weight_and_each_once(unequal, worker, store, method):
    # 40 of 7,240 are rich: .55 %. With 2 w / 20 and at most 1 as chances, 360 + 40 * .1 = 364 are drawn, 4 of them rich
    recipe = Recipe(("DEBT", "ASSET"))
    found = project(unequal, recipe, method, worker=worker, store=store)
    assert found.by_weight
    assert len(found) == 364
    assert found.table["row"].is_unique
    assert (found.table["row"] < 40).sum() == 4
    assert found.table["weight"].sum() == pytest.approx(7_240)
    assert found.table.loc[found.table["row"] < 40, "weight"].to_numpy() == pytest.approx(10)
    assert found.notes[0] == (
        "364 of 400 sampled households are points, drawn in proportion to their weights, each at most once: a point "
        "stands for about 20 households."
    )
    everyone = Request(unequal, recipe, method, Settings(everyone=True))
    assert len(everyone.drawn) == 400
    assert everyone.key != Request(unequal, recipe, method).key


def test_where_weights_do_not_matter_everyone_is_drawn_as_before(unequal, cloud, households):
    rows = Recipe(("DEBT", "ASSET"), counting="rows")
    both = [Request(unequal, rows, "umap", Settings(everyone=every)) for every in (False, True)]
    assert len(both[0].drawn) == 400
    assert both[0].key == both[1].key
    # too few to draw from
    assert len(Request(cloud(), Recipe(THREE), "umap").drawn) == 120
    alike = households(DEBT=np.arange(900.0), ASSET=np.arange(900.0) ** 2)
    assert len(Request(alike, Recipe(("DEBT", "ASSET")), "umap").drawn) == 900


@pytest.mark.parametrize("wave", ["real_2019", "real_2022"])
def test_the_richest_hundredth_is_a_hundredth_of_the_points(request, wave):
    data = request.getfixturevalue(wave)
    shares = {}
    for everyone in (False, True):
        rows = Request(data, Recipe(("NETWORTH", "INCOME")), "pca", Settings(everyone=everyone)).drawn.rows
        worth = data.values("NETWORTH")
        cut = quantile(worth, data.weights(), 0.99)
        shares[everyone] = (worth[rows] >= cut).mean()
    assert shares[True] == pytest.approx(0.122, abs=0.003)
    # 1.1 % are to be expected, for those that are certain stand for more; chance adds or takes away a quarter
    assert shares[False] == pytest.approx(0.011, abs=0.0028)


def test_a_large_table_is_drawn_from(households):
    rng = np.random.default_rng(0)
    rows = 8_400
    data = households(DEBT=rng.normal(size=rows), ASSET=rng.normal(size=rows), WGT=rng.uniform(1, 2, rows))
    request = Request(data, Recipe(("DEBT", "ASSET")), "umap")
    assert len(request.drawn) == 8_000
    assert request.drawn.weights.sum() == pytest.approx(data.weights().sum())
    assert any("8,000 of 8,400" in note for note in request.drawn.notes)
