"""A customer is looked for by its id, in a real browser."""

import re

import pytest
from playwright.sync_api import expect
from server import compared, settle

pytestmark = pytest.mark.browser


UPPERMOST = """chart => {
  const points = [...chart.querySelectorAll('.mark-symbol path')].map(path => path.getBoundingClientRect());
  const point = points.reduce((best, one) => one.width && one.top < best.top ? one : best);
  return [point.left + point.width / 2, point.top + point.height / 2];
}"""


def finish(page) -> None:
    settle(page)
    expect(page.locator('[data-testid="stProgress"]')).to_have_count(0, timeout=90_000)
    compared(page)
    settle(page)


def look_for(page, who: str, typed: str) -> None:
    box = page.get_by_role("searchbox", name=f"Find {who}")
    box.fill(typed)
    box.press("Enter")
    finish(page)


def chart(page, name: str):
    """The chart whose words begin so."""
    return page.locator(f'[data-testid="stVegaLiteChart"][aria-label^="{name}"]')


def marked(page, name: str, customer: str):
    """The id beside the mark on a chart: light, and dark on top of it."""
    return chart(page, name).locator("text", has_text=customer)


def test_a_customer_is_found_by_a_text_id_or_a_click_and_marked_on_the_map(visit, server):
    page = visit(f"{server}/many_features?data=cards&maps=pca")
    finish(page)
    expect(chart(page, "PCA of")).to_be_visible()
    expect(marked(page, "PCA of", "S0")).to_have_count(0)
    look_for(page, "a customer", "s00 007")
    main = page.get_by_test_id("stMain")
    expect(
        main.get_by_text(re.compile(r"^Customer S00007 falls in \d · .+, (next would be|on the border to) \d · "))
    ).to_be_visible()
    expect(main.get_by_text("Customer S00007 is here")).to_be_visible()
    near = (
        main.get_by_test_id("stDataFrame").filter(has=page.locator('[role="columnheader"]', has_text="Nearest")).first
    )
    expect(near).to_be_visible()
    expect(marked(page, "PCA of", "S00007")).to_have_count(2)
    page.wait_for_url(re.compile("member_cards=s00"))
    look_for(page, "a customer", "S0000007")
    expect(
        main.get_by_text(re.compile("There is no customer “S0000007” in .*: look for another, such as “S00007”"))
    ).to_be_visible()
    expect(marked(page, "PCA of", "S0")).to_have_count(0)

    # a click finds who is there: the uppermost of the points, on which nothing lies
    chart(page, "PCA of").scroll_into_view_if_needed()
    x, y = chart(page, "PCA of").evaluate(UPPERMOST)
    page.mouse.click(x, y)
    finish(page)
    found = page.get_by_role("searchbox", name="Find a customer")
    expect(found).to_have_value(re.compile(r"S0\d{4}"))
    expect(page.get_by_text(re.compile(rf"^Customer {found.input_value()} falls in"))).to_be_visible()


def test_who_is_found_on_one_page_is_found_on_the_other(visit, server):
    page = visit(f"{server}/two_features?data=cards")
    look_for(page, "a customer", "S00007")
    expect(marked(page, "4 segments in the plane of", "S00007")).to_have_count(2)
    page.get_by_role("link", name="Many features").click()
    expect(page.get_by_role("heading", name="Segments by many features")).to_be_visible()
    finish(page)
    expect(page.get_by_role("searchbox", name="Find a customer")).to_have_value("S00007")
    for method in ("PCA", "t-SNE", "UMAP"):
        expect(marked(page, f"{method} of", "S00007")).to_have_count(2)
    page.get_by_role("link", name="Methods and data").click()
    expect(page.get_by_role("heading", name="Methods and data")).to_be_visible()
    settle(page)
    page.get_by_role("link", name="Two features").click()
    expect(page.get_by_role("heading", name="Segments by two features")).to_be_visible()
    finish(page)
    expect(page.get_by_role("searchbox", name="Find a customer")).to_have_value("S00007")
    expect(marked(page, "4 segments in the plane of", "S00007")).to_have_count(2)
