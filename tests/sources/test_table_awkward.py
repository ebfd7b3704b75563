"""Awkward files: each becomes what its maker meant, or gets one sentence that says what, where and what to do."""

import gzip
import io
import struct
import zipfile
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lib.errors import DataError
from lib.sources.table import again, as_dataset, read, understand
from lib.tables.own import packed, raw, workbook
from tests.sources.workbooks import DATE, Cell, ods, sheet_of, xlsx


def text(words, encoding="utf-8"):
    return words.encode(encoding)


def column(content, name, **choices):
    """What a column is taken for, and its values."""
    understood = understand(content, "f.csv", choices or None)
    data = as_dataset(understood)
    return understood.column(name), (data.frame[name].tolist() if name in data.frame else None)


def refused(content, says, name="f.csv", **choices):
    with pytest.raises(DataError) as error:
        read(content, name, choices=choices or None)
    sentence = str(error.value)
    assert says in sentence
    assert sentence.startswith(name)
    assert sentence.endswith(".")
    assert "\n" not in sentence


def days(*iso):
    return [(date.fromisoformat(one) - date(1970, 1, 1)).days for one in iso]


def zipped(members, packing=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", packing) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def labels(data, name):
    """A column of categories as the words a person sees."""
    return [data.codebook[name].text(value) for value in data.frame[name]]


PEOPLE = "name,age,paid\nAnn,31,10.5\nBob,45,7\nCid,27,3.25\n"


# ------------------------------------------------------------------------------------- delimiters and encodings


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_common_delimiters(delimiter):
    content = text(PEOPLE.replace(",", delimiter))
    understood = understand(content, "f.txt")
    assert understood.delimiter == delimiter
    assert as_dataset(understood).frame["paid"].tolist() == [10.5, 7, 3.25]


@pytest.mark.parametrize("delimiter", [":", "^", "~"])
def test_any_delimiter_can_be_chosen(delimiter):
    data = read(text(PEOPLE.replace(",", delimiter)), "f.txt", choices={"delimiter": delimiter})
    assert data.frame["age"].tolist() == [31, 45, 27]


def test_semicolons_and_decimal_commas():
    content = text("name;x;y\nAnn;1,5;1.200,50\nBob;-3,25;18.500,00\nCid;4;7,00\n")
    guess, values = column(content, "y")
    assert (guess.numbers.decimal, guess.numbers.thousands) == (",", ".")
    assert values == [1200.5, 18500.0, 7.0]
    assert column(content, "x")[1] == [1.5, -3.25, 4]


def test_a_line_that_names_the_separator():
    understood = understand(text("sep=;\nname;x\nAnn;1,5\nBob;2,5\n"), "f.csv")
    assert (understood.delimiter, understood.skipped) == (";", 1)
    assert [c.name for c in understood.columns] == ["name", "x"]
    assert as_dataset(understood).frame["x"].tolist() == [1.5, 2.5]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encodings(encoding):
    understood = understand(text("name,town,paid\nJosé,Köln,5 €\nZoë,Bern,7 €\nAnn,Bern,1 €\n", encoding), "f.csv")
    data = as_dataset(understood)
    assert data.columns == ["name", "town", "paid"]
    assert data.frame["name"].tolist() == ["José", "Zoë", "Ann"]
    assert data.frame["paid"].tolist() == [5, 7, 1]
    assert understood.encoding == {"utf-8-sig": "utf-8"}.get(encoding, encoding)
    assert any("read as cp1252: choose another encoding" in note for note in data.notes) == (encoding == "cp1252")


def test_an_encoding_can_be_chosen():
    content = text("имя,x\nАнна,1\nИван,2\n", "cp1251")
    assert as_dataset(understand(content, "f.csv", {"encoding": "cp1251"})).columns == ["имя", "x"]
    refused(content, "is not in utf-8", encoding="utf-8")
    refused(content, "the encoding klingon is not known here", encoding="klingon")


@pytest.mark.parametrize("ends", ["\r\n", "\r", "\n"])
def test_line_ends(ends):
    assert len(read(text(PEOPLE.replace("\n", ends)), "f.csv")) == 3


def test_mixed_line_ends():
    assert len(read(b"a,b\r\n1,2\n3,4\r\n5,6\n", "f.csv")) == 3


# ------------------------------------------------------------------------------------------- quotation marks


def test_line_ends_and_delimiters_within_quotation_marks():
    understood = understand(text('id,said,x\n1,"a,\nb",5\n2,"he said ""no""",6\n'), "f.csv")
    assert [row[1] for row in understood.preview] == ["a,\nb", 'he said "no"']
    assert understood.broken_count == 0


def test_quotation_marks_that_come_late_are_seen():
    rows = "".join(f"{at},plain,1\n" for at in range(30_000))
    understood = understand(text(f'id,said,x\n{rows}30000,"late, and quoted",1\n'), "f.csv")
    assert understood.rows == 30_001
    assert understood.broken_count == 0


def test_a_quotation_mark_that_is_never_closed():
    content = text('id,said,x\n1,a,5\n2,"open,6\n3,c,7\n4,d,8\n')
    refused(content, "line 3, has a quotation mark that is never closed")
    data = read(content, "f.csv", choices={"quote": ""})
    assert data.frame["x"].tolist() == [5, 6, 7, 8]


def test_inches_are_no_quotation_marks():
    understood = understand(text('id,pipe,x\n1,5" wide,5\n2,plain,6\n'), "f.csv")
    assert [row[1] for row in understood.preview] == ['5" wide', "plain"]


def test_lines_with_too_many_or_too_few_cells_are_listed_and_said():
    content = text("id,b,c\n" + "".join(f"{at},x,{at}.5\n" for at in range(1, 9)) + "9,y\n10,y,1,7\n")
    understood = understand(content, "f.csv")
    assert [(one.line, one.reason) for one in understood.broken] == [
        (10, "fewer than 3 cells"),
        (11, "more than 3 cells"),
    ]
    assert understood.broken[1].text.startswith("10,y,1,7")
    assert as_dataset(understood).notes[0] == "2 lines are left out, first line 10: fewer than 3 cells."
    assert understood.rows == 8


def test_rows_are_numbered_with_the_lines_that_are_left_out():
    content = text("id,x\n" + "a,1\n" * 5 + "b\n" + "a,2\n" * 5 + "a,odd\n")
    assert [one.row for one in understand(content, "f.csv").column("x").misfits] == [13]


def test_a_table_of_which_most_lines_do_not_fit():
    content = text("a,b\n1,2\n3,4\n" + "1,2,3\n" * 6)
    refused(content, "do not have 2 cells as the others: choose another delimiter", delimiter=",", skip=0)


# ----------------------------------------------------------------------------------------------------- shapes


def test_one_column():
    guess, values = column(b"x\n1\n2\n2\n", "x")
    assert (guess.role, values) == ("amount", [1, 2, 2])


def test_as_many_columns_as_are_read():
    head = ",".join(f"c{at}" for at in range(300))
    assert len(read(text(head + "\n" + ",".join(["7"] * 300) + "\n"), "f.csv").columns) == 300


def test_four_hundred_columns():
    head = ",".join(f"c{at}" for at in range(400))
    refused(text(head + "\n" + ",".join(["7"] * 400) + "\n"), "has 400 columns; at most 300 are read")


def test_only_names():
    refused(b"a,b,c\n", "has names of columns and no row below them")


@pytest.mark.parametrize("content", [b"", b" \n\n", b"\xef\xbb\xbf\n"])
def test_nothing(content):
    refused(content, "is empty: choose a file with a table in it.")


def test_all_text():
    data = read(text("name,town,note\nAnn,Ulm,x y\nBob,Ulm,y\nCid,Bern,z\nDan,Bern,q\n"), "f.csv")
    assert data.id == "name"
    assert labels(data, "town") == ["Ulm", "Ulm", "Bern", "Bern"]
    assert data.frame["note"].tolist() == ["x y", "y", "z", "q"]
    assert data.codebook["note"].unit == "id"


def test_all_missing():
    understood = understand(b"a,b,c\n1,,NA\n2,,NA\n2,,NA\n", "f.csv")
    assert [c.role for c in understood.columns] == ["amount", "leave out", "leave out"]
    assert understood.column("c").marks == (("NA", 3),)
    assert as_dataset(understood).columns == ["a"]


def test_blank_rows_are_no_rows_and_row_numbers_stay():
    book = xlsx(S=sheet_of([["a", "b"], [1, 2.5], [None, None], [3, "x"], *[[at, at + 0.5] for at in range(8)]]))
    understood = understand(book, "f.xlsx")
    assert understood.rows == 10
    assert [(one.row, one.text) for one in understood.column("b").misfits] == [(4, "x")]


def test_lines_above_the_table():
    understood = understand(text("Report of 2024\n\na,b,c\n1,2,3\n4,5,6\n"), "f.csv")
    assert [c.name for c in understood.columns] == ["a", "b", "c"]
    assert understood.skipped == 2
    assert as_dataset(understood).notes == ("1 line above the table is passed over.",)


def test_no_line_of_names():
    understood = understand(b"Ann,31,1.5\nBob,45,2\nCid,27,7\n", "f.csv")
    assert not understood.header
    assert [c.name for c in understood.columns] == ["Column 1", "Column 2", "Column 3"]
    assert understood.rows == 3
    assert not as_dataset(understand(b"a,b\nc,d\n", "f.csv", {"header": False})).frame.empty


def test_years_are_names():
    understood = understand(b"town,2023,2024\nUlm,5,6\nBern,7,9\n", "f.csv")
    assert [c.name for c in understood.columns] == ["town", "2023", "2024"]


# ------------------------------------------------------------------------------------------------------ names


def test_names_twice_or_not_there():
    understood = understand(b"a,a,,a (2),\n1,2,3,4,5\n", "f.csv")
    assert [c.name for c in understood.columns] == ["a", "a (2)", "Column 3", "a (2) (2)", "Column 5"]
    assert [c.written for c in understood.columns] == ["a", "a", "", "a (2)", ""]


def test_emoji_and_names_from_right_to_left():
    data = read(text("🛒 spent,דירה,مدينة\n1.5,2,a\n2.5,3,b\n3,4,a\n"), "f.csv")
    assert data.columns == ["🛒 spent", "דירה", "مدينة"]
    assert data.frame["🛒 spent"].tolist() == [1.5, 2.5, 3]


def test_direction_marks_and_line_ends_do_not_get_into_names():
    assert read(text('"a\u202eb","c\nd"\n1,2\n'), "f.csv").columns == ["a b", "c d"]


def test_html_and_markdown_in_names_are_letters_like_others():
    data = read(text("<b>x</b>,**y**,[z](http://e.org)\n1,2,3\n"), "f.csv")
    assert data.columns == ["<b>x</b>", "**y**", "[z](http://e.org)"]


def test_formulas_in_cells_stay_text():
    understood = understand(text("id,said\n1,=1+1\n2,=1+1\n3,@SUM(A1)\n4,+cmd\n"), "f.csv")
    assert [row[1] for row in understood.preview] == ["=1+1", "=1+1", "@SUM(A1)", "+cmd"]
    assert understood.column("said").role in {"category", "text"}


# ---------------------------------------------------------------------------------------------------- numbers


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["$1,200.50", "-$3.25", "$7"], [1200.5, -3.25, 7]),
        (["1.200,50 EUR", "3,25 EUR", "-7 EUR"], [1200.5, 3.25, -7]),
        (["(1,200)", "35", "7"], [-1200, 35, 7]),
        (["(12.50)", "3.25", "$1.00"], [-12.5, 3.25, 1]),
        (["12 %", "7.5%", "0"], [0.12, 0.075, 0]),
        (["1 200,50", "3,25", "7"], [1200.5, 3.25, 7]),
        (["1\u00a0200,50", "3,25", "7\u202f000"], [1200.5, 3.25, 7000]),
        (["1'200.50", "3.25", "7’000"], [1200.5, 3.25, 7000]),
        (["12,00,000", "1,200", "3.5"], [1_200_000, 1200, 3.5]),
        (["1,5", "1,200", "3"], [1.5, 1.2, 3]),
        (["1,200", "3,400,000", "7"], [1200, 3_400_000, 7]),
        (["5-", "3", "2.5-"], [-5, 3, -2.5]),
        (["−5", "3", "2"], [-5, 3, 2]),
        (["1e3", "2.5E-1", "+4"], [1000, 0.25, 4]),
        (["18500.00", "1200.50", "7.00"], [18500, 1200.5, 7]),
        (["£5", "£7", "£1,000"], [5, 7, 1000]),
    ],
    ids=lambda one: str(one[0]),
)
def test_ways_to_write_numbers(cells, values):
    content = text("who\tx\n" + "".join(f"p{at}\t{cell}\n" for at, cell in enumerate(cells)))
    guess, found = column(content, "x")
    assert found == pytest.approx(values, abs=1e-12)
    assert guess.misfit_count == 0


