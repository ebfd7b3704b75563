"""Opening a file that somebody else made: what it is by content, unpacked within bounds, read as a frame."""

from __future__ import annotations

import contextlib
import csv
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from gzip import BadGzipFile, GzipFile
from typing import IO, TYPE_CHECKING

import pandas as pd

from lib.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

MEGABYTE = 2**20
MAX_PACKED = 100 * MEGABYTE
MAX_UNPACKED = 200 * MEGABYTE
"""The largest file of any wave unpacks to 33 MB."""

MAX_COLUMNS = 1000
MAX_ROWS = 400_000
MAX_CELLS = 30_000_000
"""The largest wave has 28,885 rows and 10 million cells; a cell takes up to 30 bytes while it is read."""

_LONGEST_NAME = 64
_CHUNK = 4 * MEGABYTE
_PACKINGS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""What every program makes; others, ``zipfile`` unpacks without a bound: 4 kB of bzip2 can be 4 GB."""

_STATA_BEFORE_XML = frozenset(range(102, 116))
_AGAIN = "download it again"


def read_frame(path: Path, accept: Callable[[list[str]], None]) -> pd.DataFrame:
    """Read a CSV or Stata file, bare, gzipped or alone in a zip, into a frame.

    The kind is told by content, not by name. At most ``MAX_UNPACKED`` bytes and ``MAX_CELLS`` cells are held.

    Args:
        path: The file. Its name appears in every error.
        accept: Called with the names of the columns, in upper case, before any row is read; what it raises
            ends the reading.

    Returns:
        The table with column names in upper case, none of them twice. Its columns may hold anything.

    Raises:
        DataError: One sentence on what is wrong with the file and what to do.
    """
    content = _unpack(path)
    read = _read_stata if _is_stata(content) else _read_csv
    return read(path.name, content, accept)


def _unpack(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_PACKED:
            raise DataError(f"{path.name} has {size / MEGABYTE:,.0f} MB; at most {MAX_PACKED // MEGABYTE} MB are read.")
        packed = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        raise DataError(f"{path.name} cannot be read ({reason}): check that the file is there.") from error
    if not packed.strip(b"\0 \r\n\t"):
        raise DataError(f"{path.name} is empty: {_AGAIN}.")
    if packed[:4] == b"PK\x03\x04":
        return _refuse_web_page(path.name, _unzip(path.name, packed))
    if packed[:2] == b"\x1f\x8b":
        return _refuse_web_page(path.name, _gunzip(path.name, packed))
    content = _refuse_web_page(path.name, packed)
    if path.suffix.lower() in {".zip", ".gz"}:
        raise DataError(f"{path.name} is not a {path.suffix} archive, whatever its name says: {_AGAIN}.")
    return content


def _refuse_web_page(name: str, content: bytes) -> bytes:
    start = content[:512].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith((b"<!doctype", b"<html", b"<head", b"<?xml")):
        raise DataError(f"{name} is a web page saved under a data file's name: {_AGAIN} from the survey's site.")
    return content


def _unzip(name: str, packed: bytes) -> bytes:
    damaged = f"{name} is a damaged or locked zip archive: {_AGAIN}."
    with _any_error_as(damaged), zipfile.ZipFile(io.BytesIO(packed)) as archive:
        member = _only_member(name, archive.infolist())
        with archive.open(member) as stream:
            return _read_bounded(name, stream)


@contextlib.contextmanager
def _any_error_as(sentence: str) -> Iterator[None]:
    """Damaged bytes lead a library to raise whatever it happens on: struct.error, KeyError, LZMAError, OSError ..."""
    try:
        yield
    except DataError:
        raise
    except Exception as error:
        raise DataError(sentence) from error


def _only_member(name: str, members: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    tables = [
        member
        for member in members
        if member.filename.lower().endswith((".csv", ".dta")) and not member.filename.startswith("__MACOSX/")
    ]
    if not tables:
        raise DataError(f"{name} holds no CSV or Stata file: choose the survey's summary extract.")
    if len(tables) > 1:
        found = ", ".join(_shown(member.filename) for member in tables[:3])
        raise DataError(f"{name} holds {len(tables)} tables ({found}): keep one of them in the archive.")
    if tables[0].file_size > MAX_UNPACKED:
        raise _too_large(name)
    if tables[0].compress_type not in _PACKINGS:
        raise DataError(f"{name} is packed in an unusual way: unpack it, or make an ordinary zip of it.")
    return tables[0]


def _gunzip(name: str, packed: bytes) -> bytes:
    try:
        with GzipFile(fileobj=io.BytesIO(packed)) as stream:
            return _read_bounded(name, stream)  # type: ignore[arg-type]
    except (BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(f"{name} is a gzip file that is damaged or cut off: {_AGAIN}.") from error


def _read_bounded(name: str, stream: IO[bytes]) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while chunk := stream.read(_CHUNK):
        size += len(chunk)
        if size > MAX_UNPACKED:
            raise _too_large(name)
        chunks.append(chunk)
    if not size:
        raise DataError(f"{name} holds an empty file: {_AGAIN}.")
    return b"".join(chunks)


def _too_large(name: str) -> DataError:
    return DataError(
        f"{name} unpacks to more than {MAX_UNPACKED // MEGABYTE} MB, far more than any wave of the survey: "
        "check that it is the summary extract."
    )


def _is_stata(content: bytes) -> bool:
    return content.startswith(b"<stata_dta>") or (
        content[0] in _STATA_BEFORE_XML and content[1:2] in {b"\x01", b"\x02"}
    )


def _read_stata(name: str, content: bytes, accept: Callable[[list[str]], None]) -> pd.DataFrame:
    damaged = f"{name} is a Stata file that is damaged or of an unknown version: {_AGAIN}."
    with contextlib.ExitStack() as opened:
        with _any_error_as(damaged):
            reader = opened.enter_context(
                pd.read_stata(io.BytesIO(content), convert_categoricals=False, convert_dates=False, iterator=True)
            )
            found = list(reader.variable_labels())
        names = _names(name, found, accept)
        limit = _most_rows(names)
        with _any_error_as(damaged):
            frame = reader.read(nrows=limit + 1)
    if len(frame) > limit:
        raise _too_many_rows(name, limit)
    return frame.set_axis(names, axis=1)


def _read_csv(name: str, content: bytes, accept: Callable[[list[str]], None]) -> pd.DataFrame:
    unreadable = f"{name} is not a readable CSV table (comma separated, UTF-8): {_AGAIN}, or save it as CSV."
    if b"\0" in content:
        raise DataError(unreadable)
    stream = io.BytesIO(_plain(content))
    header = stream.readline()
    # counted in the bytes: tens of thousands of equal names keep pandas busy for minutes
    _check_width(name, header.count(b",") + 1)
    try:
        names = _names(name, header.decode().split(","), accept)
        _check_lines(name, stream, names)
        stream.seek(len(header))
        return pd.read_csv(stream, header=None, names=names, index_col=False, quoting=csv.QUOTE_NONE, low_memory=False)
    except (ValueError, OverflowError) as error:  # pandas' own errors and those of decoding are ValueErrors
        raise DataError(unreadable) from error


def _plain(content: bytes) -> bytes:
    """The lines of a table of numbers: without byte-order mark, blank start and quotes, each ended by a newline."""
    content = content.removeprefix(b"\xef\xbb\xbf").replace(b'"', b"")
    return content.lstrip(b" \t\r\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _check_lines(name: str, lines: IO[bytes], names: list[str]) -> None:
    """Check that the lines after the header are not too many, and that each has a field for every column."""
    limit = _most_rows(names)
    for row, line in enumerate(lines, start=1):
        if row > limit:
            raise _too_many_rows(name, limit)
        fields = line.count(b",") + 1
        if fields != len(names) and line.strip():
            raise DataError(f"{name}, line {row + 1}, has {fields:,} of {len(names)} fields: {_AGAIN}.")


def _names(name: str, found: list[str], accept: Callable[[list[str]], None]) -> list[str]:
    """The names of the columns as they are known here: accepted, fit for a sentence, each once."""
    _check_width(name, len(found))
    names = [column.strip().upper() or f"UNNAMED: {at}" for at, column in enumerate(found)]
    accept(names)
    if odd := next((column for column in names if len(column) > _LONGEST_NAME or not column.isprintable()), None):
        raise DataError(f"{name} has a column named {_shown(odd)}: use the survey's summary extract as released.")
    if len(set(names)) < len(names):
        repeated = next(column for at, column in enumerate(names) if column in names[:at])
        raise DataError(f"{name} has two columns named {repeated}: keep one of them.")
    return names


def _check_width(name: str, columns: int) -> None:
    if columns > MAX_COLUMNS:
        raise DataError(f"{name} has {columns:,} columns; at most {MAX_COLUMNS:,} are read.")


def _most_rows(names: list[str]) -> int:
    return min(MAX_ROWS, MAX_CELLS // len(names))


def _too_many_rows(name: str, limit: int) -> DataError:
    return DataError(
        f"{name} has more than {limit:,} rows, far more than any wave of the survey: "
        "check that it is the summary extract."
    )


def _shown(text: str) -> str:
    """Text from a file as it may stand in a sentence."""
    return "".join(letter if letter.isprintable() else "?" for letter in text[:40])
