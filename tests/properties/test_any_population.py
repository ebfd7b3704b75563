"""Whatever is typed as conditions: written and read it stays the same, and picks the rows that pandas picks."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from lib.dataset import Codebook, Dataset, Variable
from lib.population import Combination, Comparison, Negation, Population
from lib.population.language import MAX_LENGTH
from tests.fuzz.targets import conditions

COLUMNS = ("a", "b", "Net")
VALUES = st.sampled_from([-1.5, 0.0, 1.0, 2.0, 3e7])
NUMBERS = st.one_of(VALUES, st.floats(allow_nan=False, allow_infinity=False))
ODD_NAMES = st.text("`ab 1_\"'\\=<>()[]{}\n\t\0#.ﬁｑéÅ\u0301\u202e\u200d😀₂㎏", min_size=1, max_size=12)
"""Names of the signs that mean something here, that Python's parser changes, or that act on what shows them."""

OPERATORS = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])


def comparisons(names, numbers):
    return st.one_of(
        st.builds(Comparison, names, OPERATORS, st.one_of(names, numbers)),
        st.builds(
            Comparison, names, st.sampled_from(["in", "not in"]), st.lists(numbers, min_size=1, max_size=4).map(tuple)
        ),
    )


def trees(names, numbers):
    return st.recursive(
        comparisons(names, numbers),
        lambda parts: st.one_of(
            st.builds(Negation, parts),
            st.builds(Combination, st.sampled_from(["and", "or"]), st.lists(parts, min_size=2, max_size=3).map(tuple)),
        ),
        max_leaves=6,
    )


@given(st.lists(trees(st.one_of(st.sampled_from(COLUMNS), ODD_NAMES), NUMBERS), min_size=1, max_size=3))
def test_what_is_written_is_read_as_the_same(parts):
    written = str(Population(tuple(parts)))
    if len(written) > MAX_LENGTH:
        return
    read = Population.parse(written)
    assert Population.parse(str(read)) == read
    assert sorted(read.columns) == sorted(Population(tuple(parts)).columns)


@given(
    trees(st.sampled_from(COLUMNS), VALUES),
    st.lists(st.tuples(*[st.one_of(VALUES, st.just(np.nan))] * len(COLUMNS)), min_size=1, max_size=6),
)
def test_the_rows_are_those_of_pandas(tree, rows):
    frame = pd.DataFrame(rows, columns=list(COLUMNS), dtype=float)
    data = Dataset(frame, Codebook({name: Variable(name, name) for name in COLUMNS}), "Mine", "mine")
    expected = frame.eval(str(tree), engine="python")
    assert Population.parse(str(tree)).mask(data).tolist() == expected.tolist()


@given(
    st.one_of(
        st.binary().map(lambda some: some.decode("utf-16", "replace")),
        st.text("ab`=<>!()[]{} \n\"'\\#.,-+~*/&|:0123456789eEnotrind", max_size=60),
    )
)
def test_any_text_is_read_or_gets_one_sentence(text):
    conditions(text.encode("utf-8", "replace"))
