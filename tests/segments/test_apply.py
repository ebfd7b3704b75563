"""A saved recipe labels other tables: in memory, as a file of any length, from the command line."""

import gzip
import io
import json
import os
import signal
import subprocess
import sys
import threading
import zipfile
from dataclasses import replace

import csvw
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from labelling import label_frame
from paths import ROOT

from lib import VERSION
from lib.errors import DataError
from lib.population import Population
from lib.prices import price_ratio
from lib.segments import Recipe, fit, names, place
from lib.segments.apply import label_file, load, main
from lib.segments.apply.placing import matched
from lib.segments.apply.stored import read_recipe, to_text
from lib.tables import read as table_files
from lib.tables.csvw import facts_beside

TWO = ("DEBT", "ASSET")


def saved(dataset, segmentation, called=None, dollars=2019):
    called = called or names(dataset, segmentation)
    return read_recipe(to_text(segmentation.model, called, dataset.codebook, dollars, {"Data": dataset.name}))


@pytest.fixture
def found(blobs):
    return fit(blobs, Recipe(TWO, k=4))


@pytest.fixture
def stored(blobs, found):
    return saved(blobs, found, {1: "a", 2: "b", 3: "=c", 4: "d, e"})


@pytest.fixture
def table(tmp_path, blobs):
    path = tmp_path / "table.csv"
    blobs.frame[["YY1", *TWO]].to_csv(path, index=False)
    return path


@pytest.fixture(params=["sample", "real_2019"])
def fearful_somewhere(request):
    everyone = request.getfixturevalue(request.param)
    return Population.parse("TURNFEAR == 1 and NETWORTH < 2e6").apply(everyone)


@pytest.mark.parametrize("transform", ["none", "asinh", "quantile", "winsorised"])
def test_files_get_the_labels_of_the_app(fearful_somewhere, transform, tmp_path, monkeypatch):
    """The notebooks' households, by every transform, written in pieces, as CSV and as Parquet."""
    monkeypatch.setattr(table_files, "BLOCK", 200_000)
    monkeypatch.setattr(table_files, "CELLS", 10_000)
    data = fearful_somewhere
    segmentation = fit(data, Recipe(("DEBT", "NETWORTH", "HOUSES", "NFIN", "ASSET"), transform, k=4, starts=3))
    stored = saved(data, segmentation)
    frame = data.frame[["YY1", "AGE", *segmentation.recipe.features]]
    frame.to_csv(tmp_path / "in.csv", index=False)
    frame.to_parquet(tmp_path / "in.parquet")
    for source in ("in.csv", "in.parquet"):
        for output in ("out.csv", "out.parquet"):
            done = label_file(stored, tmp_path / source, tmp_path / output)
            is_csv = output.endswith("csv")
            labelled = pd.read_csv(tmp_path / output) if is_csv else pd.read_parquet(tmp_path / output)
            assert np.array_equal(labelled["segment"], segmentation.labels)
            assert np.allclose(labelled[list(frame.columns)], frame)
            assert (done.rows, done.missing) == (len(data), 0)
            assert dict(done.sizes) == segmentation.sizes["rows"].to_dict()
            assert labelled["segment_name"].map(str).tolist() == [stored.names[n] for n in segmentation.labels]
    assert np.array_equal(label_frame(stored, frame)["segment"], segmentation.labels)


def test_distance_and_border_are_those_of_placing_one_household(blobs, found, stored):
    labelled = label_frame(stored, blobs.frame)
    for row in range(0, 240, 17):
        placed = place(found, blobs.frame.iloc[row].to_dict())
        assert labelled["segment"].iloc[row] == placed.segment
        assert labelled["distance"].iloc[row] == pytest.approx(placed.distances.min())
        assert labelled["borderline"].iloc[row] == placed.is_borderline


def test_half_way_between_two_segments_is_on_the_border(blobs, found, stored):
    low, high = found.centroids.loc[1], found.centroids.loc[4]
    middle = pd.DataFrame([(low + high) / 2, low], index=["middle", "centre"])
    labelled = label_frame(stored, middle)
    assert labelled["borderline"].tolist() == [True, False]
    assert labelled.loc["centre", "distance"] == pytest.approx(0)


