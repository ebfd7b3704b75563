"""A view's members as a sample: with what says how sure their figures are."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from lib.errors import DataError
from lib.estimates import Replicates, Sample, bootstrap
from lib.estimates.drawn import is_of_random_rows
from lib.estimates.replicates import TooManyError
from lib.population import Population
from lib.ui.scene.kept import ROOM
from lib.ui.scene.sureness import read_replicates, replicates_of
from lib.ui.scene.view import Heading, View


def sample(view: View, columns: Sequence[str], of: Population | None = None) -> Sample:
    """The members of a view, or of another population of its data, with some columns."""
    population = view.population if of is None else of
    data = population.apply(view.everyone((*columns, *population.columns)))
    return Sample(data, counting=view.counting, replicates=replicates(view))


def populations(view: View, heading: Heading) -> dict[str, View]:
    """The population and, unless they are the same, those it is shown beside, each alone, by name."""
    return {heading.title: view.alone, **({} if view.is_everyone else {heading.beside: view.others})}


def groups(view: View, heading: Heading, columns: Sequence[str]) -> dict[str, Sample]:
    """The same as samples with some columns."""
    return {name: sample(one, columns) for name, one in populations(view, heading).items()}


def replicates(view: View) -> Replicates | None:
    """Replicates of a view's whole data; None of tables whose rows tell by themselves how sure they are."""
    about = view.about
    if is_of_random_rows(about):
        return None
    file = replicates_of(view.source)
    try:
        if file is not None:
            read = partial(read_replicates, file)
            return ROOM.get(("replicates", file.stamp), lambda: Replicates(*read(), "replicate weights"))
    except DataError:
        pass  # the page on methods says what is wrong with the file
    everyone = view.everyone(())
    try:
        return ROOM.get(("replicates", view.source, view.stamp), lambda: bootstrap(everyone))
    except TooManyError:
        return None
