"""Maps of members in the plane: PCA, t-SNE, UMAP.

PCA is drawn at once. t-SNE and UMAP take seconds: they run one at a time in a process of their own (``shared()``),
and what they find is kept (``default_store()``). Nothing here loads numba into the server.
"""

from __future__ import annotations

from lib.dataset import Dataset
from lib.layouts.fitted import Fitted
from lib.layouts.quality import Quality, measure
from lib.maps.first import default_recipe
from lib.maps.marking import Mark, mark
from lib.maps.pca import Components, components
from lib.maps.projection import HOW_TO_READ, Projection
from lib.maps.request import Request
from lib.maps.settings import (
    DEFAULT_SETTINGS,
    METHOD_LABELS,
    METHODS,
    MIN_DIST,
    NEIGHBOURS,
    PERPLEXITY,
    Method,
    Settings,
)
from lib.maps.store import NOWHERE, Store, default_store
from lib.maps.worker import Worker, shared
from lib.segments.recipe import Recipe
from lib.work.jobs import State, Ticket
from lib.work.progress import Progress

__all__ = [
    "DEFAULT_SETTINGS",
    "HOW_TO_READ",
    "METHODS",
    "METHOD_LABELS",
    "MIN_DIST",
    "NEIGHBOURS",
    "NOWHERE",
    "PERPLEXITY",
    "Components",
    "Fitted",
    "Mark",
    "Method",
    "Projection",
    "Quality",
    "Request",
    "Settings",
    "State",
    "Store",
    "Ticket",
    "Worker",
    "components",
    "default_recipe",
    "default_store",
    "mark",
    "measure",
    "project",
    "shared",
    "warm_up",
]


def project(
    dataset: Dataset,
    recipe: Recipe,
    method: Method = "pca",
    progress: Progress | None = None,
    *,
    settings: Settings = DEFAULT_SETTINGS,
    worker: Worker | None = None,
    store: Store | None = None,
) -> Projection:
    """A map of these members, waiting for it as long as it takes.

    Pages that must not wait use ``Request`` with its ``finished`` and ``start``.

    Args:
        dataset: The population.
        recipe: Gives features, transform, scaling, PCA, counting and seed: the space in which members are clustered.
        method: "pca" (weighted covariance), "tsne" or "umap" (both on one implicate, both without weights;
            what weights decide is who is drawn).
        progress: Told the share done and a few words; cancels by raising ``Cancelled``.
        settings: Parameters of t-SNE and UMAP.
        worker: Runs t-SNE and UMAP; the server's by default.
        store: Where finished maps are looked for and kept; the installation's by default.

    Raises:
        RecipeError: If a feature cannot be used.
        MapError: If there are too few members, or a fit failed.
        Cancelled: If ``progress`` raised it.
    """
    request = Request(dataset, recipe, method, settings)
    done = request.finished(store)
    if done is not None:
        return done
    return request.projection(request.start(worker, store).result(progress=progress))


def warm_up() -> None:
    """Let the worker load and compile in the background, so that the first live map takes seconds."""
    shared().warm_up()
