"""Segmentation beside what it replaces, measured in one run.

Four tables: silhouettes of all k against scikit-learn called for each; a move of the k control against the callback of
the well-known dashboard, which refits everything; ranking columns; and the memory that the silhouettes take. The real
2019 file is used where it lies beside the project, else the synthetic sample.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from shutil import copyfile

import numpy as np
import pandas as pd
from measure import REAL
from scipy.stats import mstats
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.metrics import silhouette_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from lib.dataset import Dataset
from lib.features import rank_by_variance
from lib.population import Population
from lib.segments import Recipe, fit, silhouette_sweep, sweep
from lib.sources import scf

ROOT = Path(__file__).parents[2]
FIVE = ("DEBT", "NETWORTH", "HOUSES", "NFIN", "ASSET")
KS = range(2, 13)
FILE = REAL / "SCFP2019.csv.gz"


def households() -> Dataset:
    """The real 2019 survey, or the sample."""
    if not FILE.exists():
        return scf.sample()
    copy = Path(tempfile.mkdtemp()) / FILE.name
    copyfile(FILE, copy)
    return scf.read(copy)


def points(dataset: Dataset, rows: int) -> np.ndarray:
    """Five scaled amounts of so many rows: the file's own, then copies shaken by 1 %."""
    raw = dataset.frame[list(FIVE)].to_numpy(float)
    rng = np.random.default_rng(0)
    if rows <= len(raw):
        raw = raw[rng.permutation(len(raw))[:rows]]
    else:
        more = raw[rng.integers(len(raw), size=rows - len(raw))]
        raw = np.vstack([raw, more * rng.normal(1, 0.01, more.shape)])
    return StandardScaler().fit_transform(raw)


def seconds(work: Callable[[], object], times: int = 1) -> float:
    """The median of so many runs."""
    return statistics.median(_once(work) for _ in range(times))


