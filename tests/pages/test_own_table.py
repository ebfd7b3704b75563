"""A table that a visitor brought: its session's alone, in no address, nowhere on the disk, and gone when forgotten."""

import json
from dataclasses import replace

import pytest
from tables import neutral_table

from lib.errors import DataError
from lib.ui.scene import catalogue, own
from lib.ui.scene.kept import ROOM
from lib.work import log

MANY = "pages/many_features.py"
EVENTS, ENDS = ("fit", "job", "error"), ("done", "stopped", "failed")


@pytest.fixture
def bring(app, tmp_path, monkeypatch):
    """Opens the app at a page in a session that has brought a table; the session and the table's word."""
    monkeypatch.setenv("MAPS_CACHE", str(tmp_path / "maps"))
    brought = []

    def opened(page=None):
        at = app()
        key = own.keep(neutral_table(), "test session id")
        brought.append(key)
        at.session_state[own.MINE] = [key]
        at.run().selectbox(key="data").set_value(key).run()
        if page:
            at.switch_page(page).run()
        assert not at.exception
        return at, key

    yield opened
    for key in brought:
        own.forget(key)


def mentions(key):
    return [kept for kept in ROOM.made_from() if key in str(kept)]


def test_it_goes_through_the_same_pages(bring, settled):
    at, _ = bring(MANY)
    at = settled(at)
    assert any("300 rows" in m.value for m in at.main.markdown)
    assert any("**4 segments**" in m.value for m in at.main.markdown)
    assert any("in this session alone" in c.value for c in at.sidebar.caption)


def test_nothing_of_it_stands_in_the_address(bring):
    at, _ = bring(MANY)
    at.slider(key="k").set_value(6).run()
    at.session_state["about_maps"] = True
    at.run()
    at.toggle(key="contours").set_value(True).run()
    at.text_input(key="where").set_value(f"{neutral_table().codebook.amounts()[0]} > 0").run()
    assert not at.exception
    assert dict(at.query_params) == {}
    assert any("**6 segments**" in m.value for m in at.main.markdown)


def test_another_session_does_not_see_it(bring, app):
    _, key = bring()
    other = app()
    assert neutral_table().name not in other.selectbox(key="data").options
    for asked in ("own", key):
        assert app(data=asked).selectbox(key="data").value == "sample"


def test_no_map_of_it_is_written(bring, settled, tmp_path):
    at, _ = bring(MANY)
    settled(at)
    assert not list(tmp_path.rglob("*.parquet"))


@pytest.fixture
def records(monkeypatch):
    """What the log is told."""
    level = log.LOGGER.level
    records = []
    monkeypatch.setattr(log.LOGGER, "handle", records.append)
    monkeypatch.setenv(log.LEVEL, "info")
    log.start()
    yield records
    log.LOGGER.setLevel(level)


def test_no_line_of_the_log_says_anything_of_it(bring, settled, records):
    at, key = bring(MANY)
    table = neutral_table()
    column = table.codebook.amounts()[0]
    at.text_input(key="where").set_value(f"{column} > 17").run()
    settled(at).text_input(key="where").set_value(f"{column} >").run()
    lines = [json.loads(record.getMessage()) for record in records]
    assert {"fit", "job"} <= {line["event"] for line in lines}
    # nothing but words of this project, a hash and numbers
    assert {line["what"] for line in lines} <= {"kmeans", "null", "map", "page"}
    assert {(line["event"] in EVENTS, len(line["mark"]), line["ended"] in ENDS) for line in lines} == {(True, 8, True)}
    assert {name for line in lines for name in line} <= {"at", "event", "what", "mark", "seconds", "ended", "error"}
    assert not [text for text in (table.name, key, table.fingerprint) if text in str(lines)]


def test_forgotten_it_is_gone_with_all_that_was_made_of_it(bring, app):
    app()
    before = set(ROOM.made_from())
    at, key = bring(MANY)
    made = set(ROOM.made_from()) - before
    # by no other word than the table's, which nobody can guess, is anything of it found
    assert made == set(mentions(key))
    assert made
    next(b for b in at.sidebar.button if b.label == "Forget my data").click().run()
    assert not at.exception
    assert own.find(key) is None
    assert not mentions(key)
    assert at.selectbox(key="data").value == "sample"


def test_it_goes_when_its_session_goes(bring):
    _, key = bring()
    own.sweep(lambda session: session == "somebody else")
    assert own.find(key) is not None
    own.sweep(lambda session: session == "test session id")
    assert own.find(key) is None
    assert not mentions(key)


def test_the_survey_says_everything_in_its_address_again(bring):
    at, _ = bring(MANY)
    at.selectbox(key="data").set_value("sample").run()
    at.slider(key="k").set_value(6).run()
    assert at.query_params["k"] == "6"


def test_room_for_results_comes_and_goes_with_it():
    before = ROOM.most
    key = own.keep(neutral_table(), None)
    size = int(neutral_table().frame.memory_usage(deep=True).sum())
    assert ROOM.most == before + 3 * size
    own.forget(key)
    assert ROOM.most == before


def test_segments_of_very_many_rows_are_found_behind_a_bar(bring, settled, monkeypatch):
    monkeypatch.setattr("lib.ui.sections.segments.VERY_MANY", 299)
    at, _ = bring(MANY)
    at = settled(at)
    assert any("**4 segments**" in m.value for m in at.main.markdown)


def test_nothing_of_a_changed_table_is_kept_as_if_it_were_of_the_one_before():
    """Work in the background may still read by the state that a table was in when it was asked for."""
    data = neutral_table()
    key = own.keep(data, "somebody")
    own.swap(key, replace(data, fingerprint="another"))
    with pytest.raises(DataError, match="changed meanwhile"):
        catalogue.load(key, data.fingerprint, None, (data.columns[1],))
    assert len(catalogue.load(key, "another", None, (data.columns[1],))) == len(data)
    own.forget(key)
