"""How a table came to be what segments are made of, so that other rows can be prepared exactly alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from lib.codebook import Codebook
from lib.dataset import Dataset, derived
from lib.errors import HouseholdSegmentsError, StepError
from lib.steps.step import Step
from lib.tables.files import shown
from lib.tables.own.reading import Reading

MOST_STEPS = 100
MOST_UNREAD = 0.5
"""Share of a column's cells that may not be read by a recipe; beyond it the column is written in another way."""


@dataclass(frozen=True)
class Preparation:
    """How cells were read, what a kind of table makes of them, and the steps after that; all of it learned.

    Attributes:
        reading: How each column of the file was read, by its name here.
        made: What the kind of table makes where it is read.
        steps: What somebody did after that, in order.
        choices: What was chosen about the file, see ``lib.sources.table``: so that it can be brought again just so.
    """

    reading: Mapping[str, Reading]
    made: tuple[Step, ...] = ()
    steps: tuple[Step, ...] = ()
    choices: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    def needs(self, features: Sequence[str]) -> tuple[str, ...]:
        """Columns of a file from which features can be had, those of rows that are left out by them included."""
        wanted, _ = self.way_to(features)
        return wanted

    def prepared(self, cells: Mapping[str, pa.Array | pa.ChunkedArray], features: Sequence[str]) -> pd.DataFrame:
        """Rows of a file, prepared like those that segments were made of.

        Args:
            cells: The columns that ``needs`` names, as they are in the file.
            features: Which columns to give back.

        Returns:
            One row for each of the file, float64: NaN in all features where a step leaves the row out.
        """
        wanted, steps = self.way_to(features)
        frame = pd.DataFrame({name: self._read(name, cells[name]) for name in wanted})
        rows = frame.index
        for step in steps:
            frame = step.apply(frame)
        return frame[list(features)].astype(np.float64).reindex(rows)

    def _read(self, name: str, cells: pa.Array | pa.ChunkedArray) -> np.ndarray:
        reading = self.reading.get(name, Reading("number"))
        values = reading.values(cells)
        blank = int(np.isnan(values).sum())
        if blank > MOST_UNREAD * len(values) and len(odd := reading.unread(cells, values)) > MOST_UNREAD * len(values):
            what = (
                "a category that the recipe knows"
                if reading.sort == "category"
                else f"a {reading.sort} as the recipe's"
            )
            raise StepError(
                f"{len(odd):,} of {len(values):,} cells of the column {name} are not {what}, such as {shown(odd[0])}: "
                "write them as in the table that the recipe was made from."
            )
        return values

    def way_to(self, features: Sequence[str]) -> tuple[tuple[str, ...], list[Step]]:
        """The columns of a file and the steps from which features follow."""
        wanted, way = dict.fromkeys(features), []
        for step in reversed((*self.made, *self.steps)):
            if step.leaves_out or (step.makes | step.changes) & set(wanted):
                way.append(step)
                for name in step.makes:
                    wanted.pop(name, None)
                wanted |= dict.fromkeys(sorted(step.needs))
        return tuple(wanted), way[::-1]

    def words(self, book: Codebook) -> tuple[str, ...]:
        """The steps for a reader."""
        return tuple(step.words(book) for step in self.steps)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON; ``lib.steps.stored.from_dict`` reads them back."""
        return {
            "reading": {name: reading.to_dict() for name, reading in self.reading.items()},
            "made": [_plain(step) for step in self.made],
            "steps": [_plain(step) for step in self.steps],
            "choices": dict(self.choices),
        }


def _plain(value: Any) -> Any:  # noqa: ANN401 - a step, or whatever it holds
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if not is_dataclass(value):
        return value
    kind = {"step": value.kind} if isinstance(value, Step) else {}
    return {**kind, **{one.name: _plain(getattr(value, one.name)) for one in fields(value)}}


@dataclass(frozen=True)
class Size:
    """How much there is of a table: rows, columns, and blanks in columns that are not of text."""

    rows: int
    columns: int
    blanks: int


@dataclass(frozen=True)
class Entry:
    """What became of a table in one step.

    Attributes:
        step: The step, learned.
        words: The same for a reader.
        before: How much there was.
        after: How much there is.
        changed: Cells that are otherwise.
        blanks_made: Blanks in the columns that were made.
    """

    step: Step
    words: str
    before: Size
    after: Size
    changed: int
    blanks_made: int

    @property
    def told(self) -> str:
        """What became of the table, in a few words."""
        said = []
        if gone := self.before.rows - self.after.rows:
            said.append(f"{_several(gone, 'row')} left out")
        if self.changed:
            said.append(f"{_several(self.changed, 'cell')} changed")
        if more := self.after.columns - self.before.columns:
            said.append(f"{_several(more, 'column')} made")
        if self.blanks_made:
            said.append(f"{_several(self.blanks_made, 'cell')} blank ({self.step.why_blank})")
        return ", ".join(said) or "nothing changed"


def _several(number: int, one: str) -> str:
    return f"{number:,} {one}{'' if number == 1 else 's'}"


@dataclass(frozen=True, eq=False)
class Prepared:
    """A table after some steps, and what became of it in each.

    Attributes:
        base: The table as it was read.
        data: The table after the steps.
        entries: One for each step.
    """

    base: Dataset
    data: Dataset
    entries: tuple[Entry, ...] = ()

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps as they were asked for."""
        return tuple(asked(entry.step) for entry in self.entries)


