"""The process that opens workbooks, so that a workbook that breaks its reader breaks nothing else.

It is started by ``lib.tables.own.workbook`` and speaks as ``lib.work.helper`` says: ``{"do": "sheets"}`` answers
their names, ``{"do": "size", "sheet"}`` rows and columns, ``{"do": "read", "sheet", "target", "most_rows",
"most_columns", "most_bytes"}`` the same, and writes the cells as text to an Arrow file, unless that is "too_large".
Each of them names the workbook by "path" and "digest", for another may lie under the same path later. What cannot be
read is answered as "refused" with a word. It ends when its input closes.
"""

from __future__ import annotations

import datetime
import html
import re
import sys
import zipfile
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from lib.work import wire
from lib.work.served import be_modest, own_streams

_PIECE = 20_000
_CHUNK = 2**22
_SHOWN = 5
_WRITTEN_OUT = 1e9
"""Arrow writes larger numbers with an exponent."""

_CELL = re.compile(rb'<c r="([A-Z]+[0-9]+)"([^>]*)(?<!/)>(.*?)</c>', re.DOTALL)


def main() -> None:
    """Serve until the input closes."""
    memory_mb = int(sys.argv[1])
    inlet, outlet = own_streams()
    be_modest(memory_mb)
    opened = _Opened()
    while (message := wire.receive(inlet)) is not None:
        header = message[0]
        if header["do"] == "stop":
            continue
        try:
            answer = _serve(header, opened)
        except PasswordError:
            answer = {"refused": "locked"}
        except MemoryError:
            answer = {"refused": "memory"}
        except (CalamineError, OSError, ValueError, KeyError) as error:
            answer = {"refused": "damaged", "why": f"{type(error).__name__}: {error}"[:200]}
        except Exception as error:  # noqa: BLE001 - one workbook fails, the process goes on
            answer = {"refused": "damaged", "why": f"{type(error).__name__}: {error}"[:200]}
        _say(outlet, {**answer, "is": "done", "id": header["id"]})


def _say(outlet: BinaryIO, header: dict[str, Any]) -> None:
    outlet.write(wire.pack(header))
    outlet.flush()


class _Opened:
    """One workbook and one sheet of it at a time: to be asked for its size and to be read, a sheet is opened once."""

    def __init__(self) -> None:
        self._digest, self._name = "", ""
        self._book: Any = None
        self._sheet: Any = None

    def book(self, path: str, digest: str) -> Any:  # noqa: ANN401 - calamine has no types
        if digest != self._digest:
            self.forget()
            # told by its content: the file is ours and has no name that means anything
            self._book = CalamineWorkbook.from_filelike(Path(path).open("rb"))  # noqa: SIM115 - the workbook reads on
            self._digest = digest
        return self._book

    def sheet(self, path: str, digest: str, name: str) -> Any:  # noqa: ANN401 - calamine has no types
        book = self.book(path, digest)
        if self._sheet is None or name != self._name:
            self._sheet = None  # first of all its memory
            self._sheet, self._name = book.get_sheet_by_name(name), name
        return self._sheet

    def forget(self) -> None:
        self._digest, self._name, self._book, self._sheet = "", "", None, None


def _serve(header: dict[str, Any], opened: _Opened) -> dict[str, Any]:
    path, digest = header["path"], header["digest"]
    if header["do"] == "sheets":
        return {"sheets": list(opened.book(path, digest).sheet_names)}
    sheet = opened.sheet(path, digest, header["sheet"])
    rows, columns = (0, 0) if sheet.end is None else (int(sheet.end[0]) + 1, int(sheet.width))
    answer = {"rows": rows, "columns": columns}
    if header["do"] == "size" or not rows or rows > header["most_rows"] or columns > header["most_columns"]:
        return answer
    if not _is_written(sheet, Path(header["target"]), columns, header["most_bytes"]):
        return {**answer, "too_large": True}
    del sheet
    opened.forget()
    uncalculated = _uncalculated(Path(path), header["sheet"])
    return {**answer, "uncalculated": uncalculated[:_SHOWN], "uncalculated_count": len(uncalculated)}


