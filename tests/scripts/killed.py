"""Writes what the app writes, killed at every step and several at once: ``python -m tests.scripts.killed FOLDER``.

Each kill is of a process of its own in a folder of its own, named by what was written and when it came: in the middle
of a file's content ("half"), or before the rename of that number. What is printed is the exit code of each process: -9
for a kill, 0 where there was nothing to be killed at any more. Then ``TOGETHER`` write in one folder, again and again.
"""

import os
import signal
import sys
import traceback
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from lib.layouts.fitted import Fitted
from lib.maps.store import Store
from lib.sources import scf
from lib.sources.download import fetch

ROWS = np.arange(6)
OF = {"data": "hash"}
FITTED = Fitted(np.arange(12, dtype=np.float32).reshape(6, 2), {"kl_divergence": 0.5})
NAME = "scfp2019excel.zip"


def store(folder):
    return Store(folder, shipped=None)


WRITES = {
    "copy": lambda folder: scf.read(folder / NAME),
    "map": lambda folder: store(folder).keep("a", OF, ROWS, FITTED),
    "download": lambda folder: fetch(2019, folder=folder),
}
CASES = [(what, when) for what, steps in (("copy", 1), ("map", 1), ("download", 5)) for when in ("half", *range(steps))]


TOGETHER = 3
TIMES = 3


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def kill(when):
    """Have this process killed at that point."""
    write, rename, renamed = pq.write_table, Path.replace, []

    def write_half(table, draft, **options):
        write(table, draft, **options)
        os.truncate(draft, draft.stat().st_size // 2)
        die()

    def rename_until(path, to):
        if len(renamed) == when:
            die()
        renamed.append(path)
        return rename(path, to)

    pq.write_table = write_half if when == "half" else write
    Path.replace = rename_until


def write_often(folder):
    """Every kind of file, and what is read in between must be whole."""
    for _ in range(TIMES):
        assert WRITES["copy"](folder).dollars in (2019, 2022)
        WRITES["map"](folder / "maps")
        assert np.array_equal(store(folder / "maps").load("a", OF, ROWS).coordinates, FITTED.coordinates)
        WRITES["download"](folder)


def started(work, *given):
    """A process that does the work and ends with 0, if it may."""
    child = os.fork()
    if child:
        return child
    try:
        work(*given)
    except BaseException:  # noqa: BLE001 - whatever it is, it is printed
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def killed(what, when, folder):
    kill(when)
    WRITES[what](folder / f"{what} {when}")


def say(name, child):
    sys.stdout.write(f"{name}: {os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")


def main(folder):
    for what, when in CASES:
        say(f"{what} {when}", started(killed, what, when, folder))
    writers = [started(write_often, folder / "together") for _ in range(TOGETHER)]
    for number, writer in enumerate(writers):
        say(f"together {number}", writer)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
