"""``make load`` and ``make soak``: a crowd at the served app beside its goals, and whether memory stays level.

With ``--write`` what is found goes to ``docs/reliability.md``.
"""

from __future__ import annotations

import argparse
import re
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests" / part) for part in ("load", "bench", "browser", "")]

import effects  # noqa: E402
import memory  # noqa: E402
from measure import REAL, Goal, machine, table  # noqa: E402
from people import KINDS, LIGHT, Log, crowd, median, percentile  # noqa: E402
from server import Address, serve  # noqa: E402

WRITTEN = ROOT / "docs" / "reliability.md"
FILES = ("SCFP2019.csv.gz", "scfp2022excel.zip")
CROWDS = (1, 10, 25, 50)
P95 = {25: 1.0, 50: 2.5}
THINK = 3.0
MOST_MB, MOST_HELD_UP = 500, 300
CONSTANT, MINUTE = 5, 60.0
AFTER_MINUTES, LEVEL = 10, 0.5
"""From which minute on memory has to be level, and how many megabytes a minute are called so."""


def main() -> None:
    """Do what was asked for."""
    parser = argparse.ArgumentParser(prog="tests.load")
    parser.add_argument("what", nargs="?", choices=("crowd", "soak"), default="crowd")
    parser.add_argument("--seconds", type=float, default=0.0, help="of each part of a crowd, or of the whole soak")
    parser.add_argument("--people", type=int, nargs="*", default=list(CROWDS))
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    before = machine()
    if asked.what == "crowd":
        title, found = "A crowd", measure_crowds(asked.people, asked.seconds or 60.0)
    else:
        title, found = "Soak", soak(asked.seconds or 3600.0)
    section = f"## {title}\n\nPrinted by `make {'load' if asked.what == 'crowd' else 'soak'}`. {before}.\n\n{found}"
    say(section)
    if asked.write:
        write(title, section)


def say(words: str) -> None:
    """What was found, as soon as it is there."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def write(title: str, section: str) -> None:
    """Put a section into the document, in the place of the last one of that title."""
    document = WRITTEN.read_text(encoding="utf-8") if WRITTEN.exists() else "# What was tried\n"
    former = re.compile(rf"^## {title}\n.*?(?=^## |\Z)", re.DOTALL | re.MULTILINE)
    if former.search(document):
        document = former.sub(lambda _: f"{section.rstrip()}\n\n", document)
    else:
        document = f"{document.rstrip()}\n\n{section.rstrip()}\n"
    WRITTEN.write_text(f"{document.rstrip()}\n", encoding="utf-8")


@contextmanager
def server() -> Iterator[tuple[Address, Path]]:
    """A fresh server in a folder of its own; with the real waves where they are there."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file in FILES:
            if (REAL / file).exists():
                shutil.copyfile(REAL / file, folder / file)
        with serve(folder) as address:
            yield address, folder


def measure_crowds(sizes: Sequence[int], seconds: float) -> str:
    """Crowds of several sizes, each on a fresh server and then once more; then what people do to each other."""
    goals, rows = [], []
    for people in sizes:
        with server() as (address, folder):
            before = memory.held(address.pid)
            for number, name in enumerate(("fresh server", "the same again")):
                used = memory.used(address.pid)
                log = crowd(address, people, seconds, THINK, first_seed=1000 * number)
                used = memory.used(address.pid) - used
                rows += _rows(people, name, log, used)
                say(f"{rows[-len(_GROUPS)]} {log.errors[:3]}")
                goals += _goals(people, name, log)
            goals += _memory_goals(people, before, address)
            goals.append(
                Goal(f"{people} people: fits made twice", 0, len(effects.made_twice(folder)), "times at most", "")
            )
    with server() as (address, folder):
        goals += _effects(address, folder)
    reached = table(("what", "goal", "figure", "beside", "reached"), (goal.row for goal in goals))
    return f"{_WORDS}\n{reached}\n{table(_HEAD, rows)}"


_HEAD = ("people", "moves", "number", "answered, median", "95th", "on the page, median", "95th", "processor, a move")
_WORDS = f"""A person follows a link and then moves every {THINK:g} s on average: a number of segments, a population,
another page, a colour, a household to place, a file to save. "Answered" is until the page has run, which may say how
many others are first; "on the page" is until what was asked for is there. A "seen" page or number of segments was on
somebody's page before. A crowd of 25 asks for 8 moves a second, one of 50 for 17: two processors answer these as they
come where a move costs less than 0.24 s or 0.12 s of one. Where it costs more, who needs nothing new goes first, and
the others see how many are before them. Processor time is that of the server and of what works for it: the solver, the
map worker, and what is found while nobody waits.
"""


