"""Fill ``data/maps``: the maps of the embedded sample that a newcomer opens first."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

from lib.dataset import Dataset
from lib.maps import Request, Store, default_recipe, default_store, project, shared
from lib.maps.store import SHIPPED
from lib.population import NAMED
from lib.sources import scf


def requests(sample: Dataset) -> Iterator[Request]:
    """Every named population with the leading columns, with and without relatives, by t-SNE and UMAP."""
    for named in NAMED.values():
        population = named.population(sample.dollars).apply(sample)
        for relatives in (False, True):
            recipe = default_recipe(population, relatives=relatives)
            for method in ("tsne", "umap"):
                yield Request(population, recipe, method)


def main() -> None:
    """Make what is missing and remove what is no longer asked for."""
    store: Store = replace(default_store(), cache=SHIPPED, shipped=None)
    wanted = set()
    for request in requests(scf.sample()):
        began = time.perf_counter()
        found = project(request.dataset, request.recipe, request.method, store=store)
        wanted.add(found.key)
        took = time.perf_counter() - began
        print(f"{found.label:<6} {len(found):>5,} households, {', '.join(request.recipe.features)}: {took:.1f} s")
    for path in SHIPPED.glob("*.parquet"):
        if path.stem not in wanted:
            path.unlink()
    shared().close()


if __name__ == "__main__":
    main()
