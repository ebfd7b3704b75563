"""What somebody brought, as one bare file: unpacked within bounds, told by its content."""

from __future__ import annotations

import contextlib
import hashlib
import io
import mmap
import os
import stat
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from gzip import GzipFile
from pathlib import Path, PurePosixPath
from typing import IO, Literal

from lib.errors import DataError
from lib.tables import csvw
from lib.tables.files import MEGABYTE, PACKINGS, any_error_as, is_stata, shown
from lib.tables.own.laid import MOST_IN_MEMORY, Room, folder, room
from lib.tables.own.limits import MAX_BYTES, MAX_UNPACKED

Brought = str | os.PathLike[str] | bytes | IO[bytes]
"""A path, the content itself, or an open file of bytes."""

Kind = Literal["text", "workbook", "parquet", "stata"]

_CHUNK = 4 * MEGABYTE
_START = 4_096
_TAIL = 66_000
"""Bytes at the end of a zip archive in which it says how long the list of its members is."""

_LIST = 4 * MEGABYTE
_ZIP, _GZIP, _OLE = b"PK\x03\x04", b"\x1f\x8b", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TABLES = (".csv", ".tsv", ".tab", ".txt", ".dta", ".parquet", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
_WORKBOOK_PARTS = ("[content_types].xml", "content.xml", "xl/workbook.xml", "xl/workbook.bin")
_LOCKED = "EncryptedPackage".encode("utf-16-le")

_OTHERS = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"SQLite format 3", "a database"),
    (b"$FL2", "an SPSS file"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "packed with bzip2"),
    (b"\xfd7zXZ", "packed with xz"),
    (b"(\xb5/\xfd", "packed with Zstandard"),
    (b"ARROW1", "an Arrow file"),
    (b"{\\rtf", "a text document"),
)
_CHOOSE = "save the table as CSV, Excel or Parquet and choose that file"


@dataclass(frozen=True)
class Bare:
    """One file, not packed.

    Attributes:
        path: Where it lies (see ``lib.tables.own.laid``), for as long as it is open.
        name: What the person calls it, fit for a sentence.
        kind: What it is.
        digest: SHA-256 of what was brought, before it was unpacked.
        size: Bytes.
    """

    path: Path
    name: str
    kind: Kind
    digest: str
    size: int


@contextlib.contextmanager
def bare(brought: Brought, name: str | None = None, *, max_bytes: int = MAX_BYTES) -> Iterator[Bare]:
    """Lay down what was brought, unpacked, for as long as the ``with`` block runs.

    Gzip and zip are unpacked in pieces, and no further than ``MAX_UNPACKED``; no name in an archive becomes a path.

    Args:
        brought: A path, bytes, or an open file.
        name: What the person calls it; by default the name of the file.
        max_bytes: Most bytes of what is brought.

    Raises:
        DataError: One sentence, if it is too large, damaged, locked or no table.
    """
    with contextlib.ExitStack() as stack:
        place = stack.enter_context(room())
        name = shown(name or _name_of(brought))
        stream = stack.enter_context(_opened(brought, name))
        path, digest = _lay(stream, place.file("brought", _size_of(stream)), name, max_bytes)
        del brought
        path, kind = _unpacked(path, place, name)
        yield Bare(path, name, kind, digest, path.stat().st_size)


@contextlib.contextmanager
def out_of_archive(path: Path, most: int = MAX_UNPACKED) -> Iterator[Path]:
    """The table of a zip archive, and what lies beside it there, for as long as the ``with`` block runs.

    What is in no archive stays where it is. No name in an archive becomes a path.

    Args:
        path: Of any file.
        most: Bytes that the table may unpack to.

    Raises:
        DataError: One sentence, if the archive is damaged or locked, or holds no table, several or too large a one.
    """
    if path.suffix.lower() != ".zip" or not path.is_file():
        yield path
        return
    name = shown(path.name)
    with contextlib.ExitStack() as stack:
        with (
            any_error_as(f"{name} is a damaged or locked zip archive: make it again."),
            open_archive(path, name) as archive,
        ):
            member = _only_table(archive.infolist(), name)
            place = stack.enter_context(folder(member.file_size))
            table = place / f"table{PurePosixPath(member.filename).suffix.lower()}"
            take(archive, member, table, name, most)
            for said in archive.infolist():
                if said.filename == f"{member.filename}{csvw.ENDING}" and _is_small(said):
                    take(archive, said, csvw.beside(table), name, most)
        yield table