def test_columns_are_matched_in_any_case():
    assert matched(("DEBT", "Asset"), ["asset ", "debt", "x"]) == {"DEBT": "debt", "Asset": "asset "}
    assert matched(("debt",), ["debt", "DEBT"]) == {"debt": "debt"}
    with pytest.raises(DataError, match=r"no column DEBT \(there is debts\): the recipe needs DEBT, ASSET"):
        matched(TWO, ["debts", "asset"])
    with pytest.raises(DataError, match="2 columns that could be Debt"):
        matched(("Debt",), ["debt", "DEBT"])


def test_rows_without_a_feature_have_segment_0_and_are_counted(stored, tmp_path):
    (tmp_path / "t.csv").write_text("id,debt,ASSET\n1,0,0\n2,,0\n3,n/a,0\n4,inf,0\n5,10,1e1\n6, 0 ,0\n7,0,nan\n")
    done = label_file(stored, tmp_path / "t.csv", tmp_path / "o.csv")
    labelled = pd.read_csv(tmp_path / "o.csv")
    assert (labelled["segment"] == 0).tolist() == [False, True, True, True, False, False, True]
    assert labelled["distance"].isna().sum() == labelled["borderline"].isna().sum() == 4
    assert (done.rows, done.missing, sum(done.sizes.values())) == (7, 4, 3)
    assert "4 rows lack a feature and have segment 0." in done.words
    # the same in memory
    frame = pd.read_csv(tmp_path / "t.csv")
    assert (label_frame(stored, frame)["segment"] == 0).tolist()[1:4] == [True, True, True]


def test_amounts_in_other_dollars(real_2019, tmp_path):
    """2019 households in 2022 dollars keep their segments when the year is said, x1.159205."""
    data = Population.parse("TURNFEAR == 1 and NETWORTH < 2e6").apply(real_2019)
    segmentation = fit(data, Recipe(("DEBT", "AGE"), k=5, starts=3))
    stored = saved(data, segmentation)
    assert stored.money == ("DEBT",)
    later = data.in_dollars(2022).frame[["DEBT", "AGE"]]
    assert price_ratio(2019, 2022) == pytest.approx(1.159205, abs=1e-6)
    assert np.array_equal(label_frame(stored, later, dollars=2022)["segment"], segmentation.labels)
    assert not np.array_equal(label_frame(stored, later)["segment"], segmentation.labels)
    later.to_csv(tmp_path / "later.csv", index=False)
    done = label_file(stored, tmp_path / "later.csv", tmp_path / "o.csv", dollars=2022)
    assert done.words.endswith("Amounts were taken as 2022 dollars and put into those of 2019.")
    assert np.array_equal(pd.read_csv(tmp_path / "o.csv")["segment"], segmentation.labels)


def test_an_export_of_the_app_says_its_dollars_itself(blobs, stored, tmp_path):
    text = "# Made with: something\n# Dollars: 2022 dollars\n" + blobs.in_dollars(2022).frame.to_csv(index=False)
    (tmp_path / "t.csv").write_text(text)
    done = label_file(stored, tmp_path / "t.csv", tmp_path / "o.csv")
    assert "taken as 2022 dollars" in done.words
    facts = facts_beside(tmp_path / "o.csv")
    assert list(facts.items())[-2:] == [("Input: Made with", "something"), ("Input: Dollars", "2022 dollars")]
    assert facts["Dollars"] == "2022 dollars"
    assert "Made with" not in facts
    labelled = pd.read_csv(tmp_path / "o.csv")
    assert np.array_equal(labelled["segment"], label_frame(stored, blobs.frame)["segment"])


def test_a_recipe_without_dollars_cannot_convert(blobs, found):
    with pytest.raises(DataError, match="does not say which year's dollars"):
        label_frame(saved(blobs, found, dollars=None), blobs.frame, dollars=2022)
    with pytest.raises(DataError, match="No price index for 1776"):
        label_frame(saved(blobs, found), blobs.frame, dollars=1776)


