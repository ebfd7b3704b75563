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
    """One message as bytes.

    Raises:
        TooLarge: If it is larger than ``MAX_BYTES``.
    """
    parts = {name: _npy(array) for name, array in (arrays or {}).items()}
    head = json.dumps({"header": dict(header), "arrays": {name: len(part) for name, part in parts.items()}}).encode()
    body = b"".join(parts.values())
    if len(body) + len(head) > MAX_BYTES:
        raise TooLarge(len(body) + len(head))
    return _LENGTH.pack(len(head), len(body)) + head + body


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
    head, body = stream.read(head_length), stream.read(body_length)
    if len(head) < head_length or len(body) < body_length:
        return None
    message = json.loads(head)
    arrays, start = {}, 0
    for name, length in message["arrays"].items():
        arrays[name] = np.load(io.BytesIO(body[start : start + length]), allow_pickle=False)
        start += length
    return message["header"], arrays


def _npy(array: NDArray[Any]) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()
