"""Tables that people bring: two known ones as they come from their makers, and what a screen asks of the reading."""

import io
import json

import duckdb
import numpy as np
import pandas as pd
import pytest
from paths import REAL

from lib.errors import DataError
from lib.sources.table import again, as_dataset, needs_reading, read, understand
from lib.subjects import PLAIN, subject_of
from lib.tables.own import delimited
from lib.tables.own.limits import MAX_BYTES, MAX_CELL, MAX_COLUMNS, MAX_ROWS, MAX_UNPACKED
from lib.work.progress import Cancelled
from tests.sources.workbooks import sheet_of, xlsx

SHOP = "id,town,spent,member\n" + "".join(
    f"C{at:04d},{('Ulm', 'Bern', 'Graz')[at % 3]},{at}.5,{('yes', 'no')[at % 2]}\n" for at in range(240)
)


def real(name):
    if not (REAL / name).exists():
        pytest.skip(f"needs the real file {name} in ../shared/data")
    return REAL / name


# ----------------------------------------------------------------------------------------------- known tables


@pytest.fixture(scope="module")
def cards():
    return understand(real("CC GENERAL.csv"))


@pytest.fixture(scope="module")
def loans():
    return understand(real("loan_approval_dataset.csv"))


@pytest.mark.real
def test_cards_have_ids_and_17_amounts(cards):
    data = as_dataset(cards)
    own = data.codebook.restricted_to(data.columns[:18])  # what the subject makes of them stands behind them
    assert (len(data), data.subject.key) == (8950, "cards")
    assert data.id == "CUST_ID"
    assert data.ids[0] == "C10001"
    assert len(own.amounts()) == 17
    assert own.categories() == []
    assert (data.weight, data.implicates, data.sampled) == (None, 1, 8950)


@pytest.mark.real
def test_what_somebody_calls_a_column_goes_before_what_its_kind_calls_it(cards):
    labels = as_dataset(cards, {"columns": {"BALANCE": {"label": "Owed"}}}).codebook
    assert (labels.label("BALANCE"), labels.label("PURCHASES")) == ("Owed", "Purchases")


@pytest.mark.real
def test_cards_have_314_blanks_and_no_misfits(cards):
    blanks = as_dataset(cards).frame.iloc[:, :18].isna().sum()
    assert blanks[blanks > 0].to_dict() == {"CREDIT_LIMIT": 1, "MINIMUM_PAYMENTS": 313}
    assert [c.misfit_count for c in cards.columns] == [0] * 18
    assert cards.column("MINIMUM_PAYMENTS").missing == pytest.approx(313 / 8950)


@pytest.mark.real
def test_amounts_of_cards_are_those_of_the_file(cards):
    data = as_dataset(cards)
    expected = np.genfromtxt(real("CC GENERAL.csv"), delimiter=",", skip_header=1, usecols=range(1, 18))
    assert np.array_equal(data.frame.iloc[:, 1:18].to_numpy(dtype=float), expected, equal_nan=True)


@pytest.mark.real
def test_loans_have_names_and_values_without_space(loans):
    data = as_dataset(loans)
    assert (len(data), data.subject.key) == (4269, "loans")
    assert data.columns[:13] == [
        *("loan_id", "no_of_dependents", "education", "self_employed", "income_annum", "loan_amount", "loan_term"),
        *("cibil_score", "residential_assets_value", "commercial_assets_value", "luxury_assets_value"),
        *("bank_asset_value", "loan_status"),
    ]
    assert (data.id, data.ids[-1]) == ("loan_id", 4269)
    assert [level.text for level in loans.column("education").levels] == ["Graduate", "Not Graduate"]


@pytest.mark.real
def test_loans_have_two_categories_and_a_flag(loans):
    data = as_dataset(loans)
    assert data.codebook.categories()[:3] == ["education", "self_employed", "loan_status"]
    assert (loans.column("self_employed").role, loans.column("loan_status").role) == ("flag", "category")
    assert dict(data.codebook["self_employed"].values) == {0: "No", 1: "Yes"}
    status = data.frame["loan_status"].map(data.codebook["loan_status"].values)
    good = data.frame["cibil_score"] >= 550
    assert [int((status[good] == word).sum()) for word in ("Approved", "Rejected")] == [2471, 13]


