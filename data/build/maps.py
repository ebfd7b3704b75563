"""Fill ``data/maps``: the maps of the embedded sample that a newcomer opens first."""

from __future__ import annotations

import time
from dataclasses import replace

from lib.maps import Store, default_store, project, shared
from lib.maps.first import first_views
from lib.maps.store import SHIPPED
from lib.sources import scf


def main() -> None:
    """Make what is missing and remove what is no longer asked for."""
    store: Store = replace(default_store(), cache=SHIPPED, shipped=None)
    wanted = set()
    for request in first_views(scf.sample(), with_relatives=True):
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
