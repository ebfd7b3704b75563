"""What the address and the session need to know of a control: what it can show, and what a link says for that.

Nothing here is drawn; see ``lib.ui.scene.links``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

from lib.ui.scene.address import Said, Unread

T = TypeVar("T")
_TWICE = " (given twice, the last is taken)"

Ids = Callable[[T], str]
Words = Callable[[T], str]


@dataclass(frozen=True)
class Choice(Generic[T]):
    """A control with options.

    Attributes:
        key: Its name in the session and in the address.
        label: Its name on the page.
        options: What can be chosen.
        ids: What stands for each option in the address.
        words: What stands for each option on the page.
        default: What is chosen if nobody chooses.
        formerly: Labels of version 1 that the page shows no longer.
        most: How many can be chosen together; None for a control of a single choice.
        unsaid: What the link that opened the session meant if it does not name the control.
    """

    key: str
    label: str
    options: tuple[T, ...]
    ids: tuple[str, ...]
    words: tuple[str, ...]
    default: tuple[T, ...]
    formerly: Mapping[str, T]
    most: int | None
    unsaid: tuple[T, ...] = ()

    @property
    def is_single(self) -> bool:
        """Whether exactly one option is chosen, never none."""
        return self.most is None

    def ids_of(self, picked: Iterable[T]) -> Said:
        """What the address says for chosen options."""
        return tuple(self.ids[self.options.index(option)] for option in picked)

    def option_of(self, said: str) -> tuple[T, ...]:
        """The option that a value of the address means, if any."""
        for known in (self.ids, self.words):
            if said in known:
                return (self.options[known.index(said)],)
        return tuple(option for option in [self.formerly.get(said)] if option in self.options)

    def read(self, said: Sequence[str]) -> tuple[tuple[T, ...] | None, list[Unread]]:
        """What the address asks for, None for nothing, and the values that mean none of the options."""
        values = [value for value in said if value]
        found = tuple(dict.fromkeys(option for value in values for option in self.option_of(value)))
        unread = [Unread(self.key, self.label, value) for value in values if not self.option_of(value)]
        is_emptied = bool(said) and not values and not self.is_single
        if said and not values and self.is_single:
            unread = [Unread(self.key, self.label, "")]
        # of a parameter that is given twice Streamlit takes the last one
        left = found[:-1] if self.is_single else found[self.most :]
        label = f"{self.label}{_TWICE}" if self.is_single else self.label
        unread += [Unread(self.key, label, self.words[self.options.index(one)]) for one in left]
        return (found[-1:] if self.is_single else found[: self.most]) if found or is_emptied else None, unread

    def held(self, value: object) -> tuple[T, ...] | None:
        """Those options that a value of the session names; None if it names none of today's."""
        if not self.is_single and isinstance(value, list | tuple):
            found = tuple(option for option in value if option in self.options)[: self.most]
            return found if found or not value else None
        return (value,) if value in self.options else None


@dataclass(frozen=True)
class Free(Generic[T]):
    """A control of one value that is no option, such as a number or a text.

    Attributes:
        key: Its name in the session and in the address.
        label: Its name on the page.
        default: What it shows if nobody chooses.
        taken: What a value of the address or of the session means; None where it cannot be shown.
    """

    key: str
    label: str
    default: tuple[T, ...]
    taken: Callable[[object], T | None]
    words: tuple[str, ...] = ()
    is_single: bool = True
    unsaid: tuple[T, ...] = ()

    def ids_of(self, picked: Iterable[T]) -> Said:
        """What the address says for a value."""
        return tuple(map(str, picked))

    def read(self, said: Sequence[str]) -> tuple[tuple[T, ...] | None, list[Unread]]:
        """The value that the address asks for, None for none, and those that it cannot be."""
        known = [value for value in said if self.taken(value) is not None]
        unread = [Unread(self.key, self.label, value) for value in said if value not in known]
        unread += [Unread(self.key, f"{self.label}{_TWICE}", value) for value in known[:-1] if value != known[-1]]
        return self.held(known[-1]) if known else None, unread

    def held(self, value: object) -> tuple[T, ...] | None:
        """What a value of the session means, if it can still be shown."""
        taken = self.taken(value)
        return None if taken is None else (taken,)


Control: TypeAlias = Choice[T] | Free[T]


def choice_of(
    key: str,
    label: str,
    options: Iterable[T],
    default: Iterable[T],
    ids: Ids[T],
    format_func: Words[T],
    formerly: Mapping[str, T] | None,
    most: int | None = None,
    unsaid: T | None = None,
) -> Choice[T]:
    """A control with options, of what its call says; see ``Choice``.

    Raises:
        ValueError: If nothing tells two options apart in the address.
    """
    found = tuple(options)
    named = _apart(found, ids)
    if len(set(named)) < len(named):
        raise ValueError(f"two options of {key} have the same id: {named}")
    start = tuple(option for option in default if option in found)[:most]
    start = start or (found[:1] if most is None else ())
    words, meant = tuple(map(format_func, found)), tuple(option for option in (unsaid,) if option in found)
    return Choice(key, label, found, named, words, start, formerly or {}, most, meant)


def _apart(options: Sequence[T], ids: Ids[T]) -> tuple[str, ...]:
    """What stands for each option in the address: its name itself where nothing shorter tells it from the others."""
    short = [ids(option) for option in options]
    often = Counter(short)
    return tuple(one if one and often[one] == 1 else str(option) for one, option in zip(short, options, strict=True))
