"""Where a table lies while it is read: in memory, or in a file or folder that is gone afterwards."""

import errno
import gzip
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from paths import ROOT

from lib.errors import DataError
from lib.sources.table import read
from lib.tables.own import laid
from tests.sources.workbooks import sheet_of, xlsx

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has files in memory that can be opened by name")
FILES = {
    "f.csv": b"a,b\n1,2\n3,4\n",
    "f.csv.gz": gzip.compress(b"a,b\n1,2\n3,4\n"),
    "f.xlsx": xlsx(S=sheet_of([["a", "b"], [1, 2], [3, 4]])),
}


@LINUX
@pytest.mark.parametrize("name", FILES)
def test_what_fits_in_memory_is_on_no_disk(name, tmp_path, monkeypatch):
    """Where nothing can be put into the temporary folder, tables are read all the same."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "is not there"))
    assert read(FILES[name], name).frame["b"].tolist() == [2, 4]


@LINUX
def test_what_is_large_has_no_name(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(laid, "MOST_IN_MEMORY", 0)
    with laid.room() as place:
        path = place.file("text", 1)
        path.write_bytes(b"words")
        assert path.read_bytes() == b"words"
        assert list(tmp_path.iterdir()) == []
    assert read(FILES["f.csv"], "f.csv").frame["b"].tolist() == [2, 4]


@LINUX
def test_files_are_closed_with_their_room():
    before = len(list(Path("/proc/self/fd").iterdir()))
    with laid.room() as place:
        paths = [place.file("text", size) for size in (1, laid.MOST_IN_MEMORY + 1)]
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    assert not any(path.exists() and "table" in str(path.readlink()) for path in paths)


@pytest.mark.parametrize("name", FILES)
def test_elsewhere_nobody_else_can_enter_the_folder_and_it_goes(name, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(laid.sys, "platform", "another")
    with laid.room() as place:
        path = place.file("text", 1)
        assert path.parent.parent == tmp_path
        if sys.platform != "win32":
            assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert read(FILES[name], name).frame["b"].tolist() == [2, 4]
    with pytest.raises(DataError):
        read(b"a,b\n", "f.csv")
    assert list(tmp_path.iterdir()) == []


@LINUX
def test_nothing_stays_where_the_process_is_killed(tmp_path):
    code = (
        "from lib.tables.own import laid\n"
        "with laid.room() as place:\n"
        "    for size in (1, laid.MOST_IN_MEMORY + 1):\n"
        "        place.file('text', size).write_bytes(b'words')\n"
        "    print('there', flush=True)\n"
        "    input()\n"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout.readline() == "there\n"
        process.kill()
    assert list(tmp_path.iterdir()) == []


def full(*_args, **_options):
    raise OSError(errno.ENOSPC, "No space left on device")


@LINUX
@pytest.mark.parametrize("name", FILES)
def test_a_full_disk_is_said_to_be_full_and_no_file_to_be_damaged(name, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(laid.Room, "file", lambda *_: Path("/dev/full"))
    with pytest.raises(DataError, match=r"^This server has no room left for the table: try again later, or a smaller"):
        read(FILES[name], name)
    with pytest.raises(DataError, match="no room left"), laid.folder(1) as place:
        full(place)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows is not asked which processes there are")
def test_what_a_killed_process_left_goes_with_the_next_start(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(laid, "_SHARED_MEMORY", tmp_path)
    ended = subprocess.Popen([sys.executable, "-S", "-c", ""])
    ended.wait()
    names = [f"table-{number}-x" for number in (ended.pid, os.getppid(), "x", 10**20)]
    for name in names:
        (tmp_path / name).mkdir()
    with laid.folder(1) as ours:
        laid.sweep()
        assert {path.name for path in tmp_path.iterdir()} == {ours.name, *names[1:]}
