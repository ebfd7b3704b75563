"""Do segments persist? The same recipe on an older and a newer survey, in the same dollars."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from lib.dataset import Dataset
from lib.errors import RecipeError
from lib.segments.describe.profile import check_same
from lib.segments.fit import fit
from lib.segments.judge.scores import overlaps
from lib.segments.judge.stability import HIGHLY_STABLE, PATTERN, STABLE
from lib.segments.kmeans import squared_distances
from lib.segments.points import Floats, Labels
from lib.segments.recipe import Recipe
from lib.segments.segmentation import Segmentation
from lib.words import listed, percent

_READING = ((HIGHLY_STABLE, "comes back"), (STABLE, "comes back, a little changed"), (PATTERN, "changed"))


@dataclass(frozen=True, eq=False)
class Persistence:
    """Old segments matched with new ones.

    Attributes:
        table: One row per matched pair, indexed by ``old``: ``new`` (number of the new segment), ``old_share``
            and ``new_share`` (as counted by the recipe), ``old_count``, ``new_count``, ``old_sampled``,
            ``new_sampled``, ``distance`` (between the centroids, on the old scale), ``room`` (from the old
            centroid to the nearest other old one), ``kept`` (share of the new segment's members that the old
            model places in the matched one), ``similarity`` (Jaccard, new members: in both over in either)
            and ``verdict`` (what that similarity means, at Hennig's thresholds).
        new_centroids: Of the matched new segments, in original units and the common dollars, indexed by old segment.
        kept: Share of all new members that the old model places in the segment matched with theirs.
        lost: Old segments without a match.
        gained: New segments without a match.
        dollars: Year of the common dollars, or None.
        old_name: The older data.
        new_name: The newer data.
        new: The segmentation of the newer data.
    """

    table: pd.DataFrame
    new_centroids: pd.DataFrame
    kept: float
    lost: tuple[int, ...]
    gained: tuple[int, ...]
    dollars: int | None
    old_name: str
    new_name: str
    new: Segmentation = field(repr=False)

    @property
    def words(self) -> str:
        """What became of the segments, in words."""
        lasting = [str(s) for s, value in self.table["similarity"].items() if value >= STABLE]
        changed = [str(s) for s in self.table.index if str(s) not in lasting]
        noun = self.new.counted
        sentences = [
            f"{percent(self.kept)} of the {noun} of {self.new_name} fall where the segments of {self.old_name} "
            "would put them.",
            _these(lasting, "comes back", "come back"),
            _these(changed, "does not come back as it was", "do not come back as they were"),
            _these([str(s) for s in self.lost], "has no counterpart any more", "have no counterpart any more"),
            _these([str(s) for s in self.gained], "is new", "are new", f"{self.new_name}: segment"),
        ]
        return " ".join(filter(None, sentences))


def persist(
    old_dataset: Dataset, old_segmentation: Segmentation, new_dataset: Dataset, recipe: Recipe | None = None
) -> Persistence:
    """Segment newer members by the same recipe, and match what is found with the older segments.

    Amounts of the newer data are put into the dollars of the older. Segments are matched so that the distances
    between matched centroids, on the scale of the older segmentation, are least in sum (the Hungarian method).
    Then the older model places every newer member: "kept" and "similarity" compare that with the newer
    segments.

    Args:
        old_dataset: The older members.
        old_segmentation: What ``fit`` made of it.
        new_dataset: The newer members, chosen by the same population.
        recipe: The recipe for the newer ones; by default that of the older.

    Raises:
        RecipeError: If the recipe cannot be used on the newer data, or uses other features than the older.
        DataError: If the dollars of one are unknown while those of the other are not.
    """
    check_same(old_dataset, old_segmentation)
    asked = recipe or old_segmentation.recipe
    if asked.features != old_segmentation.recipe.features:
        raise RecipeError("The same features are needed to compare two tables: use the older recipe.")
    data = new_dataset if old_dataset.dollars is None else new_dataset.in_dollars(old_dataset.dollars)
    new, model = fit(data, asked), old_segmentation.model
    moved = new.model.space.moved(new.model.centres, model.space)
    apart = np.sqrt(squared_distances(moved, model.centres)).T
    old, matched = linear_sum_assignment(apart)
    placed = model.labels(data.frame)
    table = _table(old_segmentation, new, old + 1, matched + 1, apart[old, matched], placed)
    partner = np.zeros(new.k + 1, dtype=np.intp)
    partner[matched + 1] = old + 1
    assigned = new.labels > 0
    weights = new.points.weights
    return Persistence(
        table=table,
        new_centroids=new.centroids.loc[table["new"]].set_axis(table.index),
        kept=_share((partner[new.labels] == placed) & assigned, weights * assigned),
        lost=tuple(sorted(set(old_segmentation.model.numbers) - set(table.index))),
        gained=tuple(sorted(set(new.model.numbers) - set(table["new"]))),
        dollars=data.dollars,
        old_name=old_dataset.name,
        new_name=new_dataset.name,
        new=new,
    )


def _table(
    before: Segmentation, after: Segmentation, old: Labels, new: Labels, apart: Floats, placed: Labels
) -> pd.DataFrame:
    weights, centres = after.points.weights, before.model.centres
    between = np.sqrt(squared_distances(centres, centres))
    np.fill_diagonal(between, np.inf)
    similar = overlaps(placed, after.labels, weights, (before.k + 1, after.k + 1))[old, new]
    was, became = before.sizes.loc[old], after.sizes.loc[new]
    return pd.DataFrame(
        {
            "new": new,
            **{f"old_{name}": was[name].to_numpy() for name in ("share", "count", "sampled")},
            **{f"new_{name}": became[name].to_numpy() for name in ("share", "count", "sampled")},
            "distance": apart,
            "room": between.min(axis=1)[old - 1],
            "kept": [
                _share(placed[after.labels == n] == o, weights[after.labels == n])
                for o, n in zip(old, new, strict=True)
            ],
            "similarity": similar,
            "verdict": [_verdict(float(value)) for value in similar],
        },
        index=pd.Index(old, name="old"),
    )


def _verdict(similarity: float) -> str:
    return next((words for least, words in _READING if similarity >= least), "does not come back")


def _share(holds: np.ndarray, weights: Floats) -> float:
    return float(weights @ holds / weights.sum()) if weights.sum() > 0 else float("nan")


def _these(numbers: list[str], one: str, several: str, noun: str = "Segment") -> str:
    if not numbers:
        return ""
    return f"{noun} {numbers[0]} {one}." if len(numbers) == 1 else f"{noun}s {listed(numbers)} {several}."
