"""Messages between the server and a process that works for it: a JSON header, then arrays in NumPy's own file format.

Nothing is pickled, in either direction.
"""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

MAX_BYTES = 64 * 2**20
"""Of one message: 8,000 points of 60 features are 4 MB."""

_LENGTH = struct.Struct("<II")

Arrays = Mapping[str, NDArray[Any]]


class TooLarge(Exception):  # noqa: N818 - whoever sends says what is too large for what
    """A message has more than ``MAX_BYTES``.

    Attributes:
        megabytes: Its size.
    """

    def __init__(self, size: int) -> None:
        """With its size in bytes."""
        self.megabytes = size / 2**20
        super().__init__(f"A message of {self.megabytes:.0f} MB is too large.")


def pack(header: Mapping[str, Any], arrays: Arrays | None = None) -> bytes:
    """One message as bytes; see ``pieces``."""
    return b"".join(pieces(header, arrays))


def pieces(header: Mapping[str, Any], arrays: Arrays | None = None) -> list[bytes | memoryview]:
    """The bytes of one message, to be written one after the other: together they would be a copy more.

    Raises:
        TooLarge: If it is larger than ``MAX_BYTES``.
    """
    parts = {name: _npy(array) for name, array in (arrays or {}).items()}
    head = json.dumps({"header": dict(header), "arrays": {name: len(part) for name, part in parts.items()}}).encode()
    body = sum(map(len, parts.values()))
    if body + len(head) > MAX_BYTES:
        raise TooLarge(body + len(head))
    return [_LENGTH.pack(len(head), body), head, *parts.values()]


def receive(stream: BinaryIO) -> tuple[dict[str, Any], dict[str, NDArray[Any]]] | None:
    """The next message, or None where the other side has closed the stream.

    Raises:
        ValueError: If what arrives is not a message.
    """
    lengths = stream.read(_LENGTH.size)
    if len(lengths) < _LENGTH.size:
        return None
    head_length, body_length = _LENGTH.unpack(lengths)
    if head_length + body_length > MAX_BYTES:
        raise ValueError("A message is too long.")
    head = stream.read(head_length)
    if len(head) < head_length:
        return None
    message, arrays = json.loads(head), {}
    if sum(message["arrays"].values()) != body_length:
        raise ValueError("A message contradicts itself.")
    for name, length in message["arrays"].items():
        part = stream.read(length)
        if len(part) < length:
            return None
        arrays[name] = np.load(io.BytesIO(part), allow_pickle=False)
    return message["header"], arrays


def _npy(array: NDArray[Any]) -> memoryview:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getbuffer()
