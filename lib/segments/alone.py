"""Whether one category alone explains the segments: then they say hardly more than it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lib.codebook import AS_FLAGS
from lib.dataset import Dataset
from lib.segments.points import Floats, Labels
from lib.words import listed, percent

EXPLAINED = 0.95
"""Goodman and Kruskal's lambda from which on a category is said to explain the segments."""

_FEWEST_EACH = 10
"""Members per category below which a category explains anything, by chance."""


def goodman_kruskal(codes: NDArray[np.intp], labels: Labels, weights: Floats) -> float:
    """Goodman and Kruskal's lambda (1954) of the segments given a category, from 0 to 1.

    The share of those whose segment would be guessed wrongly without the category (the largest segment being the best
    guess) that is guessed rightly with it. NaN where all are in one segment.

    Args:
        codes: Category of each row, from 0.
        labels: Segment of each row, from 0.
        weights: One per row.
    """
    table = np.bincount(codes * (labels.max() + 1) + labels, weights, (codes.max() + 1) * (labels.max() + 1))
    table = table.reshape(codes.max() + 1, -1)
    largest, whole = table.sum(axis=0).max(), weights.sum()
    return float((table.max(axis=1).sum() - largest) / (whole - largest)) if whole > largest else float("nan")


def note(dataset: Dataset, features: Sequence[str], labels: Labels, weights: Floats) -> str:
    """A sentence where a category among the features, or all of them together, explains the segments; else ""."""
    for said, columns in _categories(dataset, features).items():
        codes = _together([dataset.values(name) for name in columns])
        if (codes.max() + 1) * _FEWEST_EACH > len(codes):
            continue
        told = goodman_kruskal(codes, np.asarray(labels), weights)
        if told >= EXPLAINED:
            return (
                f"{said} alone tells the segments ({percent(told)} of what could be guessed wrongly): they say hardly "
                "more than it does. Give it less weight against amounts, or leave it out."
            )
    return ""


def _together(columns: Sequence[Floats]) -> NDArray[np.intp]:
    """One code for each combination of values, from 0."""
    codes = np.zeros(len(columns[0]), dtype=np.intp)
    for values in columns:
        own, levels = pd.factorize(values)
        codes = pd.factorize(codes * len(levels) + own)[0]
    return codes


def _categories(dataset: Dataset, features: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """The categories among features, those that are columns of 0 and 1 put together, then all of them; by name."""
    found: dict[str, tuple[str, ...]] = {}
    for said, name in _named(dataset, features):
        found[said] = (*found.get(said, ()), name)
    if len(found) > 1:
        found[listed(list(found))] = tuple(name for names in found.values() for name in names)
    return found


def _named(dataset: Dataset, features: Sequence[str]) -> Iterator[tuple[str, str]]:
    for name in features:
        variable = dataset.codebook[name]
        if variable.is_category:
            yield (variable.label if variable.spread is None else variable.group.removesuffix(AS_FLAGS)), name
