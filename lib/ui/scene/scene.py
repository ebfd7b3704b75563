"""What a section of a page is given: what is looked at and what it is called, later with the segments found in it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lib.dataset import ROWS, Codebook, Counting, Dataset
from lib.population import Condition
from lib.subject import Entity, Subject
from lib.ui.scene.view import Heading, View

if TYPE_CHECKING:  # a page that shows no segments does not wait for what finds them
    from lib.segments import Recipe, Segmentation


@dataclass(frozen=True)
class Scene:
    """A view and what it is called.

    Attributes:
        view: What decides figures.
        heading: What the population, and those it is shown beside, are called.
    """

    view: View
    heading: Heading

    @property
    def key(self) -> Hashable:
        """What decides how a chart looks, besides the choices of its own controls."""
        return self.around

    @property
    def around(self) -> Hashable:
        """What decides how a chart looks whose segments are data to it."""
        return self.view.key, self.heading

    @property
    def title(self) -> str:
        """The population's name for headings and legends."""
        return self.heading.title

    @property
    def about(self) -> Dataset:
        """The data without columns: name, wave, dollars, vintage, subject, whether they are synthetic."""
        return self.view.about

    @property
    def codebook(self) -> Codebook:
        """What every column of the data means."""
        return self.view.codebook

    @property
    def subject(self) -> Subject:
        """What this kind of table brings: words, populations, lenses, what to look at first."""
        return self.about.subject

    @property
    def entity(self) -> Entity:
        """What a member is called."""
        return self.about.entity

    @property
    def dollars(self) -> int | None:
        """Year of the dollars that amounts are shown in, or None."""
        return self.about.dollars

    @property
    def unit(self) -> str:
        """What a count counts: members, or rows of the file."""
        return "rows" if self.view.counting == ROWS else self.entity.plural

    @property
    def counts_both_ways(self) -> bool:
        """Whether members and rows are different things to count."""
        return self.about.weight is not None or self.about.implicates > 1

    @property
    def extreme(self) -> str:
        """What those with the largest amounts are."""
        return self.subject.wording.extreme

    def members(self, columns: Sequence[str]) -> Dataset:
        """The members of the population with some columns."""
        return self.view.members(columns)

    def known(self, names: Sequence[str]) -> tuple[str, ...]:
        """Those of several columns that the data have, each once."""
        return tuple(dict.fromkeys(name for name in names if name in self.codebook))

    def words(self, condition: Condition) -> str:
        """A condition for a reader, its amounts with the year of their dollars."""
        return condition.words(self.codebook, self.view.dollars)

    def counted(self, counting: Counting) -> Scene:
        """The same with another way to count."""
        return Scene(self.view.counted(counting), self.heading)

    def narrowed(self, title: str, *conditions: Condition) -> Scene:
        """The members that meet further conditions, under another name."""
        return Scene(self.view.narrowed(*conditions), Heading(title, self.heading.beside))

    def next_to(self, other: Scene) -> Scene:
        """The same, shown beside the members of another."""
        return Scene(self.view.next_to(other.view), Heading(self.title, other.title))


@dataclass(frozen=True)
class Segmented(Scene):
    """A scene with the segments that a recipe finds in it.

    Attributes:
        recipe: How they were found.
        find: Finds the segmentation, which is not held on to: a session keeps its scene for as long as it lasts.
        names: The name of each segment.
        shown: The names of those on view.
    """

    recipe: Recipe
    find: Callable[[], Segmentation]
    names: Mapping[int, str]
    shown: Mapping[int, str]

    @property
    def key(self) -> Hashable:
        """What decides how a chart looks, besides the choices of its own controls."""
        return super().key, self.recipe, tuple(self.shown.items())

    @property
    def found(self) -> Segmentation:
        """The segmentation."""
        return self.find()

    @property
    def numbers(self) -> list[int]:
        """The segments on view, without those who belong to none."""
        return [int(number) for number in self.found.model.numbers if number in self.shown]

    @property
    def is_whole(self) -> bool:
        """Whether every segment is on view."""
        return len(self.shown) == len(self.names)

    @property
    def described(self) -> tuple[str, ...]:
        """The features, and a few other amounts by which segments are told apart."""
        return self.known((*self.recipe.features, *self.subject.first.also))
