"""Pages run through AppTest from the entry script, on the sample or on real files."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from functools import cache

import pyarrow as pa
import pytest
from paths import ROOT
from quick import SHORT
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest, local_script_runner

from lib.charts.finished import finish
from lib.ui.run.background import background, reading
from lib.ui.scene import catalogue, own
from lib.ui.scene.catalogue import Source

TIMEOUT = 30

too_long = local_script_runner.require_widgets_deltas
installed_components = cache(manifest_scanner.scan_component_manifests)


@pytest.fixture(autouse=True)
def _as_on_a_server(monkeypatch):
    """A server forgets Streamlit's old router after its first run; AppTest wakes it again before every run."""
    original = PagesManager.__init__

    def initialise(self, *args, **kwargs):
        original(self, *args, **kwargs)
        PagesManager.uses_pages_directory = False

    monkeypatch.setattr(PagesManager, "__init__", initialise)
    monkeypatch.setattr("lib.ui.run.drawing.finish", _finish_and_check)
    for place, value in SHORT.items():
        monkeypatch.setattr(place, value)


_checked: set[object] = set()
_FREE = {"title", "text", "expr", "test", "field", "as", "key", "description", "labelExpr", "name", "format"}
"""Where a specification may say what it likes."""


def _finish_and_check(chart, subject):
    """A finished chart; checked against Vega-Lite's schema, which takes long, unless one of its shape has been."""
    finished = finish(chart, subject)
    if (shape := _shape(finished.spec)) not in _checked:
        finish(chart, subject, validate=True)
        _checked.add(shape)
    return finished


def _shape(part, at=""):
    """What decides whether a specification is valid: its structure and its words, but for numbers and free texts."""
    if isinstance(part, Mapping):
        return frozenset((name, _shape(value, name)) for name, value in part.items())
    if isinstance(part, list):
        return ("list", at, frozenset(_shape(value, at) for value in part))
    return part if isinstance(part, str) and at not in _FREE else type(part)


@pytest.fixture(autouse=True)
def _without_idle_work(monkeypatch):
    """AppTest reads what is installed for each app, and takes the processor from the script to ask if it has ended."""

    def wait(runner, timeout):
        runner._script_thread.join(timeout)
        if runner._script_thread.is_alive():
            too_long(runner, 0)

    monkeypatch.setattr(manifest_scanner, "scan_component_manifests", installed_components)
    monkeypatch.setattr(local_script_runner, "require_widgets_deltas", wait)


@pytest.fixture
def app(tmp_path, monkeypatch):
    """Opens the app at a page with query parameters; on the synthetic sample."""
    monkeypatch.setenv("SCF_DOWNLOADS", str(tmp_path))
    return _opener


@pytest.fixture(scope="session")
def real_folder(tmp_path_factory, real_file):
    folder = tmp_path_factory.mktemp("downloads")
    for name in ("SCFP2019.csv.gz", "scfp2022excel.zip"):
        shutil.copyfile(real_file(name), folder / name)
    return folder


@pytest.fixture
def real_app(real_folder, monkeypatch):
    """The same where the real waves of 2019 and 2022 have been downloaded."""
    monkeypatch.setenv("SCF_DOWNLOADS", str(real_folder))
    return _opener


def _opener(page: str | None = "pages/explore.py", *, unfolded: str = "", **query: str) -> AppTest:
    """As by a link: the page asked for is the first that the session runs; None for an address without one.

    Args:
        page: Its file.
        unfolded: Keys of places on it that are closed at first, whose controls the test looks for.
        query: The link's parameters.
    """
    at = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=TIMEOUT)
    at.query_params.update(query)
    for place in unfolded.split():
        at.session_state[place] = True
    if page:
        at.switch_page(page)
    at.run()
    assert not at.exception
    return at


@pytest.fixture
def offer(app, monkeypatch):
    """Puts a table into the catalogue, first of all data, and opens the app at a page."""
    known = catalogue.sources

    def put(data, page="pages/explore.py", **query):
        source = Source(data.name, data.fingerprint, lambda columns: data, lambda: data.codebook)
        monkeypatch.setattr(catalogue, "sources", lambda: {"mine": source, **known()})
        return app(page, **query)

    return put


@pytest.fixture
def metrics():
    """The tiles of a page: label -> shown value."""
    return lambda at: {tile.label: tile.value for tile in at.metric}


@pytest.fixture
def charts():
    """The charts of a page: alt text, spec and the longest of its tables, in order."""

    def read(at: AppTest):
        found = []
        for element in at.get("vega_lite_chart"):
            proto = element.proto
            frames = [data.data.data for data in proto.datasets] or [proto.data.data]
            tables = [pa.ipc.open_stream(raw).read_pandas() for raw in frames if raw]
            # what a chart is of, before what stands beside it
            longest = max(tables, key=lambda table: ("chosen" in table, len(table))) if tables else None
            found.append((proto.alt, json.loads(proto.spec), longest))
        return found

    return read


@pytest.fixture
def settled():
    """Runs a page until all work that it has done in the background is there."""

    def run(at: AppTest) -> AppTest:
        for _ in range(4):
            background().wait(timeout=60)
            at.run()
            assert not at.exception
            busy = any(str(button.key).startswith("stop_") for button in at.button)
            if not busy and not any(re.search(r": \d+%$", caption.value) for caption in at.caption):
                break
        return at

    return run


@pytest.fixture
def brought(app):
    """Opens the page of one's own table and brings a file, until it is read."""

    def bring(name, content, wait=True):
        at = app("pages/your_table.py")
        at.default_timeout = 60
        at.file_uploader[0].upload(name, content, "text/csv").run()
        if wait and "stop_own_file" in [button.key for button in at.button]:
            assert reading().wait(60)
            at.run()
        assert not at.exception
        return at

    yield bring
    own.sweep(lambda _: True)
