"""One member of a segment, its weighted medoid, told in the words of the codebook: central in the features only."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from lib.dataset import Dataset
from lib.errors import RecipeError
from lib.estimates import draw, quantile
from lib.population import Population
from lib.segments.describe.profile import check_same
from lib.segments.points import Labels, Points
from lib.segments.segmentation import Segmentation
from lib.subject import Clause
from lib.words import capitalised, listed, within_sentence

EXACT = 6_000
"""Rows of a segment among which the medoid is found exactly: an implicate of the whole survey."""

_FIELD = re.compile(r"\{(\w+)\}")

_EQUAL = 1e-9
"""Sums that differ by less, as a share, are the same: they are rounded."""


@dataclass(frozen=True, eq=False)
class Typical:
    """The member of a segment that is nearest to all others of it.

    Attributes:
        segment: Number of the segment.
        row: Its position in the dataset.
        id: What names it in the file.
        facts: What is known about it: label to value in words, in the order in which one would tell it.
        sentence: The same in a sentence or two.
        considered: Rows among which it was sought.
        exact: Whether these are all there are, of one implicate where there are several.
        near: How near it is to the segment's medians, feature by feature, in words.
        implicates: Of how many it is one: 1 where rows are counted.
    """

    segment: int
    row: int
    id: int | str
    facts: Mapping[str, str]
    sentence: str
    considered: int
    exact: bool
    near: str = ""
    implicates: int = 1

    @property
    def note(self) -> str:
        """How it was found and how near to the middle it is, a sentence or two."""
        return " ".join(filter(None, (self._found, self.near)))

    @property
    def _found(self) -> str:
        where = " of one implicate" if self.implicates > 1 else ""
        if self.exact and self.considered == 1:
            return "The only row of the segment" + (" in one implicate." if where else ".")
        if self.exact:
            return f"The medoid of {self.considered:,} rows{where}: the least weighted distance to all others."
        return f"The medoid of {self.considered:,} rows drawn by weight, as the segment has more than {EXACT:,}."


def one_of_them(dataset: Dataset) -> str:
    """What a member is called that stands for a segment: one of them, and no more typical than its features are."""
    return f"One {'synthetic' if dataset.synthetic else 'real'} {dataset.entity.singular} of it"


def typical(dataset: Dataset, segmentation: Segmentation, segment: int) -> Typical:
    """The weighted medoid of a segment: of its own members the one with the least distance to the others.

    Unlike a centroid it is somebody. Distances are Euclidean on the scale of the segmentation, each member
    counts by its weight (once when rows are counted), within the first implicate that has members.

    Args:
        dataset: The table that was segmented, with the columns that its subject tells of a member.
        segmentation: What ``fit`` made of it.
        segment: Number of the segment.

    Raises:
        RecipeError: If there is no such segment, or the dataset is not the one that was segmented.
    """
    check_same(dataset, segmentation)
    rows = _members(segmentation, segment)
    points = segmentation.points.rows(rows)
    exact = len(rows) <= EXACT
    if not exact:
        drawn = draw(points.weights, EXACT, segmentation.recipe.seed)
        # drawn by weight, each counts once: a heavy row is there more than once
        rows, points = rows[drawn], points.rows(drawn, np.ones(len(drawn)))
    place, _ = medoid(points)
    row = int(rows[place])
    facts = _facts(dataset, segmentation.recipe.features, row)
    words = _sentence(dataset, segmentation.recipe.features, row)
    near = _near(dataset, segmentation, segment, row)
    implicates = int(segmentation.points.implicates.max()) + 1
    return Typical(segment, row, _plain(dataset.ids[row]), facts, words, len(rows), exact, near, implicates)


_COMPARED = 3
"""Features of which it is said how near a member is to the median of its segment, and as many other amounts."""


def _near(dataset: Dataset, segmentation: Segmentation, segment: int, row: int) -> str:
    """A member's features beside the medians of its segment, and the first amounts by which it was not chosen."""
    inside, weights = segmentation.labels == segment, segmentation.points.weights

    def beside(name: str) -> str:
        variable, values = dataset.codebook[name], dataset.values(name)
        median = variable.text(float(quantile(values[inside], weights[inside], 0.5)))
        return f"{within_sentence(variable.label)} {variable.text(float(values[row]))} (the segment's median {median})"

    features, telling = segmentation.recipe.features, dataset.subject.telling
    told = [beside(name) for name in features[:_COMPARED]]
    more = f" and {len(features) - _COMPARED} more" if len(features) > _COMPARED else ""
    near = f"It is central in the features only: {', '.join(told) if more else listed(told)}{more}."
    others = dict.fromkeys((*telling.amounts[:_FIRST], *telling.columns))
    known = [name for name in others if name not in features and _is_known_amount(dataset, name, row)]
    if not known:
        return near
    return f"{near} It was not chosen by these: {listed([beside(name) for name in known[:_COMPARED]])}."


