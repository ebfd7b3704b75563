"""The app as served, beside its goals: every figure with the reference that was measured in the same run.

Both real waves, "everyone, 2022", on servers of their own. With ``--write`` the tables go to ``docs/performance.md``.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

from bench_maps import until_a_small_map
from measure import REAL, WRITTEN, Goal, machine, table, written

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "browser")]

import memory  # noqa: E402
import screen  # noqa: E402
import served  # noqa: E402
from server import Address, serve  # noqa: E402

FILES = ("SCFP2019.csv.gz", "scfp2022excel.zip")
NAIVE_PAGE, BARE_PAGE = "tests/bench/naive_page.py", "tests/bench/bare_page.py"
KS = (4, 5, 6, 7, 8)
Table = list[Sequence[str]]


def main() -> None:
    """Measure, print, and write if asked."""
    if not all((REAL / name).exists() for name in FILES):
        sys.stdout.write("The real survey files are not there: the goals are for them.\n")
        return
    before = machine()
    with tempfile.TemporaryDirectory() as folder:
        goals, pages = measure(Path(folder))
    document = write(before, goals, pages)
    sys.stdout.write(document)
    if "--write" in sys.argv:
        WRITTEN.write_text(f"{document}\n{''.join(written()[1:])}", encoding="utf-8")


def measure(folder: Path) -> tuple[list[Goal], Table]:
    """Everything, each part on a server of its own; finished maps are shared by all."""
    for name in FILES:
        shutil.copyfile(REAL / name, folder / name)
    app, naive, bare = (_server(folder, script) for script in ("streamlit_app.py", NAIVE_PAGE, BARE_PAGE))
    with app() as address:
        held = served.measure_memory(address)
    _say(f"memory: {held}")
    with naive() as reference:
        with app() as address:
            moves = served.measure_moves(address, reference)
            sections = served.measure_sections(address)
        naive_held = memory.held(reference.pid)
        _say("\n".join(f"{name}: {each}" for name, each in (*moves.items(), *sections.items())))
        goals = _server_goals(moves, sections)
        with screen.chromium() as browser:
            if browser is None:
                sys.stdout.write("No Chromium or Chrome is installed: what is seen is not measured.\n")
            else:
                with app() as address:
                    goals += _screen_goals(browser, address, reference)
                goals += _first_goals(*screen.measure_first_visit(browser, app, bare))
    return goals + _memory_goals(held, naive_held) + [_back_goal(*until_a_small_map())], _page_rows(moves)


def _say(words: str) -> None:
    """What a part found, as soon as it is there: the whole takes minutes."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def _server(folder: Path, script: str) -> partial[AbstractContextManager[Address]]:
    return partial(serve, folder, script)


def _server_goals(moves: dict[str, served.Moves], sections: dict[str, served.Answer]) -> list[Goal]:
    naive = moves[served.NAIVE]
    ms = "refits everything: {:.0f} ms".format
    goals = []
    for name in served.PAGES:
        same = moves[name].same
        goals.append(
            Goal(f"{name}: rerun, nothing changed", 40, same.seconds * 1000, "ms", ms(naive.same.seconds * 1000))
        )
        goals.append(Goal(f"{name}: sent by it", 15, same.kb, "kB", f"refits everything: {naive.same.kb:.0f} kB"))
    # it does the same for any k: of its medians the one that other work on the machine disturbed less
    few = min(naive.far.seconds, naive.near.seconds, naive.seen.seconds)
    many = moves[served.NAIVE_EVERYONE].far.seconds
    for name in served.SEGMENTED:
        each, said = moves[name], ms(many * 1000)
        goals += [
            Goal(f"{name}: k seen before", 80, each.seen.seconds * 1000, "ms", said),
            Goal(f"{name}: one segment more or less, until its picture", 300, each.near.first_chart * 1000, "ms", said),
            Goal(f"{name}: any other k, until its picture is sent", 300, each.far.first_chart * 1000, "ms", said),
            Goal(f"{name}: the same as soon as the page stands", 300, each.at_once.first_chart * 1000, "ms", said),
        ]
    for name, refitted in (*((name, many) for name in served.SEGMENTED), *((n, few) for n in served.ON_THEIR_ROWS)):
        each, said = moves[name], ms(refitted * 1000)
        goals += [
            Goal(f"{name}: one segment more or less, times quicker", 5, refitted / each.near.seconds, "times", said),
            Goal(f"{name}: any other k, times quicker", 5, refitted / each.far.seconds, "times", said),
            Goal(f"{name}: seen k, times quicker", 10, refitted / each.seen.seconds, "times", said),
        ]
    whole = "the whole page, nothing changed: {:.0f} ms, {:.0f} kB"
    for (name, answer), page in zip(sections.items(), ("Explore", "Many features", "Two features"), strict=True):
        same = moves[page].same
        reference = whole.format(same.seconds * 1000, same.kb)
        goals.append(Goal(f"{name}, {answer.kb:.0f} kB", 40, answer.seconds * 1000, "ms", reference))
    return goals


