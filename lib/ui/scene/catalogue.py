"""Which data can be looked at, and how each is opened."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from pathlib import Path

import pandas as pd

from lib.dataset import Codebook, Dataset
from lib.errors import DataError
from lib.prices import PRICES
from lib.shipped import FOLDER, checked
from lib.sources import download, examples, scf
from lib.subjects import CARDS, LOANS
from lib.ui.scene import own
from lib.ui.scene.kept import ROOM

SAMPLE = "sample"
EXAMPLES = {
    "cards": (examples.CARDS_NAME, examples.CARDS_EXAMPLE, cache(examples.cards)),
    "loans": (examples.LOANS_NAME, examples.LOANS_EXAMPLE, cache(examples.loans)),
}
"""Small made-up tables of a bank's customers, to try the pages with: name, file, and the table, which is read once."""

RESTS_ON = {
    SAMPLE: (scf.SAMPLE, scf.CODEBOOK, PRICES),
    "cards": (examples.CARDS_EXAMPLE, FOLDER / CARDS.codebook),
    "loans": (examples.LOANS_EXAMPLE, FOLDER / LOANS.codebook),
}
"""Files that the project brings: what they are of is offered as long as they are whole."""


@dataclass(frozen=True)
class Source:
    """Data that can be looked at.

    Attributes:
        name: What it is called on screen and in links.
        stamp: Changes with the content, so that newer data are never answered from the cache of older ones.
        open: Gives the data with at least the columns asked for, all of them for None.
        columns: Gives what is known about every column.
    """

    name: str
    stamp: str
    open: Callable[[Sequence[str] | None], Dataset]
    columns: Callable[[], Codebook]


class Look:
    """The folder of downloads as it was at one moment.

    Attributes:
        surveys: Files that can be read, by wave.
        spoilt: Waves whose files, by their names, cannot.
        problems: Why others, or what the project brings, cannot, a sentence each.
        replicates: Files of replicate weights, by wave; whether they can be read is not known.
    """

    def __init__(self) -> None:
        self.surveys, problems = download.readable()
        self.spoilt = {wave for path in problems if (wave := download.wave_named(path)) not in self.surveys}
        self.replicates = download.replicate_files()
        self._damaged = {key: said for key, files in RESTS_ON.items() if (said := _damage(files))}
        self.problems = list(dict.fromkeys([*problems.values(), *self._damaged.values()]))

    @cached_property
    def sources(self) -> dict[str, Source]:
        """What can be looked at, newest survey first, the synthetic sample last; keys stand for them in memory.

        Raises:
            DataError: If there is nothing.
        """
        waves = {str(wave): self._wave(wave) for wave in sorted(self.surveys, reverse=True)}
        sample = Source(
            "Synthetic sample of 2019",
            stamp(scf.SAMPLE),
            lambda columns: scf.sample(columns=columns),
            scf.columns_of_sample,
        )
        there = {**waves, SAMPLE: sample, **{key: _example(*example) for key, example in EXAMPLES.items()}}
        if not (sound := {key: source for key, source in there.items() if key not in self._damaged}):
            raise DataError(self.problems[0])
        return sound

    def _wave(self, wave: int) -> Source:
        """A wave of the survey; with other replicate weights beside it, its figures have other intervals."""
        path, weights = self.surveys[wave], self.replicates.get(wave)
        return Source(
            f"SCF {wave}",
            "+".join(stamp(file) for file in (path, weights) if file),
            lambda columns: scf.read(path, columns=columns),
            lambda: scf.columns_of(path),
        )


def _damage(files: Iterable[Path]) -> str:
    """What is wrong with the first of several shipped files that is not whole; empty where all are."""
    try:
        for path in files:
            checked(path)
    except DataError as error:
        return str(error)
    return ""


_this_thread = threading.local()


def look() -> Look:
    """The folder of downloads as it is now, or as it was when ``one_look`` began."""
    kept: Look | None = getattr(_this_thread, "look", None)
    return kept or Look()


@contextmanager
def one_look() -> Iterator[None]:
    """Within it this thread looks at the folder once: a run of a page asks some twenty times, and sees one state."""
    _this_thread.look = Look()
    try:
        yield
    finally:
        _this_thread.look = None


def sources() -> dict[str, Source]:
    """What everybody can look at, newest survey first; keys stand for them in memory."""
    return look().sources


def _example(name: str, path: Path, read: Callable[[], Dataset]) -> Source:
    return Source(name, stamp(path), lambda columns: _some(read(), columns), lambda: read().codebook)


