"""The app where memory is short: every page on both waves, many recipes, new maps, a report, several visitors at once.

The system holds it to so much, as a container's host does, and ends what takes more: ``python -m tests.bench small``.
It takes a Linux on which memory groups can be made, which is mostly root's; elsewhere nothing is measured.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from measure import REAL, table

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "browser")]

import memory  # noqa: E402
import served  # noqa: E402
from server import Address, serve  # noqa: E402
from visitor import Visitor  # noqa: E402

LIMIT_MB = 690
"""What Community Cloud promises an app."""

FILES = ("SCFP2019.csv.gz", "scfp2022excel.zip")
OLD, NEW = Path("/sys/fs/cgroup/memory"), Path("/sys/fs/cgroup")
EVERY = 0.2
"""Seconds between looks at what is held."""

AT_ONCE = 4
REST = 30.0


class Group:
    """Processes that may hold so many bytes together."""

    def __init__(self, limit: int) -> None:
        self._is_old = (OLD / "memory.limit_in_bytes").exists()
        root = OLD if self._is_old else NEW
        self._parent, self._folder = _group_of_this_process(root), root / f"small-{os.getpid()}"
        self._folder.mkdir()
        self._write("memory.limit_in_bytes" if self._is_old else "memory.max", limit)

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """Whatever is started inside belongs to the group, and stays in it."""
        self._write("cgroup.procs", os.getpid())
        try:
            yield
        finally:
            (self._parent / "cgroup.procs").write_text(str(os.getpid()), encoding="ascii")

    @property
    def held(self) -> float:
        """Millions of bytes without files that were read and lie idle, as hosts of containers count them."""
        stat = _pairs(self._read("memory.stat"))
        used = self._read("memory.usage_in_bytes" if self._is_old else "memory.current")
        return (int(used) - stat["total_inactive_file" if self._is_old else "inactive_file"]) / 1e6

    @property
    def ended(self) -> int:
        """How many processes the system has ended because the limit was reached."""
        return _pairs(self._read("memory.oom_control" if self._is_old else "memory.events"))["oom_kill"]

    def close(self) -> None:
        """Let go of it; its processes must have ended."""
        self._folder.rmdir()

    def _read(self, name: str) -> str:
        return (self._folder / name).read_text(encoding="ascii")

    def _write(self, name: str, value: int) -> None:
        (self._folder / name).write_text(str(value), encoding="ascii")


class Watch:
    """What a group holds, now and at most since the last part was written down."""

    def __init__(self, group: Group, server: int) -> None:
        self.rows: list[Sequence[str]] = []
        self._group, self._server, self._most, self._over = group, server, 0.0, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def note(self, what: str) -> None:
        """Write down a part of the visit that is over."""
        self.rows.append((what, *(f"{each:.0f} MB" for each in (self._group.held, self._most)), str(self._group.ended)))
        sys.stdout.write(f"{self.rows[-1]}\n")
        self._most = 0.0

    def close(self) -> None:
        """Look no more."""
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(EVERY):
            self._most = max(self._most, self._group.held)


def main() -> None:
    """Measure and print."""
    if not all((REAL / name).exists() for name in FILES):
        sys.stdout.write("The real survey files are not there.\n")
        return
    try:
        group = Group(LIMIT_MB * 10**6)
    except OSError as error:
        sys.stdout.write(f"No memory group can be made here: {error}\n")
        return
    os.environ["MEMORY_MB"] = str(LIMIT_MB)
    _have_libraries_read_anew()
    with tempfile.TemporaryDirectory() as folder:
        for name in FILES:
            shutil.copyfile(REAL / name, Path(folder) / name)
        with contextlib.ExitStack() as stack:
            with group.entered():
                address = stack.enter_context(serve(Path(folder)))
            watch = Watch(group, address.pid)
            _visit(address, watch)
            watch.close()
    group.close()
    sys.stdout.write(table(("after", "held", "at most until then", "ended by the system"), watch.rows))


def _visit(address: Address, watch: Watch) -> None:
    for wave in served.WAVES:
        for path in served.PAGES.values():
            _open(address, path, f"data={wave}")
    watch.note("every page on both waves, by one visitor after another")
    memory.wait_until_idle(address.pid)
    watch.note("the first maps of both waves, drawn beforehand")
    for path, query, k in served.recipes():
        with Visitor(address, path, query) as visitor:
            visitor.move(served.K, k)
    watch.note(f"{served.RECIPES} recipes and populations")
    for age in range(30, 34):
        _open(address, "many_features", f"data=2022&where=AGE>{age}")
    watch.note("maps of four populations that nobody had asked for")
    with ThreadPoolExecutor(AT_ONCE) as several:
        for page in served.SEGMENTED:
            asked = [f"data={served.WAVES[turn % 2]}&where=AGE>{50 + turn}" for turn in range(AT_ONCE)]
            list(several.map(lambda query, path=served.PAGES[page]: _open(address, path, query), asked))
    watch.note(f"{AT_ONCE} visitors at once on the pages with segments, each with a population of its own")
    with Visitor(address, "many_features", "data=2022&use=hand-on") as visitor:
        visitor.settle()
        visitor.press("Make the report")
        visitor.settle()
    watch.note("a report with its pictures")
    threading.Event().wait(REST)
    watch.note("half a minute of rest")


def _have_libraries_read_anew() -> None:
    """The group that has a file read first is charged for it: all of the app's libraries are to be this one's."""
    os.sync()
    for path in (*Path(sys.prefix).rglob("*.so*"), *Path(sys.base_prefix, "lib").glob("libpython*")):
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _open(address: Address, path: str, query: str) -> None:
    with Visitor(address, path, query) as visitor:
        visitor.settle()


def _group_of_this_process(root: Path) -> Path:
    for line in Path("/proc/self/cgroup").read_text(encoding="ascii").splitlines():
        _, kind, path = line.split(":", 2)
        if kind == ("memory" if root == OLD else "") and (root / path.lstrip("/")).exists():
            return root / path.lstrip("/")
    return root


def _pairs(said: str) -> dict[str, int]:
    return {name: int(value) for name, value in map(str.split, said.splitlines())}
