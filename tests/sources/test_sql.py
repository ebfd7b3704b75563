"""A table from a database: a real PostgreSQL, and files of SQLite. Who may read what is for the database to say."""

import datetime
import hashlib
import sqlite3
import threading
from dataclasses import replace
from urllib.parse import quote

import numpy as np
import psycopg
import pytest
from postgresql import is_soon

from lib.errors import DataError
from lib.sources import sql, table
from lib.sources.sql import Relation
from lib.tables.own import raw
from lib.work.progress import Cancelled

READER = "reader's"
"""Password of the role that may only read."""

SHOP = [
    ("K0001", 12.5, 3, "Ulm", "2024-01-31"),
    ("K0002", 99.0, 12, "Bonn", "2024-02-29"),
    ("K0003", None, 7, "Ulm", "2023-12-01"),
    ("K0004", 0.75, 1, "Bonn", "2022-06-15"),
] * 10
SHOP = [(f"K{at:04d}", *row[1:]) for at, row in enumerate(SHOP)]
NASTY_NAME = """o'Neill "the; DROP TABLE shop; --" é %s {x} :y"""

MAKE_SHOP = "CREATE TABLE {} (customer text, spent numeric(10,2), visits integer, town text, joined date)"


@pytest.fixture(scope="session")
def url(postgresql):
    """The address of a role that may only read, in a database with a shop."""
    nasty = sql.select_all(Relation("", NASTY_NAME, is_view=False)).removeprefix("SELECT * FROM ")
    postgresql.run(
        f"CREATE ROLE reader LOGIN PASSWORD '{READER.replace(chr(39), chr(39) * 2)}'",
        MAKE_SHOP.format("shop"),
        "CREATE VIEW regulars AS SELECT * FROM shop WHERE visits > 5",
        "CREATE SCHEMA back",
        'CREATE TABLE back."Shelf life" (days integer)',
        'INSERT INTO back."Shelf life" VALUES (3), (9)',
        f"CREATE TABLE {nasty} (one integer)",
        f"INSERT INTO {nasty} VALUES (1), (2)",
        "CREATE TABLE empty (one integer)",
        "CREATE TABLE closed (one integer)",
        "CREATE SCHEMA hidden",
        "CREATE TABLE hidden.secret (one integer)",
        "GRANT USAGE ON SCHEMA back TO reader",
        f'GRANT SELECT ON shop, regulars, empty, back."Shelf life", {nasty} TO reader',
    )
    with postgresql.connect() as connection:
        connection.cursor().executemany("INSERT INTO shop VALUES (%s, %s, %s, %s, %s)", SHOP)
    return postgresql.url("reader", READER)


@pytest.fixture(scope="session")
def file_url(tmp_path_factory):
    """The same as a file of SQLite, in a folder whose name means something in an address."""
    folder = tmp_path_factory.mktemp("sq") / "a%20b #c"
    folder.mkdir()
    nasty = sql.select_all(Relation("", NASTY_NAME, is_view=False)).removeprefix("SELECT * FROM ")
    with sqlite3.connect(folder / "shop.db") as file:
        file.execute(MAKE_SHOP.format("shop"))
        file.executemany("INSERT INTO shop VALUES (?, ?, ?, ?, ?)", SHOP)
        file.execute("CREATE VIEW regulars AS SELECT * FROM shop WHERE visits > 5")
        file.execute("CREATE TABLE empty (one integer)")
        file.execute(f"CREATE TABLE {nasty} (one integer)")
        file.execute(f"INSERT INTO {nasty} VALUES (1), (2)")
    file.close()
    return f"sqlite:///{quote(str(folder / 'shop.db'))}"


@pytest.fixture(params=["postgresql", "sqlite"])
def shop(request):
    """Connections to the shop, by each kind of database."""
    return {"shop": request.getfixturevalue("url" if request.param == "postgresql" else "file_url")}


def refusal(connections, statement, **more):
    with pytest.raises(DataError) as refused:
        sql.read(connections, next(iter(connections)), statement, **more)
    words = str(refused.value)
    assert "127.0.0.1" not in words
    assert "\n" not in words
    assert words.endswith(".")
    return words


def column(understood, name):
    return dict(zip((one.name for one in understood.columns), understood.raw.table.columns, strict=True))[name]


