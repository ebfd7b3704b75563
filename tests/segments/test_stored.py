"""Recipes as files: read back as they were written, and nothing else is read."""

import json

import numpy as np
import pytest

from lib.errors import RecipeError
from lib.segments import Recipe, fit
from lib.segments.apply.stored import MAX_BYTES, read_recipe, to_text
from lib.steps import Preparation
from lib.tables.cells import clean_name, clean_names, guarded


def text_of(dataset, **recipe):
    found = fit(dataset, Recipe(("DEBT", "ASSET"), k=3, starts=2, **recipe))
    return found, to_text(found.model, {1: "Renters", 3: "  a\tb "}, dataset.codebook, 2019, {"Data": "By hand"})


@pytest.mark.parametrize("transform", ["none", "asinh", "quantile", "winsorised"])
@pytest.mark.parametrize("scaling", ["none", "standard", "robust", "minmax"])
def test_a_recipe_comes_back_as_it_was(blobs, transform, scaling):
    found, text = text_of(blobs, transform=transform, scaling=scaling)
    for given in (text, text.encode(), b"\xef\xbb\xbf" + text.encode()):
        stored = read_recipe(given)
        assert stored.model.recipe == found.recipe
        assert np.array_equal(stored.model.centres, found.model.centres)
        assert np.array_equal(stored.model.labels(blobs.frame), found.labels)
        assert stored.names == {1: "Renters", 3: "a b"}
        assert stored.money == ("DEBT", "ASSET")
        assert (stored.dollars, stored.about) == (2019, {"Data": "By hand"})


@pytest.mark.parametrize("algorithm", ["bisecting", "gaussian_mixture", "ward", "hdbscan"])
def test_recipes_of_other_algorithms(blobs, algorithm):
    found, text = text_of(blobs, algorithm=algorithm)
    assert len(read_recipe(text).model.centres) == found.k


def test_the_file_says_what_is_needed_to_apply_it_elsewhere(blobs):
    """Following its four steps by hand gives the labels."""
    found, text = text_of(blobs, transform="asinh")
    stored = json.loads(text)
    assert stored["features"][0] == {"name": "DEBT", "label": "Total debt", "unit": "dollars"}
    assert len(stored["how_to_apply"]) == 4
    columns = np.column_stack([blobs.values(one["name"]) for one in stored["features"]])
    bent = np.arcsinh(columns / np.ravel(stored["space"]["curves"]))
    scaled = (bent - stored["space"]["centre"]) / stored["space"]["spread"]
    apart = np.linalg.norm(scaled[:, None] - np.array(stored["centres"]), axis=2)
    assert np.array_equal(apart.argmin(axis=1) + 1, found.labels)


def test_the_file_says_how_to_apply_pca_elsewhere(blobs):
    """Following its five steps by hand gives the labels."""
    found, text = text_of(blobs, transform="asinh", pca=0.4)
    stored = json.loads(text)
    assert [step[:2] for step in stored["how_to_apply"]] == ["1.", "2.", "3.", "4.", "5."]
    columns = np.column_stack([blobs.values(one["name"]) for one in stored["features"]])
    scaled = (np.arcsinh(columns / np.ravel(stored["space"]["curves"])) - stored["space"]["centre"]) / stored["space"][
        "spread"
    ]
    rotation = stored["space"]["rotation"]
    scores = (scaled - rotation["centre"]) @ np.array(rotation["directions"])
    assert scores.shape == (240, 1)
    apart = np.linalg.norm(scores[:, None] - np.array(stored["centres"]), axis=2)
    assert np.array_equal(apart.argmin(axis=1) + 1, found.labels)