def test_what_is_no_number_or_too_large_for_one_is_a_misfit():
    content = text("x\n" + "1.5\n" * 20 + "inf\n1e400\nnan\n")
    guess, values = column(content, "x")
    assert [(one.row, one.text) for one in guess.misfits] == [(22, "inf"), (23, "1e400")]
    assert guess.marks == (("nan", 1),)
    assert np.isnan(values[20:]).all()
    table = as_parquet({"x": [1.5, float("inf"), 2.5]})
    guess, values = column(table, "x")
    assert [(one.row, one.text) for one in guess.misfits] == [(3, "inf")]
    assert np.isnan(values[1])


@pytest.mark.parametrize(
    ("cells", "misfit"), [(["10%", "20%", "30%", "40%", "0.5"], "0.5"), (["$5", "$6", "$7", "$8", "€9"], "€9")]
)
def test_another_sign_than_that_of_the_column_is_a_misfit(cells, misfit):
    guess = understand(text("who\tx\n" + "".join(f"p\t{cell}\n" for cell in cells)), "f.csv").column("x")
    assert [(one.row, one.text) for one in guess.misfits] == [(6, misfit)]


def test_the_currency_is_said():
    understood = understand(text("who;x\na;1.200,50 €\nb;7,00 €\n"), "f.csv")
    assert understood.column("x").numbers.currency == "€"
    variable = as_dataset(understood).codebook["x"]
    assert (variable.unit, variable.definition) == ("dollars", "In €, as in the file.")


