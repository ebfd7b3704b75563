"""Choices in the address by ids: what a link says, what it may have said, and what nobody can read."""

from functools import partial

import pytest
from paths import ROOT
from streamlit.testing.v1 import AppTest

from lib.words import slug

SCRIPT = str(ROOT / "tests" / "scripts" / "links_script.py")


@pytest.fixture(autouse=True)
def _as_on_a_server():
    """In place of the preparations for the pages of the app, of which this script has none."""


def opened(**query) -> AppTest:
    at = AppTest.from_file(SCRIPT, default_timeout=30)
    at.query_params.update(query)
    return ran(at)


def ran(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception
    return at


def shown(at: AppTest) -> dict[str, str]:
    """What the script says that each control shows."""
    parts = [part for m in at.markdown for part in m.value.split(", ") if " is" in part]
    return {key: value.strip() for key, _, value in (part.partition(" is") for part in parts)}


def folded(at: AppTest) -> dict[str, str]:
    """The same of what is not drawn at first."""
    return {key: value for key, value in shown(at).items() if key in FOLDED}


def toggle(at: AppTest, label: str):
    return next(one for one in at.toggle if one.label == label)


FOLDED = {"name": "Segment one", "depth": "0.5", "sorts": "a", "many": "5", "on": "False"}
"""Controls that are not drawn at first."""

DEFAULTS = {
    "who": "everyone", "count": "households", "show": "AGE", "steps": "4", "own": "AGE", "maps": "pca tsne",
    "use": "cards", "lens": "credit-risk", **FOLDED,
}  # fmt: skip


def test_what_is_the_default_is_not_in_the_address():
    at = opened()
    assert shown(at) == DEFAULTS
    assert at.query_params == {}


@pytest.mark.parametrize(
    ("key", "said", "means"),
    [
        ("who", "fearful", "fearful"),
        ("count", "rows", "rows"),
        ("show", "INCOME", "INCOME"),
        ("own", ["INCOME", "AGE"], "INCOME AGE"),
        ("maps", ["umap", "pca"], "umap pca"),
        ("maps", "", ""),
        ("own", "", ""),
        ("use", "hand-on", "hand-on"),
        ("lens", "market", "market"),
    ],
)
def test_an_id_in_the_address_is_a_choice_and_stays_there(key, said, means):
    at = opened(**{key: said})
    assert shown(at) == {**DEFAULTS, key: means}
    assert ran(at).query_params == {key: said}


@pytest.mark.parametrize(
    ("key", "label", "said"),
    [
        ("who", "Denied credit or feared it", "fearful"),
        ("count", "Rows", "rows"),
        ("show", "Income", "INCOME"),
        ("own", ["Income", "Age"], ["INCOME", "AGE"]),
        ("maps", ["UMAP", "PCA"], ["umap", "pca"]),
        ("maps", "Principal components", "pca"),
        ("use", "Hand on", "hand-on"),
        ("lens", "Market", "market"),
    ],
)
@pytest.mark.parametrize("version", [{}, {"v": "1"}])
def test_a_label_of_version_1_is_understood_and_becomes_an_id(key, label, said, version):
    at = opened(**{key: label}, **version)
    assert at.query_params == {key: said, **version}
    assert shown(at)[key] == (said if isinstance(said, str) else " ".join(said))


def test_an_id_wins_over_a_label():
    # "AGE" is the id of one column; a label that reads the same must not take its place
    from lib.ui.scene.choices import choice_of

    labels = {"AGE": "Years", "DENIED": "AGE"}
    choice = choice_of("show", "Show", labels, (), str, labels.__getitem__, None)
    assert choice.read(["AGE"]) == (("AGE",), [])


def test_a_whole_number_between_its_ends_is_read_and_nothing_else():
    from lib.ui.scene.address import Unread
    from lib.ui.scene.choices import Free
    from lib.ui.scene.links import _whole

    control = Free("limit", "Limit", (500,), partial(_whole, 10, 1_000_000))
    assert control.read(["600000"]) == ((600_000,), [])
    assert control.read(["10", "20", "20"]) == (
        (20,),
        [Unread("limit", "Limit (given twice, the last is taken)", "10")],
    )
    assert control.read(["20", "many"]) == ((20,), [Unread("limit", "Limit", "many")])
    for said in ("", "inf", "-inf", "nan", "1e400", "9" * 5_000, "5.5", " 70", "\u0967\u0968", "\0", "9"):
        assert control.read([said]) == (None, [Unread("limit", "Limit", said)])


def test_where_an_id_says_too_little_the_name_does():
    from lib.ui.scene.choices import choice_of

    choice = choice_of("show", "Show", ("A b", "a-b", "€", "Credit risk"), (), slug, str, None)
    assert choice.ids == ("A b", "a-b", "€", "credit-risk")


def test_two_options_that_nothing_tells_apart_are_an_error_of_the_page():
    from lib.ui.scene.choices import choice_of

    with pytest.raises(ValueError, match="same id"):
        choice_of("show", "Show", (1, "1"), (), str, str, None)


@pytest.mark.parametrize("key", ["who", "count", "show", "own", "maps", "use", "lens"])
def test_nonsense_falls_back_is_remembered_and_leaves_the_address(key):
    at = opened(**{key: "Bananas", "steps": "7"})
    assert shown(at) == {**DEFAULTS, "steps": "7"}
    assert at.query_params == {"steps": "7"}
    labels = {"who": "Households", "use": "Tab"}
    assert at.markdown[-1].value == f"{labels.get(key, key.capitalize())}: Bananas"


@pytest.mark.parametrize("key", ["who", "count", "show", "use", "lens"])
def test_an_empty_value_falls_back(key):
    at = opened(**{key: ""})
    assert shown(at) == DEFAULTS
    assert at.query_params == {}


def test_of_a_list_what_is_understood_is_kept_and_never_too_much():
    at = opened(own=["Bananas", "INCOME", "INCOME", "DEBT", "AGE"])
    assert shown(at)["own"] == "INCOME DEBT"
    assert at.query_params == {"own": ["INCOME", "DEBT"]}
    assert at.markdown[-1].value == "Own: Bananas; Own: Age"


def test_a_parameter_given_twice_counts_as_the_last():
    assert shown(opened(who=["owners", "fearful"]))["who"] == "fearful"


def test_choices_go_into_the_address_and_out_of_it():
    at = opened()
    at.selectbox(key="who").set_value("fearful").run()
    assert at.query_params == {"who": "fearful"}
    at.segmented_control(key="count").set_value("rows").run()
    at.multiselect(key="own").set_value(["DEBT", "AGE"]).run()
    at.pills(key="maps").set_value([]).run()
    assert at.query_params == {"who": "fearful", "count": "rows", "own": ["DEBT", "AGE"], "maps": ""}
    at.selectbox(key="who").set_value("everyone").run()
    at.pills(key="maps").set_value(["pca", "tsne"]).run()
    assert at.query_params == {"count": "rows", "own": ["DEBT", "AGE"]}


def test_a_choice_in_a_fragment_goes_into_the_address():
    at = opened(who="fearful")
    at.segmented_control(key="lens").set_value("market").run()
    assert at.query_params == {"who": "fearful", "lens": "market"}


def test_choices_may_be_made_by_code():
    at = opened()
    at.session_state["use"], at.session_state["who"] = "Lenses", "owners"
    assert ran(at).query_params == {"who": "owners", "use": "lenses"}
    assert shown(at)["use"] == "lenses"


def test_an_option_that_is_gone_falls_back_to_the_default():
    at = opened(show="INCOME", own=["INCOME", "DEBT"])
    toggle(at, "Fewer columns").set_value(True).run()
    assert not at.exception
    assert shown(at)["show"] == "AGE"
    assert shown(at)["own"] == "DEBT"
    assert at.query_params == {"own": "DEBT"}


def test_a_default_that_moves_takes_with_it_what_nobody_chose():
    at = opened()
    toggle(at, "Debt first").set_value(True).run()
    assert shown(at)["show"] == "DEBT"
    assert at.query_params == {}
    at = opened(show="INCOME")
    toggle(at, "Debt first").set_value(True).run()
    assert at.query_params == {"show": "INCOME"}


def test_an_absent_control_leaves_the_address_with_the_next_choice_and_comes_back_as_it_was():
    at = opened(own="INCOME", use="lenses")
    at.multiselect(key="own").set_value(["DEBT"]).run()
    at.session_state["use"] = "Hand on"
    assert ran(at).query_params == {"own": "DEBT", "use": "hand-on"}
    for label in ("No list", "No tabs"):
        toggle(at, label).set_value(True).run()
    at.selectbox(key="who").set_value("owners").run()
    assert at.query_params == {"who": "owners"}
    for label in ("No list", "No tabs"):
        toggle(at, label).set_value(False).run()
    assert at.query_params == {"who": "owners", "own": "DEBT", "use": "hand-on"}
    assert shown(at)["own"] == "DEBT"
    assert shown(at)["use"] == "hand-on"


def test_what_is_folded_is_read_said_and_kept_without_being_drawn():
    said = {"name": "Well off", "depth": "0.3", "sorts": "", "many": "7", "on": "true"}
    means = {**said, "on": "True"}
    at = opened(**said)
    assert folded(at) == means
    assert not [element for kind in (at.text_input, at.number_input) for element in kind]
    at.segmented_control(key="count").set_value("rows").run()
    assert folded(at) == means
    assert at.query_params == {**said, "count": "rows"}
    toggle(at, "Unfold").set_value(True).run()
    assert folded(at) == means
    assert (at.text_input(key="name").value, at.slider(key="depth").value) == ("Well off", 0.3)
    at.slider(key="depth").set_value(0.8).run()
    at.pills(key="sorts").set_value(["b"]).run()
    at.number_input(key="many").set_value(5).run()
    for is_open in (False, True, False):
        toggle(at, "Unfold").set_value(is_open).run()
        assert not at.exception
        assert folded(at) == {**means, "depth": "0.8", "sorts": "b", "many": "5"}
    assert at.query_params == {"name": "Well off", "depth": "0.8", "sorts": "b", "on": "true", "count": "rows"}


def test_a_text_that_is_emptied_is_the_default_again_and_one_too_long_is_not_taken():
    at = opened(name="x" * 21)
    assert shown(at)["name"] == "Segment one"
    assert "Name: " + "x" * 21 in [one.value for one in at.markdown]
    toggle(at, "Unfold").set_value(True).run()
    for typed, is_called, address in (
        ("  Just starting ", "Just starting", "Just starting"),
        (" ", "Segment one", None),
    ):
        at.text_input(key="name").set_value(typed).run()
        assert shown(at)["name"] == is_called
        assert at.query_params.get("name") == address


def test_an_address_that_never_changes_undoes_nochoice_of():
    """As over the raw websocket, where every rerun sends the query string of the first."""
    at = opened(who="fearful")
    at.segmented_control(key="count").set_value("rows")
    at.selectbox(key="who").set_value("owners")
    for _ in range(3):
        at.query_params = {"who": "fearful"}
        assert shown(ran(at)) == {**DEFAULTS, "who": "owners", "count": "rows"}
        assert at.query_params == {"who": "owners", "count": "rows"}
