"""Bringing a table, run through AppTest: what is understood is shown, and it goes on to the pages."""

import threading

import numpy as np
import pytest

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


@pytest.fixture
def brought(app):
    """Opens the page and brings a file."""

    def bring(name, content):
        at = app(PAGE)
        at.file_uploader[0].upload(name, content, "text/csv").run()
        assert not at.exception
        return at

    yield bring
    own.sweep(lambda _: True)


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
    assert any("\\!\\[x\\]\\(http" in m.value for m in at.main.markdown)


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


def test_the_file_is_let_go_of_with_the_table(brought):
    at = brought("shop.csv", SHOP.encode())
    at.button(key="use_own").click().run()
    assert own.UNDERSTOOD not in at.session_state
    next(b for b in at.sidebar.button if b.label == "Forget my data").click().run()
    at.switch_page(PAGE).run()
    assert not any("200 rows" in m.value for m in at.main.markdown)


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
    at = brought("shop.csv", SHOP.encode())
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
