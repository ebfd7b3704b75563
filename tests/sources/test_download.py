"""Downloads from a real server that misbehaves: the folder is as before, or better."""

from __future__ import annotations

import errno
import hashlib
import json
import shutil
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lib.errors import DownloadError
from lib.sources import download, scf
from lib.sources.download import fetch, one_at_a_time, path_of, readable, survey_files, transfer
from lib.sources.download.limits import Clock, Limits
from lib.sources.scf import parquet_copy
from lib.tables.files import MAX_PACKED
from tests.sources import loopback
from tests.sources.loopback import Loopback, extract, pausing, status, stopping, whole, zipped

QUICK = Limits(connect=2, read=0.2, answer=5, deadline=10, attempts=2, backoff=0, poll=0.01)
NAME = "scfp2019excel.zip"
PAGE = b"<!DOCTYPE html><html><body>Please sign in</body></html>"


class Stop(BaseException):
    """As a web framework stops a script."""


@pytest.fixture(autouse=True)
def surroundings(tmp_path, monkeypatch):
    """Nothing from this machine: no proxy, no mirror, a cache folder that can be looked into."""
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("SCF_BASE_URL", raising=False)
    monkeypatch.delenv("SCF_DOWNLOADS", raising=False)


@pytest.fixture
def site():
    with Loopback() as server:
        yield server


@pytest.fixture
def folder(tmp_path):
    """A folder of downloads that holds an older file of 2019, its copy and the manifest."""
    with Loopback() as server:
        server.serve(NAME, whole(extract(dollars=2019)))
        fetch(2019, folder=tmp_path / "downloads", base=server.base, limits=QUICK)
    return tmp_path / "downloads"


def contents(folder):
    """Path -> bytes of everything below a folder, hidden files too."""
    return {str(path.relative_to(folder)): path.is_file() and path.read_bytes() for path in folder.rglob("*")}


def refused(message, folder, base, wave=2019, limits=QUICK):
    """Fetch must fail with ``message`` and leave everything as it was, in the folder and in the cache."""
    before = contents(folder.parent)
    with pytest.raises(DownloadError, match=message) as caught:
        fetch(wave, folder=folder, base=base, limits=limits)
    assert contents(folder.parent) == before
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")


# ------------------------------------------------------------------------------------------ what goes well


def test_a_good_file_is_read_checked_recorded_and_kept_with_its_copy(site, tmp_path):
    site.serve(NAME, whole(extract()))
    seen = []
    path = fetch(2019, folder=tmp_path, base=site.base, progress=lambda *at: seen.append(at), limits=QUICK)

    assert path == path_of(2019, tmp_path) == readable(tmp_path)[0][2019]
    assert set(contents(tmp_path)) == {NAME, f"{NAME}.parquet", "manifest.json"}
    assert parquet_copy.load(path) is not None, "the copy must belong to the file under its final name"
    assert scf.read(path).dollars == 2022
    assert seen[0] == (0, len(extract()))
    assert seen[-1] == (len(extract()), len(extract()))
    entry = json.loads((tmp_path / "manifest.json").read_text())[NAME]
    assert datetime.now(UTC).isoformat()[:4] == entry.pop("date")[:4]
    assert entry == {
        "url": site.base + NAME,
        "size": len(extract()),
        "sha256": hashlib.sha256(extract()).hexdigest(),
        "wave": 2019,
        "dollars": 2022,
        "vintage": "re-released with the 2022 survey",
    }


def test_the_request_names_the_app(site, tmp_path):
    site.serve(NAME, whole(extract()))
    fetch(2019, folder=tmp_path, base=site.base, limits=QUICK)
    [(_, headers)] = site.requests
    assert headers["User-Agent"] == "Mozilla/5.0 (compatible; HouseholdSegments/1.0; survey dashboard)"


def test_an_older_file_is_replaced_with_its_copy_and_its_entry(site, folder):
    assert scf.read(folder / NAME).dollars == 2019
    site.serve(NAME, whole(extract(), length=False))
    path = fetch(2019, folder=folder, base=site.base, limits=QUICK)
    assert scf.read(path).dollars == 2022
    assert parquet_copy.load(path)[1].dollars == 2022
    assert json.loads((folder / "manifest.json").read_text())[NAME]["dollars"] == 2022


