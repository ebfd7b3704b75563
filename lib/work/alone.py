"""A library without what it imports for other ends than ours. Only processes that do nothing else use this.

Empty modules stand in for what is not needed, so that such a process holds what it works with and no more.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any


def stand_in(*names: str) -> None:
    """From now on this process finds empty modules in the place of these, and of what is below them."""
    sys.meta_path.insert(0, _StandIns(names))


class _StandIns(MetaPathFinder, Loader):
    def __init__(self, names: Sequence[str]) -> None:
        self._names = names

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del path, target
        is_one = any(fullname == name or fullname.startswith(f"{name}.") for name in self._names)
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