def test_every_column_is_kept_as_it_was(stored, tmp_path):
    """Leading zeros, decimals, quotes, commas, line breaks; text that could be a formula gets an apostrophe."""
    rows = [
        ["007", "-5", "1.50", 'say "hi"', "=1+1"],
        ["008", "10", "2", "a, b", "-2+3|cmd"],
        ["009", "0", "-3.00", "two\nlines", "@x"],
        ["010", "0", "0", "+1-555-0100", "-12.5"],
    ]
    pd.DataFrame(rows, columns=["id", "DEBT", "ASSET", "text", "=head"]).to_csv(tmp_path / "t.csv", index=False)
    label_file(stored, tmp_path / "t.csv", tmp_path / "o.csv")
    back = pd.read_csv(tmp_path / "o.csv", dtype=str)
    assert back["id"].tolist() == ["007", "008", "009", "010"]
    assert back["DEBT"].tolist() == ["-5", "10", "0", "0"]
    assert back["ASSET"].tolist() == ["1.50", "2", "-3.00", "0"]
    assert back["text"].tolist() == ['say "hi"', "a, b", "two\nlines", "'+1-555-0100"]
    assert back["'=head"].tolist() == ["'=1+1", "'-2+3|cmd", "'@x", "-12.5"]
    assert set(back["segment_name"]) <= {"a", "b", "'=c", "d, e"}
    # Parquet has no formulas, and types: an identifier with leading zeros is text
    label_file(stored, tmp_path / "t.csv", tmp_path / "o.parquet")
    typed = pd.read_parquet(tmp_path / "o.parquet")
    assert typed["id"].tolist() == ["007", "008", "009", "010"]
    assert typed["DEBT"].tolist() == [-5, 10, 0, 0]
    assert typed["=head"].tolist() == ["=1+1", "-2+3|cmd", "@x", "-12.5"]


def test_a_column_that_turns_to_text_further_down_is_text_throughout(stored, tmp_path, monkeypatch):
    monkeypatch.setattr(table_files, "BLOCK", 1_000)
    lines = [f"{i},{i % 10},0" for i in range(2_000)] + ["last,0,0"]
    (tmp_path / "t.csv").write_text("code,DEBT,ASSET\n" + "\n".join(lines) + "\n")
    label_file(stored, tmp_path / "t.csv", tmp_path / "o.parquet")
    typed = pd.read_parquet(tmp_path / "o.parquet")
    assert typed["code"].tolist() == [*map(str, range(2_000)), "last"]
    assert typed["DEBT"].dtype == np.int64
    assert list(tmp_path.glob(".*")) == []


def test_names_that_are_taken_get_a_number(stored, tmp_path):
    (tmp_path / "t.csv").write_text("segment,DEBT,ASSET,segment_2\nold,0,0,older\n")
    label_file(stored, tmp_path / "t.csv", tmp_path / "o.csv")
    back = pd.read_csv(tmp_path / "o.csv")
    added = ["segment_3", "segment_name", "distance", "borderline"]
    assert list(back.columns) == ["segment", "DEBT", "ASSET", "segment_2", *added]
    assert back["segment"].tolist() == ["old"]


@pytest.mark.parametrize(("delimiter", "name"), [(";", "t.csv"), ("\t", "t.tsv"), ("|", "t.txt")])
def test_other_delimiters_and_a_byte_order_mark(stored, tmp_path, delimiter, name, blobs):
    content = "\ufeff" + blobs.frame[["YY1", *TWO]].to_csv(index=False, sep=delimiter)
    (tmp_path / name).write_text(content, encoding="utf-8")
    label_file(stored, tmp_path / name, tmp_path / "o.csv")
    back = pd.read_csv(tmp_path / "o.csv", sep=delimiter)
    assert np.array_equal(back["segment"], label_frame(stored, blobs.frame)["segment"])


def test_a_packed_file(stored, tmp_path, table):
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(table.read_bytes()))
    assert label_file(stored, tmp_path / "t.csv.gz", tmp_path / "o.csv").rows == 240


