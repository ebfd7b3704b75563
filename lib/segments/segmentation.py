"""What a segmentation is: a model that places members, and the segments of the members it was fitted to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from lib.dataset import ROWS
from lib.errors import RecipeError
from lib.features.space import Space
from lib.segments.kmeans import nearest, squared_distances
from lib.segments.mixture import Evidence, Mixture
from lib.segments.points import Floats, Labels, Points
from lib.segments.recipe import Recipe
from lib.segments.silhouette import Silhouettes, silhouettes
from lib.solvers.enough import times_found
from lib.subject import Entity

UNASSIGNED = 0
"""Label of rows that belong to no segment; segments are numbered from 1."""

BORDERLINE = 0.8
"""From this ratio of the distances to the nearest and the next centroid on a member lies on the border.

The bound is ours: at .8 the nearest centroid is a fifth nearer than the next.
"""

BORDER_SOURCE = (
    f"On the border is whoever is at least {BORDERLINE:.0%} as far from the nearest centre as from the next: a bound "
    "of this app's own."
)


@dataclass(frozen=True, eq=False)
class Placement:
    """Where a member belongs.

    ``distances`` (to each centroid, on the scale of distances) is indexed by segment. ``borderline`` is the
    distance to the nearest centroid over that to the next: 0 at a centroid, 1 half way between two. Where a mixture
    places, ``posterior`` is how likely each segment is, and ``borderline`` that of the next over the likeliest.
    """

    segment: int
    next_best: int
    distances: pd.Series
    borderline: float
    posterior: pd.Series | None = None

    @property
    def is_borderline(self) -> bool:
        """Whether the member might as well belong to the next segment."""
        return self.borderline >= BORDERLINE


@dataclass(frozen=True, eq=False)
class Model:
    """What is needed to place any member: kept as plain JSON, it can be applied to another table later.

    ``centres`` (segments x ``space.dimensions``, on the scale of distances) are in the order of the segments' numbers,
    and so are the components of ``mixture``, where members are placed by one.
    """

    recipe: Recipe
    space: Space
    centres: Floats
    mixture: Mixture | None = None

    @property
    def numbers(self) -> pd.RangeIndex:
        """Numbers of the segments: 1, 2, ..."""
        return pd.RangeIndex(1, len(self.centres) + 1, name="segment")

    @property
    def centroids(self) -> pd.DataFrame:
        """Centres in original units (dollars for dollars), one row per segment.

        Without a transform and PCA these are the weighted means of the features; see ``Space.original``.
        """
        return self.space.original(self.centres).set_index(self.numbers)

    @property
    def usual(self) -> pd.DataFrame:
        """As ``centroids``, but 0 for a feature in two parts where most have none: where they are drawn."""
        return self.space.usual(self.centres).set_index(self.numbers)

    @property
    def held(self) -> pd.DataFrame:
        """Share of each segment that has any, one column for each feature in two parts; see ``Space.held``."""
        return self.space.held(self.centres).set_index(self.numbers)

    def labels(self, frame: pd.DataFrame) -> Labels:
        """Segment (1, 2, ...) of each row of a table that has the features, see ``labels_of``.

        Raises:
            RecipeError: If a feature is missing from the table or has missing values.
        """
        return self.labels_of(self._matrix(frame))

    def labels_of(self, matrix: Floats) -> Labels:
        """Segment (1, 2, ...) of each point: the likeliest of a mixture, else the nearest centroid's.

        For ``EXACT`` algorithms these are the labels of ``fit``, for the others an approximation of theirs.
        """
        return (nearest(matrix, self.centres) if self.mixture is None else self.mixture.labels(matrix)) + 1

    def borders(self, matrix: Floats) -> Floats:
        """How near each point is to belonging to another segment, see ``Placement.borderline``."""
        if len(self.centres) == 1:
            return np.zeros(len(matrix))
        if self.mixture is not None:
            two = -np.partition(-self.mixture.posterior(matrix), 1, axis=1)[:, :2]
            return np.asarray(two[:, 1] / two[:, 0])
        two = np.sqrt(np.partition(squared_distances(matrix, self.centres), 1, axis=1)[:, :2])
        return np.divide(two[:, 0], two[:, 1], out=np.ones(len(two)), where=two[:, 1] > 0)

    def place(self, values: Mapping[str, float]) -> Placement:
        """The segment of one member given its features in original units.

        Raises:
            RecipeError: If a feature is missing or not a number.
        """
        matrix = self._matrix(values)
        distances = pd.Series(np.sqrt(squared_distances(matrix, self.centres)[0]), index=self.numbers, name="distance")
        posterior = None
        if self.mixture is not None:
            posterior = pd.Series(self.mixture.posterior(matrix)[0], index=self.numbers, name="posterior")
        ordered = (distances if posterior is None else -posterior).sort_values(kind="stable").index
        return Placement(
            int(ordered[0]),
            int(ordered[min(1, len(ordered) - 1)]),
            distances,
            float(self.borders(matrix)[0]),
            posterior,
        )

    def _matrix(self, values: pd.DataFrame | Mapping[str, Any]) -> Floats:
        if missing := [name for name in self.space.features if name not in values]:
            raise RecipeError(f"To place a row its {', '.join(missing)} must be known: give a value.")
        try:
            scaled = self.space.scaled(values)
        except (TypeError, ValueError) as error:
            raise RecipeError("To place a row every feature must be a number.") from error
        if not np.isfinite(scaled).all():
            pairs = zip(self.space.parts, scaled.T, strict=True)
            bad = dict.fromkeys(part.feature for part, column in pairs if not np.isfinite(column).all())
            raise RecipeError(f"To place a row its {', '.join(bad)} must be a number: fill in the gap.")
        return self.space.rotated(scaled)

    def to_dict(self) -> dict[str, Any]:
        """Plain lists and numbers, for JSON."""
        return {
            "recipe": self.recipe.to_dict(),
            "space": self.space.to_dict(),
            "centres": self.centres.tolist(),
            **({} if self.mixture is None else {"mixture": self.mixture.to_dict()}),
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Model:
        """Read back what ``to_dict`` gave.

        Raises:
            RecipeError: If it is not such a model.
        """
        try:
            recipe, space = Recipe.from_dict(stored["recipe"]), Space.from_dict(stored["space"])
            mixture = Mixture.from_dict(stored["mixture"]) if recipe.algorithm == "latent_class" else None
            model = cls(recipe, space, np.asarray(stored["centres"], dtype=float), mixture)
        except (KeyError, TypeError, ValueError) as error:
            raise RecipeError("This is not a stored segmentation: export one and read that.") from error
        if model.centres.shape[1:] != (space.dimensions,) or recipe.features != space.features:
            raise RecipeError("The stored segmentation contradicts itself: export it again.")
        return model


@dataclass(frozen=True, eq=False)
class Segmentation:
    """The segments of the members that a recipe was fitted to.

    Segments are numbered from 1, ascending by the centroid's value of the first feature (ties by the next
    ones); ``UNASSIGNED`` (0) marks rows in no segment, which only HDBSCAN leaves.

    Attributes:
        model: Recipe, scale and centres.
        entity: What a member is called.
        labels: Segment of each row of the dataset, in its order.
        inertia: Weighted sum of squared distances to the centroids, over assigned rows; weights sum to the
            sampled members, or to the rows when rows are counted.
        inertias: What each start ended with (empty where an algorithm does not say).
        sizes: Indexed by segment (0 included where there are unassigned rows): ``count`` (members in the
            population, always weighted), ``share`` (as counted by the recipe), ``sampled`` (sampled members
            with an implicate in the segment), ``rows``, ``thin`` (sampled below ``THIN``).
        points: The matrix and the weights, for scores and maps.
        notes: What is worth knowing about how it was made, a sentence each.
        seconds: Time it took to find.
        scored: Silhouettes where they were computed beforehand, together with those of other segmentations.
        evidence: What speaks for a mixture for mixed types, and how sure it is of its members.
    """

    model: Model
    entity: Entity
    labels: Labels
    inertia: float
    inertias: Floats
    sizes: pd.DataFrame
    points: Points = field(repr=False)
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    scored: Silhouettes | None = field(default=None, repr=False)
    evidence: Evidence | None = None

    @property
    def recipe(self) -> Recipe:
        """What was asked for."""
        return self.model.recipe

    @property
    def k(self) -> int:
        """Number of segments found, unassigned rows aside."""
        return len(self.model.centres)

    @property
    def centroids(self) -> pd.DataFrame:
        """Centres in original units, one row per segment, one column per feature."""
        return self.model.centroids

    @property
    def counted(self) -> str:
        """What shares are of: the entity in the plural, or "rows" when rows are counted."""
        return "rows" if self.recipe.counting == ROWS else self.entity.plural

    @property
    def spread_over_starts(self) -> float:
        """How much higher than the best the worst start ended, as a share of the best; NaN if not known."""
        if not len(self.inertias) or not self.inertias.min() > 0:
            return float("nan")
        return float(self.inertias.max() / self.inertias.min() - 1)

    @property
    def misplaced(self) -> float:
        """Share of the weight that lies nearer to another segment than to its own, by its silhouette."""
        found = self.silhouettes
        weights = self.points.weights if found.times is None else found.times
        return float(weights[found.rows[:, 0] < 0].sum() / weights.sum())

    @property
    def times_found(self) -> int:
        """How many starts ended at the least inertia, within 0.01 % of it; 0 if not known."""
        return times_found(self.inertias)

    @cached_property
    def silhouettes(self) -> Silhouettes:
        """Silhouette of each row (rows x 1) and their mean, within implicates, weighted as the recipe counts.

        Of very many rows some are drawn, see ``lib.segments.silhouette``.
        """
        return self.scored or silhouettes(
            self.points.matrix,
            [self.labels],
            self.points.weights,
            groups=self.points.implicates,
            unassigned=UNASSIGNED,
        )

    @property
    def silhouettes_of(self) -> str:
        """Of which rows silhouettes are taken, where not of all: "of 20,000 rows drawn by weight"; else empty."""
        drawn = self.silhouettes.drawn
        if drawn is None:
            return ""
        return f"of {drawn:,} rows drawn {'by weight' if np.ptp(self.points.weights) > 0 else 'at random'}"

    @property
    def silhouette(self) -> float:
        """Mean silhouette: computed when first asked for, or beforehand by ``sweep``."""
        return float(self.silhouettes.means[0])


def place(segmentation: Segmentation | Model, values: Mapping[str, float]) -> Placement:
    """The segment of one member given its features in original units; see ``Model.place``."""
    model = segmentation.model if isinstance(segmentation, Segmentation) else segmentation
    return model.place(values)
