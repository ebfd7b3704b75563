"""A recipe is the key of everything: hashable, storable, and it refuses what cannot be."""

import json
from dataclasses import replace

import numpy as np

from lib.segments import Recipe
from lib.segments.algorithms import recipe_words


def test_a_recipe_is_a_key_whatever_sequence_its_features_come_in():
    assert {Recipe(["DEBT", "ASSET"], k=3): 1}[Recipe(("DEBT", "ASSET"), k=np.int64(3))] == 1
    assert Recipe(["DEBT", "ASSET"]) != Recipe(["ASSET", "DEBT"])


def test_a_recipe_survives_json():
    recipe = Recipe(["DEBT"], "asinh", "robust", "ward", 7, 3, 1, "rows")
    assert Recipe.from_dict(json.loads(json.dumps(recipe.to_dict()))) == recipe
    assert Recipe.from_dict({"features": ["DEBT"]}) == Recipe(["DEBT"])
    rotated = Recipe(["DEBT"], pca=0.95)
    assert Recipe.from_dict(json.loads(json.dumps(rotated.to_dict()))) == rotated != Recipe(["DEBT"])
    assert {Recipe(["DEBT"], pca=np.float64(0.95)): 1}[rotated] == 1


def test_a_recipe_without_pca_says_nothing_that_older_versions_do_not_know():
    assert "pca" not in Recipe(["DEBT"]).to_dict()
    assert Recipe.from_dict({"features": ["DEBT"], "pca": None}) == Recipe(["DEBT"])


def test_a_recipe_whose_scale_bends_where_it_used_to_says_nothing_new():
    moved = Recipe(["DEBT"], "asinh", bend=3)
    assert Recipe.from_dict(json.loads(json.dumps(moved.to_dict()))) == moved != Recipe(["DEBT"], "asinh")
    assert "bend" not in Recipe(["DEBT"], "asinh").to_dict()
    # what bends nowhere is one recipe, whatever the factor
    assert Recipe(["DEBT"], "quantile", bend=3) == Recipe(["DEBT"], "quantile")
    assert replace(moved, transform="none").to_dict() == Recipe(["DEBT"]).to_dict()


def test_a_recipe_in_words():
    recipe = Recipe(("DEBT", "ASSET"), k=3, starts=10)
    words = "k-means, k = 3 on DEBT, ASSET; transform none, scaling standard{}, at most 10 starts, seed 42"
    assert recipe_words(recipe) == words.format("")
    assert recipe_words(replace(recipe, pca=0.95)) == words.format(", PCA to 95% of the variance")
    bent = recipe_words(replace(recipe, transform="asinh", bend=0.1))
    assert "; transform asinh with the scale × 0.1, scaling standard, at most 10 starts" in bent