def test_zeros_in_front_are_kept():
    understood = understand(text("zip,x\n00123,1\n10001,2\n00123,3\n02139,4\n"), "f.csv")
    assert understood.column("zip").role == "category"
    assert labels(as_dataset(understood), "zip") == ["00123", "10001", "00123", "02139"]
    ids = read(text("customer_id,x\n00123,1\n10001,2\n"), "f.csv")
    assert (ids.id, ids.frame["customer_id"].tolist()) == ("customer_id", ["00123", "10001"])


def test_whole_numbers_lose_no_digit():
    assert column(b"x,y\n16777217,1\n9007199254740993,2\n16777217,3\n", "y")[1] == [1, 2, 3]
    assert column(b"x,y\n16777217,1\n1,2\n1,2\n", "x")[1] == [16777217, 1, 1]
    long = read(text("card,x\n4111111111111111,1\n4111111111111112,2\n"), "f.csv")
    assert long.frame["card"].tolist() == ["4111111111111111", "4111111111111112"]


def test_ids_as_floats():
    data = read(b"customer_id,x\n1001.0,5\n1002.0,5\n1007.0,6\n", "f.csv")
    assert data.id == "customer_id"
    assert data.ids.tolist() == [1001, 1002, 1007]


def test_a_float_late_among_integers():
    rows = "".join(f"{at % 50}\n" for at in range(50_000))
    guess, values = column(text(f"x\n{rows}0.5\n"), "x")
    assert (values[-1], guess.misfit_count) == (0.5, 0)


