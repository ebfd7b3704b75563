"""Recipes mutilated in thousands of ways: each gets one sentence, or is sound all the same."""

import json
from itertools import islice
from urllib.parse import parse_qs, urlencode

import pytest

from lib.errors import RecipeError
from lib.segments import ALGORITHMS, Recipe
from lib.segments.apply.stored import MAX_BYTES, read_recipe
from lib.ui.scene.choices import choice_of
from lib.ui.sections import recipes
from tests.bad_input.case import Case, refused
from tests.bad_input.mutilated import ANYWHERE, LINKS, mutilated, population_texts, sound
from tests.fuzz.targets import conditions, recipe

AT_LEAST = 339
EVERY = 11
"""One in so many is tried here, always the same ones; ``make fuzz`` makes others."""


def test_sound_ones_are_read():
    assert len(sound()) == 6
    for document in sound():
        assert read_recipe(json.dumps(document)).model.centres.size


def test_mutilated_files_get_one_sentence_each():
    tried = 0
    for what, make in islice(mutilated(), 0, None, EVERY):
        try:
            recipe(make())
        except Exception as error:
            raise AssertionError(what) from error
        tried += 1
    assert tried > 2 * AT_LEAST


def test_mutilated_conditions_get_one_sentence_each():
    tried = 0
    for text in population_texts():
        conditions(text.encode("utf-8", "replace"))
        tried += 1
    assert tried > 3 * AT_LEAST


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda text: text.replace('"recipe": {', '"recipe": {"k": 2, ', 1), "it says “k” twice"),
        (lambda text: text[:-1] + ',"space":{}}', "it says “space” twice"),
        (lambda text: text.replace('"Few"', '"\\ud83d"'), "it is not sound JSON"),
        (lambda text: text.replace('"kind"', '"kid"'), "a column of the mixture is of an unknown kind"),
        (lambda text: "[" * 100_000 + text, "it is not sound JSON"),
        (lambda text: "{" + ",".join(f'"a{at % 90_000}":1' for at in range(90_001)) + "}", "it says “a0” twice"),
        (lambda text: text + " " * MAX_BYTES, "has at most 8 MB"),
    ],
    ids=["k twice", "a scale twice", "half a sign", "an unknown kind", "brackets", "very many names", "blanks"],
)
def test_what_is_wrong_is_said(change, says):
    refused(Case(change(json.dumps(sound()[3])), (says,), RecipeError), read_recipe)


def controls():
    """The controls that make a recipe, as a page has them."""
    k = [float(number) for number in range(recipes.FEWEST, recipes.MOST + 1)]
    of = {
        "transform": (recipes.TRANSFORMS, str),
        "scaling": (recipes.SCALINGS, str),
        "algorithm": (ALGORITHMS, str),
        "k": (k, "{:g}".format),
        "pca": ((0, *range(80, 100)), lambda share: str(share or "off")),
        "bend": ((0.1, 0.3, 1.0, 3.0, 10.0), "{:g}".format),
    }
    return {key: choice_of(key, key, options, options[:1], ids, str, None) for key, (options, ids) in of.items()}


def recipe_of(said):
    """The recipe that a link says, and what in it could not be read."""
    picked, unread = {}, []
    for key, control in controls().items():
        found, odd = control.read(said.get(key, []))
        picked[key] = (found or control.default)[0]
        unread += odd
    share = picked["pca"] / 100 if picked["pca"] else None
    return Recipe(("paid", "owed"), **{**picked, "k": int(picked["k"]), "pca": share}), unread


def test_mutilated_links_give_a_recipe_and_say_what_was_not_understood():
    tried = 0
    for key, values in LINKS.items():
        sound_value = values[0]
        for value in (*values[1:], *ANYWHERE):
            for said in ([value], [sound_value, value], [value, sound_value], [value, value]):
                link = parse_qs(urlencode({key: said}, doseq=True, errors="replace"), keep_blank_values=True)
                made, unread = recipe_of(link)
                assert Recipe.from_dict(json.loads(json.dumps(made.to_dict()))) == made
                known = controls()[key]
                strange = [one for one in link[key] if one and not known.option_of(one)]
                *before, _ = dict.fromkeys(option for one in link[key] for option in known.option_of(one)) or [None]
                twice = [known.words[known.options.index(option)] for option in before]
                assert [one.value for one in unread if one.value] == [*strange, *twice]
                tried += 1
    assert tried >= AT_LEAST
