"""A table of one's own in the making: what was understood of the file, and the steps that were done to it.

It is the session's alone. Used on the pages, it goes by a word of its own (``lib.ui.scene.own``), and what is done to
it after that shows on all of them at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import streamlit as st

from lib.dataset import Dataset
from lib.errors import HouseholdSegmentsError
from lib.sources.table import Understood, as_dataset
from lib.steps import Prepared, Step, asked, prepare
from lib.tables.files import MEGABYTE
from lib.ui.scene import own

KEPT_UNDERSTOOD = 64 * MEGABYTE
"""What was understood of a file up to this size stays until the table is forgotten: its columns can still be changed.
A larger one is let go of when the table is used, and must be brought again for that."""


@dataclass(frozen=True, eq=False)
class Desk:
    """A table in the making.

    Attributes:
        file: What tells the file from another one.
        understood: What was understood of it; None once it was let go of.
        prepared: The table with the steps that were done to it; None where what was understood makes no table.
        problem: Why it makes none, or why a step could not be done; "" where nothing is wrong.
        key: The word that the table goes by, once it is used.
    """

    file: str
    understood: Understood | None
    prepared: Prepared | None
    problem: str = ""
    key: str | None = None

    @property
    def steps(self) -> tuple[Step, ...]:
        """What was done, in order."""
        return () if self.prepared is None else tuple(asked(entry.step) for entry in self.prepared.entries)

    @property
    def base(self) -> Dataset | None:
        """The table as it was read."""
        found = self.prepared
        while found is not None and found.before is not None:
            found = found.before
        return None if found is None else found.data


def laid() -> Desk | None:
    """The table in the making, if there is one."""
    found: Desk | None = st.session_state.get(own.DESK)
    return found


class Read(NamedTuple):
    """What was understood of a file, and the table that it makes; or why it makes none."""

    understood: Understood
    table: Dataset | None
    problem: str = ""


def read(understood: Understood) -> Read:
    """The table that is made of what was understood: work of a moment, for a million rows of seconds."""
    try:
        return Read(understood, as_dataset(understood))
    except HouseholdSegmentsError as error:
        return Read(understood, None, str(error))


def lay(file: str, found: Read, steps: Sequence[Step] = ()) -> None:
    """Put a table on the desk, in the place of what lay there.

    Args:
        file: What tells the file from another one; a table of the same file stays the one that is used.
        found: What was understood of it, and the table.
        steps: To do to the table.
    """
    before = laid()
    key = before.key if before is not None and before.file == file else None
    prepared = None if found.table is None else Prepared(found.table)
    _keep(Desk(file, found.understood, prepared, found.problem, key))
    do(*steps)


def do(*steps: Step) -> None:
    """Do further steps to the table on the desk; one that cannot be done is left out, and the desk says why."""
    problems = []
    for step in steps:
        if (before := laid()) is not None:
            _redo((*before.steps, step))
            problems.append(laid_problem())
    if problems:
        say(" ".join(filter(None, problems)))


def undo(number: int) -> None:
    """Undo a step, counted from 0; those after it are done again without it."""
    if (before := laid()) is not None:
        _redo((*before.steps[:number], *before.steps[number + 1 :]))


def laid_problem() -> str:
    """What is wrong with the table on the desk; "" where nothing is."""
    return "" if (made := laid()) is None else made.problem


def say(problem: str) -> None:
    """Say what is wrong with the table on the desk."""
    if (made := laid()) is not None:
        st.session_state[own.DESK] = replace(made, problem=problem)


def _redo(steps: Sequence[Step]) -> None:
    before = laid()
    if before is None or before.base is None:
        return
    try:
        prepared = prepare(before.base, steps, before.prepared)
    except HouseholdSegmentsError as error:
        st.session_state[own.DESK] = replace(before, problem=str(error))
        return
    _keep(replace(before, prepared=prepared, problem=""))


def _keep(made: Desk) -> None:
    """Lay it on the desk; where the table is in use, all pages show it."""
    try:
        if made.key is not None and made.prepared is not None:
            own.swap(made.key, made.prepared.data)
    except HouseholdSegmentsError as error:
        say(str(error))
        return
    st.session_state[own.DESK] = made


def use() -> str | None:
    """Use the table on the desk on all pages, in the place of one that was used before; the word it goes by.

    None where there is no memory for it, which the desk says.
    """
    made = laid()
    if made is None or made.prepared is None:
        return None
    others = [key for key in own.mine() if key != made.key]
    try:
        key = made.key or own.bring(made.prepared.data, instead_of=others)
    except HouseholdSegmentsError as error:
        say(str(error))
        return None
    for other in others:
        own.forget(other)
    is_small = made.understood is not None and made.understood.size <= KEPT_UNDERSTOOD
    st.session_state[own.DESK] = replace(made, key=key, understood=made.understood if is_small else None, problem="")
    own.empty_the_box(made.file)
    return key