def test_a_decimal_comma_late_settles_the_column():
    rows = "".join(f"p{at};1,200\n" for at in range(20_000))
    guess, values = column(text(f"who;x\n{rows}last;1,5\n"), "x")
    assert guess.numbers.decimal == ","
    assert (values[0], values[-1], guess.misfit_count) == (1.2, 1.5, 0)


def test_what_can_be_read_in_two_ways_is_said_and_can_be_changed():
    content = text("who\tx\na\t1,200\nb\t3,400\n")
    understood = understand(content, "f.csv")
    assert "two ways" in understood.column("x").doubt
    assert as_dataset(understood).frame["x"].tolist() == [1200, 3400]
    changed = again(understood, {"columns": {"x": {"decimal": ",", "thousands": ""}}})
    assert as_dataset(changed).frame["x"].tolist() == [1.2, 3.4]
    assert changed.column("x").doubt == ""


def test_thousands_are_no_doubt_where_one_cell_says_otherwise():
    rows = "".join(f"p{at}\t{at % 900}.125\n" for at in range(5_000))
    guess, values = column(text(f"who\tx\n{rows}last\t1.5\n"), "x")
    assert (guess.numbers.decimal, values[-1], guess.doubt) == (".", 1.5, "")


def test_another_column_settles_it():
    content = text("who\tx\ty\na\t1,200\t0,5\nb\t3,400\t2,25\n")
    assert column(content, "x")[1] == [1.2, 3.4]


def test_misfits_are_listed_with_their_rows_and_never_blanked_in_silence():
    rows = "".join(f"{at}.5\n" for at in range(30))
    understood = understand(text(f"x\n{rows}twelve\n\nabout 7\n"), "f.csv")
    guess = understood.column("x")
    assert [(one.row, one.text) for one in guess.misfits] == [(32, "twelve"), (34, "about 7")]
    assert guess.misfit_count == 2
    data = as_dataset(understood)
    assert data.frame["x"].isna().sum() == 2
    assert data.notes == ('x: 2 cells do not fit and count as missing, first row 32 ("twelve").',)


def test_the_first_hundred_misfits_are_listed_and_all_are_counted():
    content = text("x\n" + "1.5\n" * 2_000 + "odd\n" * 150)
    guess = understand(content, "f.csv").column("x")
    assert (len(guess.misfits), guess.misfit_count) == (100, 150)


