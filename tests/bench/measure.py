"""Timing side by side: what is compared runs in turns, and medians are compared."""

from __future__ import annotations

import datetime
import os
import platform
import statistics
import sys
import time
import timeit
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit

WRITTEN = Path(__file__).parents[2] / "docs" / "performance.md"
OWN_TABLES = "## Own tables"
ENGINES = "## Past one machine"
"""Where the parts of the document begin that one bench each writes; another writes all above them."""

REAL = Path(__file__).parents[3] / "shared" / "data"

UNITS = {
    "s": "{:.2f} s",
    "ms": "{:.0f} ms",
    "kB": "{:.0f} kB",
    "MB": "{:.0f} MB",
    "MB a minute": "{:.2f} MB a minute",
    "times": "{:.1f} times",
    "times at most": "{:.0f}",
    "errors": "{:.0f}",
}


@dataclass(frozen=True)
class Row:
    """One line of a table: what was measured, in seconds, and the reference's seconds."""

    what: str
    seconds: float
    reference: str
    reference_seconds: float


def side_by_side(
    what: str, ours: Callable[[], object], reference: str, theirs: Callable[[], object], turns: int
) -> Row:
    """Run both in turns; medians of their times."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(turns):
        for function, seconds in zip((ours, theirs), times, strict=True):
            start = time.perf_counter()
            function()
            seconds.append(time.perf_counter() - start)
    return Row(what, statistics.median(times[0]), reference, statistics.median(times[1]))


def report(rows: list[Row]) -> None:
    """Print a table with the ratio of the reference's time to ours."""
    wide = max(len(row.what) for row in rows)
    for row in rows:
        ratio = row.reference_seconds / row.seconds
        sys.stdout.write(
            f"{row.what:<{wide}}  {row.seconds * 1000:9.1f} ms   {ratio:7.1f} x faster than {row.reference} "
            f"({row.reference_seconds * 1000:.1f} ms)\n"
        )
    sys.stdout.flush()


def written() -> tuple[str, str, str]:
    """The document that is there: above the part on own tables, that part, and the part on engines."""
    above, mark, rest = WRITTEN.read_text(encoding="utf-8").partition(OWN_TABLES)
    own, last, engines = rest.partition(ENGINES)
    return f"{above.rstrip()}\n\n", f"{mark}{own.rstrip()}\n\n", last + engines


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


@dataclass(frozen=True)
class Goal:
    """What is to be reached.

    Attributes:
        what: What is measured.
        limit: The most it may be; the least for a number of times.
        figure: What it is; None where it could not be measured.
        unit: Of both, a key of ``UNITS``.
        reference: What stands beside it, with its figure.
    """

    what: str
    limit: float
    figure: float | None
    unit: str
    reference: str

    @property
    def row(self) -> Sequence[str]:
        """A row of the table."""
        sign = "≥" if self.unit == "times" else "≤"
        goal = f"{sign} {UNITS[self.unit].format(self.limit)}"
        if self.figure is None:
            return self.what, goal, "not measured here", self.reference, ""
        reached = self.figure >= self.limit if self.unit == "times" else self.figure <= self.limit
        return self.what, goal, UNITS[self.unit].format(self.figure), self.reference, "yes" if reached else "no"


def machine() -> str:
    """Where and when this is measured, what else the machine does, and how quick it is at this very time."""
    load = f", load before {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"{datetime.datetime.now(tz=datetime.UTC):%Y-%m-%d}, {platform.system()} {platform.machine()}, "
        f"{os.cpu_count()} cores{load}; Python {platform.python_version()}, Streamlit {streamlit.__version__}; "
        f"ten million additions in a loop take {timeit.timeit('i += 1', 'i = 0', number=10_000_000):.2f} s"
    )
