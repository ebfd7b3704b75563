"""The real survey files, fetched from the Federal Reserve: ``python -m lib.sources.download 2019 2022``.

A file is written into a folder of its own under ``data/downloads``, read, checked, and only then renamed to
where the app finds it. Whatever goes wrong before leaves things as they were.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from lib.dataset import Dataset
from lib.errors import DataError, DownloadError
from lib.sources import scf
from lib.sources.download import manifest, one_at_a_time, opened, replicate_names
from lib.sources.download.limits import Clock, Limits, Progress
from lib.sources.scf import parquet_copy, vintage
from lib.tables import whole
from lib.work import log

WAVES: tuple[int, ...] = tuple(vintage.HOUSEHOLDS)
"""The survey years that can be fetched."""

SITE = "https://www.federalreserve.gov/econres/files/"
_AS_CSV = frozenset({2016, 2019, 2022})
_REPOSITORY = Path(__file__).parents[3]
_SURVEY_FILE = re.compile(r"r?scfp(\d{4})(?:excel\.zip|s\.zip|\.csv|\.csv\.gz|\.dta)", re.IGNORECASE)
_UNFINISHED = ".scf-*.part"
"""Folders of downloads that go on, or that were killed."""

_WHOLE_WITHIN = 0.05
"""By how much the weights may miss the number of US households: releases differ by far less."""


def downloads_folder() -> Path:
    """Where downloads are kept: ``data/downloads`` in the project, or what ``SCF_DOWNLOADS`` says."""
    return Path(os.environ.get("SCF_DOWNLOADS") or _REPOSITORY / "data" / "downloads").expanduser()


def path_of(wave: int, folder: Path | None = None) -> Path:
    """Where the file of ``wave`` is kept once it has been fetched, under its official name.

    Raises:
        DownloadError: If there is no such wave.
    """
    if wave not in WAVES:
        raise DownloadError(f"There is no survey of {wave}: choose one of {', '.join(map(str, WAVES))}.")
    return (folder or downloads_folder()) / f"scfp{wave}{'excel' if wave in _AS_CSV else 's'}.zip"


def readable(folder: Path | None = None) -> tuple[dict[int, Path], dict[Path, str]]:
    """The survey files in the folder that can really be read, and those that cannot.

    Every file under one of the survey's own names is opened once, and again only when its size or time of
    change is another; until then the answer costs a look at each file's entry on the disk. May be called from
    several threads.

    Returns:
        The files by the wave found inside, whatever their names say, in ascending order (of several files of
        a wave the newest), and for each file that cannot be read one sentence on why.
    """
    sound: dict[int, tuple[int, Path]] = {}
    problems: dict[Path, str] = {}
    for _, path in survey_files(folder):
        if (status := _status(path)) is None:
            continue
        found = opened.finding(path, status)
        if found.wave is None:
            problems[path] = found.problem
        else:
            sound[found.wave] = max(sound.get(found.wave, (0, path)), (status.st_mtime_ns, path))
    return {wave: path for wave, (_, path) in sorted(sound.items())}, problems


def survey_files(folder: Path | None = None) -> list[tuple[int, Path]]:
    """The files in the folder under one of the survey's own names, with the wave that the name says."""
    named = ((wave_named(path), path) for path in files_in(folder or downloads_folder()))
    return [(wave, path) for wave, path in named if wave is not None]


def wave_named(path: Path) -> int | None:
    """The wave that a file is of by its name, or None if the name is none of the survey's own."""
    name = _SURVEY_FILE.fullmatch(path.name)
    return int(name[1]) if name and int(name[1]) in WAVES else None


