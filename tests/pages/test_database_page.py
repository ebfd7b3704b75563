"""Bringing a table from a database, run through AppTest with a real PostgreSQL: from a SELECT to the columns and on."""

import sqlite3

import pandas as pd
import pytest
from postgresql import is_soon
from streamlit.testing.v1 import AppTest

from lib.ui.run.background import background
from lib.ui.scene import own

PAGE = "pages/your_table.py"
TABLE, SELECT = "A table or view", "A SELECT of my own"


@pytest.fixture(scope="session")
def loans(postgresql):
    """The address of a role that reads one table of 300 rows."""
    postgresql.run(
        "CREATE ROLE analyst LOGIN PASSWORD 'hunter2'",
        "CREATE TABLE loans AS SELECT 'L' || i AS loan, (i * 37 % 900 + 0.5)::numeric(8, 2) AS amount, "
        "i % 12 + 1 AS months, (ARRAY['Ulm', 'Bonn', 'Köln'])[i % 3 + 1] AS town FROM generate_series(1, 300) AS i",
        'CREATE TABLE "![x](http://there)" AS SELECT 1 AS one, \'\\x00\'::bytea AS "![y](http://there)"',
        'GRANT SELECT ON loans, "![x](http://there)" TO analyst',
    )
    return postgresql.url("analyst", "hunter2")


@pytest.fixture
def page(app, loans):
    """Opens the page where secrets name the database."""

    def open_page(**secrets):
        at = app()
        at.secrets["connections"] = {"bank": {"url": loans}, **secrets}
        at.switch_page(PAGE).run()
        assert not at.exception
        return at

    yield open_page
    own.sweep(lambda _: True)


def read(at: AppTest, statement: str) -> AppTest:
    at.segmented_control(key="own_reading").set_value(SELECT).run()
    at.text_area(key="own_statement").set_value(statement).run()
    at.button(key="read_database").click().run()
    return at


def texts(at: AppTest) -> str:
    return "\n".join(element.value for kind in (at.markdown, at.caption, at.error, at.info) for element in kind)


def table_of_columns(at: AppTest) -> pd.DataFrame:
    return next(shown.value for shown in at.dataframe if "Used as" in shown.value)


def used_as(at: AppTest) -> list[str]:
    return list(table_of_columns(at)["Used as"])


def test_a_select_goes_to_the_columns_and_on_to_the_pages(page, settled):
    at = settled(read(page(), "SELECT * FROM loans WHERE months > 6"))
    assert "150 rows, 4 columns" in texts(at)
    columns = table_of_columns(at)
    assert dict(zip(columns["Column"], columns["Used as"], strict=True)) == {
        "loan": "id",
        "amount": "amount",
        "months": "amount",
        "town": "category",
    }
    at.button(key="use_own").click().run()
    assert not at.exception
    assert [title.value for title in at.title] == ["Explore this table"]
    assert own.DATABASE not in at.session_state
    at.switch_page("pages/two_features.py").run()
    assert any("**4 segments**" in m.value for m in at.main.markdown)
    # no word of it stands in the address
    assert dict(at.query_params) == {}


def test_a_table_is_picked_from_the_list(page, settled):
    at = page()
    at.segmented_control(key="own_reading").set_value(TABLE).run()
    settled(at)
    assert at.selectbox(key="own_relation").options == ["![x](http://there)", "loans"]
    at.selectbox(key="own_relation").select_index(1).run()
    at.button(key="read_database").click().run()
    settled(at)
    assert "**loans**: 300 rows, 4 columns" in texts(at)


def test_a_choice_about_a_column_is_followed(page, settled):
    at = settled(read(page(), "SELECT * FROM loans"))
    at.session_state[own.CHOICES]["columns"] = {"months": {"role": "category"}}
    at.run()
    assert used_as(at) == ["id", "amount", "category", "category"]
    settled(read(at, "SELECT months FROM loans"))
    assert used_as(at) == ["amount"]


def test_a_choice_that_does_not_fit_is_taken_back(page, settled):
    at = settled(read(page(), "SELECT * FROM loans"))
    at.session_state[own.CHOICES]["columns"] = {"months": {"role": "king"}}
    at.run()
    assert len(at.error) == 1
    assert used_as(at) == ["id", "amount", "amount", "category"]
    assert not at.run().error


