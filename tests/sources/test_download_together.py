"""Downloads from the command line, by several threads, by several processes, and killed half-way."""

from __future__ import annotations

import io
import socket
import subprocess
import sys
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lib.errors import DownloadError
from lib.sources import download, scf
from lib.sources.download import fetch, one_at_a_time, readable
from lib.sources.download.command import main
from lib.sources.download.limits import Clock, Limits
from tests.sources import loopback
from tests.sources.loopback import Loopback, extract, pausing, status, stopping, whole

ROOT = Path(__file__).parents[2]
QUICK = Limits(connect=2, read=5, answer=10, deadline=20, attempts=2, backoff=0, poll=0.01)
NAME = "scfp2019excel.zip"
PATIENCE = 20
"""Seconds after which a test that waits for another process has failed."""


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A server that is the survey's site for this process and those it starts."""
    with Loopback() as server:
        monkeypatch.setenv("NO_PROXY", "*")
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        monkeypatch.setenv("SCF_BASE_URL", server.base)
        monkeypatch.setenv("SCF_DOWNLOADS", str(tmp_path / "downloads"))
        yield server


@pytest.fixture
def folder(site, tmp_path):
    return tmp_path / "downloads"


@pytest.fixture
def offline(site, monkeypatch):
    """The address of a site that is not there."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        monkeypatch.setenv("SCF_BASE_URL", f"http://127.0.0.1:{listener.getsockname()[1]}")


def csv(wave):
    """The table inside the zip that the site has of a wave."""
    with zipfile.ZipFile(io.BytesIO(extract(wave))) as archive:
        return archive.read(f"SCFP{wave}.csv")


def names(folder):
    return {path.name for path in folder.iterdir()}


def command(*arguments):
    """Another process that downloads, as ``make run`` starts it."""
    call = [sys.executable, "-m", "lib.sources.download", *arguments]
    return subprocess.Popen(call, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


# ------------------------------------------------------------------------------------------ one at a time


def test_many_sessions_ask_and_the_site_is_asked_once(site, folder):
    began, go = threading.Event(), threading.Event()
    site.serve(NAME, pausing(extract(), began, go), status(500))
    waiting = set()

    def session(number):
        def progress(size, total):
            if (size, total) == (0, None):
                waiting.add(number)
            if len(waiting) == 5:
                go.set()

        return fetch(2019, folder=folder, progress=progress, limits=QUICK)

    with ThreadPoolExecutor(6) as pool:
        paths = list(pool.map(session, range(6)))
    assert set(paths) == {folder / NAME}
    assert len(site.requests) == 1
    assert names(folder) == {NAME, f"{NAME}.parquet", "manifest.json"}


def test_two_processes_ask_and_the_site_is_asked_once(site, folder):
    began, go = threading.Event(), threading.Event()
    site.serve(NAME, pausing(extract(), began, go), status(500))
    with command("2019") as other:
        assert began.wait(PATIENCE)
        # only once this process has found the lock taken does the server send the rest to the other
        path = fetch(2019, progress=lambda *_: go.set(), limits=QUICK)
        assert other.wait(PATIENCE) == 0
    assert scf.read(path).wave == 2019
    assert len(site.requests) == 1
    assert names(folder) == {NAME, f"{NAME}.parquet", "manifest.json"}


def test_who_waits_for_a_download_that_fails_tries_for_itself(site, folder):
    began, go = threading.Event(), threading.Event()
    site.serve(NAME, pausing(b"not the survey", began, go), whole(extract()))

    def first():
        with pytest.raises(Exception, match=r"not a .zip archive,"):
            fetch(2019, folder=folder, limits=QUICK)

    thread = threading.Thread(target=first)
    thread.start()
    assert began.wait(PATIENCE)
    assert scf.read(fetch(2019, progress=lambda *_: go.set(), limits=QUICK)).wave == 2019
    thread.join()
    assert len(site.requests) == 2


def test_killed_half_way(site, folder):
    site.serve(NAME, whole(extract(dollars=2019)))
    fetch(2019, limits=QUICK)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    began = threading.Event()
    site.serve(NAME, pausing(extract(), began, threading.Event()), whole(extract()))
    started = subprocess.Popen([sys.executable, "-c", "from lib.sources.download import fetch; fetch(2019)"], cwd=ROOT)
    assert began.wait(PATIENCE)
    started.kill()
    started.wait(PATIENCE)

    left = names(folder) - set(before)
    assert one_at_a_time.NAME in left
    assert any(name.endswith(".part") for name in left)
    assert {name: (folder / name).read_bytes() for name in before} == before
    assert readable() == ({2019: folder / NAME}, {})
    assert scf.read(folder / NAME).dollars == 2019

    fetch(2019, limits=QUICK)
    assert scf.read(folder / NAME).dollars == 2022
    assert names(folder) == set(before)


def test_a_limit_on_the_size_of_files_is_a_full_disk(site, folder):
    pytest.importorskip("resource", reason="Windows has no such limit")
    site.serve(NAME, whole(extract()))
    limited = (
        "import resource, sys; from lib.sources.download.command import main; "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)); sys.exit(main(['2019']))"
    )
    ended = subprocess.run([sys.executable, "-c", limited], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.stderr == ("There is no space left for scfp2019excel.zip in downloads: free some, then try again.\n")
    assert ended.returncode == 1
    assert names(folder) == set()


# ------------------------------------------------------------------------------------------ the command


def test_it_fetches_what_is_not_there(site, folder, capsys):
    folder.mkdir()
    (folder / "SCFP2007.csv").write_bytes(csv(2007))
    site.serve(NAME, whole(extract()))
    assert main(["2019", "2007", "2019"]) == 0
    assert main(["2019", "--folder", str(folder)]) == 0
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        "SCF 2019 is there now: scfp2019excel.zip, 0.0 MB, 2022 dollars, re-released with the 2022 survey",
        "SCF 2007 is there already: SCFP2007.csv",
        "SCF 2019 is there already: scfp2019excel.zip",
    ]
    assert said.err == ""


def test_one_failure_does_not_keep_the_other_wave_away(site, folder, capsys):
    site.serve("scfp2022excel.zip", whole(extract(2022)))
    assert main(["2019", "2022"]) == 1
    said = capsys.readouterr()
    assert said.out.startswith("SCF 2022 is there now")
    assert said.err.count("\n") == 1
    assert "has no scfp2019excel.zip" in said.err


def test_every_wave_in_one_go(site, folder, capsys, monkeypatch):
    monkeypatch.setattr(download, "WAVES", (2007, 2016, 2022))
    for wave, name in ((2007, "scfp2007s.zip"), (2016, "scfp2016excel.zip"), (2022, "scfp2022excel.zip")):
        site.serve(name, whole(extract(wave)))
    assert main(["--all"]) == 0
    assert capsys.readouterr().out.count("is there now") == 3
    assert [wave for wave in download.missing() if wave > 2004] == [2010, 2013, 2019]


def test_several_waves_with_one_progress_and_what_comes_stays(site, folder):
    for wave, name in ((2007, "scfp2007s.zip"), (2022, "scfp2022excel.zip")):
        site.serve(name, whole(extract(wave)))
    told = []
    with pytest.raises(DownloadError, match=r"^2 of 3 came, not 2019: .* has no scfp2019excel.zip"):
        download.fetch_several((2007, 2019, 2022), progress=lambda share, words: told.append((share, words)))
    assert list(download.readable()[0]) == [2007, 2022]
    assert [share for share, _ in told] == sorted(share for share, _ in told)
    assert (0, "Fetching 2007, 1 of 3") in told
    assert any(words.startswith("Fetching 2022, 3 of 3: 0.0 MB") for _, words in told)


def test_without_a_network_the_other_waves_are_not_tried(offline, folder, monkeypatch):
    monkeypatch.setattr(Clock, "pause", lambda *_: None)
    told = []
    with pytest.raises(DownloadError, match="cannot be reached"):
        download.fetch_several((2007, 2022), progress=lambda share, words: told.append(words))
    assert not any("2022" in words for words in told)


def test_offline_it_fails_in_one_line(offline, folder, capsys, monkeypatch):
    monkeypatch.setattr(Clock, "pause", lambda *_: None)
    assert main(["2019", "2022"]) == 1
    assert capsys.readouterr().err == ("127.0.0.1 cannot be reached: check the network, or try again later.\n")


def test_best_effort_goes_on_without(offline, folder, capsys, monkeypatch):
    monkeypatch.setattr(Clock, "pause", lambda *_: None)
    assert main(["2019", "2022", "--best-effort"]) == 0
    assert capsys.readouterr().err == (
        "127.0.0.1 cannot be reached: check the network, or try again later. "
        "The app goes on with the synthetic sample.\n"
    )
    (folder / "SCFP2019.csv").write_bytes(csv(2019))
    assert main(["2019", "2022", "--best-effort"]) == 0
    said = capsys.readouterr()
    assert said.out == "SCF 2019 is there already: SCFP2019.csv\n"
    assert said.err.endswith("The app goes on with SCF 2019.\n")


def test_the_deadline_holds_for_all_waves_together(site, folder, capsys):
    for name in (NAME, "scfp2022excel.zip"):
        site.serve(name, loopback.trickling(extract()))
    assert main(["2019", "2022", "--deadline", "0.2", "--best-effort"]) == 0
    assert len(site.requests) == 1
    assert capsys.readouterr().err.startswith("scfp2019excel.zip did not arrive within 0 seconds")
    assert names(folder) == set()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["2020"], "there is no survey of 2020: choose from 1989, 1992"),
        (["all"], "there is no survey of all"),
        (["2019", "--deadline", "-1"], "-1 is not a number of seconds above 0"),
        (["2019", "--deadline", "soon"], "soon is not a number"),
        (["2019", "--deadline", "nan"], "nan is not a number"),
        ([], "name the waves to fetch, or ask for --all of them"),
        (["--all", "2019"], "name the waves to fetch, or ask for --all of them"),
    ],
)
def test_wrong_arguments_are_explained(site, capsys, arguments, message):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert message in capsys.readouterr().err
    assert not site.requests


def test_interrupted_by_the_keyboard(site, folder, capsys, monkeypatch):
    def interrupt(*_args, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr("lib.sources.download.transfer.receive", interrupt)
    assert main(["2019"]) == 130
    assert "untouched" in capsys.readouterr().err
    assert names(folder) == set()


def test_a_terminal_shows_a_bar_and_is_left_clean(site, folder, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    site.serve(NAME, stopping(extract(), 100), whole(extract()))
    monkeypatch.setattr(Clock, "pause", lambda *_: None)
    assert main(["2019"]) == 0
    drawn = screen.getvalue().split("\r")
    assert f"{NAME} [{'.' * 30}] 0.0 of 0.0 MB" in drawn
    assert f"{NAME} [{'#' * 30}] 0.0 of 0.0 MB" in drawn
    assert drawn[-2].strip() == drawn[-1] == ""


def test_the_module_runs(site, folder):
    site.serve(NAME, whole(extract()))
    with command("2019", "--best-effort") as process:
        said, complaint = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert said.startswith("SCF 2019 is there now")
    assert complaint == ""
    assert NAME in names(folder)
