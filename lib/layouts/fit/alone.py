"""umap-learn without what it imports for other ends than ours. Only the worker process uses this.

The package brings scikit-learn, pandas, pynndescent and scipy.stats along: 130 MB, and ten seconds of compiling on a
new machine, to find neighbours, to place new points and to check tables. A map needs none of it. In the worker empty
modules stand in for them, so that it holds what it works with and no more.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

_STOOD_IN_FOR = ("sklearn", "pandas", "pynndescent", "scipy.stats")


def stand_in() -> None:
    """From now on this process finds empty modules in their place."""
    sys.meta_path.insert(0, _StandIns())


class _StandIns(MetaPathFinder, Loader):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del path, target
        is_one = any(fullname == name or fullname.startswith(f"{name}.") for name in _STOOD_IN_FOR)
        return ModuleSpec(fullname, self, is_package=True) if is_one else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Empty(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """There is nothing in it."""


class _Empty(ModuleType):
    """A module in which every name is a class without anything: it can be imported and built upon, not used."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever is imported from it
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})
