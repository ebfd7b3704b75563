"""Card usage and loan applications on every page: nothing breaks, and they are spoken of in their own words."""

import re
from dataclasses import replace

import pytest
from figures import figures

from lib.sources import examples
from lib.ui.scene import catalogue
from lib.ui.scene.catalogue import Source

TWO, MANY = "pages/two_features.py", "pages/many_features.py"
PAGES = (None, "pages/explore.py", TWO, MANY, "pages/methods.py")
BANNED = re.compile(r"household|implicate|survey|\bSCF\b|dollar|\bnan\b", re.IGNORECASE)
TABLES = {"cards": examples.cards, "loans": examples.loans}


@pytest.fixture
def put(app, monkeypatch):
    """Puts a table into the catalogue, first of all data, and opens the app at a page."""
    known = catalogue.sources

    def opened(data, page="pages/explore.py", **query):
        source = Source(data.name, data.fingerprint, lambda columns: data, lambda: data.codebook)
        monkeypatch.setattr(catalogue, "sources", lambda: {"mine": source, **known()})
        return app(page, maps="pca", **query)

    return opened


@pytest.fixture(params=TABLES)
def offer(put, request):
    data = TABLES[request.param]()
    return lambda page="pages/explore.py", **query: put(data, page, **query)


def texts(at):
    for kind in ("title", "header", "subheader", "markdown", "caption", "info", "warning", "metric"):
        yield from (f"{one.value} {getattr(one, 'label', '')}" for one in at.get(kind))
    for table in figures(at):
        yield from (*table.columns, *table.to_numpy().ravel())
    for table in at.dataframe:
        yield from map(str, table.value.columns)
        yield from (str(cell) for cell in table.value.to_numpy().ravel() if isinstance(cell, str))


@pytest.mark.parametrize("page", PAGES)
def test_every_page_takes_them(offer, settled, page):
    at = settled(offer(page))
    assert not at.exception
    assert not at.error
    assert any("ynthetic" in words for words in texts(at))
    assert [words for words in texts(at) if BANNED.search(words)] == []


@pytest.mark.parametrize("use", ["cards", "profiles", "inside", "hand-on"])
def test_every_use_of_segments_takes_them(offer, settled, use):
    at = settled(offer(TWO, k="3", use=use))
    assert not at.exception
    assert not at.error
    assert [words for words in texts(at) if BANNED.search(words)] == []


def test_a_decision_is_not_offered_as_a_feature(put, settled):
    data = examples.loans()
    at = settled(put(data, MANY, choose="own", unfolded="features"))
    assert not at.error
    chosen = at.multiselect(key="own")
    assert tuple(chosen.value) == data.subject.first.features
    assert not any("Decision" in option for option in chosen.options)
    assert any("Education" in option for option in chosen.options)


def test_populations_are_offered_where_their_columns_are(put):
    data = examples.loans()
    names = [name for name in data.columns if name != "self_employed"]
    fewer = replace(data, frame=data.frame[names], codebook=data.codebook.restricted_to(names), fingerprint="fewer")
    at = put(fewer, who="self-employed")
    assert not at.exception
    assert not at.error
    assert "Self-employed" not in at.selectbox(key="who").options
    assert len(at.selectbox(key="who").options) == len(data.subject.populations) - 1


def test_loans_are_looked_at_through_their_outcome_and_never_made_from_it(app, charts):
    at = app(MANY, data="loans", maps="pca", use="lenses", choose="own", unfolded="features")
    assert any("pproved" in row for row in figures(at)[-1]["Figure"])
    share = re.compile(r"[\d.]+% \([\d.]+ to [\d.]+%; n [\d,]+\)")
    assert share.fullmatch(figures(at)[-1]["Everyone"].iloc[0].replace("\n", " "))
    told = next(alt for alt, _, _ in charts(at) if alt.startswith("Approval by segment, with 95% intervals"))
    assert share.search(told)
    assert any("95% intervals are as if the applicants had been drawn at random" in c.value for c in at.main.caption)
    assert "Decision" not in " ".join(at.multiselect(key="own").options)


def test_a_customer_is_found_by_a_number_that_is_text(app):
    at = app(MANY, data="cards", maps="pca")
    at.text_input(key="member_cards").set_value("S00007").run()
    assert not at.exception
    assert any("**Customer S00007**" in m.value for m in at.main.markdown)
