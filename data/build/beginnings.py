"""Find with how many segments the views begin that are opened first: ``python -m data.build.beginnings SCF...``.

Of the embedded sample, of the made-up examples, and of the waves whose files are named. A sweep over every number of
segments takes seconds each, of everyone a minute.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

from data.build import digests
from lib.dataset import Dataset
from lib.features import usable
from lib.maps.first import default_recipe
from lib.population import named_population
from lib.segments import Recipe, sweep
from lib.segments.judge.beginning import FILE, beginning, mark_of
from lib.sources import examples, scf


def main() -> None:
    """Write the file."""
    tables = [scf.sample(), examples.cards(), examples.loans(), *(scf.read(Path(path)) for path in sys.argv[1:])]
    with FILE.open("w", encoding="utf-8", newline="\n") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["mark", "k", "by", "data", "who", "features"])
        for data in tables:
            for who, members, recipe in views(data):
                found = beginning(sweep(members, recipe))
                mark = mark_of(data.name, len(members), float(members.weights().sum()), recipe)
                writer.writerow([mark, found.k, "|".join(found.by), data.name, who, " ".join(recipe.features)])
                file.flush()
                sys.stdout.write(f"{data.name}, {who}, {', '.join(recipe.features)}: {found}\n")
    digests.main()


def views(data: Dataset) -> Iterator[tuple[str, Dataset, Recipe]]:
    """Every named population with the features that its pages begin with: two amounts, and the leading ones."""
    for named in data.subject.populations:
        members = named_population(named, data.dollars).apply(data)
        # as the page on two features: the pair that the subject names, where it can be used
        amounts = data.codebook.amounts()
        wanted = [name for name in data.subject.first.pair if name in amounts]
        ordered = [*wanted, *(name for name in amounts if name not in wanted)]
        pair = usable(members, ordered[:2])
        pair = pair if len(pair) == 2 else usable(members, ordered)[:2]
        for recipe in (Recipe(tuple(pair), transform="asinh"), default_recipe(members)):
            yield named.key, members, recipe


if __name__ == "__main__":
    main()
