"""The loop of k-means over all rows, which an engine counts, and its state between two passes."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from math import log
from pathlib import Path
from typing import Any

import numpy as np

from lib.engines.table import Counts, Table
from lib.features.space import Space
from lib.segments.points import Floats
from lib.tables.whole import whole

MOST_PASSES = 300
STILL = 1e-12
"""Of the largest coordinate: a centre that moves less stands still. One label among 10^11 rows moves one further."""

TIE = "Of equally near centres the first."
EMPTY = "A centre that no row is nearest to stays where it is."

Say = Callable[[str], None]

_LOOKED_BACK = 5


@dataclass(frozen=True)
class Iteration:
    """One pass over all rows.

    Attributes:
        number: From 1.
        rows: Rows that were looked at.
        inertia: Of the centres that it began with; weights sum to the members, or to the rows when rows are counted.
        shift: The largest move of a coordinate of a centre, on the scale of distances.
        seconds: Time it took.
    """

    number: int
    rows: int
    inertia: float
    shift: float
    seconds: float


@dataclass(frozen=True, eq=False)
class Refined:
    """Where the loop ended: centres in the order in which they came, every pass, and whether nothing moved at last."""

    centres: Floats
    iterations: tuple[Iteration, ...]
    converged: bool


class State:
    """What is known between two passes, in a small file: whoever is cut off goes on from there."""

    def __init__(self, path: Path, asked: str) -> None:
        """Read what is there, if it is of the same question.

        Args:
            path: Of the file.
            asked: A mark of all that was asked for.
        """
        self._path = path
        self._known: dict[str, Any] = {"asked": asked}
        if path.is_file():
            known = json.loads(path.read_text(encoding="utf-8"))
            self._known = known if known.get("asked") == asked else self._known

    def __contains__(self, name: str) -> bool:
        return name in self._known

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - whatever JSON holds
        return self._known[name]

    def forget(self) -> None:
        """Begin anew."""
        self._known = {"asked": self._known["asked"]}

    def keep(self, **known: Any) -> None:  # noqa: ANN401 - whatever JSON holds
        """Write it down; the file is the old one or the new one, whatever happens."""
        self._known |= known
        with whole(self._path) as draft:
            draft.write_text(json.dumps(self._known, ensure_ascii=False), encoding="utf-8")


def refine(table: Table, space: Space, counts: Counts, state: State, *, most: int = MOST_PASSES, say: Say) -> Refined:
    """Lloyd's iterations over all rows, from the centres in ``state`` until none moves.

    Args:
        table: Asked once for each iteration.
        space: The scale of distances.
        counts: How much there is.
        state: Has the centres to begin with as ``centres``, and the passes made before as ``iterations``.
        most: Passes at most, those made before included.
        say: Told each pass.
    """
    centres = np.array(state["centres"], dtype=float)
    done = [Iteration(**one) for one in state["iterations"]]
    unit = counts.unit(table.asked.counting)
    while not (converged := _is_still(done, centres)) and len(done) < most:
        begun = time.monotonic()
        found = table.one_pass(space, centres)
        moved = found.centres(centres)
        shift = float(np.abs(moved - centres).max())
        rows, seconds = int(found.rows.sum()), time.monotonic() - begun
        done.append(Iteration(len(done) + 1, rows, found.inertia * unit, shift, round(seconds, 3)))
        centres = moved
        state.keep(centres=centres.tolist(), iterations=[asdict(one) for one in done])
        say(_words(done, centres, most))
    return Refined(centres, tuple(done), converged)


def _is_still(done: Sequence[Iteration], centres: Floats) -> bool:
    return bool(done) and done[-1].shift <= STILL * max(float(np.abs(centres).max()), 1e-300)


def _words(done: Sequence[Iteration], centres: Floats, most: int) -> str:
    last = done[-1]
    said = f"Pass {last.number}: {last.rows:,} rows in {last.seconds:.1f} s, inertia {last.inertia:,.6g}"
    if _is_still(done, centres):
        return f"{said}; nothing moves any more."
    left = _passes_left(done, centres)
    if left is None:
        return f"{said}, moved by {last.shift:.1e}; {most - last.number} more at most."
    left = min(left, most - last.number)
    return f"{said}, moved by {last.shift:.1e}; about {left} more, {left * last.seconds:,.0f} s, mostly fewer."


def _passes_left(done: Sequence[Iteration], centres: Floats) -> int | None:
    """Passes until nothing moves if moves go on becoming smaller as they did, None where they do not.

    Mostly they are fewer: once no row changes its segment any more all moves end at once.
    """
    recent = [one.shift for one in done[-_LOOKED_BACK:]]
    if len(recent) < 2 or not 0 < recent[-1] < recent[0]:
        return None
    rate = log(recent[-1] / recent[0]) / (len(recent) - 1)
    wanted = log(STILL * max(float(np.abs(centres).max()), 1e-300) / recent[-1])
    return max(1, round(wanted / rate))
