"""A table is brought, understood otherwise, and used, in a real browser."""

import pytest
from server import settle

from tests.sources.awkward import AWKWARD, MARKUP, european, shop

pytestmark = pytest.mark.browser

EUROPEAN = shop(";", lambda value: f"{european(value)} EUR").encode()
FURTHER = 4
"""Cells to the right from the name of a column to its label."""


def bring(page, name, content):
    page.set_input_files(
        "input[type=file]", files=[{"name": name, "mimeType": "application/octet-stream", "buffer": content}]
    )
    page.get_by_role("button", name="Use this table").wait_for()
    settle(page)


def test_a_column_is_renamed_in_its_cell(visit, server):
    page = visit(f"{server}/your_table")
    bring(page, "shop.csv", EUROPEAN)
    editor = page.get_by_test_id("stDataFrame").nth(1)
    editor.scroll_into_view_if_needed()
    # below the heading and the first column: the amount
    editor.click(position={"x": 20, "y": 35 + 35 + 17})
    for _ in range(FURTHER):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.locator(".gdg-input").fill("Money")
    page.keyboard.press("Enter")
    page.get_by_text("Money: every cell fits.").wait_for()
    settle(page)
    page.get_by_role("button", name="Use this table").click()
    page.get_by_text("Median: Money").first.wait_for()
    assert "Money" not in page.url


def test_marks_in_names_are_letters_on_the_pages(visit, server):
    page = visit(f"{server}/your_table")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    bring(page, "![i](http://e.org/i.png).csv", AWKWARD["Markdown and HTML in names"].make())
    page.get_by_role("button", name="Use this table").click()
    page.get_by_text("Median: **bold**").first.wait_for()
    settle(page)
    page.get_by_role("link", name="Two features").click()
    page.get_by_text("The segments", exact=True).wait_for()
    settle(page)
    main = page.get_by_test_id("stMain")
    assert MARKUP in main.inner_text().replace("\u2060", "")
    assert main.locator("a[href*=e\\.org], a[href^=javascript], img[src*=e\\.org], script").count() == 0
    assert not [url for url in asked if not url.startswith((server, server.replace("http", "ws"), "data:", "blob:"))]
