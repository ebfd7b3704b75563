"""From a recipe to a segmentation."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pandas as pd

from lib.dataset import ROWS, Dataset
from lib.estimates import THIN
from lib.features.checks import feature_notes
from lib.features.space import Space
from lib.segments import alone
from lib.segments.algorithms import Found, find
from lib.segments.kmeans import in_order
from lib.segments.mixture import Evidence
from lib.segments.points import Floats, Labels, Points, check_enough, points_in, points_of, row_weights
from lib.segments.recipe import Recipe
from lib.segments.segmentation import UNASSIGNED, Model, Segmentation
from lib.words import listed, percent

_MANY = 0.01
"""Share of all from which on those who share a value in a segment are told. Ours."""


def fit(dataset: Dataset, recipe: Recipe, *, prepared: tuple[Space, Points] | None = None) -> Segmentation:
    """The segments of these members by this recipe; the same on every run.

    Args:
        dataset: The members; every row is clustered, weighted unless the recipe counts rows.
        recipe: What was asked for.
        prepared: ``points_of`` of the same members and a recipe that differs in nothing but method and number of
            segments, where it is there already.

    Raises:
        RecipeError: If a feature cannot be used or there are too few rows or different points.
    """
    space, points = prepared or points_of(dataset, recipe)
    if prepared and recipe.algorithm != "hdbscan":
        check_enough(points, recipe.k)
    return segment(dataset, recipe, space, points)


def placed(dataset: Dataset, model: Model) -> Segmentation:
    """Members in the segments of a model that was fitted to others, by its own scale and centres.

    Raises:
        RecipeError: If a feature or a weight is missing or unsound.
    """
    points = points_in(model.space, dataset, model.recipe, row_weights(dataset, model.recipe.counting))
    labels = model.labels_of(points.matrix)
    return Segmentation(
        model=model,
        entity=dataset.entity,
        labels=labels,
        inertia=inertia(points, labels, model.centres),
        inertias=np.empty(0),
        sizes=sizes(dataset, labels, points.weights, len(model.centres)),
        points=points,
    )


def segment(dataset: Dataset, recipe: Recipe, space: Space, points: Points) -> Segmentation:
    """``fit`` for members whose points are already there."""
    started = time.perf_counter()
    found = find(points, recipe)
    labels, centres, order = numbered(found, space, points)
    model = Model(recipe, space, centres, None if found.mixture is None else found.mixture.of(order))
    return Segmentation(
        model=model,
        entity=dataset.entity,
        labels=labels,
        inertia=inertia(points, labels, centres),
        inertias=found.inertias if found.inertias is not None else np.empty(0),
        sizes=sizes(dataset, labels, points.weights, len(centres)),
        points=points,
        notes=tuple(
            filter(
                None,
                (
                    alone.note(dataset, recipe.features, labels, points.weights),
                    *([] if model.mixture else feature_notes(dataset, recipe.features)),
                    *_of_mixture(model, found.evidence, dataset),
                    *_notes(found, recipe, len(centres), dataset.entity.singular),
                ),
            )
        ),
        seconds=time.perf_counter() - started,
        evidence=found.evidence,
    )


def numbered(found: Found, space: Space, points: Points) -> tuple[Labels, Floats, Labels]:
    """Labels from 1 and centres, both in the order by which segments are numbered, and that order."""
    centres = found.centres
    labels = found.labels
    if centres is None:
        _, labels = np.unique(np.append(labels, -1), return_inverse=True)
        labels = labels[:-1] - 1
        centres = centres_of(points, labels, int(labels.max()) + 1)
    order = in_order(space.ordered(centres))
    number = np.empty(len(order) + 1, dtype=np.intp)
    number[order] = np.arange(1, len(order) + 1)
    number[-1] = UNASSIGNED
    return number[labels], centres[order], order


def centres_of(points: Points, labels: Labels, k: int) -> Floats:
    """Weighted means of the rows labelled 0, 1, ..., k - 1 (k x features)."""
    inside = labels >= 0
    weights = points.weights[inside]
    # a segment whose rows all weigh nothing still has a place: the plain mean of its rows
    empty = np.bincount(labels[inside], weights, k) == 0
    weights = np.where(empty[labels[inside]], 1.0, weights)
    total = np.bincount(labels[inside], weights, k)
    sums = [np.bincount(labels[inside], weights * column, k) for column in points.matrix[inside].T]
    return np.array(sums).T / total[:, None]


def inertia(points: Points, labels: Labels, centres: Floats) -> float:
    """Weighted sum of squared distances of the assigned rows to their centres (labels from 1)."""
    inside = labels != UNASSIGNED
    off = points.matrix[inside] - centres[labels[inside] - 1]
    return float(points.weights[inside] @ np.square(off).sum(axis=1))


def sizes(dataset: Dataset, labels: Labels, weights: Floats, k: int) -> pd.DataFrame:
    """How large each segment is; see ``Segmentation.sizes``."""
    counts = range(k + 1)
    count = np.bincount(labels, dataset.weights(), k + 1)
    share = np.bincount(labels, weights, k + 1) / weights.sum()
    pairs = pd.DataFrame({"segment": labels, "member": dataset.member_codes}).drop_duplicates()
    table = pd.DataFrame(
        {
            "count": count,
            "share": share,
            "sampled": np.bincount(pairs["segment"], minlength=k + 1),
            "rows": np.bincount(labels, minlength=k + 1),
        },
        index=pd.Index(counts, name="segment"),
    )
    table["thin"] = table["sampled"] < THIN
    return table if table.loc[UNASSIGNED, "rows"] else table.drop(index=UNASSIGNED)


def _of_mixture(model: Model, told: Evidence | None, dataset: Dataset) -> Iterator[str]:
    """What speaks for a mixture, how sure it is, and amounts of which it made a single value a segment."""
    mixture, space = model.mixture, model.space
    if mixture is None or told is None:
        return
    members = "rows" if model.recipe.counting == ROWS else dataset.entity.plural
    yield (
        f"The mixture gives {members} to their segment with a probability of {percent(told.certainty)} on average "
        f"(relative entropy {told.entropy:.2f}: 1 where nobody is in doubt). BIC {told.bic:,.0f}, lower is better, "
        f"with {told.parameters} parameters and {told.members:,.0f} effective {members}."
    )
    if space.rotation is not None:
        return
    if narrow := [space.parts[position].label(dataset.codebook) for position in mixture.narrow(_MANY)]:
        advice = "" if space.transform == "two_part" else " Where it is 0, two parts tell none from some."
        yield (
            f"On this scale many {members} are nearly alike in {listed(narrow)}, and a segment is made of little "
            f"else.{advice}"
        )


def _notes(found: Found, recipe: Recipe, k: int, member: str) -> tuple[str, ...]:
    if recipe.algorithm == "hdbscan" or k == recipe.k:
        return found.notes
    return (*found.notes, f"Only {k} of the {recipe.k} segments asked for hold any {member}.")
