"""Links that ask for what is not there: the page comes, one sentence says what was not understood, and it goes on."""

import ast
import contextlib
import itertools

import pytest
from marks import alive
from paths import ROOT
from tables import neutral_table

from lib.explore import MAX_CORRELATED
from lib.sources import scf
from lib.ui.scene.address import PARAMETERS
from tests.sources.awkward import MARKUP

PAGES = ("explore", "two_features", "many_features", "small_business", "methods")
EXPLORE, TWO, MANY, SMALL, METHODS = (f"pages/{page}.py" for page in PAGES)
LIMIT = "income_limit_2019"

EVERYWHERE = ("data", "dollars", "who", "count")
SHOWN = "Survey: nothing; Amounts in: 1e400; Households: " + "9" * 60
CHOICES = {
    EXPLORE: ("show", "by", "amount", "x", "y", "variance", "amount_linear"),
    TWO: ("across", "up", "transform", "scaling", "k", "bend", "use", "plane_linear"),
    MANY: ("choose", "algorithm", "transform", "k", "pca", "colour", "perplexity", "contours", "use"),
    SMALL: ("choose", "k", "pca", LIMIT, "use", "contours"),
}
"""What stands in the links of a page, besides what is in those of all."""

OTHER_PART = (SMALL, ("part", "owners", "owner_show", "owner_by"))

BAD = {
    "nothing": "",
    "beyond all numbers": "1e400",
    "beyond all bounds": "9" * 400,
    "no number": "nan",
    "a zero byte": "ca\0rds",
    "very long": "x" * 100_000,
    "marks": MARKUP,
    "twice": ["Fearful", "INF"],
}


TEXTS = dict.fromkeys(("where", "dictionary", "question"), MARKUP)
"""What takes any words."""


def note(at) -> str:
    """The sentence on what was not understood."""
    (said,) = (info.value for info in at.info if "not to be had" in info.value)
    return said


def test_a_parameter_given_twice_is_told_by_what_was_not_taken(app):
    at = app(TWO, k=["3", "5", "5"], who=["fearful", "everyone"])
    assert at.slider(key="k").value == 5
    told = note(at)
    assert told.startswith("The link asks for what is not to be had here: ")
    parts = told.partition(": ")[2].rstrip(".").split("; ")
    assert sorted(parts) == [
        "Households (given twice, the last is taken): Denied credit or feared it",
        "Number of segments (given twice, the last is taken): 3",
    ]
    assert set(at.query_params) <= {"v", "k"}


@pytest.mark.parametrize(("page", "choices"), [*CHOICES.items(), OTHER_PART])
def test_every_choice_of_a_page_may_be_nonsense(app, page, choices):
    keys, values = (*EVERYWHERE, *choices), list(BAD.values())
    at = app(page, maps="pca", **TEXTS, **{key: values[place % len(values)] for place, key in enumerate(keys)})
    assert [error.value[:32] for error in at.error] == ["The conditions cannot be read ne"]
    assert alive(at) == []
    told = note(at)
    assert told.startswith(f"The link asks for what is not to be had here: {SHOWN}; and ")
    assert len(told) < 400
    assert not set(keys) & set(at.query_params)
    assert at.selectbox(key="who").value == "everyone"
    assert not at.run().exception


def test_what_was_not_understood_is_said_until_the_next_choice(app):
    at = app(EXPLORE, who="Fearful", amount_linear="maybe")
    assert note(at).endswith("here: Households: Fearful; Linear axis: maybe.")
    at.toggle(key="amount_linear").set_value(True).run()
    assert not any("not to be had" in info.value for info in at.info)
    assert at.query_params == {"amount_linear": "true", "v": "3"}


@pytest.mark.parametrize(("said", "limit"), [("inf", 500_000), (["700000", "9" * 400], 700_000)], ids=["one", "two"])
def test_a_limit_that_is_none_is_said_and_the_usual_one_holds(app, said, limit):
    at = app(SMALL, maps="pca", differ="maybe", **{LIMIT: said})
    assert "Owners with income under: " in note(at)
    assert "Which amounts differ most: maybe" in note(at)
    assert at.number_input(key=LIMIT).value == limit


