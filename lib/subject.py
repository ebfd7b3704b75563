"""What a kind of table brings with it: its words, its accounting, what is worth looking at first.

A subject is data. There is one file of it per kind in ``lib/subjects``; a Dataset carries its own, and everything
that computes or draws asks it instead of knowing any table by heart. Conditions are texts in the population language
(see ``lib.population``); ``{members}`` in a text stands for the plural of what is counted.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Entity:
    """What one member of a table is.

    Attributes:
        singular: Such as "household" or "customer".
        plural: Such as "households".
        behind: What those are called on whom a weighted figure rests, such as "sampled"; empty without weights.
    """

    singular: str
    plural: str
    behind: str = ""

    def several(self, number: float) -> str:
        """So many of them: "1 household", "5,777 households"."""
        return f"{number:,.0f} {self.singular if number == 1 else self.plural}"

    def sampled(self, number: float) -> str:
        """So many that a figure rests on: "1 sampled household", "28 customers"."""
        noun = self.singular if number == 1 else self.plural
        return " ".join(filter(None, (f"{number:,.0f}", self.behind, noun)))

    @property
    def sampled_plural(self) -> str:
        """Those that figures rest on: "sampled households", "customers"."""
        return f"{self.behind} {self.plural}".strip()


@dataclass(frozen=True)
class Currency:
    """What amounts of money are in: the sign before a figure, and the plural for sentences."""

    symbol: str
    plural: str


@dataclass(frozen=True)
class LeadingShare:
    """A share that counting rows gets wrong, told first of all: how its sentence begins, and of whom it is true."""

    words: str
    condition: str


@dataclass(frozen=True)
class Identity:
    """``total`` equals the sum of ``parts``, each column times its coefficient, on every row."""

    total: str
    parts: Mapping[str, float]

    @property
    def columns(self) -> frozenset[str]:
        """Every column that the identity mentions."""
        return frozenset({self.total, *self.parts})

    def holds_in(self, names: frozenset[str]) -> bool:
        """Whether all columns of the identity are among ``names``."""
        return self.columns <= names

    def value(self, frame: pd.DataFrame) -> np.ndarray:
        """The sum of the parts, one float per row of ``frame``, in the unit of the columns."""
        return _sum(self.parts, frame)


def _sum(parts: Mapping[str, float], frame: pd.DataFrame) -> np.ndarray:
    result = np.zeros(len(frame))
    for name, coefficient in parts.items():
        result += coefficient * frame[name].to_numpy(dtype=float)
    return result


@dataclass(frozen=True)
class Derived:
    """A column that is made from others alone, though not as a sum: a ratio, a flag that something is there."""

    column: str
    needs: frozenset[str]


@dataclass(frozen=True)
class Made:
    """A column that is made where such a table is read: a sum of others, or one over another.

    Attributes:
        column: Its name.
        parts: The columns of the sum, each with its coefficient.
        over: Those of the sum that it is divided by; without any nothing is divided. Where that sum is zero or
            missing the column is blank, as where a number would be too large to be held.
    """

    column: str
    parts: Mapping[str, float]
    over: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def needs(self) -> frozenset[str]:
        """Columns from which it follows."""
        return frozenset({*self.parts, *self.over})

    def value(self, frame: pd.DataFrame) -> np.ndarray:
        """The column, one float per row of ``frame``; blank where it cannot be had."""
        with np.errstate(over="ignore", invalid="ignore"):
            value = _sum(self.parts, frame)
            if self.over:
                below = _sum(self.over, frame)
                value = np.divide(value, below, out=np.full(len(frame), np.nan), where=np.abs(below) > 0)
        return np.where(np.isfinite(value), value, np.nan)


Sign = Literal["<", "<=", ">", ">=", "=="]
SIGNS: tuple[Sign, ...] = get_args(Sign)
_COMPARED: Mapping[Sign, Callable[[Any, Any], Any]] = MappingProxyType(
    {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq}
)


@dataclass(frozen=True)
class Mark:
    """A flag that is made where such a table is read: 1 where ``of`` compares so with ``limit``, blank where blank."""

    column: str
    of: str
    sign: Sign
    limit: float

    @property
    def needs(self) -> frozenset[str]:
        """The column from which it follows."""
        return frozenset({self.of})

    def value(self, frame: pd.DataFrame) -> np.ndarray:
        """The flag, one float per row of ``frame``."""
        values = frame[self.of].to_numpy(dtype=float)
        return np.where(np.isnan(values), np.nan, _COMPARED[self.sign](values, self.limit))


@dataclass(frozen=True)
class NamedPopulation:
    """A population with a name.

    Attributes:
        key: Stands for it in links; never changes.
        label: Its name.
        condition: Who belongs to it; empty for everyone.
        limited: A column of money that must be below ``limit``.
        limit: In the money of ``limit_year``: it follows the year of the data, so that it picks the same members
            whichever year's money they are shown in.
        limit_year: Year of the limit.
    """

    key: str
    label: str
    condition: str = ""
    limited: str = ""
    limit: float = 0.0
    limit_year: int | None = None


EVERYONE = NamedPopulation("everyone", "Everyone")


@dataclass(frozen=True)
class HeadlineFigure:
    """A figure that leads: ``statistic`` is "median" or "share" (of code 1)."""

    label: str
    column: str
    statistic: Literal["median", "share"]


@dataclass(frozen=True)
class Base:
    """Whom a figure speaks of, in words and as a condition; without one, all members."""

    words: str
    condition: str = ""


ALL = Base("all {members}")

Measure = Literal["flag", "codes", "median", "typical", "mean", "months", "ratio", "of_all", "count"]


@dataclass(frozen=True)
class Figure:
    """One figure of a lens: what is measured, of whom, and how.

    Attributes:
        section: What it says something about.
        columns: What is measured; the first one gives the label where ``label`` is empty.
        measure: "flag" (share with code 1), "codes" (share of each code), "median" (of a ratio, a plain number),
            "typical" (median in the column's own words), "mean" (likewise), "months" (median of the first over a
            twelfth of the second), "ratio" (total of the first over total of the second), "of_all" (the segment's
            total as a share of everyone's) or "count".
        base: The members it speaks of.
        label: Plain words.
        key: Tells it from a figure of the same lens that measures the same of others.
    """

    section: str
    columns: tuple[str, ...]
    measure: Measure = "flag"
    base: Base = ALL
    label: str = ""
    key: str = ""

    @property
    def is_size(self) -> bool:
        """Whether it says how large a segment is, which no choice of features forbids."""
        return self.measure in {"of_all", "count"}


@dataclass(frozen=True)
class Lens:
    """A way of looking at segments through columns that they were not made from.

    Attributes:
        name: What it is called.
        figures: What is looked at.
        glance: The flags among them that are drawn beside the segments, before anybody asks for more.
    """

    name: str
    figures: tuple[Figure, ...]
    glance: tuple[str, ...] = ()


@dataclass(frozen=True)
class Clause:
    """A piece of a sentence about one member: ``{COLUMN}`` becomes its value in words.

    It is said of those for whom ``when`` holds, and of nobody where a column it needs is not there.
    """

    text: str
    when: str = ""


@dataclass(frozen=True)
class Telling:
    """How one member is told.

    Attributes:
        columns: What is known about it, in the order in which one would tell it.
        sentences: Each a row of clauses that are put together.
        amounts: Columns listed after the sentences, features that were not mentioned behind them.
    """

    columns: tuple[str, ...] = ()
    sentences: tuple[tuple[Clause, ...], ...] = ()
    amounts: tuple[str, ...] = ()


@dataclass(frozen=True)
class FirstLook:
    """What the controls of a page begin with; columns that a table lacks are passed over.

    Attributes:
        show: Category that is shared out first, ``by`` the category whose groups stand side by side.
        by: See ``show``.
        formerly: The same two as they were in links of versions 1 and 2; none where they have not changed.
        amount: Amount whose distribution is shown first.
        pair: Two amounts: the first scatter, and the first two features.
        correlated: Columns of the first table of correlations.
        ordered: Categories whose codes are in order, so that they too can be correlated.
        features: The first list of one's own features.
        group: Group of columns offered first.
        who: Categories that say who somebody is, the most telling first.
        also: Amounts shown beside the features of segments.
        facts: Columns told of a picked member, besides ``also``.
        debts: Further amounts told of picked members.
        followed: What is followed over the waves of a survey first.
        groups: Categories in whose groups it is followed, those offered first.
    """

    show: str = ""
    by: str = ""
    formerly: tuple[str, str] | None = None
    amount: str = ""
    pair: tuple[str, ...] = ()
    correlated: tuple[str, ...] = ()
    ordered: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    group: str = ""
    who: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    debts: tuple[str, ...] = ()
    followed: str = ""
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class LeadingRate:
    """What the first page tells: in how many of each group of a category something is so.

    Attributes:
        column: A flag.
        by: The category.
        did: What is true of those with the flag: "were denied credit or feared it".
        groups: What the members of each code of ``by`` are called, those first who lead the sentence with those last.
        grouped: By what they are grouped: "income".
    """

    column: str
    by: str
    did: str
    groups: Mapping[float, str]
    grouped: str


@dataclass(frozen=True)
class Way:
    """Where the first page leads to.

    Attributes:
        label: What is found there.
        words: A sentence about it.
        page: The page, as in its address.
        icon: Its sign.
        choices: What a link to it says, by parameter.
    """

    label: str
    words: str
    page: str
    icon: str
    choices: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


BRING = Way(
    "Bring your own customers",
    "A file or a database: its columns are understood, cleaned and segmented on the same pages. It stays yours.",
    "your_table",
    ":material/upload_file:",
)
WAYS = (
    Way(
        "Who is it?",
        "Groups side by side, how amounts are spread, what goes with what.",
        "explore",
        ":material/travel_explore:",
    ),
    Way(
        "What kinds of {members} are they?",
        "Segments by any columns, as cards, on maps, and how far to trust them.",
        "many_features",
        ":material/hub:",
    ),
    Way(
        "Two amounts in one plane",
        "k-means that one can see at work.",
        "two_features",
        ":material/scatter_plot:",
    ),
    BRING,
)


@dataclass(frozen=True)
class Change:
    """A question that was put otherwise from some wave on: figures before and since do not compare.

    Attributes:
        columns: What its answers decide.
        since: First wave in which it was put so.
        before: How it was put before, in a few words.
        after: How it has been put since.
        codes: Codes of the columns that it concerns; without any, all of them.
    """

    columns: tuple[str, ...]
    since: int
    before: str
    after: str
    codes: tuple[float, ...] = ()

    def concerns(self, code: float | None) -> bool:
        """Whether it concerns a code of its columns; None stands for all that they hold."""
        return code is None or not self.codes or code in self.codes

    @property
    def words(self) -> str:
        """The change in words."""
        return f"{self.after} since {self.since}, {self.before} before"


@dataclass(frozen=True)
class Wording:
    """Sentences that only this kind of table needs or words its own way.

    Attributes:
        whole: What the table is about, for the title of the first page: "US households".
        source: What the data are called in the sidebar: "Survey".
        source_help: A sentence about them.
        weighted: How members are counted by weight, in words for files.
        rows: How rows are counted, in words for files.
        synthetic: What is said of data drawn from a model of such a table.
        example: A condition as one might type it.
        placeholder: Columns as one might look for them.
        citation: How to cite the data; ``{wave}`` stands for the survey year, without which such words say nothing.
        extreme: What those with the largest amounts are.
        notebooks: Whether well-known notebooks show such a table, so that their figures can stand beside ours.
        estimates: How figures are made, for the page on methods; Markdown.
        about_data: Where such tables come from and how to cite them, for the page on methods; Markdown.
        about_synthetic: What the synthetic data are, for the same page; Markdown.
    """

    whole: str
    source: str = "Table"
    source_help: str = ""
    weighted: str = "{members}, by their weights"
    rows: str = "rows, each once"
    synthetic: str = "Synthetic data drawn from a model: no row is real"
    example: str = "amount > 0 and size < 35"
    placeholder: str = "Choose a column"
    citation: str = ""
    extreme: str = "extreme"
    notebooks: bool = False
    estimates: str = ""
    about_data: str = ""
    about_synthetic: str = ""


@dataclass(frozen=True, eq=False)
class Subject:
    """What a kind of table brings.

    Attributes:
        key: Its name in links and files; never changes.
        entity: What one member is.
        currency: What amounts are in, or None where nobody knows.
        wording: Its own sentences.
        pages: Pages that it has besides those of every table.
        populations: Named ones, everyone first.
        headlines: Figures that lead; without any the first amounts do.
        lead: The share by which the first page tells members from rows; by default the first headline that is one.
        identities: Which column is the sum of which others.
        derived: Which columns follow from others in other ways.
        codebook: File below ``data`` that says what columns of such a table mean; empty where its reader knows.
        made: Columns that are made where such a table is read, each from those before it.
        bounds: Columns, and the least and the largest value that they should have.
        outcomes: Columns through which segments are looked at, and which are never made a feature.
        codes: Columns of money, and the code that stands in them in place of an amount.
        lenses: Ways of looking at segments.
        first: What controls begin with.
        telling: How one member is told.
        changes: Questions of a survey that were not put the same way in all its waves.
        rate: The finding of the first page.
        ways: Where that page leads to, one click each.
        views: Views worth reading on with.
        course: The view of a well-known course, as its students have it before them.
    """

    key: str
    entity: Entity
    wording: Wording
    currency: Currency | None = None
    pages: frozenset[str] = frozenset()
    populations: tuple[NamedPopulation, ...] = (EVERYONE,)
    headlines: tuple[HeadlineFigure, ...] = ()
    lead: LeadingShare | None = None
    identities: tuple[Identity, ...] = ()
    derived: tuple[Derived, ...] = ()
    codebook: str = ""
    made: tuple[Made | Mark, ...] = ()
    bounds: Mapping[str, tuple[float, float]] = field(default_factory=lambda: MappingProxyType({}))
    outcomes: frozenset[str] = frozenset()
    codes: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    lenses: tuple[Lens, ...] = ()
    first: FirstLook = FirstLook()
    telling: Telling = Telling()
    changes: tuple[Change, ...] = ()
    rate: LeadingRate | None = None
    ways: tuple[Way, ...] = WAYS
    views: tuple[Way, ...] = ()
    course: Way | None = None

    def named(self, key: str) -> NamedPopulation:
        """The named population of that key; everyone where there is none."""
        return next((one for one in self.populations if one.key == key), self.populations[0])
