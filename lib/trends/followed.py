"""What is followed over the waves of a survey."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, get_args

from lib.dataset import Codebook
from lib.subject import Change, Subject

Statistic = Literal["share", "median", "mean"]
STATISTICS: tuple[Statistic, ...] = get_args(Statistic)

ALL = 0.0
"""The line of all members together."""


def first_followed(subject: Subject, population: Collection[str]) -> str:
    """The column whose share is followed until somebody chooses: the subject's own, or the next that leads.

    Args:
        subject: Knows what leads.
        population: Columns that say who belongs to the population: of those all have the same answer.
    """
    leading = (subject.first.followed, *(one.column for one in subject.headlines if one.statistic == "share"))
    return next((name for name in leading if name not in population), subject.first.followed)


@dataclass(frozen=True)
class Followed:
    """A figure, and the lines in which it is shown.

    Attributes:
        statistic: "share", "median" or "mean".
        column: What it is of: a category for a share, else an amount.
        code: For a share, the answer that is counted; None gives each answer a line of its own.
        by: A category, each code of which has a line; empty for all members together.
    """

    statistic: Statistic
    column: str
    code: float | None = 1.0
    by: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it needs."""
        return (self.column, self.by) if self.by else (self.column,)

    @property
    def is_share(self) -> bool:
        """Whether figures are shares between 0 and 1."""
        return self.statistic == "share"

    @property
    def answers(self) -> bool:
        """Whether each answer has a line."""
        return self.is_share and self.code is None

    @property
    def lines(self) -> str:
        """The column whose codes are the lines; empty for a single line."""
        return self.column if self.answers else self.by

    def concerned(self, change: Change, line: float, population: tuple[str, ...]) -> bool:
        """Whether a change of a question breaks a line.

        Args:
            change: The change.
            line: Code of the line.
            population: Columns that say who belongs to the population.
        """
        if set(change.columns) & set(population):
            return True
        if self.lines in change.columns:
            return change.concerns(line)
        return self.column in change.columns and change.concerns(self.code if self.is_share else None)

    def changes(self, subject: Subject, population: tuple[str, ...]) -> tuple[Change, ...]:
        """Changes of questions that it rests on, its population included."""
        used = {*self.columns, *population}
        return tuple(change for change in subject.changes if used & set(change.columns))

    def title(self, codebook: Codebook) -> str:
        """What it is of, without the statistic: "Net worth", "Homeownership: Owns home"."""
        variable = codebook[self.column]
        if not self.is_share or self.code is None or (variable.unit == "flag" and self.code == 1):
            return variable.label
        return f"{variable.label}: {variable.text(self.code)}"
