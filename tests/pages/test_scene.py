"""What decides figures, and what is only a name."""

from functools import partial

import pytest

from lib.population import Comparison
from lib.segments import Recipe
from lib.ui.run import results, segment_results
from lib.ui.scene import catalogue
from lib.ui.scene.scene import Scene, Segmented
from lib.ui.scene.view import EVERYBODY, Heading, View

YOUNG = Comparison("AGE", "<", 30.0)


@pytest.fixture
def scene():
    view = View("sample", catalogue.stamp_of("sample"), 2019, EVERYBODY, "households")
    return Scene(view, Heading("Everyone"))


def test_another_name_is_not_another_fit(scene):
    recipe = Recipe(("DEBT", "HOUSES"), k=2, starts=2)
    one, other = (scene.narrowed(title, YOUNG) for title in ("The young", "Under 30"))
    assert one.view == other.view
    assert segment_results.segmentation(one.view, recipe) is segment_results.segmentation(other.view, recipe)
    assert one.key != other.key


def test_names_of_groups_are_those_asked_for(scene):
    one, other = (scene.narrowed(title, YOUNG) for title in ("The young", "Under 30"))
    for each in (one, other):
        table = results.shares_beside(each.view, each.heading, "RACE").table
        assert set(table["group"]) == {each.title, "Everyone"}


def test_a_scene_is_shown_beside_another(scene):
    young, others = scene.narrowed("The young", YOUNG), scene.narrowed("Others", Comparison("AGE", ">=", 30.0))
    beside = young.next_to(others)
    assert beside.heading == Heading("The young", "Others")
    assert beside.view.beside == others.view.population
    assert not beside.view.is_everyone


def test_a_scene_with_segments_narrows_to_one_without(scene):
    recipe = Recipe(("DEBT", "HOUSES"), k=2, starts=2)
    find = partial(segment_results.segmentation, scene.view, recipe)
    segmented = Segmented(scene.view, scene.heading, recipe, find, {1: "A"}, {1: "A"})
    assert type(segmented.narrowed("The young", YOUNG)) is Scene
    assert segmented.described[:2] == ("DEBT", "HOUSES")
    assert segmented.key != scene.key
