"""What a map is worth: scikit-learn's trustworthiness, cases by hand, weights, ties, a drawn part."""

import numpy as np
import pytest
from sklearn.manifold import trustworthiness
from tables import CUSTOMERS

from lib.maps import Quality, measure
from lib.subject import Entity


@pytest.fixture
def points():
    return np.random.default_rng(0).normal(size=(200, 5))


def test_equal_weights_give_scikit_learn(points):
    coordinates = points[:, :2]
    found = measure(points, coordinates, np.ones(200))
    assert found.trustworthiness == pytest.approx(trustworthiness(points, coordinates, n_neighbors=15), abs=1e-9)


def test_a_faithful_map_is_perfect(points):
    flat = points[:, :2]
    found = measure(flat, flat * 3 + 1, np.ones(200))
    assert (found.trustworthiness, found.kept) == pytest.approx((1, 1))


def test_kept_is_the_overlap_of_neighbours(points):
    coordinates = points[:, :2]
    found = measure(points, coordinates, np.ones(200))

    def nearest(x):
        return [set(np.argsort(np.linalg.norm(x - p, axis=1))[1:16]) for p in x]

    pairs = zip(nearest(points), nearest(coordinates), strict=True)
    assert found.kept == pytest.approx(np.mean([len(a & b) / 15 for a, b in pairs]))


def test_weights_are_of_whose_neighbours(points):
    weights = np.zeros(200)
    weights[:50] = 2.0
    coordinates = points[:, :2]
    only = measure(points, coordinates, weights)
    assert only == measure(points, coordinates, weights * 9)
    assert only.kept != measure(points, coordinates, np.ones(200)).kept


def test_identical_households_are_each_others_neighbours():
    matrix = np.repeat(np.random.default_rng(1).normal(size=(4, 3)), 25, axis=0)
    found = measure(matrix, matrix[:, :2], np.ones(100))
    assert (found.trustworthiness, found.kept) == pytest.approx((1, 1))


def test_a_drawn_part_comes_near_the_whole(points):
    rng = np.random.default_rng(2)
    many = rng.normal(size=(2_000, 5))
    whole, part = (measure(many, many[:, :2], np.ones(2_000), judged=n) for n in (None, 500))
    assert part.trustworthiness == pytest.approx(whole.trustworthiness, abs=0.02)
    assert part.kept == pytest.approx(whole.kept, abs=0.02)
    assert "judged by 500 of 2,000 customers" in part.words(CUSTOMERS.entity)
    assert "judged" not in whole.words(CUSTOMERS.entity)
    assert whole.words(Entity("applicant", "applicants")).startswith("Of an applicant's ")


def test_it_survives_json(points):
    found = measure(points, points[:, :2], np.ones(200))
    assert Quality.from_dict(found.to_dict()) == found


def test_very_few_households():
    assert measure(np.eye(3), np.eye(3)[:, :2], np.ones(3)).nearest == 1
