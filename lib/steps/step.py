"""What every step has in common: it learns from a table once, and then says of any row what becomes of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lib.codebook import Codebook
from lib.dataset import Dataset
from lib.errors import StepError
from lib.estimates import quantile
from lib.words import listed

Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class Step(ABC):
    """One step from a table as it was read to the table that is looked at.

    A step that was ``fitted`` holds what it learned (a median, caps, the rows that neighbours are sought among) as
    plain numbers. What it does to a row depends on that row and on these numbers alone, so that rows of another day
    are treated exactly as those it learned from.
    """

    kind: ClassVar[str]

    @property
    @abstractmethod
    def needs(self) -> frozenset[str]:
        """Columns that it looks at."""

    @property
    def changes(self) -> frozenset[str]:
        """Columns that are otherwise afterwards."""
        return frozenset()

    @property
    def makes(self) -> frozenset[str]:
        """Columns that are there only afterwards."""
        return frozenset()

    @property
    def leaves_out(self) -> bool:
        """Whether it may leave out rows."""
        return False

    def fitted(self, data: Dataset) -> Step:
        """The same with what it has to learn from a table, by its weights.

        Raises:
            StepError: If the table does not allow it.
        """
        self.check(data)
        return self

    def check(self, data: Dataset) -> None:
        """Refuse columns that are not there, and to make one that is.

        Raises:
            StepError: One sentence.
        """
        if absent := sorted(self.needs - set(data.frame)):
            raise StepError(f"{data.name} has no column {absent[0]} (any more): choose another, or undo this step.")
        if there := sorted(self.makes & set(data.frame)):
            raise StepError(f"There is a column {there[0]} already: name the new one otherwise.")

    @abstractmethod
    def apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        """What becomes of rows, each by itself; the index tells those that are left. ``frame`` is not changed."""

    def of_table(self, frame: pd.DataFrame) -> pd.DataFrame:
        """What becomes of the table that it was fitted to; unlike ``apply`` it may compare rows with each other."""
        return self.apply(frame)

    def codebook(self, book: Codebook) -> Codebook:
        """What the columns mean afterwards."""
        return book

    @property
    def why_blank(self) -> str:
        """Why cells of a column that it makes are blank."""
        return "a part is missing"

    @abstractmethod
    def words(self, book: Codebook) -> str:
        """The step in a few words."""


def having(frame: pd.DataFrame, columns: Mapping[str, NDArray[Any] | pd.Series]) -> pd.DataFrame:
    """A table with some columns new or otherwise; whatever they are called, which ``assign`` would not allow."""
    made = frame.copy(deep=False)
    for name, values in columns.items():
        made[name] = values
    return made


def numbers(frame: pd.DataFrame, column: str) -> Floats:
    """A column as float64."""
    return frame[column].to_numpy(dtype=np.float64)


def labels(book: Codebook, columns: Sequence[str]) -> str:
    """Columns for a reader."""
    return listed([book.label(name) for name in columns])


def quantiles(data: Dataset, column: str, q: Sequence[float]) -> list[float]:
    """Quantiles of a column: between two rows on a straight line, as pandas has them; by weight where there is one."""
    values = data.values(column)
    if data.weight is not None:
        return [float(one) for one in np.atleast_1d(quantile(values, data.weights(), np.array(q)))]
    return [float(one) for one in np.nanquantile(values, q)] if np.isfinite(values).any() else [float("nan")] * len(q)


def check_columns(data: Dataset, columns: Sequence[str], *, categories: bool = False, amounts: bool = False) -> None:
    """Refuse none at all, one twice, and columns of another sort.

    Raises:
        StepError: One sentence.
    """
    if not columns:
        raise StepError("No column is chosen: choose at least one.")
    if twice := [name for name in columns if list(columns).count(name) > 1]:
        raise StepError(f"{twice[0]} is chosen twice: choose each column once.")
    for name in columns:
        if name not in data.codebook:
            continue  # it is not there, which ``check`` says
        variable = data.codebook[name]
        if categories and not variable.is_category:
            raise StepError(f"{variable.label} is no category: choose a column of categories.")
        if amounts and not variable.is_amount:
            raise StepError(f"{variable.label} holds no amounts: choose a column of amounts.")


def check_known(data: Dataset, column: str, learned: Sequence[float | None]) -> None:
    """Refuse what was learned of a column that has nothing to learn from: no value, or none with a weight.

    Raises:
        StepError: One sentence.
    """
    if any(one is not None and not np.isfinite(one) for one in learned):
        raise StepError(f"{data.codebook.label(column)} has no value to go by: leave the column out.")


def check_one_of(what: str, given: Any, allowed: Sequence[str]) -> None:  # noqa: ANN401 - it may come from a file
    """Refuse a word that means nothing here.

    Raises:
        StepError: One sentence.
    """
    if given not in allowed:
        raise StepError(f"{what} must be one of {', '.join(allowed)}. Got {str(given)[:40]}.")
