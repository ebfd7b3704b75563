"""What a link says: controls whose choice lives in the address, by an id that stays when its label is written anew.

Streamlit's own ``bind="query-params"`` puts the label of an option into the address: the browser does so itself and
knows nothing else. These controls take the same arguments otherwise. ``ids`` says what stands for an option in the
address. Links of version 1 carried labels: they are understood where no id is meant, by the labels of today and by
those of ``formerly``. A choice that is the default is not in the address.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any, Literal, TypeVar, cast
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from lib.ui.scene.address import VERSION_KEY, Unread, book, close_to
from lib.ui.scene.address import not_understood as not_understood
from lib.ui.scene.address import whole_page as whole_page
from lib.ui.scene.choices import Control, Free, Ids, Words, choice_of

T = TypeVar("T")
Value = TypeVar("Value")
VERSION = "3"
"""Stands in every copied link, and in the address with any choice; raise it when the meaning of a control changes.

Links of version 1 carried labels. In those of 1 and 2 the address without a path was Explore's, which began with the
other way round of its first chart, and the number of segments was 4 where none was named.
"""

OLDER = ("1", "2")
_UNDERSTOOD = (*OLDER, VERSION)

_ON_OR_OFF = ("true", "false")
_DIGITS = re.compile(r"-?[0-9]{1,15}")


def _settled(choice: Control[T], kept: tuple[T, ...] | None) -> tuple[T, ...]:
    """What a control is to show, given what the session holds for it."""
    known = book()
    if known.is_asked(choice.key) and (kept is None or known.is_asked_anew(choice.key)):
        asked, unread = choice.read(st.query_params.get_all(choice.key))
        known.note(choice.key, unread)
        if asked is None and not unread and choice.unsaid and known.is_opening:
            return choice.unsaid
        return choice.default if asked is None else asked
    # what was never chosen is not in the address: it follows where the default goes
    is_untouched = known.picked.get(choice.key) == known.defaults.get(choice.key) and choice.key in known.picked
    if kept is None or (is_untouched and choice.ids_of(kept) == known.defaults[choice.key]):
        return choice.default
    return kept


def _kept(choice: Control[T]) -> tuple[T, ...] | None:
    """What a control showed last; the book knows it of one that was never drawn. None where nobody knows."""
    kept = choice.held(st.session_state.get(choice.key))
    said = book().picked.get(choice.key)
    return kept if kept is not None or said is None else choice.read(said or ("",))[0]


def about_to_show(key: str, options: Iterable[T], *, ids: Ids[T] = str, format_func: Words[T] = str) -> T:
    """What a control of a single choice will show once it is drawn with these arguments, ``default`` left out."""
    choice = choice_of(key, key, options, (), ids, format_func, None)
    return _settled(choice, _kept(choice))[0]


def of_older(option: T) -> T | None:
    """What a control was to show that is ``unsaid`` in links of older versions, where such a one was opened."""
    return option if book().is_opened_by(OLDER) else None


def in_turn(both: str, options: Collection[T], other_begins: T, *, key: str) -> str:
    """The key of one of two controls of which a page shows one: it goes on with what was chosen in the other one.

    Args:
        both: One name for the two.
        options: What can be chosen.
        other_begins: What the other one shows that nobody has touched.
        key: Of the one that is about to be shown.
    """
    shown = f"shown of {both}"
    before = st.session_state.get(shown, key)
    chosen = st.session_state.get(before)
    st.session_state[shown] = key
    if before != key and chosen != other_begins and chosen in options:
        put(key, chosen)
    return key


_NO_WORDS = ("\0",)


def put(key: str, value: object) -> None:
    """Have a control show a value when it is drawn next, as if it had been chosen there."""
    st.session_state[key] = value
    book().worded[key] = _NO_WORDS  # so that it is told, and does not begin with it: Streamlit warns of both at once


def _before(choice: Control[T]) -> tuple[T, ...]:
    """Put into the session what the control is to show, if the session says something else.

    Returns:
        What the control begins with. The session remembers a choice that another page showed under the same key, but
        for Streamlit that was another control: this one would begin with nothing. Empty where the session was told.
    """
    there = st.session_state.get(choice.key)
    picked = _settled(choice, _kept(choice))
    value = (picked[0] if picked else None) if choice.is_single else list(picked)
    # a box goes on showing the words that it was drawn with, unless it is told its choice again
    if there == value and book().worded.get(choice.key, choice.words) == choice.words:
        return picked
    st.session_state[choice.key] = value
    return ()


def _after(choice: Control[T], value: object) -> None:
    """Let the address say what the control shows."""
    picked = choice.held(value) or ()
    book().worded[choice.key] = choice.words
    book().keep(choice.key, choice.ids_of(picked), choice.ids_of(choice.default))


_is_undrawn: ContextVar[bool] = ContextVar("controls are not drawn", default=False)


@contextmanager
def undrawn(is_so: bool = True) -> Iterator[None]:
    """Controls within are not drawn: they say what is chosen, to the page and in the address, and that is all.

    For those in a place that nobody has opened: drawn, each would be made and sent again at every move.
    """
    token = _is_undrawn.set(is_so)
    try:
        yield
    finally:
        _is_undrawn.reset(token)


def are_drawn() -> bool:
    """Whether controls are drawn here."""
    return not _is_undrawn.get()


def _shown(choice: Control[T], draw: Callable[[tuple[T, ...]], Value]) -> Value:
    """What a control shows, drawn by a function of what it begins with (see ``_before``), and said in the address."""
    if _is_undrawn.get():
        picked = _settled(choice, _kept(choice))
        value = cast("Value", picked[0] if choice.is_single else list(picked))
    else:
        value = draw(_before(choice))
    _after(choice, value)
    return value


def selectbox(
    label: str,
    options: Iterable[T],
    *,
    key: str,
    default: T | None = None,
    ids: Ids[T] = str,
    format_func: Words[T] = str,
    formerly: Mapping[str, T] | None = None,
    unsaid: T | None = None,
    **st_options: Any,  # noqa: ANN401 - handed on to Streamlit
) -> T:
    """``st.selectbox``; without ``default`` the first option is the default. ``unsaid``: see ``Choice``."""
    start = () if default is None else (default,)
    choice = choice_of(key, label, options, start, ids, format_func, formerly, unsaid=unsaid)

    def draw(begun: tuple[T, ...]) -> T:
        index = choice.options.index(begun[0]) if begun else 0
        return cast(
            "T",
            st.selectbox(
                label,
                choice.options,
                index=index,
                format_func=format_func,
                key=key,
                persist_state="session",
                **st_options,
            ),
        )

    return _shown(choice, draw)


def segmented(
    label: str,
    options: Iterable[T],
    *,
    key: str,
    default: T | None = None,
    ids: Ids[T] = str,
    format_func: Words[T] = str,
    formerly: Mapping[str, T] | None = None,
    unsaid: T | None = None,
    **st_options: Any,  # noqa: ANN401 - handed on to Streamlit
) -> T:
    """``st.segmented_control`` of which one option is always chosen; the first is the default unless it is given."""
    start = () if default is None else (default,)
    choice = choice_of(key, label, options, start, ids, format_func, formerly, unsaid=unsaid)

    def draw(begun: tuple[T, ...]) -> T:
        default = begun[0] if begun else None
        return cast(
            "T",
            st.segmented_control(
                label,
                choice.options,
                default=default,
                required=True,
                format_func=format_func,
                key=key,
                persist_state="session",
                **st_options,
            ),
        )

    return _shown(choice, draw)


def slider(
    label: str,
    least: float,
    most: float,
    default: float,
    step: float = 1,
    *,
    key: str,
    unsaid: float | None = None,
    **st_options: Any,  # noqa: ANN401 - handed on to Streamlit
) -> float:
    """``st.slider`` of one number, a whole one where all its steps are. ``unsaid``: see ``Choice``."""
    steps = round((most - least) / step)
    numbers = [least + step * position for position in range(steps + 1)]
    options = [number if isinstance(step, int) else round(number, 6) for number in numbers]
    choice = choice_of(key, label, options, (default,), _number, _number, None, unsaid=unsaid)

    def draw(begun: tuple[float, ...]) -> float:
        start = begun[0] if begun else None
        value = st.slider(label, least, most, start, step, key=key, persist_state="session", **st_options)
        return value if isinstance(step, int) else round(value, 6)

    return _shown(choice, draw)


def _number(value: float) -> str:
    return f"{value:g}"


def number(label: str, least: int, most: int, default: int, *, key: str, **st_options: Any) -> int:  # noqa: ANN401
    """``st.number_input`` of a whole number, which is always there."""

    def draw(begun: tuple[int, ...]) -> int:
        start: int | Literal["min"] = begun[0] if begun else "min"
        return int(st.number_input(label, least, most, start, key=key, persist_state="session", **st_options))

    return _shown(Free(key, label, (default,), partial(_whole, least, most)), draw)


def _whole(least: int, most: int, value: object) -> int | None:
    """A whole number between two ends."""
    # more digits than any number here has are not even made one
    if isinstance(value, str) and not _DIGITS.fullmatch(value):
        return None
    whole = int(value) if isinstance(value, int | str) else None
    return whole if whole is not None and least <= whole <= most else None


def text_input(
    label: str,
    default: str,
    *,
    key: str,
    longest: int | None = None,
    **st_options: Any,  # noqa: ANN401 - handed on to Streamlit
) -> str:
    """``st.text_input``; emptied, it means the default again."""

    def taken(value: object) -> str | None:
        text = value.strip() if isinstance(value, str) else None
        return None if text is None or (longest is not None and len(text) > longest) else text or default

    def draw(begun: tuple[str, ...]) -> str:
        start = begun[0] if begun else ""
        typed = st.text_input(label, start, key=key, max_chars=longest, persist_state="session", **st_options)
        return taken(typed) or default

    return _shown(Free(key, label, (default,), taken), draw)


def toggle(label: str, default: bool = False, *, key: str, **st_options: Any) -> bool:  # noqa: ANN401
    """``st.toggle``; the address says "true" or "false"."""
    choice = choice_of(key, label, (False, True), (default,), lambda on: str(on).lower(), str, None)

    def draw(begun: tuple[bool, ...]) -> bool:
        return st.toggle(label, begun[0] if begun else False, key=key, persist_state="session", **st_options)

    return _shown(choice, draw)


def pills(
    label: str,
    options: Iterable[T],
    *,
    key: str,
    default: Iterable[T] = (),
    ids: Ids[T] = str,
    format_func: Words[T] = str,
    formerly: Mapping[str, T] | None = None,
    **st_options: Any,  # noqa: ANN401 - handed on to Streamlit
) -> list[T]:
    """``st.pills`` of which any number may be chosen, none included."""
    found = tuple(options)
    choice = choice_of(key, label, found, default, ids, format_func, formerly, len(found))

    def draw(begun: tuple[T, ...]) -> list[T]:
        return list(
            st.pills(
                label,
                found,
                default=begun or None,
                selection_mode="multi",
                format_func=format_func,
                key=key,
                persist_state="session",
                **st_options,
            )
        )

    return _shown(choice, draw)


def multiselect(
    label: str,
    options: Iterable[T],
    *,
    key: str,
    default: Iterable[T] = (),
    max_selections: int | None = None,
    ids: Ids[T] = str,
    format_func: Words[T] = str,
    formerly: Mapping[str, T] | None = None,
    **st_options: Any,  # noqa: ANN401 - handed on to Streamlit
) -> list[T]:
    """``st.multiselect``; a link that names more than ``max_selections`` gives as many, the first ones."""
    found = tuple(options)
    choice = choice_of(key, label, found, default, ids, format_func, formerly, max_selections or len(found))

    def draw(begun: tuple[T, ...]) -> list[T]:
        return list(
            st.multiselect(
                label,
                found,
                default=begun or None,
                format_func=format_func,
                key=key,
                persist_state="session",
                max_selections=max_selections,
                **st_options,
            )
        )

    return _shown(choice, draw)


def tabs(
    options: Iterable[T],
    *,
    key: str,
    default: T | None = None,
    ids: Ids[T] = str,
    format_func: Words[T] = str,
    formerly: Mapping[str, T] | None = None,
    **st_options: Any,  # noqa: ANN401 - handed on to Streamlit
) -> Sequence[Any]:
    """``st.tabs`` that know which of them is open; ``format_func`` gives their labels."""
    choice = choice_of(key, "Tab", options, () if default is None else (default,), ids, format_func, formerly)
    option_of = dict(zip(choice.words, choice.options, strict=True))
    known, there = book(), st.session_state.get(key)
    # tabs forget which one was open while they are away, and all that is theirs when a label changes: the book does not
    last = known.picked.get(key, ())
    kept = (option_of[there],) if there in option_of else choice.read(last)[0]
    label = choice.words[choice.options.index(_settled(choice, kept)[0])]
    if there is None or known.opened.get(key, ((), ""))[0] != choice.words:
        # a value put into the session before tabs are drawn would be found there again whenever they come back
        known.opened[key] = (choice.words, label)
    elif there != label:
        st.session_state[key] = label
    found = st.tabs(choice.words, key=key, default=known.opened[key][1], on_change="rerun", **st_options)
    _after(choice, option_of.get(st.session_state[key]))
    return found


def without(label: str, only: str, *, key: str) -> None:
    """In the place of a control that would have one option: whatever else the address asks of it is not to be had."""
    known = book()
    if known.is_asked(key) and (said := st.query_params.get_all(key)):
        known.keep(key, (), ())
        known.note(key, [Unread(key, label, value) for value in said if value != only])


def bound(key: str, *, switch: str = "") -> Literal["query-params"] | None:
    """``bind`` of a control that Streamlit itself keeps in the address: not where nothing may stand there.

    Args:
        key: Of the control.
        switch: Of one that is open or closed its label: of it, Streamlit passes over all but "true" and "false".
    """
    known = book()
    if known.expect(key) and switch:
        said = st.query_params.get_all(key)
        known.note(key, [Unread(key, switch, value) for value in said if value not in _ON_OR_OFF])
    return None if known.is_private else "query-params"


def be_private(is_private: bool) -> None:
    """Whether nothing of what is looked at may stand in the address: a table of one's own is nobody else's matter."""
    book().be_private(is_private)


def to_copy(**always: object) -> str:
    """The whole address of the page on view, for another browser or another server.

    Args:
        always: What stands in it even where it is the default here, for it may not be the default there.
    """
    parts = urlsplit(st.context.url or "")
    query: dict[str, Any] = {**book().copy(), **always, VERSION_KEY: VERSION}
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query, doseq=True), ""))


def is_copy_old() -> bool:
    """Whether the address that stands on the page to be copied says less than was chosen by now in a part of it."""
    return book().is_copy_old


def is_of_another_version() -> bool:
    """Whether the link that was opened says that it was made by a version whose choices may mean something else."""
    return st.query_params.get(VERSION_KEY, VERSION) not in _UNDERSTOOD


def is_of_no_version() -> bool:
    """Whether the address that was opened makes choices and says no version, as those before the third did not."""
    return book().is_of_no_version


_OF_EVERY_PAGE = ("data", "dollars", "who", "count", "where")
_OF_EXPLORE = ("show", "by", "by_beside", "amount", "amount_linear", "x", "y", "xy_linear", "correlate", "variance")
_DATA_ALONE = ("data", "dollars", VERSION_KEY)


def meant_explore() -> bool:
    """Whether an address without a path is one of those that were Explore's, before there was a page before it.

    One that names no more than data opened the first page of these data, and does so still.
    """
    if (said := st.query_params.get(VERSION_KEY, "")) not in ("", *OLDER):
        return False
    known = (*_OF_EVERY_PAGE, *_OF_EXPLORE)
    meant = {close_to(key[:_LONGEST_KEY], known) for key in st.query_params} - {""}
    return bool(meant - ({*_DATA_ALONE} if not said else set()))


_LONGEST_KEY = 40
