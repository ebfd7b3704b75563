"""Files that earlier versions wrote are read as they were meant, or refused in a sentence; this version's among them.

A version that means to read one no longer says here which, and what it tells the person instead. Links are kept in
tests/pages/test_old_links.py.
"""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lib import VERSION
from lib.maps import Store
from lib.segments.apply import label_file, load
from lib.sources import scf, table
from lib.tables.csvw import facts_beside
from tests.kept import read

FOLDERS = sorted(path for path in read.HERE.iterdir() if path.name[0].isdigit())
MEMBERS = sorted(path for folder in FOLDERS for path in folder.glob("members*.csv"))
RECIPES = sorted(path for folder in FOLDERS for path in folder.glob("*.json") if ".csv" not in path.name)

every_version = pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)


def labelled(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, comment="#", sep=None, engine="python", dtype=str)


def test_this_version_s_files_are_kept():
    assert VERSION in [folder.name for folder in FOLDERS], "python -m tests.kept"


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_kept_recipe_labels_rows_as_it_did(path, tmp_path):
    stored = load(path)
    assert stored.names == {1: "Renters, young", 2: "Süd = 2"}
    label_file(stored, path.with_suffix(".csv"), tmp_path / "now.csv")
    now, then = labelled(tmp_path / "now.csv"), labelled(path.with_name(f"{path.stem}_labelled.csv"))
    distances = [each.pop("distance").astype(float) for each in (now, then)]
    pd.testing.assert_frame_equal(now, then)
    assert np.allclose(*distances, rtol=1e-5, equal_nan=True)


@pytest.mark.parametrize("path", RECIPES[:1], ids=lambda path: path.stem)
def test_a_recipe_of_a_version_to_come_is_refused(path, tmp_path):
    stored = json.loads(path.read_text(encoding="utf-8"))
    later = tmp_path / "later.json"
    later.write_text(json.dumps({**stored, "format_version": 99}), encoding="utf-8")
    with pytest.raises(Exception, match=r"^This recipe has format version 99, this app reads version \d: .*\.$"):
        load(later)


@pytest.mark.parametrize("path", MEMBERS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_kept_members_can_be_brought_as_a_table(path):
    """Once the recipe stood above them in a remark, with quotation marks that kept all rows from being read."""
    data = table.read(path)
    above = path.read_text(encoding="utf-8-sig").startswith("# Made with: Household Segments")
    assert above or facts_beside(path)["Data"] == "customers"
    assert data.id == "row"
    assert len(data) == 60
    assert data.frame["income"].iloc[0] == pytest.approx(49_076.23)
    assert data.frame["segment"].iloc[:2].tolist() == [3, 2]


@every_version
def test_a_kept_map_is_shown_again(folder):
    found = Store(None, shipped=folder).load(read.MAP, read.OF, read.ROWS)
    assert np.array_equal(found.coordinates, read.COORDINATES)
    assert found.figures == read.FIGURES


@every_version
def test_a_kept_copy_of_a_wave_is_taken_for_the_file(folder, tmp_path, monkeypatch):
    for path in folder.glob(f"{read.WAVE}*"):
        shutil.copyfile(path, tmp_path / path.name)
    read.set_time(tmp_path / read.WAVE)
    from_copy = scf.read(tmp_path / read.WAVE)
    (tmp_path / f"{read.WAVE}.parquet").unlink()
    monkeypatch.setattr("lib.sources.scf.parquet_copy.keep_table", lambda *_: None)
    afresh = scf.read(tmp_path / read.WAVE)
    pd.testing.assert_frame_equal(from_copy.frame, afresh.frame, check_dtype=False)
    assert (from_copy.fingerprint, from_copy.wave, from_copy.dollars) == (afresh.fingerprint, 2019, afresh.dollars)
