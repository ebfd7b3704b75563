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
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from lib import estimates
from lib.sources import scf
from lib.ui.run import server

ROOT = Path(__file__).parents[2]
FIRST_VIEW = """
import time
import lib.ui.run.server
lib.ui.run.server._first_maps = lambda: None  # they run beside the next measurement otherwise
from streamlit.testing.v1 import AppTest
at = AppTest.from_file("streamlit_app.py", default_timeout=60)
start = time.perf_counter()
at.run()
first = time.perf_counter() - start
from streamlit.runtime.pages_manager import PagesManager
original = PagesManager.__init__
def initialise(self, *args, **kwargs):
    original(self, *args, **kwargs)
    PagesManager.uses_pages_directory = False
PagesManager.__init__ = initialise
at.run()
seconds = [first]
for page in ("explore", "two_features", "many_features", "small_business"):
    start = time.perf_counter()
    at.switch_page(f"pages/{page}.py").run()
    seconds.append(time.perf_counter() - start)
print(*seconds)
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
        _first_view(path.parent, "2019")
        _responses(path.parent)


def _loading(path: Path) -> None:
    csv = pd.read_csv(path, encoding="utf-8-sig")
    plain = path.with_name("plain.csv")
    csv.to_csv(plain, index=False)
    data = scf.read(path)
    some = ["NETWORTH", "INCOME", "TURNFEAR", "HBUS", "HHOUSES", "INCCAT"]

    def pandas_tables() -> None:
        for _ in range(100):
            weight = csv.groupby(["TURNFEAR", "INCCAT"])["WGT"].sum()
            weight / weight.groupby("TURNFEAR").transform("sum")

    def our_tables() -> None:
        for _ in range(100):
            estimates.shares(data, "INCCAT", "TURNFEAR")

    def read_file() -> pd.DataFrame:
        return pd.read_csv(path, encoding="utf-8-sig")

    report(
        [
            side_by_side("load all 351 columns", lambda: scf.read(path), "pandas.read_csv of the file", read_file, 9),
            side_by_side("  the same", lambda: scf.read(path), "read_csv, unzipped", lambda: pd.read_csv(plain), 9),
            side_by_side(
                "load the columns of a page",
                lambda: scf.read(path, columns=some),
                "pandas.read_csv of the file",
                read_file,
                9,
            ),
            side_by_side(
                "100 weighted group tables with n", our_tables, "pandas groupby, shares only", pandas_tables, 5
            ),
        ]
    )


def _first_view(downloads: Path, name: str) -> None:
    """The script's first run in a fresh process, imports of the app included."""
    environment = {**os.environ, "SCF_DOWNLOADS": str(downloads)}
    runs = []
    for _ in range(3):
        run = subprocess.run(
            [sys.executable, "-c", FIRST_VIEW], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        )
        runs.append([float(part) for part in run.stdout.split()])
    home, *others = (statistics.median(seconds) for seconds in zip(*runs, strict=True))
    sys.stdout.write(f"first view of a fresh process, {name}: Home {home:.2f} s")
    for page, seconds in zip(("Explore", "Two features", "Many features", "Small business"), others, strict=True):
        sys.stdout.write(f", then {page} {seconds:.2f} s")
    sys.stdout.write("\n")


def _responses(downloads: Path) -> None:
    """Server time of a changed control: the whole page, every result but those of unchanged controls new."""
    os.environ["SCF_DOWNLOADS"] = str(downloads)
    _as_on_a_server()
    at = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    at.switch_page("pages/explore.py").run()
    changes = {
        "a column or grouping": [("show", "RACE"), ("show", "EDCL"), ("show", "AGECL"), ("by", "HBUS"), ("by", "RACE")],
        "a distribution": [("amount", name) for name in ("INCOME", "DEBT", "ASSET", "HOUSES", "CCBAL", "VEHIC")],
        "a relation": [("x", "INCOME"), ("x", "ASSET"), ("y", "DEBT"), ("y", "FIN"), ("x", "NETWORTH")],
        "the population": [("who", "fearful"), ("who", "fearful-2m"), ("who", "business-500k"), ("who", "everyone")],
        "the dollars": [("dollars", 2022), ("dollars", 0)],
    }
    every: list[float] = []
    for what, steps in changes.items():
        seconds = [_time(at, key, value) for key, value in steps]
        every += seconds
        sys.stdout.write(f"  {what:<22} median {statistics.median(seconds) * 1000:4.0f} ms\n")
    sys.stdout.write(
        f"a changed control on the full file, whole page rerun: median {statistics.median(every) * 1000:.0f} ms, "
        f"slowest of {len(every)} {max(every) * 1000:.0f} ms (in a browser only the control's section reruns)\n"
    )


def _time(at: AppTest, key: str, value: object) -> float:
    start = time.perf_counter()
    at.selectbox(key=key).set_value(value)
    at.run()
    return time.perf_counter() - start


def _as_on_a_server() -> None:
    """A server forgets Streamlit's old router after its first run; AppTest wakes it again before every run."""
    original = PagesManager.__init__

    def initialise(self: PagesManager, *args: object, **kwargs: object) -> None:
        original(self, *args, **kwargs)  # type: ignore[arg-type]
        PagesManager.uses_pages_directory = False

    PagesManager.__init__ = initialise  # type: ignore[method-assign]
    server._first_maps = lambda: None
