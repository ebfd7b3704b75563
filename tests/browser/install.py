"""A browser for the journeys: one that is installed, else Debian's package when it may, else Playwright's own.

Chromium without its own windows and menus draws pages the same and takes a fifth less of the processor: it goes first.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

SHELL = "chromium-headless-shell"
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
)
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-features=LocalNetworkAccessChecks",
)
"""What it is started with: nothing of its own on the network, no processor for graphics, and pages that a test hands it
may speak to loopback."""


def executable() -> str | None:
    """The path of an installed Chromium or Chrome, or of the one that Playwright brought."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    found = found or next((place for place in PLACES if Path(place).exists()), None)
    return found or _playwrights()


def _playwrights() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install() -> bool:
    """Install a browser where there is none; True if there is one now."""
    if executable():
        return True
    if shutil.which("apt-get") and getattr(os, "geteuid", lambda: 1)() == 0:
        quiet = {"stdout": subprocess.DEVNULL, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
        subprocess.run(["apt-get", "update", "-qq"], check=False, **quiet)
        for package in (SHELL, "chromium"):
            command = ["apt-get", "install", "-y", "-qq", package, "fonts-liberation"]
            if subprocess.run(command, check=False, **quiet).returncode == 0:
                break
    if not executable():
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    return executable() is not None


if __name__ == "__main__":
    if not install():
        sys.stderr.write("No browser could be installed: the journeys in a real browser will not run.\n")
