"""What a newcomer sees first, and making its maps beforehand, so that they are served and not waited for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lib.dataset import Dataset
from lib.errors import HouseholdSegmentsError
from lib.features.checks import usable
from lib.features.ranking import rank_by_variance
from lib.features.redundancy import choose_apart
from lib.maps.request import Request
from lib.maps.store import Store
from lib.maps.worker import Worker
from lib.population import named_population
from lib.segments.recipe import Recipe

DEFAULT_FEATURES = 5

MOST_FAILURES = 3
"""So many maps that fail one after the other, and no more are made beforehand: the worker itself may be failing."""


def default_recipe(dataset: Dataset, *, relatives: bool = False) -> Recipe:
    """The leading columns by trimmed variance that can be features, on a scale on which no amount drowns the others.

    Columns that say much the same count twice when distances are taken, so they are left out by default (see
    ``lib.features.redundancy``): with them one principal component holds 87% of the spread of everyone, without 66%.

    Args:
        dataset: The population, with all its columns.
        relatives: Take the leading columns as they come, as the well-known notebooks do.
    """
    leading = tuple(usable(dataset, list(map(str, rank_by_variance(dataset).index))))
    if not relatives:
        leading = choose_apart(leading, lambda _: dataset, most=DEFAULT_FEATURES).columns
    return Recipe(leading[:DEFAULT_FEATURES], transform="asinh", scaling="standard")


def first_views(dataset: Dataset, *, with_relatives: bool = False) -> Iterator[Request]:
    """Every named population with its leading columns, by t-SNE and UMAP.

    What nobody can ask for is passed over, such as a map of a table with a single amount.

    Args:
        dataset: A table with all its columns.
        with_relatives: Also with the leading columns as they come, relatives and all.
    """
    for named in dataset.subject.populations:
        for relatives in (False, True) if with_relatives else (False,):
            try:
                population = named_population(named, dataset.dollars).apply(dataset)
                recipe = default_recipe(population, relatives=relatives)
                requests = [Request(population, recipe, method) for method in ("tsne", "umap")]
            except HouseholdSegmentsError:
                continue
            yield from requests


def prepare(
    dataset: Dataset,
    *,
    worker: Worker | None = None,
    store: Store | None = None,
    wait: Callable[[], object] = lambda: None,
) -> int:
    """Make the first views that are not finished yet, one at a time, so that nobody's map waits behind several.

    Args:
        dataset: A table with all its columns.
        worker: Runs them; the server's by default.
        store: Keeps them; the installation's by default.
        wait: Called before each is looked for; comes back when there is time for it.

    Returns:
        How many were made. One that cannot be made is passed over: whoever opens it hears why. After
        ``MOST_FAILURES`` in a row the others are left to those who open them.

    Raises:
        Cancelled: When the worker is closed: it would have to wait for whatever else were asked for.
    """
    made = failures = 0
    views = first_views(dataset)
    while True:
        wait()
        if (request := next(views, None)) is None:
            return made
        try:
            if request.finished(store) is not None:
                continue
            ticket = request.start(worker, store)
        except HouseholdSegmentsError:
            continue
        try:
            ticket.result()
            made, failures = made + 1, 0
        except HouseholdSegmentsError:
            failures += 1
            if failures == MOST_FAILURES:
                return made
