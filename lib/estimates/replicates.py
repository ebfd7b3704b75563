"""Weights under which a survey might as well have been drawn: the Federal Reserve's own, or a bootstrap's.

A replicate gives every member another weight, and those that it left out none. A figure taken with each replicate in
turn varies as it would from one survey to the next.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from lib.dataset import Dataset
from lib.errors import EstimateError
from lib.estimates.rows import Reweighted
from lib.estimates.weighted import Floats

Kind = Literal["replicate weights", "bootstrap"]

DRAWS = 500
"""Replicates of a bootstrap: its standard errors are then off by a thirtieth themselves, next to a third by nature."""

FEWEST_DRAWS = 100
MAX_CELLS = 8_000_000
"""Members times replicates of a bootstrap: of more members fewer replicates are drawn, down to ``FEWEST_DRAWS``."""

AT_ONCE = 512
"""Replicates looked at together: what is made of them for a figure is no larger than that."""


class TooManyError(EstimateError):
    """Members are too many to be drawn anew."""


@dataclass(frozen=True, eq=False)
class Replicates:
    """Replicate weights of every member of a survey.

    Attributes:
        ids: Of the members, ascending (n).
        weights: Members x replicates: the weight of each member in each replicate, or, of a bootstrap, how often it
            was drawn, to be multiplied by its own weight. 0 where it was not drawn.
        kind: Where they come from.
        of: The name of the survey, where draws alone do not tell it from another of as many members.
    """

    ids: NDArray[Any]
    weights: NDArray[np.float32] | NDArray[np.uint8]
    kind: Kind
    of: str = ""

    @cached_property
    def mark(self) -> str:
        """Tells replicates apart: figures under the same ones vary together, whenever they were taken."""
        drawn = crc32(np.ascontiguousarray(self.weights).data, crc32(self.ids.astype(str).tobytes()))
        return f"{self.kind} of {self.of}: {drawn:08x}"

    def __len__(self) -> int:
        """How many replicates there are."""
        return self.weights.shape[1]

    def places(self, ids: NDArray[Any]) -> NDArray[np.intp]:
        """Where members stand in ``weights``.

        Raises:
            EstimateError: If one of them is not there.
        """
        places = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        if (strange := self.ids[places] != ids).any():
            raise EstimateError(
                f"The replicate weights know nothing of {strange.sum():,} of {len(ids):,} members: they are another "
                "survey's. Fetch those of this one."
            )
        return places

    def blocks(self, places: NDArray[np.intp], own: Floats) -> Iterator[Reweighted]:
        """The weights of some members in some replicates at a time.

        Args:
            places: Of the members, as ``places`` gives them.
            own: Their own weights.
        """
        multiplied = (own if self.kind == "bootstrap" else np.ones(len(own))).astype(np.float32)
        for start in range(0, len(self), AT_ONCE):
            times = self.weights[:, start : start + AT_ONCE][places].astype(np.float32, copy=False)
            yield Reweighted(times, multiplied)


def read(path: str | os.PathLike[str]) -> Replicates:
    """The Federal Reserve's replicate weights of one wave, in either layout; see ``replicate_file.read_weights``.

    Raises:
        DataError: One sentence that names the file, what is wrong with it and what to do.
    """
    # what reads files is loaded by whoever brings one
    from lib.estimates.replicate_file import read_weights

    return Replicates(*read_weights(Path(path)), "replicate weights")


def bootstrap(dataset: Dataset, *, draws: int = DRAWS, seed: int = 42) -> Replicates:
    """Members drawn anew with replacement, each with all its implicates, as often as there are members.

    This knows nothing of how a survey was drawn. Of standard errors that the Federal Reserve published for the 2019
    and 2022 surveys, all of net worth, it gives 0.9 to 1.7 times as much (median 1.4): its intervals are mostly wide.

    Args:
        dataset: The whole table: a population of it takes what it needs.
        draws: How many replicates, of very many members fewer.
        seed: Start of the random numbers.

    Raises:
        TooManyError: If there are so many members that even few replicates would not fit into memory.
    """
    ids = np.unique(dataset.ids)
    number = min(draws, max(MAX_CELLS // max(len(ids), 1), FEWEST_DRAWS))
    if len(ids) * number > 4 * MAX_CELLS:
        raise TooManyError(
            f"{dataset.name} has {len(ids):,} {dataset.entity.plural}: too many to draw anew. Choose fewer."
        )
    rng = np.random.default_rng(seed)
    times = np.empty((len(ids), number), dtype=np.uint8)
    for column in range(number):
        drawn = rng.integers(0, len(ids), len(ids))
        times[:, column] = np.minimum(np.bincount(drawn, minlength=len(ids)), 255)
    return Replicates(ids, times, "bootstrap", dataset.name)
