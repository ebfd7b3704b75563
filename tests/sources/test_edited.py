"""What was understood of columns as a table that somebody changes, and the choices that follow."""

import pandas as pd
import pytest

from lib.errors import DataError
from lib.sources.table import again, as_dataset, edited, understand
from lib.tables.cells import on_screen
from tests.sources.awkward import SPENT, parquet

CONTENT = (
    "who;spent;share;joined;town;back\n"
    "Ann;1.200,50 EUR;12 %;31.01.2024;U;(5)\n"
    "Bob;-3,25 EUR;7 %;01.02.2024;V;7\n"
    "Cid;unknown;NA;30.02.2024;U;8\n"
    "Dan;7 EUR;5 %;05.02.2024;U;9\n"
    "Eve;8 EUR;5 %;05.02.2024;V;10\n"
    "Fay;9 EUR;5 %;05.02.2024;V;11\n"
)


@pytest.fixture
def understood():
    return understand(CONTENT.encode(), "f.csv")


def changed(understood, column, **cells):
    """The same with cells of one column's row changed, by their headings."""
    rows = edited.as_rows(understood)
    at = rows.index[rows[edited.COLUMN] == column][0]
    for key, value in cells.items():
        rows.at[at, getattr(edited, key)] = value  # noqa: PD008 - it may be a list
    return again(understood, {"columns": edited.chosen_by(understood, rows)})


def row(understood, column):
    return next(one for one in edited.as_rows(understood).to_dict("records") if one[edited.COLUMN] == column)


@pytest.mark.parametrize(
    ("column", "role", "read", "like"),
    [
        ("who", "id", "Ann → Ann", None),
        ("spent", "amount", "1.200,50 EUR → 1,200.50", "1.200,50"),
        ("share", "amount", "12 % → 0.12", "1200,50"),
        ("joined", "date", "31.01.2024 → 2024-01-31", None),
        ("town", "category", "U → U", None),
        ("back", "amount", "(5) → -5", "1200,50"),
    ],
)
def test_every_column_has_a_row(understood, column, role, read, like):
    found = row(understood, column)
    assert (found[edited.ROLE], found[edited.READ]) == (role, read)
    assert pd.isna(found[edited.NUMBERS]) if like is None else found[edited.NUMBERS] == like
    assert pd.isna(found[edited.CURRENCY]) == (role != "amount")


def test_nothing_changed_is_nothing_chosen(understood):
    assert edited.chosen_by(understood, edited.as_rows(understood)) == {}


def test_what_keeps_a_table_on_the_screen_from_starting_formulas_is_nothing_chosen():
    choices = {"columns": {"=SUM(A1)": {"missing": ["-", "=x"]}}}
    understood = understand(b"=SUM(A1),b\n+up,1\n@down,2\n-,3\n+up,4\n@down,5\n", "f.csv", choices)
    rows = on_screen(edited.as_rows(understood))
    assert rows[edited.WORDS].iloc[0] == ["\u2060-", "\u2060=x"]
    assert not rows[edited.LABEL].iloc[0].startswith("=")
    assert edited.chosen_by(understood, rows) == choices["columns"]
    rows.loc[0, edited.LABEL] += "!"
    assert edited.chosen_by(understood, rows)["=SUM(A1)"]["label"] == "=SUM(A1)!"
    levels = on_screen(edited.levels_of(understood, "=SUM(A1)"))
    assert edited.relabelled_by(understood, "=SUM(A1)", levels) == choices["columns"]


def test_numbers_are_read_as_one_of_the_examples_says(understood):
    otherwise = changed(understood, "spent", NUMBERS="1,200.50")
    assert otherwise.choices == {"columns": {"spent": {"decimal": ".", "thousands": ","}}}
    assert [(one.row, one.text) for one in otherwise.column("spent").misfits] == [
        (2, "1.200,50 EUR"),
        (3, "-3,25 EUR"),
        (4, "unknown"),
    ]
    assert row(otherwise, "spent")[edited.READ] == "7 EUR → 7"
    assert changed(otherwise, "spent", NUMBERS=None).choices == {"columns": {}}