# The right figures


def test_a_table_goes_all_the_way(shop):
    understood = sql.read(shop, "shop", "SELECT * FROM shop ORDER BY customer", name="shop")
    data = table.as_dataset(understood)
    assert (data.name, len(data.frame), data.id) == ("shop", 40, "customer")
    assert data.frame["spent"].sum() == pytest.approx(10 * (12.5 + 99.0 + 0.75))
    assert data.frame["spent"].isna().sum() == 10
    assert data.frame["visits"].sum() == 10 * (3 + 12 + 7 + 1)
    assert list(data.codebook["town"].values.values()) == ["Bonn", "Ulm"]
    assert data.frame["joined"].iloc[0] == (datetime.date(2024, 1, 31) - datetime.date(1970, 1, 1)).days
    assert {one.name: one.role for one in understood.columns} == {
        "customer": "id",
        "spent": "amount",
        "visits": "amount",
        "town": "category",
        "joined": "date",
    }


def test_the_same_as_from_a_file(url, tmp_path):
    """A file of comma-separated values with the same cells is understood alike."""
    lines = ["customer,spent,visits,town,joined"]
    lines += [",".join("" if cell is None else str(cell) for cell in row) for row in SHOP]
    of_file = table.as_dataset(table.understand("\n".join(lines).encode(), "shop.csv"))
    of_database = table.as_dataset(sql.read({"a": url}, "a", "SELECT * FROM shop ORDER BY customer", name="shop"))
    assert of_database.frame.astype(object).equals(of_file.frame.astype(object))
    assert of_database.codebook["town"] == of_file.codebook["town"]


def test_choices_about_columns_are_followed(shop):
    choices = {"columns": {"visits": {"role": "category", "label": "Visits a year"}}}
    understood = sql.read(shop, "shop", "SELECT customer, visits FROM shop", choices=choices)
    assert understood.column("visits").role == "category"
    later = table.again(understood, {"columns": {"visits": {"role": "leave out"}}})
    assert list(table.as_dataset(later).frame) == ["customer"]


def test_the_digest_is_of_connection_statement_and_content(postgresql, url):
    both = {"a": url, "b": url}
    postgresql.run(
        "CREATE TABLE moving (n integer)", "INSERT INTO moving VALUES (1)", "GRANT SELECT ON moving TO reader"
    )
    statement = "SELECT n FROM moving"
    first = sql.read(both, "a", statement).digest
    assert sql.read(both, "a", statement).digest == first
    postgresql.run("UPDATE moving SET n = 2")
    assert len({first, sql.read(both, "a", statement).digest, sql.read(both, "b", statement).digest}) == 3
    assert sql.read(both, "a", statement + " ").digest != sql.read(both, "a", statement).digest
    assert len(first) == hashlib.sha256().digest_size * 2


def test_more_rows_than_come_at_once(shop):
    numbers = (
        "WITH RECURSIVE count(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count WHERE n < 12345) SELECT n FROM count"
    )
    seen = []
    understood = sql.read(shop, "shop", numbers, progress=lambda share, words: seen.append((share, words)))
    assert understood.rows == 12_345
    assert column(understood, "n").to_pylist() == list(range(1, 12_346))
    assert all(0 <= share <= 1 for share, _ in seen)


# Types


