"""Silhouettes of more rows than are compared with one another: drawn by weight, said so, near those of all."""

import tracemalloc

import numpy as np
import pytest

from lib.charts import segments as charts
from lib.exports import report_parts
from lib.segments import Recipe, findings, fit, silhouettes, sweep
from lib.segments.silhouette import DRAWN_ROWS, MAX_ROWS


@pytest.fixture
def few(monkeypatch):
    """As if a hundred rows were very many."""
    monkeypatch.setattr("lib.segments.silhouette.MAX_ROWS", 100)
    monkeypatch.setattr("lib.segments.silhouette.DRAWN_ROWS", 80)


@pytest.fixture
def cloud():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 4_000)
    return rng.normal(size=(4_000, 3)) + 2.5 * labels[:, None], labels, rng.lognormal(0, 1, 4_000)


def test_every_wave_of_the_survey_is_taken_whole():
    assert MAX_ROWS >= 32_410  # 2010, of which there are most rows


def test_drawn_rows_are_compared_with_one_another(few, cloud):
    x, labels, _ = cloud
    found = silhouettes(x, [labels, labels % 2])
    drawn = np.flatnonzero(found.times)
    assert found.drawn == len(drawn) == 80
    assert np.isnan(np.delete(found.rows, drawn, axis=0)).all()
    alone = silhouettes(x[drawn], [labels[drawn], labels[drawn] % 2])
    assert alone.drawn is None
    assert np.array_equal(found.rows[drawn], alone.rows)
    assert np.array_equal(found.means, alone.means)


def test_a_heavy_row_counts_as_often_as_it_is_drawn(few):
    # half of the weight is one row's: it is drawn 40 of 80 times
    x, labels, weights = np.arange(200.0)[:, None], np.arange(200) // 100, np.ones(200)
    weights[7] = 199
    found = silhouettes(x, [labels], weights)
    assert found.times.sum() == 80
    assert found.times[7] == pytest.approx(40, abs=1)
    rows = np.nan_to_num(found.rows[:, 0])
    assert found.means[0] == pytest.approx(found.times @ rows / 80, abs=1e-6)


def test_the_mean_of_a_draw_is_near_that_of_all(monkeypatch, cloud):
    x, labels, weights = cloud
    exact = silhouettes(x, [labels], weights)
    monkeypatch.setattr("lib.segments.silhouette.MAX_ROWS", 3_000)
    monkeypatch.setattr("lib.segments.silhouette.DRAWN_ROWS", 2_000)
    drawn = silhouettes(x, [labels], weights)
    assert drawn.means[0] == pytest.approx(exact.means[0], abs=0.02)
    assert np.array_equal(silhouettes(x, [labels], weights).rows, drawn.rows, equal_nan=True)


def test_groups_and_rows_in_no_cluster_stay_apart(few, cloud):
    x, labels, _ = cloud
    groups = np.arange(len(x)) % 2
    found = silhouettes(x, [labels], groups=groups, unassigned=0)
    drawn = np.flatnonzero(found.times)
    alone = silhouettes(x[drawn], [labels[drawn]], groups=groups[drawn], unassigned=0)
    assert np.array_equal(found.rows[drawn], alone.rows, equal_nan=True)
    assert np.isnan(found.rows[labels == 0]).all()


def test_memory_grows_with_rows_and_not_with_their_pairs():
    x = np.random.default_rng(0).normal(size=(3 * MAX_ROWS, 1)).round(1)  # few different rows: the pass itself is short
    tracemalloc.start()
    found = silhouettes(x, [x[:, 0] > 0])
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.drawn == DRAWN_ROWS
    assert most < 100 * 2**20


def test_a_segmentation_says_of_which_rows(few, blobs):
    found = fit(blobs, Recipe(("DEBT", "ASSET"), k=4, starts=5))
    drawn = found.silhouettes.drawn
    assert found.silhouettes_of == f"of {drawn} rows drawn by weight"
    assert found.silhouette > 0.7
    assert found.misplaced == 0
    frame = charts._sorted_silhouettes(found.silhouettes, found.labels, found.points.weights)
    assert frame["to"].max() == pytest.approx(1)
    assert np.isfinite(frame["silhouette"]).all()
    said = report_parts.trust(found, None, None, {}).paragraphs[0]
    assert said.startswith(
        f"Mean silhouette {found.silhouette:.2f}, of {drawn} rows drawn by weight. It was not compared"
    )


def test_a_sweep_draws_once_for_every_number_of_segments(few, blobs):
    swept = sweep(blobs, Recipe(("DEBT", "ASSET"), starts=5), range(2, 6))
    assert np.isfinite(swept.table["silhouette"]).all()
    times = [found.silhouettes.times for found in swept.segmentations.values()]
    assert all(np.array_equal(times[0], other) for other in times)


def test_all_rows_of_a_small_table_are_taken(blobs):
    found = fit(blobs, Recipe(("DEBT", "ASSET"), k=4, starts=5))
    assert found.silhouettes.drawn is None
    assert found.silhouettes_of == ""


def test_what_was_found_says_that_silhouettes_are_of_drawn_rows(few, households):
    rng = np.random.default_rng(0)
    found = fit(households(DEBT=rng.normal(size=200), ASSET=rng.normal(size=200)), Recipe(("DEBT", "ASSET"), k=2))
    assert "The mean silhouette, of 80 rows drawn at random, is 0." in findings(found, {}, who="All", swept=None).text
