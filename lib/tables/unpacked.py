"""A file that is too large to be held in memory twice, opened for reading piece by piece."""

from __future__ import annotations

import contextlib
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from gzip import BadGzipFile, GzipFile
from pathlib import Path
from typing import IO

from lib.errors import DataError
from lib.tables.files import (
    MAX_UNPACKED,
    MEGABYTE,
    Expected,
    Given,
    any_error_as,
    only_member,
    refuse_web_page,
    too_large,
)

_CHUNK = MEGABYTE
_START = 512


@contextlib.contextmanager
def unpacked(path: Path, expected: Expected) -> Iterator[IO[bytes]]:
    """The content of a file for the length of a ``with`` block, at its start, to be sought in as one likes.

    What is packed, in a gzip or alone in a zip, lies meanwhile in a temporary file without a name.

    Args:
        path: The file. Its kind is told by content; its name appears in every error.
        expected: What the errors say that the file should have been.

    Raises:
        DataError: One sentence: the file is not there, empty, damaged, a web page, or larger than
            ``lib.tables.files.MAX_UNPACKED`` once unpacked.
    """
    file = Given(path.name, expected)
    with contextlib.ExitStack() as opened:
        try:
            status = path.stat()
            if not stat.S_ISREG(status.st_mode):
                raise DataError(f"{path.name} is a folder, a pipe or a device: choose a file.")
            if status.st_size > MAX_UNPACKED:
                raise too_large(file)
            packed = opened.enter_context(path.open("rb"))
        except OSError as error:
            reason = error.strerror or "it cannot be opened"
            raise DataError(f"{path.name} cannot be read ({reason}): check that the file is there.") from error
        content: IO[bytes] = packed
        if stream := _unpacking(file, packed, opened):
            content = opened.enter_context(tempfile.TemporaryFile())
            _copy(file, stream, content)
        start = content.read(_START)
        if not start.strip(b"\0 \r\n\t"):
            raise DataError(f"{file.name} is empty: {expected.again}.")
        refuse_web_page(file, start)
        content.seek(0)
        yield content


def _unpacking(file: Given, packed: IO[bytes], opened: contextlib.ExitStack) -> IO[bytes] | None:
    """What unpacks a file as it is read; None for one that is not packed."""
    start = packed.read(4)
    packed.seek(0)
    if start == b"PK\x03\x04":
        with any_error_as(f"{file.name} is a damaged or locked zip archive: {file.expected.again}."):
            archive = opened.enter_context(zipfile.ZipFile(packed))
            return opened.enter_context(archive.open(only_member(file, archive.infolist())))
    if start[:2] == b"\x1f\x8b":
        return opened.enter_context(GzipFile(fileobj=packed))  # type: ignore[return-value]
    suffix = Path(file.name).suffix.lower()
    if start and suffix in {".zip", ".gz"}:
        refuse_web_page(file, packed.read(_START))
        raise DataError(f"{file.name} is not a {suffix} archive, whatever its name says: {file.expected.again}.")
    return None


def _copy(file: Given, stream: IO[bytes], into: IO[bytes]) -> None:
    size = 0
    try:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > MAX_UNPACKED:
                raise too_large(file)
            into.write(chunk)
    except (zipfile.BadZipFile, BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(f"{file.name} is an archive that is damaged or cut off: {file.expected.again}.") from error
    except OSError as error:
        reason = error.strerror or "the disk does not take it"
        raise DataError(f"{file.name} cannot be unpacked ({reason}): see that there is room on the disk.") from error
    into.seek(0)
