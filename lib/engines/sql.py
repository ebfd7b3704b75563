"""A table that an engine keeps: the questions asked of it in SQL, again where an answer did not come."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

from lib.engines.queries import Queries, Written
from lib.engines.statement import Dialect
from lib.engines.table import Asked, Changed, Counts, Described, Pass, Spread, Table
from lib.errors import DataError
from lib.features.space import Space
from lib.segments.apply.command import unused
from lib.segments.points import Floats
from lib.tables.cells import clean_name

T = TypeVar("T")

PAUSES = (1.0, 4.0, 15.0)
"""Seconds before each further attempt at a question that was not answered."""

_BRIEF = 300


class SqlTable(Table):
    """What every engine that speaks SQL has in common.

    Attributes:
        dialect: Its words.
        source: Quoted name of the table, as its engine knows it.
        pauses: See ``PAUSES``.
    """

    dialect: Dialect
    source: str
    pauses: Sequence[float] = PAUSES

    @abstractmethod
    def _ask(self, text: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """The rows of an answer."""

    @abstractmethod
    def _fetch(self, text: str, values: Mapping[str, Any]) -> pa.Table:
        """An answer of very many rows."""

    @abstractmethod
    def _may_pass(self, error: Exception) -> bool:
        """Whether the same question may be answered another time: the line was cut, a machine went away."""

    def _reopen(self) -> None:
        """Make ready for another attempt."""

    @cached_property
    def queries(self) -> Queries:
        """The questions in this engine's words."""
        return Queries(self.dialect, self.source, self.kinds(), self.asked)

    def again(self, question: Callable[[], T]) -> T:
        """The answer to a question, which is asked again where that may help.

        Raises:
            DataError: What the engine says against it, on one line.
        """
        for pause in (*self.pauses, None):
            try:
                return question()
            except DataError:
                raise
            except Exception as error:
                if pause is None or not self._may_pass(error):
                    said = clean_name(str(error), _BRIEF).rstrip(".")
                    raise DataError(f"{self.engine} does not answer ({said}): mend that and run it again.") from error
            time.sleep(pause)
            self._reopen()
        raise AssertionError("the last attempt returns or raises")

    def _rows(self, written: Written) -> list[tuple[Any, ...]]:
        return self.again(lambda: self._ask(written.text, written.statement.values))

    def counts(self) -> Counts:
        """How much there is."""
        (rows, complete, members, weights, unsound, *of_each), *_ = self._rows(self.queries.counts())
        lacking, means, lows, highs = (of_each[place::4] for place in range(4))
        named = zip(self.asked.features, lacking, strict=True)
        return Counts(
            rows=int(rows),
            complete=int(complete),
            members=int(complete if members is None else members),
            weights=float(weights or 0.0),
            unsound=int(unsound),
            lacking={name: int(number) for name, number in named if number},
            means=_floats(means),
            lows=_floats(lows),
            highs=_floats(highs),
        )

    def draw(self, below: str | None, seed: int) -> pa.Table:
        """Rows with all their columns, drawn by a hash of their id and a seed."""
        written = self.queries.draw(below, seed)
        return self.again(lambda: self._fetch(written.text, written.statement.values))

    def spread(self, space: Space) -> Spread:
        """How the parts of a space are spread."""
        (weight, *of_each), *_ = self._rows(self.queries.spread(space))
        sums, squares, lows, highs = (_floats(of_each[place::4]) for place in range(4))
        means = sums / float(weight)
        return Spread(means, np.sqrt(np.maximum(squares / float(weight) - means**2, 0)), lows, highs)

    def one_pass(self, space: Space, centres: Floats) -> Pass:
        """Every row to its nearest centre."""
        found = self._by_segment(self.queries.one_pass(space, centres), len(centres))
        return Pass(found[:, 0].astype(np.intp), found[:, 1], found[:, 3:], float(found[:, 2].sum()))

    def changed(self, space: Space, before: Floats, after: Floats) -> Changed:
        """How many rows two sets of centres place differently."""
        (rows, weight), *_ = self._rows(self.queries.changed(space, before, after))
        return Changed(int(rows), float(weight or 0.0))

    def described(self, space: Space, centres: Floats) -> Described:
        """What the segments are like."""
        found = self._by_segment(self.queries.sizes(space, centres), len(centres))
        rows, members, counts, weights, sums = found[:, 0], found[:, 1], found[:, 2], found[:, 3], found[:, 4:]
        nobody = np.full(sums.shape, np.nan)
        held = weights[:, None] > 0
        means = np.divide(sums, weights[:, None], out=nobody.copy(), where=held)
        squares = self._by_segment(self.queries.deviations(space, centres, np.nan_to_num(means)), len(centres))
        variances = np.divide(squares, weights[:, None], out=nobody, where=held)
        return Described(rows.astype(np.intp), members.astype(np.intp), counts, weights, means, np.sqrt(variances))

    def binned(self, space: Space, centres: Floats, lows: Floats, highs: Floats, bins: int) -> Floats:
        """Weight of each segment by value of each feature."""
        held = np.zeros((*lows.shape, bins + 2))
        for segment, *of_each, weight in self._rows(self.queries.binned(space, centres, lows, highs, bins)):
            feature = next(place for place, which in enumerate(of_each) if which is not None)
            held[int(segment) - 1, feature, int(of_each[feature])] = float(weight)
        return held

    def ends(self, space: Space, centres: Floats, lows: Floats, highs: Floats) -> tuple[Floats, Floats]:
        """Least and largest value of each feature in each segment between two bounds."""
        found = self._by_segment(self.queries.ends(space, centres, lows, highs), len(centres), empty=np.nan)
        return found[:, 0::2], found[:, 1::2]

    def _by_segment(self, written: Written, segments: int, empty: float = 0.0) -> Floats:
        """Rows of an answer in the order of the segments (segments x columns after the first)."""
        rows = self._rows(written)
        found = np.full((segments, len(rows[0]) - 1 if rows else 0), empty)
        for segment, *figures in rows:
            found[int(segment) - 1] = _floats(figures)
        return found

    def labelled(self, kept: Sequence[str]) -> Written:
        """The statement of all rows with their segments."""
        return self.queries.labels(kept, unused(kept))

    def statements(self, asked: Asked) -> Mapping[str, str]:
        """What the engine is asked for a recipe, by what it is for."""
        q, model = replace(self.queries, asked=asked), asked.stored.model
        space, centres = model.space, model.centres
        ends = np.zeros((len(centres), len(space.features)))
        kept = [asked.id] if asked.id else list(self.kinds())
        written = {
            "How much there is": q.counts(),
            "Who is drawn": q.draw("8" + "0" * 11, model.recipe.seed),
            "How the features are spread": q.spread(space),
            "One pass of k-means": q.one_pass(space, centres),
            "Whose segment the passes changed": q.changed(space, centres, centres),
            "Sizes and means": q.sizes(space, centres),
            "Deviations": q.deviations(space, centres, ends),
            "Medians, between bounds": q.binned(space, centres, ends, ends + 1, 1_000),
            "Medians, at the ends": q.ends(space, centres, ends, ends + 1),
            "Labels": q.labels(kept, unused(kept)),
        }
        return {what: one.explained for what, one in written.items()}


def _floats(values: Iterable[Any]) -> Floats:
    """Numbers of an answer, NaN for what is not there."""
    return np.array([np.nan if value is None else float(value) for value in values])