def test_types_of_postgresql(url):
    statement = """
        SELECT * FROM (VALUES
          (1::bigint, 1.5::numeric, 12345678901::numeric(12), 12345678901234567890::numeric(20), true, 'x'::char(3),
           '2024-02-29'::date, '2024-02-29 12:30:00.25+02'::timestamptz, '2024-02-29 23:59:59'::timestamp,
           '00000000-0000-0000-0000-000000000001'::uuid, '{"a": 1}'::jsonb, ARRAY[1, 2], 'abc'::bytea, 0.1::real,
           '1 day'::interval, '12:00'::time, NULL::integer),
          (NULL, 'NaN', NULL, NULL, NULL, NULL, '-infinity', 'infinity', '0044-03-15 BC', NULL, NULL, NULL, NULL, 'NaN',
           NULL, NULL, NULL)
        ) AS t(a, b, whole, code, yes, text, day, zoned, moment, uuid, json, list, bytes, real, span, clock, nothing)
    """
    understood = sql.read({"db": url}, "db", statement)
    first = {one.name: column(understood, one.name)[0].as_py() for one in understood.columns}
    assert first == {
        "a": 1,
        "b": 1.5,
        "whole": 12_345_678_901,
        "code": "12345678901234567890",
        "yes": True,
        "text": "x  ",
        "day": datetime.datetime(2024, 2, 29),
        "zoned": datetime.datetime(2024, 2, 29, 10, 30, 0, 250_000),
        "moment": datetime.datetime(2024, 2, 29, 23, 59, 59),
        "uuid": "00000000-0000-0000-0000-000000000001",
        "json": '{"a": 1}',
        "list": "{1,2}",
        "real": pytest.approx(0.1),
        "span": "1 day",
        "clock": "12:00:00",
        "nothing": None,
    }
    assert all(column(understood, name)[1].as_py() is None for name in first)
    assert understood.notes == (
        "Column day has no moment of our calendar on 1 row, which counts as missing.",
        "Column zoned has no moment of our calendar on 1 row, which counts as missing.",
        "Column moment has no moment of our calendar on 1 row, which counts as missing.",
        "Column json holds lists or records and is left as text.",
        "Column list holds lists or records and is left as text.",
        "Column bytes holds bytes and is left out.",
    )


def test_cells_of_sqlite_are_what_they_are(tmp_path):
    with sqlite3.connect(tmp_path / "x.db") as file:
        file.execute("CREATE TABLE t (whole, part, mixed, photo, [nothing])")
        file.executemany(
            "INSERT INTO t VALUES (?, ?, ?, ?, ?)",
            [(1, 1, 1, b"\x00", None), (2**53 + 1, 0.5, "two", None, None), (None, None, None, None, None)],
        )
    file.close()
    understood = sql.read({"db": f"sqlite:///{tmp_path / 'x.db'}"}, "db", "SELECT * FROM t")
    assert column(understood, "whole").to_pylist() == [1, 2**53 + 1, None]
    assert column(understood, "part").to_pylist() == [1.0, 0.5, None]
    assert column(understood, "mixed").to_pylist() == ["1", "two", None]
    assert column(understood, "nothing").null_count == 3
    assert understood.notes == ("Column photo holds bytes and is left out.",)


def test_columns_of_one_name_are_told_apart(shop):
    understood = sql.read(shop, "shop", "SELECT customer, visits AS n, visits + 1 AS n FROM shop")
    assert [one.name for one in understood.columns] == ["customer", "n", "n (2)"]


def test_cells_that_a_query_has_written_in_another_manner_are_text(url):
    statement = "SELECT set_config('DateStyle', 'German', false), date '2024-01-31' AS day FROM generate_series(1, 2)"
    assert column(sql.read({"db": url}, "db", statement), "day").to_pylist() == ["31.01.2024"] * 2


def test_text_that_is_not_utf8_is_said(postgresql, tmp_path):
    postgresql.run("CREATE DATABASE old ENCODING 'SQL_ASCII' TEMPLATE template0")
    replace(postgresql, database="old").run("CREATE TABLE t AS SELECT E'M\\xfcller'::text AS name")
    assert "not UTF-8" in refusal({"db": replace(postgresql, database="old").url()}, "SELECT * FROM t")
    with sqlite3.connect(tmp_path / "x.db") as file:
        file.execute("CREATE TABLE t AS SELECT CAST(x'4DFC' AS TEXT) AS name")
    file.close()
    assert "not UTF-8" in refusal({"db": f"sqlite:///{tmp_path / 'x.db'}"}, "SELECT * FROM t")


# What can be read


def test_tables_and_views_that_the_role_may_read(url, file_url, postgresql):
    found = sql.relations({"db": url}, "db")
    assert Relation("back", "Shelf life", is_view=False) in found
    assert Relation("public", "regulars", is_view=True) in found
    assert Relation("public", NASTY_NAME, is_view=False) in found
    assert not {"closed", "secret"} & {one.name for one in found}
    assert {"closed", "secret"} <= {one.name for one in sql.relations({"db": postgresql.url()}, "db")}
    assert [(one.name, one.is_view) for one in sql.relations({"db": file_url}, "db")] == [
        ("empty", False),
        (NASTY_NAME, False),
        ("regulars", True),
        ("shop", False),
    ]