def fetch(
    wave: int,
    *,
    folder: Path | None = None,
    progress: Progress | None = None,
    base: str | None = None,
    limits: Limits | None = None,
) -> Path:
    """Fetch the summary extract of ``wave``, check it, and put it in its place.

    Only one download runs at a time in a folder, whoever asks. Who has to wait, and then finds that the file
    has just come, gets that file. An older file stays until a new one has been read and found good.

    Args:
        wave: One of ``WAVES``.
        folder: Where to keep the file; ``downloads_folder()`` by default.
        progress: Called with the bytes so far and their total or None, in the calling thread; with
            ``(0, None)`` while another download has to end first. What it raises ends the download cleanly.
        base: Address of the folder the file is in, http or https; by default ``SCF_BASE_URL`` from the
            environment, else the Federal Reserve's site.
        limits: How long to wait and how often to try.

    Returns:
        The file, ready for ``lib.sources.scf.read``, with a Parquet copy beside it and an entry in
        ``manifest.json``.

    Raises:
        DownloadError: One sentence on what went wrong and what to do; the folder is as it was.
    """
    return bring(path_of(wave, folder), partial(_read, wave=wave), progress=progress, base=base, limits=limits)


def bring(
    target: Path,
    read: Callable[[Path, str], manifest.Found],
    *,
    progress: Progress | None,
    base: str | None,
    limits: Limits | None,
) -> Path:
    """Fetch the file of that name and put it in its place; see ``fetch``, also for what is raised.

    Args:
        target: Where the file goes; it has its official name.
        read: Reads and checks what has arrived, so that a copy lies beside it, and says what was found; the second
            argument is the host, for its errors.
        progress: See ``fetch``.
        base: See ``fetch``.
        limits: See ``fetch``.
    """
    url = _base(base) + target.name
    clock = Clock(limits or Limits())
    progress = progress or (lambda _size, _total: None)
    with _disk_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        before = _identity(target)
        with one_at_a_time.alone(target.parent, clock, progress):
            if _identity(target) in {None, before}:
                _sweep(target.parent)
                with log.told("download", "survey", target.name):
                    _bring_alone(url, target, read, clock, progress)
    return target


def _bring_alone(
    url: str, target: Path, read: Callable[[Path, str], manifest.Found], clock: Clock, progress: Progress
) -> None:
    # what speaks HTTP is loaded by whoever downloads, not by every server
    from lib.sources.download.transfer import receive

    staging = Path(tempfile.mkdtemp(dir=target.parent, prefix=".scf-", suffix=".part"))
    arrived = staging / target.name  # under its own name, so that every message speaks of it by that name
    try:
        receive(url, arrived, clock, progress)
        found = _usable(arrived, read, urlsplit(url).hostname or url)
        _publish(arrived, target, manifest.describe(arrived, found, url=_without_login(url)))
    finally:
        _remove_copies(arrived)
        shutil.rmtree(staging, ignore_errors=True)


def _usable(path: Path, read: Callable[[Path, str], manifest.Found], host: str) -> manifest.Found:
    try:
        return read(path, host)
    except DataError as error:
        raise DownloadError(f"What came from {host} cannot be used: {error}") from error


def _read(path: Path, host: str, *, wave: int) -> manifest.Found:
    """Read and check the file as the app will; this leaves its Parquet copy beside it."""
    dataset = scf.read(path, columns=())
    if dataset.wave != wave:
        raise DownloadError(
            f"{path.name} at {host} holds the survey of {dataset.wave}, not of {wave}: nothing was changed, "
            "look for the right file on the survey's site."
        )
    households = float(dataset.weights().sum()) / 1e6
    if abs(households / vintage.HOUSEHOLDS[wave] - 1) > _WHOLE_WITHIN:
        raise DownloadError(
            f"{path.name} at {host} stands for {households:,.1f} million households where the survey of "
            f"{wave} has {vintage.HOUSEHOLDS[wave]:,.1f}: nothing was changed, try again later."
        )
    return _found(dataset)


def _found(dataset: Dataset) -> manifest.Found:
    return manifest.Found(dataset.wave, dataset.dollars, dataset.vintage)


