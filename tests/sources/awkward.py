"""Awkward files, each made here, and what should become of them: a table, or one sentence."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from tests.sources.workbooks import Cell, ods, sheet_of, xlsx

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ROWS = 40
MARKUP = "**bold** [x](javascript:alert(1)) <b> $a$ :red[x]"
"""Marks of Markdown, HTML and formulas, in a name."""


@dataclass(frozen=True)
class Awkward:
    """A file, and what should become of it.

    Attributes:
        name: What it is called.
        make: Makes its bytes.
        outcome: In words.
        says: What the sentence says that it gets in place of a table; "" where it is a table.
        rows: How many the table has.
        columns: What they are called.
        values: Of some columns: the first values, categories by their labels.
    """

    name: str
    make: Callable[[], bytes]
    outcome: str
    says: str = ""
    rows: int = ROWS
    columns: tuple[str, ...] = ("name", "spent", "visits", "town")
    values: Mapping[str, list[Any]] = field(default_factory=dict)


SPENT = [round(1_200.5 * (1 + at % 7) + at, 2) for at in range(ROWS)]
VISITS = [(at * 7) % 30 + 1 for at in range(ROWS)]
TOWNS = ["Köln", "Bern", "Ulm"]


def shop(
    parted: str = ",",
    number: Callable[[float], str] = str,
    names: tuple[str, ...] = ("name", "spent", "visits", "town"),
) -> str:
    """A table of forty customers: two amounts, a town; each name is there once."""
    lines = [parted.join(names)]
    lines += [
        parted.join((f"José {at}", number(spent), str(visits), TOWNS[at % 3]))
        for at, (spent, visits) in enumerate(zip(SPENT, VISITS, strict=True))
    ]
    return "\n".join(lines) + "\n"


def text(words: str) -> bytes:
    return words.encode()


def european(value: float) -> str:
    """1200.5 as 1.200,50."""
    return f"{value:,.2f}".translate(str.maketrans(",.", ".,"))


def columns_of(names: list[str], *columns: list[Any]) -> bytes:
    """A table of columns of equal length, in quotation marks where need be."""
    buffer = io.StringIO()
    pd.DataFrame(dict(enumerate(columns))).to_csv(buffer, index=False, header=names)
    return buffer.getvalue().encode()


def two_amounts(names: list[str]) -> bytes:
    """Under three names: two amounts and a category."""
    return columns_of(names, SPENT, VISITS, [TOWNS[at % 3] for at in range(ROWS)])


def zipped(members: Mapping[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", packing) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def locked_zip() -> bytes:
    """A zip whose member says that it is encrypted."""
    content = bytearray(zipped({"a.csv": shop().encode()}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def bomb() -> bytes:
    """A zip of some MB that says it unpacks to 2 GB."""
    content = bytearray(zipped({"a.csv": b"1,2\n" * 2**18}))
    at = content.index(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", 2**31)
    return bytes(content)


def gzip_bomb() -> bytes:
    """A megabyte of gzip that unpacks to more than 1 GB."""
    piece = gzip.compress(b"1,2\n" * 2**24, 1)
    return piece * 17


def stata(**options: Any) -> bytes:
    buffer = io.BytesIO()
    frame = pd.DataFrame({"income": SPENT, "visits": VISITS, "region": [1 + at % 3 for at in range(ROWS)]})
    frame.to_stata(buffer, write_index=False, **options)
    return buffer.getvalue()


def parquet(**columns: Any) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


def book(**more: Any) -> bytes:
    """A workbook of the shop, and perhaps another sheet."""
    rows = [["name", "spent", "visits", "town"]]
    rows += [[f"José {at}", SPENT[at], VISITS[at], TOWNS[at % 3]] for at in range(ROWS)]
    return xlsx(S=sheet_of(rows), **more)


def million() -> bytes:
    """A million rows, a fraction on the last of them alone."""
    return ("id,x\n" + "\n".join(f"{at},{at % 50}" for at in range(999_999)) + "\n999999,0.5\n").encode()


def mixed_dates() -> bytes:
    days = [f"{1 + at % 28:02d}/{1 + at % 12:02d}/2024" for at in range(ROWS - 2)] + ["02/25/2024", "2024-05-01"]
    return columns_of(["day", "spent", "visits"], days, SPENT, VISITS)


def formulas() -> bytes:
    said = ['=HYPERLINK("http://e.org","x")', "@SUM(A1)", "+cmd|' /C calc'!A0"]
    return columns_of(["said", "spent", "visits"], [said[at % 3] for at in range(ROWS)], SPENT, VISITS)


def levels() -> bytes:
    words = [MARKUP, "![i](http://e.org/i.png)", "<script>alert(1)</script>"]
    return columns_of(["kind", "spent", "visits"], [words[at % 3] for at in range(ROWS)], SPENT, VISITS)


def far_corner() -> bytes:
    return xlsx(Far={**sheet_of([["a", "b"], [1, 2]]), "XFD1048576": 1})


def uncalculated() -> bytes:
    rows = [["spent", "visits"], *([Cell("|<f>A2+1</f>"), visits] for visits in VISITS)]
    return xlsx(S=sheet_of(rows))


_SHOP = {"spent": SPENT, "visits": VISITS}
_COMMAS = [at + 0.5 for at in range(ROWS)]

AWKWARD: dict[str, Awkward] = {
    # delimiters and encodings
    "semicolons and decimal commas": Awkward(
        "shop.csv", lambda: shop(";", european).encode(), "amounts with decimal commas", values=_SHOP
    ),
    "a line that names the separator": Awkward(
        "shop.csv", lambda: text("sep=;\n" + shop(";", european)), "the line is no name", values=_SHOP
    ),
    "tabs": Awkward("shop.tsv", lambda: shop("\t").encode(), "parted by tabs", values=_SHOP),
    "bars": Awkward("shop.txt", lambda: shop("|").encode(), "parted by bars", values=_SHOP),
    "UTF-16": Awkward("shop.csv", lambda: shop().encode("utf-16"), "letters as written", values=_SHOP),
    "UTF-16 without a mark": Awkward("shop.csv", lambda: shop().encode("utf-16-le"), "as UTF-16", values=_SHOP),
    "a byte-order mark": Awkward("shop.csv", lambda: shop().encode("utf-8-sig"), "not in the first name", values=_SHOP),
    "a euro sign in cp1252": Awkward(
        "shop.csv",
        lambda: shop(";", lambda value: f"{european(value)} €").encode("cp1252"),
        "amounts in €, read as cp1252",
        values=_SHOP,
    ),
    "returns as ends of lines": Awkward("shop.csv", lambda: shop().replace("\n", "\r").encode(), "rows", values=_SHOP),
    "zero bytes": Awkward("shop.csv", lambda: shop().encode() * 9 + b"\0\0,1,1,1\n", "a sentence", "zero bytes"),
    # quotation marks and lines
    "a quotation mark never closed": Awkward(
        "shop.csv",
        lambda: shop().replace("José 9", '"José 9').encode(),
        "a sentence that names the line",
        "line 11, has a quotation mark that is never closed",
    ),
    "delimiters and line ends in quotation marks": Awkward(
        "shop.csv", lambda: shop().replace("José 9,", '"José,\n9",').encode(), "one cell", values=_SHOP
    ),
    "lines with too many cells": Awkward(
        "shop.csv", lambda: text(shop() + "a,1,2,b,c\nd,1\n"), "listed and left out", values=_SHOP
    ),
    "lines above the table": Awkward(
        "shop.csv", lambda: text("Report of 2024\n\n" + shop()), "passed over, and said", values=_SHOP
    ),
    "no line of names": Awkward(
        "shop.csv",
        lambda: text(shop().partition("\n")[2]),
        "columns are numbered",
        columns=("Column 1", "Column 2", "Column 3", "Column 4"),
        values={"Column 2": SPENT},
    ),
    "a cell that is too long": Awkward(
        "shop.csv", lambda: text(shop() + f"{'y' * 40_000},1,2,b\n"), "a sentence", "more than 32,767 characters"
    ),
    # shapes
    "four hundred columns": Awkward(
        "wide.csv",
        lambda: text(",".join(f"c{at}" for at in range(400)) + "\n" + ",".join(["7"] * 400)),
        "a sentence with the limit",
        "has 400 columns; at most 300 are read",
    ),
    "three hundred columns": Awkward(
        "wide.csv",
        lambda: columns_of([f"c{at}" for at in range(300)], *([n + at for n in VISITS] for at in range(300))),
        "all of them",
        columns=tuple(f"c{at}" for at in range(300)),
    ),
    "one column": Awkward(
        "one.csv", lambda: columns_of(["spent"], SPENT), "one amount", columns=("spent",), values={"spent": SPENT}
    ),
    "one column of text with commas": Awkward(
        "said.csv",
        lambda: text("said\n" + "".join(f"I like it, mostly {at}\n" for at in range(ROWS))),
        "one column of text",
        columns=("said",),
        values={"said": [f"I like it, mostly {at}" for at in range(ROWS)]},
    ),
    "one column of decimal commas": Awkward(
        "one.csv",
        lambda: text("x\n" + "".join(f"{at},5\n" for at in range(ROWS))),
        "one amount",
        columns=("x",),
        values={"x": _COMMAS},
    ),
    "one row": Awkward("one.csv", lambda: b"spent,visits\n1.5,2\n", "one row", rows=1, columns=("spent", "visits")),
    "names alone": Awkward("names.csv", lambda: b"a,b,c\n", "a sentence", "has names of columns and no row below them"),
    "nothing": Awkward("empty.csv", lambda: b"", "a sentence", "is empty: choose a file with a table in it."),
    "blank lines alone": Awkward("blank.csv", lambda: b"\xef\xbb\xbf\n \r\n", "a sentence", "is empty"),
    "all text": Awkward(
        "text.csv",
        lambda: columns_of(["who", "note"], [f"P{at}" for at in range(ROWS)], [f"words {at}" for at in range(ROWS)]),
        "an id and text",
        columns=("who", "note"),
    ),
    "all missing": Awkward(
        "missing.csv",
        lambda: text("a,b\n" + "NA,\n" * ROWS),
        "a sentence once it is to be used",
        "has no column left: give one of its columns a role.",
    ),
    "a column of nothing": Awkward(
        "gaps.csv",
        lambda: columns_of(["spent", "gone", "visits"], SPENT, ["NA"] * ROWS, VISITS),
        "left out",
        columns=("spent", "visits"),
        values=_SHOP,
    ),
    "a million rows": Awkward(
        "long.csv", million, "all rows; the fraction on the last is kept", rows=1_000_000, columns=("id", "x")
    ),
    # names
    "names twice and not there": Awkward(
        "names.csv",
        lambda: two_amounts(["a", "a", ""]),
        "the second is numbered",
        columns=("a", "a (2)", "Column 3"),
        values={"a": SPENT},
    ),
    "emoji and names from right to left": Awkward(
        "names.csv",
        lambda: two_amounts(["🛒 spent", "דירה", "مدينة"]),
        "names as written",
        columns=("🛒 spent", "דירה", "مدينة"),
        values={"🛒 spent": SPENT, "דירה": VISITS},
    ),
    "direction marks in names": Awkward(
        "names.csv", lambda: two_amounts(["a\u202eb", "c\u200fd", "e"]), "without them", columns=("a b", "c d", "e")
    ),
    "Markdown and HTML in names": Awkward(
        "names.csv",
        lambda: two_amounts([MARKUP, "<img src=x onerror=alert(1)>", "![i](http://e.org/i.png)"]),
        "letters like others",
        columns=(MARKUP, "<img src=x onerror=alert(1)>", "![i](http://e.org/i.png)"),
        values={MARKUP: SPENT},
    ),
    "Markdown and HTML in categories": Awkward(
        "levels.csv", levels, "letters like others", columns=("kind", "spent", "visits"), values={"kind": [MARKUP]}
    ),
    "Markdown and HTML in the name of the file": Awkward(
        "![x](http://e.org) <b> :red[y].csv", lambda: shop().encode(), "letters like others", values=_SHOP
    ),
    "words of the population language as names": Awkward(
        "names.csv",
        lambda: two_amounts(["a and b", "not `x`", "or"]),
        "names as written",
        columns=("a and b", "not `x`", "or"),
    ),
    "very long names": Awkward(
        "names.csv",
        lambda: two_amounts(["n" * 500, "m" * 500, "t"]),
        "cut to 80 characters",
        columns=("n" * 80, "m" * 80, "t"),
    ),
    # cells
    "formulas in cells": Awkward(
        "cells.csv", formulas, "text like other text", columns=("said", "spent", "visits"), values=_SHOP
    ),
    "ids as floats": Awkward(
        "ids.csv",
        lambda: columns_of(["customer_id", "spent", "visits"], [1_001.0 + at for at in range(ROWS)], SPENT, VISITS),
        "whole numbers",
        columns=("customer_id", "spent", "visits"),
        values={"customer_id": [1_001 + at for at in range(ROWS)]},
    ),
    "leading zeros": Awkward(
        "zip.csv",
        lambda: columns_of(["zip", "spent", "visits"], [f"00{at % 4}23" for at in range(ROWS)], SPENT, VISITS),
        "kept: codes are no numbers",
        columns=("zip", "spent", "visits"),
        values={"zip": ["00023", "00123", "00223", "00323"]},
    ),
    "card numbers": Awkward(
        "cards.csv",
        lambda: columns_of(
            ["card", "spent", "visits"], [str(4111111111111111 + at) for at in range(ROWS)], SPENT, VISITS
        ),
        "no digit is lost",
        columns=("card", "spent", "visits"),
        values={"card": ["4111111111111111", "4111111111111112"]},
    ),
    "mixed dates": Awkward(
        "dates.csv", mixed_dates, "those that do not fit are misfits", columns=("day", "spent", "visits"), values=_SHOP
    ),
    "brackets, per cent and signs": Awkward(
        "cells.csv",
        lambda: columns_of(
            ["spent", "share", "visits"],
            [f"(${value:,.2f})" for value in SPENT],
            [f"{value} %" for value in VISITS],
            VISITS,
        ),
        "numbers below zero, shares",
        columns=("spent", "share", "visits"),
        values={"spent": [-value for value in SPENT], "share": [value / 100 for value in VISITS]},
    ),
    "misfits among numbers": Awkward(
        "cells.csv",
        lambda: columns_of(["spent", "visits"], [*SPENT[:-2], "about 7", "1e400"], VISITS),
        "listed with their rows",
        columns=("spent", "visits"),
        values={"spent": SPENT[:-2]},
    ),
    # packings
    "path names in a zip": Awkward(
        "shop.zip", lambda: zipped({"../../../etc/shop.csv": shop().encode()}), "no name becomes a path", values=_SHOP
    ),
    "two tables in a zip": Awkward(
        "shop.zip",
        lambda: zipped({"a.csv": shop().encode(), "/etc/b.csv": shop().encode()}),
        "a sentence that names them",
        "holds 2 tables (a.csv, b.csv): keep one of them",
    ),
    "a zip bomb": Awkward("bomb.zip", bomb, "a sentence with the limit", "unpacks to more than 1,024 MB"),
    "a gzip bomb": Awkward("bomb.gz", gzip_bomb, "a sentence with the limit", "unpacks to more than 1,024 MB"),
    "a zip in a zip": Awkward(
        "shop.zip",
        lambda: zipped({"a.csv": zipped({"b.csv": b"a\n1\n"})}),
        "a sentence",
        "an archive within an archive",
    ),
    "a locked zip": Awkward("shop.zip", locked_zip, "a sentence", "is locked with a password"),
    "a cut gzip": Awkward(
        "shop.csv.gz",
        lambda: gzip.compress(shop().encode())[:-9],
        "a sentence",
        "a gzip file that is damaged or cut off",
    ),
    # workbooks
    "a cell in the last corner": Awkward("far.xlsx", far_corner, "a sentence", "sheet Far, cannot be opened within"),
    "a cell in the last corner of another sheet": Awkward(
        "far.xlsx", lambda: book(Far={"A1": 1, "XFD1048576": 1}), "the sheet that can be read", values=_SHOP
    ),
    "a locked workbook": Awkward(
        "locked.xlsx",
        lambda: OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600),
        "a sentence",
        "is locked with a password: save it without one",
    ),
    "a damaged workbook": Awkward(
        "damaged.xlsx",
        lambda: zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workb"}),
        "a sentence",
        "is a damaged workbook",
    ),
    "a cut workbook": Awkward("cut.xlsx", lambda: book()[:-40], "a sentence", "is a damaged zip archive or workbook"),
    "formulas that were never calculated": Awkward(
        "book.xlsx",
        uncalculated,
        "missing, and said; the column is left out",
        columns=("visits",),
        values={"visits": VISITS},
    ),
    "an open document": Awkward(
        "book.ods",
        lambda: ods([["spent", "visits"], *([spent, float(n)] for spent, n in zip(SPENT, VISITS, strict=True))]),
        "amounts",
        columns=("spent", "visits"),
        values=_SHOP,
    ),
    "a workbook under the name of text": Awkward("book.csv", book, "told by its content", values=_SHOP),
    # Stata and Parquet
    "repeated Stata labels": Awkward(
        "people.dta",
        lambda: stata(value_labels={"region": {1: "North", 2: "Other", 3: "Other"}}),
        "codes stay apart",
        columns=("income", "visits", "region"),
        values={"region": ["North", "Other", "Other"]},
    ),
    "cut Stata": Awkward("people.dta", lambda: stata()[:300], "a sentence", "is a Stata file that is damaged"),
    "lists in Parquet": Awkward(
        "lists.parquet", lambda: parquet(a=[[1], [2]]), "a sentence", "has lists or records in column a"
    ),
    "infinite numbers in Parquet": Awkward(
        "infinite.parquet",
        lambda: parquet(spent=[*SPENT[:-1], np.inf], visits=VISITS),
        "a misfit",
        columns=("spent", "visits"),
        values={"spent": SPENT[:-1]},
    ),
    # other things
    "a web page": Awkward("shop.xls", lambda: b"<html><table><td>1</td></table></html>", "a sentence", "is a web page"),
    "JSON": Awkward("shop.csv", lambda: b'[{"a": 1}]', "a sentence", "is JSON"),
    "a PDF document": Awkward("shop.csv", lambda: b"%PDF-1.7 ...", "a sentence", "is a PDF document"),
    "a database": Awkward("shop.csv", lambda: b"SQLite format 3\0" + bytes(50), "a sentence", "is a database"),
}

READ = {title: one for title, one in AWKWARD.items() if not one.says}
REFUSED = {title: one for title, one in AWKWARD.items() if one.says}
