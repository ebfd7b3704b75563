"""Tables as files: what they hold, where they say they came from, and that no cell starts a formula."""

import csv
import io
import json
import re
import zipfile
from dataclasses import replace

import csvw
import duckdb
import numpy as np
import pandas as pd
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from labelling import label_frame
from tables import CUSTOMERS

from lib import VERSION, exports
from lib.dataset import Dataset
from lib.estimates import quantile
from lib.exports import Exported, member_table, provenance, read_recipe, recipe_json
from lib.population import Population
from lib.segments import Others, Recipe, fit, profile, statistics
from lib.segments.apply import label_file
from lib.segments.describe.lenses import EVERYONE, lenses
from lib.sources import examples
from lib.sources import table as own_table
from lib.tables.csvw import facts_of


def header(exported):
    return facts_of(exported.metadata("t.csv"), "t.csv-metadata.json")


def table(exported):
    return pd.read_csv(io.BytesIO(exported.csv()))


def members(here, **more):
    return exports.members(here.data, here.found, here.names, here.origin, **more)


def laid(exported, folder, name="t.csv"):
    """A table as it is given, unpacked; the path of what lies beside it."""
    with zipfile.ZipFile(io.BytesIO(exported.zipped(name))) as archive:
        assert archive.namelist() == [name, f"{name}-metadata.json"]
        archive.extractall(folder)
    return folder / f"{name}-metadata.json"


def test_a_csv_says_where_it_came_from(fearful_sample):
    here = fearful_sample
    told = header(members(here))
    assert told["Made with"] == f"Household Segments {VERSION}"
    assert told["Synthetic"].startswith("yes")
    assert told["Data"] == "Synthetic sample of 2019"
    assert told["Survey wave"] == "2019"
    assert told["Dollars"] == "2019 dollars"
    assert told["Counting"] == "households, by the survey's weights, all implicates"
    assert told["Population"] == "TURNFEAR == 1 and NETWORTH < 2000000"
    assert "Net worth below $2,000,000" in told["Population in words"]
    assert Recipe.from_dict(json.loads(told["Recipe"])) == here.found.recipe
    assert told["Fingerprint"] == here.data.fingerprint


def test_real_data_are_not_called_synthetic(real_2019):
    origin = provenance(real_2019, Population(), "Everyone")
    assert "Synthetic" not in origin.facts()
    assert "ynthetic" not in origin.line
    assert origin.facts()["Population"] == "everyone"
    assert "Recipe" not in origin.facts()


def test_rows_and_tables_without_weights_are_not_called_weighted(real_2019, blobs_like):
    rows = provenance(real_2019, Population(), "Everyone", counting="rows")
    assert rows.counting.startswith("rows, each once")
    assert provenance(blobs_like, Population(), "Mine").counting == "every row once, the table has no weights"


@pytest.fixture
def blobs_like(households) -> Dataset:
    data = households(DEBT=[1, 2, 3, 40], ASSET=[1, 2, 3, 40])
    return replace(data, weight=None, id=None, implicates=1, wave=None, subject=CUSTOMERS)


def test_households_with_their_segments(fearful_sample):
    here = fearful_sample
    back = table(members(here, columns=("AGE", "DEBT", "NOPE")))
    assert list(back.columns) == [
        "household",
        "implicate",
        "weight",
        "segment",
        "segment_name",
        "DEBT",
        "HOUSES",
        "AGE",
    ]
    assert (back["household"] * 10 + back["implicate"]).tolist() == here.data.frame["Y1"].tolist()
    assert np.array_equal(back["segment"], here.found.labels)
    assert back["segment_name"].tolist() == [here.names[n] for n in here.found.labels]
    by_segment = back.groupby("segment")["weight"].sum()
    assert np.allclose(by_segment, here.found.sizes["count"])
    assert np.allclose(back["DEBT"], here.data.values("DEBT"))


def test_parquet_holds_the_same_with_types_and_origin(fearful_sample):
    here = fearful_sample
    content = members(here).parquet("t.parquet")
    said = pq.read_schema(io.BytesIO(content)).metadata
    assert json.loads(said[b"household_segments"]) == here.origin.facts()
    assert facts_of(said[b"csvw"], "csvw") == here.origin.facts()
    back = pd.read_parquet(io.BytesIO(content))
    pd.testing.assert_frame_equal(back, member_table(here.data, here.found, here.names), check_dtype=False)


def test_a_table_without_households_or_weights(blobs_like):
    found = fit(blobs_like, Recipe(("DEBT", "ASSET"), k=2))
    back = member_table(blobs_like, found, {})
    assert back["customer"].tolist() == [1, 2, 3, 4]
    assert not {"weight", "implicate"} & set(back)
    assert back["segment_name"].tolist() == [""] * 4


