"""Tables as files: what they hold, where they say they came from, and that no cell starts a formula."""

import csv
import io
import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from labelling import label_frame
from tables import CUSTOMERS

from lib import VERSION
from lib.dataset import Dataset
from lib.estimates import quantile
from lib.exports import (
    csv_bytes,
    lenses_csv,
    member_table,
    members_csv,
    members_parquet,
    parquet_bytes,
    profiles_csv,
    provenance,
    read_recipe,
    recipe_json,
)
from lib.population import Population
from lib.segments import Others, Recipe, fit, profile, statistics
from lib.segments.apply import label_file
from lib.segments.describe.lenses import EVERYONE, lenses
from lib.sources import examples


def header(content):
    lines = content.decode().splitlines()
    facts = [line.removeprefix("# ").split(": ", 1) for line in lines if line.startswith("# ")]
    return dict(facts)


def table(content):
    return pd.read_csv(io.BytesIO(content), comment="#")


def test_a_csv_says_where_it_came_from(fearful_sample):
    here = fearful_sample
    told = header(members_csv(here.data, here.found, here.names, here.origin))
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
    back = table(members_csv(here.data, here.found, here.names, here.origin, columns=("AGE", "DEBT", "NOPE")))
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
    content = members_parquet(here.data, here.found, here.names, here.origin)
    told = json.loads(pq.read_schema(io.BytesIO(content)).metadata[b"household_segments"])
    assert told == here.origin.facts()
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
    back = table(profiles_csv(here.data, here.found, here.names, here.origin, described=described, beside=nation))
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
    back = table(lenses_csv(here.lenses, here.names, here.origin))
    assert len(back) == len(here.lenses.table)
    everyone = back[back["segment_name"] == here.origin.title].set_index("figure")
    own = here.lenses.table[here.lenses.table["segment"] == EVERYONE].set_index("figure")
    assert np.allclose(everyone["value"], own["value"], equal_nan=True)
    assert np.allclose(everyone["low"], own["low"], equal_nan=True)


def test_lenses_of_customers_have_intervals_in_their_file():
    data = examples.loans()
    found = fit(data, Recipe(("income_annum", "loan_term"), k=3, starts=2))
    looked = lenses(data, found)
    back = table(lenses_csv(looked, {1: "One"}, provenance(data, Population(), "Everyone", found.recipe)))
    sizes = back["figure"].str.startswith(("of_all", "count"))
    assert ((back["low"] <= back["value"]) & (back["value"] <= back["high"]))[~sizes].all()
    assert back.loc[sizes, ["low", "high"]].isna().all().all()  # nothing claims an interval that is not there


def formulas(content):
    """Every cell of a file that a spreadsheet would take for a formula, cut at any usual separator."""
    text = content.decode()
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    # comment lines are not quoted: they are cut at each separator
    cells += [cell for line in text.splitlines() if line.startswith("#") for cell in re.split("[,;\t]", line)]
    number = r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?\)?$"
    return [cell for cell in cells if re.match(r"\s*[=+\-@\t\r]", cell) and not re.match(number, cell.strip())]


def test_no_cell_starts_a_formula(fearful_sample, attack):
    here = fearful_sample
    named = {number: f"{attack}{number}" for number in here.names}
    origin = replace(here.origin, title=attack, data=f"My file, {attack}; @x\t-2+3", population_words="x, -5, =1")
    for content in (
        members_csv(here.data, here.found, named, origin),
        profiles_csv(here.data, here.found, named, origin),
        lenses_csv(here.lenses, named, origin),
        csv_bytes(pd.DataFrame({"=head": ["=1", "-5", "-x"], "n": [-1.5, 2, -3]}), origin),
    ):
        assert formulas(content) == []
    back = table(members_csv(here.data, here.found, named, origin))
    assert len(back) == len(here.data)
    assert back["segment_name"].str.startswith("'=cmd").all()


def test_numbers_stay_numbers(fearful_sample):
    frame = pd.DataFrame({"a": [-1.5, np.nan], "b": [-2, 3], "c": ["-5", "-x"], "d": [True, False]})
    back = table(csv_bytes(frame, fearful_sample.origin))
    assert back["a"].tolist()[0] == -1.5
    assert back["b"].tolist() == [-2, 3]
    assert back["c"].tolist() == ["-5", "'-x"]
    assert back["d"].tolist() == [True, False]
    assert np.isnan(back["a"].iloc[1])


def test_a_number_sign_in_a_name_starts_no_comment(fearful_sample):
    back = table(csv_bytes(pd.DataFrame({"name #1": ["a # b", "#c"], "x": [1, 2]}), fearful_sample.origin))
    assert back.columns.tolist() == ["name #1", "x"]
    assert back["name #1"].tolist() == ["a # b", "#c"]


def test_any_table_as_parquet(fearful_sample):
    frame = pd.DataFrame({"a": ["=1"], "b": [2.5]})
    pd.testing.assert_frame_equal(pd.read_parquet(io.BytesIO(parquet_bytes(frame, fearful_sample.origin))), frame)


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


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_an_export_is_labelled_again_as_it_was(fearful_sample, tmp_path, kind):
    here = fearful_sample
    make = members_csv if kind == "csv" else members_parquet
    (tmp_path / f"t.{kind}").write_bytes(make(here.data.in_dollars(2022), here.found, here.names, later(here)))
    stored = read_recipe(recipe_json(here.found, here.names, here.data.codebook, here.origin))
    done = label_file(stored, tmp_path / f"t.{kind}", tmp_path / "o.parquet")
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
