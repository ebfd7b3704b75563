"""The address of a session: what it asks for, what it is told to say, and what in it nobody could read.

The session is where choices live; the address follows. It is asked only when the visitor wrote it: where a control
is drawn for the first time, and after the browser's buttons for back and forward. At any other time the query string
that comes with a rerun is what the browser had when it asked, which may be older than what it was told since.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import NamedTuple, cast

import streamlit as st
from streamlit.errors import StreamlitAPIException
from streamlit.runtime.scriptrunner import get_script_run_ctx

from lib.tables.files import shown

_KEPT = "address_book"
VERSION_KEY = "v"
"""The parameter that says by which version of the app a link is meant."""

_ALIKE, _MOST_STRANGE = 0.8, 20
_PLAIN_KEY = re.compile(r"[A-Za-z_-]{1,30}")
"""Parameters that a person may have typed; those with digits are of a wave or a recipe, perhaps of another one."""

_BY_PAGE = """
data dollars who where count v question
show by by_beside amount amount_linear x y xy_linear correlate variance owners part
over figure group_by answer answer_grouped of_segments followed followed_amount dictionary
"""
"""Of all pages; Explore ("owner_" stands before those of Small business); Trends, and Methods and data."""

_BESIDE_SEGMENTS = """
across up transform bend scaling k algorithm pca plane_linear
choose own leading leading_variance apart group of_group differ
maps colour every_point sized contours perplexity neighbours min_dist
cards use lens who_they_are compare_first compare_second wave told watched_start
watch axes scales means
"""
"""How segments are found, drawn, and what is done with them; the last line is of links of version 1."""

OF_SEGMENTS = frozenset(_BESIDE_SEGMENTS.split())
"""What controls are called in links that stand where segments are."""

PARAMETERS = OF_SEGMENTS.union(_BY_PAGE.split())
"""What any control of any page is called in links: of what is another page's nothing is said. A test compares them."""

_OTHERS = re.compile(r"(utm|mc|hsa|mtm|pk|member|owner|embed)_.*|_.*|.*clid|embed|ref|source|trk|si|igsh")
"""What mail programs and others add to a link, what embeds a page, and what is of one table's members."""

Said = tuple[str, ...]
"""The values of one parameter; none where it is not in the address, one empty value for an empty choice."""


class Unread(NamedTuple):
    """A value in the address that its control does not know.

    Attributes:
        key: Name of the parameter.
        label: What the control is called on the page.
        value: What the address said.
    """

    key: str
    label: str
    value: str


def _says_no_version() -> bool:
    return bool(st.query_params) and VERSION_KEY not in st.query_params


