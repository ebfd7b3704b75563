"""Choices in the address of a real browser, on a script that has every kind of control."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect
from server import serve, settle

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server of the small script."""
    with serve(tmp_path_factory.mktemp("links"), "tests/scripts/links_script.py") as address:
        yield address


@pytest.fixture(autouse=True)
def _no_error_in_the_console(page):
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield
    assert said == []


def query(page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query, keep_blank_values=True)


def expect_query(page, **wanted: str | list[str]) -> None:
    """Wait until the address says exactly this."""
    as_lists = {key: [value] if isinstance(value, str) else value for key, value in wanted.items()}
    page.wait_for_url(lambda url: parse_qs(urlsplit(url).query, keep_blank_values=True) == as_lists)


def shows(page, *words: str) -> None:
    for word in words:
        expect(page.get_by_text(re.compile(rf"\b{word}(,|$)"))).to_be_visible()


def pick(page, label: str, option: str) -> None:
    """Choose an option of a select box."""
    box = page.get_by_test_id("stSelectbox").filter(has_text=label).locator("input")
    box.click()
    page.get_by_role("option", name=option, exact=True).click()


def press(page, name: str) -> None:
    """Choose an option of a segmented control."""
    page.get_by_role("radio", name=name, exact=True).click()


def test_every_kind_of_control_puts_its_id_into_the_address_and_a_link_brings_it_back(visit, server, browser):
    page = visit(server)
    pick(page, "Households", "Denied credit or feared it")
    expect_query(page, who="fearful")
    press(page, "Rows")
    expect_query(page, who="fearful", count="rows")
    page.get_by_role("button", name="UMAP").click()
    page.get_by_role("tab", name="Hand on").click()
    shows(page, "use is hand-on")
    press(page, "Market")
    shows(page, "lens is market")
    page.get_by_test_id("stMultiSelect").filter(has_text="Own").locator("input").click()
    page.get_by_role("option", name="Income").click()
    wanted = {
        "who": "fearful", "count": "rows", "maps": ["pca", "tsne", "umap"], "use": "hand-on", "lens": "market",
        "own": ["AGE", "INCOME"],
    }  # fmt: skip
    expect_query(page, **wanted)
    other = browser.new_context().new_page()
    other.goto(page.url)
    settle(other)
    shows(other, "who is fearful", "count is rows", "use is hand-on", "lens is market", "own is AGE INCOME")
    shows(other, "maps is pca tsne umap")
    expect(other.get_by_role("tab", name="Hand on")).to_have_attribute("aria-selected", "true")
    expect(other.get_by_role("radio", name="Market")).to_be_checked()
    expect_query(other, **wanted)
    other.context.close()


def test_back_brings_the_choice_before_and_forward_the_one_after(visit, server):
    page = visit(server)
    pick(page, "Households", "Own a business")
    expect_query(page, who="owners")
    press(page, "Market")
    expect_query(page, who="owners", lens="market")
    page.get_by_role("tab", name="Lenses").click()
    expect_query(page, who="owners", lens="market", use="lenses")
    settle(page)
    page.go_back()
    shows(page, "use is cards", "lens is market", "who is owners")
    expect(page.get_by_role("tab", name="Cards")).to_have_attribute("aria-selected", "true")
    settle(page)
    page.go_back()
    shows(page, "lens is credit-risk", "who is owners")
    settle(page)
    page.go_back()
    shows(page, "who is everyone")
    settle(page)
    assert query(page) == {}
    page.go_forward()
    shows(page, "who is owners", "lens is credit-risk")
    settle(page)
    expect_query(page, who="owners")


def test_a_box_follows_when_its_choice_is_worded_anew(visit, server):
    page = visit(f"{server}/?show=INCOME")
    box = page.get_by_test_id("stSelectbox").filter(has_text="Show").locator("input")
    expect(box).to_have_value("Income")
    page.get_by_text("Other words").click()
    expect(box).to_have_value("Income in words")
    settle(page)
    shows(page, "show is INCOME")


def test_two_quick_choices_both_stay(visit, server):
    page = visit(server)
    press(page, "Rows")
    press(page, "Market")
    page.get_by_role("tab", name="Lenses").click()
    shows(page, "count is rows", "lens is market", "use is lenses")
    expect_query(page, count="rows", lens="market", use="lenses")


