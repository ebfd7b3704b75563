"""The app served on loopback, as a visitor meets it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Sequence
from contextlib import contextmanager
from pathlib import Path

from paths import ROOT

IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'


class Address(str):
    """Where a server answers, and the number of its process."""

    pid: int


@contextmanager
def serve(downloads: Path, script: str = "streamlit_app.py", options: Sequence[str] = (), *, quick: bool = False):
    """A fresh server on a free port; its address. ``downloads`` is where it looks for survey files.

    ``quick``: what computes a figure over and over is cut short, see ``tests/quick.py``.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "tests.browser.quickly" if quick else "streamlit", "run", script]
    at = ["--server.port", str(port), "--server.address", "127.0.0.1", "--server.headless", "true"]
    environment = {**os.environ, "SCF_DOWNLOADS": str(downloads), "MAPS_CACHE": str(downloads / "maps")}
    with (downloads / "server.log").open("w") as log:
        server = subprocess.Popen([*command, *at, *options], cwd=ROOT, env=environment, stdout=log, stderr=log)
        address = Address(f"http://127.0.0.1:{port}")
        address.pid = server.pid
        try:
            _wait_until_healthy(server, address)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=20)


def _wait_until_healthy(server: subprocess.Popen, address: str) -> None:
    pause = threading.Event()
    for _ in range(300):
        assert server.poll() is None, "the server ended at once: see server.log"
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):
                return
        except OSError:
            pause.wait(0.1)
    raise TimeoutError("the server did not start within 30 seconds")


QUIET = """() => new Promise(resolve => {
  let since = performance.now();
  const look = () => {
    const app = document.querySelector('[data-testid="stApp"]');
    const moves = a => a.playState === 'running' && a.effect.getComputedTiming().iterations !== Infinity;
    const busy = !app || app.dataset.testScriptState !== 'notRunning' || document.querySelector('[data-stale="true"]')
      || document.getAnimations().some(moves);
    if (busy) since = performance.now();
    if (performance.now() - since > 350) resolve(true); else setTimeout(look, 50);
  };
  look();
})"""


def settle(page) -> None:
    """Wait until the script has ended, nothing is stale or moves, and it has stayed so: a change may need a moment."""
    page.wait_for_selector(IDLE)
    page.evaluate(QUIET)


def compared(page) -> None:
    """Wait until the segments on view are compared with data that have none, after which the page runs once more."""
    page.get_by_text("that have no segments").first.wait_for(state="detached", timeout=90_000)