def _is_small(said: zipfile.ZipInfo) -> bool:
    """Whether what lies beside a table can be what the app writes there."""
    return said.file_size <= csvw.MAX_BYTES and said.compress_type in PACKINGS and not said.flag_bits & 1


def _name_of(brought: Brought) -> str:
    given = brought if isinstance(brought, str | os.PathLike) else getattr(brought, "name", None)
    return Path(given).name if isinstance(given, str | os.PathLike) else "The table"


@contextlib.contextmanager
def _opened(brought: Brought, name: str) -> Iterator[IO[bytes]]:
    if isinstance(brought, bytes):
        yield io.BytesIO(brought)
        return
    if not isinstance(brought, str | os.PathLike):
        brought.seek(0)
        yield brought
        return
    try:
        mode = Path(brought).stat().st_mode
        if not stat.S_ISREG(mode):
            raise DataError(f"{name} is no file but a folder, a pipe or a device: choose a file.")
        stream = Path(brought).open("rb")  # noqa: SIM115 - closed below
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        raise DataError(f"{name} cannot be read ({reason}): check that the file is there.") from error
    with stream:
        yield stream


def _size_of(stream: IO[bytes]) -> int:
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    return size


def _lay(stream: IO[bytes], target: Path, name: str, most: int) -> tuple[Path, str]:
    """Copy what is brought to a file, and its digest."""
    digest, size, empty = hashlib.sha256(), 0, True
    with target.open("wb") as file:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > most:
                raise DataError(
                    f"{name} is larger than {most // MEGABYTE:,} MB, the most that is read: pack it as .zip or .gz, "
                    "or leave out columns."
                )
            digest.update(chunk)
            empty = empty and not chunk.strip(b"\0 \r\n\t\xef\xbb\xbf\xff\xfe")
            file.write(chunk)
    if empty:
        raise DataError(f"{name} is empty: choose a file with a table in it.")
    return target, digest.hexdigest()


def _unpacked(path: Path, place: Room, name: str) -> tuple[Path, Kind]:
    start = _start(path)
    if start.startswith(_ZIP):
        return _from_zip(path, place, name)
    if start.startswith(_GZIP):
        damaged = f"{name} is a gzip file that is damaged or cut off: make it again."
        with any_error_as(damaged):
            target = _gunzipped(path, place, name)
        return target, _kind(target, name, packed=True)
    return path, _kind(path, name)


def _from_zip(path: Path, place: Room, name: str) -> tuple[Path, Kind]:
    damaged = f"{name} is a damaged zip archive or workbook: open it where it was made and save it again."
    with any_error_as(damaged), open_archive(path, name) as archive:
        members = archive.infolist()
        if _is_workbook(members, name):
            return path, "workbook"
        member = _only_table(members, name)
        target = place.file("unpacked", member.file_size)
        take(archive, member, target, name, MAX_UNPACKED)
    return target, _kind(target, name, packed=True)


def take(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, name: str, most: int) -> None:
    """Unpack a member of an archive.

    Args:
        archive: The archive.
        member: What to unpack, packed as every program does.
        target: Where to.
        name: What the archive is called.
        most: Bytes that it may unpack to.

    Raises:
        DataError: If it is empty or larger.
    """
    with archive.open(member) as stream:
        if not _is_copied(stream, target, name, most):
            raise _too_large(name, most)


def _gunzipped(path: Path, place: Room, name: str) -> Path:
    """The content of a gzip file, which does not truly say how large it is: first in memory, if it fits there."""
    for most in (min(MOST_IN_MEMORY, MAX_UNPACKED), MAX_UNPACKED):
        target = place.file("unpacked", most)
        with path.open("rb") as packed, GzipFile(fileobj=packed) as stream:
            if _is_copied(stream, target, name, most):  # type: ignore[arg-type]
                return target
        target.write_bytes(b"")
    raise _too_large(name, MAX_UNPACKED)


