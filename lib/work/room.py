"""One room for results that are kept: bounded by bytes, shared by whoever asks, and able to say what it holds."""

from __future__ import annotations

import dataclasses
import sys
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Container, Hashable, Iterable, Mapping
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pandas as pd

T = TypeVar("T")
Key = tuple[Hashable, ...]
"""Small values that say what a result is; the first is its kind."""

_OBJECT = 200
"""Bytes allowed for an object besides its tables."""

_FORGOTTEN = 1_000
"""So many names that were forgotten last are remembered: whatever was made of earlier ones has long ended."""

_WEIGHTLESS = (bool, int, float, type(None))
"""What is too small to be weighed."""

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
        self._forgotten: OrderedDict[str, None] = OrderedDict()

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
            if self._forgotten and _mentions(key, self._forgotten):
                return
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

    def drop_of(self, name: str) -> None:
        """Let go of everything whose key mentions ``name``."""
        with self._lock:
            for key in [key for key in self._results if _mentions(key, {name})]:
                self._release(key)

    def forget(self, name: str) -> None:
        """The same, and keep nothing of it that is still being made: no name comes back."""
        with self._lock:
            self._forgotten[name] = None
            if len(self._forgotten) > _FORGOTTEN:
                self._forgotten.popitem(last=False)
            self.drop_of(name)

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


def _mentions(key: Hashable, names: Container[str]) -> bool:
    if isinstance(key, tuple):
        return any(_mentions(part, names) for part in key)
    return isinstance(key, str) and key in names


def _parts(value: object) -> int:
    return len(getattr(value, "__dict__", ()))


def _weigh(value: object, sizes: dict[int, int], lasting: tuple[type, ...]) -> None:
    """Add the pieces of memory behind a value, each under its address so that none is counted twice."""
    left: list[Any] = [value]
    while left:
        one = left.pop()
        # specifications of charts are made of thousands of these
        if type(one) in _WEIGHTLESS or id(one) in sizes:
            continue
        if type(one) is str:
            sizes[id(one)] = sys.getsizeof(one)
        elif type(one) is dict:
            sizes[id(one)] = _OBJECT
            left += one.values()
        elif isinstance(one, np.ndarray):
            _weigh_array(one, sizes)
        elif isinstance(one, pd.DataFrame | pd.Series):
            _weigh_table(one, sizes)
        elif not (callable(one) or isinstance(one, (*_WEIGHTLESS, *lasting))):
            is_of_parts = isinstance(one, str | bytes | list | tuple | set | frozenset)
            sizes[id(one)] = sys.getsizeof(one) if is_of_parts else _OBJECT
            left += _inside(one)


def _weigh_array(array: np.ndarray[Any, Any], sizes: dict[int, int]) -> None:
    """Add the whole of what an array is a part of."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    sizes[id(array)] = array.nbytes


def _weigh_table(table: pd.DataFrame | pd.Series, sizes: dict[int, int]) -> None:
    """Add the arrays of a table's numbers; texts, and what else it has columns of, are its own."""
    columns = [table] if isinstance(table, pd.Series) else [column for _, column in table.items()]
    own = _OBJECT + (0 if isinstance(table, pd.Series) else int(table.index.memory_usage(deep=True)))
    for column in columns:
        if isinstance(column.dtype, np.dtype) and column.dtype != object:
            _weigh_array(column.to_numpy(), sizes)
        else:
            own += int(column.memory_usage(index=False, deep=True))
    sizes[id(table)] = own


def _inside(value: Any) -> Iterable[Any]:  # noqa: ANN401 - whatever a result is made of
    """What a value is made of, as far as it can be looked into."""
    if isinstance(value, Mapping):
        return value.values()
    if isinstance(value, list | tuple | set | frozenset):
        return value
    if isinstance(value, str | bytes):
        return ()
    # fields of dataclasses with slots, and whatever else an object keeps, what it worked out included
    fields = dataclasses.fields(value) if dataclasses.is_dataclass(value) else ()
    return [*(getattr(value, field.name) for field in fields), *getattr(value, "__dict__", {}).values()]