def test_words_for_a_missing_value_are_named():
    understood = understand(b"x,y\n1,a\nNA,b\n-,a\n2,b\nn/a,a\n#DIV/0!,a\n", "f.csv")
    assert dict(understood.column("x").marks) == {"NA": 1, "-": 1, "n/a": 1, "#DIV/0!": 1}
    kept = again(understood, {"columns": {"x": {"role": "category", "missing": []}}})
    assert {level.text for level in kept.column("x").levels} == {"1", "2", "NA", "-", "n/a", "#DIV/0!"}


def test_a_dash_is_no_category():
    city = understand("city,n\nRome,1\n-,2\nOslo,3\n–,4\nRome,5\n—,6\nOslo,7\n".encode(), "f.csv").column("city")
    assert [level.text for level in city.levels] == ["Oslo", "Rome"]
    assert dict(city.marks) == {"-": 1, "–": 1, "—": 1}


@pytest.mark.parametrize(("last", "is_said"), [("Total", True), ("summe: ", True), ("Totalino", False), ("d", False)])
def test_a_last_row_that_sums_up_the_others_is_said(last, is_said):
    notes = understand(f"name,n\na,1\nb,2\nc,3\n{last},6\n".encode(), "f.csv").notes
    said = f"Row 5, the last, reads “{last.strip()}” in name: if it sums up the others, leave it out of the file"
    assert [note.startswith(said) for note in notes] == [True] * is_said
    assert understand(b"name,n\nTotal,1\nb,2\nc,3\n", "f.csv").notes == ()


# ------------------------------------------------------------------------------------------------------ dates


@pytest.mark.parametrize(
    ("cells", "order", "iso"),
    [
        (["2024-01-31", "2023-12-01"], "year first", ["2024-01-31", "2023-12-01"]),
        (["31/01/2024", "02/01/2024"], "day first", ["2024-01-31", "2024-01-02"]),
        (["01/31/2024", "02/01/2024"], "month first", ["2024-01-31", "2024-02-01"]),
        (["31.01.2024", "01.02.2024"], "day first", ["2024-01-31", "2024-02-01"]),
        (["31.1.24", "1.2.70"], "day first", ["2024-01-31", "1970-02-01"]),
        (["3 Jan 2024", "29 February 2024"], "day and name of month", ["2024-01-03", "2024-02-29"]),
        (["Jan 3, 2024", "Dec 31, 1969"], "name of month and day", ["2024-01-03", "1969-12-31"]),
    ],
)
def test_dates(cells, order, iso):
    content = text("d\tx\n" + "".join(f"{cell}\t1.5\n" for cell in cells))
    guess, values = column(content, "d")
    assert (guess.role, guess.dates) == ("date", order)
    assert values == days(*iso)


def test_dates_are_no_amounts():
    data = read(b"d,x\n2024-01-31,1.5\n2024-02-01,2\n", "f.csv")
    assert not data.codebook["d"].is_amount
    assert not data.codebook["d"].is_category


def test_hours_are_a_part_of_the_day():
    assert column(b"d\n2024-01-31 12:00:00\n2024-01-31T06:00\n", "d")[1] == [
        days("2024-01-31")[0] + 0.5,
        days("2024-01-31")[0] + 0.25,
    ]


def test_mixed_dates_are_misfits():
    content = text("d\tx\n31/01/2024\t1.5\n13/02/2024\t2\n14/02/2024\t1\n02/25/2024\t3\n2024-05-01\t1\n30/02/2024\t1\n")
    guess, values = column(content, "d")
    assert guess.dates == "day first"
    assert [(one.row, one.text) for one in guess.misfits] == [(5, "02/25/2024"), (6, "2024-05-01"), (7, "30/02/2024")]
    assert values[:3] == days("2024-01-31", "2024-02-13", "2024-02-14")


def test_days_and_months_that_nothing_tells_apart_are_doubted():
    understood = understand(text("d\tx\n01/02/2024\t1\n03/04/2024\t2\n"), "f.csv")
    assert understood.column("d").doubt.startswith("Day and month could be the other way round")
    changed = again(understood, {"columns": {"d": {"dates": "day first"}}})
    assert as_dataset(changed).frame["d"].tolist() == days("2024-02-01", "2024-04-03")


# --------------------------------------------------------------------------------------------------- packings