def prepare(data: Dataset, steps: Sequence[Step], held: Prepared | None = None) -> Prepared:
    """A table after some steps.

    Args:
        data: The table as it was read.
        steps: What to do, in order; each learns anew.
        held: The same table after the first of these steps, which are then not done again.

    Raises:
        StepError: One sentence that says which step cannot be done, and why.
    """
    if len(steps) > MOST_STEPS:
        raise StepError(f"At most {MOST_STEPS} steps can be done. Got {len(steps)}.")
    prepared = Prepared(data, data)
    if held is not None and held.base is data and held.steps == tuple(steps[: len(held.entries)]):
        prepared = held
    for number, step in enumerate(steps[len(prepared.entries) :], start=len(prepared.entries) + 1):
        try:
            prepared = _after(prepared, step)
        except HouseholdSegmentsError as error:
            which = f"Step {number} of {len(steps)} ({step.kind}): " if len(steps) > 1 else ""
            raise StepError(f"{which}{error}") from error
    return prepared


def asked(step: Step) -> Step:
    """A step as it was asked for, without what it learned."""
    learned = {"values": (), "donors": None, "bounds": (), "kept": (), "other": None, "levels": ()}
    return replace(step, **{name: none for name, none in learned.items() if name in step.__dataclass_fields__})


def _after(prepared: Prepared, step: Step) -> Prepared:
    data = prepared.data
    learned = step.fitted(data)
    frame = learned.of_table(data.frame)
    if not len(frame):
        raise StepError("Nobody would be left: choose fewer columns.")
    book = learned.codebook(data.codebook)
    before = data.preparation if isinstance(data.preparation, Preparation) else Preparation(MappingProxyType({}))
    after = replace(
        data,
        frame=frame,
        codebook=book,
        fingerprint=derived(data.fingerprint, repr(asked(step))),
        preparation=replace(before, steps=(*before.steps, learned)),
    )
    made = [name for name in frame if name in learned.makes]
    entry = Entry(
        learned,
        learned.words(book),
        _size(data),
        _size(after),
        sum(_changed(data.frame[name], frame[name]) for name in learned.changes),
        int(frame[made].isna().sum().sum()),
    )
    return Prepared(prepared.base, after, (*prepared.entries, entry))


def _size(data: Dataset) -> Size:
    told = [name for name in data.frame if data.codebook[name].is_amount or data.codebook[name].is_category]
    blanks = sum(int(data.frame[name].isna().sum()) for name in told)
    return Size(len(data), len(data.columns), blanks)


def _changed(before: pd.Series, after: pd.Series) -> int:
    """Cells that are otherwise, of the rows that are left."""
    old = before.reindex(after.index) if len(before) != len(after) else before
    a, b = (np.asarray(one, dtype=np.float64) for one in (old, after))
    return int((~((a == b) | (np.isnan(a) & np.isnan(b)))).sum())
