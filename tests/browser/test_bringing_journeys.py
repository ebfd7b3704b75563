"""A table is brought, understood otherwise, used, and found again after a lost connection, in a real browser."""

import re

import pytest
from playwright.sync_api import expect
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


class Line:
    """The connection of a page to its server, which a test may cut."""

    def __init__(self, page):
        self._is_up, self._ends = True, []
        page.route_web_socket(re.compile("_stcore/stream"), self._connect)

    def _connect(self, socket):
        if self._is_up:
            self._ends = [socket.connect_to_server(), socket]
        else:
            socket.close()

    def cut(self):
        self._is_up = False
        for end in self._ends:
            end.close()

    def mend(self):
        self._is_up = True


def test_a_column_is_renamed_in_its_cell_and_outlives_a_lost_connection_for_its_visitor_alone(page, server, browser):
    line, sent = Line(page), []
    page.on("request", lambda request: sent.append(request.url) if "upload_file" in request.url else None)
    page.goto(f"{server}/your_table")
    settle(page)
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
    settle(page)

    other = browser.new_context().new_page()
    other.goto(f"{server}/your_table?data=own")
    settle(other)
    expect(other.get_by_text("not to be had here: Survey: own")).to_be_visible()
    assert "Money" not in other.content()
    assert "shop" not in other.content()
    assert sent
    # the address that the file was sent to gives it to nobody
    assert not [url for url in sent if "EUR" in other.context.request.get(url).text()]

    line.cut()
    control = page.get_by_role("radio", name="Trimmed")
    expect(control).to_be_disabled()
    # every visit used to let go of what belongs to those who are not connected
    other.get_by_role("button", name="Synthetic loan applicants").click()
    other.get_by_role("button", name="Use this table").wait_for()
    other.context.close()
    line.mend()
    expect(control).to_be_enabled()
    page.get_by_role("link", name="Your own table").click()
    page.get_by_role("button", name="To the pages").wait_for()
    settle(page)
    expect(page.get_by_text("in this session alone")).to_be_visible()


def test_marks_in_names_are_letters_on_the_pages(visit, server):
    page = visit(f"{server}/your_table")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    bring(page, "![i](http://e.org/i.png).csv", AWKWARD["Markdown and HTML in names"].make())
    page.get_by_role("button", name="Use this table").click()
    page.get_by_text("Median: **bold**").first.wait_for()
    settle(page)
    page.get_by_role("link", name="Two features").click()
    page.get_by_role("heading", name="How far to trust them").wait_for()
    settle(page)
    main = page.get_by_test_id("stMain")
    assert MARKUP in main.inner_text().replace("\u2060", "")
    assert main.locator("a[href*=e\\.org], a[href^=javascript], img[src*=e\\.org], script").count() == 0
    assert not [url for url in asked if not url.startswith((server, server.replace("http", "ws"), "data:", "blob:"))]
