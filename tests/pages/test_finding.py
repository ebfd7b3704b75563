"""Looking for one member by its id, on the pages that draw segments."""

import re
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from tables import neutral_table

from lib import maps
from lib.segments import Recipe
from lib.sources import examples
from lib.ui.scene import catalogue, own
from lib.ui.scene.catalogue import Source

TWO, MANY = "pages/two_features.py", "pages/many_features.py"


@pytest.fixture
def marks():
    """The mark on each chart that can have one: alt text -> id, or None."""

    def read(at):
        found = {}
        for element in at.get("vega_lite_chart"):
            for data in element.proto.datasets:
                if data.name == "found":
                    table = pa.ipc.open_stream(data.data.data).read_pandas()
                    found[element.proto.alt] = table["id"].iloc[0] if len(table) else None
        return found

    return read


def said(at):
    return " ".join(m.value.replace("\\", "") for m in at.main.markdown)


def find(at, typed, source="cards"):
    at.text_input(key=f"member_{source}").set_value(typed).run()
    assert not at.exception
    return at


@pytest.mark.parametrize("page", [TWO, MANY])
def test_a_customer_is_found_on_either_page(app, marks, page):
    at = app(page, data="cards", maps="pca")
    assert set(marks(at).values()) == {None}
    find(at, " s00 007")
    assert set(marks(at).values()) == {"S00007"}
    sentence = re.search(
        r"\*\*Customer S00007\*\* falls in \*\*(\d) · .*?\*\*, (next would be|on the border to) \d · ", said(at)
    )
    assert sentence
    assert re.search(r"\(distances \d+\.\d\d and \d+\.\d\d to their centres\)", said(at))
    cards = [m.value for m in at.main.markdown if "**Customer S00007 is here**" in m.value]
    assert len(cards) == 1
    near = next(d.value for d in at.dataframe if "Nearest" in d.value.columns)
    assert len(near) == 5
    assert "S00007" not in near["Nearest"].tolist()
    standing = next(d.value for d in at.dataframe if "In segment" in d.value.columns).set_index("What")
    data = examples.cards()
    balance = data.values("BALANCE")
    own_value = balance[data.ids == "S00007"][0]
    percentile = round(100 * ((balance < own_value).mean() + (balance == own_value).mean() / 2))
    assert standing.loc["Balance", "Percentile"] == str(percentile)


def test_it_stays_found_from_page_to_page_and_is_let_go_of(app, marks):
    at = find(app(TWO, data="cards"), "S00007")
    at.switch_page(MANY).run()
    assert set(marks(at).values()) == {"S00007"}
    assert at.text_input(key="member_cards").value == "S00007"
    find(at, "")
    assert set(marks(at).values()) == {None}
    assert "is here" not in said(at)


def test_an_unknown_id_gets_near_ones_and_the_page_stays(app, marks):
    at = find(app(TWO, data="cards"), "S0000*7")
    told = next(i.value.replace("\\", "") for i in at.info if "There is no" in i.value)
    assert told.startswith("There is no customer “S0000*7” in ")
    assert "such as “S00007”" in told or "“S00007”" in told
    assert set(marks(at).values()) == {None}
    assert "**3 segments**" in said(at)


def test_a_segment_that_is_switched_off_shows_no_mark(app, marks):
    at = find(app(TWO, data="cards", k="3", unfolded="naming"), "S00007")
    number = int(re.search(r"falls in \*\*(\d)", said(at))[1])
    shown = next(p for p in at.pills if p.key.startswith("on"))
    shown.set_value([one for one in (1, 2, 3) if one != number]).run()
    assert set(marks(at).values()) == {None}
    assert "Its segment is switched off." in said(at)
    assert "is here" not in said(at)


def test_a_household_is_found_with_all_its_implicates(app, marks, sample):
    at = find(app(MANY), "17", "sample")
    assert set(marks(at).values()) == {"17"}
    assert len(marks(at)) == 3
    assert "**Household 17** falls in" in said(at)
    assert any(
        c.value.startswith("Over its 5 implicates. Implicates are the 5 versions of each household")
        for c in at.main.caption
    )
    rows = sample.frame[sample.ids == 17]
    standing = next(d.value for d in at.dataframe if "In segment" in d.value.columns)
    shown = dict(zip(standing["What"], standing["This household"], strict=True))
    own_value = rows["ASSET"].mean()
    assert shown["Total assets"].startswith(f"${own_value:,.0f}")
    assert ("to" in shown["Total assets"]) == (np.ptp(rows["ASSET"]) > 0)


