"""The number of segments that a page begins with, and what links of all versions say of it."""

from lib.ui.run.background import background

TWO = "pages/two_features.py"


def said(at) -> str:
    """What stands beside the number."""
    return next(c.value for c in at.main.caption if "advised" in c.value or "was tried" in c.value)


def test_it_begins_where_the_advice_says_and_a_link_keeps_what_it_meant(app):
    at = app(TWO, data="cards", v="3")
    assert at.slider(key="k").value == 3
    assert said(at).startswith("**3 advised**: best by Silhouette; each segment rests on 30 customers or more.")
    assert "older link" not in said(at)
    assert "k" not in at.query_params
    # who follows it to other members follows the advice
    at.selectbox(key="who").set_value("in-full").run()
    assert at.slider(key="k").value == 2
    at = app(TWO, data="cards", v="2")
    assert (at.slider(key="k").value, at.query_params["k"]) == (4, "4")
    at.button(key="take_advised").click().run()
    assert (at.slider(key="k").value, "k" in at.query_params) == (3, False)
    at = app(TWO, data="cards")
    assert at.slider(key="k").value == 3
    assert said(at).endswith("An older link that named no number meant 4.")


def test_where_nothing_was_tried_it_is_said_and_found_on_request(app):
    at = app(TWO, data="cards", up="PAYMENTS", v="3")
    assert at.slider(key="k").value == 4
    assert said(at) == "4 for now: no other number was tried."
    at.button(key="ask_advice").click().run()
    assert background().wait(60)
    at.run()
    assert "advised**: " in said(at)
    # what is found now moves nothing by itself
    assert at.slider(key="k").value == 4
