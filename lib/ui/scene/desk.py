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
from lib.steps import Prepared, Step, prepare
from lib.tables.files import MEGABYTE
from lib.ui.scene import own

KEPT_UNDERSTOOD = 64 * MEGABYTE
"""What was understood of a file of up to so many bytes, unpacked, stays until the table is forgotten: its columns can
still be changed. A larger one is let go of when the table is used, and must be brought again for that."""

_TOLD = 3
"""Steps that cannot be done, told one by one; a recipe may bring a hundred."""


@dataclass(frozen=True, eq=False)
class Desk:
    """A table in the making.

    Attributes:
        file: What tells the file from another one.
        understood: What was understood of it; None once it was let go of.
        prepared: The table with the steps that were done to it; None where what was understood makes no table.
        steps: What is to be done to it, in order.
        problem: Why it makes none, or why a step could not be done; "" where nothing is wrong.
        key: The word that the table goes by, once it is used.
    """

    file: str
    understood: Understood | None
    prepared: Prepared | None
    steps: tuple[Step, ...] = ()
    problem: str = ""
    key: str | None = None


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
    key = before.key if before is not None and before.file == file and before.key in own.mine() else None
    if found.table is None:
        # the steps wait for a choice with which there is a table again
        st.session_state[own.DESK] = Desk(file, found.understood, None, tuple(steps), found.problem, key)
        return
    prepared, dropped = Prepared(found.table, found.table), []
    for number, step in enumerate(steps, start=1):
        try:
            prepared = prepare(found.table, (*prepared.steps, step), prepared)
        except HouseholdSegmentsError as error:
            dropped.append(f"Step {number} ({step.kind}) is left out: {error}")
    if len(dropped) > _TOLD:
        dropped[_TOLD:] = [f"So are {len(dropped) - _TOLD} more."]
    problem = " ".join(filter(None, (found.problem, *dropped)))
    _keep(Desk(file, found.understood, prepared, prepared.steps, problem, key))


def do(step: Step) -> None:
    """Do a further step to the table on the desk; where it cannot be done, the desk says why and all stays."""
    if (before := laid()) is not None:
        _redo(before, (*before.steps, step))


def undo(number: int) -> None:
    """Undo a step, counted from 0; those after it are done again without it."""
    if (before := laid()) is not None:
        _redo(before, (*before.steps[:number], *before.steps[number + 1 :]))


def say(problem: str) -> None:
    """Say what is wrong with the table on the desk."""
    if (made := laid()) is not None:
        st.session_state[own.DESK] = replace(made, problem=problem)


def _redo(before: Desk, steps: tuple[Step, ...]) -> None:
    if before.prepared is None:
        return
    try:
        prepared = prepare(before.prepared.base, steps, before.prepared)
    except HouseholdSegmentsError as error:
        say(str(error))
        return
    _keep(replace(before, prepared=prepared, steps=steps, problem=""))


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
    held = made.key if made.key in own.mine() else None  # it may have been swept away while nobody was there
    others = [key for key in own.mine() if key != held]
    try:
        key = held or own.bring(made.prepared.data, instead_of=others)
    except HouseholdSegmentsError as error:
        say(str(error))
        return None
    for other in others:
        own.forget(other)
    is_small = made.understood is not None and made.understood.size <= KEPT_UNDERSTOOD
    st.session_state[own.DESK] = replace(made, key=key, understood=made.understood if is_small else None, problem="")
    own.empty_the_box(made.file)
    return key
