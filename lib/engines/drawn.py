"""The rows that are drawn: who they are, what the engine of the app takes them for, and whom they may have missed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import floor, sqrt
from types import MappingProxyType

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from scipy.special import bdtr

from lib.codebook import CATEGORY_UNITS, Codebook, Unit, Variable
from lib.dataset import Dataset
from lib.engines.table import DIGITS, Asked, Counts
from lib.errors import DataError
from lib.estimates import THIN
from lib.steps import Preparation
from lib.tables.own.reading import Reading, Sort

MOST = 1_000_000
"""Rows that are drawn unless told otherwise; a table with no more is taken whole."""

SHARES = (0.01, 0.001, 0.0001, 0.00001, 0.000001)
"""Segments of these shares of all members are told how likely they were missed."""

_SPREADS = 5
"""Standard deviations by which the number drawn stays below the most: it is chance's matter."""

_UNITS: Mapping[Sort, Unit] = {"number": "ratio", "date": "date", "category": "category", "text": "index"}


@dataclass(frozen=True)
class Drawing:
    """Who is drawn.

    Attributes:
        below: Drawn is whose hash is below these digits, see ``Table.draw``; None takes everybody.
        share: The chance of each member.
        seed: Of the hash.
    """

    below: str | None
    share: float
    seed: int

    @property
    def rule(self) -> str:
        """For a reader."""
        if self.below is None:
            return "Every row."
        return (
            f"A row is drawn if the first {DIGITS} hexadecimal digits of md5('{self.seed}:' followed by its id) are "
            f"below '{self.below}'."
        )


def drawing(rows: int, most: int, seed: int, id_: str | None) -> Drawing:
    """Who is drawn, so that they are hardly ever more than asked for.

    Raises:
        DataError: If rows have to be drawn and nothing names them.
    """
    if rows <= most:
        return Drawing(None, 1.0, seed)
    if id_ is None:
        raise DataError(
            f"Of {rows:,} rows {most:,} have to be drawn by their id: name its column with --id, or draw as many as "
            "there are with --draw."
        )
    wanted = floor((most - _SPREADS * sqrt(most)) / rows * 16**DIGITS)
    return Drawing(f"{max(wanted, 1):0{DIGITS}x}", max(wanted, 1) / 16**DIGITS, seed)


def in_order(rows: pa.Table, asked: Asked) -> pa.Table:
    """Rows in an order that does not depend on the engine: by id and implicate, else by what the recipe needs."""
    by = [name for name in (asked.id, asked.implicate) if name] or list(asked.stored.needs)
    keys = [(name, "ascending") for name in by if name in rows.column_names]
    return rows.take(pc.sort_indices(rows, sort_keys=keys))


def dataset_of(rows: pa.Table, asked: Asked, columns: Mapping[str, str], counts: Counts) -> Dataset:
    """Those drawn that have every feature, as the engine of the app takes a table.

    Args:
        rows: As they are in the table.
        asked: What of it a recipe is about.
        columns: Which column is which that the recipe needs.
        counts: How much there is of the whole table.

    Raises:
        DataError: If none has every feature, or an id is missing.
    """
    found = asked.stored.features({name: rows.column(own) for name, own in columns.items()})
    frame = pd.DataFrame(found)
    for name in filter(None, (asked.id, asked.weight, asked.implicate)):
        if name not in frame:
            frame[name] = rows.column(name).to_pandas()
    frame = frame[np.isfinite(frame[list(asked.features)]).all(axis=1)].reset_index(drop=True)
    if frame.empty:
        raise DataError("None of the rows drawn has every feature: fill blanks in the app, or choose other features.")
    if asked.weight:
        frame[asked.weight] = frame[asked.weight].astype(float)
    if asked.implicate:
        frame[asked.implicate] = frame[asked.implicate].astype(np.int64)
    book = _book(asked, frame)
    roles = {
        asked.id: Variable(asked.id or "", "Id", unit="id"),
        asked.weight: Variable(asked.weight or "", "Weight", unit="weight"),
    }
    named = {name: variable for name, variable in roles.items() if name and name not in asked.features}
    digest = hashlib.sha256(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes()).hexdigest()
    return Dataset(
        frame=frame,
        codebook=Codebook({**book, **named}).restricted_to(list(frame.columns)),
        name="Rows drawn",
        fingerprint=digest[:16],
        weight=asked.weight,
        id=asked.id,
        implicates=max(1, round(counts.complete / counts.members)) if asked.implicate else 1,
        implicate=asked.implicate,
    )


def _book(asked: Asked, frame: pd.DataFrame) -> Codebook:
    """What the features mean, as far as a recipe says."""
    stored, preparation = asked.stored, asked.stored.preparation
    readings = preparation.reading if isinstance(preparation, Preparation) else {}
    steps = preparation.way_to(asked.features)[1] if isinstance(preparation, Preparation) else []
    book = Codebook({name: _variable(name, readings.get(name, Reading("number"))) for name in stored.needs})
    for step in steps:
        book = step.codebook(book)
    return Codebook({name: _known(book[name], stored.book[name], frame[name]) for name in asked.features})


def _variable(name: str, reading: Reading) -> Variable:
    values = {code: text for text, code in reading.codes.items()}
    return Variable(name, name, unit=_UNITS[reading.sort], values=MappingProxyType(values))


def _known(made: Variable, said: Variable, column: pd.Series) -> Variable:
    """A feature by its label and unit in the recipe; codes that nothing names are called what they are."""
    values = dict(made.values)
    if said.unit in CATEGORY_UNITS:
        values = {float(code): f"{code:g}" for code in np.unique(column.to_numpy())} | values
    return replace(made, label=said.label, unit=said.unit, values=MappingProxyType(values))


def missed(members: int, share: float, shares: Sequence[float] = SHARES) -> list[dict[str, float]]:
    """How likely segments of some shares of all members were missed by a draw.

    Args:
        members: All there are.
        share: The chance of each to be drawn, independent of the others.
        shares: Of the segments; those of less than a member are left out.

    Returns:
        For each its ``share``, the chance that ``none`` of its members was drawn, and ``fewer_than_30``.
    """
    found = []
    for one in shares:
        inside = round(one * members)
        if inside >= 1:
            few = float(bdtr(THIN - 1, inside, share)) if share < 1 and inside >= THIN else float(inside < THIN)
            found.append({"share": one, "none": float((1 - share) ** inside), f"fewer_than_{THIN}": few})
    return found
