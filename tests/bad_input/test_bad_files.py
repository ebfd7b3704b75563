"""Files that somebody brings and that are no table, or an odd one: one sentence each, or what was meant."""

import gzip
import io
import pickle
import struct
import tarfile
import warnings
import zipfile
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from lib.errors import DataError
from lib.sources.table import as_dataset, read, understand, understand_table
from lib.tables.own import delimited, encoding
from tests.bad_input.case import Case, refused
from tests.sources.awkward import shop

SHOP = shop().encode()
NO_TABLE, NO_KNOWN_TEXT = "no table that can be read here", "is no text, Excel, Parquet or Stata file"
DAMAGED_ZIP, WITHIN = "is a damaged zip archive or workbook", "an archive within an archive: unpack it"
HOLDS_NONE, NEVER_CLOSED = "holds no table: put one CSV", "has a quotation mark that is never closed"


def zipped(*members, packing=zipfile.ZIP_DEFLATED):
    """A zip of members by name, some of them twice."""
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", packing) as archive:
        warnings.simplefilter("ignore")
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def zip_of_zips(depth):
    content = SHOP
    for _ in range(depth):
        content = zipped(("table.csv", content))
    return content


def link_in_a_zip():
    """What unpacks to a symbolic link to a file of the system."""
    member = zipfile.ZipInfo("a.csv")
    member.external_attr = 0o120777 << 16
    return zipped((member, "/etc/passwd"))


def with_a_bit_flipped(content, at):
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def tar():
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        member = tarfile.TarInfo("a.csv")
        member.size = len(SHOP)
        archive.addfile(member, io.BytesIO(SHOP))
    return buffer.getvalue()


def saved(write, what):
    buffer = io.BytesIO()
    write(buffer, what)
    return buffer.getvalue()


def as_parquet(file, what):
    pq.write_table(what, file)


def as_feather(file, what):
    pa.feather.write_feather(what, file)


def parquet(column, **more):
    return saved(as_parquet, pa.table({"x": column, "y": [1.5, 2.5, 3.5], **more}))


def no_utf8():
    """Text by its type, not by its bytes: no writer of text makes it."""
    return pa.Array.from_buffers(pa.string(), 3, pa.array([b"\xff\xfe", b"ab", b"\xed\xa0\x80"]).buffers())


HEADS_OF_10_000 = ",".join(f"c{at}" for at in range(10_000)).encode()

