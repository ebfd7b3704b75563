"""What a map is worth: how many neighbours on it are neighbours in truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

from lib.subject import Entity
from lib.words import a
from lib.work.progress import Progress, report

Floats = NDArray[np.float64]

NEAREST = 15
"""Nearest members that are compared."""

ALIKE, MOSTLY_ALIKE = 0.95, 0.85
"""From these figures of trustworthiness on who lies close is said to be alike, or mostly alike. The bounds are ours."""

SOURCE = (
    "Trustworthiness, by Venna and Kaski (2001), and the share of neighbours kept say what a map is worth; the bounds "
    f"between its words, {ALIKE:g} and {MOSTLY_ALIKE:g}, are this app's own."
)

_BLOCK = 64
_DRAW_SEED = 42


@dataclass(frozen=True)
class Quality:
    """How far neighbourhoods on a map can be trusted.

    Attributes:
        trustworthiness: 1 where the nearest on the map are the nearest in truth; strangers among them lower it
            by how far off they are in truth (Venna and Kaski 2001; scikit-learn's figure when weights are equal).
        kept: Share of the nearest on the map that are among the nearest in truth, 0 to 1.
        nearest: How many nearest are compared.
        judged: Members whose neighbours were looked at.
        of: Members on the map.
    """

    trustworthiness: float
    kept: float
    nearest: int
    judged: int
    of: int

    def words(self, entity: Entity, among: str = "features") -> str:
        """One sentence: the figures and what they mean.

        Args:
            entity: What a member is called.
            among: What members are compared by.
        """
        drawn = "" if self.judged == self.of else f", judged by {self.judged:,} of {entity.several(self.of)}"
        return (
            f"Of {a(entity.singular)}'s {self.nearest} nearest on the map {self.kept:.0%} are among its {self.nearest} "
            f"nearest in all {among}; trustworthiness {self.trustworthiness:.3f}: "
            f"{_verdict(self.trustworthiness)}{drawn}."
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Quality:
        """Read back what ``to_dict`` gave."""
        return cls(**{name: stored[name] for name in cls.__dataclass_fields__})


def measure(
    matrix: Floats,
    coordinates: NDArray[np.floating[Any]],
    weights: Floats,
    *,
    judged: int | None = None,
    progress: Progress | None = None,
) -> Quality:
    """Compare the neighbours of members on a map with those in all features.

    Each member's own figure counts with its weight; its neighbours are counted without, as t-SNE and UMAP do.
    Members at equal distance share a rank, so that any of several identical ones may be the neighbour.

    Args:
        matrix: Members x features, on the scale on which they are clustered.
        coordinates: Members x 2.
        weights: One per member.
        judged: Look at the neighbours of so many members only, drawn at random (all others may still be the
            neighbours); by default at everyone's.
        progress: Told the share done.
    """
    number = len(matrix)
    nearest = max(1, min(NEAREST, (number - 1) // 2))
    chosen = _chosen(number, judged)
    neighbours = _on_the_map(coordinates, chosen, nearest)
    ranks = np.empty(neighbours.shape)
    for start in range(0, len(chosen), _BLOCK):
        block = slice(start, start + _BLOCK)
        ranks[block] = _ranks(matrix, chosen[block], neighbours[block])
        report(progress, start / len(chosen), "Comparing neighbours")
    share = _share(weights[chosen])
    beyond = share @ np.maximum(ranks - nearest, 0).sum(axis=1)
    worst = nearest * (2 * number - 3 * nearest - 1) / 2
    return Quality(
        trustworthiness=float(1 - beyond / worst) if worst > 0 else 1.0,
        kept=float(share @ (ranks <= nearest).mean(axis=1)),
        nearest=nearest,
        judged=len(chosen),
        of=number,
    )


def _share(weights: Floats) -> Floats:
    return weights / weights.sum() if weights.sum() > 0 else np.full(len(weights), 1 / len(weights))


def _chosen(number: int, judged: int | None) -> NDArray[np.intp]:
    if judged is None or judged >= number:
        return np.arange(number)
    return np.sort(np.random.default_rng(_DRAW_SEED).choice(number, judged, replace=False))


def _on_the_map(coordinates: NDArray[np.floating[Any]], chosen: NDArray[np.intp], nearest: int) -> NDArray[np.intp]:
    """The nearest of each chosen member on the map, without itself."""
    found = cKDTree(coordinates).query(coordinates[chosen], k=nearest + 1)[1]
    own = found == chosen[:, None]
    # among many in one place a member may not find itself: then the farthest goes
    own[~own.any(axis=1), -1] = True
    return found[~own].reshape(len(chosen), nearest)


def _ranks(matrix: Floats, chosen: NDArray[np.intp], neighbours: NDArray[np.intp]) -> Floats:
    """Rank of each neighbour by true distance: 1 for the nearest, equal for equals."""
    distances = cdist(matrix[chosen], matrix)
    wanted = np.take_along_axis(distances, neighbours, axis=1)
    distances[np.arange(len(chosen)), chosen] = np.inf
    distances.sort(axis=1)
    pairs = zip(distances, wanted, strict=True)
    return np.array([np.searchsorted(row, distance, side="left") for row, distance in pairs]) + 1.0


def _verdict(trustworthiness: float) -> str:
    if trustworthiness >= ALIKE:
        return "who lies close is alike"
    if trustworthiness >= MOSTLY_ALIKE:
        return "who lies close is mostly alike"
    return "who lies close may well be different, so look before you conclude"
