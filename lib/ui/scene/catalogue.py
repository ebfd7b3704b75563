"""Which data can be looked at, and how each is opened."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from lib.dataset import Codebook, Dataset
from lib.sources import download, scf

SAMPLE = "sample"


@dataclass(frozen=True)
class Source:
    """Data that can be looked at.

    Attributes:
        name: What it is called on screen and in links.
        stamp: Changes with the content, so that newer data are never answered from the cache of older ones.
        open: Gives the data with at least the columns asked for, all of them for None.
    """

    name: str
    stamp: str
    open: Callable[[Sequence[str] | None], Dataset]


def sources() -> dict[str, Source]:
    """What can be looked at, newest survey first, the synthetic sample last; keys stand for them in memory."""
    found = download.readable()[0]
    waves = {str(wave): _wave(wave, found[wave]) for wave in sorted(found, reverse=True)}
    sample = Source("Synthetic sample of 2019", _stamp(scf.SAMPLE.stat()), lambda columns: scf.sample(columns=columns))
    return {**waves, SAMPLE: sample}


def _wave(wave: int, path: Path) -> Source:
    return Source(f"SCF {wave}", _stamp(path.stat()), lambda columns: scf.read(path, columns=columns))


def _stamp(status: os.stat_result) -> str:
    return f"{status.st_size}-{status.st_mtime_ns}"


def stamp_of(source: str) -> str:
    """What tells one state of a source from another."""
    return sources()[source].stamp


def about(source: str) -> Dataset:
    """A source without its columns: its name, wave, dollars and subject."""
    return load(source, stamp_of(source), None, ())


def other_waves(source: str) -> dict[str, str]:
    """Other waves of the survey that a source belongs to: key -> name; none of data that are no survey's or drawn."""
    own = about(source)
    if own.wave is None or own.synthetic:
        return {}
    others = {key: other for key, other in sources().items() if key != source}
    return {key: other.name for key, other in others.items() if _is_wave_of(about(key), own)}


def _is_wave_of(other: Dataset, own: Dataset) -> bool:
    return other.subject is own.subject and other.wave is not None and not other.synthetic


def unreadable() -> list[str]:
    """Why files in the folder of downloads cannot be used, a sentence each."""
    return list(download.readable()[1].values())


@st.cache_resource(max_entries=48, show_spinner=False)
def load(source: str, stamp: str, dollars: int | None, columns: tuple[str, ...]) -> Dataset:
    """A source with some of its columns; nobody changes it, so all sessions share it."""
    del stamp  # part of the key only
    data = sources()[source].open(columns)
    return data.in_dollars(dollars) if dollars and data.dollars else data


@st.cache_resource(max_entries=16, show_spinner=False)
def columns_of(source: str, stamp: str) -> Codebook:
    """What is known about every column of a source."""
    del stamp
    return sources()[source].open(None).codebook