@pytest.mark.parametrize("transform", ["none", "asinh", "quantile", "winsorised"])
@pytest.mark.parametrize("share", [0.4, 0.999999])
def test_a_recipe_with_pca_comes_back_as_it_was(blobs, transform, share):
    found, text = text_of(blobs, transform=transform, pca=share)
    stored = read_recipe(text)
    assert stored.model.recipe == found.recipe
    assert stored.model.space.rotation.words == found.model.space.rotation.words
    assert np.array_equal(stored.model.labels(blobs.frame), found.labels)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["recipe", "pca"], None),
        (["recipe", "pca"], 2),
        (["recipe", "pca"], "0.9"),
        (["recipe", "pca"], 0.9999),
        (["space", "rotation"], None),
        (["space", "rotation"], []),
        (["space", "rotation"], {}),
        (["space", "rotation", "shares"], []),
        (["space", "rotation", "shares"], [0.6, 0.2, 0.2]),
        (["space", "rotation", "shares"], [0.1]),
        (["space", "rotation", "shares"], [1.1]),
        (["space", "rotation", "shares"], ["0.9"]),
        (["space", "rotation", "shares"], {"0": 0.9}),
        (["space", "rotation", "centre"], [0.0]),
        (["space", "rotation", "centre"], None),
        (["space", "rotation", "directions"], [[1.0], [1.0]]),
        (["space", "rotation", "directions"], [[1.0, 0.0]]),
        (["space", "rotation", "directions"], [[1.0], [None]]),
        (["space", "rotation", "directions"], [[0.0], [0.0]]),
        (["centres"], [[1.0, 2.0]] * 3),
    ],
)
def test_a_file_whose_rotation_contradicts_itself_is_refused_in_a_sentence(blobs, path, value):
    stored = json.loads(text_of(blobs, pca=0.4)[1])
    changed(stored, path, value)
    with pytest.raises(RecipeError) as refused:
        read_recipe(json.dumps(stored))
    assert len(str(refused.value)) < 300


def test_a_rotation_is_refused_where_the_recipe_asks_for_none(blobs):
    stored = json.loads(text_of(blobs, pca=0.999999)[1])
    del stored["recipe"]["pca"]
    with pytest.raises(RecipeError, match="PCA differs between recipe and scale"):
        read_recipe(json.dumps(stored))


def changed(stored, path, value):
    *way, last = path
    for step in way:
        stored = stored[step]
    stored[last] = value


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["format"], "something else"),
        (["format_version"], 2),
        (["format_version"], None),
        (["recipe"], []),
        (["recipe", "k"], 1e9),
        (["recipe", "k"], 2),
        (["recipe", "algorithm"], "__import__('os')"),
        (["recipe", "features"], ["DEBT"]),
        (["recipe", "transform"], "asinh"),
        (["recipe", "surprise"], 1),
        (["space"], None),
        (["space", "features"], ["ASSET", "DEBT"]),
        (["space", "scaling"], "robust"),
        (["space", "transform"], "nonsense"),
        (["space", "spread"], [1.0, 0.0]),
        (["space", "spread"], [1.0, -1.0]),
        (["space", "spread"], [1.0]),
        (["space", "centre"], [1.0, "2"]),
        (["space", "centre"], [1.0, True]),
        (["space", "centre"], [1.0, None]),
        (["space", "centre"], "12"),
        (["space", "curves"], [[]]),
        (["space", "curves"], [[], [1.0]]),
        (["centres"], []),
        (["centres"], [[1.0, 2.0]] * 501),
        (["centres"], [[1.0, 2.0]] * 4),
        (["centres"], [[1.0, 1e400], [0.0, 0.0]]),
        (["centres"], [[1.0], [2.0]]),
        (["centres"], {"0": [1.0, 2.0]}),
        (["names"], ["Renters"]),
        (["names"], {"9": "x"}),
        (["names"], {"1": 5}),
        (["names"], {"one": "x"}),
        (["features"], [{"name": "DEBT"}]),
        (["features"], "DEBT"),
        (["dollars"], "2019"),
        (["dollars"], 20190),
        (["about"], {"a": 1}),
        (["about"], {str(i): "x" for i in range(100)}),
    ],
)
def test_a_file_that_contradicts_itself_is_refused_in_a_sentence(blobs, path, value):
    stored = json.loads(text_of(blobs)[1])
    changed(stored, path, value)
    with pytest.raises(RecipeError) as refused:
        read_recipe(json.dumps(stored).replace("Infinity", "1e999"))
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize(
    "curve", [[[1.0, 1.0], [0.1, 0.2]], [[1.0, 2.0], [0.2, 0.1]], [[1.0], [0.1, 0.2]], [], [[], []], [1.0, 2.0]]
)
def test_rank_curves_must_rise(blobs, curve):
    stored = json.loads(text_of(blobs, transform="quantile")[1])
    stored["space"]["curves"][0] = curve
    with pytest.raises(RecipeError):
        read_recipe(json.dumps(stored))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[]",
        "NaN",
        '{"format": NaN}',
        "[" * 100_000,
        b"\xff\xfe",
        b"PK\x03\x04",
        "1" * 5_000,
        "x" * (MAX_BYTES + 1),
    ],
    ids=range(11),
)
def test_other_files_are_refused(text):
    with pytest.raises(RecipeError):
        read_recipe(text)