FILES = {
    # not text, or not as it seems
    "UTF-32": ("f.csv", shop().encode("utf-32"), "holds zero bytes", "save it as CSV in UTF-8"),
    "UTF-32 the other way round": ("f.csv", shop().encode("utf-32-be"), NO_KNOWN_TEXT),
    "UTF-16 cut off": ("f.csv", shop().encode("utf-16") + b"A", "is not in utf-16", "choose another encoding"),
    "half a sign in UTF-16": ("f.csv", b"\xff\xfea\0,\0b\0\n\0\x00\xd8,\0" + b"1\0\n\0", "is not in utf-16"),
    "EBCDIC": ("f.csv", "a,b\n1,2\n".encode("cp500"), "has names of columns and no row below them"),
    "a pickle": ("f.csv", pickle.dumps([1, 2]), NO_KNOWN_TEXT),
    "an array of numpy": ("f.csv", saved(np.save, np.arange(5.0)), NO_KNOWN_TEXT),
    "a feather": ("f.csv", saved(as_feather, pa.table({"a": [1]})), NO_TABLE),
    "an ORC file": ("f.csv", b"ORC" + bytes(range(100)), NO_KNOWN_TEXT),
    "a program": ("f.csv", b"\x7fELF\2\1\1" + bytes(100), NO_KNOWN_TEXT),
    "a tar archive": ("f.csv", tar(), NO_KNOWN_TEXT),
    "a tar archive, packed": ("f.csv.gz", gzip.compress(tar()), NO_KNOWN_TEXT),
    "a file of R": ("f.csv.gz", gzip.compress(b"X\n\0\0\0\3" + bytes(90)), NO_KNOWN_TEXT),
    "lines of JSON": ("f.csv", b'{"a":1}\n{"a":2}\n', "is JSON"),
    "XML": ("f.csv", b'<?xml version="1.0"?><a/>', "is a web page or XML"),
    # text, but no table
    "commas alone": ("f.csv", b",,,\n,,,\n", "has names of columns and no row below them"),
    "blanks alone": ("f.csv", b"   \n \t \n", "is empty"),
    "names over blanks": ("f.csv", b"a,b\n  ,  \n", "has names of columns and no row below them"),
    "a byte-order mark and no more": ("f.csv", b"\xef\xbb\xbf", "is empty"),
    # too much
    "ten thousand columns": (
        "f.csv",
        lambda: HEADS_OF_10_000 + b"\n" + b"1," * 9_999 + b"1\n",
        "has 10,000 columns; at most 300",
    ),
    "a hundred thousand commas": ("f.csv", lambda: b"," * 100_000 + b"\n" + b"1," * 100_000, "has 100,001 columns"),
    "one cell of three megabytes": ("f.csv", lambda: b"x" * 3_000_000, "cannot be made out as a table"),
    "a line of two megabytes": (
        "f.csv",
        lambda: SHOP + b"y" * 2_200_000 + b",1,2,b\n" + SHOP,
        "line 42, has a row of more than 2 MB",
    ),
    "a thousand columns in Parquet": (
        "f.parquet",
        lambda: saved(as_parquet, pa.table({f"c{at}": [1] for at in range(1_000)})),
        "has 1,000 columns; at most 300",
    ),
    # quotation marks
    "a mark before the first name": ("f.csv", b'"a,b\n1,2\n3,4\n', "line 1, " + NEVER_CLOSED),
    "text behind a mark": ("f.csv", b'a,b\n"1"2,3\n"4",5\n', "line 2, " + NEVER_CLOSED),
    "marks alone": ("f.csv", b'""""""""\n""\n', "has names of columns and no row below them"),
    # packings
    "a zip of nothing": ("f.zip", zipped(), NO_KNOWN_TEXT),
    "a zip of a folder": ("f.zip", zipped(("a.csv/", b"")), HOLDS_NONE),
    "zips in zips": ("f.zip", zip_of_zips(10), WITHIN),
    "a zip of a link": ("f.zip", link_in_a_zip(), "has names of columns and no row below them"),
    "a zip with a bit flipped": ("f.zip", with_a_bit_flipped(zipped(("a.csv", SHOP), packing=0), 60), DAMAGED_ZIP),
    "a zip of two of one name": ("f.zip", zipped(("a.csv", SHOP), ("a.csv", SHOP)), "holds 2 tables (a.csv, a.csv)"),
    "a zip of a PDF": ("f.zip", zipped(("a.csv", b"%PDF-1.4")), "is a PDF document"),
    "the start of a zip": ("f.zip", b"PK\3\4" + bytes(range(200)), DAMAGED_ZIP),
    "a path out of its folder, of Windows": ("f.zip", zipped(("..\\..\\a.csv", SHOP)), HOLDS_NONE),
    "a zip of a document": ("f.zip", zipped(("word/document.xml", b"<w/>")), HOLDS_NONE),
    "gzip of nothing": ("f.csv.gz", gzip.compress(b""), "holds an empty file"),
    "the start of gzip": ("f.csv.gz", b"\x1f\x8b\x08", "a gzip file that is damaged or cut off"),
    "gzip with a tail": ("f.csv.gz", gzip.compress(SHOP) + b"garbage", "a gzip file that is damaged or cut off"),
    "gzip of another method": ("f.csv.gz", b"\x1f\x8b\x07" + bytes(20), "a gzip file that is damaged"),
    "gzip in gzip": ("f.csv.gz", gzip.compress(gzip.compress(SHOP)), WITHIN),
    "a zip in gzip": ("f.gz", gzip.compress(zipped(("a.csv", SHOP))), WITHIN),
    # Parquet and Stata
    "four letters of Parquet": ("f.parquet", b"PAR1", "a Parquet file that is damaged"),
    "encrypted Parquet": ("f.parquet", b"PARE" + bytes(20) + b"PARE", NO_KNOWN_TEXT),
    "a footer that lies": ("f.parquet", b"PAR1" + bytes(20) + struct.pack("<I", 2**31) + b"PAR1", "that is damaged"),
    "Parquet of no column": ("f.parquet", saved(as_parquet, pa.table({})), "no rows"),
    "records": ("f.parquet", parquet(pa.array([{"a": 1}] * 3)), "has lists or records in column x"),
    "maps": ("f.parquet", parquet(pa.array([[("a", 1)]] * 3, pa.map_(pa.string(), pa.int64()))), "lists or records"),
    "bytes": ("f.parquet", parquet(pa.array([b"\xff\xfe", b"\0", b"x"])), "column x, holds values that are neither"),
    "bytes that repeat": ("f.parquet", parquet(pa.array([b"\xff"] * 3).dictionary_encode()), "leave the column out"),
    "text that is no UTF-8": ("f.parquet", parquet(no_utf8()), "column x, holds values that are neither"),
    "days millions of years away": (
        "f.parquet",
        parquet(pa.array([2**31 - 1, 0, None], pa.date32())),
        "dates before the year 1 or after the year 9999",
    ),
    "a Stata file that says it has many columns": (
        "f.dta",
        b"r\x01\x01\x00\xff\xff" + bytes(200),
        "a Stata file that is damaged",
    ),
}
"""What is brought: its name, its content or what makes it, and what is said of it."""


