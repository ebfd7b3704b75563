"""``make bench-engines``: 1, 3, 10 and 30 million rows in DuckDB beside scikit-learn, each in a process of its own.

``python -m tests.bench.engines 1 3`` takes so many million rows only; with ``--spark`` Spark on this machine is timed
too, for the shape of its times; with ``--write`` the part "Past one machine" of ``docs/performance.md`` is made anew.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

HERE, ROOT = Path(__file__).parent, Path(__file__).parents[2]
sys.path[:0] = [str(HERE), str(ROOT)]

from measure import ENGINES, WRITTEN, machine, table, written  # noqa: E402

MILLIONS = (1, 3, 10, 30)
FEATURES, K = 10, 6
GOAL = 90.0
MEMORY = "2GB"
CLUSTER_ROWS, CLUSTER_CORES = 1_000_000_000, 64

SKLEARN = """
import sys, numpy as np, pyarrow.parquet as pq
from sklearn.cluster import KMeans, MiniBatchKMeans
folder, which, out = sys.argv[1:]
rows = pq.read_table(folder)
x = np.column_stack([rows.column(n).to_numpy() for n in rows.column_names if n != "customer"])
x = (x - x.mean(axis=0)) / x.std(axis=0)
# batches of its own 1,024 take three times as long as all rows from three million on: a hundredth of the rows each
more = {"KMeans": {}, "MiniBatchKMeans": {"batch_size": max(1_024, len(x) // 100)}}[which]
model = {"KMeans": KMeans, "MiniBatchKMeans": MiniBatchKMeans}[which](6, n_init=1, random_state=42, **more).fit(x)
pq.write_table(rows.select(["customer"]).append_column("segment", [model.predict(x)]), out)
print(model.inertia_ if which == "KMeans" else -model.score(x))
"""


@dataclass(frozen=True)
class Took:
    """What a process took: seconds by the clock and of processors, megabytes at most, and what it said."""

    seconds: float
    busy: float
    megabytes: float
    said: str = ""


def main() -> None:
    """Measure, print, and write if asked."""
    wanted = [int(word) for word in sys.argv[1:] if word.isdecimal()] or list(MILLIONS)
    lines, per_pass = [], {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for millions in wanted:
            found, seconds = one_size(folder, millions)
            lines += found
            per_pass[millions] = seconds
            sys.stdout.write("\n".join(map(str, found)) + "\n")
            sys.stdout.flush()
        spark = _spark(folder) if "--spark" in sys.argv else {}
    words = document(lines, per_pass, spark)
    sys.stdout.write(words)
    if "--write" in sys.argv:
        above, own, _ = written()
        WRITTEN.write_text(f"{above}{own}{words}", encoding="utf-8")


def make(folder: Path, millions: int) -> None:
    """Customers in six groups that overlap, ten amounts each, in files of a million."""
    import duckdb

    folder.mkdir()
    amounts = ", ".join(
        # Box and Muller's bells around a place of each group's own, from hashes: the same rows in every run
        f"SQRT(-2 * LN((HASH(i, {2 * n}) % 1000003 + 1) / 1000005.0)) * "
        f"COS(2 * PI() * (HASH(i, {2 * n + 1}) % 1000003) / 1000003.0) + 0.8 * (HASH(g, {n}) % 5) AS amount_{n}"
        for n in range(FEATURES)
    )
    database = duckdb.connect(config={"memory_limit": MEMORY})
    for part in range(millions):
        rows = f"SELECT i, HASH(i) % {K} AS g FROM range({part * 1_000_000}, {(part + 1) * 1_000_000}) AS r(i)"
        query = f"SELECT i AS customer, {amounts} FROM ({rows})"
        database.execute(f"COPY ({query}) TO '{folder / f'{part}.parquet'}' (FORMAT parquet)")


def recipe(folder: Path, rows: Path) -> Path:
    """What the app exports of segments found among the first rows."""
    from lib import segments
    from lib.dataset import Codebook, Dataset, Variable
    from lib.segments import Recipe
    from lib.segments.apply.stored import to_text

    frame = pd.read_parquet(rows / "0.parquet").head(20_000)
    book = Codebook({name: Variable(name, name) for name in frame})
    data = Dataset(frame=frame, codebook=book, name="Customers", fingerprint="bench")
    found = segments.fit(data, Recipe(tuple(name for name in frame if name != "customer"), k=K))
    (folder / "recipe.json").write_text(to_text(found.model, {}, book, None, {}), encoding="utf-8")
    return folder / "recipe.json"


def one_size(folder: Path, millions: int) -> tuple[list[tuple[str, ...]], float]:
    """The rows of the table for one size, and the median seconds of a pass."""
    rows, bundle = folder / f"rows{millions}", folder / f"bundle{millions}"
    make(rows, millions)
    asked = recipe(folder, rows)
    engines = [sys.executable, "-m", "lib.engines"]
    where = ["--table", str(rows), "--memory", MEMORY]
    found = process([*engines, "run", str(asked), *where, "--id", "customer", "--out", str(bundle), "--quick"])
    labelled = process([*engines, "label", str(bundle), *where, "--out", str(folder / f"labels{millions}.parquet")])
    facts = json.loads((bundle / "bundle.json").read_text(encoding="utf-8"))
    passes = [one["seconds"] for one in facts["iterations"]]
    seconds = float(np.median(passes))
    named = f"{millions} million"
    both = found.seconds + labelled.seconds
    changed = f"{100 * facts['refinement']['share']:.3f}%"
    ours = (
        named,
        "run and label",
        f"{both:.0f} s",
        f"{found.busy + labelled.busy:.0f} s",
        f"{max(found.megabytes, labelled.megabytes):,.0f} MB",
        f"{len(passes)} passes of {seconds:.2f} s; {changed} of labels changed",
    )
    lines = [ours]
    for which in ("KMeans", "MiniBatchKMeans"):
        out = str(folder / "sklearn.parquet")
        theirs = process([sys.executable, "-c", SKLEARN, str(rows), which, out])
        above = float(theirs.said) / facts["inertia"]["value"] - 1
        told = f"{both / theirs.seconds:.1f} times its time; its inertia {100 * above:+.2f}%"
        lines.append(
            (
                named,
                f"scikit-learn's {which}",
                f"{theirs.seconds:.0f} s",
                f"{theirs.busy:.0f} s",
                f"{theirs.megabytes:,.0f} MB",
                told,
            )
        )
    shutil.rmtree(bundle)
    if millions != MILLIONS[0]:
        shutil.rmtree(rows)
    return lines, seconds


def process(command: Sequence[str]) -> Took:
    """Run a process to its end.

    Raises:
        RuntimeError: If it fails.
    """
    begun = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as told:
        running = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=told)
        _, status, used = os.wait4(running.pid, 0)
        seconds = time.perf_counter() - begun
        if os.waitstatus_to_exitcode(status):
            told.seek(0)
            raise RuntimeError(told.read())
        said.seek(0)
        return Took(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1_000, said.read().strip())


def _spark(folder: Path) -> dict[int, float]:
    """Seconds of a pass of Spark on this machine, by thousands of rows: the least of three."""
    import duckdb

    from lib.engines.on_spark import SparkTable
    from lib.engines.table import Asked
    from lib.segments.apply import load

    stored = load(folder / "recipe.json")
    model = stored.model
    found = {}
    for thousands in (200, 1_000):
        path = folder / f"spark{thousands}.parquet"
        query = f"SELECT * FROM read_parquet('{folder}/rows{MILLIONS[0]}/*.parquet') LIMIT {thousands * 1_000}"
        duckdb.connect().execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
        opened, times = SparkTable(str(path), Asked(stored, "customer"), address="local[2]"), []
        for _ in range(3):
            begun = time.perf_counter()
            opened.one_pass(model.space, model.centres)
            times.append(time.perf_counter() - begun)
        opened.close()
        found[thousands] = min(times)
    return found


def document(lines: Sequence[Sequence[str]], per_pass: dict[int, float], spark: dict[int, float]) -> str:
    """The part of the document."""
    return f"""{ENGINES}

Written by `python -m tests.bench.engines --write`. {machine()}.

Made-up customers in {K} groups that overlap, {FEATURES} amounts each, as Parquet files of a million rows; k = {K}.
DuckDB may take {MEMORY}; it draws a million rows at most, segments them from twenty starts and more, refines the
centres over all rows until nothing moves, and counts sizes, profiles and medians; then every row is labelled into a
Parquet file. The process of scikit-learn reads all rows into memory, finds segments once (`n_init=1`, its own
tolerance; batches of a hundredth of the rows, with its own 1,024 three million take two minutes) and writes the
labels. All of it in the same run, one after the other. Where the machine did other work, which its load says, seconds
are longer by chance: compare them, and the seconds of processors.

{table(("rows", "what", "seconds", "of processors", "memory at most", ""), lines)}
{_line(per_pass)}{_goal(lines)}{_of_spark(spark)}{_billion(per_pass)}"""


def _fitted(per_pass: dict[int, float]) -> tuple[float, float] | None:
    """Seconds for each million rows, and for none; None of one size alone."""
    if len(per_pass) < 2:
        return None
    slope, level = np.polyfit(list(per_pass), list(per_pass.values()), 1)
    return float(slope), float(level)


def _line(per_pass: dict[int, float]) -> str:
    fitted = _fitted(per_pass)
    if fitted is None:
        return ""
    sign = "and" if fitted[1] >= 0 else "less"
    return (
        f"A pass of DuckDB takes {fitted[0]:.3f} s for each million rows {sign} {abs(fitted[1]):.2f} s (a line through "
        "the medians above).\n\n"
    )


def _goal(lines: Sequence[Sequence[str]]) -> str:
    ten = next((line[2] for line in lines if tuple(line[:2]) == ("10 million", "run and label")), None)
    if ten is None:
        return ""
    reached = "reached" if float(ten.split()[0].replace(",", "")) <= GOAL else "not reached in this run"
    return f"Goal: ten million rows, found and labelled, within {GOAL:.0f} s: {ten}, {reached}.\n\n"


def _of_spark(spark: dict[int, float]) -> str:
    if not spark:
        return ""
    shape = ", ".join(f"{thousands / 1_000:g} million rows {seconds:.1f} s" for thousands, seconds in spark.items())
    return (
        f"Spark on this one machine, a pass, for its shape alone: {shape}. Most of that is the same whatever the rows, "
        "and it says nothing of the network of a cluster.\n\n"
    )


def _billion(per_pass: dict[int, float]) -> str:
    fitted = _fitted(per_pass)
    if fitted is None:
        return ""
    busy = fitted[0] * (os.cpu_count() or 1)
    rows, gigabytes = CLUSTER_ROWS / 1e6, CLUSTER_ROWS * FEATURES * 8 / 1e9
    return f"""### A billion rows: arithmetic, not measured

- A pass reads the features once and gives back {K} x {FEATURES + 3} sums, whatever the rows: between machines go a few
  kilobytes for each task. So seconds grow with rows and shrink with processors, until reading is the limit.
- At {busy:.2f} processor seconds for a million rows, {CLUSTER_ROWS:,} rows take {busy * rows:,.0f} of them a pass:
  {busy * rows / CLUSTER_CORES:,.0f} s on {CLUSTER_CORES} processors that do as well as these, and twenty passes
  {20 * busy * rows / CLUSTER_CORES / 60:,.0f} minutes.
- {CLUSTER_ROWS:,} rows x {FEATURES} features x 8 bytes are {gigabytes:,.0f} GB: ten machines that read 1 GB a second
  each take {gigabytes / 10:,.0f} s over that, beside the arithmetic or before it.
- The draw, the starts and the scores stay what they are: they see a million rows. Of a segment of one in 100,000
  members, 10,000 of them altogether, ten are drawn; the chance that none is is (1 - 0.001)^10,000 = 0.005%, that fewer
  than 30 are is nearly 1, and a run says so.
- Left out: the start of a session, machines that fail and are asked again, and rows that lie unevenly.
"""


if __name__ == "__main__":
    main()
