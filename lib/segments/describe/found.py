"""One member that was looked for: where it belongs and how clearly, where it stands in each column, who is near."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from lib.dataset import Dataset
from lib.errors import RecipeError
from lib.estimates import Floats, mean
from lib.segments.describe.profile import check_same
from lib.segments.kmeans import squared_distances
from lib.segments.points import Labels
from lib.segments.segmentation import UNASSIGNED, Placement, Segmentation

NEIGHBOURS = 5


@dataclass(frozen=True, eq=False)
class Found:
    """A member of the population that was segmented, all its implicates together as one.

    Attributes:
        id: What names it in ``Dataset.ids``.
        rows: Positions of its rows in the dataset: one for each implicate that belongs to the population.
        segment: The segment that most of its rows are in (of equally many the first); 0 if they belong to none.
        agreeing: How many of its rows are in that segment.
        placement: Distance of its point to each centre; its ``segment`` is the same unless that is 0, when it is the
            nearest one.
        standing: One row per column: ``value`` (the mean over its rows; of a category the code that most of them
            have), ``least`` and ``most`` (over its rows), ``everyone`` and ``segment``: for an amount the share of the
            population's, or of its segment's, members that have less, those with as much counted half; for a category
            the share that is in the same. Weighted as the segmentation counts; NaN where the value is missing.
        neighbours: The ``NEIGHBOURS`` members nearest to it on the scale on which segments were found: their features,
            in their units, means over their rows; ``id``, ``segment`` and ``distance`` are the index.
        point: Where it is on that scale, the mean of its rows.
    """

    id: int | str
    rows: Labels
    segment: int
    agreeing: int
    placement: Placement
    standing: pd.DataFrame
    neighbours: pd.DataFrame
    point: Floats


def find_member(dataset: Dataset, segmentation: Segmentation, member: int | str, columns: Sequence[str] = ()) -> Found:
    """Where one member belongs, stands and who is like it.

    Args:
        dataset: The table that was segmented, with ``columns``.
        segmentation: What ``fit`` made of it.
        member: What names it in ``Dataset.ids``.
        columns: Amounts and categories to look at besides the features.

    Raises:
        RecipeError: If there is nobody of that name in the population, or the dataset is not the one that was
            segmented.
    """
    check_same(dataset, segmentation)
    rows = np.flatnonzero(dataset.ids == member)
    if not len(rows):
        noun = dataset.entity.singular
        raise RecipeError(f"There is no {noun} {member} in this population: look at another, or widen it.")
    everybody = _members_of(dataset, segmentation)
    own = int(dataset.member_codes[rows[0]])
    segment, point = int(everybody.labels[own]), everybody.points[own].copy()
    names = tuple(dict.fromkeys((*segmentation.recipe.features, *columns)))
    inside = segmentation.labels == segment
    weights = dataset.weights(segmentation.recipe.counting)
    standing = {name: _standing(dataset, name, rows, inside, weights) for name in names}
    return Found(
        id=member,
        rows=rows,
        segment=segment,
        agreeing=int((segmentation.labels[rows] == segment).sum()),
        placement=_placement(segmentation, point, segment, rows),
        standing=pd.DataFrame.from_dict(standing, orient="index").rename_axis("column"),
        neighbours=_neighbours(dataset, segmentation, everybody, own),
        point=point,
    )


class _Members(NamedTuple):
    """One entry per member, by its position: its first row, its point (the mean of its rows) and its segment."""

    first: Labels
    points: Floats
    labels: Labels


def _members_of(dataset: Dataset, segmentation: Segmentation) -> _Members:
    matrix, labels, codes = segmentation.points.matrix, segmentation.labels, dataset.member_codes
    if dataset.sampled == len(dataset):
        return _Members(np.arange(len(dataset)), matrix, labels)
    return _Members(
        first=np.unique(codes, return_index=True)[1],
        points=np.column_stack([_mean_by(codes, column) for column in matrix.T]),
        labels=_most_by(codes, labels),
    )


def _mean_by(codes: Labels, values: Floats) -> Floats:
    return np.asarray(np.bincount(codes, values) / np.bincount(codes), dtype=float)


def _most_by(codes: Labels, labels: Labels) -> Labels:
    """The label that most rows of each member have, the lowest of equally many."""
    kinds = int(labels.max()) + 1
    return (
        np.bincount(codes * kinds + labels, minlength=(int(codes.max()) + 1) * kinds).reshape(-1, kinds).argmax(axis=1)
    )


def _placement(segmentation: Segmentation, point: Floats, segment: int, rows: Labels) -> Placement:
    """Distances to the centre of its own segment and to that of the nearest other one; of a mixture, how likely."""
    model = segmentation.model
    squared = squared_distances(point[None, :], model.centres)[0]
    distances = pd.Series(np.sqrt(squared), index=model.numbers, name="distance")
    if model.mixture is not None:
        found = model.mixture.posterior(segmentation.points.matrix[rows]).mean(axis=0)
        posterior = pd.Series(found, index=model.numbers, name="posterior")
        other = posterior.drop(segment) if model.numbers.size > 1 else posterior
        near = float(other.max() / posterior[segment]) if other is not posterior else 0.0
        return Placement(segment, int(other.idxmax()), distances, near, posterior)
    own = int(distances.idxmin()) if segment == UNASSIGNED else segment
    others = distances.drop(own)
    if others.empty:
        return Placement(own, own, distances, 0.0)
    near, far = float(distances[own]), float(others.min())
    return Placement(own, int(others.idxmin()), distances, near / far if far > 0 else 1.0)


def _standing(dataset: Dataset, name: str, rows: Labels, inside: np.ndarray, weights: Floats) -> dict[str, float]:
    values = dataset.values(name)
    own, is_category = values[rows], dataset.codebook[name].is_category
    known = own[~np.isnan(own)]
    if not len(known):
        return dict.fromkeys(("value", "least", "most", "everyone", "segment"), float("nan"))
    value = float(pd.Series(known).mode().iloc[0] if is_category else known.mean())
    passed = (values == value).astype(float) if is_category else (values < value) + (values == value) / 2
    passed[np.isnan(values)] = np.nan
    return {
        "value": value,
        "least": float(known.min()),
        "most": float(known.max()),
        "everyone": mean(passed, weights),
        "segment": mean(passed[inside], weights[inside]),
    }


def _neighbours(dataset: Dataset, segmentation: Segmentation, everybody: _Members, own: int) -> pd.DataFrame:
    distance = np.sqrt(np.square(everybody.points - everybody.points[own]).sum(axis=1))
    distance[own] = np.inf
    nearest = np.argsort(distance, kind="stable")[: min(NEIGHBOURS, len(distance) - 1)]
    # told in the index, where no column of the table can have the same name
    told = {
        "id": dataset.ids[everybody.first[nearest]],
        "segment": everybody.labels[nearest],
        "distance": distance[nearest],
    }
    place = np.full(len(distance), -1)
    place[nearest] = np.arange(len(nearest))
    of_near = np.flatnonzero(place[dataset.member_codes] >= 0)
    codes = place[dataset.member_codes[of_near]]
    return pd.DataFrame(
        {name: _mean_by(codes, dataset.values(name)[of_near]) for name in segmentation.recipe.features},
        index=pd.MultiIndex.from_arrays(list(told.values()), names=list(told)),
    )