@pytest.mark.parametrize("first", [status(503), status(429), loopback.hanging_up, stopping(extract(), 5000)])
def test_what_may_pass_is_tried_again(site, tmp_path, first):
    site.serve(NAME, first, whole(extract()))
    assert scf.read(fetch(2019, folder=tmp_path, base=site.base, limits=QUICK)).wave == 2019
    assert len(site.requests) == 2


def test_a_date_to_come_back_at_is_heeded(site, tmp_path):
    """Only seconds were understood; a date in the year 2100 leaves no time for a second request."""
    site.serve(NAME, status(503, Retry_After="Fri, 01 Jan 2100 00:00:00 GMT"), whole(extract()))
    with pytest.raises(DownloadError, match="too busy"):
        fetch(2019, folder=tmp_path, base=site.base, limits=QUICK)
    assert len(site.requests) == 1


@pytest.mark.real
@pytest.mark.parametrize(("wave", "name"), [(2022, "scfp2022excel.zip"), (2007, "scfp2007s.zip")])
def test_the_real_files(site, tmp_path, real_file, wave, name):
    site.serve(name, whole(real_file(name).read_bytes()))
    path = fetch(wave, folder=tmp_path, base=site.base, limits=QUICK)
    assert path.name == name
    assert scf.read(path).wave == wave
    assert set(contents(tmp_path)) == {name, f"{name}.parquet", "manifest.json"}


def test_a_login_in_the_address_is_not_recorded(site, tmp_path):
    site.serve(NAME, whole(extract()))
    fetch(2019, folder=tmp_path, base=site.base.replace("//", "//me:secret@"), limits=QUICK)
    assert "secret" not in (tmp_path / "manifest.json").read_text()


# ------------------------------------------------------------------------------------------ what goes wrong

FAILURES = {
    "403": (status(403), "refuses to send scfp2019excel.zip .403."),
    "404": (status(404), "has no scfp2019excel.zip any more .404."),
    "418": (status(418), "did not send scfp2019excel.zip .418."),
    "500 again and again": (status(500), "too busy"),
    "busy for longer than allowed": (status(503, Retry_After="20"), "too busy"),
    "busy until a date": (status(503, Retry_After="Fri, 01 Jan 2100 00:00:00 GMT"), "too busy"),
    "busy until nobody knows when": (status(503, Retry_After="soon"), "too busy"),
    "never answers": (loopback.silent, "does not answer"),
    "hangs up": (loopback.hanging_up, "cannot be reached"),
    "stops in the middle": (pausing(extract(), threading.Event(), threading.Event()), "half-way .0.0 of 0.0"),
    "cut off": (stopping(extract(), 5000), "half-way"),
    "cut off, no length": (stopping(extract(), 5000, length=False), "damaged or locked zip"),
    "web page": (whole(PAGE, "text/html; charset=utf-8"), "a web page instead of scfp2019excel.zip"),
    "web page in disguise": (whole(PAGE), "scfp2019excel.zip is a web page"),
    "empty": (whole(b""), "scfp2019excel.zip is empty"),
    "not a zip": (whole(b"YY1,Y1\n1,11\n"), "not a .zip archive"),
    "another table": (whole(zipped(b"A,B\n1,2\n")), "is not the Survey of Consumer Finances"),
    "another wave": (whole(extract(2016)), "holds the survey of 2016, not of 2019"),
    "a part of the wave": (whole(extract(share=0.5)), "stands for 64.3 million households"),
    "too large": (status(200, Content_Length=str(MAX_PACKED + 1)), "has more than 100 MB"),
    "goes round in circles": (status(302, Location=NAME), "leads away from scfp2019excel.zip"),
    "leads to a file": (status(302, Location="file:///etc/hosts"), "leads away from scfp2019excel.zip"),
}


@pytest.mark.parametrize("case", FAILURES)
def test_a_failure_is_one_sentence_and_leaves_the_older_file(site, folder, case):
    answer, message = FAILURES[case]
    site.serve(NAME, answer)
    refused(message, folder, site.base)
    assert readable(folder)[0] == {2019: folder / NAME}
    assert scf.read(folder / NAME).dollars == 2019