@pytest.mark.parametrize("title", FILES)
def test_a_file_that_is_no_table_gets_one_sentence(title):
    name, content, *says = FILES[title]
    content = content() if callable(content) else content
    sentence = refused(Case(content, tuple(says), DataError), lambda given: read(given, name))
    assert sentence.startswith(name)


@pytest.mark.parametrize(
    "content", [HEADS_OF_10_000 + b"\n" + b"1," * 9_999 + b"1\n", b"," * 100_000 + b"\n"], ids=["names", "commas"]
)
def test_of_a_table_that_is_too_wide_no_cell_is_read(monkeypatch, content):
    monkeypatch.setattr(delimited, "_cells", lambda *_: pytest.fail("cells were read"))
    with pytest.raises(DataError, match="at most 300"):
        read(content, "f.csv")


def cells(*written):
    """A column of some cells among twenty whole numbers."""
    return "\n".join(["x,y", *(f"{cell},1" for cell in (*written, *range(1, 21)))]).encode()


def days(*written):
    return "\n".join(
        ["x,y", *(f"{cell},1" for cell in written), *(f"2024-01-{at:02d},2" for at in range(1, 21))]
    ).encode()


TOO_MANY_SIGNS = ("--5", "+-5", "-5-", "(5")
NO_NUMBERS = ("1.2.3", "0x1F", "1_000", "1e400", "٣", "½")
NO_DAYS = ("0000-00-00", "2024-02-30", "99999-01-01", "-1-01-01", "2024-01-01T25:00")


@pytest.mark.parametrize(
    ("content", "misfits"),
    [(cells(*TOO_MANY_SIGNS), TOO_MANY_SIGNS), (cells(*NO_NUMBERS[:4]), NO_NUMBERS[:4]), (days(*NO_DAYS), NO_DAYS)],
    ids=["signs", "numbers", "days"],
)
def test_cells_that_only_look_right_are_misfits(content, misfits):
    """A bracket that opens and does not close, two signs, a day that no month has: listed, never bent to fit."""
    understood = understand(content, "f.csv")
    found = [misfit.text for misfit in understood.column("x").misfits]
    assert [one for one in misfits if one not in found] == []
    assert np.isnan(as_dataset(understood).values("x")[: len(found)]).all()


@pytest.mark.parametrize(
    ("name", "content", "rows", "columns"),
    [
        ("f.csv", b"\xef\xbb\xbf\xef\xbb\xbfa,b\n1,2\n", 1, ["a", "b"]),
        ("f.csv", b",,\n1,2,3\n4,5,6\n", 2, ["Column 1", "Column 2", "Column 3"]),
        ("f.csv", b"a,a,a (2)\n1,2,3\n", 1, ["a", "a (2)", "a (2) (2)"]),
        ("f.csv", "a,b\nKö,1\nKö".encode()[:-1], 1, ["a", "b"]),
        ("f.zip", zipped(("/etc/a.csv", SHOP), ("README.md", b"x"), ("__MACOSX/a.csv", b"y")), 40, None),
        ("f.csv.gz", gzip.compress(SHOP) + bytes(100), 40, None),
        ("f.csv", gzip.compress(SHOP[:200]) + gzip.compress(SHOP[200:]), 40, None),
        ("f.parquet", parquet(pa.array([1, 2, 3]), **{"": [1, 2, 3]}), 3, ["x", "y", "Column 3"]),
    ],
    ids=["marks", "no names", "a name as it would be numbered", "cut", "zip", "tail", "in two", "a name of nothing"],
)
def test_what_only_looks_bad_is_read(name, content, rows, columns):
    data = read(content, name)
    assert len(data) == rows
    assert data.columns == (columns or ["name", "spent", "visits", "town"])


