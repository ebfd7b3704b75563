"""Which of the files in the folder of downloads can be read, and what of it is remembered."""

from __future__ import annotations

import os
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from data.build.sample import find_survey
from data.build.sample import main as build_sample
from lib.errors import DataError
from lib.sources import download, scf
from lib.sources.download import fetch, opened, readable
from lib.sources.download.command import main
from lib.sources.download.limits import Limits
from tests.sources.loopback import Loopback, extract, status, whole

NAME = "scfp2019excel.zip"
QUICK = Limits(connect=2, read=5, answer=10, deadline=20, attempts=1, backoff=0, poll=0.01)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder of downloads, empty, with nothing remembered."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("SCF_DOWNLOADS", str(tmp_path / "downloads"))
    monkeypatch.setattr(opened, "_found", {})
    (tmp_path / "downloads").mkdir()
    return tmp_path / "downloads"


@pytest.fixture
def reads(monkeypatch):
    """The names of the files that are opened, in order."""
    names = []
    read = scf.read

    def noted(path, **options):
        names.append(path.name)
        return read(path, **options)

    monkeypatch.setattr(scf, "read", noted)
    return names


@pytest.fixture
def site(monkeypatch):
    with Loopback() as server:
        monkeypatch.setenv("NO_PROXY", "*")
        monkeypatch.setenv("SCF_BASE_URL", server.base)
        yield server


def put(folder, name, content, age=0):
    """Write a file that was last changed ``age`` seconds after the year 2001 began, or so."""
    path = folder / name
    path.write_bytes(content)
    os.utime(path, (10**9 + age, 10**9 + age))
    return path


# ------------------------------------------------------------------------------------------ what is found


def test_files_go_by_what_is_in_them(folder):
    put(folder, "scfp2022excel.zip", extract(2007))
    put(folder, NAME, extract())
    assert readable() == readable(folder) == ({2007: folder / "scfp2022excel.zip", 2019: folder / NAME}, {})
    assert list(readable()[0]) == [2007, 2019]


@pytest.mark.real
def test_the_real_2007_file_under_the_name_of_2022(folder, real_file):
    shutil.copyfile(real_file("scfp2007s.zip"), folder / "scfp2022excel.zip")
    assert readable() == ({2007: folder / "scfp2022excel.zip"}, {})


def test_of_two_files_of_a_wave_the_newest_counts(folder):
    for first, second in (("SCFP2019.csv", NAME), (NAME, "scfp2016s.zip"), ("scfp2016s.zip", NAME)):
        put(folder, first, extract(), age=1)
        put(folder, second, extract(dollars=2019), age=2)
        assert readable() == ({2019: folder / second}, {})


def test_what_cannot_be_read_comes_with_the_reason(folder):
    put(folder, NAME, extract()[:-500])
    put(folder, "SCFP2016.csv", b"A,B\n1,2\n")
    put(folder, "rscfp2007.dta", b"")
    put(folder, "notes.csv", b"x")
    put(folder, "scfp2022excel.zip", extract(2022))
    sound, problems = readable()
    assert sound == {2022: folder / "scfp2022excel.zip"}
    assert {path.name for path in problems} == {NAME, "SCFP2016.csv", "rscfp2007.dta"}
    for path, reason in problems.items():
        assert reason.startswith(path.name)
        assert reason.endswith(".")
        assert "\n" not in reason
    assert "damaged" in problems[folder / NAME]


def test_no_folder_no_files(folder):
    assert readable(folder / "nowhere") == ({}, {})


# ------------------------------------------------------------------------------------------ what is remembered


def test_a_file_is_opened_once_until_it_changes(folder, reads):
    put(folder, NAME, extract())
    put(folder, "SCFP2016.csv", b"no table")
    for _ in range(3):
        sound, problems = readable()
        assert (set(sound), len(problems)) == ({2019}, 1)
    assert sorted(reads) == ["SCFP2016.csv", NAME]

    put(folder, "SCFP2016.csv", extract(2016), age=1)
    assert set(readable()[0]) == {2016, 2019}
    put(folder, NAME, extract()[:-500])
    assert readable()[1].keys() == {folder / NAME}
    assert reads[2:] == ["SCFP2016.csv", NAME]

    (folder / NAME).unlink()
    assert readable() == ({2016: folder / "SCFP2016.csv"}, {})
    assert len(reads) == 4


def test_little_is_remembered(folder, reads, monkeypatch):
    monkeypatch.setattr(opened, "REMEMBERED", 2)
    for wave in (2013, 2016, 2019, 2022):
        put(folder, f"scfp{wave}s.zip", extract(wave))
    for _ in range(2):
        assert list(readable()[0]) == [2013, 2016, 2019, 2022]
    assert len(opened._found) == 2