@contextlib.contextmanager
def open_archive(path: Path, name: str) -> Iterator[zipfile.ZipFile]:
    """An open zip archive whose list of members is short enough to be held."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL))
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    listed = struct.unpack_from("<I", tail, at + 12)[0] if 0 <= at <= len(tail) - 22 else 0
    if listed > _LIST or b"PK\x06\x07" in tail[max(0, at - 20) : max(0, at)]:
        raise DataError(f"{name} holds far too many files for a table: make a zip with one table in it.")
    with zipfile.ZipFile(path) as archive:
        yield archive


def _is_workbook(members: list[zipfile.ZipInfo], name: str) -> bool:
    if not any(member.filename.lower() in _WORKBOOK_PARTS for member in members):
        return False
    if sum(member.file_size for member in members) > MAX_UNPACKED:
        raise _too_large(name, MAX_UNPACKED)
    return True


def _only_table(members: list[zipfile.ZipInfo], name: str) -> zipfile.ZipInfo:
    tables = [member for member in members if _may_be_table(member)]
    if not tables:
        raise DataError(f"{name} holds no table: put one CSV, Excel, Parquet or Stata file into the archive.")
    if len(tables) > 1:
        found = ", ".join(shown(PurePosixPath(member.filename).name) for member in tables[:3])
        raise DataError(f"{name} holds {len(tables):,} tables ({found}): keep one of them in the archive.")
    member = tables[0]
    if member.flag_bits & 1:
        raise DataError(f"{name} is locked with a password: unpack it and choose the file inside.")
    if member.compress_type not in PACKINGS:
        raise DataError(f"{name} is packed in an unusual way: unpack it, or make an ordinary zip of it.")
    if member.file_size > MAX_UNPACKED:
        raise _too_large(name, MAX_UNPACKED)
    return member


def _may_be_table(member: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(member.filename)
    hidden = path.name.startswith(".") or path.parts[:1] == ("__MACOSX",)
    return not member.is_dir() and not hidden and path.suffix.lower() in _TABLES


def _is_copied(stream: IO[bytes], target: Path, name: str, most: int) -> bool:
    """Copy what is unpacked; False where it is more than ``most`` bytes, and given up."""
    size = 0
    with target.open("wb") as file:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > most:
                return False
            file.write(chunk)
    if not size:
        raise DataError(f"{name} holds an empty file: choose a file with a table in it.")
    return True


def _too_large(name: str, most: int) -> DataError:
    return DataError(
        f"{name} unpacks to more than {most // MEGABYTE:,} MB, the most that is read: leave out rows or columns."
    )


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_START)


def _kind(path: Path, name: str, *, packed: bool = False) -> Kind:
    start = _start(path)
    if start.startswith(_OLE):
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            locked = content.find(_LOCKED) >= 0
        if locked:
            raise DataError(f"{name} is locked with a password: save it without one and choose it again.")
        return "workbook"
    if start.startswith(b"PAR1"):
        return "parquet"
    if is_stata(start):
        return "stata"
    if start.startswith((_ZIP, _GZIP)):
        if packed and start.startswith(_ZIP):
            with any_error_as(f"{name} holds a damaged archive: pack it again."), open_archive(path, name) as archive:
                if _is_workbook(archive.infolist(), name):
                    return "workbook"
        raise DataError(f"{name} holds an archive within an archive: unpack it and choose the table inside.")
    _refuse_others(start, name)
    return "text"


def _refuse_others(start: bytes, name: str) -> None:
    for magic, words in _OTHERS:
        if start.startswith(magic):
            raise DataError(f"{name} is {words} and no table that can be read here: {_CHOOSE}.")
    begins = start[:512].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if begins.startswith((b"<!doctype", b"<html", b"<head", b"<table", b"<?xml", b"<meta")):
        raise DataError(f"{name} is a web page or XML, whatever its name says: {_CHOOSE}.")
    if begins.startswith((b'{"', b"[{", b"{\n", b"{\r")):
        raise DataError(f"{name} is JSON and no table that can be read here: {_CHOOSE}.")
