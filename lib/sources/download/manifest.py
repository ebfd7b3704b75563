"""What is known about each downloaded file: ``manifest.json`` in the folder of downloads."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

NAME = "manifest.json"


@dataclass(frozen=True)
class Entry:
    """Where a file came from and what was found in it.

    Attributes:
        url: Address it was fetched from; empty where that is no longer known.
        size: Bytes.
        sha256: Hash of the file, in hexadecimal.
        date: When it was fetched, UTC in ISO format.
        wave: Survey year found inside.
        dollars: Year of its dollars, or None where it cannot be told.
        vintage: Which release it is, in words.
    """

    url: str
    size: int
    sha256: str
    date: str
    wave: int | None
    dollars: int | None
    vintage: str


def read(folder: Path) -> dict[str, Entry] | None:
    """File name -> entry; None where the manifest is damaged, and no entries where there is none."""
    try:
        kept = json.loads((folder / NAME).read_text(encoding="utf-8"))
        return {name: _entry(values) for name, values in kept.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def entry_of(path: Path) -> Entry | None:
    """What is known of a file, or None."""
    return (read(path.parent) or {}).get(path.name)


def write(path: Path, entries: Mapping[str, Entry]) -> Path:
    """Write a manifest to ``path``, which the caller renames to ``NAME`` once it is whole."""
    kept = {name: asdict(entries[name]) for name in sorted(entries)}
    path.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
    return path


@dataclass(frozen=True)
class Found:
    """What was found in a file: fields of ``Entry``."""

    wave: int | None
    dollars: int | None
    vintage: str


def describe(path: Path, found: Found, *, url: str = "") -> Entry:
    """The entry of the file ``path``, fetched from ``url``; its date is the one at which the file was written."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    status = path.stat()
    return Entry(
        url=url,
        size=status.st_size,
        sha256=digest,
        date=datetime.fromtimestamp(status.st_mtime, UTC).isoformat(timespec="seconds"),
        **asdict(found),
    )


def _entry(values: Mapping[str, Any]) -> Entry:
    entry = Entry(**{field.name: values[field.name] for field in fields(Entry)})
    if not isinstance(entry.size, int):
        raise TypeError("size is not a number")
    return entry
