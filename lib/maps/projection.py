"""Two coordinates per member, with what says how far to trust them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from lib.layouts.quality import Quality
from lib.maps.pca import Components
from lib.maps.settings import METHOD_LABELS, Method, Settings
from lib.segments.recipe import Recipe
from lib.subject import Entity
from lib.words import capitalised

HOW_TO_READ: Mapping[Method, str] = {
    "pca": "Distances along the axes are real: PC1 is the direction in which {members} differ most, PC2 the next; "
    "what differs in other directions falls on top of one another.",
    "tsne": "{Members} side by side are alike. How far apart islands lie and how large they are means little, and "
    "each point is one {member}.",
    "umap": "{Members} side by side are alike, and islands that touch are more alike than islands that do not. "
    "Distances between islands and their sizes mean little, and each point is one {member}.",
}


@dataclass(frozen=True, eq=False)
class Projection:
    """A map of members.

    Attributes:
        method: "pca", "tsne" or "umap".
        entity: What a member is called.
        table: One row per drawn member: ``x``, ``y``, ``id`` (what names it), ``row`` (position in the frame of the
            dataset), ``weight`` (the members it stands for, which sum to those of the population; 1 each when rows are
            counted and all are drawn).
        quality: How many neighbours on the map are neighbours in all features or components.
        how_to_read: One sentence on what the picture means and what it does not.
        recipe: Whose space was mapped; segments, starts and algorithm do not matter.
        settings: Parameters of t-SNE and UMAP.
        components: For PCA: explained variance, loadings, words; else None.
        kl_divergence: For t-SNE: what the layout misses of the neighbourhoods (lower is better); else None.
        notes: What was left out or put together, a sentence each.
        key: Name of the map: equal keys mean equal maps.
        by_weight: Whether members were drawn in proportion to weight, rather than every one of them once.
    """

    method: Method
    entity: Entity
    table: pd.DataFrame
    quality: Quality
    recipe: Recipe
    settings: Settings
    components: Components | None = None
    kl_divergence: float | None = None
    notes: tuple[str, ...] = ()
    key: str = ""
    by_weight: bool = False

    def __len__(self) -> int:
        return len(self.table)

    @property
    def label(self) -> str:
        """Name of the method for screens."""
        return METHOD_LABELS[self.method]

    @property
    def how_to_read(self) -> str:
        """One sentence on what the picture means and what it does not."""
        words = HOW_TO_READ[self.method]
        one = f"{self.entity.behind} {self.entity.singular}".strip()
        for mark, said in (
            ("{members}", self.entity.plural),
            ("{Members}", capitalised(self.entity.plural)),
            ("{member}", one),
        ):
            words = words.replace(mark, said)
        return words

    @property
    def trust(self) -> str:
        """One sentence on how many neighbours on the map are neighbours in truth."""
        among = "features" if self.recipe.pca is None else "components kept"
        return self.quality.words(self.entity, among)

    @property
    def axes(self) -> tuple[str, str]:
        """Titles of the two axes; those of t-SNE and UMAP have no meaning of their own."""
        if self.components is None:
            return f"{self.label} 1", f"{self.label} 2"
        first, *others = self.components.words
        return first, others[0] if others else ""
