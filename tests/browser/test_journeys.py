"""Journeys through the app in a real browser."""

import re

import pytest
from playwright.sync_api import expect
from server import serve, settle

pytestmark = pytest.mark.browser


def value_of(page, label: str) -> str:
    """What a select box with this label shows."""
    return page.get_by_role("combobox", name=re.compile(rf"Selected .+\. {label}$")).get_attribute("value")


def choose(page, label: str, option: str) -> None:
    """Choose an option by typing it."""
    # a list that is open while the page runs again, or while an expander is still opening, is closed by it
    settle(page)
    box = page.locator('[data-testid="stSelectbox"]').filter(has_text=label).locator("input")
    box.click()
    box.fill(option)
    page.get_by_role("option", name=option, exact=True).first.click()
    settle(page)


@pytest.mark.parametrize(
    ("path", "title", "box", "holds"),
    [
        ("/methods?dictionary=payday&count=rows", "Methods and data", "Search", "payday"),
        ("/explore?where=AGE+%3C+35&count=rows", "Explore US households", "Typed", "AGE < 35"),
    ],
)
def test_a_deep_link_is_the_first_request_to_a_fresh_server(visit, tmp_path, path, title, box, holds):
    """A folder pages/ beside the entry file wakes Streamlit's old router on the very first request."""
    with serve(tmp_path) as address:
        page = visit(address + path)
        expect(page.get_by_role("heading", name=title)).to_be_visible()
        expect(page.get_by_role("link", name="Methods and data")).to_be_visible()
        expect(page.get_by_role("dialog")).to_have_count(0)
        query = path.split("?")[1]
        assert all(part in page.url for part in query.split("&"))
        if box == "Typed":
            page.get_by_text("Own conditions", exact=True).click()
        expect(page.get_by_role("textbox", name=box)).to_have_value(holds)
        sidebar = page.get_by_test_id("stSidebar")
        expect(sidebar.get_by_text("% of all rows")).to_be_visible()
        assert sidebar.get_by_text("100% of all").is_visible() == ("where" not in path)


def test_the_first_page_answers_its_question_and_a_click_leads_to_who_it_is(visit, server):
    page = visit(server)
    expect(page.get_by_role("heading", level=1)).to_contain_text("made-up households were denied credit or feared it")
    expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(1)
    page.get_by_role("button", name="Who is it?").click()
    expect(page.get_by_role("heading", name="Explore US households")).to_be_visible()
    page.wait_for_url(re.compile("/explore.*who=fearful"))
    settle(page)
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_contain_text("made-up households")
    settle(page)
    page.goto(f"{server}/?who=fearful&amount=INCOME")
    expect(page.get_by_role("heading", name="Explore US households")).to_be_visible()
    settle(page)
    expect(page.get_by_text(re.compile("^Household income: median"))).to_be_visible()


def test_explore_shows_households_and_says_that_they_are_synthetic(visit, server):
    page = visit(f"{server}/explore")
    main = page.get_by_test_id("stMain")
    expect(main.get_by_text("128.6 million households").first).to_be_visible()
    expect(main.get_by_text("synthetic sample").first).to_be_visible()
    charts = main.get_by_test_id("stVegaLiteChart")
    expect(charts).to_have_count(5)
    for i in range(5):
        box = charts.nth(i).bounding_box()
        assert box["width"] > 300
        assert box["height"] > 150
    # every section ends in a caption that names its source
    assert main.get_by_text("Synthetic sample of 2019, not real households").count() >= 5


def test_choices_go_into_the_link_and_come_back_from_it(visit, server, browser):
    page = visit(f"{server}/explore")
    choose(page, "Households", "Denied credit or feared it")
    choose(page, "Show", "Age group")
    page.get_by_role("radio", name="Rows").click()
    settle(page)
    page.wait_for_url(re.compile("show=AGECL"))
    figures = page.get_by_test_id("stMetricValue").all_inner_texts()
    link = page.url
    assert "who=fearful" in link
    assert "count=rows" in link
    other = browser.new_context(viewport={"width": 1400, "height": 1000}).new_page()
    other.goto(link)
    settle(other)
    expect(other.get_by_test_id("stMetricValue")).to_have_text(figures)
    other.context.close()


