"""Names, labels, categories and ids of a table with marks of Markdown and HTML: no mark takes effect on any page."""

from dataclasses import replace

import pytest
from marks import TAKES_EFFECT, alive
from tables import neutral_table

from lib import exports
from lib.dataset import Codebook
from lib.population import Population
from lib.segments import Recipe, fit, names
from lib.words import literal
from tests.sources.awkward import MARKUP

EXPLORE, TWO, MANY, METHODS = (f"pages/{page}.py" for page in ("explore", "two_features", "many_features", "methods"))
TABS = ("cards", "profiles", "how-many", "how-sure", "compare", "place-a-row", "inside", "hand-on")


def marked():
    """A table of which every name, label, category, id and cell of text is full of marks."""
    names = tuple(f"{MARKUP} {name}" for name in "abcd")
    data = neutral_table(names, f"{MARKUP} e")
    values = {1.0: f"{MARKUP} North", 2.0: f"South {MARKUP}", 3.0: MARKUP}
    book = {
        name: replace(variable, label=f"{MARKUP} {name[-1]}", definition=f"{MARKUP} means", group=f"{MARKUP} group",
                      values=values if variable.is_category else {})
        for name, variable in data.codebook.items()
    }  # fmt: skip
    frame = data.frame.assign(key=[f"{MARKUP} {at}" for at in range(len(data))])
    notes = (f"{MARKUP} is worth knowing.",)
    return replace(data, frame=frame, codebook=Codebook(book), name=MARKUP, notes=notes, fingerprint="marked")


PLACES = "own_conditions features method naming about_maps"
"""Closed at first."""


def test_marks_that_take_effect_are_found():
    """The net below has holes small enough."""
    assert TAKES_EFFECT.search(MARKUP)
    assert not TAKES_EFFECT.search(literal(MARKUP))


@pytest.fixture
def visit(offer, settled):
    """Opens a page on the table; the texts in which a mark takes effect."""

    def go(page, **query):
        at = settled(offer(marked(), page, unfolded=PLACES, **{"maps": "pca", "k": "3", **query}))
        assert not at.error
        return at

    return go


@pytest.mark.parametrize("page", [EXPLORE, TWO, MANY, METHODS])
def test_no_mark_takes_effect_on_a_page(visit, page):
    assert alive(visit(page)) == []


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("page", [TWO, MANY])
def test_no_mark_takes_effect_in_a_tab(visit, page, tab):
    assert alive(visit(page, use=tab)) == []


@pytest.mark.parametrize("page", [EXPLORE, TWO])
def test_no_mark_takes_effect_in_conditions(visit, page):
    where = f"`{MARKUP} e` == 1 and `{MARKUP} a` > -5"
    assert alive(visit(page, where=where)) == []
    assert alive(visit(page, where=f"`{MARKUP} a` > 1e9 and `{MARKUP} e` == 2")) == []


def test_no_mark_takes_effect_where_a_condition_is_built(visit):
    at = visit(EXPLORE)
    for column in (f"{MARKUP} a", f"{MARKUP} e"):
        at.selectbox(key="condition_column").set_value(column).run()
        assert not at.exception
        assert alive(at) == []


def test_no_mark_takes_effect_of_somebody_picked(visit):
    at = visit(MANY)
    box = next(box.key for box in at.text_input if (box.key or "").startswith("member_"))
    at.text_input(key=box).set_value(f"{MARKUP} 42").run()
    assert not at.exception
    assert alive(at) == []
    at.text_input(key=box).set_value(f"{MARKUP} nobody").run()
    assert alive(at) == []
    at.pills(key="picked_segments").set_value([1]).run()
    assert alive(at) == []


def test_no_mark_takes_effect_in_names_of_segments(visit):
    at = visit(TWO)
    box = next(box for box in at.text_input if box.label == "Name of segment 1")
    box.set_value(MARKUP).run()
    assert not at.exception
    assert alive(at) == []


@pytest.mark.parametrize("choose", ["own", "group", "variance"])
def test_no_mark_takes_effect_where_features_are_chosen(visit, choose):
    at = visit(MANY, choose=choose)
    assert alive(at) == []


def test_no_mark_takes_effect_where_columns_are_looked_up(visit):
    at = visit(METHODS)
    at.text_input(key="dictionary").set_value(MARKUP).run()
    assert alive(at) == []


def test_no_mark_takes_effect_of_a_link(app):
    at = app(EXPLORE, show=MARKUP, where=f"{MARKUP} == 1", wave=MARKUP)
    assert any("not to be had" in info.value for info in at.info)
    assert alive(at) == []


def test_no_mark_takes_effect_of_a_recipe(offer):
    data = marked()
    found = fit(data, Recipe(tuple(data.codebook.amounts()[:2]), k=2, starts=2))
    origin = exports.provenance(data, Population(), MARKUP, found.recipe)
    recipe = exports.recipe_json(found, names(data, found), data.codebook, origin)
    for table in (data, neutral_table()):
        at = offer(table, TWO, use="hand-on", maps="pca")
        at.file_uploader(key="recipe_file_0").upload("recipe.json", recipe, "application/json").run()
        assert not at.exception
        assert alive(at) == []
