"""The container: what gets into it, that its versions are those of requirements.txt, and that it runs as nobody."""

import json
import re
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import container
import licences
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from paths import ROOT

sys.path.append(str(ROOT / "tests" / "bench"))
from visitor import Visitor

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def named(file):
    """The requirements of a file, by name."""
    lines = (line.partition("#")[0].strip() for line in (ROOT / file).read_text(encoding="utf-8").splitlines())
    found = [Requirement(line) for line in lines if line and not line.startswith("-r")]
    return {canonicalize_name(each.name): each for each in found}


def locked():
    """Name -> version and number of hashes of everything in the lock."""
    entries = re.findall(
        r"^([\w.-]+)==([^\s;]+)[^\n]*\n((?:    --hash=sha256:[0-9a-f]{64}[^\n]*\n)*)", LOCK, re.MULTILINE
    )
    return {canonicalize_name(name): (version, hashes.count("--hash")) for name, version, hashes in entries}


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-auth.txt"])
def test_the_lock_holds_the_versions_that_are_asked_for(file):
    found = locked()
    for name, asked in named(file).items():
        assert name in found, f"{name} is not in requirements.lock: make lock"
        assert asked.specifier.contains(found[name][0]), f"{asked}, but {found[name][0]} in the lock: make lock"


def test_the_lock_holds_all_that_the_requirements_need_in_turn_each_with_its_hashes():
    found = locked()
    assert len(found) == sum(line[:1].isalnum() for line in LOCK.splitlines())
    assert all(hashes for _, hashes in found.values())
    wanted = [*named("requirements.txt").values(), *named("requirements-auth.txt").values()]
    seen = set()
    while wanted:
        asked = wanted.pop()
        name = canonicalize_name(asked.name)
        needed = asked.marker is None or any(asked.marker.evaluate({"extra": extra}) for extra in ("", *asked.extras))
        if not needed or (name, *asked.extras) in seen:
            continue
        seen.add((name, *asked.extras))
        assert name in found, f"{name} is not in requirements.lock: make lock"
        for line in distribution(name).requires or []:
            of = Requirement(line)
            if of.marker is None or any(of.marker.evaluate({"extra": extra}) for extra in ("", *asked.extras)):
                wanted.append(Requirement(f"{of.name}{'[' + ','.join(of.extras) + ']' if of.extras else ''}"))


def test_what_is_installed_here_is_what_the_lock_says():
    different = {}
    for name, (version, _) in locked().items():
        try:
            installed = distribution(name).version
        except PackageNotFoundError:  # another system's
            continue
        if installed != version:
            different[name] = (installed, version)
    assert different == {}


@pytest.mark.parametrize(
    ("path", "may"),
    [
        ("lib/dataset.py", True),
        ("data/sample.parquet", True),
        ("data/maps/a.parquet", True),
        (".streamlit/config.toml", True),
        (".streamlit/secrets.toml", False),
        (".git/config", False),
        ("data/downloads/SCFP2019.csv.gz", False),
        ("data/cache/maps/a.parquet", False),
        ("lib/__pycache__/dataset.cpython-312.pyc", False),
        ("tests/lib/x.py", False),
        ("notes.txt", False),
    ],
)
def test_only_what_the_app_is_made_of_gets_in(path, may):
    assert container.gets_in(path) == may


def test_the_image_is_nobody_s_and_its_commands_are_what_they_were_meant_to_be():
    image = container.read()
    assert re.fullmatch(r"python:3\.1[123]-slim-\w+", image.base)
    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", image.user), "a number, so that a host can tell it is not root"
    assert any("--require-hashes" in run and "--only-binary=:all:" in run for run in image.runs)
    assert image.volumes == ["/data"]
    fetched = [word for word in (*image.command, *image.environment) if "download" in word.lower()]
    assert fetched == ["SCF_DOWNLOADS"], "nothing is fetched at the start: the one word says where things are kept"
    assert json.dumps(image.health).count("/_stcore/health") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="modes of files")
def test_its_command_runs_as_nobody_where_nothing_but_the_volume_can_be_written():
    with container.started(container.read(), Path(sys.executable).parent) as (address, folder):
        app = folder / "app"
        before = {path: path.stat().st_mtime_ns for path in app.rglob("*")}
        with Visitor(address) as visitor:
            assert visitor.opened.first_chart is not None
            assert not visitor.can("Sign in"), "no secrets, no provider"
            assert not visitor.can("Sign out")
        assert {path: path.stat().st_mtime_ns for path in app.rglob("*")} == before
        said = (folder / "log").read_text(encoding="utf-8")
    assert "Traceback" not in said
    assert "denied" not in said


FORBIDDEN = re.compile(
    r"(?<!L)GPL|Affero|SSPL|Server Side|Commons Clause|Business Source|BUSL|[Nn]on-?[Cc]ommercial|propriet"
)


def test_whose_work_it_stands_on_is_written_down_and_may_be_used():
    written = dict(
        re.findall(r"^\| ([\w.-]+) \| (\d[^|]*) \|", licences.WRITTEN.read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert written == licences.locked(), "make licences"
    stated = {name: licences.licence(name) for name in written}
    assert [name for name, licence in stated.items() if not licence or FORBIDDEN.search(licence)] == []
    assert all(f"| {stated[name]} |" in licences.WRITTEN.read_text(encoding="utf-8") for name in written)
    assert FORBIDDEN.search("AGPL-3.0-only")
    assert FORBIDDEN.search("GPL-2.0-or-later")
    assert not FORBIDDEN.search(stated["psycopg"]), "the LGPL lets a program use it"
