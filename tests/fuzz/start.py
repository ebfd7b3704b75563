"""What a search begins with: sound input and input that was awkward before; and values to put in place of others."""

from __future__ import annotations

import copy
import gzip
import json
import random
import zipfile
from collections.abc import Iterator
from typing import Any

from tests.bad_input.mutilated import PUT, sound
from tests.sources.awkward import AWKWARD

_LARGEST = 4_000
_CONDITIONS = (
    "AGE < 35 and (DEBT >= 1e5 or not `net income` in (1, 2))",
    "18 <= AGE < 35",
    "AGE != AGE or DEBT not in [-1, 0.5]",
    "`a``b` == -3e-7",
)
_COLUMNS = (
    "1\n2.5\n-3e4\n+7\n.5\n5.\n1e308",
    "$1,200.50\n(5)\n12 %\n€ 7\n5-\nUSD 3",
    "1.200,50\n1'200\n1 200,5\n7 kr",
    "2024-01-31\n31.01.2024\n1/31/2024 10:30:59\n3 Jan 2024\nJan 3, 99",
    "yes\nno\nNA\n-\n\n0001\n4111111111111111",
)


def of(name: str) -> Iterator[bytes]:
    """Input for a target."""
    if name == "conditions":
        yield from (text.encode() for text in _CONDITIONS)
    elif name == "column":
        yield from (b"\0" + text.encode() for text in _COLUMNS)
    elif name == "recipe":
        yield from (json.dumps(document).encode() for document in sound())
    elif name == "survey":
        yield from _surveys()
    else:
        yield from _tables(name)


def _tables(name: str) -> Iterator[bytes]:
    for one in AWKWARD.values():
        content = one.make()
        # workbooks are opened by a process of their own, one after the other: too slow for a search
        if len(content) > _LARGEST or b"[Content_Types]" in content or content.startswith(b"\xd0\xcf"):
            continue
        is_parquet = content.startswith(b"PAR1")
        yield bytes([4 if name == "table" and is_parquet else int(is_parquet)]) + content


def _surveys() -> Iterator[bytes]:
    from tests.sources.test_scf import as_csv, excerpt
    from tests.sources.test_scf_nasty import as_stata, packed

    frame = excerpt()
    content = as_csv(frame)
    yield from (b"\0" + content, b"\1" + gzip.compress(content), b"\3" + as_stata(frame))
    yield b"\2" + packed(content, zipfile.ZIP_DEFLATED)


def put_somewhere(document: Any, chance: random.Random) -> None:
    """Another value somewhere in what JSON holds: one that is odd, or one that stands elsewhere in it."""
    places = list(_places(document))
    at, step = chance.choice(places)
    if chance.random() < 0.2:
        at.pop(step)
        return
    elsewhere, other = chance.choice(places)
    at[step] = chance.choice(PUT) if chance.random() < 0.6 else copy.deepcopy(elsewhere[other])


def _places(document: Any) -> Iterator[tuple[Any, Any]]:
    steps = document if isinstance(document, dict) else range(len(document)) if isinstance(document, list) else ()
    for step in list(steps):
        yield document, step
        yield from _places(document[step])
