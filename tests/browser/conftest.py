"""A browser, and servers for it to visit."""

from __future__ import annotations

import os
import shutil

import pytest
from install import ARGUMENTS, executable
from server import serve, settle

PATIENCE = 30_000
"""Milliseconds that a page may take where other tests take the processors."""


@pytest.fixture(scope="session")
def browser():
    path = executable()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("no browser: `make test` installs one, and CI never goes without")
        pytest.skip("no Chromium or Chrome is installed")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """A server on the synthetic sample, which visitors of several files share."""
    with serve(tmp_path_factory.mktemp("downloads"), quick=True) as address:
        yield address


@pytest.fixture(scope="module")
def real_server(tmp_path_factory, real_file):
    """A server that has the real waves of 2019 and 2022."""
    folder = tmp_path_factory.mktemp("downloads")
    for name in ("SCFP2019.csv.gz", "scfp2022excel.zip"):
        shutil.copyfile(real_file(name), folder / name)
    with serve(folder, quick=True) as address:
        yield address


@pytest.fixture
def page(browser):
    """A browser page that fails the test if the app shows an exception."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    yield page
    assert page.locator('[data-testid="stException"]').count() == 0
    context.close()


@pytest.fixture
def visit(page):
    """Opens an address and waits until the script has ended and nothing is stale."""

    def go(address: str):
        page.goto(address)
        settle(page)
        return page

    return go
