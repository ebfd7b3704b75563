"""Replicate weights: told apart by content, read in whatever wrapping, checked, fetched, found."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from lib.errors import DataError, DownloadError
from lib.estimates import replicate_file
from lib.estimates.replicate_file import read_weights
from lib.sources import download
from lib.sources.download import fetch_replicates, path_of_replicates, replicate_files, replicate_names
from lib.sources.download.command import main
from lib.sources.download.limits import Limits
from lib.sources.scf import parquet_copy, replicates
from tests.sources.loopback import Loopback, extract, whole, zipped
from tests.sources.replicate_files import archive, as_csv, as_stata, effective, multiplied, packed, released

QUICK = Limits(connect=2, read=5, answer=5, deadline=20, attempts=2, backoff=0, poll=0.01)
NAME = "scf2019rw1s.zip"


@pytest.fixture(autouse=True)
def surroundings(tmp_path, monkeypatch):
    """Nothing from this machine; the folder of downloads is the test's own."""
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("SCF_BASE_URL", raising=False)
    monkeypatch.setenv("SCF_DOWNLOADS", str(tmp_path))


def written(folder, name, content):
    path = folder / name
    path.write_bytes(content)
    return path


# ------------------------------------------------------------------------------------------ what is in a file


def test_released_weights_count_as_often_as_a_household_was_drawn(tmp_path, monkeypatch):
    """By hand: weight 100 drawn twice counts 200, whatever is missing counts nothing; in every wrapping and case."""
    monkeypatch.setattr(replicate_file, "_AT_A_TIME", 25)  # the last piece is not a full one
    table = released().iloc[::-1].reset_index(drop=True)
    table.loc[table["YY1"] == 3, ["WT1B5", "MM5"]] = [100.0, 2.0]
    table.loc[table["YY1"] == 3, ["WT1B6", "MM6"]] = [100.0, np.nan]
    oldest = table.rename(columns={"YY1": "XX1", "Y1": "X1"}).rename(columns=str.lower)
    for name, content in {
        "p19_rw1.dta": as_stata(table),
        NAME: zipped(as_csv(oldest), "p89_rw1.csv"),
        "p19_rw1.csv.gz": packed("p19_rw1.csv.gz", table),
    }.items():
        ids, weights = read_weights(written(tmp_path, name, content))
        assert (ids.dtype, weights.dtype, weights.shape) == (np.int64, np.float32, (40, 999)), name
        assert (ids == np.arange(1, 41)).all(), "in ascending order, as the file is not"
        assert tuple(weights[2, 4:6]) == (200, 0), name
        np.testing.assert_allclose(weights, effective(table)[::-1], rtol=1e-6)


def test_weights_that_are_multiplied_already_stay_as_they_are(tmp_path):
    """A household drawn twice weighs twice there: with the multiplicities beside them or without."""
    table = released()
    other = multiplied(table)
    beside = pd.concat([other, table.filter(regex="^MM")], axis=1)
    for content in (other, beside):
        _, weights = read_weights(written(tmp_path, "p19_rw1.csv", as_csv(content)))
        np.testing.assert_allclose(weights, effective(table), rtol=1e-6)


@pytest.mark.real
def test_real_weights_of_200_households_in_both_layouts(real_file, tmp_path):
    path = real_file("scf2022_first200hh_replicate_weights.csv.gz")
    table = pd.read_csv(path)
    expected = table.iloc[:, 1:].to_numpy()
    ids, weights = read_weights(path)
    assert (ids == table["YY1"]).all()
    np.testing.assert_allclose(weights, expected, rtol=1e-6)
    assert weights[0, :3].tolist() == pytest.approx([26451.22, 0, 14002.67])

    once = np.nanmedian(np.where(expected > 0, expected, np.nan), axis=1, keepdims=True) / 1.15
    times = np.where(expected > 0, np.maximum(np.rint(expected / once), 1), np.nan)
    apart = {"YY1": ids} | {f"wt1b{n + 1}": (expected / times)[:, n] for n in range(999)}
    without = written(tmp_path, "p22_rw1.csv", as_csv(pd.DataFrame(apart)))
    with pytest.raises(DataError, match=r"no column mm1 ... mm999, and its weights are not multiplied"):
        read_weights(without)
    apart |= {f"mm{n + 1}": times[:, n] for n in range(999)}
    _, again = read_weights(written(tmp_path, "p22_rw1.csv", as_csv(pd.DataFrame(apart))))
    np.testing.assert_allclose(again, expected, rtol=1e-6)


