"""Several waves in one go."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from lib.errors import DownloadError
from lib.sources.download import fetching
from lib.sources.download.limits import Limits, UnreachableError
from lib.tables.files import MEGABYTE
from lib.words import listed
from lib.work.progress import Progress, part_of, report


def missing(folder: Path | None = None) -> list[int]:
    """The waves that are not in the folder of downloads, or cannot be read there."""
    there = fetching.readable(folder)[0]
    return [wave for wave in fetching.WAVES if wave not in there]


def fetch_several(
    waves: Sequence[int],
    *,
    folder: Path | None = None,
    progress: Progress | None = None,
    limits: Limits | None = None,
) -> None:
    """Fetch one wave after the other, and what comes stays, whatever becomes of the others.

    Args:
        waves: Survey years.
        folder: Where to keep the files; ``downloads_folder()`` by default.
        progress: Called with the share done and a few words. What it raises ends the download cleanly.
        limits: How long to wait for each wave, and how often to try.

    Raises:
        DownloadError: Says which waves did not come, and why the first of them did not.
    """
    failed: dict[int, DownloadError] = {}
    for number, wave in enumerate(waves):
        own = part_of(progress, number / len(waves), (number + 1) / len(waves))
        words = f"Fetching {wave}, {number + 1} of {len(waves)}"
        report(own, 0, words)
        try:
            fetching.fetch(wave, folder=folder, progress=partial(_tell, own, words), limits=limits)
        except UnreachableError:
            raise  # the others would only fail once more
        except DownloadError as error:
            failed[wave] = error
    if failed:
        which = listed([str(wave) for wave in failed])
        raise DownloadError(
            f"{len(waves) - len(failed)} of {len(waves)} came, not {which}: {next(iter(failed.values()))}"
        )


def _tell(progress: Progress | None, words: str, size: int, total: int | None) -> None:
    done = size / total if total else 0.0
    so_far = f": {size / MEGABYTE:.1f} MB" if size else ": waiting for another download to end"
    report(progress, done, f"{words}{so_far}")
