"""Spark's own weighted k-means beside ours, where segments leave no doubt: two roads to one place."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from cases import _plain
from engine_tables import on
from sklearn.metrics import adjusted_rand_score

from lib.engines.loop import State, refine

pytestmark = [pytest.mark.engines, pytest.mark.xdist_group("spark")]


def test_mllib_finds_the_same_segments_where_they_are_well_apart(spark, tmp_path, request):
    """MLlib takes no centres to begin with: of a few seeds the one of least cost counts.

    Its tolerance is a centre's move, ours is none at all: centres agree to five digits.
    """
    from pyspark.ml.clustering import KMeans
    from pyspark.ml.feature import VectorAssembler

    rng = np.random.default_rng(6)
    where = np.array([[0.0, 0.0], [30.0, 0.0], [0.0, 30.0], [30.0, 30.0]])
    group = rng.choice(4, 4_000, p=[0.4, 0.3, 0.2, 0.1])
    x = where[group] + rng.normal(0, 1, (4_000, 2))
    weights = rng.uniform(0.5, 5, 4_000)
    case = _plain({"x": x[:, 0], "y": x[:, 1]}, where + 3)
    cells = case.cells.append_column("weight", pa.array(weights))
    asked = type(case.asked)(case.asked.stored, "key", "weight")
    with on("spark", cells, asked, tmp_path, request) as table:
        state = State(tmp_path / "state.json", "")
        state.keep(centres=case.start.tolist(), iterations=[])
        ours = refine(table, case.space, table.counts(), state, say=lambda _: None)
    rows = [(float(a), float(b), float(w)) for (a, b), w in zip(x, weights, strict=True)]
    frame = spark.createDataFrame(rows, ["x", "y", "weight"])
    points = VectorAssembler(inputCols=["x", "y"], outputCol="features").transform(frame).cache()
    fits = [KMeans(k=4, seed=seed, tol=1e-9, maxIter=50, weightCol="weight").fit(points) for seed in range(4)]
    best = min(fits, key=lambda fit: fit.summary.trainingCost)
    theirs = np.array(best.clusterCenters())
    order = [int(np.square(theirs - centre).sum(axis=1).argmin()) for centre in ours.centres]
    assert sorted(order) == [0, 1, 2, 3]
    np.testing.assert_allclose(theirs[order], ours.centres, atol=1e-5)
    labels = np.array([row.prediction for row in best.transform(points).select("prediction").collect()])
    mine = np.square(x[:, None, :] - ours.centres).sum(axis=2).argmin(axis=1)
    assert adjusted_rand_score(labels, mine) == pytest.approx(1.0)