@pytest.mark.parametrize(
    "pack", [gzip.compress, lambda c: zipped({"a.csv": c}), lambda c: zipped({"n/": b"", "n/a.TSV": c})]
)
def test_packed(pack):
    assert read(pack(text(PEOPLE)), "f.bin").frame["age"].tolist() == [31, 45, 27]


def test_a_workbook_in_a_zip():
    book = xlsx(S=sheet_of([["a", "b"], [1, 2], [3, 4]]))
    assert read(zipped({"book.xlsx": book}), "f.zip").frame["b"].tolist() == [2, 4]


def test_path_names_in_a_zip_are_no_paths(tmp_path):
    outside = tmp_path / "f.csv"
    members = {"../../../../../../../../../../.." + str(outside): text(PEOPLE), "__MACOSX/._f.csv": b"x"}
    assert read(zipped(members), "f.zip").columns == ["name", "age", "paid"]
    assert not outside.exists()
    refused(zipped({"../a.csv": b"a\n1\n", "/etc/b.csv": b"a\n1\n"}), "holds 2 tables (a.csv, b.csv)", "f.zip")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (zipped({"a.txt.exe": b"x"}), "holds no table: put one CSV, Excel, Parquet or Stata file into the archive."),
        (zipped({"a.csv": text(PEOPLE)})[:60], "is a damaged zip archive or workbook"),
        (zipped({"a.csv": text(PEOPLE)}, zipfile.ZIP_BZIP2), "is packed in an unusual way"),
        (zipped({"a.csv": b""}), "holds an empty file"),
        (zipped({"a.csv": zipped({"b.csv": b"a\n1\n"})}), "holds an archive within an archive"),
        (gzip.compress(text(PEOPLE))[:-9], "is a gzip file that is damaged or cut off"),
        (gzip.compress(gzip.compress(text(PEOPLE))), "holds an archive within an archive"),
    ],
    ids=["no table", "cut zip", "bzip2", "empty", "zip in zip", "cut gzip", "gzip in gzip"],
)
def test_packings_that_are_refused(content, says):
    refused(content, says, "f.zip")


@pytest.mark.parametrize("pack", [gzip.compress, lambda content: zipped({"a.csv": content})], ids=["gzip", "zip"])
def test_bombs_are_given_up_in_time(pack, monkeypatch):
    monkeypatch.setattr(packed, "MAX_UNPACKED", 2**20)
    monkeypatch.setattr(packed, "_CHUNK", 2**16)
    refused(pack(b"a,b\n" + b"1,2\n" * 2**19), "unpacks to more than 1 MB", "f.zip")


def test_a_zip_with_very_many_files_is_not_listed(monkeypatch):
    monkeypatch.setattr(packed, "_LIST", 10_000)
    monkeypatch.setattr(packed.zipfile, "ZipFile", lambda *_: pytest.fail("it was listed"))
    members = "".join(f"{at:0100d}" for at in range(100))
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 100, 100, 14_600, 0, 0)
    refused(b"PK\x03\x04" + members.encode() + end, "holds far too many files for a table", "f.zip")