def test_what_the_database_says_is_one_sentence(page, settled):
    at = settled(read(page(), "SELECT nothing FROM loans"))
    assert len(at.error) == 1
    assert "does not take the statement" in at.error[0].value
    settled(read(at, "SELECT * FROM loans"))
    assert not at.error
    assert "300 rows" in texts(at)


def test_an_answer_takes_the_place_of_a_file_and_a_file_of_an_answer(page, settled):
    at = page()
    at.file_uploader[0].upload("pairs.csv", b"a;b\n1;2\n3;4\n", "text/csv").run()
    assert "2 rows, 2 columns" in texts(at)
    settled(read(at, "SELECT * FROM loans"))
    assert "300 rows, 4 columns" in texts(at)
    at.file_uploader[0].upload("pairs.csv", b"a;b\n1;2\n3;4\n", "text/csv").run()
    assert "2 rows, 2 columns" in texts(at)
    assert "2 rows, 2 columns" in texts(at.run())


def test_marks_in_names_are_text(page, settled):
    at = settled(read(page(), 'SELECT * FROM "![x](http://there)"'))
    assert "1 row, " in texts(at)
    settled(read(at, 'SELECT "![z](http://there)" FROM loans'))
    assert "![" not in texts(at)


def test_a_statement_can_be_stopped_and_done_after_all(page, postgresql):
    at = read(page(), "SELECT months, pg_sleep(600)::text AS s FROM loans")
    assert is_soon(lambda: postgresql.working("analyst"))
    at.button(key="stop_database").click().run()
    assert "Stopped." in texts(at)
    assert background().wait(timeout=30)
    assert is_soon(lambda: not postgresql.working("analyst"))
    assert at.button(key="again_database")


def test_a_wrong_password_is_said_without_it(page, settled, postgresql):
    at = page(bank={"url": postgresql.url("analyst", "hunter3")})
    at.segmented_control(key="own_reading").set_value(TABLE).run()
    settled(at)
    assert len(at.error) == 1
    assert not any(secret in texts(at) for secret in ("hunter", "analyst", "127", str(postgresql.port)))
    at.button(key="list_tables").click().run()
    settled(at)
    assert len(at.error) == 1


def test_a_database_without_tables_is_said(page, settled, postgresql):
    postgresql.run("CREATE DATABASE nothing")
    at = page(bank={"url": postgresql.url(database="nothing")})
    at.segmented_control(key="own_reading").set_value(TABLE).run()
    settled(at)
    assert at.selectbox(key="own_relation").placeholder == "None that may be read"
    assert not any(button.key == "read_database" for button in at.button)


def test_the_answer_is_its_sessions_alone(page, settled):
    """Two ask the same; neither finds the other's answer, nor the work that makes it."""
    first, second = page(), page()
    settled(read(first, "SELECT * FROM loans"))
    assert own.DESK not in second.session_state
    settled(read(second, "SELECT * FROM loans"))
    one, other = first.session_state[own.DESK], second.session_state[own.DESK]
    assert one.file != other.file
    assert one.understood is not other.understood


def test_sqlite_is_a_database_too(page, settled, tmp_path):
    with sqlite3.connect(tmp_path / "shop.db") as file:
        file.execute("CREATE TABLE visits AS SELECT 1 AS a, 'x' AS b UNION SELECT 2, 'y'")
    file.close()
    at = page(shop={"url": f"sqlite:///{tmp_path / 'shop.db'}"})
    assert at.selectbox(key="own_connection").options == ["bank", "shop"]
    at.selectbox(key="own_connection").set_value("shop").run()
    settled(read(at, "SELECT * FROM visits"))
    assert "2 rows, 2 columns" in texts(at)


@pytest.mark.parametrize(
    "secrets", [{}, {"other": "x"}, {"connections": {"snow": {"account": "x"}}}], ids=["none", "others", "no url"]
)
def test_nothing_is_shown_where_no_database_is_named(app, secrets, caplog, capfd):
    at = app()
    at.secrets.update(secrets)
    at.switch_page(PAGE).run()
    assert not at.exception
    assert not any(box.key == "own_connection" for box in at.selectbox)
    assert not at.error
    assert "ecrets" not in caplog.text + "".join(capfd.readouterr())
