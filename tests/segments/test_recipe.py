"""A recipe is the key of everything: hashable, storable, and it refuses what cannot be."""

import json

import numpy as np
import pytest

from lib.errors import RecipeError
from lib.segments import Recipe


def test_a_recipe_is_a_key_whatever_sequence_its_features_come_in():
    assert {Recipe(["DEBT", "ASSET"], k=3): 1}[Recipe(("DEBT", "ASSET"), k=np.int64(3))] == 1
    assert Recipe(["DEBT", "ASSET"]) != Recipe(["ASSET", "DEBT"])


def test_a_recipe_survives_json():
    recipe = Recipe(["DEBT"], "asinh", "robust", "ward", 7, 3, 1, "rows")
    assert Recipe.from_dict(json.loads(json.dumps(recipe.to_dict()))) == recipe
    assert Recipe.from_dict({"features": ["DEBT"]}) == Recipe(["DEBT"])


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"features": []}, "at least one"),
        ({"features": ["A", "B", "A"]}, "A is listed more than once"),
        ({"features": [f"X{i}" for i in range(61)]}, "At most 60"),
        ({"k": 1}, "between 2 and 30"),
        ({"k": 31}, "between 2 and 30"),
        ({"k": 2.5}, "whole number"),
        ({"k": True}, "whole number"),
        ({"starts": 0}, "between 1 and 200"),
        ({"starts": 10_000}, "between 1 and 200"),
        ({"seed": -1}, "between 0 and"),
        ({"algorithm": "spectral"}, "Algorithm must be one of kmeans"),
        ({"transform": "log"}, "Transform must be one of none"),
        ({"scaling": "unit"}, "Scaling must be one of"),
        ({"counting": "people"}, "Counting must be one of"),
        ({"colour": "red"}, "A recipe has no colour"),
    ],
)
def test_a_recipe_refuses_what_cannot_be(wrong, words):
    with pytest.raises(RecipeError, match=words):
        Recipe.from_dict({"features": ["DEBT"], **wrong})