def test_a_zip_that_lies_about_its_size_is_given_up_in_time(monkeypatch):
    monkeypatch.setattr(packed, "MAX_UNPACKED", 2**20)
    content = bytearray(zipped({"a.csv": b"a,b\n" + b"1,2\n" * 2**19}))
    at = content.index(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", 100)
    refused(bytes(content), "f.zip", "f.zip")


def test_too_large_as_it_is():
    with pytest.raises(DataError, match="is larger than 1 MB, the most that is read"):
        understand(b"1,2\n" * 2**19, "f.csv", max_bytes=2**20)


def test_too_many_rows(monkeypatch):
    monkeypatch.setattr(raw, "MAX_ROWS", 1_000)
    assert len(read(b"a,b\n" + b"1,2\n" * 1_000, "f.csv")) == 1_000
    refused(b"a,b\n" + b"1,2\n" * 1_001, "has more than 1,000 rows, the most that are read")


def test_a_small_parquet_file_of_very_many_rows():
    """873 kB of a hundred million rows kept the server at work for 14 s."""
    file = io.BytesIO()
    pq.write_table(pa.table({"a": np.zeros(2_000_001, dtype=np.int8)}), file)
    refused(file.getvalue(), "has more than 2,000,000 rows, the most that are read")


def test_names_in_a_line_that_begins_as_remarks_do():
    words = "if it names the columns, take the # away"
    assert words in " ".join(understand(b"#id,amount\n1,2.5\n2,3.5\n", "f.csv").notes)
    assert words not in " ".join(understand(b"# Made by us, in May\nid,amount\n1,2.5\n2,3.5\n", "f.csv").notes)


def test_too_many_cells(monkeypatch):
    monkeypatch.setattr(raw, "MAX_CELLS", 2_000_000)
    refused(b"a,b,c\n" + b"1,2,3\n" * 700_000, "has more than 2 million cells")


def test_a_cell_that_is_too_long():
    refused(text(f"a,b\n1,x\n2,{'y' * 40_000}\n"), "column 2 (b), row 3, has a cell of more than 32,767 characters")


# -------------------------------------------------------------------------------------------------- workbooks


def test_an_ordinary_workbook():
    book = xlsx(
        S=sheet_of(
            [
                ["name", "x", "joined", "member"],
                ["Ann", 1.5, Cell(f' s="{DATE}"|<v>45322</v>'), True],
                ["Bob", 16777217, Cell(f' s="{DATE}"|<v>45323</v>'), False],
                ["Cid", "00123", Cell(f' s="{DATE}"|<v>45324</v>'), True],
            ]
        )
    )
    data = read(book, "f.xlsx", choices={"columns": {"x": {"role": "text"}}})
    assert data.frame["joined"].tolist() == days("2024-01-31", "2024-02-01", "2024-02-02")
    assert labels(data, "member") == ["TRUE", "FALSE", "TRUE"]
    assert data.frame["x"].tolist() == ["1.5", "16777217", "00123"]


def test_sheets_can_be_chosen():
    book = xlsx(Empty={}, People=sheet_of([["a"], [1], [2]]), More=sheet_of([["b", "c"], [3, 4]]))
    understood = understand(book, "f.xlsx")
    assert [(s.name, s.rows, s.columns) for s in understood.sheets] == [
        ("Empty", 0, 0),
        ("People", 3, 1),
        ("More", 2, 2),
    ]
    assert understood.sheet == "People"
    assert read(book, "f.xlsx", choices={"sheet": "More"}).frame["c"].tolist() == [4]
    refused(book, "has no sheet More!: choose Empty, People and More.", "f.xlsx", sheet="Mehr".replace("ehr", "ore!"))
    refused(book, "sheet Empty, has no cell with anything in it", "f.xlsx", sheet="Empty")


def test_a_table_that_does_not_begin_in_the_corner():
    cells = {
        "C2": "Report of 2024",
        "C5": "a",
        "D5": "b",
        "E5": "c",
        "C6": 1,
        "D6": 2,
        "E6": 3,
        "C7": 4,
        "D7": "x",
        "E7": 6,
    }
    understood = understand(xlsx(S=cells), "f.xlsx")
    assert [c.name for c in understood.columns] == ["a", "b", "c"]
    assert understood.preview_rows == (6, 7)
    assert as_dataset(understood).notes == ("1 row above the table is passed over.",)


def test_formulas_that_were_never_calculated_and_errors_are_said():
    book = xlsx(
        S=sheet_of(
            [
                ["a", "b"],
                [1, Cell("|<f>A2+1</f>")],
                [2, Cell("|<f>A3+1</f><v>3</v>")],
                [3, Cell(' t="e"|<v>#DIV/0!</v>')],
            ]
        )
    )
    data = read(book, "f.xlsx")
    assert np.isnan(data.frame["b"]).tolist() == [True, False, True]
    assert data.notes[0].startswith("2 cells have an error or a formula that was never calculated")
    assert "(B2, B4)" in data.notes[0]


def test_one_cell_in_the_last_corner_ends_its_own_process_only():
    far = xlsx(Far={**sheet_of([["a", "b"], [1, 2]]), "XFD1048576": 1}, Near=sheet_of([["a"], [1], [2]]))
    refused(far, "sheet Far, cannot be opened within", "f.xlsx", sheet="Far")
    data = read(far, "f.xlsx")
    assert data.frame["a"].tolist() == [1, 2]
    assert workbook.shared().pid is not None


def test_a_workbook_with_too_many_columns():
    refused(xlsx(S=sheet_of([[f"c{at}" for at in range(400)], [1] * 400])), "has 400 columns; at most 300", "f.xlsx")


def test_an_open_document():
    data = read(ods([["name", "x"], ["Ann", 1.5], ["Bob", 2.0]]), "f.ods")
    assert data.frame["x"].tolist() == [1.5, 2]


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600), "is locked with a password"),
        (OLE + bytes(2_000), "is a damaged workbook"),
        (zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workb"}), "is a damaged workbook"),
        (xlsx(S=sheet_of([["a"], [1]]))[:-40], "is a damaged zip archive or workbook"),
        (xlsx(S={}), "has no cell with anything in it"),
    ],
)
def test_workbooks_that_are_refused(content, says):
    refused(content, says, "f.xlsx")