def test_there_and_back_again_faster_than_the_server_answers(visit, server):
    page = visit(f"{server}/?count=rows")
    press(page, "Households")
    press(page, "Rows")
    settle(page)
    shows(page, "count is rows")
    assert query(page) == {"count": ["rows"]}


def test_a_choice_and_a_slider_live_side_by_side(visit, server):
    page = visit(server)
    press(page, "Rows")
    expect_query(page, count="rows")
    settle(page)
    thumb = page.get_by_role("slider", name="Steps")
    thumb.press("ArrowRight")
    shows(page, "steps is 5", "count is rows")
    expect_query(page, count="rows", steps="5")
    press(page, "Households")
    expect_query(page, steps="5")


def test_another_page_keeps_the_choices_and_back_is_one_step(visit, server):
    page = visit(server)
    pick(page, "Households", "Own a business")
    expect_query(page, who="owners")
    pick(page, "Show", "Income")
    expect_query(page, who="owners", show="INCOME")
    settle(page)
    page.get_by_role("link", name="Second").click()
    shows(page, "the second page", "who is owners")
    settle(page)
    page.go_back()
    shows(page, "who is owners", "show is INCOME")
    settle(page)
    assert query(page) == {"who": ["owners"], "show": ["INCOME"]}
    page.go_back()
    shows(page, "who is owners", "show is AGE")


BOTH = ("both: log, spread, 4, a, x.", "both: log, spread, 6, a b, x y.")


def test_controls_of_two_pages_under_one_key_begin_and_go_on_alike(visit, server):
    page = visit(server)
    expect(page.get_by_text(BOTH[0])).to_be_visible()
    page.get_by_role("link", name="Second").click()
    expect(page.get_by_text("the second page")).to_be_visible()
    expect(page.get_by_text(BOTH[0])).to_be_visible()
    settle(page)
    assert query(page) == {}
    thumb = page.get_by_role("slider", name="Number")
    thumb.press("ArrowRight")
    thumb.press("ArrowRight")
    page.get_by_role("button", name="b", exact=True).click()
    page.get_by_test_id("stMultiSelect").filter(has_text="Few").locator("input").click()
    page.get_by_role("option", name="y").click()
    page.keyboard.press("Escape")  # an open list hides the rest of the page from those who listen
    expect(page.get_by_text(BOTH[1])).to_be_visible()
    expect_query(page, k="6", of=["a", "b"], few=["x", "y"])
    settle(page)
    page.get_by_role("link", name="First").click()
    shows(page, "show is AGE")
    expect(page.get_by_text(BOTH[1])).to_be_visible()
    expect_query(page, k="6", of=["a", "b"], few=["x", "y"])
    page.reload()
    settle(page)
    expect(page.get_by_text(BOTH[1])).to_be_visible()


def test_what_another_page_does_not_show_leaves_with_the_next_choice_and_is_remembered(visit, server):
    page = visit(server)
    pick(page, "Show", "Income")
    press(page, "Market")
    page.get_by_role("tab", name="Lenses").click()
    expect_query(page, show="INCOME", lens="market", use="lenses")
    settle(page)
    page.get_by_role("link", name="Second").click()
    shows(page, "the second page")
    press(page, "Rows")
    expect_query(page, count="rows")
    settle(page)
    page.get_by_role("link", name="First").click()
    shows(page, "show is INCOME", "lens is market", "use is lenses", "count is rows")
    expect_query(page, count="rows", show="INCOME", lens="market", use="lenses")
    expect(page.get_by_role("tab", name="Lenses")).to_have_attribute("aria-selected", "true")


def test_a_link_of_version_1_becomes_ids_and_back_leaves_the_app_in_two_steps(visit, server):
    page = visit(f"{server}/?v=1&who=Denied+credit+or+feared+it&count=Rows&use=Hand+on&show=Bananas")
    shows(page, "who is fearful", "count is rows", "use is hand-on", "show is AGE", "Show: Bananas")
    expect_query(page, v="1", who="fearful", count="rows", use="hand-on")
    page.go_back()
    settle(page)
    shows(page, "who is fearful", "use is hand-on")
    expect_query(page, v="1", who="fearful", count="rows", use="hand-on")
    page.go_back()
    assert page.url == "about:blank"
    page.goto(server)