def changed(**cells):
    return released().assign(**cells)


BAD = {
    "another table": (lambda: released()[["YY1"]].assign(A=1), "holds no replicate weights"),
    "a weight lacks": (lambda: released().drop(columns="WT1B7"), "lacks the column wt1b7: use"),
    "some multiplicities": (lambda: released().drop(columns=["MM7", "MM8"]), "lacks the column mm7 and 1 more"),
    "below 0": (lambda: changed(WT1B5=-1.0), "wt1b5, has a weight below 0 .*, for household 1"),
    "infinite": (lambda: changed(WT1B5=np.inf), "wt1b5, has a weight below 0 or far too large"),
    "half a draw": (lambda: changed(MM3=0.5), "mm3, has what is no number of times"),
    "text": (lambda: changed(WT1B5="heavy"), "is not a readable table of numbers"),
    "no id": (lambda: changed(YY1=0.5), "no household's id .YY1, a whole number above 0. in row 1:"),
    "all rows five times": (lambda: pd.concat([released()] * 5), "names household 1 more than once"),
    "nobody drawn": (lambda: changed(WT1B5=np.nan), "wt1b5, has no weight at all"),
    "no rows": (lambda: released().head(0), "has a header but no rows"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_with_a_file_is_one_sentence(tmp_path, case):
    make, message = BAD[case]
    refused(written(tmp_path, "p19_rw1.csv", as_csv(make())), f"^p19_rw1.csv.*{message}")


@pytest.mark.parametrize(
    ("name", "make", "message"),
    [
        ("p19_rw1.dta", lambda: b"", "is empty"),
        ("p19_rw1.dta", lambda: b"<!DOCTYPE html><html>", "is a web page"),
        (NAME, lambda: b"<!DOCTYPE html><html>", "is a web page"),
        (NAME, lambda: b"YY1\n1\n", "is not a .zip archive"),
        (NAME, lambda: zipped(b"YY1\n1\n", "read.me"), "holds no CSV or Stata file"),
        ("p19_rw1.csv.gz", lambda: packed("x.csv.gz", released().head(2))[:-9], "damaged or cut off"),
        ("p19_rw1.dta", lambda: as_stata(released().head(3))[:30_000], "a Stata file that is damaged"),
        ("p19_rw1.csv", lambda: b"YY1," * 3_000 + b"\n1\n", "columns; the survey's replicate weights have some 2,000"),
    ],
    ids=["empty", "page", "page in zip", "no zip", "no table", "cut off", "cut off Stata", "wide"],
)
def test_what_is_no_such_file_is_one_sentence(tmp_path, name, make, message):
    refused(written(tmp_path, name, make()), f"^{name}.*{message}")


def test_a_file_that_unpacks_to_far_more_than_any_wave_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr("lib.tables.unpacked.MAX_UNPACKED", 10_000)
    refused(written(tmp_path, "p19_rw1.csv.gz", packed("x.csv.gz", released().head(2))), "far more than any wave's")
    monkeypatch.undo()
    monkeypatch.setattr(replicate_file, "MAX_HOUSEHOLDS", 1)
    refused(written(tmp_path, "p19_rw1.csv", as_csv(released().head(2))), "has more than 1 rows")


def refused(path, message):
    with pytest.raises(DataError, match=message) as caught:
        read_weights(path)
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")


# ------------------------------------------------------------------------------------------ whose weights they are


def test_a_second_read_comes_from_the_copy_until_the_file_changes(tmp_path, monkeypatch):
    path = written(tmp_path, NAME, archive())
    first = replicates.read(path)
    monkeypatch.setattr(replicates, "read_weights", lambda _: pytest.fail("the file was read again"))
    ids, weights = replicates.read(path)
    assert (ids == first[0]).all()
    assert (weights == first[1]).all()
    assert not weights.flags.writeable
    monkeypatch.undo()

    path.write_bytes(zipped(as_csv(released(2022)), "p22_rw1.csv"))
    np.testing.assert_allclose(replicates.read(path)[1], effective(released(2022)), rtol=1e-6)
    copy = parquet_copy.places(path)[0]
    copy.write_bytes(copy.read_bytes()[:-100])
    np.testing.assert_allclose(replicates.read(path)[1], effective(released(2022)), rtol=1e-6)


def test_weights_must_be_of_the_wave_s_households(tmp_path):
    survey = written(tmp_path, "scfp2019excel.zip", extract(2019))
    path = written(tmp_path, NAME, archive())
    _, weights = replicates.read(path, survey=survey)
    assert weights.sum(axis=0, dtype=float) == pytest.approx(np.full(999, 128.6e6), rel=1e-6)

    wrong = {
        "holds 39 households, SCF 2019 has 40": released(2019, 39),
        "holds other households than SCF 2019, first 41": released().replace({"YY1": {40: 41}}),
        "stands for 64.3 million households on average where SCF 2019 has 128.6": half(range(1, 1000)),
        "stands for 64.3 million households in replicate 7 where SCF 2019 has 128.6": half([7]),
    }
    for message, table in wrong.items():
        path.write_bytes(zipped(as_csv(table), "table.csv"))
        with pytest.raises(DataError, match=f"^{NAME} {message}: use .* of that wave as released.$"):
            replicates.read(path, survey=survey)
    with pytest.raises(DataError, match=r"in replicate 7 where the survey of 2019 has 128.6"):
        replicates.read(path, wave=2019)


def half(numbers):
    return released().assign(**{f"WT1B{n}": released()[f"WT1B{n}"] / 2 for n in numbers})


# ------------------------------------------------------------------------------------------ fetched and found


def test_they_are_fetched_checked_recorded_and_kept_with_their_copy(tmp_path, monkeypatch, capsys):
    (tmp_path / "manifest.json").write_text("{")
    with Loopback() as site:
        site.serve(NAME, whole(archive()))
        seen = []
        path = fetch_replicates(2019, base=site.base, progress=lambda *at: seen.append(at), limits=QUICK)
        assert path == path_of_replicates(2019) == replicate_files()[2019] == tmp_path / NAME
        assert seen[-1] == (len(archive()), len(archive()))
        monkeypatch.setenv("SCF_BASE_URL", site.base)
        assert main(["--replicates", "2019", "2022"]) == 1
        assert len([asked for asked, _ in site.requests if NAME in asked]) == 1
    said = capsys.readouterr()
    assert f"The replicate weights of 2019 are there already: {NAME}" in said.out
    assert "has no scf2022rw1s.zip any more (404)" in said.err
    assert {file.name for file in tmp_path.iterdir()} == {NAME, f"{NAME}.parquet", "manifest.json"}
    entry = json.loads((tmp_path / "manifest.json").read_text())[NAME]
    assert (entry["wave"], entry["vintage"], entry["size"]) == (2019, "replicate weights", len(archive()))
    assert parquet_copy.first_sound(path, lambda *_: True)


def test_those_of_other_households_are_not_taken(tmp_path):
    written(tmp_path, "scfp2019excel.zip", extract(2019))
    download.readable()
    before = {file: file.read_bytes() for file in tmp_path.iterdir()}
    with Loopback() as site:
        site.serve(NAME, whole(zipped(as_csv(released(2019, 39)), "p19_rw1.csv")))
        with pytest.raises(DownloadError, match=r"cannot be used: .* holds 39 households, SCF 2019 has 40"):
            fetch_replicates(2019, base=site.base, limits=QUICK)
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before
    with pytest.raises(DownloadError, match="no survey of 2020"):
        fetch_replicates(2020)


def test_files_are_found_by_their_official_names(tmp_path):
    names = {
        "p22_rw1.dta": 2022,
        "P19_RW1.CSV": 2019,
        "scf2016rw1s.zip": 2016,
        "scf2001rw1s.dta": 2001,
        "scf89rw1s.zip": 1989,
        "p98_rw1.csv.gz": 1998,
    }
    for name in [*names, "p20_rw1.dta", "p22_rw1.dta.parquet", "scfp2013s.zip", "my p13_rw1.dta"]:
        (tmp_path / name).touch()
    assert {path.name: wave for wave, path in replicate_files().items()} == names
    assert replicate_files(tmp_path / "nowhere") == {}
    assert [replicate_names.official(wave) for wave in (1989, 1998, 2001, 2022)] == [
        "scf89rw1s.zip",
        "scf98rw1s.zip",
        "scf2001rw1s.zip",
        "scf2022rw1s.zip",
    ]
