"""A recipe goes from its controls into a link, from there into a file and back, and is the same recipe all the way."""

import json
from urllib.parse import parse_qs, urlencode

from hypothesis import given
from hypothesis import strategies as st

from lib.errors import RecipeError
from lib.segments import Recipe
from tests.bad_input.test_mutilated_recipes import controls, recipe_of
from tests.fuzz.targets import check_sentence, recipe

NAMES = st.lists(st.text("ab `,\"'é=&#%+🏦\n", min_size=1, max_size=6), min_size=1, max_size=4, unique=True)
OPTIONS = {key: control.options for key, control in controls().items()}
PICKED = st.fixed_dictionaries({key: st.sampled_from(options) for key, options in OPTIONS.items()})
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text("anx\n\u202e", max_size=3)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text("abk", max_size=2), inner, max_size=3)
    ),
    max_leaves=4,
)
FIELDS = st.sampled_from(
    ["features", "transform", "scaling", "algorithm", "k", "starts", "seed", "counting", "pca", "bend"]
)


@given(PICKED)
def test_a_recipe_survives_a_link_and_a_file(picked):
    said = {key: control.ids_of([picked[key]]) for key, control in controls().items()}
    made, unread = recipe_of(parse_qs(urlencode(said, doseq=True), keep_blank_values=True))
    assert unread == []
    assert (made.transform, made.scaling, made.algorithm) == (
        picked["transform"],
        picked["scaling"],
        picked["algorithm"],
    )
    assert (made.k, round(100 * (made.pca or 0))) == (picked["k"], picked["pca"])
    assert Recipe.from_dict(json.loads(json.dumps(made.to_dict()))) == made
    again = {key: control.ids_of([picked[key]]) for key, control in controls().items()}
    assert again == said


@given(NAMES, st.integers(2, 30), st.integers(0, 2**32 - 1), st.one_of(st.none(), st.floats(0.001, 0.999)))
def test_any_sound_recipe_survives_a_file(names, k, seed, pca):
    made = Recipe(names, "asinh", k=k, seed=seed, pca=pca)
    assert Recipe.from_dict(json.loads(json.dumps(made.to_dict()))) == made
    assert hash(Recipe.from_dict(made.to_dict())) == hash(made)


@given(st.dictionaries(st.one_of(FIELDS, st.text("ab", max_size=2)), JSON, max_size=4))
def test_any_values_are_a_recipe_or_get_one_sentence(values):
    try:
        made = Recipe.from_dict({"features": ["A", "B"], **values})
    except RecipeError as error:
        check_sentence(error)
        return
    assert Recipe.from_dict(made.to_dict()) == made


@given(st.one_of(st.binary(max_size=60), JSON.map(lambda value: json.dumps(value).encode())))
def test_any_bytes_are_a_recipe_file_or_get_one_sentence(content):
    recipe(content)
