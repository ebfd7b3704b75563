"""A map that is asked for: drawn at once, found finished, or queued at the worker."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lib.dataset import ROWS, Dataset
from lib.errors import MapError
from lib.features.space import Space, fit_space
from lib.layouts.fitted import Fitted
from lib.layouts.quality import Quality, measure
from lib.maps import pca
from lib.maps.projection import Projection
from lib.maps.rows import Drawn, all_rows, by_weight, is_drawn_by_weight, one_implicate
from lib.maps.settings import DEFAULT_SETTINGS, METHODS, Method, Settings, check_enough
from lib.maps.store import Store, default_store
from lib.maps.worker import Worker, shared
from lib.segments.points import distinct, row_weights
from lib.segments.recipe import Recipe
from lib.work.jobs import Ticket

Floats = NDArray[np.float64]

VERSION = 1
"""Raise it when the same request would give another map; finished ones are then made anew."""

JUDGED = 1_000
"""Members by which a PCA map is judged while the page waits; the figures are within about 0.01 of all."""


@dataclass(frozen=True, eq=False)
class Request:
    """One map of one population in the space of one recipe. Nothing is computed before it is needed.

    Attributes:
        dataset: The population.
        recipe: Gives features, transform, scaling, PCA, counting and seed; nothing else of it matters.
        method: "pca", "tsne" or "umap".
        settings: Parameters of t-SNE and UMAP.

    Raises:
        MapError: On construction, if there is no such method, or with a single feature.
    """

    dataset: Dataset
    recipe: Recipe
    method: Method
    settings: Settings = DEFAULT_SETTINGS

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise MapError(f"A map is one of {', '.join(METHODS)}. Got {self.method!r}.")
        if len(self.recipe.features) < 2:
            raise MapError("A map needs at least two features: add one.")

    @cached_property
    def of(self) -> dict[str, Any]:
        """Everything that determines the map, as plain values."""
        return {
            "version": VERSION,
            "data": self.dataset.fingerprint,
            # no distance depends on the order of the features
            "features": sorted(self.recipe.features),
            "transform": self.recipe.transform,
            "scaling": self.recipe.scaling,
            # only where there is one: finished maps of other recipes keep their keys
            **({"pca": self.recipe.pca} if self.recipe.pca else {}),
            **({"bend": self.recipe.bend} if self.recipe.bend != 1 else {}),
            "counting": self.recipe.counting,
            "seed": self.recipe.seed,
            "method": self.method,
            **self.settings.of(self.method),
            # likewise: maps of every member once are what they were
            **({"points": "by weight"} if self._is_by_weight else {}),
        }

    @cached_property
    def key(self) -> str:
        """Hash of ``of``."""
        return hashlib.sha256(json.dumps(self.of, sort_keys=True).encode()).hexdigest()[:32]

    def finished(self, store: Store | None = None) -> Projection | None:
        """The map if it can be had at once: PCA always, others where they were finished before.

        Raises:
            RecipeError: If a feature cannot be used.
            MapError: If there are too few members.
        """
        if self.method == "pca":
            return self._pca()
        found = (store or default_store()).load(self.key, self.of, self.drawn.rows)
        return None if found is None else self.projection(found)

    def start(
        self, worker: Worker | None = None, store: Store | None = None, watcher: Hashable | None = None
    ) -> Ticket[Fitted]:
        """Queue a t-SNE or UMAP at the worker; ``projection`` makes the map of its result.

        The result is also kept in the store for the next time, if the store can be written.

        Args:
            worker: The server's by default.
            store: The installation's by default.
            watcher: Who asks; see ``Worker.submit``.

        Raises:
            RecipeError: If a feature cannot be used.
            MapError: If there are too few different points.
        """
        first, place = self._points
        check_enough(len(first), self.method, self.settings)
        arrays = {
            "points": self._matrix[first],
            "start": self._components.scores(self._scaled[first]),
            "place": place,
        }
        to = store or default_store()

        def keep(fitted: Fitted) -> None:
            to.keep(self.key, self.of, self.drawn.rows, fitted)

        return (worker or shared()).submit(
            self.key,
            self.method,
            {**self.settings.of(self.method), "seed": self.recipe.seed},
            {**arrays, "weights": self.drawn.weights},
            keep,
            watcher,
        )

    def projection(self, fitted: Fitted) -> Projection:
        """The map with the coordinates that a fit or the store gave."""
        return Projection(
            method=self.method,
            entity=self.dataset.entity,
            table=self._table(self.drawn, fitted.coordinates),
            quality=Quality.from_dict(fitted.figures["quality"]),
            recipe=self.recipe,
            settings=self.settings,
            kl_divergence=fitted.figures.get("kl_divergence"),
            notes=(*self.drawn.notes, *_shared_places(fitted.coordinates, self.dataset.entity.plural)),
            key=self.key,
            by_weight=self.drawn.by_weight,
        )

    @cached_property
    def drawn(self) -> Drawn:
        """The rows that become points: one implicate, but for PCA every row when rows are counted."""
        if self.method == "pca" and self.recipe.counting == ROWS:
            return all_rows(self.dataset)
        return self._members

    @cached_property
    def _members(self) -> Drawn:
        draw = by_weight if self._is_by_weight else one_implicate
        found = draw(self.dataset, self.recipe.counting)
        if len(found) < 2:
            one = self.dataset.entity.singular
            raise MapError(f"A map is of several {self.dataset.entity.plural}, and this population has one {one} only.")
        return found

    @cached_property
    def _is_by_weight(self) -> bool:
        return not self.settings.everyone and is_drawn_by_weight(self.dataset, self.recipe.counting)

    def _pca(self) -> Projection:
        one = self._members
        flat = self._components.scores(self._scaled[one.rows])
        quality = measure(self._matrix[one.rows], flat, one.weights, judged=JUDGED)
        return Projection(
            method="pca",
            entity=self.dataset.entity,
            table=self._table(self.drawn, self._components.scores(self._scaled[self.drawn.rows])),
            quality=quality,
            recipe=self.recipe,
            settings=self.settings,
            components=self._components,
            notes=self.drawn.notes,
            key=self.key,
            by_weight=self.drawn.by_weight,
        )

    @cached_property
    def _weights(self) -> Floats:
        return row_weights(self.dataset, self.recipe.counting)

    @cached_property
    def _features(self) -> tuple[str, ...]:
        return self.recipe.features if self.method == "pca" else tuple(sorted(self.recipe.features))

    @cached_property
    def _space(self) -> Space:
        return fit_space(
            self.dataset,
            self._features,
            transform=self.recipe.transform,
            scaling=self.recipe.scaling,
            pca=self.recipe.pca,
            bend=self.recipe.bend,
            weights=self._weights,
        )

    @cached_property
    def _scaled(self) -> Floats:
        """All rows x parts, made comparable."""
        return self._space.scaled(self.dataset.frame)

    @cached_property
    def _matrix(self) -> Floats:
        """All rows as they are clustered: x features, or x the components that the recipe puts in their place."""
        return self._space.rotated(self._scaled)

    @cached_property
    def _components(self) -> pca.Components:
        """Of the features, as many as members are clustered by: loadings speak of columns even where PCA came first."""
        kept = self._space.dimensions
        return pca.components(self._scaled, self._weights, self._space.parts, self.dataset.codebook, kept=kept)

    @cached_property
    def _points(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """A row for each different point, and for each drawn member the position of its point."""
        first, place = distinct(self._matrix[self.drawn.rows].T)
        return self.drawn.rows[first], place

    def _table(self, drawn: Drawn, coordinates: NDArray[np.floating[Any]]) -> pd.DataFrame:
        dataset = self.dataset
        return pd.DataFrame(
            {
                "x": coordinates[:, 0],
                "y": coordinates[:, 1],
                "id": dataset.ids[drawn.rows],
                "row": drawn.rows,
                "weight": drawn.weights,
            }
        )


def _shared_places(coordinates: NDArray[np.floating[Any]], members: str) -> tuple[str, ...]:
    """That identical members lie on top of one another, where some do."""
    place = distinct(coordinates.T)[1]
    counts = np.bincount(place)
    together = int(counts[counts > 1].sum())
    if not together:
        return ()
    return (
        f"{together:,} of {len(place):,} {members} are identical to another in these features and share its place "
        f"(at most {int(counts.max()):,} in one).",
    )
