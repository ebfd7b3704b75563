"""Bringing a table, run through AppTest: what is understood is shown, and it goes on to the pages."""

import threading

import numpy as np
import pytest

from lib import exports
from lib.population import Population
from lib.segments import Recipe, fit
from lib.sources import table
from lib.ui.run import background
from lib.ui.scene import own

PAGE = "pages/your_table.py"
RNG = np.random.default_rng(0)
SHOP = "Customer;Spent;Visits;Town\n" + "\n".join(
    f"K{row:04d};{value:.2f};{visits};{town}".replace(".", ",")
    for row, (value, visits, town) in enumerate(
        zip(RNG.lognormal(3, 1, 200), RNG.integers(1, 30, 200), np.tile(["Ulm", "Bonn"], 100), strict=True)
    )
)


def test_semicolons_and_decimal_commas_are_understood_and_the_pages_follow(brought):
    at = brought("shop.csv", SHOP.encode())
    assert any("200 rows, 4 columns" in m.value for m in at.main.markdown)
    at.button(key="use_own").click().run()
    assert not at.exception
    assert [title.value for title in at.title] == ["Explore this table"]
    assert dict(at.query_params) == {}
    assert at.selectbox(key="data").value.startswith("own-")
    at.switch_page("pages/two_features.py").run()
    assert any("**4 segments**" in m.value for m in at.main.markdown)


def test_other_pages_say_that_a_table_was_brought_until_it_is_used(brought):
    at = brought("shop.csv", SHOP.encode())
    at.switch_page("pages/many_features.py").run()
    (said,) = [box.value for box in at.sidebar.info]
    assert said.startswith("“shop” was brought and is not in use yet")
    at.switch_page(PAGE).run()
    at.button(key="use_own").click().run()
    assert not at.sidebar.info


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.csv", b"", "empty"),
        ("names.csv", b"a,b,c\n", "no row"),
        ("broken.xlsx", b"PK\x03\x04nothing", "broken"),
    ],
)
def test_a_file_that_is_no_table_gets_one_sentence(brought, name, content, said):
    at = brought(name, content)
    assert len(at.error) == 1
    assert said in at.error[0].value


def test_marks_in_a_name_are_text(brought):
    at = brought("![x](http://there)*.csv", SHOP.encode())
    assert any("!\\[x\\](http:\u2060//" in m.value for m in at.main.markdown)


def test_another_file_takes_the_place_of_the_first(brought):
    at = brought("shop.csv", SHOP.encode())
    at.button(key="use_own").click().run()
    first = at.selectbox(key="data").value
    at.switch_page(PAGE).run()
    at.file_uploader[0].upload("other.csv", SHOP.replace("K", "X").encode(), "text/csv").run()
    at.button(key="use_own").click().run()
    assert own.find(first) is None
    assert at.selectbox(key="data").value != first


def test_a_choice_that_does_not_fit_is_taken_back(brought):
    at = brought("shop.csv", SHOP.encode())
    at.selectbox(key="own_encoding").set_value("utf-16").run()
    assert not at.exception
    assert len(at.error) == 1
    assert any("200 rows, 4 columns" in m.value for m in at.main.markdown)
    assert at.selectbox(key="own_encoding").value == ""
    at.run()
    assert not at.error


def test_the_file_is_let_go_of_and_all_is_forgotten_with_the_table(brought):
    at = brought("shop.csv", SHOP.encode())
    at.button(key="use_own").click().run()
    key = at.selectbox(key="data").value
    assert len(at.file_uploader) == 0
    next(b for b in at.sidebar.button if b.label == "Forget my data").click().run()
    assert own.find(key) is None
    assert own.DESK not in at.session_state
    at.switch_page(PAGE).run()
    assert at.file_uploader[0].value is None
    assert not any("200 rows" in m.value for m in at.main.markdown)


GAPS = SHOP.replace(";Ulm", ";", 3)


@pytest.fixture
def cleaning(brought):
    """A table with gaps, at its tab of cleaning."""
    at = brought("shop.csv", GAPS.encode())
    at.session_state["own_tab"] = "Clean"
    return at.run()


def test_a_step_is_done_told_and_undone(cleaning):
    at = cleaning
    assert at.multiselect(key="clean_missing").value == ["Town"]
    at.button(key="clean_missing_apply").click().run()
    assert not at.exception
    assert any("Leave out rows without Town" in m.value for m in at.main.markdown)
    assert any("3 rows left out" in m.value and "Rows 200 → 197" in m.value for m in at.main.markdown)
    assert any("197 rows" in m.value for m in at.main.markdown)
    at.button(key="undo_0").click().run()
    assert any("200 rows" in m.value for m in at.main.markdown)
    assert not any("left out" in m.value for m in at.main.markdown)


