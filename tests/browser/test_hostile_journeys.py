"""Texts that would fetch, link or run something, through every page: they stay texts, and no other host is asked.

The pages are drawn under the headers that docs/Caddyfile has a proxy send.
"""

import re
from urllib.parse import urlencode, urlsplit

import pytest
from paths import ROOT
from playwright.sync_api import expect
from server import settle

pytestmark = pytest.mark.browser

HOSTILE = (
    "![x](http://there.invalid/i.png) [Sign in](http://there.invalid) <img src=//there.invalid/x onerror=alert(1)>"
    " http://there.invalid $a$ :material/home: :red[x] `b` **bold**"
)
NAME = "![x](//there.invalid/i) [y](//there.invalid) **z** $a$"
CHOICES = (
    *("data", "who", "count", "dollars", "show", "by", "amount", "x", "y", "variance", "across", "up", "transform"),
    *("scaling", "k", "choose", "own", "group", "algorithm", "pca", "colour", "owners", "income_limit_2019"),
    *("figure", "whom", "group_by", "answer", "over", "watched_start", "contours", "apart", "told", "differ", "v"),
)
TEXTS = {"where": f"`{HOSTILE}` == 1", "dictionary": HOSTILE, "question": HOSTILE}
KNOWN_LINKS = {"www.federalreserve.gov"}
"""Where the app's own words lead to."""

TABLE = "\n".join(
    [
        f'"{NAME} id","{NAME} spent",image,kind',
        *(f'"{NAME} {n}",{n}.5,{n % 7},"{"=" if n % 2 else ""}{NAME}"' for n in range(40)),
    ]
)


def headers() -> dict[str, str]:
    """What docs/Caddyfile adds to an answer, for a server on loopback."""
    file = (ROOT / "docs" / "Caddyfile").read_text(encoding="utf-8")
    block = file[file.index("header {") :]
    found = re.findall(r'^\t\t([A-Z][\w-]+) (?:"([^"]+)"|(\S+))$', block, re.MULTILINE)
    return {name: quoted or plain for name, quoted, plain in found if name != "Strict-Transport-Security"}


@pytest.fixture
def watched(page, server):
    """The page under the headers; what it asked of whom, and what it said went wrong."""
    asked: set[str] = set()
    wrong: list[str] = []
    sent = headers()

    def answer(route):
        got = route.fetch()
        route.fulfill(response=got, headers={**got.headers, **sent})

    page.route(
        lambda url: url.startswith(server),
        lambda route: answer(route) if route.request.is_navigation_request() else route.continue_(),
    )
    page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    page.on("websocket", lambda socket: asked.add(urlsplit(socket.url).netloc))
    # Streamlit itself asks beside the page for what is above it, and finds nothing: that is no news
    page.on("console", lambda message: wrong.append(message.text) if "Policy" in message.text else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: wrong.append(dialog.message))
    yield page
    assert asked - {""} == {urlsplit(server).netloc}
    assert wrong == []


def look(page, server) -> None:
    """Wait until all is drawn, and see that nothing on the page leads or looks elsewhere."""
    settle(page)
    assert page.locator('[data-testid="stException"]').count() == 0
    hrefs = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
    hosts = {urlsplit(href).netloc for href in hrefs}
    assert hosts <= {urlsplit(server).netloc, *KNOWN_LINKS}, hosts
    sources = page.eval_on_selector_all(
        "img, iframe, object, embed", "all => all.map(one => one.src || one.data || '')"
    )
    assert not [source for source in sources if "there.invalid" in source]


def go(page, server, name: str) -> None:
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("link", name=name)).to_have_attribute("aria-current", "page")
    look(page, server)


def test_hostile_texts_stay_texts_on_all_pages_and_no_other_host_is_asked(watched, server):
    page, main = watched, watched.get_by_test_id("stMain")
    asked = {**dict.fromkeys(CHOICES, HOSTILE), **TEXTS}
    page.goto(f"{server}/methods?{urlencode(asked)}")
    look(page, server)
    expect(main.get_by_text("not to be had here: Survey: ![x](http:")).to_be_visible()
    expect(main.get_by_text("No column mentions “![x](http:")).to_be_visible()

    page.goto(f"{server}/many_features?{urlencode({**asked, 'maps': 'pca', 'use': 'compare'})}")
    look(page, server)
    page.get_by_text("Name segments, or switch").click()
    page.get_by_label("Name of segment 1").fill(NAME)
    page.get_by_label("Name of segment 1").press("Enter")
    expect(main.get_by_text(NAME).first).to_be_attached()
    look(page, server)

    for name in ("Small business", "Trends", "Your own table"):
        go(page, server, name)
    box = page.locator('input[type="file"]').first
    box.set_input_files({"name": f"{NAME}.csv".replace("/", ""), "mimeType": "text/csv", "buffer": TABLE.encode()})
    expect(page.get_by_role("button", name="Use this table")).to_be_visible()
    look(page, server)
    page.get_by_role("tab", name="Clean").click()
    look(page, server)
    page.get_by_role("button", name="Use this table").click()
    expect(page.get_by_test_id("stVegaLiteChart").first).to_be_visible()
    look(page, server)
    go(page, server, "Two features")
    expect(page.get_by_test_id("stVegaLiteChart").first).to_be_visible()
