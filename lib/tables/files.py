"""Opening a file that somebody else made: what it is by content, unpacked within bounds, read as a frame."""

from __future__ import annotations

import contextlib
import csv
import io
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from gzip import BadGzipFile, GzipFile
from typing import IO, TYPE_CHECKING

import pandas as pd

from lib.errors import DataError
from lib.tables.whole import DISK_FULL

if TYPE_CHECKING:
    from pathlib import Path

MEGABYTE = 2**20
MAX_PACKED = 100 * MEGABYTE
MAX_UNPACKED = 200 * MEGABYTE
"""A table of 28,885 rows and 350 columns unpacks to 33 MB."""

MAX_COLUMNS = 1000
MAX_ROWS = 400_000
MAX_CELLS = 30_000_000
"""That table has 10 million cells; a cell takes up to 30 bytes while it is read."""

_LONGEST_NAME = 64
_CHUNK = 4 * MEGABYTE
PACKINGS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""What every program makes; others, ``zipfile`` unpacks without a bound: 4 kB of bzip2 can be 4 GB."""

_STATA_BEFORE_XML = frozenset(range(102, 116))


@dataclass(frozen=True)
class Expected:
    """What a file was expected to be and where to get it, as words that fit into the sentences of an error.

    Attributes:
        what: What to choose or to use "as released", as in "the shop's list of orders".
        briefly: The same where its owner has just been named, as in "the list of orders".
        largest: What no such file exceeds, as in "any year of the shop".
        again: How to get it anew, as in "export it again".
        source: Where from, as in "the shop's site".
    """

    what: str
    briefly: str
    largest: str
    again: str
    source: str


@dataclass(frozen=True)
class Given:
    """A file by its name, and what it should be."""

    name: str
    expected: Expected


def read_frame(path: Path, accept: Callable[[list[str]], None], expected: Expected) -> pd.DataFrame:
    """Read a CSV or Stata file, bare, gzipped or alone in a zip, into a frame.

    The kind is told by content, not by name. At most ``MAX_UNPACKED`` bytes and ``MAX_CELLS`` cells are held. Quotes in
    a CSV file are left out, so none of its cells may hold a comma or a line's end.

    Args:
        path: The file. Its name appears in every error.
        accept: Called with the names of the columns before any row is read; what it raises ends the reading.
        expected: What the errors say that the file should have been.

    Returns:
        The table with its columns named as in the file, without the space around a name, none of them twice; one
        without a name is called "Unnamed: 0" by its place. Its columns may hold anything.

    Raises:
        DataError: One sentence on what is wrong with the file and what to do.
    """
    file = Given(path.name, expected)
    content = _unpack(file, path.suffix, _bytes_of(path))
    read = _read_stata if is_stata(content) else _read_csv
    return read(file, content, accept)


def _bytes_of(path: Path) -> bytes:
    try:
        status = path.stat()
        if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
            raise DataError(f"{path.name} is a pipe or a device, which may never end: choose a file.")
        if status.st_size > MAX_PACKED:
            size = f"{status.st_size / MEGABYTE:,.0f} MB"
            raise DataError(f"{path.name} has {size}; at most {MAX_PACKED // MEGABYTE} MB are read.")
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        raise DataError(f"{path.name} cannot be read ({reason}): check that the file is there.") from error


def _unpack(file: Given, suffix: str, packed: bytes) -> bytes:
    if not packed.strip(b"\0 \r\n\t"):
        raise DataError(f"{file.name} is empty: {file.expected.again}.")
    content = packed
    if packed[:4] == b"PK\x03\x04":
        content = _unzip(file, packed)
    elif packed[:2] == b"\x1f\x8b":
        content = _gunzip(file, packed)
    refuse_web_page(file, content)
    if content is packed and suffix.lower() in {".zip", ".gz"}:
        raise DataError(f"{file.name} is not a {suffix} archive, whatever its name says: {file.expected.again}.")
    return content


def refuse_web_page(file: Given, content: bytes) -> None:
    """Check that what begins with ``content`` is no page of a site that was asked for a file.

    Raises:
        DataError: One sentence that names the file.
    """
    start = content[:512].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith((b"<!doctype", b"<html", b"<head", b"<?xml")):
        where = f"{file.expected.again} from {file.expected.source}"
        raise DataError(f"{file.name} is a web page saved under a data file's name: {where}.")


def _unzip(file: Given, packed: bytes) -> bytes:
    damaged = f"{file.name} is a damaged or locked zip archive: {file.expected.again}."
    with any_error_as(damaged), zipfile.ZipFile(io.BytesIO(packed)) as archive:
        member = only_member(file, archive.infolist())
        with archive.open(member) as stream:
            return _read_bounded(file, stream)


@contextlib.contextmanager
def any_error_as(sentence: str) -> Iterator[None]:
    """Damaged bytes lead a library to raise whatever it happens on: struct.error, KeyError, LZMAError, OSError ..."""
    try:
        yield
    except DataError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno in DISK_FULL:
            raise  # nothing is wrong with the bytes
        raise DataError(sentence) from error


def only_member(file: Given, members: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    """The one table in an archive, as small as it says it is and packed as every program does.

    Raises:
        DataError: One sentence that names the archive.
    """
    tables = [
        member
        for member in members
        if member.filename.lower().endswith((".csv", ".dta")) and not member.filename.startswith("__MACOSX/")
    ]
    if not tables:
        raise DataError(f"{file.name} holds no CSV or Stata file: choose {file.expected.what}.")
    if len(tables) > 1:
        found = ", ".join(shown(member.filename) for member in tables[:3])
        raise DataError(f"{file.name} holds {len(tables)} tables ({found}): keep one of them in the archive.")
    if tables[0].file_size > MAX_UNPACKED:
        raise too_large(file)
    if tables[0].compress_type not in PACKINGS:
        raise DataError(f"{file.name} is packed in an unusual way: unpack it, or make an ordinary zip of it.")
    return tables[0]


def _gunzip(file: Given, packed: bytes) -> bytes:
    try:
        with GzipFile(fileobj=io.BytesIO(packed)) as stream:
            return _read_bounded(file, stream)  # type: ignore[arg-type]
    except (BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(f"{file.name} is a gzip file that is damaged or cut off: {file.expected.again}.") from error


def _read_bounded(file: Given, stream: IO[bytes]) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while chunk := stream.read(_CHUNK):
        size += len(chunk)
        if size > MAX_UNPACKED:
            raise too_large(file)
        chunks.append(chunk)
    if not size:
        raise DataError(f"{file.name} holds an empty file: {file.expected.again}.")
    return b"".join(chunks)


def too_large(file: Given) -> DataError:
    """What to say of a file that unpacks to more than ``MAX_UNPACKED``."""
    return DataError(
        f"{file.name} unpacks to more than {MAX_UNPACKED // MEGABYTE} MB, far more than {file.expected.largest}: "
        f"check that it is {file.expected.briefly}."
    )


def is_stata(content: bytes) -> bool:
    """Whether a file that begins like this is Stata's."""
    return content.startswith(b"<stata_dta>") or (
        content[0] in _STATA_BEFORE_XML and content[1:2] in {b"\x01", b"\x02"}
    )


