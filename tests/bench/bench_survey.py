"""Reading the survey, weighted tables, the first view and the answers of the Explore page."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
from measure import REAL, report, side_by_side

from lib import estimates
from lib.sources import scf

ROOT = Path(__file__).parents[2]
FIRST_VIEW = """
import time; start = time.perf_counter()
from streamlit.testing.v1 import AppTest
at = AppTest.from_file("streamlit_app.py", default_timeout=60)
start = time.perf_counter()
at.run()
print(time.perf_counter() - start, len(at.get("vega_lite_chart")))
"""


def main() -> None:
    """Print load times, group tables, first view and median response."""
    if not (REAL / "SCFP2019.csv.gz").exists():
        sys.stdout.write("The real survey file is not there: only the first view on the sample is measured.\n")
        _first_view(Path(tempfile.mkdtemp()), "sample")
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "SCFP2019.csv.gz"
        shutil.copyfile(REAL / path.name, path)
        _loading(path)
        _first_view(Path(folder) / "none", "sample")
        _first_view(path.parent, "SCF 2019")
        _responses(path.parent)


def _loading(path: Path) -> None:
    csv = pd.read_csv(path, encoding="utf-8-sig")
    plain = path.with_name("plain.csv")
    csv.to_csv(plain, index=False)
    data = scf.read(path)

    def read_csv() -> pd.DataFrame:
        return pd.read_csv(plain)

    def pandas_tables() -> None:
        for _ in range(100):
            weight = csv.groupby(["TURNFEAR", "INCCAT"])["WGT"].sum()
            weight / weight.groupby("TURNFEAR").transform("sum")

    def our_tables() -> None:
        for _ in range(100):
            estimates.shares(data, "INCCAT", "TURNFEAR")

    report(
        [
            side_by_side("load all 351 columns", lambda: scf.read(path), "pandas.read_csv (unzipped)", read_csv, 7),
            side_by_side(
                "load the columns of a page",
                lambda: scf.read(path, columns=["NETWORTH", "INCOME", "TURNFEAR", "HBUS", "HHOUSES", "INCCAT"]),
                "pandas.read_csv (unzipped)",
                read_csv,
                7,
            ),
            side_by_side(
                "100 weighted group tables with n", our_tables, "pandas groupby, shares only", pandas_tables, 5
            ),
        ]
    )


def _first_view(downloads: Path, name: str) -> None:
    """The script's first run in a fresh process, imports of the app included."""
    environment = {**os.environ, "SCF_DOWNLOADS": str(downloads)}
    seconds = []
    for _ in range(3):
        run = subprocess.run(
            [sys.executable, "-c", FIRST_VIEW], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        )
        seconds.append(float(run.stdout.split()[0]))
    sys.stdout.write(f"first view of a fresh process, {name}: {statistics.median(seconds):.2f} s\n")


def _responses(downloads: Path) -> None:
    """Server time of a changed control: the whole page, every result but those of unchanged controls new."""
    from streamlit.testing.v1 import AppTest

    os.environ["SCF_DOWNLOADS"] = str(downloads)
    at = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    at.run()
    changes = [
        *(("show", name) for name in ("RACE", "EDCL", "AGECL", "FAMSTRUCT", "OCCAT1", "LIFECL", "MARRIED")),
        *(("by", name) for name in ("HBUS", "RACE", "AGECL", "EDCL")),
        *(("amount", name) for name in ("INCOME", "DEBT", "ASSET", "HOUSES", "CCBAL", "VEHIC")),
        *(("x", name) for name in ("INCOME", "ASSET", "NETWORTH", "FIN")),
        *(("y", name) for name in ("DEBT", "FIN", "NFIN", "BUS")),
    ]
    seconds = []
    for key, value in changes:
        start = time.perf_counter()
        at.selectbox(key=key).set_value(value)
        at.run()
        seconds.append(time.perf_counter() - start)
    ordered = sorted(seconds)
    sys.stdout.write(
        f"a changed control on the full file, whole page rerun: median {statistics.median(seconds) * 1000:.0f} ms, "
        f"slowest of {len(seconds)} {ordered[-1] * 1000:.0f} ms\n"
    )
