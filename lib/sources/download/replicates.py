"""The survey's replicate weights in the folder of downloads: which are there, and how others are fetched."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from lib.sources.download import manifest, replicate_names
from lib.sources.download.fetching import bring, downloads_folder, files_in, path_of, readable
from lib.sources.download.limits import Limits, Progress


def path_of_replicates(wave: int, folder: Path | None = None) -> Path:
    """Where the replicate weights of ``wave`` are kept once they have been fetched, under their official name.

    Raises:
        DownloadError: If there is no such wave.
    """
    return path_of(wave, folder).with_name(replicate_names.official(wave))


def replicate_files(folder: Path | None = None) -> dict[int, Path]:
    """The files of replicate weights in the folder by the wave that the name says: of several the newest.

    Nothing is opened: it costs a look at each file's entry on the disk. What a file holds is told by
    ``lib.sources.scf.replicates.read``.
    """
    newest: dict[int, tuple[int, Path]] = {}
    for wave, path in replicate_names.named(files_in(folder or downloads_folder())):
        if (changed := _changed(path)) is not None:
            newest[wave] = max(newest.get(wave, (0, path)), (changed, path))
    return {wave: path for wave, (_, path) in sorted(newest.items())}


def fetch_replicates(
    wave: int,
    *,
    folder: Path | None = None,
    progress: Progress | None = None,
    base: str | None = None,
    limits: Limits | None = None,
) -> Path:
    """Fetch the replicate weights of ``wave``, some 30 MB, check them, and put them in their place.

    As ``lib.sources.download.fetch`` in all else: its arguments, its errors, one download at a time, the folder as it
    was where something goes wrong. Where the survey of that wave is in the folder they must be its households'.

    Returns:
        The file, ready for ``lib.sources.scf.replicates.read``, with a copy beside it that loads at once.
    """
    survey = readable(folder)[0].get(wave)
    read = partial(_read, wave=wave, survey=survey)
    return bring(path_of_replicates(wave, folder), read, progress=progress, base=base, limits=limits)


def _read(path: Path, _host: str, *, wave: int, survey: Path | None) -> manifest.Found:
    # what reads them is loaded by whoever asks for them, not by every server
    from lib.sources.scf import replicates

    replicates.read(path, survey=survey, wave=wave)
    return replicate_names.found(wave)


def _changed(path: Path) -> int | None:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None