def _read_stata(file: Given, content: bytes, accept: Callable[[list[str]], None]) -> pd.DataFrame:
    damaged = f"{file.name} is a Stata file that is damaged or of an unknown version: {file.expected.again}."
    with contextlib.ExitStack() as opened:
        with any_error_as(damaged):
            reader = opened.enter_context(
                pd.read_stata(io.BytesIO(content), convert_categoricals=False, convert_dates=False, iterator=True)
            )
            found = list(reader.variable_labels())
        names = _names(file, found, accept)
        limit = _most_rows(names)
        with any_error_as(damaged):
            frame = reader.read(nrows=limit + 1)
    if len(frame) > limit:
        raise _too_many_rows(file, limit)
    return frame.set_axis(names, axis=1)


def _read_csv(file: Given, content: bytes, accept: Callable[[list[str]], None]) -> pd.DataFrame:
    unreadable = (
        f"{file.name} is not a readable CSV table (comma separated, UTF-8): {file.expected.again}, or save it as CSV."
    )
    if b"\0" in content:
        raise DataError(unreadable)
    stream = io.BytesIO(_plain(content))
    header = stream.readline()
    # counted in the bytes: tens of thousands of equal names keep pandas busy for minutes
    _check_width(file, header.count(b",") + 1)
    try:
        names = _names(file, header.decode().split(","), accept)
        _check_lines(file, stream, names)
        stream.seek(len(header))
        return pd.read_csv(stream, header=None, names=names, index_col=False, quoting=csv.QUOTE_NONE, low_memory=False)
    except (ValueError, OverflowError) as error:  # pandas' own errors and those of decoding are ValueErrors
        raise DataError(unreadable) from error


def _plain(content: bytes) -> bytes:
    """The lines of a table of numbers: without byte-order mark, blank start and quotes, each ended by a newline."""
    content = content.removeprefix(b"\xef\xbb\xbf").replace(b'"', b"")
    return content.lstrip(b" \t\r\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _check_lines(file: Given, lines: IO[bytes], names: list[str]) -> None:
    """Check that the lines after the header are not too many, and that each has a field for every column."""
    limit = _most_rows(names)
    for row, line in enumerate(lines, start=1):
        if row > limit:
            raise _too_many_rows(file, limit)
        fields = line.count(b",") + 1
        if fields != len(names) and line.strip():
            raise DataError(
                f"{file.name}, line {row + 1}, has {fields:,} of {len(names)} fields: {file.expected.again}."
            )


def _names(file: Given, found: list[str], accept: Callable[[list[str]], None]) -> list[str]:
    """The names of the columns as they are known here: accepted, fit for a sentence, each once."""
    _check_width(file, len(found))
    names = [column.strip() or f"Unnamed: {at}" for at, column in enumerate(found)]
    accept(names)
    if odd := next((column for column in names if len(column) > _LONGEST_NAME or not column.isprintable()), None):
        raise DataError(f"{file.name} has a column named {shown(odd)}: use {file.expected.what} as released.")
    refuse_repeated(file.name, names)
    return names


def refuse_repeated(file_name: str, names: Sequence[str]) -> None:
    """Check that no two columns have the same name.

    Raises:
        DataError: One sentence that names the file and the column.
    """
    if len(set(names)) < len(names):
        repeated = next(column for at, column in enumerate(names) if column in names[:at])
        raise DataError(f"{file_name} has two columns named {shown(repeated)}: keep one of them.")


def _check_width(file: Given, columns: int) -> None:
    if columns > MAX_COLUMNS:
        raise DataError(f"{file.name} has {columns:,} columns; at most {MAX_COLUMNS:,} are read.")


def _most_rows(names: list[str]) -> int:
    return min(MAX_ROWS, MAX_CELLS // len(names))


def _too_many_rows(file: Given, limit: int) -> DataError:
    return DataError(
        f"{file.name} has more than {limit:,} rows, far more than {file.expected.largest}: "
        f"check that it is {file.expected.briefly}."
    )


def shown(text: str) -> str:
    """Text from a file as it may stand in a sentence."""
    return "".join(letter if letter.isprintable() else "?" for letter in text[:40])