def test_a_name_may_hold_any_sign(shop):
    relation = next(one for one in sql.relations(shop, "shop") if one.name == NASTY_NAME)
    understood = sql.read(shop, "shop", sql.select_all(relation), name=relation.name)
    assert column(understood, "one").to_pylist() == [1, 2]


def test_a_name_with_capitals_in_another_schema(url):
    assert sql.read({"db": url}, "db", sql.select_all(Relation("back", "Shelf life", is_view=False))).rows == 2


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT customer FROM shop WHERE town LIKE '%m' AND '%s' <> ':x'",
        "SELECT customer FROM shop WHERE town = 'Ulm';",
        "-- who?\nSELECT customer FROM shop WHERE town = 'Ulm' /* ; */ -- ; the end",
        "WITH ulm AS (SELECT * FROM shop WHERE town = 'Ulm') SELECT customer FROM ulm",
        "(SELECT customer FROM shop WHERE town = 'Ulm') UNION SELECT customer FROM shop WHERE 1 = 0",
    ],
    ids=["percent", "semicolon", "comments", "with", "union"],
)
def test_one_query_is_one_however_it_is_written(url, statement):
    assert sql.read({"db": url}, "db", statement).rows == 20


# What is refused


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("", "There is no statement"),
        ("-- nothing", "There is no statement"),
        ("SELECT 1; SELECT 2", "2 statements"),
        ("DELETE FROM shop", "no query"),
        ("WITH gone AS (DELETE FROM shop RETURNING *) SELECT * FROM gone", "(DELETE)"),
        ("WITH new AS (INSERT INTO shop VALUES ('x') RETURNING *) SELECT * FROM new", "(INSERT)"),
        ("SELECT * INTO copy FROM shop", "(INTO)"),
        ("SELECT * FROM shop FOR UPDATE", "(FOR UPDATE)"),
        ("COPY shop TO STDOUT", "no query"),
        ("COPY (SELECT 1) TO PROGRAM 'true'", "no query"),
        ("CREATE TABLE x (a integer)", "no query"),
        ("EXPLAIN ANALYZE DELETE FROM shop", "no query"),
        ("ATTACH 'other.db' AS other", "write one SELECT"),
        ("PRAGMA query_only=0", "no query"),
        ("SELECT * FORM shop WHERE", "cannot be read as SQL near line 1"),
        (f"SELECT {'(' * 500}1{')' * 500}", "too many brackets"),
        ("SELECT '\0'", "signs that are no text"),
        ("SELECT '\ud800'", "signs that are no text"),
        (f"SELECT '{'x' * 20_000}'", "20,000 characters"),
        ("SELECT n FROM nowhere", "no such table or view: choose one from the list"),
        ("SELECT n FROM shop", "does not take the statement"),
        ("SELECT one FROM empty", "has no rows"),
    ],
)
def test_what_is_no_single_query_is_refused(shop, statement, said):
    assert said in refusal(shop, statement)


UNCHECKED = [
    ("SELECT 1; DELETE FROM shop", "does not take"),
    ("SELECT 1; COMMIT; DELETE FROM shop", "does not take"),
    ("WITH gone AS (DELETE FROM shop RETURNING *) SELECT * FROM gone", "does not take"),
    ("SELECT * INTO copy FROM shop", "does not take"),
    ("SELECT * FROM shop FOR UPDATE", "only lets itself be read"),
    ("SELECT set_config('transaction_read_only', 'off', false)", "only lets itself be read"),
    ("SELECT nextval('numbers')", "only lets itself be read"),
]