@dataclass
class Book:
    """What one session knows of its address.

    Attributes:
        says: What the address has to say, by parameter, for every control drawn so far.
        defaults: What each control would show if nobody had chosen, as ids.
        picked: What each control showed last, as ids.
        worded: The words of each control's options as they were drawn last.
        opened: Labels of tabs, and the one they were opened with.
        is_private: Whether nothing of what is looked at may stand in the address.
        is_opening: Whether no page of the session was drawn yet.
        is_of_no_version: Whether the address that opened the session made choices, and did not say of which version.
        version: What stands in the address together with any choice; "" for nothing.
    """

    says: dict[str, Said] = field(default_factory=dict)
    defaults: dict[str, Said] = field(default_factory=dict)
    picked: dict[str, Said] = field(default_factory=dict)
    worded: dict[str, Said] = field(default_factory=dict)
    opened: dict[str, tuple[Said, str]] = field(default_factory=dict)
    is_private: bool = False
    is_opening: bool = True
    is_of_no_version: bool = field(default_factory=_says_no_version)
    version: str = ""
    _again: set[str] = field(default_factory=set)
    _sent: dict[str, Said] = field(default_factory=dict)
    _drawn: set[str] = field(default_factory=set)
    _unread: dict[str, list[Unread]] = field(default_factory=dict)
    _bound: set[str] = field(default_factory=set)
    _strange: set[str] = field(default_factory=set)
    _collecting: bool = False
    _copied: dict[str, Said] | None = None

    def is_asked(self, key: str) -> bool:
        """Whether the address decides what a control shows."""
        return key not in self.defaults or self.is_asked_anew(key)

    def is_asked_anew(self, key: str) -> bool:
        """Whether it decides although the control was shown before."""
        return key in self._again or (went_back() and not self.is_private)

    def is_opened_by(self, versions: Collection[str]) -> bool:
        """Whether this is the first page of the session, and the link to it says that it is of one of them."""
        return self.is_opening and st.query_params.get(VERSION_KEY, "") in versions

    @property
    def known(self) -> set[str]:
        """Parameters of all controls drawn so far."""
        return {*self.defaults, *self._bound}

    def ask_anew(self, keys: Iterable[str]) -> None:
        """Let the address decide what these controls show when they are drawn next, as if the visitor had written it.

        For addresses that the app itself opens.
        """
        for key in keys:
            if key in self._bound:
                st.session_state.pop(key, None)
            self._again.add(key)
            self._unread.pop(key, None)
            self._sent.pop(key, None)
            self.says.pop(key, None)

    def keep(self, key: str, picked: Said, default: Said) -> None:
        """Note what a control shows; at once in the address unless the whole page is being drawn."""
        if self.picked.get(key, picked) != picked:
            self._unread.clear()
        self.picked[key], self.defaults[key] = picked, default
        self._again.discard(key)
        self.says[key] = () if picked == default or self.is_private else picked or ("",)
        self._drawn.add(key)
        if not self._collecting:
            self.tell()

    def be_private(self, is_private: bool) -> None:
        """From now on say nothing in the address, or say everything in it again; what it says by now goes."""
        if is_private and not self.is_private:
            self.says = dict.fromkeys(self.says, ())
            _empty()
        self.is_private = is_private

    def note(self, key: str, unread: Sequence[Unread]) -> None:
        """Remember what could not be read under a parameter, in place of what was noted before."""
        self._unread[key] = list(unread)

    def expect(self, key: str) -> bool:
        """Know of a control that Streamlit itself keeps in the address; whether it was not known before."""
        is_new = key not in self._bound
        self._bound.add(key)
        return is_new

    def note_unknown(self) -> None:
        """Remember parameters that no control has, and what was meant where a name is in upper case or a letter wrong.

        Those of other pages are left alone, and what mail programs and others add of their own.
        """
        known = {key.casefold(): key for key in self.known}
        strange = [key for key in st.query_params if key not in known.values() and key not in self._strange]
        for key in [key for key in strange if _PLAIN_KEY.fullmatch(key)][:_MOST_STRANGE]:
            if key in PARAMETERS:
                continue
            meant = close_to(key, known)
            if meant or not _OTHERS.fullmatch(key.casefold()):
                self._strange.add(key)
                label = f"{shown(key)} (did you mean {known[meant]}?)" if meant else shown(key)
                self.note(key, [Unread(key, label, value) for value in st.query_params.get_all(key)])

    @property
    def unread(self) -> list[Unread]:
        """Everything that could not be read and was not followed by a choice, in the order of the controls."""
        return [one for found in self._unread.values() for one in found]

    def saying(self) -> dict[str, Said]:
        """What the address says once the page is drawn, as far as it is by now; of no more than is said."""
        there = {key: tuple(st.query_params.get_all(key)) for key in st.query_params}
        return {key: said for key, said in {**there, **{key: self.says[key] for key in self._drawn}}.items() if said}

    def copy(self) -> dict[str, Said]:
        """The same, and that it stands on the page, to be copied."""
        self._copied = self.saying()
        return self._copied

    @property
    def is_copy_old(self) -> bool:
        """Whether another part of the page has chosen anything since a copy was put on it."""
        return not self._collecting and self._copied is not None and self._copied != self.saying()

    def tell(self) -> None:
        """Send the browser what the address has to say, in one message, if a control on the page asks for it."""
        shown = self._shown()
        # the browser may show neither what it sent nor what a run before has told it: only where all agree is it right
        if all(shown[key] == self.says[key] == self._sent.get(key, shown[key]) for key in self._drawn):
            return
        # every message replaces the whole address, so each carries all choices
        self._send({key: self.says[key] for key in (*self._sent, *self.says)})

    @contextmanager
    def collect(self) -> Iterator[None]:
        """See ``whole_page``."""
        self._drawn, self._collecting, self._copied = set(), True, None
        try:
            if not went_back() and self._sent != self._shown(self._sent):
                self._send(self._sent)
            yield
            for key in self.says.keys() - self._drawn:
                self.says[key] = ()
        finally:
            self._collecting = False
            self.is_opening = self.is_opening and not self._drawn
            self.tell()
            self._sent = self._shown()

    def _shown(self, keys: Iterable[str] | None = None) -> dict[str, Said]:
        """What the address says as far as this run knows; parameters in the order in which they stand there."""
        keys, there = self.says if keys is None else keys, tuple(st.query_params)
        ordered = dict.fromkeys((*(key for key in there if key in keys), *keys))
        return {key: tuple(st.query_params.get_all(key)) if key in there else () for key in ordered}

    def _send(self, said: Mapping[str, Said]) -> None:
        # an empty list takes a parameter out
        told = {key: list(values) for key, values in said.items()}
        if self.version:
            told[VERSION_KEY] = [self.version] if any(told.values()) else []
        st.query_params.update(told)
        self._sent = self._shown()


def close_to(key: str, known: Iterable[str]) -> str:
    """The parameter that is meant by one that is almost it, in upper case or with a letter wrong; "" for none."""
    return next(iter(difflib.get_close_matches(key.casefold(), list(known), 1, _ALIKE)), "")


def _empty() -> None:
    """Take everything out of the address; of what Streamlit itself has bound it does so when it is drawn unbound."""
    try:
        st.query_params.clear()
    except StreamlitAPIException:
        for name in list(st.query_params):
            with suppress(StreamlitAPIException):
                del st.query_params[name]


def book() -> Book:
    """The book of this session."""
    with suppress(KeyError):  # every control asks: to look whether it is there would ask twice
        return cast("Book", st.session_state[_KEPT])
    st.session_state[_KEPT] = Book()
    return cast("Book", st.session_state[_KEPT])


def went_back() -> bool:
    """Whether this run answers the browser's button for back or forward.

    Streamlit has no public word for it. Where a later version has none either, nothing is asked again: the address
    then follows the choices as they are.
    """
    return bool(getattr(get_script_run_ctx(), "is_history_navigation", False))


@contextmanager
def whole_page(version: str = "") -> Iterator[None]:
    """Around everything a full run draws, ``st.navigation`` included: the address changes at most once, at the end.

    Each change makes an entry in the browser's history, so a run should make no more than one. For the same reason
    parameters of controls that are not drawn any more stay until the next choice changes the address anyway, and then
    leave it; what was chosen there is remembered.

    When the visitor turns to another page the browser drops every parameter that Streamlit has not bound itself. They
    are put back before ``st.navigation`` speaks: the new page enters the history with them, not first without.

    Args:
        version: What the address says of itself together with any choice; "" for nothing.
    """
    book().version = version
    with book().collect():
        yield


def not_understood() -> list[Unread]:
    """Values of the link that no control knew, until the next choice; their controls show what they show without.

    Among them are those of parameters that no control has.
    """
    book().note_unknown()
    return book().unread
