"""People who use the app at once: each follows a link and moves about in it, over a websocket of its own."""

from __future__ import annotations

import random
import statistics
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from visitor import Answer, Visitor

K, WHO, COLOUR = "Number of segments", "Households", "Colour by"
OWNERS, THEIR_SEGMENTS = "small_business", "small_business, segments"
"""Both parts of one page; which of them is on view is a control of it."""

PAGES = ("explore", "two_features", "many_features", OWNERS)
PART = ("Part of the page", ["Their segments"])
FEW_TURNS = ("methods", "trends")
LEAST_K, MOST_K = 2, 10
PLACE, SAVED = "Place this household", ("Households, CSV", "Households, Parquet", "Profiles, CSV")
KINDS = ("open", "seen page", "new page", "seen k", "new k", "population", "colour", "place", "download")
LIGHT = ("seen page", "seen k")
"""What somebody has seen before: nothing has to be computed for it."""

FIRST_WITHIN = 6.0
"""Seconds within which everybody has come."""


@dataclass
class Log:
    """What happened to a crowd: seconds of every move until it was answered, and until nobody was before it in line.

    Attributes:
        answered: Seconds until the script had ended, by kind of move.
        complete: Seconds until what was asked for was on the page, by kind of move.
        errors: What went wrong, and what pages said in red.
    """

    answered: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    complete: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _seen: set[tuple[object, ...]] = field(default_factory=set)

    def note(self, kind: str, answered: float, complete: float) -> None:
        """One move more."""
        with self._lock:
            self.answered[kind].append(answered)
            self.complete[kind].append(complete)

    def has_been_seen(self, what: tuple[object, ...]) -> bool:
        """Whether somebody of the crowd has had something on the page before."""
        with self._lock:
            return what in self._seen

    def see(self, what: tuple[object, ...]) -> None:
        """Somebody has it on the page."""
        with self._lock:
            self._seen.add(what)

    def fail(self, words: str) -> None:
        """Something went wrong."""
        with self._lock:
            self.errors.append(words)


class Person:
    """One who follows a link, and then does one thing after the other."""

    def __init__(self, address: str, log: Log, seed: int, think: float) -> None:
        """Nothing is opened yet.

        Args:
            address: Of the server.
            log: Where it is noted what happened.
            seed: Of the random choices, so that a crowd does the same again.
            think: Seconds between moves, on average.
        """
        self._address, self._log, self._think = address, log, think
        self._random = random.Random(seed)
        self._path, self._who, self._k = "", "", 0
        self._doing = "open"
        self._visitor: Visitor

    def come(self, until: float) -> None:
        """Be there until a moment of ``time.perf_counter``."""
        try:
            self._stay(until)
        except Exception as error:  # noqa: BLE001 - whatever it is, it counts as an error of the server
            self._log.fail(f"{self._doing}: {type(error).__name__}: {error}")

    def _stay(self, until: float) -> None:
        path, query = self._random.choice(PAGES), ""
        while time.perf_counter() < until:
            self._path, self._who, self._k = path, "", 0
            since, self._doing = time.perf_counter(), f"open {path}?{query}"
            with Visitor(self._address, path, query) as self._visitor:
                self._note("open", self._visitor.opened, since)
                self._move_about(until, query)
                self._log.errors.extend(self._visitor.problems)
            path, query = self._random.choice(PAGES[1:3]), self._random.choice(("use=place", "use=hand-on"))

    def _move_about(self, until: float, query: str) -> None:
        """Do one thing after the other, until the time is over or another link is followed."""
        if query and not self._visitor.is_in_line:
            self._ponder(until)
            self._use(query)
        for _ in range(self._random.randint(8, 16)):
            self._ponder(until)
            if time.perf_counter() >= until:
                return
            self._random.choices((self._slide, self._choose_who, self._go, self._colour), (50, 20, 25, 5))[0]()

    def _ponder(self, until: float) -> None:
        seconds = self._think * self._random.uniform(0.5, 1.5)
        self._visitor.look_on(max(min(seconds, until - time.perf_counter()), 0.0))

    def _slide(self) -> None:
        if self._path == OWNERS and self._visitor.can(K):
            self._path = THEIR_SEGMENTS
        if self._path == OWNERS:
            self._path = THEIR_SEGMENTS
            self._do(f"{self._age()} page", lambda: self._visitor.move(*PART))
            return
        if not self._visitor.can(K) or self._path not in (*PAGES[1:], THEIR_SEGMENTS):
            self._go()
            return
        k = self._random.choice([k for k in range(LEAST_K, MOST_K + 1) if k != self._k])
        self._k = k
        self._do(f"{self._age()} k", lambda: self._visitor.move(K, k))

    def _choose_who(self) -> None:
        if self._path not in (*PAGES, THEIR_SEGMENTS):
            self._go()
            return
        who = self._random.choice(self._visitor.options(WHO))
        self._who, self._k = who, 0
        self._do("population", lambda: self._visitor.move(WHO, who))

    def _go(self) -> None:
        path = self._random.choice([path for path in (*PAGES, *FEW_TURNS) if not self._path.startswith(path)])
        self._path, self._k = path, 0
        self._do(f"{self._age()} page", lambda: self._visitor.go(path))

    def _colour(self) -> None:
        if self._path != "many_features" or not self._visitor.can(COLOUR):
            self._go()
            return
        column = self._random.choice(self._visitor.options(COLOUR)[:8])
        self._do("colour", lambda: self._visitor.move(COLOUR, column))

    def _use(self, query: str) -> None:
        """Do what a link was followed for."""
        visitor = self._visitor
        if query == "use=place" and visitor.can(PLACE):
            for label in visitor.labels("number_input"):
                visitor.fill(label, self._random.choice((0, 1_000, 50_000)))
            self._do("place", lambda: visitor.press(PLACE))
        label = self._random.choice(SAVED)
        if query == "use=hand-on" and visitor.can(label):
            since, self._doing = time.perf_counter(), f"{label} on {self._path}"
            visitor.download(label)
            took = time.perf_counter() - since
            self._log.note("download", took, took)

    def _age(self) -> str:
        """Whether what this person is going to see is new to all."""
        return "seen" if self._log.has_been_seen((self._path, self._who, self._k)) else "new"

    def _do(self, kind: str, move: Callable[[], Answer]) -> None:
        since, self._doing = time.perf_counter(), f"{kind} on {self._path}"
        self._note(kind, move(), since)

    def _note(self, kind: str, answer: Answer, since: float) -> None:
        """Note a move once nobody is before this person in line."""
        self._visitor.stand_in_line()
        self._log.note(kind, answer.seconds, time.perf_counter() - since)
        self._log.see((self._path, self._who, self._k))


def crowd(address: str, people: int, seconds: float, think: float, first_seed: int = 0) -> Log:
    """So many people at once, for so many seconds."""
    log = Log()
    start = time.perf_counter()

    def come(number: int) -> None:
        pause = random.Random(number).uniform(0, min(FIRST_WITHIN, seconds / 2)) if people > 1 else 0.0
        threading.Event().wait(pause)
        Person(address, log, first_seed + number, think).come(start + seconds)

    with ThreadPoolExecutor(people) as pool:
        list(pool.map(come, range(people)))
    return log


def percentile(seconds: Sequence[float], share: float) -> float:
    """The value that so large a share are not above; 0 of none."""
    return sorted(seconds)[min(int(share * len(seconds)), len(seconds) - 1)] if seconds else 0.0


def median(seconds: Sequence[float]) -> float:
    """The median; 0 of none."""
    return statistics.median(seconds) if seconds else 0.0
