"""Silhouettes of any points and labels are scikit-learn's; how large all weights are together does not matter."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import silhouette_samples

from lib.segments import silhouettes

SIZES = st.tuples(st.integers(3, 24), st.integers(1, 4))


@st.composite
def labelled(draw):
    rows, features = draw(SIZES)
    near = st.floats(-1e4, 1e4, allow_subnormal=False).map(lambda value: round(value, 3))
    points = draw(arrays(float, (rows, features), elements=near))
    labels = draw(arrays(int, rows, elements=st.integers(0, 4)))
    assume(1 < len(set(labels.tolist())) < rows)
    return points, labels


@given(labelled())
def test_every_row_has_the_silhouette_of_scikit_learn(given_points):
    points, labels = given_points
    found = silhouettes(points, [labels], double=True)
    expected = silhouette_samples(points, labels)
    np.testing.assert_allclose(found.rows[:, 0], expected, atol=1e-6)
    assert found.means[0] == pytest.approx(expected.mean(), abs=1e-6)
    assert silhouettes(points, [labels]).means[0] == pytest.approx(expected.mean(), abs=1e-4)


@given(labelled(), st.sampled_from([1e-3, 2.0, 1e6]))
def test_the_size_of_all_weights_and_the_unit_of_points_do_not_matter(given_points, factor):
    points, labels = given_points
    weights = 1.0 + np.arange(len(points)) % 3
    found = silhouettes(points, [labels], weights, double=True).means
    again = silhouettes(points * 1_000.0, [labels], weights * factor, double=True).means
    np.testing.assert_allclose(again, found, atol=1e-6)
    assert -1 <= found[0] <= 1
