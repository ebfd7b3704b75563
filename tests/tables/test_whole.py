"""Whole or absent: what a reader, a full disk, a kill and another writer see of a file that is being written."""

import os
import signal
import stat
import subprocess
import sys
import threading
import time

import pytest
from paths import ROOT

from lib.tables.whole import ABANDONED, sweep, whole

KILLED = """
import sys
from pathlib import Path
from lib.tables.whole import whole
with whole(Path(sys.argv[1])) as draft:
    draft.write_text("half")
    print("begun", flush=True)
    sys.stdin.read()  # until it is killed
"""


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def age(path, seconds):
    os.utime(path, (time.time() - seconds,) * 2)
    return path


def ending(_done, error):
    """End a block after something was done in it."""
    raise error


def test_it_is_there_once_it_is_whole(tmp_path):
    target = tmp_path / "a.csv"
    target.write_text("older")
    with whole(target) as draft:
        draft.write_text("newer")
        assert draft.parent == tmp_path
        assert target.read_text() == "older"
    assert target.read_text() == "newer"
    assert names(tmp_path) == ["a.csv"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_others_may_read_it(tmp_path):
    with whole(tmp_path / "a"):
        pass
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o644


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), ValueError(), KeyboardInterrupt()])
def test_what_goes_wrong_leaves_the_older_file_and_nothing_else(tmp_path, error):
    target = tmp_path / "a.csv"
    target.write_text("older")
    with pytest.raises(type(error)), whole(target) as draft:
        ending(draft.write_text("half"), error)
    assert target.read_text() == "older"
    assert names(tmp_path) == ["a.csv"]


def test_a_target_that_cannot_be_replaced(tmp_path):
    (tmp_path / "a").mkdir()
    with pytest.raises(OSError, match="directory"), whole(tmp_path / "a") as draft:
        draft.write_text("x")
    assert names(tmp_path) == ["a"]


def test_a_draft_that_was_removed_by_its_writer(tmp_path):
    """As Arrow does when it cannot go on writing."""
    with pytest.raises(RuntimeError), whole(tmp_path / "a") as draft:
        ending(draft.unlink(), RuntimeError())
    assert names(tmp_path) == []


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError), whole(tmp_path / "nowhere" / "a"):
        pytest.fail("begun")


def test_names_as_long_as_a_disk_takes(tmp_path):
    with whole(tmp_path / ("n" * 255)) as draft:
        draft.write_text("x")
    assert names(tmp_path) == ["n" * 255]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_a_killed_writer_leaves_a_draft_which_the_next_one_sweeps_when_it_is_old(tmp_path):
    target = tmp_path / "a.csv"
    call = [sys.executable, "-c", KILLED, str(target)]
    with subprocess.Popen(call, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout.readline() == "begun\n"
        writer.send_signal(signal.SIGKILL)
    [left] = tmp_path.iterdir()
    with whole(target):
        pass
    assert left.exists(), "its writer might be at work yet"
    age(left, ABANDONED + 60)
    with whole(target):
        pass
    assert names(tmp_path) == ["a.csv"]


def test_a_clock_that_is_put_back_keeps_no_draft_for_ever(tmp_path):
    (left := tmp_path / ".whole-left.part").touch()
    age(left, 60 - ABANDONED)
    sweep(tmp_path)
    assert left.exists()
    age(left, -2 * ABANDONED)
    sweep(tmp_path)
    assert not left.exists()


def test_a_clock_that_is_put_on_may_cost_what_is_being_written_and_nothing_else(tmp_path, monkeypatch):
    (target := tmp_path / "a").write_text("older")

    def write_until_tomorrow():
        with whole(target) as draft:
            draft.write_text("newer")
            now = time.time()
            monkeypatch.setattr(time, "time", lambda: now + 86_400)
            sweep(tmp_path)

    with pytest.raises(FileNotFoundError):
        write_until_tomorrow()
    assert names(tmp_path) == ["a"]
    assert target.read_text() == "older"


def test_files_of_others_are_not_swept(tmp_path):
    others = [".part", "film.mkv.part", ".tmpabc.part", ".whole", "whole-a.part"]
    for name in others:
        (tmp_path / name).touch()
        age(tmp_path / name, 10 * ABANDONED)
    (tmp_path / ".whole-folder.part").mkdir()
    age(tmp_path / ".whole-folder.part", 10 * ABANDONED)
    with whole(tmp_path / "a"):
        pass
    assert names(tmp_path) == sorted([*others, ".whole-folder.part", "a"])


def test_many_writers_of_one_file(tmp_path):
    target, start = tmp_path / "a", threading.Barrier(4)

    def write(letter):
        start.wait(30)
        for _ in range(20):
            with whole(target) as draft:
                draft.write_text(letter * 100_000)

    writers = [threading.Thread(target=write, args=(letter,)) for letter in "xyz"]
    for writer in writers:
        writer.start()
    start.wait(30)
    while any(writer.is_alive() for writer in writers):
        if target.exists():
            assert target.read_text() in {letter * 100_000 for letter in "xyz"}
    assert names(tmp_path) == ["a"]
