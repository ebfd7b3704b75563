"""What people in a crowd do to each other: one who only looks beside one who has much computed, and one who leaves."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import memory
from people import K
from server import Address
from visitor import Visitor

HEAVY = "algorithm=gaussian_mixture&use=how-sure"
"""A page on which much can be asked for: a test of stability takes most of a minute of a processor."""

TEST, PAGE = "Test stability", "many_features"
SECONDS_BESIDE = 12.0


def told(folder: Path) -> list[dict[str, Any]]:
    """The lines that a server in a folder has written to its log."""
    lines = (folder / "server.log").read_text(encoding="utf-8", errors="replace").splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


def made_twice(folder: Path) -> list[str]:
    """Marks of fits that were made more than once."""
    fits = Counter(line["mark"] for line in told(folder) if line["event"] == "fit" and line["ended"] == "done")
    return [mark for mark, times in fits.items() if times > 1]


def ask_at_once(address: Address, people: int, k: int) -> None:
    """So many visitors want the same new number of segments at the same moment."""
    ready = threading.Barrier(people)

    def ask(_: int) -> None:
        with Visitor(address, PAGE) as visitor:
            visitor.stand_in_line()
            ready.wait()
            visitor.move(K, k)
            visitor.stand_in_line()

    with ThreadPoolExecutor(people) as pool:
        list(pool.map(ask, range(people)))


@dataclass(frozen=True)
class Beside:
    """Seconds that the same light requests took, alone and beside somebody's heavy work."""

    alone: list[float]
    beside: list[float]


def look_beside(address: Address, query: str) -> Beside:
    """Look at a page that is there, alone, then while somebody else has segments and their stability computed."""
    with Visitor(address, "two_features") as light, Visitor(address, PAGE, f"{HEAVY}&{query}") as heavy:
        light.settle()
        memory.wait_until_idle(address.pid)
        alone = _look_again(light, 3.0)
        heavy.press(TEST)
        end = threading.Event()
        moving = threading.Thread(target=_move_on, args=(heavy, end), daemon=True)
        moving.start()
        beside = _look_again(light, SECONDS_BESIDE)
        end.set()
        moving.join()
    return Beside(alone, beside)


def _move_on(heavy: Visitor, end: threading.Event) -> None:
    """One new number of segments after the other."""
    for k in (5, 6, 7, 8, 9, 10, 3, 2):
        if end.is_set():
            return
        heavy.move(K, k)
        heavy.press(TEST)
        heavy.look_on(1.0)


def _look_again(light: Visitor, seconds: float) -> list[float]:
    end, taken = time.perf_counter() + seconds, []
    while time.perf_counter() < end:
        taken.append(light.run().seconds)
        light.stay(0.25)
    return taken


def leave(address: Address, query: str) -> None:
    """Ask for much and go."""
    with Visitor(address, PAGE, f"{HEAVY}&{query}") as visitor:
        visitor.stand_in_line()
        visitor.press(TEST)


def after_leaving(address: Address, query: str) -> float:
    """Seconds of processor time that a visitor still costs two seconds after leaving, within the next five."""
    leave(address, query)
    pause = threading.Event()
    pause.wait(2.0)
    before = memory.used(address.pid)
    pause.wait(5.0)
    return memory.used(address.pid) - before


def until(is_so: Callable[[], bool], seconds: float = 60.0) -> bool:
    """Wait until something is so; whether it is."""
    pause, end = threading.Event(), time.perf_counter() + seconds
    while not (found := is_so()) and time.perf_counter() < end:
        pause.wait(0.1)
    return found
