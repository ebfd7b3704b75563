"""Tables that visitors bring, made up with 10 thousand, 100 thousand and a million rows, through the served app.

With ``--write`` the part "Own tables" of ``docs/performance.md`` is written anew.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "browser")]

import bench_goals as goals  # noqa: E402
import memory  # noqa: E402
import own_files  # noqa: E402
from measure import OWN_TABLES, WRITTEN, table, written  # noqa: E402
from server import Address, serve  # noqa: E402
from visitor import Answer, Visitor  # noqa: E402

SIZES = (10_000, 100_000, 1_000_000)
USE, K = "Use this table", "Number of segments"
NEW_K, SEEN_K = 6, 4


@dataclass
class Found:
    """What one size took: seconds by what was done, megabytes, and the longest that another visitor waited."""

    seconds: dict[str, float | None] = field(default_factory=dict)
    megabytes: dict[str, float | None] = field(default_factory=dict)
    waited: dict[str, float] = field(default_factory=dict)


def main() -> None:
    """Measure, print, and write if asked."""
    with tempfile.TemporaryDirectory() as folder:
        found = {rows: measure(Path(folder), rows) for rows in SIZES}
    words = document(found)
    sys.stdout.write(words)
    if "--write" in sys.argv:
        above, _, engines = written()
        WRITTEN.write_text(f"{above}{words}\n{engines}".rstrip() + "\n", encoding="utf-8")


def measure(folder: Path, rows: int) -> Found:
    """One size on a server of its own; reading its other kinds of file on another."""
    files, found = own_files.write(folder, rows), Found()
    with serve(folder) as app, Visitor(app, "two_features") as other, _settled(Visitor(app, "your_table")) as visitor:
        other.settle()
        memory.wait_until_idle(app.pid)
        memory.forget_peak(app.pid)
        found.megabytes["server before"] = memory.held(app.pid)
        with _watched(other, found.waited, "while it is read"):
            found.seconds["read csv"] = _read(visitor, files.pop("csv"))
        found.megabytes["peak while it is read"] = memory.peak(app.pid)
        with _watched(other, found.waited, "on the pages"):
            _pages(visitor, found)
        memory.wait_until_idle(app.pid)
        found.megabytes["peak"] = memory.peak(app.pid)
        found.megabytes["level after"] = memory.held(app.pid)
        found.megabytes["map worker"] = _worker(app)
    with serve(folder) as app:
        for kind, path in files.items():
            with _settled(Visitor(app, "your_table")) as visitor:
                found.seconds[f"read {kind}"] = _read(visitor, path)
    sys.stdout.write(f"{rows:,}: {found}\n")
    sys.stdout.flush()
    return found


def _worker(app: Address) -> float | None:
    worker = memory.worker_of(app.pid)
    return worker and memory.peak(worker)


def _settled(visitor: Visitor) -> Visitor:
    visitor.settle()
    return visitor


def _read(visitor: Visitor, path: Path) -> float:
    """Seconds from the upload until what is in the file is on the page."""
    start = time.perf_counter()
    visitor.bring(path)
    visitor.settle()
    if not visitor.can(USE):
        raise RuntimeError(f"{path.name} was not understood.")
    return time.perf_counter() - start


def _pages(visitor: Visitor, found: Found) -> None:
    """Every page with the table until its first picture, and a new and a seen number of segments."""
    moves: dict[str, Callable[[], Answer]] = {"Explore": lambda: visitor.press(USE)}
    for name, path in (("Two features", "two_features"), ("Many features", "many_features")):
        moves[name] = lambda path=path: visitor.go(path)  # type: ignore[misc]
        moves[f"{name}, new k"] = lambda: visitor.move(K, NEW_K)
        moves[f"{name}, seen k"] = lambda: visitor.move(K, SEEN_K)
    for name, move in moves.items():
        start = time.perf_counter()
        found.seconds[name] = visitor.until_picture(move(), start)
        visitor.settle()


@contextmanager
def _watched(other: Visitor, waited: dict[str, float], when: str) -> Iterator[None]:
    """Note the longest that another visitor waits for an answer meanwhile, whose page has nothing new to find."""
    over, longest = threading.Event(), [0.0]

    def look() -> None:
        while not over.wait(0.2):
            longest.append(other.run().seconds)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        waited[when] = max(longest)


def document(found: dict[int, Found]) -> str:
    """The part of the document."""
    first, *_ = found.values()
    lines: list[tuple[str, ...]] = []
    for what, unit, part in (
        ("seconds", "s", "seconds"),
        ("another visitor waits at most", "s", "waited"),
        ("memory", "MB", "megabytes"),
    ):
        for name in getattr(first, part):
            figures = [getattr(each, part).get(name) for each in found.values()]
            form = "{:.2f} {}" if unit == "s" else "{:,.0f} {}"
            cells = ["" if figure is None else form.format(figure, unit) for figure in figures]
            lines.append((name if part == "seconds" else f"{what}, {name}" if part == "waited" else f"{name}", *cells))
    return f"""{OWN_TABLES}

Written by `python -m tests.bench tables --write`. {goals.machine()}.

Made-up customers with 20 columns (`tests/bench/own_files.py`), brought through the served app. "read" is from the
upload until its columns are on the page; pages and numbers of segments are until the first picture that is new. The
other visitor runs a page of the sample again and again meanwhile. Memory is the server's, but for the map worker's.

{table(("", *(f"{rows:,} rows" for rows in found)), lines)}"""
