"""A bank's customers on every page, in their own words: the small made-up tables that are there for trying."""

import re

import pytest

MANY = "pages/many_features.py"
ELSEWHERE = re.compile(r"household|survey|implicate|\bSCF\b", re.IGNORECASE)
KINDS = (
    "title",
    "header",
    "subheader",
    "markdown",
    "caption",
    "info",
    "metric",
    "selectbox",
    "button",
    "expander",
    "tab",
)


def said(at):
    for kind in KINDS:
        for element in at.main.get(kind):
            yield from (str(getattr(element, name, "") or "") for name in ("value", "label", "help"))


@pytest.mark.parametrize("page", [None, "pages/two_features.py", MANY, "pages/methods.py"])
@pytest.mark.parametrize("data", ["cards", "loans"])
def test_every_page_speaks_of_the_customers_and_says_that_they_are_made_up(app, settled, data, page):
    at = settled(app(page, data=data, maps="pca"))
    told = list(said(at))
    assert any("ynthetic" in words for words in told)
    assert not [words for words in told if ELSEWHERE.search(words)]
    assert not at.error


def test_loans_are_looked_at_through_their_outcome_and_never_made_from_it(app):
    at = app(MANY, data="loans", maps="pca", use="lenses", choose="own")
    assert any("pproved" in row for row in at.dataframe[-1].value["Figure"])
    assert "Decision" not in " ".join(at.multiselect(key="own").options)


def test_a_customer_is_found_by_a_number_that_is_text(app):
    at = app(MANY, data="cards", maps="pca")
    at.text_input(key="member").set_value("S00007").run()
    assert not at.exception
    assert any("**Customer S00007**" in m.value for m in at.main.markdown)
