"""Every awkward file goes through rightly, or gets one clear sentence."""

import numpy as np
import pytest

from lib.errors import DataError
from lib.sources.table import as_dataset, understand
from tests.sources.awkward import AWKWARD, READ, REFUSED


def said(data, name):
    """A column as a person sees it: categories by their labels."""
    variable = data.codebook[name]
    values = data.frame[name]
    return [variable.text(value) for value in values] if variable.is_category else values.tolist()


def test_there_are_many_of_them():
    assert len(AWKWARD) >= 45


@pytest.mark.parametrize("title", READ)
def test_it_is_read_rightly(title):
    one = READ[title]
    data = as_dataset(understand(one.make(), one.name))
    assert len(data) == one.rows
    assert tuple(data.columns) == one.columns
    for name, expected in one.values.items():
        found = said(data, name)[: len(expected)]
        if isinstance(expected[0], str):
            assert found == expected
        else:
            np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("title", REFUSED)
def test_it_gets_one_sentence(title):
    one = REFUSED[title]
    with pytest.raises(DataError) as error:
        as_dataset(understand(one.make(), one.name))
    sentence = str(error.value)
    assert one.says in sentence
    assert sentence.startswith(one.name)
    assert sentence.endswith(".")
    assert "\n" not in sentence