def test_many_sessions_ask_and_the_file_is_opened_once(folder, reads, monkeypatch):
    put(folder, NAME, extract())
    together = threading.Barrier(6)
    listed = download.survey_files

    def all_at_once(*arguments):
        together.wait(20)
        return listed(*arguments)

    monkeypatch.setattr(download, "survey_files", all_at_once)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: readable(), range(6)))
    assert answers == [({2019: folder / NAME}, {})] * 6
    assert reads == [NAME]


def test_who_asks_for_a_known_file_does_not_wait_for_another(folder):
    path = put(folder, NAME, extract())
    readable()
    with opened._reading:
        assert readable() == ({2019: path}, {})


def test_a_file_that_may_not_be_opened_now_is_tried_again(folder, monkeypatch):
    path = put(folder, NAME, extract())
    with monkeypatch.context() as locked:

        def refused(*_arguments, **_options):
            raise PermissionError(13, "Permission denied")

        locked.setattr(type(path), "open", refused)
        assert readable() == ({}, {path: f"{NAME} cannot be read (Permission denied): check that it may be read."})
    assert readable() == ({2019: path}, {})


# ------------------------------------------------------------------------------------------ fetched again


def test_a_damaged_file_is_replaced_by_a_good_one(folder, site):
    path = put(folder, NAME, extract()[:-500])
    assert path in readable()[1]
    site.serve(NAME, whole(extract()))
    fetch(2019, limits=QUICK)
    assert readable() == ({2019: path}, {})


def test_the_command_fetches_a_damaged_file_again_and_says_so(folder, site, capsys):
    put(folder, NAME, extract()[:-500])
    site.serve(NAME, whole(extract()))
    assert main(["2019"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == f"{NAME} is a damaged or locked zip archive: download it again. SCF 2019 is fetched anew."
    assert second.startswith("SCF 2019 is there now")
    assert main(["2019"]) == 0
    assert capsys.readouterr().out == f"SCF 2019 is there already: {NAME}\n"
    assert len(site.requests) == 1


def test_the_command_fetches_a_wave_whose_place_another_one_takes(folder, site, capsys):
    put(folder, NAME, extract(2007))
    site.serve(NAME, whole(extract()))
    site.serve("scfp2007s.zip", whole(extract(2007)))
    assert main(["2007", "2019"]) == 0
    said = capsys.readouterr().out
    assert f"{NAME} holds the survey of 2007. SCF 2019 is fetched anew.\n" in said
    assert readable() == ({2007: folder / "scfp2007s.zip", 2019: folder / NAME}, {})


def test_a_damaged_file_that_cannot_be_had_again_stays_and_is_not_relied_on(folder, site, capsys):
    damaged = put(folder, NAME, extract()[:-500]).read_bytes()
    site.serve(NAME, status(404))
    assert main(["2019", "--best-effort"]) == 0
    assert capsys.readouterr().err.endswith("The app goes on with the synthetic sample.\n")
    assert (folder / NAME).read_bytes() == damaged


# ------------------------------------------------------------------------------------------ building the sample


def test_the_sample_is_built_from_the_file_beside_the_repository(folder):
    beside = put(folder, "anything.csv.gz", b"x")
    assert find_survey(beside) == beside


@pytest.mark.real
def test_else_from_the_first_release_among_the_downloads(folder, real_file):
    put(folder, NAME, extract())
    put(folder, "SCFP2016.csv", b"no table")
    shutil.copyfile(real_file("SCFP2019.csv.gz"), folder / "SCFP2019.csv.gz")
    assert find_survey(folder / "nowhere") == folder / "SCFP2019.csv.gz"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "The sample is built from the first release of the 2019 survey"),
        (extract(), "scfp2019excel.zip has 40 households in 2022 dollars, but the sample is built from"),
        (extract(dollars=2019), "scfp2019excel.zip has 40 households in 2019 dollars, but the sample is built from"),
        (extract(2016), "The sample is built from"),
    ],
)
def test_without_a_file_that_will_do_one_sentence_says_what_is_needed(folder, content, says, monkeypatch):
    if content is not None:
        put(folder, NAME, content)
    with pytest.raises(DataError) as error:
        find_survey(folder / "nowhere")
    assert str(error.value).startswith(says)
    assert str(error.value).endswith("give its path, as in make sample SCF=path/to/SCFP2019.csv.gz.")

    monkeypatch.setattr("data.build.sample.BESIDE", folder / "nowhere")
    monkeypatch.setattr("sys.argv", ["sample"])
    with pytest.raises(SystemExit, match="first release of the 2019 survey"):
        build_sample()