def test_choices_survive_a_change_of_page(visit, server):
    page = visit(f"{server}/explore")
    choose(page, "Households", "Business owners, income under $500k")
    figures = page.get_by_test_id("stMetricValue").all_inner_texts()
    page.get_by_role("link", name="Methods and data").click()
    expect(page.get_by_role("heading", name="Methods and data")).to_be_visible()
    settle(page)
    page.get_by_role("link", name="Explore").click()
    expect(page.get_by_role("heading", name="Explore US households")).to_be_visible()
    settle(page)
    assert "who=" in page.url
    assert page.get_by_test_id("stMetricValue").all_inner_texts() == figures


def test_nonsense_in_a_link_falls_back_quietly(visit, server):
    page = visit(f"{server}/?who=Martians&count=Bananas&show=%3Cscript%3E&dollars=1066&data=9999&by=&amount=x&x=y&y=z")
    expect(page.get_by_test_id("stMain").get_by_text("128.6 million households").first).to_be_visible()
    assert page.get_by_test_id("stAlertContentError").count() == 0
    expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(5)


def test_a_typed_condition_that_cannot_be_read_says_so_and_the_page_stays(visit, server):
    page = visit(f"{server}/?where=AGE+%3D%3E+35")
    # on the page, too: a phone does not show the sidebar
    expect(page.get_by_test_id("stMain").get_by_text("cannot be read near")).to_be_visible()
    expect(page.get_by_test_id("stSidebar").get_by_text("cannot be read near")).to_be_visible()
    expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(5)


def test_a_condition_built_from_a_labelled_column(visit, server):
    page = visit(f"{server}/explore")
    page.get_by_text("Own conditions", exact=True).click()
    expect(page.get_by_role("textbox", name="Typed")).to_be_visible()
    choose(page, "Or choose a column", "Age group")
    page.get_by_role("button", name="Under 35", exact=True).click()
    settle(page)
    page.get_by_role("button", name="Add the condition").click()
    settle(page)
    # charts below name the population too, on the buttons of their toolbars
    condition = page.get_by_test_id("stSidebar").get_by_role("button", name="Age group is Under 35")
    expect(condition).to_be_visible()
    page.wait_for_url(re.compile("AGECL"))
    # every condition is a step for the browser's buttons
    box = page.get_by_role("textbox", name="Typed")
    box.fill("AGE > 60")
    box.press("Enter")
    page.wait_for_url(re.compile("AGE[+]%3E[+]60"))
    settle(page)
    expect(condition).to_have_count(0)
    page.go_back()
    expect(condition).to_be_visible()
    settle(page)
    condition.click()
    settle(page)
    expect(condition).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_screen_does_not_scroll_sideways(browser, server, scheme):
    context = browser.new_context(viewport={"width": 400, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.goto(server)
    settle(page)
    main = page.get_by_test_id("stMain")
    expect(main.get_by_test_id("stVegaLiteChart").first).to_be_visible()
    assert main.evaluate("element => element.scrollWidth <= element.clientWidth")
    context.close()


def test_the_real_waves_show_the_published_shares(visit, real_server):
    page = visit(f"{real_server}/explore?data=2019")
    tiles = page.get_by_test_id("stMetric")
    expect(tiles.filter(has_text="Own a business")).to_contain_text("13.4%")
    expect(tiles.filter(has_text="Denied or feared")).to_contain_text("18.4%")
    page.get_by_role("radio", name="Rows").click()
    settle(page)
    expect(tiles.filter(has_text="Own a business")).to_contain_text("27.4%")
    choose(page, "Survey", "SCF 2022")
    page.get_by_role("radio", name="Households").click()
    settle(page)
    expect(tiles.filter(has_text="Own a business")).to_contain_text("14.6%")
    assert page.get_by_text("not real households").count() == 0
