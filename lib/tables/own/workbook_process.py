"""The process that opens workbooks, so that a workbook that breaks its reader breaks nothing else.

It is started by ``lib.tables.own.workbook`` and speaks as ``lib.work.helper`` says: ``{"do": "sheets", "path"}``
answers their names, ``{"do": "size", "path", "sheet"}`` rows and columns, ``{"do": "read", "path", "sheet", "target",
"most_rows", "most_columns"}`` the same, and
writes the cells as text to an Arrow file. What cannot be read is answered as "refused"
with a word. It ends when its input closes.
"""

from __future__ import annotations

import datetime
import html
import re
import sys
import zipfile
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from lib.work import wire
from lib.work.served import be_modest, own_streams

_PIECE = 20_000
_CHUNK = 2**22
_SHOWN = 5
_CELL = re.compile(rb'<c r="([A-Z]+[0-9]+)"([^>]*)(?<!/)>(.*?)</c>', re.DOTALL)


def main() -> None:
    """Serve until the input closes."""
    memory_mb = int(sys.argv[1])
    inlet, outlet = own_streams()
    be_modest(memory_mb)
    opened: dict[str, CalamineWorkbook] = {}
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


def _serve(header: dict[str, Any], opened: dict[str, CalamineWorkbook]) -> dict[str, Any]:
    path = header["path"]
    if header["do"] == "close":
        opened.clear()
        return {}
    if path not in opened:
        opened.clear()  # one workbook at a time
        # told by its content: the file is ours and has no name that means anything
        opened[path] = CalamineWorkbook.from_filelike(Path(path).open("rb"))  # noqa: SIM115 - the workbook reads on
    book = opened[path]
    if header["do"] == "sheets":
        return {"sheets": list(book.sheet_names)}
    sheet = book.get_sheet_by_name(header["sheet"])
    rows, columns = (0, 0) if sheet.end is None else (int(sheet.end[0]) + 1, int(sheet.width))
    answer = {"rows": rows, "columns": columns}
    if header["do"] == "size" or not rows or rows > header["most_rows"] or columns > header["most_columns"]:
        return answer
    _write(sheet, Path(header["target"]), columns)
    uncalculated = _uncalculated(Path(path), header["sheet"])
    return {**answer, "uncalculated": uncalculated[:_SHOWN], "uncalculated_count": len(uncalculated)}


def _write(sheet: Any, target: Path, columns: int) -> None:  # noqa: ANN401 - calamine has no types
    """Write the cells from row 1 on, blank ones as null."""
    schema = pa.schema([(str(at), pa.string()) for at in range(columns)])
    with pa.OSFile(str(target), "wb") as file, pa.ipc.new_file(file, schema) as writer:
        piece: list[list[Any]] = []
        for row in chain(sheet.iter_rows(), [None]):
            if row is not None:
                piece.append(row)
            if piece and (row is None or len(piece) == _PIECE):
                cells = [pa.array([_text(cell) for cell in column], pa.string()) for column in zip(*piece, strict=True)]
                writer.write_batch(pa.record_batch(cells, schema))
                piece = []


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
