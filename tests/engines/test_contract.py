"""Every engine gives what memory gives: counts and who is drawn exactly, figures to nine digits, the same labels."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cases import CASES
from engine_tables import ENGINES, on
from labelling import label_frame
from sklearn.cluster import KMeans

from lib.engines.loop import State, refine
from lib.engines.medians import RANK_ERROR, around, medians
from lib.engines.memory import MemoryTable
from lib.segments.kmeans import squared_distances

pytestmark = pytest.mark.engines

HALF = "8" + "0" * 11
NINE_DIGITS = 1e-9


@cache
def case_of(name):
    return CASES[name]()


@cache
def memory_of(name):
    case = case_of(name)
    return MemoryTable(case.cells, case.asked)


@pytest.fixture(scope="module", params=[pytest.param(e, marks=pytest.mark.xdist_group(e)) for e in ENGINES])
def engine(request):
    return request.param


@pytest.fixture(scope="module", params=list(CASES))
def name(request):
    return request.param


@pytest.fixture(scope="module")
def pair(engine, name, tmp_path_factory, request):
    """A case, memory's answers, an engine's."""
    case = case_of(name)
    with on(engine, case.cells, case.asked, tmp_path_factory.mktemp("rows"), request) as table:
        yield case, memory_of(name), table


def test_counts_are_exact(pair):
    _, memory, table = pair
    ours, theirs = memory.counts(), table.counts()
    for what in ("rows", "complete", "members", "unsound", "lacking"):
        assert getattr(theirs, what) == getattr(ours, what)
    assert theirs.weights == pytest.approx(ours.weights, rel=NINE_DIGITS)
    np.testing.assert_allclose(theirs.means, ours.means, rtol=NINE_DIGITS)
    np.testing.assert_array_equal(theirs.lows, ours.lows)
    np.testing.assert_array_equal(theirs.highs, ours.highs)


def test_the_same_rows_are_drawn(pair):
    case, memory, table = pair
    by = [case.asked.id, *([case.asked.implicate] if case.asked.implicate else [])]
    ours, theirs = (
        sorted(map(tuple, which.draw(HALF, 42).select(by).to_pandas().to_numpy())) for which in (memory, table)
    )
    assert theirs == ours
    assert 0 < len(ours) < len(case.cells)


def test_the_scale_of_all_rows(pair):
    case, memory, table = pair
    ours, theirs = memory.spread(case.space), table.spread(case.space)
    for what in ("means", "deviations", "lows", "highs"):
        scale = np.maximum(np.abs(ours.highs), np.abs(ours.lows)) if what == "means" else 0
        np.testing.assert_allclose(
            getattr(theirs, what), getattr(ours, what), rtol=NINE_DIGITS, atol=NINE_DIGITS * np.max(scale, initial=0)
        )


def test_k_means_ends_where_memory_does(pair, engine, tmp_path):
    case, memory, table = pair
    most = 4 if engine == "spark" else 300
    ended = []
    for which in (memory, table):
        state = State(tmp_path / f"{which.engine}.json", "")
        state.keep(centres=case.start.tolist(), iterations=[])
        ended.append(refine(which, case.space, which.counts(), state, most=most, say=lambda _: None))
    ours, theirs = ended
    assert len(theirs.iterations) == len(ours.iterations)
    assert theirs.converged == ours.converged
    np.testing.assert_allclose(theirs.centres, ours.centres, rtol=0, atol=1e-8)
    for mine, its in zip(ours.iterations, theirs.iterations, strict=True):
        assert its.inertia == pytest.approx(mine.inertia, rel=NINE_DIGITS)
        assert its.rows == mine.rows


def test_sizes_means_and_deviations(pair):
    case, memory, table = pair
    ours, theirs = memory.described(case.space, case.start), table.described(case.space, case.start)
    np.testing.assert_array_equal(theirs.rows, ours.rows)
    np.testing.assert_array_equal(theirs.members, ours.members)
    for what in ("counts", "weights", "means"):
        np.testing.assert_allclose(getattr(theirs, what), getattr(ours, what), rtol=NINE_DIGITS)
    np.testing.assert_allclose(theirs.deviations, ours.deviations, rtol=NINE_DIGITS, atol=1e-12)
    moved = case.start + 0.3
    mine, its = (which.changed(case.space, case.start, moved) for which in (memory, table))
    assert its.rows == mine.rows
    assert its.weight == pytest.approx(mine.weight, rel=NINE_DIGITS)


def test_medians_are_within_a_ten_thousandth_of_the_rank(pair, engine):
    case, memory, table = pair
    counts, described, k = table.counts(), table.described(case.space, case.start), len(case.start)
    labels, x, weights = memory._segments(case.space, case.start)
    # by a fifth of the rows, or nothing is known of where they may be
    fifth = slice(0, None, 5) if engine == "spark" else slice(0, 0)
    near = around(x[fifth], weights[fifth], labels[fifth] + 1, counts, k, whole=False)
    found, error = medians(table, case.space, case.start, described, counts, near)
    assert error <= RANK_ERROR
    for segment, feature in np.ndindex(found.shape):
        own = labels == segment
        if not weights[own].sum():
            assert np.isnan(found[segment, feature])
            continue
        values, held = x[own, feature], weights[own] / weights[own].sum()
        value = found[segment, feature]
        assert value in values
        below, at = held[values < value].sum(), held[values == value].sum()
        assert below - RANK_ERROR <= 0.5 <= below + at + RANK_ERROR


def test_labels_are_those_of_the_app(pair, engine, tmp_path):
    case, _, table = pair
    kept = [case.asked.id, *([case.asked.implicate] if case.asked.implicate else [])]
    out = f"labels_{abs(hash(str(tmp_path)))}" if engine == "postgres" else str(tmp_path / "labels.parquet")
    counted = table.label(out, kept)
    columns = case.asked.stored.features(
        {n: case.cells.column(own) for n, own in case.asked.columns(table.kinds()).items()}
    )
    expected = label_frame_of(case, columns)
    found = _written(table, engine, out).set_index(kept).loc[_index(case.cells, kept)].reset_index()
    assert counted == {int(n): int(rows) for n, rows in found["segment"].value_counts().items()}
    near = _is_undecided(case, columns)
    differ = found["segment"].to_numpy() != expected["segment"].to_numpy()
    assert not (differ & ~near).any()
    same = ~differ & (expected["segment"].to_numpy() > 0)
    distances = (which["distance"].to_numpy(dtype=float)[same] for which in (found, expected))
    np.testing.assert_allclose(*distances, rtol=1e-9, atol=1e-9)
    assert (found["segment_name"].to_numpy() == expected["segment_name"].to_numpy())[~differ].all()
    assert (found["borderline"][same].astype(bool).to_numpy() == expected["borderline"][same].to_numpy()).mean() > 0.999


def label_frame_of(case, columns):
    values = {name: np.where(np.abs(column) <= 1e30, column, np.nan) for name, column in columns.items()}
    return label_frame(case.asked.stored, pd.DataFrame(values))


def _is_undecided(case, columns):
    """Rows whose two nearest centres are equally near, to nine digits."""
    x = np.column_stack([columns[name] for name in case.space.features])
    known = (np.abs(x) <= 1e30).all(axis=1)
    near = np.zeros(len(x), dtype=bool)
    two = np.sort(
        squared_distances(case.space.matrix(dict(zip(case.space.features, x[known].T, strict=True))), case.start)
    )
    near[known] = two[:, 1] - two[:, 0] <= 1e-9 * np.maximum(two[:, 1], 1.0)
    return near


def _index(cells, kept):
    columns = [cells.column(name).to_pylist() for name in kept]
    return columns[0] if len(kept) == 1 else list(zip(*columns, strict=True))


def _written(table, engine, out):
    if engine == "postgres":
        with table._connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {out}".encode())
            names = [column.name for column in cursor.description]
            return pa.table(dict(zip(names, map(list, zip(*cursor.fetchall(), strict=True)), strict=True))).to_pandas()
    return pq.read_table(out).to_pandas()


def test_memory_ends_where_scikit_learn_does(tmp_path):
    """The yardstick beside a stranger: the same start, weights, until no label changes."""
    case, table = case_of("survey, weighted"), memory_of("survey, weighted")
    state = State(tmp_path / "state.json", "")
    state.keep(centres=case.start.tolist(), iterations=[])
    counts = table.counts()
    ours = refine(table, case.space, counts, state, say=lambda _: None)
    matrix, weights = table._matrix(case.space)
    theirs = KMeans(len(case.start), init=case.start, n_init=1, tol=0, max_iter=300).fit(matrix, sample_weight=weights)
    np.testing.assert_allclose(ours.centres, theirs.cluster_centers_, atol=1e-8)
    assert ours.iterations[-1].inertia == pytest.approx(theirs.inertia_ * counts.unit("households"), rel=1e-9)
