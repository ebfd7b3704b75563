"""Where results stand for all sessions: one room, in which a result is kept under what it was made from.

Nobody may change what comes out of it: everybody gets the same. What is not there is made when it is the visitor's
turn. Work that shows its progress looks for its result
first, and puts it there when it is done.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import wraps
from typing import Any, TypeVar, cast

from lib.ui.run import crowd
from lib.ui.scene.kept import ROOM
from lib.ui.scene.view import View
from lib.work.room import Key

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")


def kept(function: F) -> F:
    """Keep the results of a function whose arguments are a view and other small values."""

    @wraps(function)
    def found_or_made(*given: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever the function takes and gives
        key = _key(function, given, named)
        if (found := ROOM.find(key)) is not None:
            return found
        with crowd.computing():
            return ROOM.get(key, lambda: function(*given, **named))

    return found_or_made  # type: ignore[return-value]


def is_kept(function: Callable[..., Any], *given: Hashable) -> bool:
    """Whether the result of a ``kept`` function is there."""
    return ROOM.find(_key(function, given, {})) is not None


def _key(function: Callable[..., Any], given: Sequence[Hashable], named: Mapping[str, Hashable]) -> Key:
    return (function.__name__, *map(_small, given), *sorted(named.items()))


def find(kind: str, key: Hashable) -> Any | None:  # noqa: ANN401 - of whatever kind was put there
    """A result that was put under ``key``, or None."""
    return ROOM.find((kind, key))


def made(kind: str, key: Hashable, make: Callable[[], T]) -> T:
    """A result that is kept under ``key``, made first if it is not there."""
    place = (kind, key)
    if (found := ROOM.find(place)) is not None:
        return cast("T", found)
    with crowd.computing():
        return ROOM.get(place, make)


def put(kind: str, key: Hashable, result: object) -> None:
    """Keep a result that nobody will change."""
    ROOM.put((kind, key), result)


def _small(value: Hashable) -> Hashable:
    return value.key if isinstance(value, View) else value