def _goals(people: int, name: str, log: Log) -> list[Goal]:
    every = [seconds for kind in KINDS for seconds in log.answered[kind]]
    there = [seconds for kind in KINDS for seconds in log.complete[kind]]
    what = f"{people} people, {name}"
    beside = f"median {median(every):.2f} s; on the page {median(there):.2f} s, 95th {percentile(there, 0.95):.2f} s"
    most = P95.get(people)
    timed = [Goal(f"{what}: answered, 95th percentile", most, percentile(every, 0.95), "s", beside)] if most else []
    return [*timed, Goal(f"{what}: errors", 0, len(log.errors), "errors", "")]


def _memory_goals(people: int, before: float | None, address: Address) -> list[Goal]:
    memory.wait_until_idle(address.pid)
    beside = f"before {before:.0f} MB, peak {memory.peak(address.pid):.0f} MB" if before else ""
    return [Goal(f"{people} people: server afterwards", MOST_MB, memory.held(address.pid), "MB", beside)]


def _effects(address: Address, folder: Path) -> list[Goal]:
    effects.ask_at_once(address, 10, 7)
    memory.wait_until_idle(address.pid)
    looked = effects.look_beside(address, "where=AGE>25")
    alone = statistics.median(looked.alone)
    held_up = max(looked.beside) - alone
    memory.wait_until_idle(address.pid)
    left = effects.after_leaving(address, "where=AGE>30")
    median_beside = f"alone {alone * 1000:.0f} ms, beside it {statistics.median(looked.beside) * 1000:.0f} ms (medians)"
    return [
        Goal("10 ask for the same at once: fits made twice", 0, len(effects.made_twice(folder)), "times at most", ""),
        Goal("a light request beside a heavy one: longest delay", MOST_HELD_UP, held_up * 1000, "ms", median_beside),
        Goal("processor time of one who left, from the 3rd to the 7th second", 0.1, left, "s", "stability, left"),
    ]


_GROUPS = {
    "all": KINDS,
    "light: seen before": LIGHT,
    "the others": tuple(kind for kind in KINDS if kind not in LIGHT),
}


def _rows(people: int, name: str, log: Log, used: float) -> list[Sequence[str]]:
    """Times of groups of moves; processor time of a move, that of the work behind it included."""
    rows = []
    for group, kinds in _GROUPS.items():
        answered, there = ([s for kind in kinds for s in of[kind]] for of in (log.answered, log.complete))
        seconds = [f"{each:.2f} s" for of in (answered, there) for each in (median(of), percentile(of, 0.95))]
        each = f"{used / max(len(answered), 1):.2f} s" if group == "all" else ""
        rows.append((f"{people}, {name}", group, f"{len(answered)}", *seconds, each))
    return rows


def soak(seconds: float) -> str:
    """A few people for long; the server's memory minute by minute, and whether it is level."""
    with server() as (address, _):
        held: list[float] = []
        over = threading.Event()
        watching = threading.Thread(target=_watch, args=(address, held, over), daemon=True)
        watching.start()
        log = crowd(address, CONSTANT, seconds, THINK)
        over.set()
        watching.join()
        moves = sum(map(len, log.answered.values()))
    settled = held[min(AFTER_MINUTES, len(held) // 2) :]
    slope = statistics.linear_regression(range(len(settled)), settled).slope if len(settled) > 1 else 0.0
    line = f"growth from minute {len(held) - len(settled)} on, a straight line through {len(settled)} medians"
    goals = [
        Goal(line, LEVEL, slope, "MB a minute", ""),
        Goal("server at most", MOST_MB, max(held, default=None), "MB", "medians of a minute"),
        Goal("errors", 0, len(log.errors), "errors", f"{moves} moves of {CONSTANT} people"),
    ]
    by_minute = ", ".join(f"{each:.0f}" for each in held)
    return (
        f"{CONSTANT} people who come and go for {seconds / 60:.0f} minutes. Memory is level where a straight line\n"
        f"through its medians of each minute, after the first {AFTER_MINUTES} (of shorter runs the first half), rises\n"
        f"by at most {LEVEL:g} MB a minute.\n\n"
        f"{table(('what', 'goal', 'figure', 'beside', 'reached'), (goal.row for goal in goals))}\n"
        f"MB, minute by minute: {by_minute}.\n" + "".join(f"\n- {error}" for error in log.errors[:5])
    )


def _watch(address: Address, held: list[float], over: threading.Event) -> None:
    """The median of each minute."""
    while not over.is_set():
        end, samples = time.perf_counter() + MINUTE, []
        while time.perf_counter() < end and not over.wait(1.0):
            samples.append(memory.held(address.pid) or 0.0)
        if len(samples) > MINUTE / 2:
            held.append(statistics.median(samples))


main()
