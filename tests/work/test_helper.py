"""A process that works for the server, killed in the middle of its work, and again and again."""

import os

import pytest

from lib.work import helper as helpers
from lib.work.child import Child
from lib.work.helper import Helper, Mishap

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")


@pytest.fixture
def started(monkeypatch):
    """Every process that was started."""
    all_of_them = []

    def start(*args):
        all_of_them.append(Child(*args))
        return all_of_them[-1]

    monkeypatch.setattr(helpers, "Child", start)
    return all_of_them


def make(module):
    return Helper(module, "the map worker", memory_mb=512, longest_seconds=60, idle_seconds=60)


def test_each_death_costs_one_piece_of_work_and_the_next_gets_a_fresh_process(started):
    """Nothing is tried again by itself: what kills its process would kill one after the other."""
    helper, told = make("tests.work.doomed"), []

    def do(work):
        return helper.do({"do": work}, {}, lambda share, words: told.append(words))[0]["work"]

    for number in range(1, 4):
        with pytest.raises(Mishap, match=r"the map worker was ended by the system, as happens when memory runs out"):
            do("doomed")
        assert len(started) == number
        assert helper.pid is None
    assert "Half way." in told
    assert [do("sound"), do("sound")] == ["sound", "sound"]
    assert len(started) == 4
    helper.close()
    assert all(child.has_ended for child in started)


def test_a_process_that_cannot_begin_is_a_sentence_each_time(started):
    helper = make("tests.work.nowhere")
    for number in range(1, 3):
        with pytest.raises(Mishap, match=r"the map worker ended unexpectedly \(code 1\)"):
            helper.do({"do": "sound"}, {}, lambda _share, _words: None)
        assert len(started) == number