def _is_written(sheet: Any, target: Path, columns: int, most: int) -> bool:  # noqa: ANN401 - calamine has no types
    """Write the cells from row 1 on, blank ones as null; False where they are more than ``most`` bytes."""
    schema = pa.schema([(str(at), pa.string()) for at in range(columns)])
    with pa.OSFile(str(target), "wb") as file, pa.ipc.new_file(file, schema) as writer:
        piece: list[list[Any]] = []
        for row in chain(sheet.iter_rows(), [None]):
            if row is not None:
                piece.append(row)
            if piece and (row is None or len(piece) == _PIECE):
                cells = [_texts(column) for column in zip(*piece, strict=True)]
                batch = pa.record_batch(cells, schema)
                if file.tell() + batch.nbytes > most:
                    return False
                writer.write_batch(batch)
                piece = []
    return True


def _texts(cells: Sequence[Any]) -> pa.Array:
    """A column of a piece as text."""
    kinds = set(map(type, cells))
    if kinds == {float, str}:
        cells = [None if cell == "" else cell for cell in cells]
        kinds = set(map(type, cells)) - {type(None)}
    if kinds == {float}:
        numbers = pa.array(cells, pa.float64())
        if pc.max(pc.abs(numbers)).as_py() < _WRITTEN_OUT:
            return pc.cast(numbers, pa.string())
    return pa.array([_text(cell) for cell in cells], pa.string())


def _uncalculated(path: Path, sheet: str) -> list[str]:
    """Cells of an .xlsx with an error or a formula that was never calculated, which read as blank."""
    if not zipfile.is_zipfile(path):
        return []
    with zipfile.ZipFile(path) as archive:
        try:
            member = _member(archive, sheet)
        except (KeyError, AttributeError, UnicodeError):  # .xlsb and .ods have other parts
            return []
        found: list[str] = []
        rest = b""
        with archive.open(member) as stream:
            while chunk := stream.read(_CHUNK):
                text = rest + chunk
                end = text.rfind(b"</c>") + 4
                text, rest = (text[:end], text[end:]) if end > 3 else (b"", text)
                if b"<f" in text or b't="e"' in text:
                    found += [cell[1].decode() for cell in _CELL.finditer(text) if _is_uncalculated(cell)]
    return found


def _is_uncalculated(cell: re.Match[bytes]) -> bool:
    return b't="e"' in cell[2] or (b"<f" in cell[3] and b"<v>" not in cell[3])


def _member(archive: zipfile.ZipFile, sheet: str) -> str:
    """Where in the archive a sheet is."""
    workbook = archive.read("xl/workbook.xml").decode()
    names = {
        html.unescape(name): key for name, key in re.findall(r'<sheet name="([^"]*)"[^>]* r:id="([^"]*)"', workbook)
    }
    rels = archive.read("xl/_rels/workbook.xml.rels").decode()
    for found in re.findall(r"<Relationship [^>]*>", rels):
        if f'Id="{names[sheet]}"' in found:
            target = re.search(r'Target="/?(?:xl/)?([^"]*)"', found)
            return f"xl/{target[1]}" if target else ""
    raise KeyError(sheet)


def _text(cell: Any) -> str | None:  # noqa: ANN401 - whatever a workbook holds
    """A cell as one would type it: 1001.0 is 1001, dates as ISO has them."""
    if isinstance(cell, str):
        return cell or None
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(sep=" ") if cell.time() != datetime.time() else cell.date().isoformat()
    if isinstance(cell, datetime.timedelta):
        return repr(cell.total_seconds() / 86_400)
    return None if cell is None else str(cell)


if __name__ == "__main__":
    main()