def test_parquet_keeps_its_types_and_says_where_the_recipe_came_from(stored, tmp_path, blobs):
    frame = blobs.frame[list(TWO)].assign(
        kind=pd.Categorical(["x", "=y"] * 120), day=pd.Timestamp("2022-03-01"), yes=[True, None] * 120
    )
    frame.to_parquet(tmp_path / "t.parquet")
    label_file(stored, tmp_path / "t.parquet", tmp_path / "o.parquet")
    told = json.loads(pq.read_schema(tmp_path / "o.parquet").metadata[b"household_segments"])
    assert told["Labelled by"].startswith("k-means, k = 4 on DEBT, ASSET; transform none")
    assert (told["Recipe's data"], told["Dollars of the recipe"]) == ("By hand", "2019 dollars")
    back = pd.read_parquet(tmp_path / "o.parquet")
    pd.testing.assert_frame_equal(back[list(frame.columns)], frame)
    label_file(stored, tmp_path / "t.parquet", tmp_path / "o.csv")
    text = pd.read_csv(tmp_path / "o.csv", dtype=str)
    assert text["kind"].tolist()[:2] == ["x", "'=y"]
    assert text["DEBT"].astype(float).to_numpy() == pytest.approx(frame["DEBT"].to_numpy())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"DEBT,ASSET\n", "no rows"),
        (b"DEBT,ASSET\n1,2,3\n", "cannot be read as a table"),
        (b"DEBT,ASSET,name\n1,2,\xff\xfe\n", "not in UTF-8"),
        (b"DEBT,ASSET,x,x\n1,2,3,4\n", "two columns of the same name"),
        (b"DEBT\n1\n", "no column ASSET"),
        (b"#DEBT,ASSET\n1,2\n", "names its columns in a line that begins with #, as remarks do: take the # away"),
        ("DEBT,ASSET\n1,2\n".encode("utf-16"), "is in UTF-16: save it as"),
        (b"\n\n", "empty"),
    ],
)
def test_bad_tables_are_refused_and_leave_nothing_behind(stored, tmp_path, content, words):
    (tmp_path / "t.csv").write_bytes(content)
    (tmp_path / "o.csv").write_text("older")
    with pytest.raises(DataError, match=words):
        label_file(stored, tmp_path / "t.csv", tmp_path / "o.csv")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["o.csv", "t.csv"]
    assert (tmp_path / "o.csv").read_text() == "older"


def test_blank_lines_and_remarks_above_a_table_are_passed_over(stored, tmp_path, table):
    (tmp_path / "t.csv").write_bytes(b"\n# A remark, of two parts\n\n" + table.read_bytes())
    assert label_file(stored, tmp_path / "t.csv", tmp_path / "o.csv").rows == 240


@pytest.mark.parametrize("packing", ["parquet", "csv.gz"])
def test_a_small_file_of_very_many_rows_is_refused(stored, tmp_path, monkeypatch, packing):
    """175 kB became 620 MB of CSV."""
    monkeypatch.setattr(table_files, "_FEW_ROWS", 20_000)
    path, rows = tmp_path / f"t.{packing}", 200_000
    if packing == "parquet":
        pq.write_table(pa.table({"DEBT": np.zeros(rows), "ASSET": np.zeros(rows)}), path)
    else:
        path.write_bytes(gzip.compress(b"DEBT,ASSET\n" + b"0,0\n" * rows))
    with pytest.raises(DataError, match=r"rows or more, for which 0\.0 MB are next to nothing"):
        label_file(stored, path, tmp_path / "o.csv")
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_damaged_files_are_refused(stored, tmp_path, table):
    (tmp_path / "t.parquet").write_bytes(b"PAR1 not really")
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(table.read_bytes())[:-40])
    for name in ("t.parquet", "t.csv.gz"):
        with pytest.raises(DataError, match=f"{name} cannot be read as a table"):
            label_file(stored, tmp_path / name, tmp_path / "o.csv")


def test_an_end_half_way_leaves_the_older_file(stored, tmp_path, table, monkeypatch):
    (tmp_path / "o.csv").write_text("older")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("lib.tables.write.CsvSink.write", full)
    with pytest.raises(DataError, match=r"o.csv could not be written \(No space left on device\)"):
        label_file(stored, table, tmp_path / "o.csv")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["o.csv", "table.csv"]
    assert (tmp_path / "o.csv").read_text() == "older"


def test_the_input_is_never_overwritten(stored, tmp_path, table):
    before = table.read_bytes()
    (tmp_path / "link.csv").symlink_to(table)
    for output in (table, tmp_path / "link.csv", tmp_path / "." / "table.csv"):
        with pytest.raises(DataError, match="is the table itself"):
            label_file(stored, table, output)
    for output, words in (
        (tmp_path / "o.xlsx", "ends in .csv or .parquet"),
        (tmp_path / "nowhere" / "o.csv", "no folder"),
    ):
        with pytest.raises(DataError, match=words):
            label_file(stored, table, output)
    assert table.read_bytes() == before


