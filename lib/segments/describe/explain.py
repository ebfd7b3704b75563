"""Segments as rules: a shallow decision tree on the features, said in sentences with the share it gets right."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lib.dataset import Codebook, Dataset, Variable
from lib.segments.describe.profile import check_same
from lib.segments.points import VERY_MANY, Floats
from lib.segments.segmentation import UNASSIGNED, Segmentation
from lib.solvers import solve
from lib.words import listed, percent, rounded
from lib.work.wire import Arrays

MAX_DEPTH = 4
"""Questions asked of a member, unless there are more segments than their answers can tell apart."""

SPARE_LEAVES = 2
"""Ends of the tree beyond one for each segment: more would be righter and unreadable."""

Interval = tuple[float, float]
"""Above the first and at most the second."""


@dataclass(frozen=True)
class Rule:
    """One way into a segment: an interval for each feature that matters."""

    intervals: Mapping[str, Interval]

    def covers(self, columns: Mapping[str, Floats]) -> NDArray[np.bool_]:
        """Which rows the rule speaks of."""
        inside = np.ones(len(next(iter(columns.values()))), dtype=bool)
        for name, (low, high) in self.intervals.items():
            inside &= (columns[name] > low) & (columns[name] <= high)
        return inside


@dataclass(frozen=True, eq=False)
class Explanation:
    """Rules for each segment and how far they are right, weighted as the segmentation counts.

    Attributes:
        rules: Segment to its rules; none where no simple rule finds it.
        sentences: Segment to one sentence.
        right: Share of the members that the rules put into their segment.
        found: Segment to the share of its members that its rules catch.
        sure: Segment to the share of the members its rules speak of that belong to it.
        members: What they are called.
        partial: Whether some members belong to no segment; no share counts them.
    """

    rules: Mapping[int, tuple[Rule, ...]]
    sentences: Mapping[int, str]
    right: float
    found: Mapping[int, float]
    sure: Mapping[int, float]
    members: str
    partial: bool = False

    @property
    def words(self) -> str:
        """One sentence on how far the rules can be trusted."""
        whom = f"assigned {self.members}" if self.partial else self.members
        return f"These rules put {percent(self.right)} of the {whom} into their segment."


def explain(dataset: Dataset, segmentation: Segmentation, *, depth: int | None = None) -> Explanation:
    """The segments as rules on the features in their own units.

    A decision tree is grown on the labels, its thresholds rounded to three digits, leaves of one segment that
    touch joined; the shares given are those of the rules as they are said, not of the tree. Each member counts
    by its weight over the square root of its segment's, so that small segments get a rule too; the shares count
    by weight alone. Of very many rows the tree is grown on some that are drawn; the shares are of all.

    Args:
        dataset: The table that was segmented; unassigned rows are left out.
        segmentation: What ``fit`` made of it.
        depth: Questions asked of a member; by default 4, or as many as the number of segments needs.

    Raises:
        RecipeError: If the dataset is not the one that was segmented.
    """
    check_same(dataset, segmentation)
    features = segmentation.recipe.features
    inside = segmentation.labels != UNASSIGNED
    labels = segmentation.labels[inside]
    weights = segmentation.points.weights[inside]
    columns = {name: dataset.values(name)[inside] for name in features}
    depth = depth or max(MAX_DEPTH, math.ceil(math.log2(max(segmentation.k, 2))) + 1)
    of_segment = np.bincount(labels, weights)
    balance = 1 / np.sqrt(np.maximum(of_segment, 1e-12 * weights.sum()))
    every = np.arange(len(labels))
    grown = every if len(every) <= VERY_MANY else np.sort(np.random.default_rng(0).choice(every, VERY_MANY, False))
    arrays = {
        "matrix": np.column_stack([values[grown] for values in columns.values()]),
        "labels": labels[grown],
        "weights": (weights * balance[labels])[grown],
    }
    figures = {"depth": depth, "leaves": segmentation.k + SPARE_LEAVES, "seed": segmentation.recipe.seed}
    leaves = _leaves(solve("tree", figures, arrays)[1], features)
    rules = {s: tuple(_joined([r for r, of in leaves if of == s])) for s in segmentation.model.numbers}
    hit = {s: _any(own, columns) for s, own in rules.items()}
    found = {s: _share(hit[s][labels == s], weights[labels == s]) for s in rules}
    sure = {s: _share((labels == s)[hit[s]], weights[hit[s]]) for s in rules}
    right = sum(float(weights[hit[s] & (labels == s)].sum()) for s in rules) / float(weights.sum())
    among = "" if inside.all() else f" of those {dataset.entity.plural} that are in a segment"
    sentences = {s: _sentence(s, rules[s], found[s], sure[s], dataset, among) for s in rules}
    return Explanation(rules, sentences, right, found, sure, dataset.entity.plural, partial=not inside.all())


def _leaves(tree: Arrays, features: tuple[str, ...]) -> list[tuple[Rule, int]]:
    """Each leaf as a rule and the segment most of its weight is in; of a tree as ``lib.solvers.others`` gives it."""
    found = []

    def walk(node: int, intervals: dict[str, Interval]) -> None:
        left, right = int(tree["left"][node]), int(tree["right"][node])
        if left == right:
            found.append((Rule(intervals), int(tree["label"][node])))
            return
        name, threshold = features[tree["feature"][node]], rounded(float(tree["threshold"][node]))
        low, high = intervals.get(name, (-math.inf, math.inf))
        walk(left, {**intervals, name: (low, min(high, threshold))})
        walk(right, {**intervals, name: (max(low, threshold), high)})

    walk(0, {})
    return [(rule, segment) for rule, segment in found if all(lo < hi for lo, hi in rule.intervals.values())]


def _joined(rules: list[Rule]) -> list[Rule]:
    """Rules that differ only in one feature whose intervals touch, made one, until none is left."""
    for i, first in enumerate(rules):
        for j in range(i + 1, len(rules)):
            if (both := _union(first, rules[j])) is not None:
                rest = [rule for n, rule in enumerate(rules) if n not in (i, j)]
                return _joined([*rest[:i], both, *rest[i:]])
    return rules


def _union(a: Rule, b: Rule) -> Rule | None:
    names = {*a.intervals, *b.intervals}
    anything = (-math.inf, math.inf)
    differ = [n for n in names if a.intervals.get(n, anything) != b.intervals.get(n, anything)]
    if len(differ) != 1:
        return None
    name = differ[0]
    (low, middle), (start, high) = sorted([a.intervals.get(name, anything), b.intervals.get(name, anything)])
    if middle < start:
        return None
    joined = {**a.intervals, name: (low, max(middle, high))}
    return Rule({n: interval for n, interval in joined.items() if interval != anything})


def _any(rules: tuple[Rule, ...], columns: Mapping[str, Floats]) -> NDArray[np.bool_]:
    hit = np.zeros(len(next(iter(columns.values()))), dtype=bool)
    for rule in rules:
        hit |= rule.covers(columns)
    return hit


def _share(condition: NDArray[np.bool_], weights: Floats) -> float:
    return float(weights @ condition / weights.sum()) if weights.sum() > 0 else 0.0


def _sentence(segment: int, rules: tuple[Rule, ...], found: float, sure: float, dataset: Dataset, among: str) -> str:
    if not rules:
        return f"Segment {segment}: no simple rule finds it."
    said = "; or ".join(_said(rule, dataset.codebook) for rule in rules)
    return f"Segment {segment}: {said}. This catches {percent(found)} of it, and is right for {percent(sure)}{among}."


def _said(rule: Rule, codebook: Codebook) -> str:
    if not rule.intervals:
        return "everyone"
    return listed([_condition(name, interval, codebook) for name, interval in rule.intervals.items()])


def _condition(name: str, interval: Interval, codebook: Codebook) -> str:
    variable, (low, high) = codebook[name], interval
    label = variable.called
    if variable.is_category:
        return f"{label} {_codes(variable, low, high)}"
    if low == -math.inf:
        return f"{label} at most {variable.text(high)}"
    if high == math.inf:
        return f"{label} above {variable.text(low)}"
    return f"{label} above {variable.text(low)} and at most {variable.text(high)}"


def _codes(variable: Variable, low: float, high: float) -> str:
    words = [variable.text(code) for code in sorted(variable.values) if low < code <= high]
    if len(words) > 2:
        return f"from {words[0]} to {words[-1]}"
    return f"is {' or '.join(words) or 'none of those known'}"
