"""What is given to a reader, whatever it is: it comes back as it went, or gets one sentence; nothing else.

Each target takes bytes and raises if a reader does anything but that. Fuzzing, property tests and the table of bad
input go through them alike.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd
import pyarrow as pa

from lib.dataset import Codebook, Dataset, Variable
from lib.errors import DataError, HouseholdSegmentsError, PopulationError
from lib.population import Population
from lib.population.language import MAX_LENGTH
from lib.segments import Recipe
from lib.segments.apply.placing import place_rows
from lib.segments.apply.stored import read_recipe
from lib.sources import scf
from lib.sources.table import as_dataset, understand, understand_table
from lib.tables.own.guess import ROLES
from lib.tables.read import open_table

LONGEST = 700
"""Characters of a sentence. The longest lists what can be chosen."""

_ROWS = 7
_ENDINGS = ("csv", "csv", "csv", "zip", "parquet", "dta", "txt")
"""Of a file that is brought; what it is, its content says."""

FRAME = pd.DataFrame({"AGE": [20.0, 35.0, np.nan], "DEBT": [0.0, -1.5, 1e300], "net income": [1.0, 2.0, 3.0]})
TABLE = Dataset(FRAME, Codebook({name: Variable(name, name) for name in FRAME}), "Mine", "mine")


def check_sentence(error: BaseException) -> None:
    """That an error says something, on one line that fits a screen, with no sign that acts on what shows it."""
    said = str(error)
    assert said.strip(), "an empty sentence"
    assert len(said) <= LONGEST, f"{len(said)} characters: {said[:100]}"
    acting = [sign for sign in said if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    assert not acting, f"signs that act: {acting[:3]!a} in {said[:200]!a}"


def conditions(given: bytes) -> None:
    """Conditions: what is read is written and read again as the same, and picks rows."""
    try:
        population = Population.parse(given.decode("utf-8", "replace"))
        mask = population.mask(TABLE)
    except PopulationError as error:
        check_sentence(error)
        return
    assert mask.shape == (len(FRAME),)
    written = str(population)
    if len(written) <= MAX_LENGTH:
        again = Population.parse(written)
        assert str(again) == written
        assert (again.mask(TABLE) == mask).all()


def table(given: bytes) -> None:
    """A file that somebody brings; its first byte says what it is called."""
    name = f"given.{_ENDINGS[given[0] % len(_ENDINGS)]}" if given else "given.csv"
    try:
        understood = understand(given[1:], name)
        made = as_dataset(understood)
    except DataError as error:
        check_sentence(error)
        return
    assert len(made) == understood.rows > 0
    assert len(set(made.columns)) == len(made.columns)
    for column, variable in made.codebook.items():
        if variable.is_amount or variable.is_category:
            values = made.values(column)
            assert not np.isinf(values).any()


def column(given: bytes) -> None:
    """Cells of one column, a line each; the first byte says what they are to be used as."""
    role = (None, None, *ROLES)[(given or b"\0")[0] % (2 + len(ROLES))]
    choices = {"columns": {"x": {"role": role}}} if role else {}
    cells = given[1:].decode("utf-8", "replace").split("\n")
    try:
        made = as_dataset(understand_table("Mine", "mine", pa.table({"x": cells, "y": range(len(cells))}), choices))
    except DataError as error:
        check_sentence(error)
        return
    assert len(made) == len(cells)
    if "x" in made.columns and made.codebook["x"].is_amount:
        assert not np.isinf(made.values("x")).any()


def recipe(given: bytes) -> None:
    """The file of a recipe: what is read places rows, and says the same once more."""
    try:
        stored = read_recipe(given)
    except HouseholdSegmentsError as error:
        check_sentence(error)
        return
    assert Recipe.from_dict(json.loads(json.dumps(stored.model.recipe.to_dict()))) == stored.model.recipe
    numbers = np.array([0, 1, -1.5, 40, 1e6, np.nan, np.inf])
    try:
        features = stored.features({name: pa.array(numbers) for name in stored.needs})
        places = place_rows(stored, features)
    except HouseholdSegmentsError as error:
        check_sentence(error)
        return
    assert places.segment.min() >= 0
    assert places.segment.max() <= len(stored.model.centres)


def of_folder(folder: Path) -> Mapping[str, Callable[[bytes], None]]:
    """All targets by name; those that read a file by its path do so in ``folder``."""

    def survey(given: bytes) -> None:
        """A file of the survey; its first byte says what it is called."""
        path = folder / ("SCFP2019.csv", "SCFP2019.csv.gz", "scfp2019s.zip", "rscfp2019.dta")[(given or b"\0")[0] % 4]
        path.write_bytes(given[1:])
        try:
            scf.read(path)
        except DataError as error:
            check_sentence(error)

    def pieces(given: bytes) -> None:
        """A table that a recipe is applied to; its first byte says what it is called."""
        path = folder / ("table.csv", "table.parquet")[(given or b"\0")[0] % 2]
        path.write_bytes(given[1:])
        try:
            source = open_table(path)
            for piece in source.pieces():
                assert list(piece.schema.names) == source.names
        except DataError as error:
            check_sentence(error)

    return MappingProxyType(
        {
            "conditions": conditions,
            "column": column,
            "table": table,
            "recipe": recipe,
            "survey": survey,
            "pieces": pieces,
        }
    )
