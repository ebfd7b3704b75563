"""Opening a file that somebody else made: what it is by content, unpacked within bounds, read as a frame."""

from __future__ import annotations

import io
import zipfile
import zlib
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
_CHUNK = 4 * MEGABYTE
_STATA_BEFORE_XML = frozenset(range(102, 116))
_AGAIN = "download it again"


def read_frame(path: Path) -> pd.DataFrame:
    """Read a CSV or Stata file, bare, gzipped or alone in a zip, into a frame of numbers.

    The kind is told by content, not by name. At most ``MAX_UNPACKED`` bytes are held.

    Args:
        path: The file. Its name appears in every error.

    Returns:
        The table with column names in upper case, as numbers.

    Raises:
        DataError: One sentence on what is wrong with the file and what to do.
    """
    content = _unpack(path)
    if _is_stata(content):
        return _read_stata(path.name, content)
    return _read_csv(path.name, content)


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
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            member = _only_member(name, archive.infolist())
            with archive.open(member) as stream:
                return _read_bounded(name, stream)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise DataError(f"{name} is a damaged or locked zip archive: {_AGAIN}.") from error


def _only_member(name: str, members: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    tables = [
        member
        for member in members
        if member.filename.lower().endswith((".csv", ".dta")) and not member.filename.startswith("__MACOSX/")
    ]
    if not tables:
        raise DataError(f"{name} holds no CSV or Stata file: choose the survey's summary extract.")
    if len(tables) > 1:
        found = ", ".join(member.filename for member in tables[:3])
        raise DataError(f"{name} holds {len(tables)} tables ({found}): keep one of them in the archive.")
    if tables[0].file_size > MAX_UNPACKED:
        raise _too_large(name)
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


def _read_stata(name: str, content: bytes) -> pd.DataFrame:
    try:
        frame = pd.read_stata(io.BytesIO(content), convert_categoricals=False, convert_dates=False)
    # pandas raises whatever the damaged bytes lead it to (struct.error, KeyError, IndexError, ValueError ...)
    except Exception as error:
        raise DataError(f"{name} is a Stata file that is damaged or of an unknown version: {_AGAIN}.") from error
    return _as_numbers(name, frame)


def _read_csv(name: str, content: bytes) -> pd.DataFrame:
    try:
        header = pd.read_csv(io.BytesIO(content), nrows=0, encoding="utf-8-sig")
        if len(header.columns) > MAX_COLUMNS:
            raise DataError(f"{name} has {len(header.columns):,} columns; at most {MAX_COLUMNS:,} are read.")
        frame = pd.read_csv(io.BytesIO(content), encoding="utf-8-sig", low_memory=False)
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise DataError(
            f"{name} is not a readable CSV table (comma separated, UTF-8): {_AGAIN}, or save it as CSV."
        ) from error
    return _as_numbers(name, frame)


def _as_numbers(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame.rename(columns=lambda column: str(column).strip().upper())
    repeated = frame.columns[frame.columns.duplicated()]
    if len(repeated):
        raise DataError(f"{name} has two columns named {repeated[0]}: keep one of them.")
    return frame
