"""Cleaning of any small table: it leaves what pandas leaves, doing it twice changes nothing, and the count is right."""

import numpy as np
import pandas as pd
from hypothesis import assume, given
from hypothesis import strategies as st

from lib.errors import StepError
from lib.steps import Cap, Fill, LeaveOutMissing, LeaveOutRepeats, Logarithm, prepare
from tests.fuzz.targets import check_sentence
from tests.tables import customers

NAMES = ["a", "b", "c"]
CELLS = st.one_of(st.just(np.nan), st.sampled_from([0.0, 1.0, 2.0]), st.floats(-1e6, 1e6, allow_nan=False))
FRAMES = st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=2, max_size=12).map(
    lambda rows: pd.DataFrame(rows, columns=NAMES, dtype=float)
)
SOME = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True).map(tuple)
BOUNDS = st.floats(-1e6, 1e6, allow_nan=False)
STEPS = st.one_of(
    st.builds(LeaveOutMissing, SOME),
    st.builds(LeaveOutRepeats, SOME),
    st.builds(Fill, SOME, st.sampled_from(["median", "mean", "most common"])),
    st.builds(lambda columns, value: Fill(columns, "constant", value), SOME, BOUNDS),
    st.builds(lambda columns: Fill(columns, "neighbours"), SOME),
    st.builds(Cap, SOME),
    st.builds(lambda columns, low, wide: Cap(columns, "bounds", low, low + abs(wide) + 1), SOME, BOUNDS, BOUNDS),
    st.builds(lambda of: Logarithm("ln", "ln", of, True), st.sampled_from(NAMES)),
)


def done(frame, *steps):
    return prepare(customers(frame), steps)


def same(one, other):
    pd.testing.assert_frame_equal(one.reset_index(drop=True), other.reset_index(drop=True))


@given(FRAMES, st.lists(STEPS, min_size=1, max_size=4))
def test_any_steps_are_done_and_counted_or_refused_in_one_sentence(frame, steps):
    try:
        prepared = done(frame, *steps)
    except StepError as error:
        check_sentence(error)
        return
    rows = len(frame)
    for entry in prepared.entries:
        assert entry.before.rows == rows
        rows = entry.after.rows
        assert entry.changed >= 0 <= entry.blanks_made
    assert rows == len(prepared.data) > 0
    assert prepared.data.frame.index.is_unique
    assert set(prepared.data.frame.index) <= set(frame.index)
    assert prepared.steps == tuple(steps)


@given(FRAMES, SOME)
def test_rows_without_a_value_are_those_of_pandas_in_any_order(frame, columns):
    left = frame.dropna(subset=list(columns))
    assume(len(left))
    same(done(frame, LeaveOutMissing(columns)).data.frame, left)
    one_by_one = [LeaveOutMissing((name,)) for name in reversed(columns)]
    same(done(frame, *one_by_one).data.frame, left)


@given(FRAMES, SOME)
def test_repeats_are_those_of_pandas(frame, columns):
    prepared = done(frame, LeaveOutRepeats(columns))
    same(prepared.data.frame, frame.drop_duplicates(subset=list(columns)))
    assert prepared.entries[0].before.rows - prepared.entries[0].after.rows == frame.duplicated(list(columns)).sum()


@given(FRAMES, st.sampled_from(NAMES), st.sampled_from(["median", "mean", "most common", "neighbours"]))
def test_what_was_filled_has_no_blank_and_is_not_filled_again(frame, name, how):
    assume(frame[name].notna().any())
    step = Fill((name,), how)
    try:
        once = done(frame, step)
    except StepError as error:  # neighbours may be wanting
        check_sentence(error)
        return
    found, there = once.data.frame[name], frame[name].notna()
    assert once.entries[0].changed == (~there).sum()
    assert (found[there] == frame[name][there]).all()
    if how != "neighbours":
        assert found.notna().all()
    assert found.dropna().between(frame[name].min() - 1e-6, frame[name].max() + 1e-6).all()
    twice = done(frame, step, step) if found.notna().any() else once
    same(twice.data.frame, once.data.frame)
    assert twice.entries[-1].changed == (0 if len(twice.entries) == 2 else once.entries[0].changed)


@given(FRAMES, st.sampled_from(NAMES), BOUNDS, BOUNDS)
def test_caps_at_bounds_are_those_of_pandas_and_hold(frame, name, one, other):
    low, high = sorted((one, other))
    assume(low < high)
    step = Cap((name,), "bounds", low, high)
    twice = done(frame, step, step)
    same(twice.data.frame, frame.assign(**{name: frame[name].clip(low, high)}))
    assert twice.entries[0].changed == ((frame[name] < low) | (frame[name] > high)).sum()
    assert twice.entries[1].changed == 0
