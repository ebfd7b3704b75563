"""What the server needs for each page and move, and what it holds: the app beside the page that refits everything."""

from __future__ import annotations

import statistics
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import memory
from server import Address
from streamlit import config
from visitor import Answer, Visitor

PAGES = {
    "Home": "",
    "Explore": "explore",
    "Two features": "two_features",
    "Many features": "many_features",
    "Small business": "small_business",
    "Small business, segments": "small_business?part=segments",
    "Trends": "trends",
    "Methods": "methods",
}
SEGMENTED = ("Two features", "Many features", "Small business, segments")
NAIVE, NAIVE_EVERYONE = "refits everything, its rows", "refits everything, everyone"
THEIR_ROWS = "data=2019&who=fearful-2m&count=rows&transform=none"
"""The 4,418 rows of the page that refits everything, on its scale, on a page of the app."""

ON_THEIR_ROWS = {f"{name}, its rows": PAGES[name] for name in ("Two features", "Many features")}
WAVES = ("2022", "2019")
K = "Number of segments"
FAR_KS = (7, 10, 2, 12)
"""Not one more or one less than any before: a page that was looked at has found these too."""

NEAR_KS = (6, 9, 5, 11, 8, 3)
"""One more or one less than one of those before, or than the four at first."""

AT_ONCE = (17, 18, 19)
"""Ages above which everyone is: populations that nobody has looked at, of as many."""

SEEN_KS = (7, 5, 9, 3, 8, 6, 10)
"""In another order, so that none is what a browser still has from two moves before."""

RERUNS, FEW_RERUNS = 25, 3
"""Of a page where nothing changed, which other work on the machine disturbs much; of the one that takes seconds few."""

SESSIONS_LAST = float(config.get_option("server.disconnectedSessionTTL"))
"""Seconds that the server keeps what a visitor held who has gone: each page is looked at by another one."""

RECIPES = 60
PAUSE = 0.3
"""Seconds between moves: whatever a move leaves to be done in the background is not the next one's."""


@dataclass(frozen=True)
class Moves:
    """Medians of one page.

    Attributes:
        opened: For the first time.
        same: Run again as it was.
        far: Another number of segments, after a look at the page.
        near: One more or less than a number before.
        seen: A number that was there.
        at_once: Another number as soon as the page stands.
    """

    opened: Answer
    same: Answer
    far: Answer | None = None
    near: Answer | None = None
    seen: Answer | None = None
    at_once: Answer | None = None


@dataclass(frozen=True)
class Held:
    """Megabytes of a server that was visited; None where the system does not say.

    Attributes:
        pages: After every page on both waves.
        half: After half of the recipes.
        recipes: After all of them.
        call: The most that one visit among them added at its peak.
        worker: The most that the map worker has held.
        solver: The same of the process that solves.
    """

    pages: float | None
    half: float | None
    recipes: float | None
    call: float | None
    worker: float | None
    solver: float | None


def median(answers: Sequence[Answer]) -> Answer:
    """The median of each figure."""
    firsts = [answer.first_chart for answer in answers if answer.first_chart is not None]
    return Answer(
        statistics.median(answer.seconds for answer in answers),
        statistics.median(firsts) if firsts else None,
        statistics.median(answer.kb for answer in answers),
    )


def measure_moves(app: Address, naive: Address) -> dict[str, Moves]:
    """The same moves on every page of the app and of the page that refits everything, in turns."""
    with ExitStack() as stack:
        visitors = {name: stack.enter_context(Visitor(app, path)) for name, path in PAGES.items()}
        for name, path in ON_THEIR_ROWS.items():
            visitors[name] = stack.enter_context(Visitor(app, path, THEIR_ROWS))
        visitors[NAIVE] = stack.enter_context(Visitor(naive))
        visitors[NAIVE_EVERYONE] = stack.enter_context(Visitor(naive, query="everyone"))
        for visitor in visitors.values():
            visitor.settle()
        memory.wait_until_idle(app.pid)
        # the first two runs are not counted: by the third a browser has everything that it is not sent again
        times = {name: 2 + (FEW_RERUNS if name == NAIVE_EVERYONE else RERUNS) for name in visitors}
        same = {name: [_again(visitor) for _ in range(times[name])][2:] for name, visitor in visitors.items()}
        sliding = {name: visitors[name] for name in (*SEGMENTED, *ON_THEIR_ROWS, NAIVE, NAIVE_EVERYONE)}
        far = _slide(sliding, FAR_KS)
        del sliding[NAIVE_EVERYONE]  # it takes long, and knows no difference
        near = _slide(sliding, NEAR_KS)
        seen = _slide(sliding, SEEN_KS)
        opened = {name: visitor.opened for name, visitor in visitors.items()}
    soon = {name: _at_once(app, PAGES[name]) for name in SEGMENTED}
    return {
        name: Moves(first, median(same[name]), *(found.get(name) for found in (far, near, seen, soon)))
        for name, first in opened.items()
    }


