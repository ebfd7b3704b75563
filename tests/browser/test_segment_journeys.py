"""Journeys with segments in a real browser: choosing, picking, cancelling, handing on."""

import os
import re
import signal
import subprocess
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import expect
from server import compared, serve, settle

pytestmark = pytest.mark.browser

FEARFUL = "who=fearful"
BUSY = '[data-testid="stProgress"]'


def finish(page) -> None:
    """Wait until nothing on the page is still being computed; what was just asked for may not have begun."""
    settle(page)
    expect(page.locator(BUSY)).to_have_count(0, timeout=90_000)
    compared(page)
    settle(page)


def chart(page, name: str):
    """The chart whose accessible name holds these words."""
    return page.get_by_test_id("stVegaLiteChart").filter(has=page.locator(f'[aria-label*="{name}"]')).first


def drag(page, area, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag from one point of an element to another, given as shares of its width and height."""
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    x, y = (lambda p: box["x"] + p[0] * box["width"]), (lambda p: box["y"] + p[1] * box["height"])
    page.mouse.move(x(start), y(start))
    page.mouse.down()
    page.mouse.move(x(end), y(end), steps=8)
    page.mouse.up()


SCROLLED = "from => document.querySelector('[data-testid=\"stMain\"]').scrollTop > from + 50"


WIDE = "boxes => boxes.filter(box => box.getBBox().width > 1).length"
PLACES = "marks => marks.map(mark => mark.getAttribute('transform'))"


def scrolled(page) -> float:
    return page.get_by_test_id("stMain").evaluate("main => main.scrollTop")


def ticks(area) -> list[str]:
    return area.locator(".role-axis-label text").all_text_contents()


def height_of_plot(area) -> float:
    return area.locator("path.background").first.evaluate("plot => plot.getBBox().height")


def test_a_new_number_of_segments_by_the_slider_goes_into_the_link(visit, server):
    """The plots are as high as before: their legends, a row longer, stand outside."""
    page = visit(f"{server}/two_features?{FEARFUL}&use=how-sure")
    finish(page)
    charts = page.get_by_test_id("stMain").get_by_test_id("stVegaLiteChart")
    plots = [charts.first, charts.filter(has_text="Silhouette").first]
    before = [height_of_plot(plot) for plot in plots]
    assert min(before) > 250
    slider = page.get_by_role("slider", name="Number of segments")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_test_id("stMain").get_by_text("5 segments").first).to_be_visible()
    page.wait_for_url(re.compile("k=5"))
    settle(page)
    expect(plots[1].get_by_text(re.compile("^5 · "))).to_be_visible()
    assert [height_of_plot(plot) for plot in plots] == pytest.approx(before)
    the_wheel_is_the_pages(page, plots[0])


def the_wheel_is_the_pages(page, plane) -> None:
    """Over the plane it scrolls; with Ctrl it zooms, within the ends of the picture, until Reset."""
    plane.scroll_into_view_if_needed()
    whole, box = ticks(plane), plane.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 200)
    at = scrolled(page)
    page.mouse.wheel(0, 100)
    page.wait_for_function(SCROLLED, arg=at)
    assert ticks(plane) == whole
    box, at = plane.bounding_box(), scrolled(page)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 200)
    page.keyboard.down("Control")
    for _ in range(6):
        page.mouse.wheel(0, -120)
    page.keyboard.up("Control")
    expect(plane.get_by_text("Reset")).to_be_visible()
    assert scrolled(page) == at
    assert len(ticks(plane)) < len(whole)
    for _ in range(4):
        drag(page, plane, (0.2, 0.5), (0.95, 0.5))
    assert "$0" in ticks(plane)  # the left end of the picture, and nothing beyond it
    plane.get_by_text("Reset").click()
    expect(plane.get_by_text("Reset")).to_have_count(0)
    assert sorted(filter(None, ticks(plane))) == sorted(filter(None, whole))


def test_a_choice_sends_its_own_section_and_what_was_seen_before_is_not_sent_again(page, server):
    sent: list[int] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: sent.append(len(frame))))
    page.goto(f"{server}/two_features?{FEARFUL}&use=lenses")
    finish(page)
    whole = len(sent)
    sent.clear()
    page.get_by_role("radio", name="Market").click()
    expect(page.get_by_role("radio", name="Market")).to_be_checked()
    settle(page)
    assert 0 < len(sent) < whole / 2
    assert sum(sent) < 47_000  # a table, and a chart of shares on the lines of their intervals
    bytes_of = {}
    for key, k in (("ArrowRight", 5), ("ArrowLeft", 4)):
        sent.clear()
        page.get_by_role("slider", name="Number of segments").press(key)
        expect(page.get_by_test_id("stMain").get_by_text(f"{k} segments").first).to_be_visible()
        settle(page)
        bytes_of[k] = sum(sent)
    # the four segments were on screen two runs ago
    assert bytes_of[4] < bytes_of[5] / 2


def test_a_click_on_a_score_chooses_that_number_of_segments(visit, server):
    page = visit(f"{server}/two_features?{FEARFUL}")
    page.get_by_role("tab", name="How many?").click()
    finish(page)
    curve = page.get_by_test_id("stVegaLiteChart").filter(has_text="Inertia").first
    curve.scroll_into_view_if_needed()
    # points of a symbol layer, in the order of k: the second is 3
    curve.locator(".mark-symbol path").nth(1).click(force=True)
    expect(page.get_by_test_id("stMain").get_by_text("3 segments").first).to_be_visible()
    page.wait_for_url(re.compile("k=3"))


def test_k_means_can_be_watched(visit, server):
    page = visit(f"{server}/two_features?{FEARFUL}")
    finish(page)
    page.get_by_role("tab", name="Inside").click()
    expect(page.get_by_text(re.compile(r"Iteration 0 of \d+"))).to_be_visible()
    page.get_by_role("button", name="Next step").click()
    expect(page.get_by_text(re.compile(r"Iteration 1 of \d+"))).to_be_visible()


def test_a_box_on_one_map_picks_households_on_all(visit, server):
    page = visit(f"{server}/many_features?{FEARFUL}")
    finish(page)
    maps = page.get_by_test_id("stMain").get_by_test_id("stVegaLiteChart")
    expect(maps.nth(2)).to_be_visible()
    expect(page.get_by_text("Nothing is picked")).to_be_visible()
    drag(page, maps.nth(1), (0.25, 0.2), (0.8, 0.75))
    expect(page.get_by_text(re.compile(r"million households picked"))).to_be_visible()
    expect(page.get_by_text(re.compile(r", [\d,]+ sampled households\."))).to_be_visible()
    boxes = maps.locator(".box_brush path")
    assert boxes.evaluate_all(WIDE) == 1
    # a box goes with its pick: by a box on another map, and by a segment
    drag(page, maps.nth(2), (0.3, 0.3), (0.7, 0.7))
    settle(page)
    assert boxes.evaluate_all(WIDE) == 1
    assert maps.nth(2).locator(".box_brush path").evaluate_all(WIDE) == 1
    page.get_by_test_id("stButtonGroup").get_by_text(re.compile("^1 · ")).click()
    expect(page.get_by_text(re.compile(r"million households picked"))).to_be_visible()
    settle(page)
    assert boxes.evaluate_all(WIDE) == 0


def test_a_household_by_number_shows_its_profile_and_neighbours(visit, server):
    page = visit(f"{server}/many_features?maps=pca")
    number = page.get_by_role("searchbox", name="Find a household")
    number.fill("12")
    number.press("Enter")
    expect(page.get_by_text("Household 12", exact=False).first).to_be_visible()
    expect(page.get_by_text("Nearest on the scale on which segments were found")).to_be_visible()


def children_of(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in listed.stdout.split()]


@pytest.mark.skipif(os.name != "posix", reason="processes are looked up with ps")
def test_a_map_can_be_stopped_and_a_dead_worker_costs_one_map(page, tmp_path):
    with serve(tmp_path) as address:
        # a population that no finished map is kept for, and the largest: this takes seconds; a page at rest has it
        page.goto(f"{address}/many_features?maps=umap&neighbours=100&where=AGE+%3E+20")
        stop = page.locator(".st-key-stop_map_of_umap").get_by_role("button")
        expect(stop).to_be_visible()
        stop.click()
        again = page.get_by_role("button", name="Draw it again")
        expect(again).to_be_visible(timeout=30_000)
        again.click()
        expect(page.locator(BUSY).first).to_be_visible()
        expect(page.get_by_text(re.compile("Laying out|Getting ready|Loading|Looking for"))).to_be_visible(
            timeout=60_000
        )
        for child in children_of(address.pid):
            os.kill(child, signal.SIGKILL)
        expect(page.get_by_test_id("stAlert").filter(has_text=re.compile("map", re.IGNORECASE)).first).to_be_visible(
            timeout=30_000
        )
        page.get_by_role("button", name="Draw it again").click()
        finish(page)
        expect(page.get_by_text("trustworthiness").first).to_be_visible()


def test_a_link_reopens_the_very_view_in_another_browser(visit, server, browser):
    page = visit(f"{server}/two_features?{FEARFUL}&k=3&use=hand-on")
    finish(page)
    page.get_by_text("Name segments, or switch some of them off").click()
    name = page.get_by_role("textbox", name="Name of segment 1")
    name.fill("Just starting out")
    name.press("Enter")
    expect(page.get_by_test_id("stMain").get_by_text("Just starting out").first).to_be_visible()
    page.wait_for_url(re.compile("Just"))
    settle(page)
    link = page.get_by_test_id("stCode").inner_text().strip()
    assert "Just+starting+out" in link
    assert "v=3" in link
    # a control that runs its own part of the page alone: the link said nothing of it
    page.get_by_test_id("stMain").get_by_text("Linear axis").click()
    expect(page.get_by_test_id("stCode")).to_contain_text("plane_linear=true")
    assert "k=3" in link
    told = page.get_by_test_id("stMain").get_by_text("3 segments").first.inner_text()
    other = browser.new_context(viewport={"width": 1400, "height": 1000}).new_page()
    other.goto(link)
    finish(other)
    expect(other.get_by_test_id("stMain").get_by_text("Just starting out").first).to_be_visible()
    assert other.get_by_test_id("stMain").get_by_text("3 segments").first.inner_text() == told
    other.context.close()


def saved(page, button: str, folder: Path) -> Path:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def test_a_new_name_is_in_the_csv_and_the_report_opens_as_a_file(visit, server, browser, tmp_path):
    page = visit(f"{server}/two_features?{FEARFUL}&k=3&use=hand-on")
    finish(page)
    page.get_by_text("Name segments, or switch some of them off").click()
    name = page.get_by_role("textbox", name="Name of segment 2")
    name.fill("=Owing =and= owning")
    name.press("Enter")
    expect(page.get_by_test_id("stMain").get_by_text("Owing =and= owning").first).to_be_visible()
    settle(page)
    with zipfile.ZipFile(saved(page, "Households, CSV", tmp_path)) as archive:
        table, beside = archive.namelist()
        assert beside == f"{table}-metadata.json"
        assert "Synthetic" in archive.read(beside).decode()
        frame = pd.read_csv(archive.open(table))
    called = frame.loc[frame["segment"] == 2, "segment_name"].unique().tolist()
    assert len(called) == 1
    assert called[0].lstrip("'") == "=Owing =and= owning"
    assert not called[0].startswith("=")
    page.get_by_role("button", name="Make the report").click()
    expect(page.get_by_role("button", name="Save the report")).to_be_visible(timeout=60_000)
    report = saved(page, "Save the report", tmp_path)
    assert report.stat().st_size < 3_000_000
    asked: list[str] = []
    context = browser.new_context(offline=True)
    opened = context.new_page()
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(report.as_uri())
    expect(opened.get_by_text("Owing =and= owning").first).to_be_visible()
    expect(opened.get_by_text(re.compile("synthetic", re.IGNORECASE)).first).to_be_visible()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    context.close()


def test_a_household_is_placed(visit, server):
    page = visit(f"{server}/two_features?{FEARFUL}&k=3&use=place")
    finish(page)
    expect(page.get_by_text("It falls in")).to_be_visible()
    box = page.get_by_role("spinbutton", name="Total debt")
    box.fill("900000")
    page.get_by_role("button", name="Place this household").click()
    expect(page.get_by_text(re.compile(r"Total debt: (over )?(99|100)[.\d]*%( \(.*?\))? have less"))).to_be_visible()


@pytest.mark.parametrize("path", ["two_features", "many_features", "small_business", "methods"])
def test_no_page_scrolls_sideways_on_a_narrow_screen(browser, server, path):
    context = browser.new_context(viewport={"width": 400, "height": 900}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{server}/{path}?{FEARFUL}&maps=pca")
    settle(page)
    main = page.get_by_test_id("stMain")
    expect(main.get_by_role("heading").first).to_be_visible()
    assert main.evaluate("element => element.scrollWidth <= element.clientWidth")
    assert page.get_by_test_id("stException").count() == 0
    if path == "two_features":
        a_swipe_scrolls(page, main.get_by_test_id("stVegaLiteChart").first)
    context.close()


def a_swipe_scrolls(page, plane) -> None:
    """A finger on the plane moves the page and nothing in the plane."""
    plane.scroll_into_view_if_needed()
    whole, at, box = ticks(plane), scrolled(page), plane.bounding_box()
    points = plane.locator(".mark-symbol path")
    before = points.evaluate_all(PLACES)
    x, y = box["x"] + box["width"] / 2, box["y"] + 200
    finger = page.context.new_cdp_session(page)
    touch = "Input.dispatchTouchEvent"
    finger.send(touch, {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 9):
        finger.send(touch, {"type": "touchMove", "touchPoints": [{"x": x - 3 * step, "y": y - 20 * step}]})
    finger.send(touch, {"type": "touchEnd", "touchPoints": []})
    page.wait_for_function(SCROLLED, arg=at)
    assert ticks(plane) == whole
    assert points.evaluate_all(PLACES) == before


def test_many_numbers_of_segments_in_a_row_leave_the_page_alive(visit, server):
    """A browser that forgets what a server names to it ends in an error that nothing mends."""
    page = visit(f"{server}/two_features?{FEARFUL}&maps=pca")
    slider = page.get_by_role("slider", name=re.compile("Number of segments"))
    slider.focus()
    for presses, key in ((6, "ArrowRight"), (8, "ArrowLeft"), (10, "ArrowRight"), (9, "ArrowLeft"), (3, "ArrowRight")):
        for _ in range(presses):
            page.keyboard.press(key)
        expect(slider).to_be_focused()
    finish(page)
    expect(page.get_by_text(re.compile(r"^6 segments")).first).to_be_visible()
    expect(page.get_by_text("Connection error")).to_have_count(0)
