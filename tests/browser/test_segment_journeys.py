"""Journeys with segments in a real browser: choosing, picking, cancelling, handing on."""

import os
import re
import signal
import subprocess
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


def test_two_features_from_a_choice_to_a_household_that_is_placed(page, server):
    sent: list[int] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: sent.append(len(frame))))
    page.goto(f"{server}/two_features?{FEARFUL}&use=lenses")
    finish(page)
    main, slider = page.get_by_test_id("stMain"), page.get_by_role("slider", name="Number of segments")

    # a choice sends its own section
    whole = len(sent)
    sent.clear()
    page.get_by_role("radio", name="Market").click()
    expect(page.get_by_role("radio", name="Market")).to_be_checked()
    settle(page)
    assert 0 < len(sent) < whole / 2
    assert sum(sent) < 45_000  # a table, and a chart of shares on the lines of their intervals

    # a number of segments goes into the link, and what was on screen two runs ago is not sent again
    bytes_of = {}
    for key, k in (("ArrowRight", 5), ("ArrowLeft", 4)):
        sent.clear()
        slider.press(key)
        expect(main.get_by_text(f"{k} segments").first).to_be_visible()
        if k == 5:
            page.wait_for_url(re.compile("k=5"))
        settle(page)
        bytes_of[k] = sum(sent)
    assert bytes_of[4] < bytes_of[5] / 2

    # a click on a score chooses its number: points of a symbol layer, in the order of k, of which the second is 3
    page.get_by_role("tab", name="How many?").click()
    finish(page)
    curve = page.get_by_test_id("stVegaLiteChart").filter(has_text="Inertia").first
    curve.scroll_into_view_if_needed()
    curve.locator(".mark-symbol path").nth(1).click(force=True)
    expect(main.get_by_text("3 segments").first).to_be_visible()
    page.wait_for_url(re.compile("k=3"))

    # k-means is watched
    page.get_by_role("tab", name="Inside").click()
    expect(page.get_by_text(re.compile(r"Iteration 0 of \d+"))).to_be_visible()
    page.get_by_role("button", name="Next step").click()
    expect(page.get_by_text(re.compile(r"Iteration 1 of \d+"))).to_be_visible()

    # a household is placed
    settle(page)
    page.get_by_role("tab", name="Place").click()
    finish(page)
    expect(page.get_by_text("It falls in")).to_be_visible()
    page.get_by_role("spinbutton", name="Total debt").fill("900000")
    page.get_by_role("button", name="Place this household").click()
    expect(page.get_by_text(re.compile(r"Total debt: (over )?(99|100)[.\d]*%( \(.*?\))? have less"))).to_be_visible()


def test_a_box_on_one_map_picks_households_on_all(visit, server):
    page = visit(f"{server}/many_features?{FEARFUL}")
    finish(page)
    maps = page.get_by_test_id("stMain").get_by_test_id("stVegaLiteChart")
    expect(maps.nth(2)).to_be_visible()
    expect(page.get_by_text("Nothing is picked")).to_be_visible()
    drag(page, maps.nth(1), (0.25, 0.2), (0.8, 0.75))
    expect(page.get_by_text(re.compile(r"million households picked"))).to_be_visible()
    expect(page.get_by_text(re.compile(r", [\d,]+ sampled households\."))).to_be_visible()


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


def saved(page, button: str, folder: Path) -> Path:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def test_names_are_in_the_link_the_csv_and_the_report(visit, server, browser, tmp_path):
    page = visit(f"{server}/two_features?{FEARFUL}&k=3&use=hand-on")
    finish(page)
    page.get_by_text("Name segments, or switch some of them off").click()
    for segment, called in ((1, "Just starting out"), (2, "=Owing =and= owning")):
        name = page.get_by_role("textbox", name=f"Name of segment {segment}")
        name.fill(called)
        name.press("Enter")
        expect(page.get_by_test_id("stMain").get_by_text(called.lstrip("=")).first).to_be_visible()
        settle(page)

    # the link reopens the very view in another browser
    page.wait_for_url(re.compile("Just.*Owing"))
    link = page.get_by_test_id("stCode").inner_text().strip()
    assert "Just+starting+out" in link
    assert "v=2" in link
    told = page.get_by_test_id("stMain").get_by_text("3 segments").first.inner_text()
    other = browser.new_context(viewport={"width": 1400, "height": 1000}).new_page()
    other.goto(link)
    finish(other)
    expect(other.get_by_test_id("stMain").get_by_text("Just starting out").first).to_be_visible()
    assert other.get_by_test_id("stMain").get_by_text("3 segments").first.inner_text() == told
    other.context.close()

    # a table in which no name is a formula
    table = saved(page, "Households, CSV", tmp_path)
    text = table.read_text(encoding="utf-8")
    assert "Synthetic" in text.split("\n", 3)[1]
    frame = pd.read_csv(table, comment="#")
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
    expect(page.get_by_text(re.compile(r"^6 segments"))).to_be_visible()
    expect(page.get_by_text("Connection error")).to_have_count(0)