@pytest.mark.parametrize("case", ["404", "cut off", "another wave", "another table"])
def test_a_failure_leaves_an_empty_folder_empty(site, tmp_path, case):
    (folder := tmp_path / "downloads").mkdir()
    answer, message = FAILURES[case]
    site.serve(NAME, answer)
    refused(message, folder, site.base)
    assert readable(folder) == ({}, {})


def test_a_trickle_ends_at_the_deadline(site, folder):
    site.serve(NAME, loopback.trickling(extract()))
    refused("did not arrive within 0 seconds", folder, site.base, limits=Limits(deadline=0.3))


def test_an_endless_file_is_not_taken(site, folder, monkeypatch):
    monkeypatch.setattr(transfer, "MAX_PACKED", 2**20)
    site.serve(NAME, whole(bytes(2**20 + 1), length=False))
    refused("has more than 1 MB", folder, site.base)


def test_no_network(folder, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    refused("127.0.0.1 cannot be reached: check the network", folder, f"http://127.0.0.1:{port}")

    def unknown(*_args, **_options):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    refused("example.org cannot be reached", folder, "https://example.org")


def test_a_proxy_that_is_not_there(folder, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{listener.getsockname()[1]}")
    monkeypatch.delenv("NO_PROXY")
    monkeypatch.delenv("no_proxy", raising=False)
    refused("proxy does not lead to example.org", folder, "https://example.org")


def test_a_name_look_up_that_hangs_does_not_outlast_the_time_to_answer(folder, monkeypatch):
    done = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: done.wait() and [])
    refused("example.org did not answer", folder, "https://example.org", limits=Limits(answer=0.1))
    done.set()


def test_stopping_from_the_progress_bar_cleans_up(site, folder):
    def stop(size, _total):
        if size:
            raise Stop

    site.serve(NAME, whole(extract()))
    before = contents(folder)
    with pytest.raises(Stop):
        fetch(2019, folder=folder, base=site.base, progress=stop, limits=QUICK)
    assert contents(folder) == before


@pytest.mark.parametrize("step", [1, 2, 3, 4, 5, 6])
def test_an_end_at_any_step_of_putting_it_in_place_leaves_a_good_file(site, folder, monkeypatch, step):
    steps = []
    rename = Path.replace

    def rename_until(path, to):
        steps.append(path)
        if len(steps) == step:
            raise KeyboardInterrupt
        return rename(path, to)

    site.serve(NAME, whole(extract()))
    monkeypatch.setattr(Path, "replace", rename_until)
    with pytest.raises(KeyboardInterrupt):
        fetch(2019, folder=folder, base=site.base, limits=QUICK)
    path = readable(folder)[0][2019]
    as_before = path.read_bytes() == extract(dollars=2019)
    assert scf.read(path).dollars == (2019 if as_before else 2022)
    assert as_before == (step <= 3), "the third is the file itself, after its copy and the manifest without it"
    assert scf.read(fetch(2019, folder=folder, base=site.base, limits=QUICK)).dollars == 2022


@pytest.mark.parametrize("base", ["ftp://example.org/", "file:///tmp", "example.org", "http://", "http://[::1"])
def test_an_address_must_be_of_the_web(folder, base):
    refused("must begin with https:// or http://", folder, base)


def test_a_wave_that_does_not_exist(folder):
    refused("no survey of 2020: choose one of 1989, 1992", folder, None, wave=2020)


# ------------------------------------------------------------------------------------------ https


@pytest.fixture
def secure(tmp_path):
    """A server with a certificate of its own making, and the certificate."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl to make a certificate")
    file = tmp_path / "certificate.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext"
    names = ["subjectAltName=IP:127.0.0.1", "-addext", "keyUsage=digitalSignature,keyCertSign"]
    subprocess.run(
        [*command.split(), *names, "-keyout", file, "-out", tmp_path / "cert"],
        check=True,
        capture_output=True,
    )
    file.write_bytes(file.read_bytes() + (tmp_path / "cert").read_bytes())
    with Loopback(certificate=file) as server:
        yield server, file


def test_a_certificate_that_nobody_signed_is_not_trusted(secure, folder):
    refused("certificate of 127.0.0.1 cannot be verified", folder, secure[0].base)


def test_https_does_not_lead_back_to_http(secure, site, folder, monkeypatch):
    server, certificate = secure
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    site.serve(NAME, whole(extract()))
    server.serve(NAME, status(301, Location=site.base + NAME))
    refused("leads away from scfp2019excel.zip", folder, server.base)
    assert not site.requests

    server.serve(NAME, status(301, Location="/moved.zip"))
    server.serve("moved.zip", whole(extract()))
    assert scf.read(fetch(2019, folder=folder, base=server.base, limits=QUICK)).dollars == 2022


def test_a_bundle_of_certificates_that_is_not_there_is_no_fault_of_the_disk(folder, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(folder / "nowhere.pem"))
    refused("settings for proxies and certificates", folder, "https://127.0.0.1:9")


# ------------------------------------------------------------------------------------------ the disk


@pytest.fixture
def small_disk(tmp_path):
    """Mounts a file system of so many kilobytes on the folder it returns."""
    mounted = []

    def mount(kilobytes):
        (place := tmp_path / "disk").mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(place)]
        if not sys.platform.startswith("linux"):
            pytest.skip("mounts a small file system on Linux only")
        if subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("needs the right to mount a small file system")
        mounted.append(place)
        return place

    yield mount
    for place in mounted:
        subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk(site, small_disk):
    site.serve(NAME, whole(extract()))
    (folder := small_disk(8) / "downloads").mkdir()
    refused("no space left for scfp2019excel.zip in downloads", folder, site.base)


def test_a_disk_with_room_for_the_file_but_not_for_its_copy(site, small_disk, tmp_path):
    site.serve(NAME, whole(extract()))
    folder = small_disk(len(extract()) // 1024 + 12)
    path = fetch(2019, folder=folder, base=site.base, limits=QUICK)
    assert set(contents(folder)) == {NAME, "manifest.json"}
    assert parquet_copy.load(path) is not None, "the copy is in the cache folder"
    assert len(list((tmp_path / "cache").rglob("*.parquet"))) == 1


def test_a_refused_file_leaves_no_copy_in_the_cache_folder_either(site, small_disk, tmp_path):
    site.serve(NAME, whole(extract(2016)))
    (folder := small_disk(len(extract()) // 1024 + 12) / "downloads").mkdir()
    refused("holds the survey of 2016", folder, site.base)
    assert not list((tmp_path / "cache").rglob("*.parquet"))


def test_a_disk_that_is_only_read(site, small_disk, tmp_path):
    (folder := small_disk(256) / "downloads").mkdir()
    (folder / NAME).write_bytes(extract(dollars=2019))
    subprocess.run(["mount", "-o", "remount,ro", str(folder.parent)], check=True)
    site.serve(NAME, whole(extract()))
    refused("cannot be kept in downloads .Read-only file system.: check that the folder", folder, site.base)
    download.sweep(folder)
    assert scf.read(download.readable(folder)[0][2019]).dollars == 2019
    assert parquet_copy.load(folder / NAME) is not None, "the copy is in the cache folder"


def test_a_folder_that_cannot_be_written(site, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    site.serve(NAME, whole(extract()))
    refused("cannot be kept in downloads .Not a directory.", tmp_path / "file" / "downloads", site.base)


# ------------------------------------------------------------------------------------------ what is there


def test_files_put_there_by_hand_are_found_by_their_names(tmp_path):
    names = ["SCFP2019.csv.gz", "SCFP2022.CSV", "rscfp2007.dta", "scfp1989s.zip", "scfp2016s.zip"]
    others = ["SCFP2020.csv", "SCFP2013.csv.parquet", "my SCFP2010.csv", "manifest.txt"]
    for name in names + others:
        (tmp_path / name).touch()
    (tmp_path / "scfp2001s.zip").mkdir()
    found = [(wave, path.name) for wave, path in survey_files(tmp_path)]
    assert found == list(zip([2019, 2022, 2007, 1989, 2016], names, strict=True))
    assert survey_files(tmp_path / "nowhere") == []


def test_a_fetched_file_that_lost_a_piece_is_not_relied_on(folder):
    (folder / NAME).write_bytes((folder / NAME).read_bytes()[:-1])
    assert readable(folder)[0] == {}


DAMAGED = ["", "{", "[]", '{"scfp2019excel.zip": 7}', "\0", '{"x": {"size": "big"}}', "[" * 100_000]


@pytest.mark.parametrize("damage", DAMAGED, ids=lambda damage: damage[:30])
def test_a_damaged_manifest_is_made_anew(site, folder, damage):
    (folder / "manifest.json").write_text(damage)
    assert readable(folder)[0] == {2019: folder / NAME}
    site.serve("scfp2022excel.zip", whole(extract(2022)))
    fetch(2022, folder=folder, base=site.base, limits=QUICK)
    entries = json.loads((folder / "manifest.json").read_text())
    assert {name: entry["dollars"] for name, entry in entries.items()} == {
        NAME: 2019,
        "scfp2022excel.zip": 2022,
    }
    assert entries[NAME]["sha256"] == hashlib.sha256((folder / NAME).read_bytes()).hexdigest()


def test_where_files_are_kept_and_come_from(monkeypatch, tmp_path):
    assert download.downloads_folder().parts[-2:] == ("data", "downloads")
    monkeypatch.setenv("SCF_DOWNLOADS", str(tmp_path))
    names = [path_of(wave).name for wave in (1989, 2013, 2016, 2019, 2022)]
    assert names == [
        "scfp1989s.zip",
        "scfp2013s.zip",
        "scfp2016excel.zip",
        "scfp2019excel.zip",
        "scfp2022excel.zip",
    ]
    assert path_of(1989).parent == tmp_path
    assert len(download.WAVES) == 12


# ------------------------------------------------------------------------------------------ the lock


def held(folder, seconds=10):
    """The lock of a folder, for a ``with`` block."""
    return one_at_a_time.alone(folder, Clock(Limits(deadline=seconds, poll=0.001)), lambda *_: None)


def test_a_lock_file_and_pieces_left_by_a_dead_process_are_not_in_the_way(site, folder):
    (folder / one_at_a_time.NAME).touch()
    (folder / ".scf-dead.part").mkdir()
    (folder / ".scf-dead.part" / NAME).write_bytes(b"half")
    site.serve(NAME, whole(extract()))
    fetch(2019, folder=folder, base=site.base, limits=QUICK)
    assert set(contents(folder)) == {NAME, f"{NAME}.parquet", "manifest.json"}


def test_waiting_for_another_download_ends(site, folder):
    with held(folder):
        refused("Another download has been running", folder, site.base, limits=Limits(deadline=0.05, poll=0.01))
    assert not site.requests


def test_waiting_for_another_download_can_be_stopped(site, folder):
    def stop(size, total):
        assert (size, total) == (0, None)
        raise Stop

    with held(folder), pytest.raises(Stop):
        fetch(2019, folder=folder, base=site.base, progress=stop, limits=QUICK)
    assert not site.requests
    with held(folder):
        assert (folder / one_at_a_time.NAME).exists()


def unsupported(*_args):
    raise OSError(errno.ENOLCK, "No locks available")


@pytest.mark.parametrize("locks", [True, False])
def test_never_two_at_a_time_though_the_lock_file_comes_and_goes(tmp_path, monkeypatch, locks):
    if not locks:
        pytest.importorskip("fcntl", reason="Windows locks in another way")
        monkeypatch.setattr("fcntl.flock", unsupported)
    inside, most = [], []

    def work(number):
        for _ in range(25):
            with held(tmp_path):
                inside.append(number)
                most.append(len(inside))
                inside.remove(number)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert most == [1] * 100
    assert not list(tmp_path.iterdir())


def test_where_files_cannot_be_locked_downloads_still_run(site, tmp_path, monkeypatch):
    pytest.importorskip("fcntl", reason="Windows locks in another way")
    monkeypatch.setattr("fcntl.flock", unsupported)
    site.serve(NAME, whole(extract()))
    assert scf.read(fetch(2019, folder=tmp_path, base=site.base, limits=QUICK)).wave == 2019
    assert set(contents(tmp_path)) == {NAME, f"{NAME}.parquet", "manifest.json"}


def test_a_folder_that_takes_no_lock_file_says_so(site, folder, monkeypatch):
    def refuse(path, *_args, **_options):
        raise PermissionError(errno.EACCES, "Permission denied", path)

    before = contents(folder)
    monkeypatch.setattr("os.open", refuse)
    with pytest.raises(
        DownloadError, match=r"cannot be kept in downloads \(Permission denied\): check that the folder"
    ):
        fetch(2019, folder=folder, base=site.base, limits=QUICK)
    monkeypatch.undo()
    assert contents(folder) == before
