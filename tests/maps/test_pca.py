"""Weighted principal components: cases done by hand, invariances, scikit-learn's and the notebooks' figures."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from lib.errors import MapError, RecipeError
from lib.features.two_parts import Part
from lib.maps import Request, components, project
from lib.segments import Recipe, fit
from lib.sources.scf import read_codebook

THREE = ("DEBT", "ASSET", "INCOME")


def found(matrix, weights=None, features=("DEBT", "ASSET")):
    matrix = np.asarray(matrix, dtype=float)
    weights = np.ones(len(matrix)) if weights is None else np.asarray(weights, dtype=float)
    return components(matrix, weights, [Part(name) for name in features[: matrix.shape[1]]], read_codebook())


def test_points_on_a_line_by_hand():
    # on y = 2x the direction is (1, 2) / sqrt(5) and nothing is left for the second
    pca = found([[-1, -2], [0, 0], [1, 2]])
    assert pca.loadings["PC1"].to_numpy() == pytest.approx(np.array([1, 2]) / np.sqrt(5))
    assert pca.explained.to_numpy() == pytest.approx([1, 0], abs=1e-12)
    assert pca.scores(np.array([[1.0, 2.0]]))[0] == pytest.approx([np.sqrt(5), 0], abs=1e-12)


def test_weights_by_hand():
    # weight 3 at (0, 0) and 1 at (4, 0): mean 1, variance (3 * 1 + 1 * 9) / 4 = 3; in y +-1 at two points of weight 2
    pca = found([[0, 1], [0, -1], [4, 0]], [1.5, 1.5, 1])
    assert pca.centre == pytest.approx([1, 0])
    assert pca.explained.to_numpy() == pytest.approx([3 / 3.75, 0.75 / 3.75])


def test_whole_weights_are_copies():
    points = np.random.default_rng(0).normal(size=(30, 2))
    times = np.arange(30) % 3 + 1
    weighted, copied = found(points, times), found(np.repeat(points, times, axis=0))
    assert weighted.loadings.to_numpy() == pytest.approx(copied.loadings.to_numpy())
    assert weighted.explained.to_numpy() == pytest.approx(copied.explained.to_numpy())


def test_the_largest_loading_is_positive():
    points = np.random.default_rng(1).normal(size=(50, 2)) * [1, 3]
    for turned in (points, -points, points[::-1]):
        loadings = found(turned).loadings.to_numpy()
        assert (loadings[np.abs(loadings).argmax(axis=0), [0, 1]] > 0).all()


def test_equal_weights_give_scikit_learn(cloud):
    data = cloud()
    recipe = Recipe(THREE, counting="rows")
    ours = project(data, recipe).components
    x = data.frame[list(THREE)].to_numpy()
    theirs = PCA().fit((x - x.mean(axis=0)) / x.std(axis=0))
    assert ours.explained.to_numpy() == pytest.approx(theirs.explained_variance_ratio_)
    assert np.abs(ours.loadings.to_numpy().T) == pytest.approx(np.abs(theirs.components_))


def test_invariances(cloud, households):
    data = cloud()
    once = project(data, Recipe(THREE))
    heavier = project(households(**data.frame.drop(columns="Y1").assign(WGT=data.frame["WGT"] * 7)), Recipe(THREE))
    assert once.components.loadings.to_numpy() == pytest.approx(heavier.components.loadings.to_numpy())
    assert once.table[["x", "y"]].to_numpy() == pytest.approx(heavier.table[["x", "y"]].to_numpy())


def test_five_equal_implicates_are_one(cloud, households):
    first = cloud().frame.iloc[::5].drop(columns="Y1").reset_index(drop=True)
    five = first.loc[first.index.repeat(5)].reset_index(drop=True).assign(WGT=lambda f: f["WGT"] / 5)
    one, all_five = project(households(**first), Recipe(THREE)), project(households(**five), Recipe(THREE))
    assert one.table[["x", "y"]].to_numpy() == pytest.approx(all_five.table[["x", "y"]].to_numpy())
    assert one.table["weight"].to_numpy() == pytest.approx(all_five.table["weight"].to_numpy())


def test_one_point_per_household(cloud):
    data = cloud()
    table = project(data, Recipe(THREE)).table
    assert list(table["id"]) == list(range(1, 121))
    assert list(table["row"]) == list(range(0, 600, 5))
    assert table["weight"].sum() == pytest.approx(data.weights().sum())


def test_words_name_what_rises_together_and_what_is_set_against():
    codebook = read_codebook()
    rng = np.random.default_rng(2)
    size, tilt = rng.normal(size=(2, 300)) * [[5], [1]]
    points = np.column_stack([size + tilt, size - tilt, size])
    words = components(points, np.ones(300), [Part(name) for name in ("DEBT", "HOUSES", "FIN")], codebook).words
    assert words[0].startswith("PC1 (9")
    assert "overall size" in words[0]
    assert " against " in words[1]


def test_the_notebooks_map_of_raw_units(fearful, notebook):
    recipe = Recipe(("DEBT", "NETWORTH", "HOUSES", "NFIN", "ASSET"), scaling="none", counting="rows")
    entry = notebook["scf19.multi.pca.head.abs"]
    table = project(fearful, recipe).table
    assert list(table.shape)[:1] == notebook["scf19.multi.pca.shape"]["value"][:1]
    assert np.abs(table[["x", "y"]].to_numpy()[:5]) == pytest.approx(np.array(entry["value"]), rel=entry["tol_rel"])


def test_after_pca_the_map_is_of_the_components_and_loadings_are_of_the_columns(cloud):
    data = cloud()
    plain, rotated = (project(data, Recipe(THREE, pca=share)) for share in (None, 0.9))
    segments = fit(data, Recipe(THREE, pca=0.9))
    kept = segments.points.matrix.shape[1]
    assert kept == 2
    assert rotated.table[["x", "y"]].to_numpy() == pytest.approx(plain.table[["x", "y"]].to_numpy())
    assert rotated.table[["x", "y"]].to_numpy() == pytest.approx(segments.points.matrix[rotated.table["row"]][:, :2])
    assert list(rotated.components.loadings.index) == list(THREE)
    assert list(rotated.components.loadings) == ["PC1", "PC2"]
    # shares are of the variance of the columns, not of what was kept
    assert rotated.components.explained.to_numpy() == pytest.approx(plain.components.explained.to_numpy()[:2])
    assert rotated.components.words == plain.components.words
    # the plane is all that members are compared by
    assert rotated.quality.kept == pytest.approx(1)
    assert plain.quality.kept < 1


def test_after_pca_to_one_component_the_map_is_a_line(cloud):
    line = project(cloud(), Recipe(THREE, pca=0.2))
    assert line.table["x"].std() > 0
    assert (line.table["y"] == 0).all()
    assert "nearest in all components kept" in line.trust
    assert line.axes == (line.components.words[0], "")


@pytest.mark.parametrize("method", ["pca", "tsne", "umap"])
def test_a_map_after_pca_is_kept_apart_and_others_keep_their_keys(cloud, method):
    data = cloud()
    plain, rotated, more = (Request(data, Recipe(THREE, pca=share), method) for share in (None, 0.9, 0.95))
    assert "pca" not in plain.of
    assert len({plain.key, rotated.key, more.key}) == 3


def test_what_cannot_be_drawn_is_said(cloud):
    with pytest.raises(MapError, match="at least two features"):
        project(cloud(), Recipe(("DEBT",)))
    with pytest.raises(MapError, match="A map is one of pca, tsne, umap"):
        project(cloud(), Recipe(THREE), "isomap")
    with pytest.raises(RecipeError, match="no column NOSUCH"):
        project(cloud(), Recipe(("DEBT", "NOSUCH")))