def test_a_feature_named_like_a_column_of_ours_stays_apart(blobs_like):
    frame = blobs_like.frame.rename(columns={"DEBT": "segment"})
    data = replace(blobs_like, frame=frame, codebook=blobs_like.codebook.restricted_to(list(frame.columns)))
    back = member_table(data, fit(data, Recipe(("segment", "ASSET"), k=2)), {})
    assert back["segment (column)"].tolist() == [1, 2, 3, 40]


def test_profiles_have_the_population_by_its_name_and_the_nation_beside_it(fearful_sample, sample):
    """What was called everyone was the population that had been chosen."""
    here = fearful_sample
    described = profile(here.data, here.found, ["NETWORTH", "AGE"])
    nation = Others("Everyone", statistics(sample, ["NETWORTH", "AGE"]))
    back = table(exports.profiles(here.data, here.found, here.names, here.origin, described=described, beside=nation))
    assert len(back) == (4 + 1 + 1) * 2
    own = back[back["segment"].notna()].set_index(["segment", "column"])
    for segment in (1, 2, 3, 4):
        assert own.loc[(segment, "AGE"), "median"] == described.table.loc[(segment, "AGE"), "median"]
        assert own.loc[(segment, "AGE"), "sampled"] == here.found.sizes.loc[segment, "sampled"]
        assert own.loc[(segment, "NETWORTH"), "unit"] == "dollars"
    everyone = back[back["segment_name"] == here.origin.title].set_index("column")
    assert everyone.loc["AGE", "mean"] == pytest.approx(described.everyone.loc["AGE", "mean"])
    assert everyone.loc["AGE", "households"] == pytest.approx(here.data.weights().sum())
    all_households = back[back["segment_name"] == "Everyone"].set_index("column")
    assert all_households.loc["NETWORTH", "median"] == quantile(sample.values("NETWORTH"), sample.weights(), 0.5)
    assert all_households.loc["NETWORTH", "median"] > 4 * everyone.loc["NETWORTH", "median"]


def test_lenses_as_a_file(fearful_sample):
    here = fearful_sample
    back = table(exports.lenses(here.lenses, here.names, here.origin))
    assert len(back) == len(here.lenses.table)
    everyone = back[back["segment_name"] == here.origin.title].set_index("figure")
    own = here.lenses.table[here.lenses.table["segment"] == EVERYONE].set_index("figure")
    assert np.allclose(everyone["value"], own["value"], equal_nan=True)
    assert np.allclose(everyone["low"], own["low"], equal_nan=True)


def test_lenses_of_customers_have_intervals_in_their_file():
    data = examples.loans()
    found = fit(data, Recipe(("income_annum", "loan_term"), k=3, starts=2))
    looked = lenses(data, found)
    back = table(exports.lenses(looked, {1: "One"}, provenance(data, Population(), "Everyone", found.recipe)))
    sizes = back["figure"].str.startswith(("of_all", "count"))
    assert ((back["low"] <= back["value"]) & (back["value"] <= back["high"]))[~sizes].all()
    assert back.loc[sizes, ["low", "high"]].isna().all().all()  # nothing claims an interval that is not there


def formulas(content):
    """Every cell of a file that a spreadsheet would take for a formula, cut at any usual separator."""
    text = content.decode()
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    number = r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?\)?$"
    return [cell for cell in cells if re.match(r"\s*[=+\-@\t\r]", cell) and not re.match(number, cell.strip())]


def test_no_cell_starts_a_formula(fearful_sample, attack):
    here = fearful_sample
    named = {number: f"{attack}{number}" for number in here.names}
    origin = replace(here.origin, title=attack, data=f"My file, {attack}; @x\t-2+3", population_words="x, -5, =1")
    frame = pd.DataFrame({"=head": ["=1", "-5", "-x"], "n": [-1.5, 2, -3]})
    given = exports.members(here.data, here.found, named, origin)
    for exported in (
        given,
        exports.profiles(here.data, here.found, named, origin),
        exports.lenses(here.lenses, named, origin),
        Exported(frame, attack, origin),
    ):
        assert formulas(exported.csv()) == []
    back = table(given)
    assert len(back) == len(here.data)
    assert back["segment_name"].str.startswith("'=cmd").all()


def test_numbers_stay_numbers(fearful_sample):
    frame = pd.DataFrame({"a": [-1.5, np.nan], "b": [-2, 3], "c": ["-5", "-x"], "d": [True, False]})
    back = table(Exported(frame, "Numbers", fearful_sample.origin))
    assert back["a"].tolist()[0] == -1.5
    assert back["b"].tolist() == [-2, 3]
    assert back["c"].tolist() == ["-5", "'-x"]
    assert back["d"].tolist() == [True, False]
    assert np.isnan(back["a"].iloc[1])