def _some(data: Dataset, columns: Sequence[str] | None) -> Dataset:
    """A table with some of its columns, and with those that say who and how much."""
    if columns is None:
        return data
    needed = {*columns, data.id, data.weight, data.implicate}
    names = [name for name in data.frame if name in needed]
    codebook = data.codebook.restricted_to([name for name in data.codebook if name in names])
    return replace(data, frame=data.frame[names], codebook=codebook)


def choices() -> dict[str, Source]:
    """What this visitor can look at: what everybody can, and the tables that were brought in this session."""
    return {**sources(), **{key: _brought(data) for key, data in own.mine().items()}}


def _source(key: str) -> Source:
    """The source of that key.

    Raises:
        DataError: If it is somebody's own table that was forgotten, or a file that is no longer there.
    """
    if not own.is_own(key):
        return _there(key, sources())
    data = own.find(key)
    if data is None:
        raise DataError("The table was forgotten: bring it again.")
    return _brought(data)


def _there(key: str, known: dict[str, Source]) -> Source:
    if key not in known:
        raise DataError("The file of these data is no longer there: load the page again, and choose others.")
    return known[key]


def _brought(data: Dataset) -> Source:
    return Source(data.name, data.fingerprint, partial(_some, data), lambda: data.codebook)


def stamp(path: Path) -> str:
    """What tells one state of a file from another; that it is gone is a state too."""
    try:
        status = path.stat()
    except OSError:
        return "gone"
    return f"{status.st_size}-{status.st_mtime_ns}"


def stamp_of(source: str) -> str:
    """What tells one state of a source from another."""
    return _source(source).stamp


def about(source: str) -> Dataset:
    """A source without its columns: its name, wave, dollars and subject."""
    return load(source, stamp_of(source), None, ())


def other_waves(source: str) -> dict[str, str]:
    """Other waves of the survey that a source belongs to: key -> name; none of data that are no survey's or drawn."""
    this = about(source)
    if this.wave is None or this.synthetic:
        return {}
    others = {key: other for key, other in sources().items() if key != source}
    return {key: other.name for key, other in others.items() if _is_wave_of(about(key), this)}


def _is_wave_of(other: Dataset, own: Dataset) -> bool:
    return other.subject is own.subject and other.wave is not None and not other.synthetic


def waves() -> dict[int, tuple[str, str]]:
    """The real waves of the survey that are there, by year: key and stamp of each."""
    return {wave: (str(wave), stamp(path)) for wave, path in look().surveys.items()}


def unreadable() -> list[str]:
    """Why files in the folder of downloads cannot be used, a sentence each."""
    return look().problems


def load(source: str, stamp: str, dollars: int | None, columns: tuple[str, ...]) -> Dataset:
    """A source with some of its columns; nobody changes it, so all sessions share it."""
    return ROOM.get(("tables", source, stamp, dollars, columns), lambda: _put_together(source, stamp, dollars, columns))


def _put_together(source: str, stamp: str, dollars: int | None, columns: tuple[str, ...]) -> Dataset:
    """A table of columns that are kept once each, whichever tables they are in; what is not kept yet is read."""
    of = ("columns", source, stamp, dollars)
    there = {name: column for name in columns if (column := ROOM.find((*of, name))) is not None}
    data = read(source, dollars, tuple(name for name in columns if name not in there))
    # what is made of it must not be kept as if it were of what was there before
    if (data.fingerprint if own.is_own(source) else stamp_of(source)) != stamp:
        raise DataError(f"{data.name} was changed meanwhile: load the page again.")
    for name in data.frame:
        there[name] = ROOM.get((*of, name), partial(data.frame.__getitem__, name))
    codebook = columns_of(source, stamp)
    told = [name for name in codebook if name in there]
    ordered = [*(name for name in there if name not in codebook), *told]
    # without an id and a weight a table may be asked for no column at all: it has its rows all the same
    rows = None if ordered else data.frame.index
    frame = pd.DataFrame({name: there[name] for name in ordered}, index=rows, copy=False)
    return replace(data, frame=frame, codebook=codebook.restricted_to(told))


def read(source: str, dollars: int | None, columns: Sequence[str]) -> Dataset:
    """A source with some of its columns, for this once: for work that passes over very many of them."""
    data = _source(source).open(columns)
    return data.in_dollars(dollars) if dollars and data.dollars else data


def columns_of(source: str, stamp: str) -> Codebook:
    """What is known about every column of a source."""
    return ROOM.get(("codebooks", source, stamp), lambda: _source(source).columns())
