"""What is given, and what must come of it: an error of one kind, in one sentence, within bounded memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from lib.errors import HouseholdSegmentsError
from tests.fuzz.targets import check_sentence

MEMORY_MB = 48
"""What any of this may take at its peak, as Python counts it; the largest thing given has 4 MB."""


@dataclass(frozen=True)
class Case:
    """Bad input.

    Attributes:
        given: The input, or what makes it.
        says: What the sentence must say of it: what is wrong, where, what to do.
        error: The exact kind of error.
    """

    given: Any
    says: tuple[str, ...]
    error: type[HouseholdSegmentsError]


def table(error: type[HouseholdSegmentsError], rows: Mapping[str, tuple[Any, ...]]) -> dict[str, Case]:
    """Cases of one kind of error by name: what is given, then what must be said."""
    return {name: Case(given, tuple(says), error) for name, (given, *says) in rows.items()}


def refused(case: Case, take: Callable[[Any], object]) -> str:
    """The sentence that a case gets when it is taken."""
    with bounded(), pytest.raises(HouseholdSegmentsError) as raised:
        take(case.given)
    assert type(raised.value) is case.error
    check_sentence(raised.value)
    sentence = str(raised.value)
    assert [words for words in case.says if words not in sentence] == [], sentence
    assert sentence[-1] in ".?"
    return sentence


@contextmanager
def bounded(most_mb: int = MEMORY_MB) -> Iterator[None]:
    """That no more than so much memory is taken meanwhile."""
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < most_mb * 2**20
