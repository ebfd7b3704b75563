"""The command line of ``python -m lib.sources.download``."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from lib.errors import DownloadError
from lib.sources import download
from lib.sources.download import manifest
from lib.sources.download.limits import Limits, UnreachableError
from lib.tables.files import MEGABYTE

BEST_EFFORT = Limits(connect=4, read=10, answer=8, deadline=120, attempts=2)
"""Offline it is given up soon, but a slow network that does answer gets its time."""

_BAR = 30


class Bar:
    """A progress bar on a terminal, and nothing elsewhere."""

    def __init__(self, name: str) -> None:
        """Show the progress of the file ``name`` on stderr."""
        self._name = name
        self._width = 0

    def __call__(self, size: int, total: int | None) -> None:
        """Draw ``size`` bytes of ``total``; nothing yet of an unknown total means waiting."""
        if total:
            done = min(_BAR, _BAR * size // total)
            state = f"[{'#' * done}{'.' * (_BAR - done)}] {size / MEGABYTE:.1f} of {total / MEGABYTE:.1f} MB"
        else:
            state = f"{size / MEGABYTE:.1f} MB" if size else "waiting ..."
        self._draw(f"{self._name} {state}")

    def close(self) -> None:
        """Clear the line."""
        self._draw("")

    def _draw(self, line: str) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{line.ljust(self._width)}" if line else f"\r{' ' * self._width}\r")
            sys.stderr.flush()
            self._width = len(line)


def main(arguments: Sequence[str] | None = None) -> int:
    """Fetch the waves asked for and say so, one line each; returns the exit code."""
    asked = _parser().parse_args(arguments)
    limits = BEST_EFFORT if asked.best_effort else Limits()
    if asked.deadline is not None:
        limits = replace(limits, deadline=asked.deadline)
    try:
        failures = _fetch_all(list(dict.fromkeys(asked.waves)), asked.folder, limits)
    except KeyboardInterrupt:
        sys.stderr.write("Stopped; the files that were there before are untouched.\n")
        return 130
    if failures and asked.best_effort:
        sys.stderr.write(f"{failures[0]} {_goes_on_with(asked.folder)}\n")
        return 0
    sys.stderr.writelines(f"{failure}\n" for failure in failures)
    return 1 if failures else 0


def _fetch_all(waves: list[int], folder: Path | None, limits: Limits) -> list[str]:
    """Fetch one wave after the other; the sentences of those that failed."""
    failures = []
    end = time.monotonic() + limits.deadline
    sound, problems = download.readable(folder)
    for wave in waves:
        # a file under another wave's name is not relied on: that wave may be fetched to its place
        if wave in sound and download.wave_named(sound[wave]) == wave:
            sys.stdout.write(f"SCF {wave} is there already: {sound[wave].name}\n")
            continue
        sys.stdout.writelines(f"{reason} SCF {wave} is fetched anew.\n" for reason in _unusable(wave, sound, problems))
        try:
            path = _fetch(wave, folder, replace(limits, deadline=end - time.monotonic()))
        except DownloadError as error:
            failures.append(str(error))
            # without a network or time, the other waves would only fail once more
            if isinstance(error, UnreachableError) or time.monotonic() >= end:
                break
        else:
            sys.stdout.write(f"SCF {wave} is there now: {_described(path)}\n")
    return failures


def _unusable(wave: int, sound: Mapping[int, Path], problems: Mapping[Path, str]) -> list[str]:
    """A sentence for each file that is of ``wave`` by its name only."""
    other = [
        f"{path.name} holds the survey of {of}." for of, path in sound.items() if download.wave_named(path) == wave
    ]
    return other + [reason for path, reason in problems.items() if download.wave_named(path) == wave]


def _fetch(wave: int, folder: Path | None, limits: Limits) -> Path:
    bar = Bar(download.path_of(wave, folder).name)
    try:
        return download.fetch(wave, folder=folder, progress=bar, limits=limits)
    finally:
        bar.close()


def _described(path: Path) -> str:
    entry = (manifest.read(path.parent) or {}).get(path.name)
    if entry is None:
        return path.name
    dollars = f"{entry.dollars} dollars, " if entry.dollars else ""
    return f"{path.name}, {entry.size / MEGABYTE:.1f} MB, {dollars}{entry.vintage}"


def _goes_on_with(folder: Path | None) -> str:
    there = ", ".join(f"SCF {wave}" for wave in download.readable(folder)[0])
    return f"The app goes on with {there or 'the synthetic sample'}."


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m lib.sources.download",
        description="Fetch summary extracts of the Survey of Consumer Finances from the Federal Reserve.",
    )
    parser.add_argument("waves", nargs="+", type=_wave, metavar="WAVE", help="survey year, such as 2019")
    parser.add_argument("--folder", type=Path, help="where to keep the files (default: data/downloads)")
    parser.add_argument("--best-effort", action="store_true", help="give up soon, and without an error")
    parser.add_argument("--deadline", type=_seconds, metavar="SECONDS", help="give up after so many seconds")
    return parser


def _wave(text: str) -> int:
    waves = {str(wave): wave for wave in download.WAVES}
    if text not in waves:
        raise argparse.ArgumentTypeError(f"there is no survey of {text}: choose from {', '.join(waves)}")
    return waves[text]


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a number of seconds above 0")
    return seconds