def test_a_folder_that_takes_no_file_is_said(stored, tmp_path, table, monkeypatch):
    def refused(*_args, **_options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", refused)
    with pytest.raises(DataError, match=r"Nothing can be written to .*: Permission denied\.$"):
        label_file(stored, table, tmp_path / "o.csv")


@pytest.fixture
def recipe_file(tmp_path, blobs, found):
    path = tmp_path / "recipe.json"
    path.write_text(to_text(found.model, {1: "é"}, blobs.codebook, 2019, {}), encoding="utf-8")
    return path


def test_the_command_line(recipe_file, table, tmp_path, capsys, blobs, found):
    assert main([str(recipe_file), str(table), "-o", str(tmp_path / "o.csv")]) == 0
    told = capsys.readouterr()
    assert told.out == ""
    assert "240 rows labelled in" in told.err
    assert "Amounts were taken as 2019 dollars." in told.err
    assert np.array_equal(pd.read_csv(tmp_path / "o.csv")["segment"], found.labels)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (["nowhere.json", "table.csv", "-o", "o.csv"], "There is no file"),
        (["recipe.json", "nowhere.csv", "-o", "o.csv"], "There is no file"),
        (["table.csv", "table.csv", "-o", "o.csv"], "not a recipe file"),
        (["recipe.json", "table.csv", "-o", "recipe.json"], "is the recipe itself"),
        (["recipe.json", "table.csv", "-o", "o.csv", "--dollars", "1900"], "No price index for 1900"),
        (["recipe.json", "table.csv", "-o", "o.csv", "--dollars", "0"], "No price index for 0"),
        (["recipe.json", "table.csv", "-o", "o\0.csv"], "a NUL in its name: name the output otherwise."),
    ],
)
def test_what_goes_wrong_is_said_in_a_line(recipe_file, table, tmp_path, capsys, call, words, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(call) == 1
    told = capsys.readouterr().err
    assert words in told
    assert told.count("\n") == 1
    assert not (tmp_path / "o.csv").exists()


def test_a_process_that_is_told_to_end_leaves_no_draft(recipe_file, table, tmp_path, capsys, monkeypatch):
    def told_to_end(*_):
        assert list(tmp_path.glob(".*.part"))
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Event().wait(30)  # until the signal comes

    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr("lib.segments.apply.command._stream", told_to_end)
    assert main([str(recipe_file), str(table), "-o", str(tmp_path / "o.csv")]) == 130
    assert capsys.readouterr().err == "Stopped; nothing was written.\n"
    assert not [*tmp_path.glob(".*.part"), *tmp_path.glob("o.csv")]
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_wrong_call_says_how_it_is_called(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["recipe.json"])
    assert ended.value.code == 2
    assert "python -m lib.segments.apply" in capsys.readouterr().err


def test_as_a_module(recipe_file, table, tmp_path):
    call = [sys.executable, "-m", "lib.segments.apply", str(recipe_file), str(table), "-o", str(tmp_path / "o.parquet")]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "240 rows labelled" in done.stderr
    assert "Warning" not in done.stderr
    assert len(pd.read_parquet(tmp_path / "o.parquet")) == 240


def test_a_recipe_that_is_read_again_places_as_before(recipe_file, blobs, found):
    assert np.array_equal(load(recipe_file).model.labels(blobs.frame), found.labels)
    assert load(recipe_file).names == {1: "é"}


def test_algorithms_other_than_k_means_are_said_to_be_approximated(blobs, tmp_path, table):
    found = fit(blobs, Recipe(TWO, k=4, algorithm="ward"))
    done = label_file(saved(blobs, found), table, tmp_path / "o.csv")
    assert "only comes near" in done.words


def test_text_columns_in_memory(stored):
    frame = pd.read_csv(io.StringIO("debt,asset\n1,x\n10,10\n"))
    assert label_frame(stored, frame)["segment"].tolist()[0] == 0
    assert label_frame(stored, frame.iloc[:0]).empty


def test_one_segment_has_no_border(blobs, found):
    alone = replace(found.model, centres=found.model.centres[:1])
    text = to_text(alone, {}, blobs.codebook, None, {})
    assert not label_frame(read_recipe(text), blobs.frame)["borderline"].any()


def test_what_lies_beside_a_labelled_table_says_where_its_labels_come_from(blobs, found, tmp_path, table):
    about = {
        "Data": "By hand, =1+1",
        "Counting": "households, by weight",
        "Survey wave": "2019",
        "Synthetic": "yes.",
        "Recipe": "{}",
        "Dollars": "2019",
    }
    stored = read_recipe(to_text(found.model, {1: "a"}, blobs.codebook, 2019, about))
    table.write_text("# Data: mine, @x\n#\n# Dollars: 2019 dollars\n" + table.read_text())
    label_file(stored, table, tmp_path / "o.csv")
    assert list(facts_beside(tmp_path / "o.csv").items()) == [
        (
            "Labelled by",
            "k-means, k = 4 on DEBT, ASSET; transform none, scaling standard, at most 200 starts, seed 42, "
            "counting households",
        ),
        ("Labelled with", f"Household Segments {VERSION}"),
        ("Dollars", "2019 dollars"),
        ("Dollars of the recipe", "2019 dollars"),
        ("Recipe's data", "By hand, =1+1"),
        ("Recipe's counting", "households, by weight"),
        ("Recipe's survey wave", "2019"),
        ("Recipe's synthetic", "yes."),
        ("Input: Data", "mine, @x"),
        ("Input: Dollars", "2019 dollars"),
    ]
    beside = tmp_path / "o.csv-metadata.json"
    assert csvw.CSVW(str(beside), validate=True).is_valid
    back = pd.read_csv(tmp_path / "o.csv")
    assert np.array_equal(back["segment"], found.labels)
    first = next(csvw.Table.from_file(beside).iterdicts())
    assert first["segment"] == found.labels[0]
    # what was labelled can be labelled again, in the same dollars
    assert "2019 dollars" in label_file(stored, tmp_path / "o.csv", tmp_path / "again.csv").words
    assert np.array_equal(pd.read_csv(tmp_path / "again.csv")["segment_2"], found.labels)


def test_where_labels_come_from_can_be_left_out(recipe_file, table, tmp_path, found):
    call = [str(recipe_file), str(table), "--no-metadata", "-o"]
    beside = tmp_path / "bare.csv-metadata.json"
    beside.write_text("{}")  # of an older file
    assert main([*call, str(tmp_path / "bare.csv")]) == main([*call, str(tmp_path / "bare.parquet")]) == 0
    assert (tmp_path / "bare.csv").read_text().startswith("YY1,")
    assert not beside.exists()
    assert np.array_equal(pd.read_csv(tmp_path / "bare.csv")["segment"], found.labels)
    assert b"household_segments" not in (pq.read_schema(tmp_path / "bare.parquet").metadata or {})


def test_how_far_the_nearest_centre_agrees_is_said(blobs, tmp_path, table):
    found = fit(blobs, Recipe(TWO, k=4, algorithm="ward"))
    stored = read_recipe(to_text(found.model, {}, blobs.codebook, 2019, {}, 0.5))
    done = label_file(stored, table, tmp_path / "o.csv")
    assert "it gives the app's own labels for 50% of its rows." in done.words
    told = facts_beside(tmp_path / "o.csv")["Nearest centre gives the app's labels for"]
    assert told == "50% of the recipe's own rows"


def test_what_lies_beside_a_table_is_heeded_or_refused(stored, tmp_path, table):
    """What others say of a table tells nothing here; what cannot be read might have named the year of its dollars."""
    beside = tmp_path / "table.csv-metadata.json"
    for foreign in ('{"notes": ["x", {"schema:name": 1}]}', '{"notes": 5}'):
        beside.write_text(foreign)
        assert "taken as 2019 dollars" in label_file(stored, table, tmp_path / "o.csv").words
    for damaged in ("[]", "{", "[" * 100_000):
        beside.write_text(damaged)
        with pytest.raises(DataError, match=r"^table\.csv-metadata\.json should say .* no sound JSON: take it away\.$"):
            label_file(stored, table, tmp_path / "o.csv")


def test_an_archive_holds_one_table_or_is_refused(stored, tmp_path, table):
    packed, out = tmp_path / "t.zip", tmp_path / "o.csv"
    for members, words in (
        ((), "t.zip holds no table"),
        (("a.csv", "b.csv"), r"t.zip holds 2 tables \(a.csv, b.csv\)"),
    ):
        with zipfile.ZipFile(packed, "w") as archive:
            for member in members:
                archive.write(table, member)
        with pytest.raises(DataError, match=words):
            label_file(stored, packed, out)
    packed.write_bytes(packed.read_bytes()[:-30])
    with pytest.raises(DataError, match="damaged or locked zip archive"):
        label_file(stored, packed, out)
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(table, "../../deep/a.csv")
        said = {"notes": [{"schema:name": "Dollars", "schema:value": "2022 dollars"}]}
        archive.writestr("../../deep/a.csv-metadata.json", json.dumps(said))
    assert "taken as 2022 dollars" in label_file(stored, packed, out).words
    assert sorted(path.name for path in tmp_path.iterdir()) == ["o.csv", "o.csv-metadata.json", "t.zip", "table.csv"]
