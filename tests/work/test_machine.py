"""How much memory a server has, and what follows from it."""

import pytest

from lib.tables.own import limits
from lib.work import machine

GB = 10**9


@pytest.fixture
def container(tmp_path, monkeypatch):
    """Says what the system tells of a container, by its newer and its older way."""

    def tell(newer=None, older=None, physical=8 * GB):
        paths = tmp_path / "newer", tmp_path / "older"
        for path, said in zip(paths, (newer, older), strict=True):
            if said is not None:
                path.write_text(said)
        monkeypatch.setattr(machine, "CONTAINER", paths)
        monkeypatch.setattr(machine, "_physical", lambda: physical)
        return machine.memory()

    return tell


@pytest.mark.parametrize(
    ("newer", "older", "found"),
    [
        (None, None, 8 * GB),
        ("max\n", None, 8 * GB),
        ("1073741824\n", None, 2**30),
        (None, "1073741824\n", 2**30),
        (None, "9223372036854771712\n", 8 * GB),
        ("nonsense", "", 8 * GB),
    ],
    ids=["no container", "no limit", "a limit", "an older limit", "an older way of no limit", "nonsense"],
)
def test_a_container_may_use_less_than_the_machine_has(container, newer, older, found):
    assert container(newer, older) == found


def test_where_the_system_says_nothing_nothing_is_known(container):
    assert container(physical=None) is None


def test_a_server_may_be_told_to_keep_to_less(container, monkeypatch):
    monkeypatch.setenv(machine.TOLD, "690")
    assert container("1073741824\n") == 690_000_000
    monkeypatch.setenv(machine.TOLD, "much")
    assert container("1073741824\n") == 2**30


@pytest.mark.skipif(not machine._HELD.exists(), reason="the system does not say what a process holds")
def test_what_is_left_is_what_this_process_does_not_hold(monkeypatch):
    monkeypatch.setattr(machine, "memory", lambda: GB)
    before = machine.left()
    held = bytearray(b"x") * 10**8
    assert before - machine.left() == pytest.approx(len(held), abs=10**7)
    monkeypatch.setattr(machine, "memory", lambda: None)
    assert machine.left() is None


@pytest.mark.parametrize(
    ("there", "most"),
    [(None, 200), (2_000_000_000, 200), (2**31, 200), (1_999_999_999, 50), (690_000_000, 50)],
    ids=["unknown", "2 GB", "2 GiB", "less", "much less"],
)
def test_a_server_with_less_than_two_gigabytes_reads_smaller_files(monkeypatch, there, most):
    monkeypatch.setattr(machine, "memory", lambda: there)
    assert limits.most_bytes() == most * 2**20
