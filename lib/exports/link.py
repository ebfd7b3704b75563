"""The part of a view that widgets cannot keep in the link: names that somebody gave, segments that are chosen.

The state is small JSON, packed, in letters that need no escaping, behind the number of its version. Whatever else
stands there gives nothing, and never an error.
"""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from lib.segments.cells import MAX_NAME, clean_names

VERSION = "1"

MAX_LENGTH = 1_500
"""Characters of the state in a link: with everything else a link stays below the 2,000 that all programs take."""

MAX_SEGMENT = 500
_MAX_UNPACKED = 60_000
_SHAPE = re.compile(r"1\.([A-Za-z0-9_-]+)")
_SHORTER = (MAX_NAME, 60, 40, 25, 15, 8, 0)


@dataclass(frozen=True)
class LinkState:
    """Names that somebody gave, by segment number, and the segments that are switched on (None: all)."""

    names: Mapping[int, str] = field(default_factory=dict)
    chosen: tuple[int, ...] | None = None


def encode(names: Mapping[int, str], chosen: Iterable[int] | None = None) -> str:
    """The state for a link; an empty text where there is nothing to keep.

    Args:
        names: Names that somebody gave. Where they are too long together, all are shortened.
        chosen: The segments that are switched on, or None for all.
    """
    on = None if chosen is None else sorted({int(number) for number in chosen})
    if not names and on is None:
        return ""
    return next(text for text in (_packed(clean_names(names, most), on) for most in _SHORTER) if text is not None)


def decode(text: str | None) -> LinkState | None:
    """The state in a link, or None where there is none or it is not sound."""
    found = _SHAPE.fullmatch(text) if isinstance(text, str) and len(text) <= MAX_LENGTH else None
    if found is None:
        return None
    try:
        return _state(json.loads(_unpacked(found[1]).decode()))
    except (ValueError, RecursionError, zlib.error):
        return None


def _packed(names: Mapping[int, str], chosen: list[int] | None) -> str | None:
    stored: dict[str, Any] = {"n": {str(number): name for number, name in names.items()}} if names else {}
    if chosen is not None:
        stored["c"] = chosen
    small = zlib.compress(json.dumps(stored, ensure_ascii=False, separators=(",", ":")).encode(), 9)
    text = f"{VERSION}.{base64.urlsafe_b64encode(small).decode().rstrip('=')}"
    return text if len(text) <= MAX_LENGTH or not names else None


def _unpacked(text: str) -> bytes:
    packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    unpacker = zlib.decompressobj()
    content = unpacker.decompress(packed, _MAX_UNPACKED)
    if not unpacker.eof or unpacker.unused_data:
        raise ValueError("too large, or not all of it")
    return content


def _state(stored: object) -> LinkState:
    if not isinstance(stored, dict) or not set(stored) <= {"n", "c"}:
        raise ValueError("not a state")
    return LinkState(MappingProxyType(_names(stored.get("n", {}))), _chosen(stored.get("c")))


def _names(given: object) -> dict[int, str]:
    if not isinstance(given, dict) or len(given) > MAX_SEGMENT:
        raise ValueError("not names")
    names = {}
    for key, name in given.items():
        if not re.fullmatch(r"[0-9]{1,3}", key) or int(key) > MAX_SEGMENT or not isinstance(name, str):
            raise ValueError("not a name")
        names[int(key)] = name
    return clean_names(names)


def _chosen(given: object) -> tuple[int, ...] | None:
    if given is None:
        return None
    if not isinstance(given, list) or not all(type(number) is int and 0 <= number <= MAX_SEGMENT for number in given):
        raise ValueError("not segments")
    return tuple(sorted(set(given)))