def test_a_parameter_that_is_almost_one_is_said_until_the_next_choice(app):
    """Capitals and slips of the finger; what others add to a link, and what is of another wave, is left alone."""
    others = {"utm_source": "mail", "fbclid": "x", "member_2018": "3", "n12ab_1": "y", "Z" * 5_000: "1", "k": "5"}
    at = app(METHODS, Where="AGE < 35", COUNT="rows", whoo="fearful", dictionary="wealth", **others)
    assert note(at) == (
        "The link asks for what is not to be had here: Where (did you mean where?): AGE \\< 35; COUNT (did you mean "
        "count?): rows; whoo (did you mean who?): fearful."
    )
    assert at.text_input(key="where").value == ""
    at.selectbox(key="who").set_value("fearful").run()
    assert not any("not to be had" in info.value for info in at.info)


def test_a_parameter_that_no_control_has_is_said(app):
    """Somebody who writes ``population=fearful`` saw everyone, and was told nothing."""
    at = app(EXPLORE, population="fearful", **{"net-worth": "low"}, utm_campaign="mail", trk="x", use="cards")
    assert note(at) == "The link asks for what is not to be had here: population: fearful; net-worth: low."
    at.selectbox(key="who").set_value("fearful").run()
    assert not any("not to be had" in info.value for info in at.info)


def test_more_than_can_be_chosen_is_said(app):
    """Of more columns than a heat map takes the first were drawn, and nothing said of the others."""
    amounts = [name for name, one in scf.columns_of_sample().items() if one.is_amount][: MAX_CORRELATED + 1]
    at = app(EXPLORE, correlate=amounts)
    assert len(at.multiselect(key="correlate").value) == MAX_CORRELATED
    assert note(at).startswith("The link asks for what is not to be had here: Columns: ")


def test_what_controls_are_called_in_links_is_known():
    """Of what is another page's nothing is said: a name that is missing from the list would be taken for a mistake."""
    found = {name for path in sorted((ROOT / "lib" / "ui").rglob("*.py")) for name in _keys(path)}
    assert {"who", "k", "use", "show", "by_beside", "followed_amount", "where", "leading_variance"} <= found
    assert found <= PARAMETERS
    assert {key for keys in CHOICES.values() for key in keys} - {LIMIT} <= PARAMETERS


def _keys(path):
    """What the calls of one file give as the key of a control in links, as far as it is made of constants."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = {"at": ""}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            with contextlib.suppress(ValueError):
                names, value = ast.unparse(node.targets[0]).strip("()").split(", "), ast.literal_eval(node.value)
                named |= dict(zip(names, value if isinstance(value, tuple) else (value,), strict=False))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (called := ast.unparse(node.func)).startswith(("links.", "controls.pick_")):
            first = node.args[:1] if called in {"links.bound", "controls.pick_trim"} else []
            for key in [*first, *(word.value for word in node.keywords if word.arg == "key")]:
                yield from _spelt(key, named)


def _spelt(node, named):
    """The strings that an expression of constants can be."""
    if isinstance(node, ast.IfExp):
        yield from (*_spelt(node.body, named), *_spelt(node.orelse, named))
    elif isinstance(node, ast.FormattedValue):
        yield from _spelt(node.value, named)
    elif isinstance(node, ast.JoinedStr):
        yield from map("".join, itertools.product(*(list(_spelt(part, named)) for part in node.values)))
    elif isinstance(said := getattr(node, "value", named.get(getattr(node, "id", ""))), str):
        yield said


def test_a_start_that_is_none_is_said(app):
    at = app(TWO, use="inside", watched_start="inf")
    assert note(at).endswith("here: Start: inf.")
    assert at.number_input(key="watched_start").value == 1


def test_a_population_that_no_control_offers_is_said(offer):
    at = offer(neutral_table(), METHODS, who="fearful")
    assert note(at).endswith("here: Rows: fearful.")
    assert "who" not in at.query_params
    assert not offer(neutral_table(), METHODS, who="everyone").info