def _screen_goals(browser: screen.Browser, app: Address, naive: Address) -> list[Goal]:
    served.wake(app)
    theirs = screen.measure_slider(browser, naive, KS)
    goals = []
    for name, limits in (("Two features", (0.8, 0.4)), ("Many features", (1.2, 0.6))):
        found = screen.measure_slider(browser, f"{app}/{served.PAGES[name]}", KS)
        for what, limit, figure, their in zip(("new k", "seen k"), limits, found, theirs, strict=True):
            goals.append(Goal(f"{name}: {what} on screen", limit, figure, "s", f"refits everything: {their:.2f} s"))
    return goals


def _first_goals(ours: float, bare: float) -> list[Goal]:
    return [Goal("first visitor of a fresh server, first chart", bare + 1, ours, "s", f"one bare chart: {bare:.2f} s")]


def _memory_goals(held: served.Held, naive: float | None) -> list[Goal]:
    reference = f"server that refits everything: {naive:.0f} MB" if naive else ""
    beside = f"; the solver beside it {held.solver:.0f} MB at its peak" if held.solver else ""
    half = f"after half of them: {held.half:.0f} MB" if held.half else ""
    return [
        Goal("server after every page on both waves", 330, held.pages, "MB", f"{reference}{beside}"),
        Goal(f"server after {served.RECIPES} recipes and populations", 420, held.recipes, "MB", half),
        Goal("most that one visit added at its peak", 120, held.call, "MB", reference),
        Goal("map worker at its peak", 250, held.worker, "MB", reference),
    ]


def _back_goal(gone: float, there: float) -> Goal:
    what = "map worker that ended when idle, until it has drawn a small UMAP"
    return Goal(what, 3, gone, "s", f"where it is there already: {there:.2f} s")


def _page_rows(moves: dict[str, served.Moves]) -> Table:
    """What each page took and was sent."""
    return [
        (name, *map(_words, (each.opened, each.same, each.near, each.far, each.at_once, each.seen)))
        for name, each in moves.items()
    ]


def _words(answer: served.Answer | None) -> str:
    if answer is None:
        return ""
    first = f", picture {answer.first_chart:.2f} s" if answer.first_chart else ""
    return f"{answer.seconds:.2f} s{first}, {answer.kb:.0f} kB"


def write(where: str, goals: Iterable[Goal], pages: Table) -> str:
    """The document."""
    return f"""# How fast it is, and how much it holds

Printed by `make bench`, written by `python -m tests.bench goals --write`. {where}.

The survey's real waves of 2022 and 2019; "everyone, 2022" is 22,975 rows. Times are of the server, read from its
websocket, unless they are "on screen": those are from a key press to the new segments in Chromium. Medians of
{served.RERUNS} reruns, {len(served.NEAR_KS)} moves by one segment more or less than a number before,
{len(served.FAR_KS)} to any other number, {len(served.SEEN_KS)} to one seen; on screen of {len(KS) - 1}, each by one. A
page that is looked at finds the other numbers of segments while nobody waits, within ten seconds or so; "as soon as the
page stands" it has not: of {len(served.AT_ONCE)} populations that nobody has looked at.

*Refits everything* is `{NAIVE_PAGE}`: the steps of the well-known dashboards for a chosen k, all of them at
each run and with one start of k-means, moved in turns with the app by the same visitor. "Times quicker" compares whole
runs on the same rows, until everything on the page was sent: everyone of 2022, and ("its rows") the 4,418 rows of 2019
that those dashboards are about, which the app segments with 20 starts or more.

## Goals

{table(("what", "goal", "figure", "reference, same run", "reached"), [goal.row for goal in goals])}
That an idle map worker ends is a test's matter, and that this is after ten minutes. Memory after every page is read
when the sessions have ended, half a minute after the last: each page had another visitor.

## Pages

Seconds until a run has ended, until the first picture that is new, and what was sent. The first opening of a page
finds nothing computed; "Home" is the first page of its server.

{table(("page", "opened", "nothing changed", "one more or less", "any other k", "at once", "seen k"), pages)}"""