# ------------------------------------------------------------------------------------------ Parquet and Stata


def as_parquet(table):
    buffer = io.BytesIO()
    pq.write_table(table if isinstance(table, pa.Table) else pa.table(table), buffer)
    return buffer.getvalue()


def test_parquet():
    table = pa.table(
        {
            "id": ["a", "b", "c"],
            "x": pa.array([1.5, None, float("nan")]),
            "n": pa.array([16777217, 2, 2], pa.int32()),
            "town": pa.array(["Ulm", "Ulm", "Bern"]).dictionary_encode(),
            "ok": [True, False, None],
            "d": pa.array([date(2024, 1, 31), None, date(2024, 2, 1)]),
            "price": pa.array([1, 2, 3], pa.decimal128(9, 2)),
        }
    )
    understood = understand(as_parquet(table), "f.parquet")
    assert [c.role for c in understood.columns] == ["id", "amount", "amount", "category", "flag", "date", "amount"]
    data = as_dataset(understood)
    assert data.frame["n"].tolist() == [16777217, 2, 2]
    assert data.frame["x"].isna().tolist() == [False, True, True]
    assert labels(data, "ok") == ["Yes", "No", "Missing"]
    assert data.frame["d"].iloc[0] == days("2024-01-31")[0]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (as_parquet({"a": [[1], [2]]}), "has lists or records in column a"),
        (as_parquet({"a": pa.array([], pa.int64())}), "has columns and no rows"),
        (as_parquet({f"c{at}": [1] for at in range(301)}), "has 301 columns"),
        (as_parquet({"a": [1]})[:-9], "is a Parquet file that is damaged"),
    ],
)
def test_parquet_that_is_refused(content, says):
    refused(content, says, "f.parquet")


def as_stata(frame, **options):
    buffer = io.BytesIO()
    frame.to_stata(buffer, write_index=False, **options)
    return buffer.getvalue()


def test_stata_with_repeated_labels():
    frame = pd.DataFrame({"income": [1.5, 2.5, None], "region": [1, 2, 3]})
    content = as_stata(
        frame,
        value_labels={"region": {1: "North", 2: "Other", 3: "Other"}},
        variable_labels={"income": "Yearly income"},
    )
    understood = understand(content, "f.dta")
    assert [(level.code, level.label) for level in understood.column("region").levels] == [
        (1, "North"),
        (2, "Other"),
        (3, "Other"),
    ]
    data = as_dataset(understood)
    assert data.codebook["income"].label == "Yearly income"
    assert data.frame["region"].tolist() == [1, 2, 3]


def test_damaged_stata():
    refused(as_stata(pd.DataFrame({"a": [1.5, 2]}))[:200], "is a Stata file that is damaged", "f.dta")


# ----------------------------------------------------------------------------------------------- other things


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"%PDF-1.7 ...", "is a PDF document"),
        (b"\x89PNG\r\n\x1a\n1234", "is a picture"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "is a web page or XML"),
        (b'[{"a": 1}]', "is JSON"),
        (b"SQLite format 3\0" + bytes(50), "is a database"),
        (b"$FL2@(#) SPSS DATA FILE", "is an SPSS file"),
        (b"\x01\x02\0\x03\0\0\x07abc", "is no text, Excel, Parquet or Stata file"),
        (b"a,b\n" + b"1,2\n" * 2_000 + b"\0\0,3\n", "holds zero bytes"),
    ],
)
def test_what_is_no_table(content, says):
    refused(content, says, "f.xls")


def test_what_is_no_file(tmp_path):
    with pytest.raises(DataError, match=r"^nowhere.csv cannot be read \(No such file or directory\)"):
        read(tmp_path / "nowhere.csv")
    with pytest.raises(DataError, match="is no file but a folder"):
        read(tmp_path)


@pytest.mark.parametrize("name", ["f.csv.gz", "f.xlsx"])
def test_what_does_not_fit_in_memory_is_laid_elsewhere_and_has_a_limit(name, monkeypatch):
    content = {
        "f.csv.gz": gzip.compress(text(PEOPLE)),
        "f.xlsx": xlsx(S=sheet_of([line.split(",") for line in PEOPLE.splitlines()])),
    }[name]
    for module in (packed, workbook):
        monkeypatch.setattr(module, "MOST_IN_MEMORY", 10)
    assert read(content, name).frame["age"].tolist() == [31, 45, 27]
    monkeypatch.setattr(workbook, "MAX_UNPACKED", 20)
    if name == "f.xlsx":
        refused(content, "sheet S, has more than 0 MB of text: leave out rows or columns.", name)