def _publish(arrived: Path, target: Path, entry: manifest.Entry) -> None:
    """Put the file, its copy and its entry in their places; all that needs space is written before."""
    others = _other_entries(target)
    # while the file changes, the manifest must not hold the size of the old one: a kill may come in between
    without = manifest.write(arrived.with_name("without.json"), others)
    complete = manifest.write(arrived.with_name("complete.json"), {**others, target.name: entry})
    record = target.with_name(manifest.NAME)
    if record.exists():
        without.replace(record)
    arrived.replace(target)
    for new, old in zip(parquet_copy.places(arrived), parquet_copy.places(target), strict=True):
        with contextlib.suppress(OSError):  # absent, or in use: it is made anew when the file is read
            new.replace(old)
    with contextlib.suppress(OSError):  # the file is there and good, with or without its entry
        complete.replace(record)


def _other_entries(target: Path) -> dict[str, manifest.Entry]:
    """What is known of the other files; where the manifest is damaged, it is found again in the files."""
    entries = manifest.read(target.parent)
    if entries is None:
        entries = {}
        for path in filter(Path.is_file, (path_of(wave, target.parent) for wave in WAVES)):
            with contextlib.suppress(DataError, OSError):
                entries[path.name] = manifest.describe(path, _found(scf.read(path, columns=())))
        for wave in WAVES:
            with contextlib.suppress(OSError):
                path = target.with_name(replicate_names.official(wave))
                entries[path.name] = manifest.describe(path, replicate_names.found(wave))
    return {name: entry for name, entry in entries.items() if name != target.name}


def _base(base: str | None) -> str:
    base = base or os.environ.get("SCF_BASE_URL") or SITE
    try:
        parts = urlsplit(base)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        sound = False
    if not sound:
        raise DownloadError(f"The address of the survey files must begin with https:// or http://. Got {base}.")
    return base.rstrip("/") + "/"


def _without_login(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def files_in(folder: Path) -> list[Path]:
    """The files in a folder in the order of their names; none where it cannot be looked into."""
    try:
        with os.scandir(folder) as entries:  # at every run of a page: it asks no file for what the folder knows of it
            return [folder / name for name in sorted(entry.name for entry in entries if entry.is_file())]
    except OSError:
        return []


def _identity(path: Path) -> tuple[int, int] | None:
    status = _status(path)
    return None if status is None else (status.st_size, status.st_mtime_ns)


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None


def sweep(folder: Path | None = None) -> None:
    """Remove what killed processes left in the folder of downloads, unless somebody is at work there now."""
    folder = folder or downloads_folder()
    whole.sweep(folder)
    if not any(folder.glob(_UNFINISHED)):
        return
    at_once = Clock(Limits(deadline=0))
    with contextlib.suppress(DownloadError, OSError), one_at_a_time.alone(folder, at_once, lambda *_: None):
        _sweep(folder)


def _sweep(folder: Path) -> None:
    """Remove what a killed process left behind; nobody else is at work while the lock is held."""
    for unfinished in folder.glob(_UNFINISHED):
        for arrived in files_in(unfinished):
            _remove_copies(arrived)
        shutil.rmtree(unfinished, ignore_errors=True)


def _remove_copies(arrived: Path) -> None:
    for copy in parquet_copy.places(arrived):
        with contextlib.suppress(OSError):
            copy.unlink()


@contextlib.contextmanager
def _disk_errors(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        folder = _shown(target.parent)
        if error.errno in whole.DISK_FULL:
            raise DownloadError(
                f"There is no space left for {target.name} in {folder}: free some, then try again."
            ) from error
        raise DownloadError(
            f"{target.name} cannot be kept in {folder} ({error.strerror or type(error).__name__}): check "
            "that the folder may be written."
        ) from error


def _shown(folder: Path) -> str:
    """The folder as the person knows it, without the way there on this machine."""
    with contextlib.suppress(ValueError):
        return folder.resolve().relative_to(_REPOSITORY).as_posix()
    return folder.name
