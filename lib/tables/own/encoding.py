"""Which encoding a text file is in, and the same text in UTF-8 with plain line ends."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from lib.errors import DataError
from lib.tables.files import MEGABYTE
from lib.tables.own.limits import MAX_LINES, MAX_ROWS, MAX_UNPACKED

ENCODINGS = (
    *("utf-8", "utf-16", "cp1252", "iso-8859-1", "iso-8859-15", "cp1250", "cp1251", "cp1253", "cp1254"),
    *("cp437", "cp850", "mac-roman", "shift_jis", "gb18030", "big5", "euc-kr"),
)
"""What may be chosen. Without a mark, text that is no UTF-8 is taken for cp1252, as Western programs write it."""

_CHUNK = 4 * MEGABYTE
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def find_encoding(path: Path, name: str, chosen: str = "") -> str:
    """The encoding of a text file: the chosen one, that of its mark, UTF-8 where all of it is, else cp1252.

    Raises:
        DataError: If the chosen one is unknown, or the file is no text.
    """
    if chosen:
        if chosen not in ENCODINGS:
            raise DataError(f"{name}: the encoding {chosen[:40]} is not known here: choose {', '.join(ENCODINGS[:4])}.")
        return chosen
    with path.open("rb") as file:
        start = file.read(4_096)
    if marked := next((encoding for mark, encoding in _MARKS if start.startswith(mark)), None):
        return marked
    if halves := _halves(start):
        return halves
    if b"\0" in start:
        raise DataError(f"{name} is no text, Excel, Parquet or Stata file: save the table as one of these.")
    return next((encoding for encoding in ("utf-8", "cp1252") if _is_in(path, encoding)), "iso-8859-1")


def _halves(start: bytes) -> str:
    """UTF-16 without a mark: every other byte of Western text is zero."""
    half = len(start) // 2
    if half and start[1::2].count(0) > 0.4 * half and not start[::2].count(0):
        return "utf-16-le"
    if half and start[::2].count(0) > 0.4 * half and not start[1::2].count(0):
        return "utf-16-be"
    return ""


def _is_in(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in _chunks(path):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def as_utf8(path: Path, target: Path, name: str, encoding: str) -> int:
    """Write the text to ``target`` in UTF-8, without a mark, each line ended by a newline.

    Returns:
        How many lines have something in them.

    Raises:
        DataError: If it is in another encoding, holds zero bytes, or is too large.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    size, lines, ends_in_return, begun, last = 0, 0, False, False, 10
    with target.open("wb") as file:
        try:
            for chunk in (*_chunks(path), None):
                text = decoder.decode(chunk or b"", final=chunk is None)
                if not begun and text:
                    text, begun = text.removeprefix("\ufeff"), True
                if ends_in_return:
                    text = "\r" + text
                ends_in_return = text.endswith("\r") and chunk is not None
                written = text.removesuffix("\r") if ends_in_return else text
                if "\r" in written:
                    written = written.replace("\r\n", "\n").replace("\r", "\n")
                content = written.encode(errors="replace")
                size += len(content)
                _check(name, content, size)
                file.write(content)
                lines += _begun_lines(content, last)
                if lines > MAX_LINES:
                    raise DataError(f"{name} has more than {MAX_LINES:,} lines: at most {MAX_ROWS:,} rows are read.")
                last = content[-1] if content else last
        except UnicodeError as error:  # a mark that is not there is no byte that does not fit
            at = f" (byte {error.start:,} of a piece does not fit)" if isinstance(error, UnicodeDecodeError) else ""
            raise DataError(f"{name} is not in {encoding}{at}: choose another encoding.") from error
    return lines


def _begun_lines(content: bytes, before: int) -> int:
    """How many lines with something in them begin in a piece of text; ``before`` is the byte in front of it."""
    ends = np.frombuffer(content, dtype=np.uint8) == 10
    after = np.concatenate([[before == 10], ends[:-1]]) if len(ends) else ends
    return int(np.count_nonzero(after & ~ends))


def _check(name: str, content: bytes, size: int) -> None:
    if b"\0" in content:
        raise DataError(f"{name} holds zero bytes, which no table has: save it as CSV in UTF-8 again.")
    if size > MAX_UNPACKED:
        raise DataError(f"{name} has more than {MAX_UNPACKED // MEGABYTE:,} MB of text: leave out rows or columns.")


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk
