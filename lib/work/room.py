"""One room for results that are kept: bounded by bytes, shared by whoever asks, and able to say what it holds."""

from __future__ import annotations

import dataclasses
import sys
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pandas as pd

T = TypeVar("T")
Key = tuple[Hashable, ...]
"""Small values that say what a result is; the first is its kind."""

_OBJECT = 200
"""Bytes allowed for an object besides its tables."""

_SHARED = 4_096
"""From so many bytes on it is noted what a piece of memory is: notes of every small one would weigh as much as they."""


class Kind(NamedTuple):
    """What the room holds of one kind.

    Attributes:
        kind: What it is.
        entries: How many are held.
        made: How many were made since the room was opened.
        found: How often one was there already.
        left: How many had to make room for others.
    """

    kind: str
    entries: int
    made: int
    found: int
    left: int


class Room:
    """Results by key, up to so many bytes together; what nobody asked for longest goes first.

    Tables that several results share are counted once. Nobody may change what is kept here.
    """

    def __init__(self, most: int, *, lasting: tuple[type, ...] = ()) -> None:
        """Room for ``most`` bytes; what is of a ``lasting`` type is there in any case, and weighs nothing."""
        self.most = most
        self._lasting = lasting
        self._results: OrderedDict[Key, _Kept] = OrderedDict()
        self._holders: Counter[int] = Counter()
        self._bytes = 0
        self._lock = threading.RLock()
        self._making: dict[Key, threading.Lock] = {}
        self._made: Counter[str] = Counter()
        self._found: Counter[str] = Counter()
        self._left: Counter[str] = Counter()

    @property
    def nbytes(self) -> int:
        """Bytes that are held."""
        return self._bytes

    def find(self, key: Key) -> Any | None:  # noqa: ANN401 - of whatever kind was put there
        """The result kept under ``key``, or None."""
        with self._lock:
            kept = self._results.get(key)
            if kept is None:
                return None
            self._found[str(key[0])] += 1
            self._results.move_to_end(key)
            if kept.has_grown():
                self._hold(key, kept.value)
                self._make_room()
            return kept.value

    def put(self, key: Key, result: object) -> None:
        """Keep a result that nobody will change; others leave where there is not enough room."""
        with self._lock:
            self._made[str(key[0])] += 1
            self._hold(key, result)
            self._make_room()

    def get(self, key: Key, make: Callable[[], T]) -> T:
        """The result kept under ``key``, made first if it is not there: by one thread, for which others wait.

        What ``make`` raises reaches everybody who made it, and nothing is kept.
        """
        if (found := self.find(key)) is not None:
            return found
        with self._lock:
            turn = self._making.setdefault(key, threading.Lock())
        with turn:
            try:
                if (found := self.find(key)) is None:
                    found = make()
                    self.put(key, found)
                return found
            finally:
                with self._lock:
                    self._making.pop(key, None)

    def resize(self, most: int) -> None:
        """Have room for ``most`` bytes from now on."""
        with self._lock:
            self.most = most
            self._make_room()

    def drop(self, kind: str) -> None:
        """Let go of everything of a kind."""
        with self._lock:
            for key in [key for key in self._results if key[0] == kind]:
                self._release(key)

    def drop_of(self, name: Hashable) -> None:
        """Let go of everything whose key mentions ``name``."""
        with self._lock:
            for key in [key for key in self._results if _mentions(key, name)]:
                self._release(key)

    def made_from(self) -> list[Key]:
        """What results are kept under, the one asked for last at the end."""
        with self._lock:
            return list(self._results)

    def kinds(self) -> list[Kind]:
        """What is held, by kind."""
        with self._lock:
            held = Counter(str(key[0]) for key in self._results)
            return [
                Kind(kind, held[kind], self._made[kind], self._found[kind], self._left[kind])
                for kind in sorted(self._made)
            ]

    def _hold(self, key: Key, value: object) -> None:
        kept = _Kept(value, self._lasting)
        self._bytes += kept.own
        for buffer, size in kept.buffers.items():
            self._bytes += 0 if self._holders[buffer] else size
            self._holders[buffer] += 1
        if key in self._results:
            self._release(key)
        self._results[key] = kept

    def _make_room(self) -> None:
        while self._bytes > self.most and len(self._results) > 1:
            oldest = next(iter(self._results))
            self._left[str(oldest[0])] += 1
            self._release(oldest)

    def _release(self, key: Key) -> None:
        kept = self._results.pop(key)
        self._bytes -= kept.own
        for buffer, size in kept.buffers.items():
            self._holders[buffer] -= 1
            if not self._holders[buffer]:
                del self._holders[buffer]
                self._bytes -= size


class _Kept:
    """A result, how large each large piece of memory is that it holds on to, and all small ones together."""

    def __init__(self, value: object, lasting: tuple[type, ...]) -> None:
        self.value = value
        sizes: dict[int, int] = {}
        _weigh(value, sizes, lasting)
        self.buffers = {piece: size for piece, size in sizes.items() if size >= _SHARED}
        self.own = sum(sizes.values()) - sum(self.buffers.values())
        self._parts = _parts(value)

    def has_grown(self) -> bool:
        """Whether something has been worked out and kept in it since."""
        return _parts(self.value) != self._parts


def _mentions(key: Hashable, name: Hashable) -> bool:
    return any(_mentions(part, name) for part in key) if isinstance(key, tuple) else key == name


def _parts(value: object) -> int:
    return len(getattr(value, "__dict__", ()))


def _weigh(
    value: Any,  # noqa: ANN401 - whatever a result is made of
    sizes: dict[int, int],
    lasting: tuple[type, ...],
) -> None:
    """Add the pieces of memory behind a value, each under its address so that none is counted twice."""
    if id(value) in sizes or value is None or callable(value) or isinstance(value, (bool, int, float, *lasting)):
        return
    if isinstance(value, np.ndarray):
        whole = value
        while isinstance(whole.base, np.ndarray):
            whole = whole.base
        sizes[id(whole)] = whole.nbytes
        return
    if isinstance(value, pd.Series) and isinstance(value.dtype, np.dtype) and value.dtype != object:
        _weigh(value.to_numpy(), sizes, lasting)
        return
    sizes[id(value)] = _own_size(value)
    for one in _inside(value):
        _weigh(one, sizes, lasting)


def _own_size(value: Any) -> int:  # noqa: ANN401
    """Bytes of a value besides what is inside of it."""
    if isinstance(value, pd.DataFrame):
        return _OBJECT + int(value.index.memory_usage(deep=True))
    if isinstance(value, pd.Series):
        return int(value.memory_usage(index=False, deep=True))
    return sys.getsizeof(value) if isinstance(value, str | bytes | list | tuple | set | frozenset) else _OBJECT


def _inside(value: Any) -> Iterable[Any]:  # noqa: ANN401
    """What a value is made of, as far as it can be looked into."""
    if isinstance(value, pd.DataFrame):
        return [value.iloc[:, position] for position in range(value.shape[1])]
    if isinstance(value, Mapping):
        return value.values()
    if isinstance(value, list | tuple | set | frozenset):
        return value
    if isinstance(value, str | bytes | pd.Series):
        return ()
    # fields of dataclasses with slots, and whatever else an object keeps, what it worked out included
    fields = dataclasses.fields(value) if dataclasses.is_dataclass(value) else ()
    return [*(getattr(value, field.name) for field in fields), *getattr(value, "__dict__", {}).values()]
