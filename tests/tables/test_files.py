"""A file that somebody else made, of whatever kind: read within bounds, refused in the words of who asked for it."""

import gzip
import io
import re
import zipfile

import pytest
from paths import ROOT

from lib.errors import DataError
from lib.tables import files
from lib.tables.files import Expected, read_frame

ORDERS = Expected(
    "the shop's list of orders", "the list of orders", "any year of the shop", "export it again", "the shop's site"
)
TABLE = b"id, paid\n1,2.5\n2,\n"


def zipped(**members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.csv" if name != "txt" else "notes.txt", content)
    return buffer.getvalue()


def read(path, content):
    path.write_bytes(content)
    return read_frame(path, lambda _names: None, ORDERS)


@pytest.mark.parametrize("content", [TABLE, gzip.compress(TABLE), zipped(orders=TABLE)], ids=["bare", "gzip", "zip"])
def test_a_table_is_told_by_its_content(tmp_path, content):
    frame = read(tmp_path / "orders", content)
    assert list(frame.columns) == ["id", "paid"]
    assert frame["id"].tolist() == [1, 2]


def test_names_stay_as_they_are_in_the_file(tmp_path):
    frame = read(tmp_path / "o.csv", b",a,A, Net income \n1,2,3,4\n")
    assert list(frame.columns) == ["Unnamed: 0", "a", "A", "Net income"]
    assert frame.iloc[0].tolist() == [1, 2, 3, 4]
    stata = io.BytesIO()
    frame[["a", "A"]].to_stata(stata, write_index=False)
    assert list(read(tmp_path / "o.dta", stata.getvalue()).columns) == ["a", "A"]


def test_who_asks_sees_the_names_first_and_may_refuse(tmp_path):
    (tmp_path / "o.csv").write_bytes(TABLE)

    def refuse(names):
        raise DataError(f"not {names}")

    with pytest.raises(DataError, match=re.escape("not ['id', 'paid']")):
        read_frame(tmp_path / "o.csv", refuse, ORDERS)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("o.csv", b" \n", "is empty: export it again."),
        ("o.csv", b"<html>", "a web page saved under a data file's name: export it again from the shop's site."),
        ("o.ZIP", b"<html>", "a web page saved under a data file's name: export it again from the shop's site."),
        ("o.ZIP", TABLE, "is not a .ZIP archive, whatever its name says: export it again."),
        ("o.zip", zipped(orders=TABLE)[:60], "is a damaged or locked zip archive: export it again."),
        ("o.zip", zipped(txt=b"x"), "holds no CSV or Stata file: choose the shop's list of orders."),
        ("o.gz", gzip.compress(TABLE)[:-9], "is a gzip file that is damaged or cut off: export it again."),
        ("o.gz", gzip.compress(b""), "holds an empty file: export it again."),
        ("o.dta", b"<stata_dta>x", "is a Stata file that is damaged or of an unknown version: export it again."),
        ("o.csv", b"a,b\n\0,1\n", "(comma separated, UTF-8): export it again, or save it as CSV."),
        ("o.csv", b"a,b\n1\n", "line 2, has 1 of 2 fields: export it again."),
        ("o.csv", b"a\x07,b\n1,2\n", "has a column named a?: use the shop's list of orders as released."),
        ("o.csv", b"a,b,a\n1,2,3\n", "has two columns named a: keep one of them."),
        (
            "o.csv",
            b"a\n" + b"1\n" * 21,
            "20 rows, far more than any year of the shop: check that it is the list of orders.",
        ),
        (
            "o.gz",
            gzip.compress(bytes(2**20 + 1)),
            "more than 1 MB, far more than any year of the shop: check that it is the list of orders.",
        ),
    ],
    # archives hold the time of day, which would give every worker of the suite tests of other names
    ids=lambda part: part if isinstance(part, str) else "content",
)
def test_what_is_wrong_is_said_in_the_words_of_who_asked(tmp_path, monkeypatch, name, content, says):
    monkeypatch.setattr(files, "MAX_ROWS", 20)
    monkeypatch.setattr(files, "MAX_UNPACKED", 2**20)
    with pytest.raises(DataError) as error:
        read(tmp_path / name, content)
    assert str(error.value).startswith(f"{name}")
    assert str(error.value).endswith(says)


@pytest.mark.parametrize("path", sorted((ROOT / "lib" / "tables").glob("*.py")), ids=lambda path: path.name)
def test_tables_know_nothing_of_any_survey(path):
    told = re.findall(r"survey|household|implicate|\bwave\b|YY1|WGT", path.read_text(encoding="utf-8"), re.IGNORECASE)
    assert told == []
