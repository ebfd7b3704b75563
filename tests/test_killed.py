"""Servers that are killed while they write, or share a folder: what was whole stays so, the rest is made anew."""

import os
import select
import subprocess
import sys
import time

import numpy as np
import pytest
from paths import ROOT

from lib.sources import download, scf
from lib.sources.scf import parquet_copy
from lib.tables.whole import ABANDONED, sweep
from tests.scripts.killed import CASES, FITTED, NAME, OF, ROWS, TOGETHER, store
from tests.sources.loopback import Loopback, extract, whole

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")

BEFORE, AFTER = extract(dollars=2019), extract()
TIMES = [f"{what} {when}" for what, when in CASES]


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """A folder for each time, as a killed process left it; the codes with which they ended, by the time."""
    folder = tmp_path_factory.mktemp("killed")
    for when in (*TIMES, "together"):
        (folder / when).mkdir()
        if not when.startswith("map"):
            (folder / when / NAME).write_bytes(BEFORE)
    with Loopback() as site, pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_PROXY", "*")
        patch.setenv("SCF_BASE_URL", site.base)
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        site.serve(NAME, whole(AFTER))
        call = [sys.executable, "-m", "tests.scripts.killed", str(folder)]
        said = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
        yield folder, dict(line.split(": ") for line in said)


def names(folder):
    return {path.name for path in folder.iterdir()}


def test_every_one_was_killed_and_nobody_else(killed):
    shared = dict.fromkeys([f"together {number}" for number in range(TOGETHER)], "0")
    assert killed[1] == {**dict.fromkeys(TIMES, "-9"), **shared}


def test_servers_that_share_a_folder_leave_one_whole_file_of_each_kind(killed):
    folder = killed[0] / "together"
    assert names(folder) == {NAME, f"{NAME}.parquet", "manifest.json", "maps"}
    assert names(folder / "maps") == {"a.parquet"}
    assert parquet_copy.load(folder / NAME) is not None


@pytest.mark.parametrize("when", [time for time in TIMES if time.startswith("copy")])
def test_a_parquet_copy_is_whole_or_made_anew(killed, when):
    folder = killed[0] / when
    assert names(folder) > {NAME}
    assert scf.read(folder / NAME).dollars == 2019
    assert parquet_copy.load(folder / NAME) is not None
    late(folder)
    assert names(folder) == {NAME, f"{NAME}.parquet"}


@pytest.mark.parametrize("when", [time for time in TIMES if time.startswith("map")])
def test_a_stored_map_is_whole_or_drawn_anew(killed, when):
    folder = killed[0] / when
    assert len(names(folder)) == 1
    assert store(folder).load("a", OF, ROWS) is None
    store(folder).keep("a", OF, ROWS, FITTED)
    assert np.array_equal(store(folder).load("a", OF, ROWS).coordinates, FITTED.coordinates)
    late(folder)
    assert names(folder) == {"a.parquet"}


def late(folder):
    """An hour later."""
    for draft in folder.glob(".whole-*"):
        os.utime(draft, (time.time() - ABANDONED - 60,) * 2)
    sweep(folder)


@pytest.mark.parametrize("when", [time for time in TIMES if time.startswith("download")])
def test_a_wave_is_the_old_one_or_the_new_one_and_the_next_start_sweeps(killed, when):
    folder = killed[0] / when
    assert any(name.endswith(".part") for name in names(folder))
    download.sweep(folder)
    assert not [name for name in names(folder) if name.startswith(".")]
    [path] = download.readable(folder)[0].values()
    is_new = path.read_bytes() == AFTER
    assert is_new or path.read_bytes() == BEFORE
    assert scf.read(path).dollars == (2022 if is_new else 2019)
    assert names(folder) <= {NAME, f"{NAME}.parquet", "manifest.json"}
    assert scf.read(download.fetch(2019, folder=folder)).dollars == 2022
    assert names(folder) == {NAME, f"{NAME}.parquet", "manifest.json"}
    assert not list((killed[0] / "cache").rglob("*"))


SERVER = """
import os, runpy, signal
with runpy.run_path("lib/exports/converter.py")["Converter"]() as converter:  # without all else that makes reports
    print(converter._process.pid, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="waits for a process that is nobody's child, as Linux can")
def test_in_the_middle_of_a_report_nothing_of_it_is_on_the_disk_and_no_process_stays(tmp_path):
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    call = [sys.executable, "-c", SERVER]
    server = subprocess.run(call, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert server.returncode == -9
    try:
        drawing = os.pidfd_open(int(server.stdout))
    except ProcessLookupError:
        pass
    else:
        assert select.select([drawing], [], [], 30)[0], "what draws pictures has outlived its server"
        os.close(drawing)
    assert list(tmp_path.iterdir()) == []
