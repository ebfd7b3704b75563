"""Making beforehand the maps that a newcomer opens first, so that they are served and not waited for."""

from __future__ import annotations

from collections.abc import Iterator

from lib.dataset import Dataset
from lib.errors import HouseholdSegmentsError
from lib.maps.defaults import default_recipe
from lib.maps.request import Request
from lib.maps.store import Store
from lib.maps.worker import Worker
from lib.population import named_population
from lib.work.progress import Cancelled


def first_views(dataset: Dataset, *, with_relatives: bool = False) -> Iterator[Request]:
    """Every named population with its leading columns, by t-SNE and UMAP.

    Args:
        dataset: A survey with all its columns.
        with_relatives: Also with the leading columns as they come, relatives and all.
    """
    for named in dataset.subject.populations:
        population = named_population(named, dataset.dollars).apply(dataset)
        for relatives in (False, True) if with_relatives else (False,):
            recipe = default_recipe(population, relatives=relatives)
            for method in ("tsne", "umap"):
                yield Request(population, recipe, method)


def prepare(dataset: Dataset, *, worker: Worker | None = None, store: Store | None = None) -> int:
    """Make the first views that are not finished yet, one at a time, so that nobody's map waits behind several.

    Args:
        dataset: A survey with all its columns.
        worker: Runs them; the server's by default.
        store: Keeps them; the installation's by default.

    Returns:
        How many were made. One that cannot be made is passed over: whoever opens it hears why.
    """
    made = 0
    for request in first_views(dataset):
        try:
            if request.finished(store) is None:
                request.start(worker, store).result()
                made += 1
        except (HouseholdSegmentsError, Cancelled):
            continue
    return made