def test_looking_for_somebody_changes_nothing_else(app, charts, marks):
    """Tables, cards but for its name, and the charts' own points are as they were."""
    before = app(TWO, data="cards", use="profiles")
    words = [m.value for m in before.main.markdown]
    tables = {alt: table for alt, _, table in charts(before)}
    after = find(before, "S00007")
    named = [re.sub(r"^:material/my_location: .*S00007.*\n\n", "", m.value) for m in after.main.markdown]
    assert [words_of for words_of in named if "S00007" not in words_of] == words
    for alt, _, table in charts(after):
        assert table.equals(tables[alt])


def test_the_whole_page_runs_for_its_card_names_it_too(app, monkeypatch):
    runs = []
    monkeypatch.setattr("lib.ui.run.whole_page.ask", lambda: runs.append("asked"))
    find(app(TWO, data="cards", use="profiles"), "S00007")
    assert runs == ["asked"]


def test_it_stands_in_the_link_of_an_example(app, marks):
    at = app(TWO, data="cards", member_cards="S00007")
    assert set(marks(at).values()) == {"S00007"}
    assert "**Customer S00007 is here**" in said(at)


@pytest.fixture
def mine(app):
    """A session that has brought a table, at a page."""
    brought = []

    def opened(page, data):
        at = app()
        key = own.keep(data, "test session id")
        brought.append(key)
        at.session_state[own.MINE] = [key]
        at.run().selectbox(key="data").set_value(key).run()
        at.switch_page(page).run()
        return at, key

    yield opened
    for key in brought:
        own.forget(key)


@pytest.mark.parametrize("page", [TWO, MANY])
def test_of_a_table_of_ones_own_no_id_goes_into_the_address(mine, marks, page):
    at, key = mine(page, neutral_table())
    find(at, "c10 007", key)
    assert "C10007" in marks(at).values()
    assert dict(at.query_params) == {}
    at.selectbox(key="data").set_value("cards").run()
    assert "C10007" not in str(dict(at.query_params))
    assert "C10007" not in said(at)


def test_an_id_that_is_markdown_stays_text(mine):
    data = neutral_table()
    bad = "![x](http://a.b/c) **b**"
    at, key = mine(TWO, replace(data, frame=data.frame.assign(key=[bad, *data.frame["key"][1:]]), fingerprint="bad"))
    find(at, bad, key)
    told = [m.value for m in at.main.markdown if "http" in m.value]
    assert len(told) == 2  # the sentence and the card
    assert all("!\\[x\\](" in words and "\\*\\*b" in words for words in told)
    find(at, "![y](http://a.b/c)", key)
    assert not any("[y](" in i.value.replace("\\[", "") for i in at.info)


def test_no_picture_and_no_report_has_the_mark(app):
    at = find(app(TWO, data="cards"), "S00007")
    page = at.session_state["charts_on_page"]
    assert page.charts["plane_chart"].data["found"].empty


def test_who_is_not_among_the_points_drawn_is_said(app, marks):
    """Of the 3,000 customers 2,500 and a few are drawn."""
    at = app(TWO, data="cards")
    drawn = next(
        set(pa.ipc.open_stream(data.data.data).read_pandas()["id"])
        for element in at.get("vega_lite_chart")
        for data in element.proto.datasets
        if data.name == "points"
    )
    absent = next(one for one in examples.cards().ids if one not in drawn)
    assert "Its own point is not among those drawn: the mark is where it belongs." in said(find(at, absent))
    assert set(marks(at).values()) == {absent}
    assert "Its own point" not in said(find(at, min(drawn)))


def test_who_is_not_on_a_map_is_placed_and_it_is_said(app, marks, monkeypatch):
    monkeypatch.setattr("lib.maps.rows.MAX_POINTS", 600)
    data = examples.cards()
    mine = replace(data, fingerprint="more than fit on a map", name="Cards")
    source = Source(mine.name, mine.fingerprint, lambda columns: mine, lambda: mine.codebook)
    monkeypatch.setattr(catalogue, "sources", lambda: {"mine": source})
    at = app(MANY, maps="pca")
    drawn = maps.project(data, Recipe(("BALANCE", "PAYMENTS"), k=2), "pca").table["id"]
    absent = next(one for one in data.ids if one not in set(drawn))
    assert "It is not among the points of PCA: its mark is where the axes put it." in said(find(at, absent, "mine"))
    assert set(marks(at).values()) == {absent}