@pytest.mark.real
def test_28_residential_values_are_negative_and_stay(loans):
    assert (as_dataset(loans).frame["residential_assets_value"] < 0).sum() == 28


@pytest.mark.real
def test_the_survey_is_a_table_too():
    """A file of 29 thousand rows and some 350 columns is more than is read, and is told so."""
    with pytest.raises(DataError, match="columns; at most 300 are read"):
        read(real("SCFP2019.csv.gz"))


# ------------------------------------------------------------------------------------------- what a screen asks


def test_the_first_hundred_rows_are_shown_as_they_are():
    understood = understand(SHOP.encode(), "shop.csv")
    assert len(understood.preview) == 100
    assert understood.preview[0] == ("C0000", "Ulm", "0.5", "yes")
    assert understood.preview_rows[:2] == (2, 3)


def test_a_file_may_be_a_path_bytes_or_an_open_file(tmp_path):
    path = tmp_path / "shop.csv"
    path.write_text(SHOP)
    with path.open("rb") as file:
        prints = {
            read(one, "shop.csv").fingerprint
            for one in (path, str(path), SHOP.encode(), io.BytesIO(SHOP.encode()), file)
        }
    assert len(prints) == 1
    assert read(path).name == "shop"


def test_the_fingerprint_is_of_content_and_choices():
    plain = read(SHOP.encode(), "shop.csv")
    left_out = {"columns": {"town": {"role": "leave out"}}}
    others = [
        read(SHOP.replace("Ulm", "Aix").encode(), "shop.csv"),
        read(SHOP.encode(), "shop.csv", choices=left_out),
        read(SHOP.encode(), "shop.csv", choices={"header": False}),
    ]
    assert read(SHOP.encode(), "other.csv").fingerprint == plain.fingerprint
    assert len({plain.fingerprint, *(data.fingerprint for data in others)}) == 4
    assert read(SHOP.encode(), "shop.csv", choices=left_out).columns == ["id", "spent", "member"]


def test_choices_are_what_json_holds_and_come_back():
    choices = {"delimiter": ",", "columns": {"town": {"label": "Home town", "levels": {"Ulm": "Ulm (D)"}}}}
    understood = understand(SHOP.encode(), "shop.csv", json.loads(json.dumps(choices)))
    assert understood.choices == choices
    data = as_dataset(understood)
    assert data.codebook["town"].label == "Home town"
    assert list(data.codebook["town"].values.values()) == ["Bern", "Graz", "Ulm (D)"]


def test_choices_about_columns_need_no_second_reading():
    understood = understand(SHOP.encode(), "shop.csv")
    choices = {"columns": {"member": {"role": "text"}, "spent": {"role": "category"}}}
    assert not needs_reading(understood, choices)
    with pytest.raises(DataError, match=r"column spent, has 240 different values; a category has at most 100"):
        again(understood, choices)
    assert as_dataset(understood, {"columns": {"member": {"role": "text"}}}).frame["member"].tolist()[:2] == [
        "yes",
        "no",
    ]
    assert needs_reading(understood, {"delimiter": ";"})
    with pytest.raises(ValueError, match="call understand"):
        again(understood, {"delimiter": ";"})


