"""The command line of ``python -m lib.sources.download``."""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from lib.errors import DataError, DownloadError
from lib.sources import download
from lib.sources.download import manifest
from lib.sources.download.limits import Limits, UnreachableError
from lib.sources.scf import replicates
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
    parser = _parser()
    asked = parser.parse_args(arguments)
    if bool(asked.waves) == asked.all:
        parser.error("name the waves to fetch, or ask for --all of them")
    limits = BEST_EFFORT if asked.best_effort else Limits()
    if asked.deadline is not None:
        limits = replace(limits, deadline=asked.deadline)
    try:
        fetch = _fetch_replicates if asked.replicates else _fetch_surveys
        waves = list(download.WAVES if asked.all else dict.fromkeys(asked.waves))
        failures = _fetch_all(waves, fetch(asked.folder), limits)
    except KeyboardInterrupt:
        sys.stderr.write("Stopped; the files that were there before are untouched.\n")
        return 130
    if failures and asked.best_effort:
        sys.stderr.write(f"{failures[0]} {_goes_on_with(asked.folder)}\n")
        return 0
    sys.stderr.writelines(f"{failure}\n" for failure in failures)
    return 1 if failures else 0


_Fetch = Callable[[int, Limits], None]
"""Brings what is asked for of a wave and says so, or that it is there; raises DownloadError."""


def _fetch_all(waves: list[int], fetch: _Fetch, limits: Limits) -> list[str]:
    """Fetch one wave after the other; the sentences of those that failed."""
    failures = []
    end = time.monotonic() + limits.deadline
    for wave in waves:
        try:
            fetch(wave, replace(limits, deadline=end - time.monotonic()))
        except DownloadError as error:
            failures.append(str(error))
            # without a network or time, the other waves would only fail once more
            if isinstance(error, UnreachableError) or time.monotonic() >= end:
                break
    return failures


def _fetch_surveys(folder: Path | None) -> _Fetch:
    sound, problems = download.readable(folder)

    def fetch(wave: int, limits: Limits) -> None:
        # a file under another wave's name is not relied on: that wave may be fetched to its place
        if wave in sound and download.wave_named(sound[wave]) == wave:
            sys.stdout.write(f"SCF {wave} is there already: {sound[wave].name}\n")
            return
        sys.stdout.writelines(f"{reason} SCF {wave} is fetched anew.\n" for reason in _unusable(wave, sound, problems))
        with _bar(download.path_of(wave, folder)) as bar:
            path = download.fetch(wave, folder=folder, progress=bar, limits=limits)
        sys.stdout.write(f"SCF {wave} is there now: {_described(path)}\n")

    return fetch


def _fetch_replicates(folder: Path | None) -> _Fetch:
    def fetch(wave: int, limits: Limits) -> None:
        path, survey = download.replicate_files(folder).get(wave), download.readable(folder)[0].get(wave)
        if path is not None and not (problem := _unusable_replicates(path, survey, wave)):
            sys.stdout.write(f"The replicate weights of {wave} are there already: {path.name}\n")
            return
        if path is not None:
            sys.stdout.write(f"{problem} The replicate weights of {wave} are fetched anew.\n")
        with _bar(download.path_of_replicates(wave, folder)) as bar:
            path = download.fetch_replicates(wave, folder=folder, progress=bar, limits=limits)
        sys.stdout.write(f"The replicate weights of {wave} are there now: {_described(path)}\n")

    return fetch


def _unusable_replicates(path: Path, survey: Path | None, wave: int) -> str:
    try:
        replicates.read(path, survey=survey, wave=wave)
    except DataError as error:
        return str(error)
    return ""


def _unusable(wave: int, sound: Mapping[int, Path], problems: Mapping[Path, str]) -> list[str]:
    """A sentence for each file that is of ``wave`` by its name only."""
    other = [
        f"{path.name} holds the survey of {of}." for of, path in sound.items() if download.wave_named(path) == wave
    ]
    return other + [reason for path, reason in problems.items() if download.wave_named(path) == wave]


@contextlib.contextmanager
def _bar(path: Path) -> Iterator[Bar]:
    bar = Bar(path.name)
    try:
        yield bar
    finally:
        bar.close()


def _described(path: Path) -> str:
    entry = manifest.entry_of(path)
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
        description="Fetch summary extracts of the Survey of Consumer Finances, or its replicate weights, from the "
        "Federal Reserve.",
    )
    parser.add_argument("waves", nargs="*", type=_wave, metavar="WAVE", help="survey year, such as 2019")
    parser.add_argument("--all", action="store_true", help="every wave there is, 1989 to 2022")
    parser.add_argument(
        "--replicates", action="store_true", help="the replicate weights of these waves, about 30 MB each"
    )
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
