"""What was understood of a table is changed on the page, and what follows is seen at once."""

import pytest

from lib.sources.table import edited
from lib.ui.scene import own
from tests.sources.awkward import AWKWARD, european, shop

PAGE = "pages/your_table.py"
HEADINGS = (edited.COLUMN, edited.ROLE, edited.LABEL, edited.NUMBERS, edited.MISFITS, edited.READ)


def columns(at):
    """The table of columns, by name of the column."""
    table = next(one.value for one in at.data_editor if edited.ROLE in one.value)
    return table.set_index(edited.COLUMN).to_dict("index")


def change(at, column, **cells):
    """Change cells in the row of a column, as a person does."""
    editor = next(one for one in at.data_editor if edited.ROLE in one.value)
    row = editor.value[edited.COLUMN].tolist().index(column)
    at.session_state[editor.key] = {
        "edited_rows": {row: {getattr(edited, key): value for key, value in cells.items()}},
        "added_rows": [],
        "deleted_rows": [],
    }
    at.run()
    assert not at.exception


def captions(at):
    return " ".join(caption.value for caption in at.main.caption)


EUROPEAN = shop(";", lambda value: f"{european(value)} EUR").encode()


def test_every_column_has_one_row_that_says_how_it_is_read(brought):
    at = brought("shop.csv", EUROPEAN)
    assert list(columns(at)) == ["name", "spent", "visits", "town"]
    spent = columns(at)["spent"]
    assert (spent[edited.ROLE], spent[edited.NUMBERS], spent[edited.CURRENCY]) == ("amount", "1.200,50", "EUR")
    assert spent[edited.READ] == "1.200,50 EUR → 1,200.50"


def test_numbers_are_read_otherwise_and_what_does_not_fit_is_told(brought):
    at = brought("shop.csv", EUROPEAN)
    change(at, "spent", NUMBERS="1,200.50")
    assert columns(at)["spent"][edited.MISFITS] == 40
    assert "spent: 40 cells do not fit, 0 before." in captions(at)
    change(at, "spent", NUMBERS=None)
    assert columns(at)["spent"][edited.MISFITS] == 0
    assert "spent: every cell fits, 40 before." in captions(at)
    at.run()
    assert "before." not in captions(at)


def test_what_is_ticked_for_one_column_is_said_of_no_other(brought):
    at = brought("shop.csv", EUROPEAN)
    change(at, "spent", PERCENT=True)
    assert at.session_state[own.CHOICES]["columns"] == {"spent": {"percent": True}}
    assert columns(at)["spent"][edited.MISFITS] == 40
    change(at, "spent", WORDS=["7.208,00 EUR"])
    assert set(at.session_state[own.CHOICES]["columns"]) == {"spent"}
    assert columns(at)["spent"][edited.MISFITS] == 39


def test_labels_and_roles_go_with_the_table(brought):
    at = brought("shop.csv", EUROPEAN)
    change(at, "spent", LABEL="Money *spent*", CURRENCY="EUR")
    change(at, "town", ROLE="text")
    at.button(key="use_own").click().run()
    data = own.find(at.selectbox(key="data").value)
    assert data.codebook["spent"].label == "Money *spent*"
    assert data.frame["town"].tolist()[:2] == ["Köln", "Bern"]
    assert dict(at.query_params) == {}


def test_what_does_not_fit_is_taken_back_with_a_sentence(brought):
    at = brought("shop.csv", EUROPEAN)
    change(at, "visits", ROLE="flag")
    assert len(at.error) == 1
    assert "column visits" in at.error[0].value
    assert columns(at)["visits"][edited.ROLE] == "amount"
    assert "before." not in captions(at)
    at.run()
    assert not at.error
    change(at, "visits", ROLE="leave out")
    assert columns(at)["visits"][edited.ROLE] == "leave out"


def test_a_column_is_looked_at_closely_and_its_categories_are_named(brought):
    at = brought("shop.csv", EUROPEAN)
    at.selectbox(key="own_column").set_value("town").run()
    beside = next(one.value for one in at.dataframe if edited.WRITTEN in one.value and edited.READ in one.value)
    assert beside[edited.READ].tolist()[:3] == ["Köln", "Bern", "Ulm"]
    editor = next(one for one in at.data_editor if edited.ROLE not in one.value)
    assert editor.value[edited.LABEL].tolist() == ["Bern", "Köln", "Ulm"]
    at.session_state[editor.key] = {
        "edited_rows": {1: {edited.LABEL: "Cologne"}},
        "added_rows": [],
        "deleted_rows": [],
    }
    at.run()
    assert not at.exception
    beside = next(one.value for one in at.dataframe if edited.WRITTEN in one.value and edited.READ in one.value)
    assert beside[edited.READ].tolist()[:3] == ["Cologne", "Bern", "Ulm"]
    change(at, "spent", LABEL="Money")
    at.button(key="use_own").click().run()
    data = own.find(at.selectbox(key="data").value)
    assert [data.codebook["town"].text(code) for code in (1, 2)] == ["Bern", "Cologne"]


def test_the_first_row_and_lines_above_can_be_said(brought):
    at = brought("shop.csv", EUROPEAN)
    assert at.selectbox(key="own_header").options[0] == "As found: names of columns"
    at.selectbox(key="own_header").set_value(False).run()
    assert list(columns(at)) == ["Column 1", "Column 2", "Column 3", "Column 4"]
    at.selectbox(key="own_header").set_value("").run()
    at.number_input(key="own_skip").set_value(1).run()
    assert list(columns(at)) == ["Column 1", "Column 2", "Column 3", "Column 4"]
    at.number_input(key="own_skip").set_value(None).run()
    assert list(columns(at)) == ["name", "spent", "visits", "town"]


def test_a_file_that_could_not_be_read_can_be_read_otherwise(brought):
    at = brought("shop.csv", AWKWARD["a quotation mark never closed"].make())
    assert "never closed" in at.error[0].value
    at.selectbox(key="own_quote").set_value("none").run()
    assert not at.exception
    assert not at.error
    assert any("40 rows, 4 columns" in m.value for m in at.main.markdown)
    assert at.selectbox(key="own_quote").value == "none"


def test_choices_are_of_one_file(brought):
    at = brought("shop.csv", EUROPEAN)
    at.selectbox(key="own_header").set_value(False).run()
    change(at, "Column 2", LABEL="Money")
    at.file_uploader[0].upload("other.csv", EUROPEAN.replace(b"40", b"41"), "text/csv").run()
    assert list(columns(at)) == ["name", "spent", "visits", "town"]


@pytest.mark.parametrize(("name", "controls"), [("shop.csv", 4), ("shop.xlsx", 0)])
def test_only_of_text_there_is_something_to_choose_where_nothing_was_read(brought, name, controls):
    at = brought(name, b"PK\x03\x04 and no more")
    assert len(at.error) == 1
    assert len([box for box in at.main.selectbox if box.key.startswith("own_")]) == controls