def _once(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def bench_silhouettes(dataset: Dataset) -> None:
    """All k from 2 to 12 of one matrix."""
    say(f"\nSilhouettes of {len(KS)} labelings (k = 2..12), five features")
    say(f"{'rows':>8} {'one pass':>10} {'scikit-learn, each k':>22} {'times faster':>13} {'largest difference':>20}")
    for rows, compared in ((5_777, True), (28_885, True), (100_000, False)):
        x = points(dataset, rows)
        labelings = [KMeans(k, n_init=1, random_state=0).fit_predict(x) for k in KS]
        mine: list[float] = []
        theirs: list[float] = []
        found = silhouette_sweep(x, labelings)
        apart = 0.0
        # in turns, so that both meet the same load: one pass over all labelings, one labeling of scikit-learn's
        for labels, ours in zip(labelings, found, strict=True):
            mine.append(_once(lambda x=x, labelings=labelings: silhouette_sweep(x, labelings)))
            if not compared:
                break
            start = time.perf_counter()
            apart = max(apart, abs(silhouette_score(x, labels) - ours))
            theirs.append(time.perf_counter() - start)
        once = statistics.median(mine)
        if compared:
            say(f"{rows:>8,} {once:>9.2f}s {sum(theirs):>21.2f}s {sum(theirs) / once:>12.0f}x {apart:>20.1e}")
        else:
            say(f"{rows:>8,} {once:>9.2f}s {'not run':>22}")


def bench_k_move(dataset: Dataset) -> None:
    """A move of the k control on the notebooks' households, k = 4."""
    fearful = Population.parse("TURNFEAR == 1 and NETWORTH < 2e6").apply(dataset)
    recipe = Recipe(FIVE, k=4, counting="rows")
    say(f"\nA move of the k control, {len(fearful):,} rows")
    theirs = seconds(lambda: refit_everything(fearful.frame, 4), times=3)
    say(f"  the dashboard's callback, one start per fit          {1000 * theirs:>8.0f} ms")
    ours = seconds(lambda: fit(fearful, recipe).silhouette, times=3)
    say(f"  fit (20 starts or more) and silhouette               {1000 * ours:>8.0f} ms")
    whole = seconds(lambda: sweep(fearful, recipe), times=3)
    say(f"  sweep: k = 2..12, 20 starts or more, every score     {1000 * whole:>8.0f} ms, then nothing for any k")
    for counting in ("rows", "households"):
        every = Recipe(FIVE, k=4, counting=counting)
        one = seconds(lambda every=every: fit(dataset, every).silhouette)
        all_k = seconds(lambda every=every: sweep(dataset, every))
        say(f"  all {len(dataset):,} rows, counted as {counting:<12} fit {one:>6.2f} s, sweep {all_k:>6.2f} s")


def refit_everything(frame: pd.DataFrame, k: int) -> tuple[object, ...]:
    """What the dashboard does on each move: ranks all columns twice, fits twice, then silhouette and PCA."""
    results: list[object] = []
    for _ in range(2):
        ranked = frame.apply(mstats.trimmed_var, limits=(0.1, 0.1)).sort_values()
        x = frame[ranked.tail(5).index]
        model = make_pipeline(StandardScaler(), KMeans(n_clusters=k, random_state=42)).fit(x)
        results.append(model)
    labels = model.named_steps["kmeans"].labels_
    results.append(silhouette_score(x, labels))
    results.append(PCA(n_components=2, random_state=42).fit_transform(x))
    return tuple(results)


def bench_ranking(dataset: Dataset) -> None:
    """Trimmed variance of every column."""
    names = [name for name in dataset.columns if name != "WILSH"]
    say(f"\nTrimmed variance of columns, {len(dataset):,} rows")
    scipys = seconds(lambda: dataset.frame[names].apply(mstats.trimmed_var, limits=(0.1, 0.1)), times=3)
    say(f"  scipy by DataFrame.apply, {len(names)} columns        {1000 * scipys:>8.0f} ms")
    every = seconds(lambda: rank_by_variance(dataset, columns=names), times=3)
    say(f"  weighted, the same columns                 {1000 * every:>8.0f} ms")
    amounts = seconds(lambda: rank_by_variance(dataset), times=3)
    say(f"  weighted, amounts only (the default)       {1000 * amounts:>8.0f} ms")


def bench_memory(dataset: Dataset) -> None:
    """Peak of a process of its own, above what it holds before the pass."""
    say("\nPeak memory of the silhouettes above the data (a process of its own)")
    for rows in (28_885, 100_000):
        with tempfile.TemporaryDirectory() as folder:
            x = points(dataset, rows)
            np.save(Path(folder) / "x.npy", x)
            labelings = [KMeans(k, n_init=1, max_iter=5, random_state=0).fit_predict(x) for k in KS]
            np.save(Path(folder) / "labelings.npy", labelings)
            done = subprocess.run(
                [sys.executable, __file__, "memory", folder],
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                capture_output=True,
                text=True,
                check=True,
            )
        say(f"{rows:>8,} rows {float(done.stdout):>7.0f} MB")


def memory_of_one_pass(folder: Path) -> None:
    """Run one pass and print by how many megabytes the peak rose."""
    x, labelings = np.load(folder / "x.npy"), np.load(folder / "labelings.npy")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # Linux: forget the peak so far
    before = _status("VmRSS")
    silhouette_sweep(x, list(labelings))
    say(f"{(_status('VmHWM') - before) / 1024:.1f}")


def _status(field: str) -> int:
    """A figure of this process in kilobytes."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field))


def say(line: str) -> None:
    """One line of the table."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Every table."""
    dataset = households()
    say(f"{dataset.name}, {dataset.vintage}: {len(dataset):,} rows")
    bench_silhouettes(dataset)
    bench_k_move(dataset)
    bench_ranking(dataset)
    bench_memory(dataset)


if __name__ == "__main__":
    memory_of_one_pass(Path(sys.argv[2]))