@pytest.mark.parametrize(("statement", "said"), UNCHECKED, ids=[one[0] for one in UNCHECKED])
def test_postgresql_refuses_by_itself(postgresql, url, statement, said, monkeypatch):
    """What the check of the statement keeps away, the owner of everything could not do here either."""
    monkeypatch.setattr("lib.sources.sql.reading.check_statement", lambda *_: None)
    postgresql.run("CREATE SEQUENCE IF NOT EXISTS numbers")
    assert said in refusal({"db": postgresql.url()}, statement)
    assert sql.read({"db": url}, "db", "SELECT * FROM shop").rows == 40


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM shop",
        "INSERT INTO shop (customer) VALUES ('x')",
        "CREATE TEMP TABLE x (a)",
        "ATTACH '{folder}/other.db' AS other",
        "VACUUM INTO '{folder}/other.db'",
        "PRAGMA query_only=0",
        "PRAGMA table_info(shop)",
        "SELECT * FROM pragma_table_info('shop')",
        "SELECT load_extension('{folder}/other.so')",
        "BEGIN",
        "EXPLAIN SELECT 1; SELECT 2",
        "SELECT 1; SELECT 2",
    ],
)
def test_sqlite_refuses_by_itself(file_url, statement, tmp_path, monkeypatch):
    monkeypatch.setattr("lib.sources.sql.reading.check_statement", lambda *_: None)
    words = refusal({"db": file_url}, statement.format(folder=tmp_path))
    assert "only lets itself be read" in words or "one statement at a time" in words
    assert not list(tmp_path.iterdir())


def test_a_role_without_rights(url):
    assert "does not let this user read that" in refusal({"db": url}, "SELECT * FROM closed")
    assert "does not let this user read that" in refusal({"db": url}, "SELECT * FROM hidden.secret")


def test_what_else_a_role_may_do_is_for_the_database_to_say(url):
    """A transaction that only reads still calls functions: here, one that ends another connection of the role."""
    with psycopg.connect(url) as other:
        statement = f"SELECT pg_terminate_backend({other.info.backend_pid}, 5000) AS ended"
        assert column(sql.read({"db": url}, "db", statement), "ended").to_pylist() == [True]
        with pytest.raises(psycopg.OperationalError):
            other.execute("SELECT 1")


def test_too_many_rows_and_cells(shop, monkeypatch):
    monkeypatch.setattr(raw, "MAX_ROWS", 39)
    assert "more than 39 rows, the most that are read: leave some out with WHERE or LIMIT" in refusal(
        shop, "SELECT * FROM shop"
    )
    assert sql.read(shop, "shop", "SELECT * FROM shop LIMIT 39").rows == 39
    monkeypatch.setattr(raw, "MAX_CELLS", 100)
    assert "cells" in refusal(shop, "SELECT * FROM shop LIMIT 39")


def test_too_many_columns(shop):
    wide = ", ".join(f"{at} AS c{at}" for at in range(301))
    assert "301 columns" in refusal(shop, f"SELECT {wide}")


def test_a_row_too_large_for_sqlite(file_url):
    assert "more than 1 MB" in refusal({"db": file_url}, "SELECT hex(zeroblob(900000)) AS a")


@pytest.mark.parametrize("driver", ["postgresql+psycopg2", "postgresql+asyncpg", "postgresql+psycopg"])
def test_the_driver_that_an_address_names_does_not_matter(url, driver):
    assert sql.read({"db": url.replace("postgresql", driver, 1)}, "db", "SELECT 1 AS a").rows == 1


@pytest.mark.parametrize("connection", ["nobody", "else"])
def test_connections_that_are_not_there(url, connection):
    with pytest.raises(DataError, match=f"no connection named {connection}"):
        sql.read({"db": url}, connection, "SELECT 1")


# Secrets stay secret


def test_a_wrong_password_says_no_part_of_the_address(postgresql, caplog):
    words = refusal({"db": postgresql.url("reader", "hunter2hunter2")}, "SELECT 1")
    assert "the password is another" in words
    for secret in ("hunter2", "reader", str(postgresql.port)):
        assert secret not in words + caplog.text


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"port": 1}, "nothing answers there"),
        ({"host": "no.such.host.invalid"}, "nothing answers there"),
        ({"database": "elsewhere"}, "no database of that name"),
        ({"username": "stranger"}, "it does not know the user"),
    ],
    ids=["port", "host", "database", "user"],
)
def test_an_address_that_leads_nowhere(postgresql, other, said):
    from sqlalchemy import make_url

    address = make_url(postgresql.url("reader", READER)).set(**other).render_as_string(hide_password=False)
    words = refusal({"db": address}, "SELECT 1")
    assert said in words
    assert not any(str(part) in words for part in other.values() if part != 1)