@pytest.mark.parametrize(
    ("column", "values"),
    [
        (pa.array([2**64 - 1, 1, 2], pa.uint64()), [2.0**64, 1, 2]),
        (pa.array([2**63, 1, None], pa.uint64()), [2.0**63, 1, np.nan]),
        (pa.array([5, 1, None], pa.uint64()), [5, 1, np.nan]),
        (pa.array([Decimal("1e60"), Decimal("2.25"), None], pa.decimal256(70, 2)), [np.nan, 2.25, np.nan]),
        (pa.array(np.array([1, 2, np.inf], np.float16)), [1, 2, np.nan]),
        (pa.array([1, 2, None], pa.duration("s")), [1, 2, np.nan]),
        (pa.array([253_402_300_799, 0, None], pa.timestamp("s")), [2_932_896.99998843, 0, np.nan]),
        (pa.array([0, 86_400_000_000, None], pa.timestamp("us", "Europe/Berlin")), [0, 1, np.nan]),
        (pa.array([86_400_000, 0, None], pa.date64()), [1, 0, np.nan]),
        (pa.array([1.5, 2.0, None]).dictionary_encode(), [1.5, 2, np.nan]),
        (pa.array([-0.0, 1e-320, 1e30]), [0, 1e-320, 1e30]),
    ],
    ids=str,
)
def test_no_type_of_a_column_changes_its_values(column, values):
    """Of a file and of a database alike; whole numbers beyond 2^63 came out negative."""
    brought = pa.table({"x": column, "y": [1.5, 2.5, 3.5]})
    for understood in (understand(parquet(column), "f.parquet"), understand_table("T", "t", brought)):
        np.testing.assert_allclose(as_dataset(understood).values("x"), values, rtol=1e-12)


@pytest.mark.parametrize("large", ["1e308", "-2e30", "inf"])
def test_numbers_too_large_to_sum_are_misfits(large):
    """Explore said of them that they are all the same."""
    rows = "".join(f"{n}.5,{n}\n" for n in range(40))
    understood = understand(f"a,b\n{large},3\n{rows}".encode(), "f.csv")
    assert [(column.misfit_count, [one.text for one in column.misfits]) for column in understood.columns] == [
        (1, [large]),
        (0, []),
    ]
    np.testing.assert_array_equal(as_dataset(understood).values("a")[:3], [np.nan, 0.5, 1.5])


def test_lines_of_other_lengths_do_not_make_one_column_of_a_table():
    """A bar was found where there is none, and a third of the lines were shown as one column."""
    rows = [f"{n},{n % 7},{n % 5}{',9' * (n % 4 == 0)}\n" for n in range(300)]
    understood = understand(f"id,a,b\n{''.join(rows)}".encode(), "f.csv")
    assert [column.name for column in understood.columns] == ["id", "a", "b"]
    assert understood.rows == 225
    ragged = "".join(f"{','.join('1' * (2 + n % 4))}\n" for n in range(300))
    refused(
        Case(f"id,a,b\n{ragged}".encode(), ("do not have 3 cells as the others",), DataError),
        lambda given: understand(given, "f.csv"),
    )


def test_very_many_short_lines_are_refused_before_they_are_read(monkeypatch):
    monkeypatch.setattr(encoding, "MAX_LINES", 1000)
    refused(
        Case(b"1\n" * 1001, ("f.csv has more than 1,000 lines: at most 2,000,000 rows are read",), DataError),
        lambda given: understand(given, "f.csv"),
    )


def test_moments_beyond_all_years_are_refused_and_not_turned_into_others():
    """2^62 seconds came out as 1970."""
    brought = pa.table({"x": pa.array([2**62, 0, None], pa.timestamp("s"))})
    refused(
        Case(brought, ("T, column x, holds dates before the year 1 or after the year 9999",), DataError),
        lambda given: understand_table("T", "t", given),
    )


def test_a_kind_of_value_that_nobody_knows_is_refused():
    brought = pa.table({"x": pa.array([pa.MonthDayNano([1, 2, 3])] * 3)})
    refused(
        Case(brought, ("T, column x, holds values that are neither numbers nor dates nor text",), DataError),
        lambda given: understand_table("T", "t", given),
    )
