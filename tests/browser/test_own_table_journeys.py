"""A bank's own tables in a real browser: from a file to segments, a customer, a report and labelled rows."""

import json
import re
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import expect
from server import compared, serve, settle

pytestmark = pytest.mark.browser

LONG = 90_000


def finish(page) -> None:
    settle(page)
    expect(page.locator('[data-testid="stProgress"]')).to_have_count(0, timeout=LONG)
    compared(page)
    settle(page)


def main(page):
    return page.get_by_test_id("stMain")


def bring(page, server, path) -> None:
    page.goto(f"{server}/your_table")
    settle(page)
    page.locator('input[type="file"]').first.set_input_files(path)
    expect(page.get_by_role("button", name="Use this table")).to_be_visible()
    settle(page)


def go(page, name: str) -> None:
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("link", name=name)).to_have_attribute("aria-current", "page")
    finish(page)


def download(page, button: str):
    """What a button gives."""
    with page.expect_download(timeout=LONG) as given:
        page.get_by_role("button", name=button).click()
    return given.value


def saved(page, button: str) -> Path:
    """The file that a button gives."""
    return Path(download(page, button).path())


def in_zip(path) -> pd.DataFrame:
    """The CSV of an archive that was given, as anybody reads it."""
    with zipfile.ZipFile(path) as archive:
        return pd.read_csv(archive.open(archive.namelist()[0]))


def choose(page, control: str, option: str) -> None:
    """Choose from a list by typing, as somebody does who knows what is in it."""
    box = page.get_by_role("combobox", name=re.compile(control)).first
    box.click()
    box.fill(option)
    expect(page.get_by_role("option", name=option, exact=True)).to_be_visible()
    page.keyboard.press("Enter")
    settle(page)


def test_card_customers_from_a_file_to_segments_a_customer_a_report_and_labelled_rows(page, server, real_file, browser):
    bring(page, server, real_file("CC GENERAL.csv"))
    expect(main(page).get_by_text("8,950 rows, 18 columns.")).to_be_visible()
    expect(main(page).get_by_text("Known as a table of card customers")).to_be_visible()
    page.get_by_role("tab", name="Clean").click()
    settle(page)
    choose(page, "What to do", "Fill with the median")
    page.get_by_role("button", name="Apply").click()
    expect(main(page).get_by_text("314 cells changed")).to_be_visible()
    settle(page)
    page.get_by_role("button", name="Use this table").click()
    expect(page.get_by_role("heading", name="Explore card customers")).to_be_visible()
    finish(page)
    assert "?" not in page.url

    go(page, "Two features")
    expect(main(page).get_by_text(re.compile("4 segments")).first).to_be_visible(timeout=LONG)
    box = page.get_by_role("searchbox", name="Find a customer")
    box.fill("c10005")
    box.press("Enter")
    finish(page)
    expect(main(page).get_by_text(re.compile("Customer C10005 falls in"))).to_be_visible()
    assert "C10005" not in page.url
    assert "c10005" not in page.url

    page.get_by_role("tab", name="Share and export").click()
    finish(page)
    file = download(page, "Customers, CSV")
    labelled = in_zip(file.path())
    assert len(labelled) == 8_950
    assert labelled["segment"].between(1, 4).all()
    recipe = json.loads(saved(page, "Recipe, JSON").read_text(encoding="utf-8"))
    assert "Fill blanks of Minimum payments and Credit limit with the median" in recipe["about"]["Prepared"]
    page.get_by_role("button", name="Make the report").click()
    expect(page.get_by_role("button", name="Save the report")).to_be_visible(timeout=LONG)
    report = saved(page, "Save the report").read_text(encoding="utf-8")
    assert "Step 1: Fill blanks of Minimum payments and Credit limit with the median" in report

    # somebody else, by the same address, sees nothing of it
    other = browser.new_context().new_page()
    other.goto(page.url)
    settle(other)
    assert "CC GENERAL" not in other.content()
    other.get_by_role("combobox", name=re.compile("Survey|Table")).first.click()
    expect(other.get_by_role("option").first).to_be_visible()
    assert not [name for name in other.get_by_role("option").all_inner_texts() if "CC" in name]

    # nobody can guess where a file was fetched from, and once the table is forgotten there is nothing
    assert re.fullmatch(rf"{server}/media/[0-9a-f]{{48}}\.\w+", file.url)
    page.get_by_role("button", name="Forget my data").click()
    settle(page)
    assert other.context.request.get(file.url).status == 404
    other.context.close()


