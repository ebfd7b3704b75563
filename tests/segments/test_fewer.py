"""Starts of k-means on fewer points than there are: what they find is a minimum over all rows all the same."""

import numpy as np
import pytest
from sklearn.cluster import KMeans

from lib.segments import Recipe, fit, points_of
from lib.segments.points import MANY, Points

FIVE = ("DEBT", "NETWORTH", "HOUSES", "INCOME", "AGE")


def some_points(members: list[int], values: list[float], weights: list[float]) -> Points:
    implicates = np.zeros(len(members), dtype=np.intp)
    return Points(np.array(values)[:, None], np.array(weights), np.array(members), implicates)


@pytest.mark.parametrize("counting", ["households", "rows"])
@pytest.mark.parametrize("k", [3, 6, 10])
def test_every_segment_is_the_mean_of_its_rows(sample, counting, k):
    found = fit(sample, Recipe(FIVE, "asinh", k=k, counting=counting, starts=5))
    weights = found.points.weights
    for number, centre in zip(found.model.numbers, found.model.centres, strict=True):
        own = found.labels == number
        assert weights[own] @ found.points.matrix[own] / weights[own].sum() == pytest.approx(centre, abs=1e-9)


def test_it_ends_as_low_as_starts_on_all_rows(sample):
    found = fit(sample, Recipe(FIVE, "asinh", k=6, starts=20))
    matrix, weights = found.points.distinct
    theirs = KMeans(6, n_init=20, random_state=1, tol=0).fit(matrix, sample_weight=weights)
    assert found.inertia <= theirs.inertia_ * 1.001
    assert found.inertias.min() == pytest.approx(found.inertia, rel=1e-9)


def test_members_stand_for_their_implicates_and_rows_are_drawn(sample):
    by_member = points_of(sample, Recipe(FIVE, "asinh"))[1]
    assert len(by_member.fewer) == sample.sampled == 5777
    assert by_member.fewer.weights.sum() == pytest.approx(by_member.weights.sum())
    whole = by_member.weights @ by_member.matrix
    assert by_member.fewer.weights @ by_member.fewer.matrix == pytest.approx(whole, rel=1e-9)
    rows = points_of(sample, Recipe(FIVE, "asinh", counting="rows"))[1]
    assert len(rows.fewer) == MANY
    assert rows.fewer.weights.sum() == pytest.approx(len(sample))


def test_few_points_stand_for_themselves():
    few = some_points([0, 0, 1], [1.0, 3.0, 5.0], [1.0, 3.0, 2.0])
    assert few.fewer is few


def test_a_member_without_weight_stands_for_nobody():
    members = np.repeat(np.arange(MANY), 2)
    weights = np.where(members == 7, 0.0, 1.0)
    many = some_points(members.tolist(), np.arange(2.0 * MANY).tolist(), weights.tolist())
    assert len(many.fewer) == MANY - 1
    assert many.fewer.matrix[:8, 0].tolist() == [0.5, 2.5, 4.5, 6.5, 8.5, 10.5, 12.5, 16.5]
