"""Weighted figures of any columns: what must not change them does not, and what bounds them holds."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lib.estimates import correlations, mean, quantile, ranks, total, variance

AMOUNTS = st.floats(-1e9, 1e9, allow_nan=False).map(lambda value: round(value, 2))
ROWS = st.lists(st.tuples(AMOUNTS, AMOUNTS, st.integers(1, 5)), min_size=2, max_size=30)
SHARES = st.floats(0, 1)


def columns(rows):
    x, y, weights = np.array(rows, dtype=float).T
    return x, y, weights


def figures(x, y, weights):
    """Several figures of two columns that do not hang on how large all weights are together."""
    spread = [quantile(x, weights, [0, 0.1, 0.5, 0.9, 1]), [mean(x, weights), variance(x, weights)]]
    return np.concatenate([*spread, correlations(np.column_stack([x, y]), weights).ravel()])


def alike(found, expected, x):
    """Equal but for rounding, on the scale of the column."""
    size = max(1.0, float(np.abs(x).max()))
    np.testing.assert_allclose(found[:6] / size, expected[:6] / size, atol=1e-9)
    np.testing.assert_allclose(found[6] / size**2, expected[6] / size**2, atol=1e-9)


@given(ROWS, st.sampled_from([1e-6, 0.1, 3.0, 4_096.0, 1e7]))
def test_the_size_of_all_weights_does_not_matter(rows, factor):
    x, y, weights = columns(rows)
    alike(figures(x, y, weights * factor), figures(x, y, weights), x)
    assert total(x, weights * factor) == pytest.approx(factor * total(x, weights), rel=1e-9, abs=1e-3 * factor)


@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows, chance):
    x, y, weights = columns(rows)
    order = chance.sample(range(len(x)), len(x))
    alike(figures(x[order], y[order], weights[order]), figures(x, y, weights), x)
    np.testing.assert_allclose(ranks(x[order], weights[order]), ranks(x, weights)[order])


@given(ROWS)
def test_a_row_may_be_split_into_two_of_half_its_weight(rows):
    x, y, weights = columns(rows)
    halves = np.r_[weights / 2, weights / 2]
    alike(figures(np.r_[x, x], np.r_[y, y], halves), figures(x, y, weights), x)


@given(ROWS, SHARES)
def test_whole_weights_are_rows_repeated(rows, share):
    """The rule of the quantile is numpy's "inverted_cdf"."""
    x, _, weights = columns(rows)
    repeated = np.repeat(x, weights.astype(int))
    reached = share * len(repeated)
    assume(abs(reached - round(reached)) > 1e-6 or share in (0.0, 1.0))  # where rounding decides, either may be right
    assert quantile(x, weights, share) == np.quantile(repeated, share, method="inverted_cdf")
    assert mean(x, weights) == pytest.approx(repeated.mean(), abs=1e-3)
    assert variance(x, weights) == pytest.approx(repeated.var(), rel=1e-6, abs=1e-3)


@given(ROWS, st.lists(SHARES, min_size=2, max_size=5))
def test_quantiles_lie_between_the_ends_and_rise(rows, shares):
    x, _, weights = columns(rows)
    found = quantile(x, weights, sorted(shares))
    assert (np.diff(found) >= 0).all()
    assert x.min() <= found[0] <= found[-1] <= x.max()
    assert set(found) <= set(x)


@given(ROWS, st.integers(0, 5))
def test_rows_without_a_value_or_a_weight_do_not_count(rows, gaps):
    x, _, weights = columns(rows)
    more = np.r_[x, [np.nan] * gaps, [7.5] * gaps]
    with_gaps = np.r_[weights, [3.0] * gaps, [0.0] * gaps]
    for q in (0.1, 0.5, 0.9):
        assert quantile(more, with_gaps, q) == quantile(x, weights, q)
    assert mean(more, with_gaps) == pytest.approx(mean(x, weights), rel=1e-12, abs=1e-6)


@given(ROWS)
def test_correlations_are_symmetric_and_between_the_ends(rows):
    x, y, weights = columns(rows)
    found = correlations(np.column_stack([x, y]), weights)
    known = found[np.isfinite(found)]
    assert (np.abs(known) <= 1).all()
    np.testing.assert_allclose(found, found.T, rtol=1e-9, atol=1e-12)  # but for rounding
