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


def is_installed(name, version):
    """Whether that very version is there; a machine may have a later one of what nobody here asked for by version."""
    try:
        return distribution(name).version == version
    except PackageNotFoundError:  # another system's
        return False


def needs(name, version, extras):
    """What a package needs here; nothing is known of one that is not installed at that version."""
    told = (distribution(name).requires or []) if is_installed(name, version) else []
    for of in map(Requirement, told):
        if of.marker is None or any(of.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield canonicalize_name(of.name), frozenset(of.extras)


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
    asked = [*named("requirements.txt").values(), *named("requirements-auth.txt").values()]
    wanted = {(canonicalize_name(each.name), frozenset(each.extras)) for each in asked}
    seen = set()
    while wanted:
        seen |= wanted
        assert {name for name, _ in wanted} <= set(found), "make lock"
        wanted = {need for name, extras in wanted for need in needs(name, found[name][0], extras)} - seen


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
    rows = re.findall(
        r"^\| ([\w.-]+) \| (\d\S*) \| (.+) \|$", licences.WRITTEN.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert {name: version for name, version, _ in rows} == licences.locked(), "make licences"
    assert [row for row in rows if FORBIDDEN.search(row[2])] == []
    assert [row for row in rows if is_installed(*row[:2]) and licences.licence(row[0]) != row[2]] == []
    assert FORBIDDEN.search("AGPL-3.0-only")
    assert FORBIDDEN.search("GPL-2.0-or-later")
    assert not FORBIDDEN.search("LGPL-3.0-only"), "it lets a program use a library"
