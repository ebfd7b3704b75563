"""Waves beside one another: lines, where they are broken, and which changes are sure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from lib.codebook import Codebook, Variable
from lib.estimates.ends import Z
from lib.estimates.figures import Method
from lib.estimates.wording import beyond
from lib.subject import Change, Subject
from lib.trends.followed import Followed
from lib.trends.wave import COLUMNS, Wave
from lib.words import listed, percent

MOST_LINES = 8
"""Lines that can be told apart in one picture."""

_Interval = Callable[[pd.Series, pd.Series], tuple[float, float]]
_TABLE = ["wave", *COLUMNS, "stretch", "label"]
_STATISTIC = {"share": "share of {members}", "median": "median", "mean": "mean"}


@dataclass(frozen=True, eq=False)
class Trend:
    """A figure over the waves of a survey.

    Attributes:
        followed: What it is.
        title: What it is of, in words.
        variable: The column that it is of.
        grouping: Label of the column whose codes are the lines; empty for a single line.
        counted: What is counted, in the plural.
        dollars: Year of the money that amounts are in, or None.
        waves: In ascending order of their years.
        table: One row per wave and line: ``wave`` (year), ``line`` (code), ``label``, ``value``, ``standard_error``,
            ``low``, ``high``, ``sampled``, ``unsure``, and ``stretch``: figures of one line that have the same number
            compare with one another.
        changes: Changes of questions between the waves that are there, each with the label of the column it concerns.
        cut: How many lines were left out, those of the highest codes, because there are too many to tell apart.
        is_defined: Whether all have the answer, or nobody, because the population is chosen by it.
    """

    followed: Followed
    title: str
    variable: Variable
    grouping: str
    counted: str
    dollars: int | None
    waves: tuple[Wave, ...]
    table: pd.DataFrame
    changes: tuple[tuple[Change, str], ...] = ()
    cut: int = 0
    is_defined: bool = False

    @property
    def labels(self) -> list[str]:
        """Labels of the lines, in the order of their codes."""
        return list(dict.fromkeys(self.table.sort_values(["line", "wave"])["label"]))

    @property
    def statistic(self) -> str:
        """How the figure is taken, in words: "share of customers", "median"."""
        return _STATISTIC[self.followed.statistic].format(members=self.counted)

    @property
    def unit(self) -> str:
        """The statistic with the year of its money: "median, 2022 dollars"."""
        is_money = self.variable.unit == "dollars" and not self.followed.is_share
        return f"{self.statistic}, {self.dollars} dollars" if is_money and self.dollars else self.statistic

    @property
    def years(self) -> list[int]:
        """Years that have a figure."""
        return sorted(set(self.table["wave"]))

    @property
    def methods(self) -> dict[Method, list[int]]:
        """How standard errors came about, and in which waves so."""
        found: dict[Method, list[int]] = {}
        for wave in self.waves:
            if wave.method and wave.year is not None and len(wave.table):
                found.setdefault(wave.method, []).append(wave.year)
        return found

    def text(self, value: float) -> str:
        """A figure in words."""
        if np.isnan(value):
            return ""
        if self.followed.is_share:
            return percent(value)
        return self.variable.mean_text(value) if self.followed.statistic == "mean" else self.variable.text(value)

    def size_text(self, difference: float) -> str:
        """How large a difference is, in words: "2.1 points", "$3,400"."""
        if self.followed.is_share:
            return f"{abs(100 * difference):.1f} points"
        return self.text(abs(difference))

    def signed(self, difference: float) -> str:
        """A difference in words, with its sign, which what rounds to nothing has none of."""
        size = self.size_text(difference)
        return size if size == self.size_text(0.0) else f"{'-' if difference < 0 else '+'}{size}"

    @cached_property
    def differences(self) -> pd.DataFrame:
        """How each line's last figure differs from others that it compares with: the wave before, and the first.

        Waves are samples of their own, so that the variance of a difference is the sum of both variances. Intervals of
        medians need not be symmetric, and of whole numbers hardly ever are: that of their difference is put together
        from both (Zou and Donner 2008), which is the same where they are symmetric.

        Returns:
            ``line``, ``label``, ``first`` and ``last`` (years), ``difference`` (last less first), ``standard_error``,
            ``low``, ``high`` (95 % interval) and ``sure``: whether that excludes zero.
        """
        interval = _of_both if self.followed.statistic == "median" else _of_errors
        rows = [row for _, own in self.table.groupby("line") for row in _differences(own, interval)]
        names = ["line", "label", "first", "last", "difference", "standard_error", "low", "high", "sure"]
        return pd.DataFrame(rows, columns=names)

    @property
    def words(self) -> str:
        """What it says: the last figures, and those changes that are sure."""
        if not len(self.table):
            return f"{self.title}: no wave has a figure."
        return f"{self.title}: {self._last()}. {self._changed()}".strip()

    @property
    def takeaway(self) -> str:
        """What it says in a line: the last figure and its change, or the ends of several lines and what moved most."""
        if not len(self.table):
            return self.title
        year = self.years[-1]
        of_year = self.table[self.table["wave"] == year].set_index("label")
        last, unsure = of_year["value"], of_year["unsure"].astype(bool)
        if len(last) == 1:
            who = f" ({last.index[0]})" if self.followed.lines else ""
            return f"{self.title}: {self.text(last.iloc[0])}{who} in {year}{self._since()}"
        told = last[~unsure]
        aside = ", pale ones aside" if 1 < len(told) < len(last) else ""
        last = told if aside else last
        moved = self._moved_most(last.index)
        ends = {end: _whose(last, end) for end in sorted({last.min(), last.max()})}
        said = [f"{self.text(end)} ({whose}{moved.pop(whose, '')})" for end, whose in ends.items()]
        rest = "".join(f"; {label}{words}" for label, words in moved.items())
        return f"{self.title}: {' to '.join(said)} in {year}{aside}{rest}"

    def _moved_most(self, labels: pd.Index) -> dict[str, str]:
        """Which of several lines surely changed most since the wave before, and by how much; empty where none did."""
        found = self.differences
        found = found[found["sure"].astype(bool) & found["label"].isin(labels)]
        if self.is_defined or not len(found):
            return {}
        found = found[found["first"] == found["first"].max()]
        row = found.loc[found["difference"].abs().idxmax()]
        return {str(row["label"]): f", {self._way(row)} since {row['first']}"}

    def _way(self, row: pd.Series) -> str:
        return f"{'up' if row['difference'] > 0 else 'down'} {self.size_text(row['difference'])}"

    def _since(self) -> str:
        """What became of a single line since the first wave that it compares with, or else since the one before."""
        found = self.differences.sort_values("first")
        if self.is_defined or not len(found) or found["standard_error"].isna().all():
            return ""
        sure = found[found["sure"]]
        if not len(sure):
            return f", no sure change since {found['first'].iloc[0]}"
        row = sure.iloc[0]
        return f", {self._way(row)} since {row['first']}"

    def _last(self) -> str:
        year = self.years[-1]
        last = self.table[self.table["wave"] == year]
        figures = [self.text(value) for value in last["value"]]
        if not self.followed.lines:
            return f"{figures[0]} ({self.statistic}) in {year}"
        told = "; ".join(f"{label} {figure}" for label, figure in zip(last["label"], figures, strict=True))
        return f"{self.statistic} in {year}: {told}"

    def _changed(self) -> str:
        if self.is_defined:
            return "That is so by definition: the population is chosen by this very answer."
        found = self.differences
        if not len(found):
            return "" if len(self.years) < 2 else "No two waves on end can be compared."
        if found["standard_error"].isna().all():
            return "Without intervals nobody can tell which changes are sure."
        sure = [self._change(row) for _, row in found[found["sure"]].iterrows()]
        if sure:
            return f"Beyond chance at 95%: {'; '.join(sure)}."
        if self.followed.lines:
            since = sorted(set(found["first"]), reverse=True)
            return f"No change since {listed([str(year) for year in since], 'or')} is beyond chance at 95%."
        return f"No change is beyond chance at 95%: {'; '.join(self._none(row) for _, row in found.iterrows())}."

    def _none(self, row: pd.Series) -> str:
        """A change that may be none, with its interval: "+0.4 points (-1.2 to +2.0 points) since 2019"."""
        ends = f"{self.signed(row['low']).removesuffix(' points')} to {self.signed(row['high'])}"
        return f"{self.signed(row['difference'])} ({ends}) since {row['first']}"

    def _change(self, row: pd.Series) -> str:
        near, far = sorted((abs(row["low"]), abs(row["high"])))
        who = f"{row['label']}, " if self.followed.lines else ""
        between = f"{self.size_text(near).removesuffix(' points')} to {self.size_text(far)}"
        return f"{who}{self._way(row)} since {row['first']} ({between})"

    @property
    def notes(self) -> tuple[str, ...]:
        """What is worth knowing, a sentence each: broken lines, waves without a figure, lines left out."""
        broken = [
            f"{label}: {change.words}; the line is broken there, as figures on either side do not compare."
            for change, label in self.changes
        ]
        gaps: dict[str, list[str]] = {}
        for wave in self.waves:
            if wave.gap:
                gaps.setdefault(wave.gap, []).append(str(wave.year))
        missing = [f"No figure for {listed(years)}: {gap}." for gap, years in gaps.items()]
        cut = [f"{self.cut} more groups are left out."] if self.cut else []
        return (*broken, *missing, *cut)


def trend(
    waves: Iterable[Wave],
    followed: Followed,
    subject: Subject,
    codebook: Codebook,
    *,
    who: str,
    counted: str,
    dollars: int | None = None,
    population: Sequence[str] = (),
    lines: Collection[float] | None = None,
) -> Trend:
    """Put waves beside one another.

    Args:
        waves: What each says, in any order; those of an unknown year are left out.
        followed: What is followed.
        subject: Knows which questions changed.
        codebook: Labels of the columns and of their codes.
        who: Label of the line of all members together.
        counted: What is counted, in the plural.
        dollars: Year of the money that amounts are in.
        population: Columns that say who belongs to the population.
        lines: Codes of the lines to show; by default the first ``MOST_LINES``.
    """
    told = tuple(sorted((wave for wave in waves if wave.year is not None), key=_year))
    years, columns = [_year(wave) for wave in told], tuple(population)
    changes = [
        change for change in followed.changes(subject, columns) if years and years[0] < change.since <= years[-1]
    ]
    there = sorted({float(line) for wave in told for line in wave.table["line"]})
    shown = there[:MOST_LINES] if lines is None else [line for line in there if line in lines]
    tables = []
    for line in shown:
        since = [change.since for change in changes if followed.concerned(change, line, columns)]
        label = _label(codebook[followed.lines], line) if followed.lines else who
        tables.append(_line(told, line, since).assign(label=label))
    table = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=_TABLE)
    return Trend(
        followed=followed,
        title=followed.title(codebook),
        variable=codebook[followed.column],
        grouping=codebook.label(followed.lines) if followed.lines else "",
        counted=counted,
        dollars=dollars,
        waves=told,
        table=table,
        changes=tuple((change, _about(change, (*followed.columns, *columns), codebook)) for change in changes),
        cut=len(there) - len(shown) if lines is None else 0,
        is_defined=followed.is_share and followed.column in columns and set(table["value"]) <= {0.0, 1.0},
    )


def _label(variable: Variable, code: float) -> str:
    """What a code is called; of a flag, yes and no to what."""
    words = variable.text(code)
    return f"{variable.label}: {words.lower()}" if variable.unit == "flag" else words


def _year(wave: Wave) -> int:
    return wave.year or 0


def _line(waves: Sequence[Wave], line: float, since: Sequence[int]) -> pd.DataFrame:
    """One line's figures; a change of a question or a wave without a figure begins another stretch."""
    rows, stretch, before = [], 0, None
    for wave in waves:
        own = wave.table[wave.table["line"] == line]
        if not len(own):
            before = None
            continue
        year = _year(wave)
        if before is None or any(before < one <= year for one in since):
            stretch += 1
        rows.append(own.assign(wave=year, stretch=stretch))
        before = year
    return pd.concat(rows, ignore_index=True)