def test_other_programs_read_a_csv_without_being_told_anything(fearful_sample, tmp_path):
    """A header, then rows: what R's readr, Excel, DuckDB, Arrow and Python's csv take for a table by themselves."""
    frame = pd.DataFrame({"name #1": ["a # b", "#c"], "Größe": ["Süd, Ost", 'say "so"'], "x": [1.5, -2]})
    exported = Exported(frame, "A table", fearful_sample.origin)
    beside = laid(exported, tmp_path)
    content = (tmp_path / "t.csv").read_bytes()
    assert content.startswith(b'\xef\xbb\xbf"name #1"')  # by which Excel knows that it is UTF-8
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "t.csv"), frame)
    assert duckdb.sql("FROM read_csv($1)", params=[str(tmp_path / "t.csv")]).columns == frame.columns.tolist()
    assert pyarrow.csv.read_csv(tmp_path / "t.csv").to_pandas()["x"].tolist() == [1.5, -2]
    assert json.loads(beside.read_text(encoding="utf-8"))["url"] == "t.csv"
    # and the app itself, the archive as it was given
    assert own_table.read(exported.zipped("t.csv"), "t.zip").frame["x"].tolist() == [1.5, -2]


def test_what_lies_beside_a_csv_is_the_w3c_s_metadata(fearful_sample, tmp_path):
    """Read and checked by another program: names, types and cells; and what it says to any program that knows it."""
    here = fearful_sample
    given = members(here)
    odd = pd.DataFrame({"_a b": [1, 2], "é-1.~": ["x", None], "=1": [True, None], "2": [0.5, np.nan]})
    for exported in (
        replace(given, frame=given.frame.head(99)),
        exports.profiles(here.data, here.found, here.names, here.origin),
        exports.lenses(here.lenses, here.names, here.origin),
        Exported(odd, "Odd names", here.origin, notes=("A note.",)),
    ):
        beside = laid(exported, tmp_path)
        assert csvw.CSVW(str(beside), validate=True).is_valid
        read = csvw.Table.from_file(beside)
        rows = list(read.iterdicts())  # strict: a cell that is not of its type is an error
        assert len(rows) == len(exported.frame)
    assert rows[0] == {"%5Fa%20b": 1, "%C3%A9%2D1%2E%7E": "x", "%27%3D1": True, "2": 0.5}
    laid(given, tmp_path)
    said = json.loads(beside.read_text(encoding="utf-8"))
    assert said["@context"][0] == "http://www.w3.org/ns/csvw"
    assert said["dc:title"] == "Households with their segments: Denied or feared, net worth under $2M"
    assert "no row is a real household" in said["dc:source"]
    assert said["dc:provenance"].startswith("k-means, k = 4 on DEBT, HOUSES; transform asinh")
    columns = {column["name"]: column for column in said["tableSchema"]["columns"]}
    debt = columns["DEBT"]
    assert debt["titles"] == ["DEBT", "Total debt"]
    assert columns["household"]["titles"] == ["household", "YY1"]  # as the file that it came from calls it
    assert (debt["datatype"], debt["schema:unitText"]) == ("double", "2019 dollars")


def test_a_recipe_that_is_exported_can_be_applied(fearful_sample, attack):
    here = fearful_sample
    stored = read_recipe(recipe_json(here.found, {**here.names, 2: attack}, here.data.codebook, here.origin))
    assert np.array_equal(label_frame(stored, here.data.frame)["segment"], here.found.labels)
    assert stored.about == here.origin.facts()
    assert stored.agreement == 1.0
    assert stored.dollars == 2019
    assert stored.money == ("DEBT", "HOUSES")
    assert stored.names[1] == here.names[1]
    assert "\n" not in stored.names[2]


@pytest.mark.parametrize("kind", ["csv", "zip", "parquet"])
def test_an_export_is_labelled_again_as_it_was(fearful_sample, tmp_path, kind):
    here = fearful_sample
    given = exports.members(here.data.in_dollars(2022), here.found, here.names, later(here))
    path = tmp_path / f"t.{kind}"
    path.write_bytes(given.parquet(path.name) if kind == "parquet" else given.zipped("whatever.csv"))
    if kind == "csv":
        laid(given, tmp_path)
    stored = read_recipe(recipe_json(here.found, here.names, here.data.codebook, here.origin))
    done = label_file(stored, path, tmp_path / "o.parquet")
    back = pd.read_parquet(tmp_path / "o.parquet")
    assert (back["segment"] == back["segment_2"]).mean() > 0.999  # a household on the very border may move
    assert done.words.endswith("Amounts were taken as 2022 dollars and put into those of 2019.")


def later(here):
    return replace(here.origin, dollars=2022)


def test_a_recipe_says_how_far_the_nearest_centre_agrees(fearful_sample):
    here = fearful_sample
    labels = np.where(np.arange(len(here.data)) < 500, 0, here.found.labels)
    recipe = replace(here.found.recipe, algorithm="hdbscan")
    other = replace(here.found, labels=labels, model=replace(here.found.model, recipe=recipe))
    stored = read_recipe(recipe_json(other, here.names, here.data.codebook, here.origin))
    weights = here.data.weights()
    assert stored.agreement == pytest.approx(weights[500:].sum() / weights.sum())
