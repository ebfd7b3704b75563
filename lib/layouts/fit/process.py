"""The process that fits t-SNE and UMAP, one at a time, so that the server never loads numba.

It is started by ``lib.maps.worker`` and speaks through its standard input and output (see ``lib.work.helper``,
which listens, and ``lib.work.wire``):

- in: ``{"do": "fit", "id", "method", "parameters"}`` with arrays, ``{"do": "warm up", "id"}``,
  ``{"do": "stop", "id"}``;
- out: ``{"is": "progress", "id", "share", "words"}``, ``{"is": "done", "id", "figures"}`` with ``coordinates``,
  ``{"is": "failed", "id", "words"}``, ``{"is": "stopped", "id"}``.

It ends when its input closes, and so never outlives the server.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
import time
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from lib.layouts.fit.alone import stand_in
from lib.work import wire
from lib.work.progress import Cancelled
from lib.work.served import be_modest, own_streams

_TOLD_EVERY = 0.1
_WARM_POINTS = 64

_Job = tuple[dict[str, Any], dict[str, NDArray[Any]]]


def main() -> None:
    """Serve jobs until the input closes."""
    stand_in()
    memory_mb = int(sys.argv[1])
    inlet, outlet = own_streams()
    be_modest(memory_mb)
    jobs: queue.SimpleQueue[_Job] = queue.SimpleQueue()
    stopped: set[int] = set()
    threading.Thread(target=_listen, args=(inlet, jobs, stopped), daemon=True).start()
    while True:
        header, arrays = jobs.get()
        say = _Say(outlet, int(header["id"]), stopped)
        try:
            _serve(header, arrays, say)
        except Cancelled:
            say({"is": "stopped"})
        except MemoryError:
            say({"is": "failed", "words": f"the fit needs more than the {memory_mb:,} MB the map worker may use"})
        except Exception as error:  # noqa: BLE001 - one map fails, the worker goes on
            say({"is": "failed", "words": f"{type(error).__name__}: {error}"})


def _listen(inlet: BinaryIO, jobs: queue.SimpleQueue[_Job], stopped: set[int]) -> None:
    try:
        while (message := wire.receive(inlet)) is not None:
            header, arrays = message
            if header["do"] == "stop":
                stopped.add(int(header["id"]))
            else:
                jobs.put((header, arrays))
    finally:
        os._exit(0)  # the server is gone or wants no more; nothing here is worth keeping


class _Say:
    """Sends what becomes of one job; as a progress callback it cancels a job that was stopped."""

    def __init__(self, outlet: BinaryIO, number: int, stopped: set[int]) -> None:
        self._outlet, self._number, self._stopped = outlet, number, stopped
        self._told = 0.0

    def __call__(self, header: dict[str, Any], arrays: wire.Arrays | None = None) -> None:
        self._outlet.write(wire.pack({**header, "id": self._number}, arrays))
        self._outlet.flush()

    def progress(self, share: float, words: str) -> None:
        if self._number in self._stopped:
            raise Cancelled
        if time.monotonic() - self._told >= _TOLD_EVERY:
            self._told = time.monotonic()
            self({"is": "progress", "share": share, "words": words})


def _serve(header: dict[str, Any], arrays: dict[str, NDArray[Any]], say: _Say) -> None:
    from lib.layouts.fit.methods import fit

    if header["do"] == "warm up":
        _warm_up(say)
        return
    fitted = fit(header["method"], header["parameters"], arrays, say.progress)
    say({"is": "done", "figures": dict(fitted.figures)}, {"coordinates": fitted.coordinates})


def _warm_up(say: _Say) -> None:
    """Two tiny fits: everything is imported, and compiled where this machine has not done so before."""
    from lib.layouts.fit.methods import fit

    points = np.random.default_rng(0).normal(size=(_WARM_POINTS, 3))
    place = np.arange(_WARM_POINTS)
    arrays = {"points": points, "start": points[:, :2], "place": place, "weights": np.ones(_WARM_POINTS)}
    parameters = {"seed": 0, "perplexity": 5, "neighbours": 5, "min_dist": 0.1}
    for method in ("umap", "tsne"):
        fitted = fit(method, parameters, arrays, say.progress)
    say({"is": "done", "figures": {}}, {"coordinates": fitted.coordinates})


if __name__ == "__main__":
    main()