@pytest.mark.parametrize(
    ("choices", "says"),
    [
        ({"columns": {"city": {"role": "text"}}}, "column city, is not in the table"),
        ({"columns": {"town": {"role": "colour"}}}, "column town, cannot be colour: choose one of id, weight"),
        ({"columns": {"town": {"size": 1}}}, "column town, cannot be given size"),
        ({"columns": {"town": {"decimal": "x"}}}, "cannot have these marks"),
        ({"columns": {"town": {"decimal": ",", "thousands": ","}}}, "one mark for decimals and thousands"),
        ({"columns": {"town": {"dates": "noon"}}}, "cannot have dates noon"),
        ({"columns": {"town": {"role": "id"}}}, "column town, says Ulm on rows 2 and 5: bring one row for each"),
        ({"columns": {"town": {"role": "flag"}}}, "has 3 different values and no yes and no"),
        ({"columns": {"town": {"role": "weight"}}}, "column town, row 2, is no weight"),
        ({"columns": {"id": {"role": "id"}, "town": {"role": "id"}}}, "can have one column as id: choose id or town"),
        ({"columns": {name: {"role": "leave out"} for name in ("id", "town", "spent", "member")}}, "no column left"),
        ({"colour": "red"}, "cannot be given colour"),
        ({"delimiter": '"'}, "cannot be a delimiter"),
        ({"delimiter": "and then"}, "cannot be a delimiter"),
        ({"skip": -1}, "cannot have -1 lines above the table"),
        ({"skip": "all"}, "cannot have all lines above the table"),
        ({"skip": 1_000}, "cannot be made out as a table"),
        ({"header": "yes"}, "has names on its first row or not"),
        ({"quote": "quote"}, "cannot have quote as its quotation mark"),
        ({"columns": {"spent": {"currency": "1 EUR"}}}, "column spent, cannot have 1 EUR as its currency"),
        ({"columns": {"spent": {"currency": "florins"}}}, "column spent, cannot have florins as its currency"),
        ({"columns": {"spent": {"percent": "yes"}}}, "column spent, can be per cent or not"),
        ({"columns": {"spent": {"brackets": 1}}}, "column spent, can be in brackets where below zero or not"),
        ({"columns": {"spent": {"missing": "none"}}}, "column spent, can have at most 50 words for a missing value"),
        ({"columns": {"town": {"levels": ["Ulm"]}}}, "column town, can have a label for each of its categories"),
    ],
)
def test_choices_that_cannot_be_kept(choices, says):
    with pytest.raises(DataError) as error:
        read(SHOP.encode(), "shop.csv", choices=choices)
    assert says in str(error.value)
    assert "shop.csv" in str(error.value)


def test_ids_that_are_not_there():
    with pytest.raises(DataError, match=r"column id, row 3, names nobody"):
        read(b"id,x\nA,1\n,2\nC,3\n", "f.csv", choices={"columns": {"id": {"role": "id"}}})


def test_a_weight_is_told_by_its_name_and_said():
    data = read(b"who,weight,x\na,1.5,1\nb,1.5,2\nc,2,3\n", "f.csv")
    assert data.weight == "weight"
    assert data.weights().tolist() == [1.5, 1.5, 2]
    assert data.notes == ("Rows are weighted by weight.",)


def test_flags_are_one_for_yes():
    data = read(b"a,b,c,d\nno,1,Ja,T\nYES,0,Nein,F\nno,1,Ja,T\n".replace(b"YES", b"yes"), "f.csv")
    assert data.frame.to_numpy().tolist() == [[0, 1, 1, 1], [1, 0, 0, 0], [0, 1, 1, 1]]
    assert [data.codebook[name].unit for name in data.columns] == ["flag"] * 4
    assert data.codebook["c"].text(1) == "Ja"


def test_categories_are_in_the_order_of_their_words():
    rows = "".join(f"band {band},x\n" for band in (10, 2, 1, 10, 2, 1))
    levels = understand(f"band,y\n{rows}".encode(), "f.csv").column("band").levels
    assert [(level.code, level.text, level.count) for level in levels] == [
        (1, "band 1", 2),
        (2, "band 2", 2),
        (3, "band 10", 2),
    ]


def test_codes_chosen_as_a_category_keep_their_numbers():
    data = read(
        b"x,y\n5,1\n7,2\n5,3\n", "f.csv", choices={"columns": {"x": {"role": "category", "levels": {"5": "Five"}}}}
    )
    assert data.frame["x"].tolist() == [5, 7, 5]
    assert dict(data.codebook["x"].values) == {5: "Five", 7: "7"}


def test_long_codes_with_labels_are_written_out():
    content = io.BytesIO()
    pd.DataFrame({"code": [1234567, 7654321, 1234567]}).to_stata(
        content, write_index=False, value_labels={"code": {1234567: "Ulm", 7654321: "7654321"}}
    )
    levels = understand(content.getvalue(), "f.dta").column("code").levels
    assert [(level.code, level.text, level.label) for level in levels] == [
        (1234567, "1234567", "Ulm"),
        (7654321, "7654321", "7654321"),
    ]


def test_a_table_that_nobody_knows_is_plain():
    assert subject_of(["a"]) is PLAIN
    assert read(SHOP.encode(), "shop.csv").subject is PLAIN


def test_a_workbook_can_be_given_up():
    def stop(_share, _words):
        raise Cancelled

    book = xlsx(S=sheet_of([["a"], [1]]))
    with pytest.raises(Cancelled):
        understand(book, "f.xlsx", progress=stop)
    assert len(read(book, "f.xlsx")) == 1