@pytest.mark.parametrize(
    "address",
    ["", "hunter2", "mysql://u:hunter2@h/d", "snowflake://u:hunter2@h/d", "postgresql://u:hunter2@h:port/d"],
)
def test_other_databases_and_broken_addresses_are_refused(address):
    words = refusal({"db": address}, "SELECT 1")
    assert "PostgreSQL or SQLite" in words
    assert "hunter2" not in words


def test_an_error_that_quotes_a_secret_is_not_passed_on(postgresql):
    """The server quotes the cell that is no number: here, the address that it answers at."""
    words = refusal({"db": postgresql.url()}, "SELECT (inet_server_addr()::text)::integer")
    assert words == "The database db does not take the statement: mend it and read again."


@pytest.mark.parametrize("name", ["gone.db", "."])
def test_a_file_that_is_not_there_is_not_made(tmp_path, name):
    words = refusal({"db": f"sqlite:///{tmp_path / name}"}, "SELECT 1")
    assert "cannot be opened" in words
    assert str(tmp_path) not in words
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_no_database(tmp_path):
    (tmp_path / "x.db").write_bytes(b"no database at all" * 100)
    assert "no SQLite database" in refusal({"db": f"sqlite:///{tmp_path / 'x.db'}"}, "SELECT * FROM t")


# Time


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS c FROM n"


@pytest.mark.parametrize("statement", ["SELECT pg_sleep(600)", ENDLESS], ids=["sleep", "endless"])
def test_postgresql_is_stopped_in_time(url, postgresql, statement):
    assert "takes longer" in refusal({"db": url}, statement, seconds=0.5)
    assert is_soon(lambda: not postgresql.working("reader"))


def test_sqlite_is_stopped_in_time(file_url):
    assert "takes longer" in refusal({"db": file_url}, ENDLESS, seconds=0.5)


def test_time_counts_until_the_last_row(url):
    statement = "SELECT i, pg_sleep(0.01)::text AS s FROM generate_series(1, 1000000) AS i"
    assert "takes longer" in refusal({"db": url}, statement, seconds=0.5)


def stop_when(is_time):
    """A progress callback of somebody who stops once it is time."""

    def progress(share, words):
        if is_time():
            raise Cancelled

    return progress


def test_stopping_ends_the_statement_in_postgresql(url, postgresql):
    """It is seen at work, and is gone when the reading has ended."""
    with pytest.raises(Cancelled):
        sql.read({"db": url}, "db", "SELECT pg_sleep(600)", progress=stop_when(lambda: postgresql.working("reader")))
    assert is_soon(lambda: not postgresql.working("reader"))


def test_stopping_ends_the_statement_in_sqlite(file_url):
    looks = iter([False, False])
    with pytest.raises(Cancelled):
        sql.read({"db": file_url}, "db", ENDLESS, progress=stop_when(lambda: next(looks, True)))
    assert "database_0" not in " ".join(thread.name for thread in threading.enumerate())


def test_a_locked_table_is_not_waited_for(url, postgresql, monkeypatch):
    monkeypatch.setattr("lib.sources.sql.postgresql._SETTINGS", {"lock_timeout": "100ms"})
    with postgresql.connect() as connection, connection.transaction():
        connection.execute("LOCK TABLE shop IN ACCESS EXCLUSIVE MODE")
        assert "locked" in refusal({"db": url}, "SELECT * FROM shop")


def test_no_connection_is_left_open(url, postgresql):
    sql.read({"db": url}, "db", "SELECT 1 AS a")
    sql.relations({"db": url}, "db")
    refusal({"db": url}, "SELECT * FROM closed")
    with postgresql.connect() as connection:
        left = "SELECT 1 FROM pg_stat_activity WHERE usename = 'reader'"
        assert is_soon(lambda: not connection.execute(left).fetchall())


def test_a_server_that_breaks_off_is_said(url, postgresql):
    """Somebody who runs the server ends the connection."""

    def end(share, words):
        postgresql.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader'")

    assert "has ended the work" in refusal({"db": url}, "SELECT pg_sleep(600)", progress=end)


def test_large_numbers_of_rows_keep_their_values(url):
    understood = sql.read({"db": url}, "db", "SELECT i, i / 7.0 AS part FROM generate_series(1, 20000) AS i")
    np.testing.assert_allclose(column(understood, "part").to_numpy(), np.arange(1, 20_001) / 7.0)
