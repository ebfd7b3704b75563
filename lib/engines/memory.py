"""The yardstick: a table in memory, answered for by the engine of the app."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from lib import VERSION
from lib.engines.statement import LARGEST, Kind
from lib.engines.table import DIGITS, Asked, Changed, Counts, Described, Pass, Spread, Table, parent_of
from lib.errors import DataError
from lib.estimates import mean, variance
from lib.features.space import Space
from lib.segments.apply import label_file
from lib.segments.kmeans import nearest, squared_distances
from lib.segments.points import Floats, Labels
from lib.tables.read import numbers, open_table


class MemoryTable(Table):
    """A table whose columns are all in memory."""

    engine = "memory"
    version = VERSION

    def __init__(self, cells: pa.Table, asked: Asked, name: str = "table", path: Path | None = None) -> None:
        """Keep the table.

        Args:
            cells: Its columns.
            asked: What of it a recipe is about.
            name: What it is called.
            path: The file that it was read from, which ``label`` goes through.
        """
        self._cells, self._path = cells, path
        self.asked, self.name = asked, name

    @classmethod
    def open(cls, path: Path, asked: Asked) -> MemoryTable:
        """Read a file: CSV (also ``.gz``) or Parquet."""
        pieces = list(open_table(path).pieces())
        if not pieces:
            raise DataError(f"{path.name} has no rows.")
        return cls(pa.Table.from_batches(pieces), asked, path.name, path)

    def kinds(self) -> Mapping[str, Kind]:
        """What each column holds."""
        return {field.name: kind_of(field.type) for field in self._cells.schema}

    @cached_property
    def _x(self) -> Floats:
        """The features of every row, NaN where there is none (rows x features)."""
        columns = self.asked.columns(self.kinds())
        found = self.asked.stored.features({name: self._cells.column(own) for name, own in columns.items()})
        x = np.column_stack([np.asarray(found[name], dtype=float) for name in self.asked.features])
        return np.where(np.abs(x) <= LARGEST, x, np.nan)

    def _weights_in(self, column: str | None) -> Floats:
        if column is None:
            return np.ones(len(self._cells))
        weights = numbers(self._cells.column(column).combine_chunks())
        return np.where((weights >= 0) & (weights <= LARGEST), weights, np.nan)

    @cached_property
    def _weights(self) -> Floats:
        return self._weights_in(self.asked.weighing)

    @cached_property
    def _whole(self) -> np.ndarray:
        return np.isfinite(self._x).all(axis=1) & np.isfinite(self._weights)

    @cached_property
    def _ids(self) -> np.ndarray:
        """Ids as text."""
        if self.asked.id is None:
            return np.arange(1, len(self._cells) + 1).astype(str).astype(object)
        column = self._cells.column(self.asked.id)
        ids = column.cast(pa.int64()) if pa.types.is_floating(column.type) else column
        return ids.cast(pa.string()).to_numpy(zero_copy_only=False)

    def counts(self) -> Counts:
        """How much there is."""
        x, weights = self._x[self._whole], self._weights[self._whole]
        lacking = dict(zip(self.asked.features, np.isnan(self._x).sum(axis=0).tolist(), strict=True))
        return Counts(
            rows=len(self._cells),
            complete=len(x),
            members=len(set(self._ids[self._whole])) if self.asked.implicate else len(x),
            weights=float(weights.sum()),
            unsound=int(np.isnan(self._weights).sum()),
            lacking={name: number for name, number in lacking.items() if number},
            means=np.array([mean(column, weights) for column in x.T]),
            lows=x.min(axis=0, initial=np.inf),
            highs=x.max(axis=0, initial=-np.inf),
        )

    def draw(self, below: str | None, seed: int) -> pa.Table:
        """Rows with all their columns, drawn by a hash of their id and a seed."""
        if below is None or self.asked.id is None:
            return self._cells
        drawn = [digits(seed, id_) < below for id_ in self._ids]
        return self._cells.filter(pa.array(drawn))

    def _matrix(self, space: Space) -> tuple[Floats, Floats]:
        x = self._x[self._whole]
        return space.matrix(dict(zip(space.features, x.T, strict=True))), self._weights[self._whole]

    def spread(self, space: Space) -> Spread:
        """How the parts of a space are spread."""
        x, weights = self._x[self._whole], self._weights[self._whole]
        parts = space.scaled(dict(zip(space.features, x.T, strict=True)))
        return Spread(
            np.array([mean(part, weights) for part in parts.T]),
            np.array([np.sqrt(variance(part, weights)) for part in parts.T]),
            parts.min(axis=0),
            parts.max(axis=0),
        )

    def one_pass(self, space: Space, centres: Floats) -> Pass:
        """Every row to its nearest centre."""
        matrix, weights = self._matrix(space)
        distances = squared_distances(matrix, centres)
        labels, k = distances.argmin(axis=1), len(centres)
        sums = np.array([np.bincount(labels, weights * axis, k) for axis in matrix.T]).T
        rows = np.bincount(labels, minlength=k)
        held = np.asarray(np.bincount(labels, weights, k), dtype=float)
        return Pass(rows, held, sums, float(weights @ distances.min(axis=1)))

    def changed(self, space: Space, before: Floats, after: Floats) -> Changed:
        """How many rows two sets of centres place differently."""
        matrix, weights = self._matrix(space)
        moved = nearest(matrix, before) != nearest(matrix, after)
        return Changed(int(moved.sum()), float(weights[moved].sum()))

    def _segments(self, space: Space, centres: Floats) -> tuple[Labels, Floats, Floats]:
        """Segment from 0 of each complete row, its features and its weight."""
        matrix, weights = self._matrix(space)
        return nearest(matrix, centres), self._x[self._whole], weights

    def described(self, space: Space, centres: Floats) -> Described:
        """What the segments are like."""
        labels, x, weights = self._segments(space, centres)
        analysis, k = self._weights_in(self.asked.weight)[self._whole], len(centres)
        pairs = pd.DataFrame({"segment": labels, "member": self._ids[self._whole]})
        by_member = pairs.drop_duplicates() if self.asked.implicate else pairs
        inside = [labels == one for one in range(k)]
        return Described(
            rows=np.bincount(labels, minlength=k),
            members=np.bincount(by_member["segment"], minlength=k),
            counts=np.asarray(np.bincount(labels, analysis, k), dtype=float),
            weights=np.asarray(np.bincount(labels, weights, k), dtype=float),
            means=np.array([[mean(column[own], weights[own]) for column in x.T] for own in inside]),
            deviations=np.sqrt([[variance(column[own], weights[own]) for column in x.T] for own in inside]),
        )

    def binned(self, space: Space, centres: Floats, lows: Floats, highs: Floats, bins: int) -> Floats:
        """Weight of each segment by value of each feature."""
        labels, x, weights = self._segments(space, centres)
        held = np.zeros((*lows.shape, bins + 2))
        for feature, column in enumerate(x.T):
            low, high = lows[labels, feature], highs[labels, feature]
            width = np.where(high > low, high - low, 1.0)
            within = 1 + np.minimum(np.floor((column - low) / width * bins), bins - 1)
            bin_ = np.select([column < low, column > high, high <= low], [0, bins + 1, 1], within).astype(np.intp)
            np.add.at(held[:, feature], (labels, bin_), weights)
        return held

    def ends(self, space: Space, centres: Floats, lows: Floats, highs: Floats) -> tuple[Floats, Floats]:
        """Least and largest value of each feature in each segment between two bounds."""
        labels, x, _ = self._segments(space, centres)
        inside = (x >= lows[labels]) & (x <= highs[labels])
        least, largest = np.full(lows.shape, np.inf), np.full(lows.shape, -np.inf)
        np.minimum.at(least, labels, np.where(inside, x, np.inf))
        np.maximum.at(largest, labels, np.where(inside, x, -np.inf))
        return _or_none(least), _or_none(largest)

    def label(self, out: str, kept: Sequence[str]) -> Mapping[int, int]:  # noqa: ARG002 - all columns are kept
        """Write the segment of every row, as ``lib.segments.apply`` does."""
        parent_of(out)
        if self._path is None:
            raise DataError("Only a file can be labelled in memory: write the table to one.")
        done = label_file(self.asked.stored, self._path, Path(out))
        return {**done.sizes, **({0: done.missing} if done.missing else {})}

    def statements(self, asked: Asked) -> Mapping[str, str]:  # noqa: ARG002 - there is none for any
        """None: memory is asked nothing in SQL."""
        return {}


def _or_none(found: Floats) -> Floats:
    return np.where(np.isfinite(found), found, np.nan)


def digits(seed: int, id_: str) -> str:
    """The digits by which a member is drawn or not."""
    return hashlib.md5(f"{seed}:{id_}".encode(), usedforsecurity=False).hexdigest()[:DIGITS]


def kind_of(kind: pa.DataType) -> Kind:
    """What a column of Arrow holds."""
    told: tuple[tuple[Kind, bool], ...] = (
        ("truth", pa.types.is_boolean(kind)),
        ("whole", pa.types.is_integer(kind)),
        ("number", pa.types.is_floating(kind) or pa.types.is_decimal(kind)),
        ("text", pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_dictionary(kind)),
        ("moment", pa.types.is_timestamp(kind) or pa.types.is_date(kind)),
    )
    return next((name for name, is_one in told if is_one), "other")