_FIRST = 2
"""Amounts that come before all else by which it was not chosen: where there are any, those that are told first."""


def _is_known_amount(dataset: Dataset, name: str, row: int) -> bool:
    return name in dataset.frame and dataset.codebook[name].is_amount and bool(np.isfinite(dataset.values(name)[row]))


def medoid(points: Points) -> tuple[int, float]:
    """Position of the point with the least weighted sum of distances to all, and its weighted mean distance.

    Of equally good points the first. Exact: a point is passed over only where the triangle inequality, by a point
    tried before, says that its sum is larger (Newling and Fleuret 2017, with weights). The nearer to the middle, the
    sooner a point is tried; most never are, and no more than one row of distances is held at a time.
    """
    matrix, weights = points.matrix, points.weights
    total = float(weights.sum())
    from_middle = np.square(matrix - weights @ matrix / total).sum(axis=1)
    sums, least = np.full(len(matrix), np.inf), np.zeros(len(matrix))
    best = np.inf
    for position in np.argsort(from_middle, kind="stable"):
        if np.isfinite(sums[position]) or least[position] > best * (1 + _EQUAL):
            continue
        distances = np.sqrt(np.square(matrix - matrix[position]).sum(axis=1))
        found = float(distances @ weights)
        sums[distances == 0] = found
        np.maximum(least, np.abs(total * distances - found), out=least)
        best = min(best, found)
    first = int(np.flatnonzero(sums <= best * (1 + _EQUAL))[0])
    return first, float(sums[first] / total)


def _plain(name: Any) -> int | str:  # noqa: ANN401 - a table of one's own may name its customers in letters
    return int(name) if isinstance(name, int | np.integer) else str(name)


def _members(segmentation: Segmentation, segment: int) -> Labels:
    """The segment's rows with a weight, in the first implicate that has any."""
    points = segmentation.points
    inside = np.flatnonzero((segmentation.labels == segment) & (points.weights > 0))
    if segment not in segmentation.model.numbers or not len(inside):
        raise RecipeError(f"There is no segment {segment} that anybody belongs to: choose 1 to {segmentation.k}.")
    implicates = points.implicates[inside]
    return inside[implicates == implicates.min()]


def _facts(dataset: Dataset, features: tuple[str, ...], row: int) -> Mapping[str, str]:
    columns = dict.fromkeys((*dataset.subject.telling.columns, *features))
    names = [name for name in columns if name in dataset.frame]
    return MappingProxyType({dataset.codebook.label(name): _text(dataset, name, row) for name in names})


def _text(dataset: Dataset, name: str, row: int) -> str:
    return dataset.codebook[name].text(float(dataset.values(name)[row]))


def _sentence(dataset: Dataset, features: tuple[str, ...], row: int) -> str:
    """What the subject tells of a member, then the features that were not mentioned."""
    telling, one = dataset.subject.telling, _row(dataset, row)
    said = [words for clauses in telling.sentences if (words := _put_together(clauses, one))]
    amounts = [name for name in telling.amounts if name in dataset.frame]
    told = {*telling.columns} if said else {*amounts}
    rest = [name for name in features if name not in told]
    listed = [
        f"{within_sentence(dataset.codebook.label(name))} {_text(dataset, name, row)}" for name in (*amounts, *rest)
    ]
    sentences = [*said, *([", ".join(listed)] if listed else [])]
    return " ".join(f"{capitalised(words)}." for words in sentences)


def _row(dataset: Dataset, row: int) -> Dataset:
    """One row as a table of its own."""
    return replace(dataset, frame=dataset.frame.iloc[[row]])


def _put_together(clauses: Sequence[Clause], one: Dataset) -> str:
    """The clauses that hold of a member; nothing where the first of them cannot be said."""
    words = [_clause(clause, one) for clause in clauses]
    return "".join(words) if words[0] else ""


def _clause(clause: Clause, one: Dataset) -> str:
    condition = Population.parse(clause.when)
    needed = {*_FIELD.findall(clause.text), *condition.columns}
    if not needed <= set(one.frame) or not condition.mask(one)[0]:
        return ""
    return _FIELD.sub(lambda field: within_sentence(_text(one, field[1], 0)), clause.text)