# ------------------------------------------------------------------------------------------------------ limits


def test_the_limits_are_those_that_are_stated():
    assert (MAX_BYTES, MAX_UNPACKED) == (200 * 2**20, 2**30)
    assert (MAX_ROWS, MAX_COLUMNS, MAX_CELL) == (2_000_000, 300, 32_767)


def test_a_million_rows():
    rows = np.char.add(np.char.add(np.arange(1_000_000).astype(str), ","), (np.arange(1_000_000) % 7 / 2).astype(str))
    data = read(("id,x\n" + "\n".join(rows.tolist())).encode(), "f.csv")
    assert len(data) == 1_000_000
    assert data.id == "id"
    assert data.frame["x"].sum() == pytest.approx((np.arange(1_000_000) % 7 / 2).sum())


def test_nothing_is_left_on_disk(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    read(SHOP.encode(), "shop.csv")
    read(xlsx(S=sheet_of([["a"], [1]])), "f.xlsx")
    with pytest.raises(DataError):
        read(b"a,b\n", "f.csv")
    assert list(tmp_path.iterdir()) == []


def test_the_database_sees_one_file_and_nothing_else(tmp_path):
    mine, other = tmp_path / "mine.csv", tmp_path / "other.csv"
    mine.write_text("a\n1\n")
    other.write_text("a\n2\n")
    with delimited._database(mine) as database:
        assert database.execute("SELECT a FROM read_csv(?)", [str(mine)]).fetchall() == [(1,)]
        for question in (
            f"SELECT * FROM read_csv('{other}')",
            f"SELECT * FROM read_text('{tmp_path}/*.csv')",
            f"COPY (SELECT 1) TO '{tmp_path}/new.csv'",
            f"ATTACH '{tmp_path}/new.db'",
            "SET enable_external_access=true",
            "SET threads=4",
            "INSTALL httpfs",
            "LOAD httpfs",
        ):
            with pytest.raises(duckdb.Error):
                database.execute(question).fetchall()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.csv", "other.csv"]


def test_lines_that_the_reader_loses_in_silence_are_noticed(monkeypatch):
    """As it did with an option that reads in one thread: the rest of the file after an open quotation mark."""
    monkeypatch.setattr(delimited, "_broken", lambda *_: ((), [], 0))
    with pytest.raises(DataError, match=r"has 3 lines that cannot be read"):
        read(b'id,said,x\n1,a,5\n2,"open,6\n3,c,7\n4,d,8\n', "f.csv")


def test_a_value_of_any_column_can_be_said():
    data = read(b"id,note,day,x\nA,some words,2024-01-31,1.5\nB,others,2024-02-01,2\n", "f.csv")
    said = [data.codebook[name].text(data.frame[name].iloc[0]) for name in ("id", "note", "x")]
    assert said == ["A", "some words", "1.50"]


def test_columns_without_another_choice_are_not_understood_again():
    text = b"customer,town,spent\n" + b"".join(b"K%d,%s,%d.5\n" % (n, (b"Ulm", b"Bonn")[n % 2], n) for n in range(50))
    first = understand(text, "shop.csv")
    second = again(first, {"columns": {"town": {"label": "Place"}}})
    assert [one is other for one, other in zip(first.made, second.made, strict=True)] == [True, False, True]
    assert [column.label for column in second.columns] == ["customer", "Place", "spent"]
    # an id that is one no more leaves the role to another column
    third = again(second, {"columns": {"town": {"label": "Place"}, "customer": {"role": "text"}}})
    assert [column.role for column in third.columns] == ["text", "category", "amount"]


def test_reading_says_how_far_it_is_and_can_be_stopped():
    text = b"a,b\n" + b"1,2\n3,4\n" * 100
    said = []
    understand(text, "two.csv", progress=lambda share, words: said.append((share, words)))
    shares = [share for share, _ in said]
    assert shares == sorted(shares)
    assert said[0][1] == "Reading the file"
    assert said[-1][1] == "Understanding column 2 of 2"

    def stop(share, words):
        if "column" in words:
            raise Cancelled

    with pytest.raises(Cancelled):
        understand(text, "two.csv", progress=stop)
