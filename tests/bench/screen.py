"""What a visitor waits for in Chromium: from the key press to the new segments, and the first chart of all."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

from install import ARGUMENTS, executable
from playwright.sync_api import Browser, Page, expect, sync_playwright
from server import Address, settle

WINDOW = {"width": 1400, "height": 1600}
"""Tall enough for the slider and the pictures of the segments."""

PATIENCE_MS = 120_000
CHART = '[data-testid="stVegaLiteChart"]'

NOTE_TEXTS = """
// a canvas does not say what is written on it: keep the texts of its last drawing, which is one piece of work
const write = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (text, ...where) {
  if (!this.canvas.drawing) {
    this.canvas.drawing = [];
    queueMicrotask(() => { this.canvas.texts = this.canvas.drawing; this.canvas.drawing = null; });
  }
  this.canvas.drawing.push(text);
  return write.call(this, text, ...where);
};
"""

WATCH = """([old, wanted]) => {
  // a chart shows so many segments as it has different whole numbers beside marks or in its legend
  const texts = chart => [
    ...[...chart.querySelectorAll('.role-mark.mark-text text, .role-legend-label text')].map(text => text.textContent),
    ...[...chart.querySelectorAll('canvas')].flatMap(canvas => canvas.texts ?? []),
  ];
  const numbers = chart => new Set(texts(chart).filter(text => /^[0-9]+$/.test(text.trim()))).size;
  const inWindow = chart => {
    const box = chart.getBoundingClientRect();
    return box.height > 0 && box.bottom > 0 && box.top < window.innerHeight;
  };
  const showing = k => [...document.querySelectorAll('[data-testid="stVegaLiteChart"]')]
    .filter(chart => inWindow(chart) && numbers(chart) === k).length;
  const before = showing(old);
  if (!before) throw new Error(`no chart shows ${old} segments`);
  window.newSegments = new Promise(resolve => document.addEventListener('keydown', pressed => {
    const look = () => {
      if (showing(wanted) >= before && !showing(old)) setTimeout(() => resolve(performance.now() - pressed.timeStamp));
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, {capture: true, once: true}));
}"""


@contextmanager
def chromium() -> Iterator[Browser | None]:
    """A browser, or None where none is installed."""
    path = executable()
    if path is None:
        yield None
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


def measure_slider(browser: Browser, url: str, ks: Sequence[int]) -> tuple[float, float]:
    """Median seconds from the key press until every chart of segments in the window shows the new ones.

    Args:
        browser: Where.
        url: The page; its slider stands at the first of ``ks``.
        ks: Numbers of segments, each one more than the one before: there and back again.

    Returns:
        The medians for those that are new and, on the way back, for those that were there before.
    """
    with _page(browser) as page:
        page.goto(url)
        expect(page.locator(CHART).first).to_be_visible()
        _rest(page)
        new = [_press(page, "ArrowRight", k, k + 1) for k in ks[:-1]]
        seen = [_press(page, "ArrowLeft", k, k - 1) for k in reversed(ks[1:])]
    return statistics.median(new), statistics.median(seen)


def _press(page: Page, key: str, old: int, wanted: int) -> float:
    page.get_by_role("slider", name=re.compile("Number of segments")).focus()
    page.evaluate(WATCH, [old, wanted])
    page.keyboard.press(key)
    seconds = page.evaluate("() => window.newSegments") / 1000
    _rest(page)
    return seconds


def _rest(page: Page) -> None:
    expect(page.get_by_test_id("stProgress")).to_have_count(0)
    settle(page)


def measure_first_visit(
    browser: Browser,
    ours: Callable[[], AbstractContextManager[Address]],
    bare: Callable[[], AbstractContextManager[Address]],
) -> tuple[float, float]:
    """Median seconds of the first visitor of a fresh server until the first chart, of the app and of a bare page."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(3):
        for served, seconds in zip((ours, bare), times, strict=True):
            with served() as address, _page(browser) as page:
                start = time.perf_counter()
                page.goto(address)
                page.locator(f"{CHART} .role-mark, {CHART} canvas").first.wait_for(state="attached")
                seconds.append(time.perf_counter() - start)
    return statistics.median(times[0]), statistics.median(times[1])


@contextmanager
def _page(browser: Browser) -> Iterator[Page]:
    """A page of a browser that knows nothing yet."""
    context = browser.new_context(viewport=WINDOW)
    page = context.new_page()
    page.add_init_script(NOTE_TEXTS)
    page.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    yield page
    context.close()