def test_a_table_in_use_follows_what_is_done_to_it(cleaning):
    at = cleaning
    at.button(key="use_own").click().run()
    key = at.selectbox(key="data").value
    before = own.find(key)
    at.switch_page(PAGE).run()
    at.session_state["own_tab"] = "Clean"
    at.run()
    at.selectbox(key="clean_missing_how").set_value("Fill with the most common").run()
    at.button(key="clean_missing_apply").click().run()
    assert own.find(key).frame["Town"].notna().all()
    assert own.find(key).fingerprint != before.fingerprint
    at.switch_page("pages/two_features.py").run()
    assert not at.exception
    assert any("**4 segments**" in m.value for m in at.main.markdown)


def test_a_column_is_derived_and_becomes_a_feature(brought):
    at = brought("shop.csv", SHOP.encode())
    at.session_state["own_tab"] = "Derive"
    at.run()
    at.text_input(key="derive_name").set_value("Spent per visit").run()
    at.button(key="derive_apply").click().run()
    assert any("Spent per visit: Spent / Visits" in m.value.replace("\\", "") for m in at.main.markdown)
    at.button(key="use_own").click().run()
    found = own.find(at.selectbox(key="data").value)
    assert np.allclose(found.frame["Spent per visit"], found.frame["Spent"] / found.frame["Visits"])


def test_spellings_of_a_category_are_named_and_taken_for_one(brought):
    rows = "".join(f"{n},{('gold', 'Gold', 'Gold', 'silver')[n % 4]}\n" for n in range(40))
    at = brought("tiers.csv", f"paid,tier\n{rows}".encode())
    at.session_state["own_tab"] = "Clean"
    at.run()
    said = [text.value for text in at.markdown if "differ in case and spaces alone" in text.value]
    assert "tier: “Gold” and “gold”" in said[0]
    at.button(key="clean_spellings_tier").click().run()
    assert not at.exception
    assert "clean_spellings_tier" not in [button.key for button in at.button]
    assert any("2 categories" in c.value for c in at.caption)


def test_what_cannot_be_done_is_said_and_nothing_is_lost(cleaning):
    at = cleaning
    at.button(key="clean_merge").click().run()
    assert not at.exception
    assert [error.value.replace("\\", "") for error in at.error] == [
        "Town has fewer than two categories below 5%: there is nothing to merge."
    ]
    at.selectbox(key="clean_missing_how").set_value("Fill with the median").run()
    assert at.button(key="clean_missing_apply").disabled  # no amount lacks a value
    assert any("200 rows" in m.value for m in at.main.markdown)


@pytest.mark.parametrize("example", ["cards", "loans"])
def test_an_example_goes_the_way_of_a_table_of_ones_own(app, example):
    at = app(PAGE)
    at.button(key=f"own_example_{example}").click().run()
    for tab in ("Clean", "Derive", "Columns"):
        at.session_state["own_tab"] = tab
        at.run()
        assert not at.exception
        assert not at.error
    assert any("3,000 rows" in m.value for m in at.main.markdown)
    at.button(key="use_own").click().run()
    assert at.selectbox(key="data").value.startswith("own-")
    own.sweep(lambda _: True)


def test_a_saved_recipe_does_the_same_to_the_table_brought_again(cleaning):
    """Choices, steps and the segments' recipe come back from the file that takes a link's place."""
    at = cleaning
    at.button(key="clean_missing_apply").click().run()
    at.button(key="use_own").click().run()
    data = own.find(at.selectbox(key="data").value)
    recipe = Recipe(("Visits", "Spent"), transform="asinh", k=3)
    origin = exports.provenance(data, Population(), "Everyone", recipe)
    saved = exports.recipe_json(fit(data, recipe), {}, data.codebook, origin)
    next(b for b in at.sidebar.button if b.label == "Forget my data").click().run()
    at.switch_page(PAGE).run()
    at.file_uploader[0].upload("shop.csv", GAPS.encode(), "text/csv").run()
    at.file_uploader[1].upload("recipe.json", saved, "application/json").run()
    assert not at.error
    assert any("197 rows" in m.value for m in at.main.markdown)
    at.button(key="use_own").click().run()
    assert own.find(at.selectbox(key="data").value).fingerprint == data.fingerprint
    at.switch_page("pages/two_features.py").run()
    assert not at.exception
    assert any("**3 segments**" in m.value for m in at.main.markdown)
    # a table of something else is read all the same, and is told that it has none of the features
    at.switch_page(PAGE).run()
    next(b for b in at.sidebar.button if b.label == "Forget my data").click().run()
    at.switch_page(PAGE).run()
    at.file_uploader[0].upload("other.csv", b"x,y\n" + b"1.5,2\n2.5,1\n" * 30, "text/csv").run()
    at.file_uploader[1].upload("recipe.json", saved, "application/json").run()
    assert "makes segments of Visits and Spent, which this table does not have" in at.error[0].value
    at.button(key="use_own").click().run()
    at.switch_page("pages/two_features.py").run()
    assert not at.exception
    assert at.selectbox(key="across").value == "x"