def test_a_file_of_either_format_without_a_bend_opens_and_one_with_it_labels_the_same(blobs):
    found, text = text_of(blobs, transform="asinh")
    assert "bend" not in text
    moved, text_of_moved = text_of(blobs, transform="asinh", bend=0.1)
    assert not np.array_equal(moved.model.centres, found.model.centres)
    assert moved.model.space.bends() == pytest.approx({n: 0.1 * v for n, v in found.model.space.bends().items()})
    prepared = json.loads(text) | {"format_version": 2, "preparation": Preparation({}).to_dict()}
    for given, expected in ((text, found), (json.dumps(prepared), found), (text_of_moved, moved)):
        stored = read_recipe(given)
        assert stored.model.recipe == expected.recipe
        assert np.array_equal(stored.model.labels(blobs.frame), expected.labels)


def test_a_later_version_asks_for_an_export_by_this_one(blobs):
    stored = json.loads(text_of(blobs)[1]) | {"format_version": 2}
    with pytest.raises(RecipeError, match="format version 2, this app reads version 1"):
        read_recipe(json.dumps(stored))


def test_one_that_says_no_version_is_refused_in_words(blobs):
    stored = json.loads(text_of(blobs)[1])
    del stored["format_version"]
    with pytest.raises(RecipeError, match="it does not say which version of the format it is in"):
        read_recipe(json.dumps(stored))


@pytest.mark.parametrize(
    "text", ["=1+1", "+x", "-x", "@x", "\tx", "\rx", "\nx", " =x", "＝x", "-2+3", "+1-555", "--1", "-"]
)
def test_text_that_a_spreadsheet_may_take_for_a_formula_gets_an_apostrophe(text):
    """OWASP, "CSV injection": cells that begin with = + - @, a tab or a carriage return."""
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "x", "a=b", "1-2", "-5", "+5", "-1.5e-3", "-.5", "'=x", "5 - 3"])
def test_other_text_and_numbers_are_left_alone(text):
    assert guarded(text) == text


def test_names_fit_on_a_line():
    assert clean_name(" a\n\tb\x00\u202ec\ud800 ") == "a b c"
    assert clean_name("x" * 200) == "x" * 80
    assert clean_name("Renters – «ünï» 家") == "Renters – «ünï» 家"
    assert clean_names({2: "b", 1: " ", 3: "\x07"}) == {2: "b"}


def test_the_agreement_of_the_nearest_centre_is_kept(blobs):
    found, text = text_of(blobs)
    assert (read_recipe(text).agreement, json.loads(text)["agreement"]) == (1.0, 1.0)
    older = {key: value for key, value in json.loads(text).items() if key != "agreement"}
    assert read_recipe(json.dumps(older)).agreement == 1.0
    found, text = text_of(blobs, algorithm="ward")
    assert np.isnan(read_recipe(text).agreement)
    measured = to_text(found.model, {}, blobs.codebook, 2019, {}, 0.5)
    assert read_recipe(measured).agreement == 0.5
    assert json.loads(measured)["how_to_apply"][-1] == (
        "The nearest centre only comes near to the segments of this algorithm: it gives the app's own labels for "
        "50% of its rows."
    )


@pytest.mark.parametrize("value", [2, -0.1, "1", True, []])
def test_an_agreement_is_a_share(blobs, value):
    stored = json.loads(text_of(blobs)[1]) | {"agreement": value}
    with pytest.raises(RecipeError, match="agreement"):
        read_recipe(json.dumps(stored))
