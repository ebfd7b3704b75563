"""By keyboard alone from the first page to a copied link; and what axe finds, on light and on dark ground."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from server import settle

pytestmark = pytest.mark.browser

GRAVE = ("serious", "critical")
NOT_OURS = {"svg-img-alt": "brush"}
"""What the app cannot mend: the rule of axe, and a word of the element that it is passed over for.

- The frame of a selection, "brush", is drawn by Vega-Lite itself, empty and without a name; the chart has one.
"""


FOCUSED = """() => { const at = document.activeElement
  const label = at.getAttribute('aria-label') || at.labels?.[0]?.innerText || at.innerText || ''
  return label.length < 300 ? label : '' }"""
"""What has the focus is called so; whole parts of a page have none of their own."""


def to(page, name: str, most: int = 80) -> None:
    """Press Tab until what is called so has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if name in page.evaluate(FOCUSED):
            return
    raise AssertionError(f"{name} is not reached by {most} tabs")


def grave(page, rules: dict | None = None) -> list[str]:
    """What axe finds that keeps somebody out."""
    found = Axe().run(page, options={"resultTypes": ["violations"], **(rules or {})}).response["violations"]
    told = [(one["id"], node["html"][:150]) for one in found if one["impact"] in GRAVE for node in one["nodes"]]
    return [f"{rule}: {html}" for rule, html in told if NOT_OURS.get(rule, html + " ") not in html]


def grave_on_both_grounds(page) -> list[str]:
    """The same on light and on dark ground, where only contrast can differ."""
    light = grave(page)
    page.emulate_media(color_scheme="dark")
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", "rgb(16, 22, 29)")
    dark = grave(page, {"runOnly": {"type": "rule", "values": ["color-contrast"]}})
    page.emulate_media(color_scheme="light")
    return light + dark


def test_by_keyboard_from_the_first_page_to_a_copied_link(visit, page, server):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit(server)
    found = grave(page)
    to(page, "Two features")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Segments by two features")).to_be_visible()
    settle(page)
    to(page, "Number of segments")
    said = page.get_by_role("heading", name=re.compile(r"^\d+ segments")).first.inner_text()
    k = int(said.split()[0]) + 1
    page.keyboard.press("ArrowRight")
    expect(page.get_by_test_id("stMain").get_by_text(f"{k} segments").first).to_be_visible()
    settle(page)
    to(page, "Why?")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    shared = page.get_by_role("tab", name="Share and export")
    try:
        expect(shared).to_have_attribute("aria-selected", "true", timeout=5_000)
    except AssertionError:  # what comes from the background redraws the tabs, and a key press may go with them
        page.keyboard.press("Enter")
    expect(shared).to_have_attribute("aria-selected", "true")
    expect(page.get_by_test_id("stCode")).to_be_visible()
    settle(page)
    to(page, "/two_features?")  # the button fades in beside it
    expect(page.get_by_role("button", name="Copy to clipboard")).to_be_visible()
    to(page, "Copy to clipboard", most=1)
    page.keyboard.press("Enter")
    link = page.evaluate("() => navigator.clipboard.readText()")
    assert "/two_features?" in link
    assert {f"k={k}", "use=hand-on"} <= set(link.split("?")[1].split("&"))
    assert found + grave_on_both_grounds(page) == []


@pytest.mark.parametrize("path", ["many_features?maps=pca&use=lenses", "trends", "your_table", "methods"])
def test_axe_finds_nothing_grave(visit, page, server, path):
    visit(f"{server}/{path}")
    assert grave_on_both_grounds(page) == []
