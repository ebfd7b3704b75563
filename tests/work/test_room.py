"""The room for results: never above its bytes, made once, and told the truth about."""

import threading
import tracemalloc
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import pytest

from lib.work.room import Room

KB = 1_000


def numbers(kilobytes: float) -> np.ndarray:
    return np.zeros(int(kilobytes * KB / 8))


def test_what_nobody_asked_for_longest_makes_room():
    room = Room(100 * KB)
    for name in "abc":
        room.put((name,), numbers(40))
        room.find(("a",))
    assert room.find(("b",)) is None
    assert room.find(("a",)) is not None
    assert room.find(("c",)) is not None
    assert room.nbytes == 80 * KB


def test_it_never_holds_more_than_it_may():
    room = Room(50 * KB)
    for i in range(200):
        room.put(("n", i), pd.DataFrame({"x": numbers(i % 7), "y": "text"}) if i % 2 else [numbers(i % 5), b"x" * KB])
        assert room.nbytes <= 50 * KB
    assert room.kinds()[0].left > 100


def test_one_that_is_larger_than_the_room_is_kept_alone():
    room = Room(10 * KB)
    room.put(("a",), numbers(5))
    room.put(("b",), numbers(90))
    assert room.find(("a",)) is None
    assert room.find(("b",)) is not None


def test_tables_that_results_share_count_once_and_until_the_last_has_gone():
    room, shared = Room(1_000 * KB), numbers(100)
    frame = pd.DataFrame({"x": shared}, copy=False)
    room.put(("whole",), shared)
    alone = room.nbytes
    room.put(("part",), shared[100:200])
    room.put(("frame",), frame)
    assert room.nbytes < alone + 2 * KB
    room.drop("whole")
    assert room.nbytes > 100 * KB
    room.drop("part")
    room.drop("frame")
    assert room.nbytes == 0


@pytest.mark.parametrize(
    "make",
    [
        lambda: {"table": pd.DataFrame({"x": numbers(50), "y": numbers(50)})},
        lambda: (pd.Series(numbers(100)), "words"),
        lambda: [b"x" * 100 * KB],
        lambda: pd.DataFrame({"word": ["x" * 951] * 100}),
        lambda: [pd.DataFrame({"word": ["x" * 951] * 10}) for _ in range(10)],
    ],
)
def test_what_a_result_is_made_of_is_weighed(make):
    room = Room(1_000 * KB)
    room.put(("a",), make())
    assert room.nbytes == pytest.approx(100 * KB, rel=0.06)


def test_what_the_room_notes_of_a_result_is_small_beside_it():
    room, results = Room(10_000 * KB), [{str(n): [f"word {i} of {n}"] for n in range(100)} for i in range(50)]
    tracemalloc.start()
    for i, result in enumerate(results):
        room.put(("chart", i), result)
    noted = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert noted < room.nbytes / 10


def test_what_is_there_in_any_case_weighs_nothing():
    @dataclass(frozen=True)
    class Words:
        text: str

    words = Words("x" * 100 * KB)
    room = Room(1_000 * KB, lasting=(Words,))
    room.put(("a",), (words, numbers(10)))
    assert room.nbytes < 11 * KB


def test_what_a_result_works_out_later_is_weighed_when_it_is_found():
    @dataclass(frozen=True)
    class Found:
        small: int = 1

        @cached_property
        def large(self) -> np.ndarray:
            return numbers(100)

    room = Room(1_000 * KB)
    room.put(("a",), Found())
    assert room.nbytes < KB
    room.find(("a",)).large.sum()
    room.find(("a",))
    assert room.nbytes > 100 * KB


def test_many_who_ask_at_once_get_the_one_result():
    room, made, together = Room(KB), [], threading.Barrier(8)

    def make():
        made.append(1)
        return object()

    found = []

    def ask():
        together.wait()
        found.append(room.get(("a",), make))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert len(set(map(id, found))) == 1


def test_what_fails_is_not_kept_and_stops_nobody():
    room = Room(KB)
    with pytest.raises(ValueError, match="no"):
        room.get(("a",), lambda: (_ for _ in ()).throw(ValueError("no")))
    assert room.get(("a",), lambda: "yes") == "yes"


def test_it_says_what_it_holds():
    room = Room(100 * KB)
    for i in range(3):
        room.get(("sweep", i), lambda: numbers(40))
    room.get(("sweep", 2), lambda: numbers(40))
    assert room.kinds() == [("sweep", 2, 3, 1, 1)]


def test_everything_made_from_one_thing_goes_together():
    room = Room(10_000)
    for key in (("a", ("own", 1)), ("b", 2, (3, ("own",))), ("c", "owner")):
        room.put(key, key[0])
    room.drop_of("own")
    assert room.made_from() == [("c", "owner")]


def test_nothing_is_kept_any_more_of_what_was_forgotten():
    """What was begun before may be done only after."""
    room = Room(10_000)
    room.put(("a", ("own", 1)), "a")

    def make():
        room.forget("own")
        return "b"

    assert room.get(("b", ("view", ("own",))), make) == "b"
    room.put(("c", "owner"), "c")
    assert room.made_from() == [("c", "owner")]
