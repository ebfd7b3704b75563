"""The questions of ``Table`` in SQL, written once: what differs between engines is in their dialect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lib.engines import expressions, prepared
from lib.engines.statement import Dialect, Kind, Statement, select
from lib.engines.table import DIGITS, Asked
from lib.errors import RecipeError
from lib.features.space import Space
from lib.segments.points import Floats
from lib.segments.segmentation import BORDERLINE, UNASSIGNED

MEMBER, WEIGHT, COUNT, SEGMENT, NEAR = "member", "weight", "analysis_weight", "segment", "squared_distance"
"""Columns that rows have on their way, besides features ``x1`` ..., coordinates ``z1`` ... and distances ``d1`` ..."""


class Written(NamedTuple):
    """A statement that is ready to be asked: its words, and what is bound in it."""

    text: str
    statement: Statement

    @property
    def explained(self) -> str:
        """The words, below what is bound in them."""
        bound = "".join(f"-- {key} = {value!r}\n" for key, value in self.statement.values.items())
        return f"{bound}{self.text};\n"


@dataclass(frozen=True)
class Queries:
    """The questions to one table.

    Attributes:
        dialect: Of its engine.
        source: Its quoted name.
        kinds: What each of its columns holds.
        asked: What of it a recipe is about.

    Raises:
        DataError: On construction, if a column is not there.
        RecipeError: Or if no engine can follow the recipe's scale.
    """

    dialect: Dialect
    source: str
    kinds: Mapping[str, Kind]
    asked: Asked

    def __post_init__(self) -> None:
        if self.asked.stored.model.space.transform == "quantile":
            raise RecipeError(expressions.NO_RANKS)
        self.asked.columns(self.kinds)

    def counts(self) -> Written:
        """Rows, complete rows, members, weights, unsound weights; then lacking, mean, low and high of each feature."""
        s, x = self._new(), self._features
        whole = f"{_all_there(x)} AND {WEIGHT} IS NOT NULL"
        rows = select(
            {**_same([MEMBER, WEIGHT, *x]), "is_complete": f"CASE WHEN {whole} THEN TRUE ELSE FALSE END"}, self._rows(s)
        )
        among = {name: f"CASE WHEN is_complete THEN {name} END" for name in (MEMBER, WEIGHT, *x)}
        of_each = [
            column
            for name in x
            for column in (
                f"COUNT(*) - COUNT({name})",
                f"SUM({among[WEIGHT]} * {name}) / SUM({among[WEIGHT]})",
                f"MIN({among[name]})",
                f"MAX({among[name]})",
            )
        ]
        one = s.bind(1)
        unsound = f"COUNT(CASE WHEN {WEIGHT} IS NULL THEN {one} END)"
        members = f"COUNT(DISTINCT {among[MEMBER]})" if self.asked.implicate else "NULL"
        first = ["COUNT(*)", f"COUNT(CASE WHEN is_complete THEN {one} END)", members, f"SUM({among[WEIGHT]})", unsound]
        return Written(select([*first, *of_each], rows), s)

    def draw(self, below: str | None, seed: int) -> Written:
        """The rows that are drawn, with all their columns."""
        s = self._new()
        columns = [s.name(name) for name in self.kinds]
        if below is None or self.asked.id is None:
            return Written(select(columns, self.source), s)
        told = f"CONCAT({s.bind(f'{seed}:')}, {s.text_in(s.name(self.asked.id), self.kinds[self.asked.id])})"
        drawn = f"SUBSTR(MD5({told}), 1, {DIGITS}) < {s.bind(below)}"
        return Written(select(columns, self.source, where=drawn), s)

    def spread(self, space: Space) -> Written:
        """Weight; then sum and sum of squares by weight, least and largest of each part."""
        s = self._new()
        rows, parts = self._parts(s, space, [WEIGHT])
        sums = [
            column
            for part in parts
            for column in (
                f"SUM({WEIGHT} * {part})",
                f"SUM({WEIGHT} * {part} * {part})",
                f"MIN({part})",
                f"MAX({part})",
            )
        ]
        return Written(select([f"SUM({WEIGHT})", *sums], rows), s)

    def one_pass(self, space: Space, centres: Floats) -> Written:
        """By segment: rows, weight, weighted squared distances, weighted sum of each coordinate."""
        s = self._new()
        rows, axes = self._placed(s, space, {SEGMENT: centres}, [WEIGHT])
        sums = [f"SUM({WEIGHT} * {name})" for name in (f"{SEGMENT}_near", *axes)]
        return Written(select([SEGMENT, "COUNT(*)", f"SUM({WEIGHT})", *sums], rows, tail=f"GROUP BY {SEGMENT}"), s)

    def changed(self, space: Space, before: Floats, after: Floats) -> Written:
        """Rows that two sets of centres place differently, and their weight."""
        s = self._new()
        rows, _ = self._placed(s, space, {"first": before, "last": after}, [WEIGHT])
        # not by WHERE: an engine may look for who moved before it has anybody's place, and seek each place many times
        moved = "CASE WHEN first <> last THEN {} END"
        return Written(select([f"COUNT({moved.format(s.bind(1))})", f"SUM({moved.format(WEIGHT)})"], rows), s)

    def sizes(self, space: Space, centres: Floats) -> Written:
        """By segment: rows, members, analysis weight, weight, weighted sum of each feature."""
        s, x = self._new(), self._features
        rows, _ = self._placed(s, space, {SEGMENT: centres}, [MEMBER, WEIGHT, COUNT, *x])
        members = f"COUNT(DISTINCT {MEMBER})" if self.asked.implicate else "COUNT(*)"
        sums = [f"SUM({name})" for name in (COUNT, WEIGHT, *(f"{WEIGHT} * {name}" for name in x))]
        return Written(select([SEGMENT, "COUNT(*)", members, *sums], rows, tail=f"GROUP BY {SEGMENT}"), s)

    def deviations(self, space: Space, centres: Floats, means: Floats) -> Written:
        """By segment: weighted sum of squared deviations of each feature from its mean there."""
        s, x = self._new(), self._features
        rows, _ = self._placed(s, space, {SEGMENT: centres}, [WEIGHT, *x])
        off = {
            f"o{n}": f"{name} - {self._by_segment(s, mean)}"
            for n, (name, mean) in enumerate(zip(x, means.T, strict=True))
        }
        rows = select({**_same([SEGMENT, WEIGHT]), **off}, rows)
        sums = [f"SUM({WEIGHT} * {name} * {name})" for name in off]
        return Written(select([SEGMENT, *sums], rows, tail=f"GROUP BY {SEGMENT}"), s)

    def binned(self, space: Space, centres: Floats, lows: Floats, highs: Floats, bins: int) -> Written:
        """Segment, bin of one feature, its weight: the bins of the other features are NULL."""
        s, x = self._new(), self._features
        rows = self._between(s, space, centres, lows, highs)
        width = f"FLOOR(({{x}} - {{l}}) / ({{h}} - {{l}}) * {s.number(bins)})"
        below, above, only = (f"THEN {s.number(bin_)}" for bin_ in (0, bins + 1, 1))
        whens = f"WHEN {{x}} < {{l}} {below} WHEN {{x}} > {{h}} {above} WHEN {{h}} <= {{l}} {only}"
        binned = f"CASE {whens} ELSE {s.number(1)} + LEAST({width}, {s.number(bins - 1)}) END"
        of_each = {f"b{n}": binned.format(x=name, l=f"l{n}", h=f"h{n}") for n, name in enumerate(x, start=1)}
        rows = select({**_same([SEGMENT, WEIGHT]), **of_each}, rows)
        sets = ", ".join(f"({SEGMENT}, {name})" for name in of_each)
        return Written(select([SEGMENT, *of_each, f"SUM({WEIGHT})"], rows, tail=f"GROUP BY GROUPING SETS ({sets})"), s)

    def ends(self, space: Space, centres: Floats, lows: Floats, highs: Floats) -> Written:
        """By segment: least and largest value of each feature between two bounds of its own."""
        s, x = self._new(), self._features
        rows = self._between(s, space, centres, lows, highs)
        inside = [f"CASE WHEN {name} BETWEEN l{n} AND h{n} THEN {name} END" for n, name in enumerate(x, start=1)]
        both = [f"{end}({value})" for value in inside for end in ("MIN", "MAX")]
        return Written(select([SEGMENT, *both], rows, tail=f"GROUP BY {SEGMENT}"), s)

    def labels(self, kept: Sequence[str], added: Sequence[str]) -> Written:
        """Every row, complete or not, with its segment, that one's name, the distance and whether it is on a border.

        Args:
            kept: Columns of the table that stand before these.
            added: What these are called.
        """
        s, model = self._new(), self.asked.stored.model
        carried = {f"k{place}": name for place, name in enumerate(kept)}
        rows = self._prepared(s, {key: s.name(name) for key, name in carried.items()})
        rows, axes = self._coordinates(s, model.space, rows, list(carried))
        rows = self._nearest(s, rows, list(carried), axes, {SEGMENT: model.centres}, second=True)
        near, next_one = f"SQRT({SEGMENT}_near)", f"SQRT({SEGMENT}_second)"
        border = f"{near} >= {s.number(BORDERLINE)} * {next_one}" if len(model.centres) > 1 else "FALSE"
        there = f"CASE WHEN {SEGMENT} <> {s.bind(UNASSIGNED)} THEN {{}} END"
        names = [(s.bind(number), s.bind(name)) for number, name in self.asked.stored.names.items()]
        told = [
            SEGMENT,
            s.case(SEGMENT, names, s.bind("")) if names else s.bind(""),
            there.format(near),
            there.format(border),
        ]
        columns = {s.name(name): key for key, name in carried.items()}
        return Written(select({**columns, **dict(zip(map(s.name, added), told, strict=True))}, rows), s)

    @property
    def _features(self) -> list[str]:
        return [f"x{place}" for place in range(1, len(self.asked.features) + 1)]

    def _new(self) -> Statement:
        return Statement(self.dialect)

    def _rows(self, s: Statement) -> str:
        """Member, weights and features of every row; a weight that is none is nothing."""
        id_, weight = self.asked.id, self.asked.weight
        member = s.text_in(s.name(id_), self.kinds[id_]) if id_ else f"CAST(NULL AS {self.dialect.text})"
        if weight:
            number = s.number_in(s.name(weight), self.kinds[weight])
            analysis = f"CASE WHEN {number} >= {s.number(0)} THEN {number} END"
        else:
            analysis = s.number(1)
        counted = analysis if self.asked.weighing else s.number(1)
        return self._prepared(s, {MEMBER: member, COUNT: analysis, WEIGHT: counted})

    def _prepared(self, s: Statement, carried: Mapping[str, str]) -> str:
        asked = self.asked
        columns = asked.columns(self.kinds)
        return prepared.features(s, self.source, carried, asked.features, columns, self.kinds, asked.stored.preparation)

    def _parts(self, s: Statement, space: Space, carried: Sequence[str]) -> tuple[str, list[str]]:
        """Complete rows with the parts of a space."""
        x = self._features
        rows = select(_same([*carried, *x]), self._rows(s), where=f"{_all_there(x)} AND {WEIGHT} IS NOT NULL")
        return self._scaled(s, space, rows, carried)

    def _scaled(self, s: Statement, space: Space, rows: str, carried: Sequence[str]) -> tuple[str, list[str]]:
        parts = {f"p{n}": what for n, what in enumerate(expressions.scaled(s, space, self._features), start=1)}
        return select({**_same(carried), **parts}, rows, tail=self.dialect.fence), list(parts)

    def _coordinates(self, s: Statement, space: Space, rows: str, carried: Sequence[str]) -> tuple[str, list[str]]:
        """Rows with their coordinates in a space."""
        rows, parts = self._scaled(s, space, rows, carried)
        if space.rotation is None:
            return rows, parts
        axes = {f"z{n}": what for n, what in enumerate(expressions.rotated(s, space.rotation, parts), start=1)}
        return select({**_same(carried), **axes}, rows, tail=self.dialect.fence), list(axes)

    def _placed(
        self, s: Statement, space: Space, by: Mapping[str, Floats], carried: Sequence[str]
    ) -> tuple[str, list[str]]:
        """Complete rows with their coordinates and, for each set of centres, the nearest and its distance."""
        x = self._features
        rows = select(
            _same(dict.fromkeys([*carried, *x])), self._rows(s), where=f"{_all_there(x)} AND {WEIGHT} IS NOT NULL"
        )
        rows, axes = self._coordinates(s, space, rows, carried)
        return self._nearest(s, rows, [*carried, *axes], axes, by), axes

    def _nearest(
        self,
        s: Statement,
        rows: str,
        carried: Sequence[str],
        axes: Sequence[str],
        by: Mapping[str, Floats],
        *,
        second: bool = False,
    ) -> str:
        fence = self.dialect.fence
        sets = {
            name: {f"{name}_{n}": d for n, d in enumerate(expressions.squared_distances(s, centres, axes), start=1)}
            for name, centres in by.items()
        }
        distances = {key: what for one in sets.values() for key, what in one.items()}
        rows = select({**_same(carried), **distances}, rows, tail=fence)
        near = {f"{name}_near": expressions.least(list(one)) for name, one in sets.items()}
        rows = select({**_same([*carried, *distances]), **near}, rows, tail=fence)
        first = {name: expressions.first_at(s, list(one), f"{name}_near") for name, one in sets.items()}
        kept = [*carried, *near, *(distances if second else ())]
        rows = select({**_same(kept), **first}, rows, tail=fence)
        if not second:
            return rows
        others = {f"{name}_second": expressions.second_least(s, list(one), name) for name, one in sets.items()}
        return select({**_same([*carried, *near, *first]), **others}, rows)

    def _between(self, s: Statement, space: Space, centres: Floats, lows: Floats, highs: Floats) -> str:
        """Complete rows with their segment, and the bounds of each feature that hold there."""
        x = self._features
        rows, _ = self._placed(s, space, {SEGMENT: centres}, [WEIGHT, *x])
        bounds = {
            f"{mark}{n}": self._by_segment(s, bound)
            for mark, side in (("l", lows), ("h", highs))
            for n, bound in enumerate(side.T, start=1)
        }
        return select({**_same([SEGMENT, WEIGHT, *x]), **bounds}, rows, tail=self.dialect.fence)

    def _by_segment(self, s: Statement, values: Floats) -> str:
        """One number for each segment."""
        pairs = [(s.bind(number), s.number(value)) for number, value in enumerate(values, start=1)]
        return s.case(SEGMENT, pairs, f"CAST(NULL AS {self.dialect.real})")


def _same(names: Iterable[str]) -> dict[str, str]:
    return {name: name for name in names}


def _all_there(names: Iterable[str]) -> str:
    return " AND ".join(f"{name} IS NOT NULL" for name in names)
