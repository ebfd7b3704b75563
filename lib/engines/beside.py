"""What a run found beside the recipe that asked for it: which segment is which, and who is where it put them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lib.dataset import Dataset
from lib.segments import Segmentation
from lib.segments.apply.stored import StoredRecipe
from lib.segments.judge.floor import matched
from lib.segments.judge.scores import overlaps
from lib.segments.judge.stability import STABLE
from lib.words import listed, percent


@dataclass(frozen=True)
class BesideRecipe:
    """Segments of a run, matched with those of its recipe by the drawn rows that they share.

    Attributes:
        same: Share of these rows, by weight, whose segment is the one that the recipe gives them.
        pairs: Segment of the run -> segment of the recipe, as many as the fewer of both.
        similar: Segment of the run -> weighted Jaccard similarity of the two.
    """

    same: float
    pairs: Mapping[int, int]
    similar: Mapping[int, float]

    @property
    def words(self) -> str:
        """In two sentences."""
        others = [f"{own} is its {its}" for own, its in self.pairs.items() if own != its]
        said = f" Numbers differ: {listed(others)}." if others else ""
        return f"Segments were found anew: {percent(self.same)} of the rows drawn are where the recipe puts them.{said}"

    def names(self, given: Mapping[int, str]) -> dict[int, str]:
        """The names of the recipe's segments for those that come back, by Hennig's threshold for stable ones."""
        return {own: given[its] for own, its in self.pairs.items() if self.similar[own] >= STABLE and given.get(its)}


def beside_recipe(stored: StoredRecipe, dataset: Dataset, segmented: Segmentation) -> BesideRecipe:
    """Compare.

    Args:
        stored: The recipe, with the scale and the centres that it was saved with.
        dataset: The rows drawn.
        segmented: Their segments by the run.
    """
    model, weights = stored.model, segmented.points.weights
    before, after = model.labels_of(model.space.matrix(dataset.frame)), segmented.labels
    similar = overlaps(before, after, weights, (len(model.centres) + 1, segmented.k + 1))[1:, 1:]
    its, own = matched(similar)
    pairs = {int(one) + 1: int(other) + 1 for one, other in sorted(zip(own, its, strict=True))}
    expected = np.array([pairs.get(number, -1) for number in range(segmented.k + 1)])
    same = before == expected[after]
    closeness = {one: float(similar[other - 1, one - 1]) for one, other in pairs.items()}
    return BesideRecipe(float(weights[same].sum() / weights.sum()), pairs, closeness)