def _at_once(app: Address, path: str) -> Answer:
    """A visitor who asks for another number of segments before the page has found any other."""
    answers = []
    for age in AT_ONCE:
        with Visitor(app, path, f"where=AGE+%3E+{age}") as visitor:
            answers.append(visitor.move(K, FAR_KS[0]))
        memory.wait_until_idle(app.pid)
    return median(answers)


def wake(app: Address) -> None:
    """Have the first visit over, and what a server does after it."""
    with Visitor(app) as visitor:
        visitor.settle()
    memory.wait_until_idle(app.pid)


def _slide(visitors: Mapping[str, Visitor], ks: Sequence[int]) -> dict[str, Answer]:
    """Every visitor moves the slider to each k, in turns: whatever else the machine does, they share it."""
    answers: dict[str, list[Answer]] = {name: [] for name in visitors}
    for k in ks:
        for name, visitor in visitors.items():
            answers[name].append(visitor.move(K, k))
            visitor.settle()
            visitor.stay(PAUSE)
    return {name: median(found) for name, found in answers.items()}


def measure_sections(app: Address) -> dict[str, Answer]:
    """Controls of one section: medians over several of their options, each chosen for the first time."""
    asked = {
        "an amount on Explore": ("explore", "", "Amount"),
        "the colour of the maps": ("many_features", "", "Colour by"),
        "a lens": ("two_features", "use=lenses", "Lens"),
    }
    found = {}
    for name, (path, query, label) in asked.items():
        with Visitor(app, path, query) as visitor:
            visitor.settle()
            memory.wait_until_idle(app.pid)
            found[name] = median([_choose(visitor, label, option) for option in visitor.options(label)[1:8]])
    return found


def _again(visitor: Visitor) -> Answer:
    visitor.stay(PAUSE)
    return visitor.run()


def _choose(visitor: Visitor, label: str, option: str) -> Answer:
    visitor.stay(PAUSE)
    return visitor.move(label, option)


def measure_memory(app: Address) -> Held:
    """What a fresh server holds after every page on both waves, then after many recipes and populations."""
    for wave in WAVES:
        for path in PAGES.values():
            with Visitor(app, path, f"data={wave}") as visitor:
                visitor.settle()
    memory.wait_until_idle(app.pid)
    threading.Event().wait(SESSIONS_LAST)
    pages, after, calls = memory.held(app.pid), [], []
    for path, query, k in recipes():
        memory.forget_peak(app.pid)
        before = memory.held(app.pid)
        with Visitor(app, path, query) as visitor:
            visitor.move(K, k)
        top = memory.peak(app.pid)
        calls.append(None if top is None or before is None else top - before)
        after.append(memory.held(app.pid))
    memory.wait_until_idle(app.pid)
    worker, solver = memory.worker_of(app.pid), memory.solver_of(app.pid)
    return Held(
        pages,
        after[len(after) // 2 - 1],
        memory.held(app.pid),
        max((call for call in calls if call is not None), default=None),
        worker and memory.peak(worker),
        solver and memory.peak(solver),
    )


def recipes() -> Iterator[tuple[str, str, int]]:
    """Different recipes for different populations: a page, a query string, and the k that is chosen there."""
    amounts = ("DEBT", "NETWORTH", "HOUSES", "INCOME", "ASSET", "NFIN", "FIN")
    paths = [PAGES[name] for name in SEGMENTED]
    for turn in range(RECIPES):
        across, up = amounts[turn % 7], amounts[(turn + 1 + turn // 7 % 6) % 7]
        who = f"who={('everyone', 'fearful')[turn // 2 % 2]}&where=AGE>{20 + turn // 2}"
        features = f"across={across}&up={up}&leading={3 + turn % 5}"
        yield paths[turn % 3], f"data={WAVES[turn % 2]}&{who}&{features}", (2, 3, 5, 6, 7, 8, 9, 10)[turn % 8]
