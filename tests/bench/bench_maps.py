"""Maps: t-SNE and UMAP beside plain scikit-learn and umap-learn, cold and warm, and eight requests at once."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
from measure import REAL

from lib.dataset import Dataset
from lib.maps import Request, Settings, Store, Worker, default_recipe, project
from lib.maps.request import Floats
from lib.sources import scf

ROOT = Path(__file__).parents[2]
REFERENCES = {
    "scikit-learn TSNE": "from sklearn.manifold import TSNE\nmake = lambda: TSNE(random_state=42)",
    "umap-learn UMAP": "import umap\nmake = lambda: umap.UMAP(random_state=42)",
}
REFERENCE = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
start = time.perf_counter()
import numpy as np
x = np.load(sys.argv[1])
{made}
times, model = [], None
for _ in range(int(sys.argv[2])):
    model = make()
    y = model.fit_transform(x)
    times.append(time.perf_counter() - start)
    start = time.perf_counter()
np.save(sys.argv[3], y)
status = open("/proc/self/status") if sys.platform == "linux" else []
held = max((int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM")), default=0)
print(json.dumps({{"times": times, "kl": getattr(model, "kl_divergence_", None), "mb": held}}))
"""


def main() -> None:
    """Print times, quality, memory, and what eight requests at once do to the server."""
    data = _dataset()
    request = Request(data, default_recipe(data), "tsne")
    _say(f"{data.name}, {len(request.drawn):,} households, {', '.join(request.recipe.features)}")
    for method, reference in (("tsne", "scikit-learn TSNE"), ("umap", "umap-learn UMAP")):
        _against(data, method, reference)
    _pca(data)
    gone, there = until_a_small_map()
    _say(f"a small UMAP takes {gone:.2f} s when the worker is gone, {there * 1000:.0f} ms when it is there")
    _eight_at_once(data)


def until_a_small_map() -> tuple[float, float]:
    """Seconds until a map of hardly any points is there: without a process, as after idle minutes, and with one."""
    points = np.random.default_rng(0).normal(size=(64, 5))
    arrays = {"points": points, "start": points[:, :2], "place": np.arange(64), "weights": np.ones(64)}
    gone, there = [], []
    worker = Worker()
    for turn in range(10):
        start = time.perf_counter()
        parameters = {"neighbours": 15, "min_dist": 0.1, "seed": turn}
        worker.submit(str(turn), "umap", parameters, arrays).result()
        (there if turn % 2 else gone).append(time.perf_counter() - start)
        if turn % 2:
            worker.close()
    return statistics.median(gone), statistics.median(there)


def _dataset() -> Dataset:
    path = REAL / "SCFP2019.csv.gz"
    return scf.read(path) if path.exists() else scf.sample()


def _against(data: Dataset, method: str, reference: str) -> None:
    """Ours and the plain library, each in a fresh process: the first fit there, then the next one."""
    theirs = _theirs(_matrix(data), reference, fits=2)
    ours = _ours(data, method)
    for when, a, b in zip(("cold", "warm"), ours["times"], theirs["times"], strict=True):
        _say(f"{method:<5} {when}: {a:6.2f} s   {reference} {b:6.2f} s   {b / a:5.1f} x faster")
    _say(f"{'':5} worker holds at most {ours['mb']:.0f} MB, the plain library's process {theirs['mb']:.0f} MB")
    quality, kl = ours["quality"], ours["kl"]
    _say(f"{'':5} trustworthiness {quality.trustworthiness:.4f}, neighbours kept {quality.kept:.3f}")
    if kl is not None:
        _say(f"{'':5} KL divergence {kl:.4f}, {reference} {theirs['kl']:.4f}")


def _ours(data: Dataset, method: str) -> dict:
    worker = Worker()
    times, found = [], None
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(2):
            recipe = default_recipe(data)
            # another seed is another request: the second fit is not the first one found again
            recipe = type(recipe)(recipe.features, transform=recipe.transform, seed=turn)
            start = time.perf_counter()
            found = project(data, recipe, method, worker=worker, store=Store(Path(folder), shipped=None))
            times.append(time.perf_counter() - start)
    held = _peak_mb(worker.pid)
    worker.close()
    return {"times": times, "mb": held, "quality": found.quality, "kl": found.kl_divergence}


def _theirs(matrix: Floats, reference: str, fits: int) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        given, gained = Path(folder) / "x.npy", Path(folder) / "y.npy"
        np.save(given, matrix)
        code = REFERENCE.format(made=REFERENCES[reference])
        run = subprocess.run(
            [sys.executable, "-c", code, str(given), str(fits), str(gained)],
            capture_output=True,
            text=True,
            check=True,
        )
    return json.loads(run.stdout.splitlines()[-1])


def _matrix(data: Dataset) -> Floats:
    request = Request(data, default_recipe(data), "tsne")
    return request._matrix[request.drawn.rows]


def _pca(data: Dataset) -> None:
    recipe = default_recipe(data)
    times = []
    for _ in range(7):
        start = time.perf_counter()
        project(data, recipe)
        times.append(time.perf_counter() - start)
    _say(f"pca   {sorted(times)[3] * 1000:.0f} ms in the server, over all {len(data):,} rows, judged")


def _eight_at_once(data: Dataset) -> None:
    """Eight sessions, eight different UMAPs: when they come, and how long the server is held up meanwhile."""
    worker = Worker()
    before = _peak_mb(os.getpid())
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder), shipped=None)
        pulse = _Pulse()
        start = time.perf_counter()
        came: list[float] = []

        def ask(neighbours: int) -> None:
            project(
                data,
                default_recipe(data),
                "umap",
                settings=Settings(neighbours=neighbours),
                worker=worker,
                store=store,
            )
            came.append(time.perf_counter() - start)

        sessions = [threading.Thread(target=ask, args=(n,)) for n in range(10, 18)]
        for session in sessions:
            session.start()
        for session in sessions:
            session.join()
        longest = pulse.stop()
    _say(f"eight UMAPs at once: first after {min(came):.1f} s, last after {max(came):.1f} s, {len(came)} of 8 came")
    _say(f"longest pause of the server meanwhile {longest * 1000:.0f} ms")
    _say(
        f"memory at most: server {before:.0f} MB before, {_peak_mb(os.getpid()):.0f} MB after; "
        f"worker {_peak_mb(worker.pid):.0f} MB"
    )
    worker.close()


class _Pulse:
    """A thread that wants to run every five milliseconds and notes how long it is kept waiting."""

    def __init__(self) -> None:
        self._over = threading.Event()
        self._longest = 0.0
        self._thread = threading.Thread(target=self._beat)
        self._thread.start()

    def _beat(self) -> None:
        last = time.perf_counter()
        while not self._over.wait(0.005):
            now = time.perf_counter()
            self._longest = max(self._longest, now - last - 0.005)
            last = now

    def stop(self) -> float:
        """Seconds of the longest pause."""
        self._over.set()
        self._thread.join()
        return self._longest


def _peak_mb(pid: int | None) -> float:
    """The most memory a process has held; 0 where the system does not say."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return max((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), default=0.0)


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()
