"""Writes what the app writes, and is killed at every step of it: ``python -m tests.scripts.killed FOLDER``.

Each time is a process of its own with a folder of its own, named by what was written and when the kill came: in the
middle of a file's content ("half"), or before the rename of that number. What a case prints is its exit code, -9 for a
kill and 0 where there was nothing to be killed at any more.
"""

import os
import signal
import sys
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


def main(folder):
    for what, when in CASES:
        child = os.fork()
        if not child:
            kill(when)
            WRITES[what](folder / f"{what} {when}")
            os._exit(0)
        sys.stdout.write(f"{what} {when}: {os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
