"""Which columns are left out because of which, where scales bend, and which choices decide the segments."""

import pandas as pd
import pytest
from tables import customers, neutral_table

from lib import exports
from lib.population import Population
from lib.segments import Recipe, fit

MANY, TWO = "pages/many_features.py", "pages/two_features.py"


def captions(at):
    return " ".join(caption.value for caption in at.main.caption)


def test_columns_left_out_are_said_with_the_reason(app):
    at = app(MANY, who="fearful", maps="pca", unfolded="features")
    said = captions(at)
    assert "Features: Total assets, Total debt, Wages and salaries, Unrealized capital gains, Social Security" in said
    assert "Left out: Household income (contains wages and salaries for 98.7%); Usual income (contains wages" in said
    assert " more (by accounting with total assets); " in said
    rule = next(toggle.help for toggle in at.toggle if toggle.label == "Skip overlapping columns")
    assert "a rank correlation of 0.8 or more either way" in rule
    assert "for at least 85% of the households that have any of either, at least half of it for 40%" in rule


@pytest.fixture
def mine(offer):
    """The app on a table that nobody knows, with a column that is nearly another."""

    def opened(page=MANY, **query):
        frame = neutral_table().frame[list("abcd")]
        twice = frame.assign(z=2 * frame["a"] + frame["b"] / 100)
        return offer(customers(pd.DataFrame(twice)), page, **{"maps": "pca", "k": "3", **query})

    return opened


def test_the_bend_is_shown_chosen_and_in_the_link(mine):
    at = mine(unfolded="features method")
    assert "Left out: a (rank correlation 1.00 with z)." in captions(at)
    group = next(one for one in at.get("button_group") if one.label == "Bend at")
    assert (group.options, group.value) == (["×0.1", "×0.3", "×1", "×3", "×10"], 1.0)
    assert "bend" not in at.query_params
    assert "It bends at the median of what is not zero (" in captions(at)
    group.set_value(3.0).run()
    assert not at.exception
    assert at.query_params["bend"] == "3"
    assert "It bends at the median of what is not zero, × 3 (" in captions(at)
    # a list of one's own is warned of
    again = captions(mine(bend="0.1", choose="own", own=["a", "z"], unfolded="method"))
    assert "what is not zero, × 0.1 (" in again
    assert "z: rank correlation 1.00 with a; they say much the same." in again
    for wrong in ({"bend": "5"}, {"bend": "3", "transform": "quantile"}):
        assert "not zero, ×" not in captions(mine(**wrong, unfolded="method"))


def test_which_choices_decide_is_tested_and_told(mine, settled, charts):
    at = mine(TWO, across="a", up="b", use="how-sure", bend="0.3", unfolded="method")
    at.button(key="ask_sensitivity").click().run()
    settled(at)
    assert not at.error
    said = next(m.value for m in at.main.markdown if "other random numbers reach 1.00" in m.value)
    words, _, points = next(chart for chart in charts(at) if "other random numbers reach" in chart[0])
    assert said.startswith(f"**{words.split(';')[0]}")
    changed = set(points["change"])
    assert {"Features: without a", "Method: Ward", "Other random numbers: 1 of 3"} <= changed
    # in the very words of the controls
    for control in (at.segmented_control(key="transform"), at.selectbox(key="scaling")):
        assert {f"{control.label}: {option}" for option in control.options} - changed == {
            f"{control.label}: {'Log-like' if control.key == 'transform' else 'Standard deviations'}"
        }
    assert f"{at.segmented_control(key='bend').label}: ×0.03" in changed


def test_a_saved_recipe_brings_its_bend_along(mine):
    data = neutral_table()
    found = fit(data, Recipe(("a", "b"), "asinh", k=3, starts=3, bend=10))
    origin = exports.provenance(data, Population(), "Everyone", found.recipe)
    recipe = exports.recipe_json(found, {}, data.codebook, origin)
    at = mine(TWO, use="hand-on", unfolded="method")
    at.file_uploader(key="recipe_file_0").upload("recipe.json", recipe, "application/json").run()
    at.button(key="load_recipe").click().run()
    assert not at.exception
    assert "not zero, × 10 (" in captions(at)