def test_loan_applications_from_a_file_to_who_is_approved_in_each_segment(page, server, real_file):
    bring(page, server, real_file("loan_approval_dataset.csv"))
    expect(main(page).get_by_text("4,269 rows, 13 columns.")).to_be_visible()
    page.get_by_role("tab", name="Derive").click()
    settle(page)
    choose(page, "First", "Loan")
    choose(page, "Second", "Total assets")
    page.get_by_role("button", name="Derive", exact=True).click()
    expect(main(page).get_by_text("Loan over Total assets: Loan / Total assets")).to_be_visible()
    settle(page)
    page.get_by_role("button", name="Use this table").click()
    expect(page.get_by_role("heading", name="Explore loan applicants")).to_be_visible()
    finish(page)
    page.get_by_text("About this table").click()
    expect(page.get_by_text(re.compile("28 values are below 0"))).to_be_visible()
    go(page, "Two features")
    page.get_by_role("tab", name="Lenses").click()
    finish(page)
    expect(main(page).get_by_text("Approved, all applicants").first).to_be_attached()
    page.get_by_role("tab", name="Share and export").click()
    finish(page)
    lenses = in_zip(saved(page, "Lenses, CSV"))
    approved = lenses[lenses["label"] == "Approved"]
    assert len(approved)
    assert ((approved["low"] < approved["value"]) & (approved["value"] < approved["high"])).any()
    labelled = in_zip(saved(page, "Applicants, CSV"))
    assert len(labelled) == 4_269
    recipe = json.loads(saved(page, "Recipe, JSON").read_text(encoding="utf-8"))
    assert "loan_status" not in recipe["recipe"]["features"]


@pytest.fixture
def bank(postgresql, real_file, tmp_path, monkeypatch):
    """A server whose secrets name a database with the known card table, read by a role that may do nothing else."""
    columns = pd.read_csv(real_file("CC GENERAL.csv"))
    kinds = ", ".join(f'"{name}" {"text" if name == "CUST_ID" else "double precision"}' for name in columns)
    postgresql.run(
        "CREATE ROLE bank LOGIN PASSWORD 'hunter2'", f"CREATE TABLE usage ({kinds})", "GRANT SELECT ON usage TO bank"
    )
    with (
        postgresql.connect() as connection,
        connection.cursor().copy("COPY usage FROM STDIN (FORMAT csv, HEADER)") as copy,
    ):
        copy.write(Path(real_file("CC GENERAL.csv")).read_bytes())
    secrets = tmp_path / "secrets.toml"
    secrets.write_text(f'[connections.warehouse]\nurl = "{postgresql.url("bank", "hunter2")}"\n', encoding="utf-8")
    monkeypatch.setenv("STREAMLIT_SECRETS_FILES", str(secrets))
    with serve(tmp_path, quick=True) as address:
        yield address


def test_a_select_from_a_database_becomes_segments(page, bank):
    page.goto(f"{bank}/your_table")
    settle(page)
    page.get_by_role("radio", name="A SELECT of my own").click()
    settle(page)
    statement = 'SELECT * FROM usage WHERE "MINIMUM_PAYMENTS" IS NOT NULL AND "CREDIT_LIMIT" IS NOT NULL'
    page.get_by_role("textbox", name=re.compile("SELECT|Statement|Query", re.IGNORECASE)).fill(statement)
    page.keyboard.press("Control+Enter")
    settle(page)
    page.get_by_role("button", name="Read", exact=True).click()
    expect(main(page).get_by_text("8,636 rows, 18 columns.")).to_be_visible(timeout=LONG)
    settle(page)
    page.get_by_role("button", name="Use this table").click()
    expect(page.get_by_role("heading", name="Explore card customers")).to_be_visible()
    finish(page)
    go(page, "Two features")
    expect(main(page).get_by_text(re.compile("4 segments")).first).to_be_visible(timeout=LONG)
    assert "hunter2" not in page.content()
    assert "?" not in page.url