@pytest.mark.parametrize("example", edited.NUMBERS_LIKE)
def test_every_example_is_read_as_what_it_says(example):
    content = f"who\tx\nAnn\t{example}\nBob\t{example}\n".encode()
    decimal, thousands = edited.NUMBERS_LIKE[example]
    choices = {"columns": {"x": {"role": "amount", "decimal": decimal, "thousands": thousands}}}
    assert as_dataset(understand(content, "f.csv", choices)).frame["x"].tolist() == [1200.5, 1200.5]


def test_a_currency_a_per_cent_and_brackets_can_be_said_and_taken_away(understood):
    assert changed(understood, "spent", CURRENCY="").column("spent").misfit_count == 6
    dollars = changed(understood, "spent", CURRENCY=" US$ ")
    assert dollars.choices["columns"]["spent"] == {"currency": "US$"}
    assert changed(understood, "share", PERCENT=False).column("share").misfit_count == 5
    assert changed(understood, "back", BRACKETS=False).column("back").misfits[0].text == "(5)"


def test_words_for_missing_are_the_columns_own(understood):
    assert row(understood, "share")[edited.WORDS] == ["NA"]
    told = changed(understood, "spent", WORDS=["unknown", " "])
    assert told.choices["columns"]["spent"] == {"missing": ["unknown"]}
    assert (told.column("spent").misfit_count, told.column("spent").marks) == (0, (("unknown", 1),))
    assert row(told, "spent")[edited.WORDS] == ["unknown"]
    assert [one.text for one in changed(understood, "share", WORDS=[]).column("share").misfits] == ["NA"]


def test_the_order_of_dates_can_be_said(understood):
    assert understood.column("joined").misfits[0].text == "30.02.2024"
    otherwise = changed(understood, "joined", DATES="month first")
    assert row(otherwise, "joined")[edited.READ] == "01.02.2024 → 2024-01-02"


def test_who_says_how_numbers_or_dates_are_written_has_said_what_the_column_is(understood):
    of_numbers = changed(understood, "joined", NUMBERS="1200.50")
    assert of_numbers.column("joined").role == "amount"
    assert changed(of_numbers, "joined", DATES="day first").column("joined").role == "date"
    as_said = changed(understood, "joined", NUMBERS="1200.50", ROLE="text")
    assert as_said.column("joined").role == "text"


def test_categories_have_labels_that_can_be_changed_and_cleared(understood):
    levels = edited.levels_of(understood, "town")
    assert levels.to_dict("list") == {"In the file": ["U", "V"], "Label": ["U", "V"], "Rows": [3, 3]}
    levels[edited.LABEL] = ["Ulm", "V"]
    named = again(understood, {"columns": edited.relabelled_by(understood, "town", levels)})
    assert named.choices["columns"] == {"town": {"levels": {"U": "Ulm"}}}
    assert edited.read_beside(named, "town")[edited.READ].tolist()[:2] == ["Ulm", "V"]
    cleared = edited.levels_of(named, "town")
    cleared[edited.LABEL] = [None, "V"]
    assert edited.relabelled_by(named, "town", cleared) == {}
    assert edited.levels_of(understood, "spent").empty


def test_cells_stand_beside_what_is_read(understood):
    beside = edited.read_beside(understood, "joined")
    assert beside.head(3).to_dict("list") == {
        "Row": [2, 3, 4],
        "In the file": ["31.01.2024", "01.02.2024", "30.02.2024"],
        "Read as": ["2024-01-31", "2024-02-01", "does not fit"],
    }
    assert edited.read_beside(understood, "share")[edited.READ].tolist()[2] == "missing"
    gone = changed(understood, "joined", ROLE="leave out")
    assert set(edited.read_beside(gone, "joined")[edited.READ]) == {"left out"}


def test_numbers_of_a_file_with_types_have_no_marks_to_choose():
    typed = understand(parquet(spent=SPENT), "f.parquet")
    assert changed(typed, "spent", CURRENCY="€").column("spent").numbers.currency == "€"
    with pytest.raises(DataError, match="holds numbers in the file already"):
        changed(typed, "spent", NUMBERS="1.200,50")