def test_a_file_over_the_limit_is_refused_in_a_sentence(brought, monkeypatch):
    monkeypatch.setattr("lib.ui.sections.bring.MOST_MB", 1)
    at = brought("large.csv", SHOP.encode() * 400)
    assert len(at.error) == 1
    assert "is larger than 1 MB" in at.error[0].value
    assert any("Up to 1 MB" in caption.value for caption in at.main.caption)


def test_a_file_that_takes_longer_is_read_behind_a_bar(brought, monkeypatch):
    go_on, understand = threading.Event(), table.understand

    def slowly(*given, **named):
        assert go_on.wait(60)
        return understand(*given, **named)

    monkeypatch.setattr(table, "understand", slowly)
    at = brought("shop.csv", SHOP.encode(), wait=False)
    assert at.button(key="stop_own_file").label == "Stop"
    assert not any("200 rows" in m.value for m in at.main.markdown)
    go_on.set()
    assert background.reading().wait(60)
    at.run()
    assert any("200 rows, 4 columns" in m.value for m in at.main.markdown)


def test_a_table_for_which_there_is_no_memory_is_refused_in_a_sentence(brought, monkeypatch):
    at = brought("shop.csv", SHOP.encode())
    monkeypatch.setattr(own, "most_of_memory", lambda: 1_000)
    at.button(key="use_own").click().run()
    assert not at.exception
    assert "has no memory" in at.error[0].value
    monkeypatch.setattr(own, "most_of_memory", lambda: None)
    at.button(key="use_own").click().run()
    assert [title.value for title in at.title] == ["Explore this table"]


def test_steps_wait_for_a_choice_with_which_there_is_a_table_again(cleaning):
    """A column made the id by mistake, and taken back: nothing of the cleaning is lost."""
    at = cleaning
    at.button(key="clean_missing_apply").click().run()
    at.session_state[own.CHOICES] = {"columns": {"Town": {"role": "id"}, "Customer": {"role": "text"}}}
    at.run()
    assert len(at.error) == 1
    at.session_state[own.CHOICES] = {}
    at.run()
    assert not at.error
    assert any("Leave out rows without Town" in m.value for m in at.main.markdown)
    assert any("After 1 step: 197 rows" in m.value for m in at.main.markdown)


def test_a_step_that_a_choice_makes_impossible_is_named(cleaning):
    at = cleaning
    at.button(key="clean_missing_apply").click().run()
    at.session_state[own.CHOICES] = {"columns": {"Town": {"role": "leave out"}}}
    at.run()
    assert "Step 1 (leave out missing) is left out" in at.error[0].value


def test_a_recipe_whose_columns_are_not_there_is_followed_as_far_as_it_goes(brought):
    at = brought("shop.csv", SHOP.encode())
    at.session_state[own.CHOICES] = {"columns": {"Visits": {"label": "How often"}}}
    at.run()
    at.button(key="use_own").click().run()
    data = own.find(at.selectbox(key="data").value)
    recipe = Recipe(("Visits", "Spent"), k=3)
    saved = exports.recipe_json(
        fit(data, recipe), {}, data.codebook, exports.provenance(data, Population(), "All", recipe)
    )
    next(b for b in at.sidebar.button if b.label == "Forget my data").click().run()
    at.switch_page(PAGE).run()
    at.file_uploader[1].upload("recipe.json", saved, "application/json").run()
    at.file_uploader[0].upload("other.csv", b"a;b\n1;2\n3;4\n5;7\n", "text/csv").run()
    assert not at.exception
    assert any("3 rows, 2 columns" in m.value for m in at.main.markdown)
    assert ["Visits" in error.value for error in at.error] == [True]


def test_a_table_that_was_swept_away_is_used_anew(brought):
    """The browser slept for a while, and another visitor's run let go of the table."""
    at = brought("shop.csv", SHOP.encode())
    at.button(key="use_own").click().run()
    own.sweep(lambda _: True)
    at.switch_page(PAGE).run()
    at.button(key="use_own").click().run()
    assert not at.exception
    assert [title.value for title in at.title] == ["Explore this table"]


def test_an_example_is_said_to_be_synthetic_on_all_pages(app):
    at = app(PAGE)
    at.button(key="own_example_cards").click().run()
    at.button(key="use_own").click().run()
    assert any("synthetic" in info.value for info in at.info)
    assert own.find(at.selectbox(key="data").value).synthetic
    own.sweep(lambda _: True)