def _about(change: Change, used: Sequence[str], codebook: Codebook) -> str:
    """Label of the column that a change concerns."""
    return next(codebook.label(name) for name in used if name in change.columns)


def _whose(figures: pd.Series, value: float) -> str:
    """Whose figure it is, or how many have the same."""
    labels = list(figures.index[figures == value])
    return str(labels[0]) if len(labels) == 1 else f"{len(labels)} groups"


def _of_errors(first: pd.Series, last: pd.Series) -> tuple[float, float]:
    """The 95 % interval of the difference of two figures, by their standard errors."""
    difference, error = last["value"] - first["value"], np.hypot(first["standard_error"], last["standard_error"])
    return difference - Z * error, difference + Z * error


def _of_both(first: pd.Series, last: pd.Series) -> tuple[float, float]:
    """The same by their own intervals, which need not be symmetric."""
    difference = last["value"] - first["value"]
    below = np.hypot(last["value"] - last["low"], first["high"] - first["value"])
    above = np.hypot(last["high"] - last["value"], first["value"] - first["low"])
    return difference - below, difference + above


def _differences(own: pd.DataFrame, interval: _Interval) -> Iterator[dict[str, object]]:
    """One line's last figure against the one before and the first that compare with it."""
    comparable = own[own["stretch"] == own["stretch"].iloc[-1]]
    last = comparable.iloc[-1]
    for position in sorted({len(comparable) - 2, 0} - {len(comparable) - 1}, reverse=True):
        if position < 0:
            continue
        first = comparable.iloc[position]
        low, high = map(float, interval(first, last))
        yield {
            "line": last["line"],
            "label": last["label"],
            "first": int(first["wave"]),
            "last": int(last["wave"]),
            "difference": float(last["value"] - first["value"]),
            "standard_error": float(np.hypot(first["standard_error"], last["standard_error"])),
            "low": low,
            "high": high,
            "sure": beyond(low, high),
        }
