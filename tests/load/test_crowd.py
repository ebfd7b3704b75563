"""A few people at once at the served sample: no error, level memory, nothing computed twice, nothing left behind.

``make load`` has the same people in crowds, on real waves, and takes the time.
"""

import sys

import pytest
from paths import ROOT

sys.path.extend(str(ROOT / "tests" / part) for part in ("load", "bench", "browser"))

import effects
import memory
from people import crowd
from server import serve

PEOPLE, SECONDS, THINK = 3, 2.0, 0.3
MOST_MB, MOST_GROWN = 500, 80


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("downloads")


@pytest.fixture(scope="module")
def address(folder):
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("SEGMENTS_LOG", "info")
        with serve(folder) as address:
            yield address


def test_a_crowd_sees_no_error_makes_nothing_twice_and_leaves_memory_level(address, folder):
    effects.ask_at_once(address, PEOPLE, 7)
    held, moves = [], 0
    for seed in (0, 100):
        log = crowd(address, PEOPLE, SECONDS, THINK, first_seed=seed)
        assert log.errors == []
        moves += sum(map(len, log.answered.values()))
        held.append(memory.held(address.pid))
    assert moves >= 3 * PEOPLE
    assert effects.made_twice(folder) == []
    assert {line["ended"] for line in effects.told(folder)} <= {"done", "stopped"}
    if memory.PROC.exists():
        assert memory.solver_of(address.pid), "what takes processors leaves the process that answers"
        assert "sklearn" not in (memory.PROC / str(address.pid) / "maps").read_text()
    if None not in held:
        assert held[1] < min(held[0] + MOST_GROWN, MOST_MB)


def test_of_a_visitor_who_left_no_job_remains(address, folder):
    effects.leave(address, "where=AGE>40")
    assert effects.until(lambda: any(line["what"] == "stability" for line in effects.told(folder)))
    (job,) = (line for line in effects.told(folder) if line["what"] == "stability")
    assert job["ended"] == "stopped"
