"""Data that tests share."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

# at least as many processes run tests as there are processors, whose threads would wait, busily, for one another
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["SEGMENTS_LOG"] = "off"

import numpy as np
import pandas as pd
import pytest
from held import Held
from paths import FACTS, REAL

from lib.dataset import Dataset
from lib.sources import scf
from lib.sources.scf import read_codebook
from lib.subjects import SCF


@pytest.fixture(scope="session")
def real_file(tmp_path_factory):
    """Copies a real file to a folder where a Parquet copy may be kept; skips where there is none."""
    folder = tmp_path_factory.mktemp("real")

    def copy(name: str) -> Path:
        if not (REAL / name).exists():
            pytest.skip(f"needs the real survey file {name} in ../shared/data")
        if not (folder / name).exists():
            shutil.copyfile(REAL / name, folder / name)
        return folder / name

    return copy


@pytest.fixture(scope="session")
def real_2019(real_file) -> Dataset:
    return scf.read(real_file("SCFP2019.csv.gz"))


@pytest.fixture(scope="session")
def real_2022(real_file) -> Dataset:
    return scf.read(real_file("scfp2022excel.zip"))


@pytest.fixture(scope="session")
def real_2007(real_file) -> Dataset:
    return scf.read(real_file("scfp2007s.zip"))


@pytest.fixture(scope="session")
def sample() -> Dataset:
    return scf.sample()


@pytest.fixture(scope="session")
def notebook():
    """What the well-known notebooks print, by id: value and relative tolerance."""
    entries = json.loads((FACTS / "notebook_results.json").read_text(encoding="utf-8"))
    return {entry["id"]: entry for entry in entries}


@pytest.fixture(scope="session")
def postgresql():
    """A PostgreSQL server with an empty database; see ``tests/postgresql.py``."""
    from postgresql import serve

    with serve() as server:
        yield server


@pytest.fixture
def held():
    """Makes work that ends with the test at the latest, so that no thread is left waiting."""
    all_of_it = []

    def make(result: object = "done") -> Held:
        all_of_it.append(Held(result))
        return all_of_it[-1]

    yield make
    for work in all_of_it:
        work.end()


@pytest.fixture
def households():
    """Makes a hand-sized dataset: ``households(WGT=[...], AGE=[...])``, one household per row unless YY1 says."""

    def make(**columns: list[float]) -> Dataset:
        rows = len(next(iter(columns.values())))
        frame = pd.DataFrame({"YY1": np.arange(1, rows + 1), "WGT": np.ones(rows), **columns})
        per_household = int(frame["YY1"].value_counts().iloc[0])
        if "Y1" not in frame:
            frame["Y1"] = frame["YY1"] * 10 + frame.groupby("YY1").cumcount() + 1
        return Dataset(
            frame=frame,
            codebook=read_codebook().restricted_to(list(frame.columns)),
            name="By hand",
            fingerprint=f"by hand {sorted(columns.items())}",
            subject=SCF,
            weight="WGT",
            id="YY1",
            implicates=per_household,
            implicate="Y1",
            wave=2019,
            dollars=2019,
        )

    return make
