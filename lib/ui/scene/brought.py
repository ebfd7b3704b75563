"""A bundle as somebody brings it: a zip archive, read within bounds, its drawn rows a table like any other."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from lib.codebook import Codebook, Variable
from lib.dataset import Dataset
from lib.engines import bundle
from lib.engines.bundle import MANIFEST, MAP, RECIPE, SAMPLE, STATEMENTS, Bundle
from lib.errors import DataError
from lib.segments.apply.placing import matched
from lib.segments.apply.stored import MAX_BYTES as MAX_RECIPE
from lib.sources import table
from lib.steps import Preparation
from lib.tables.cells import clean_name
from lib.tables.files import MEGABYTE, PACKINGS, any_error_as, shown
from lib.tables.own.laid import folder
from lib.tables.own.limits import MAX_UNPACKED
from lib.tables.own.packed import open_archive, take
from lib.words import capitalised, percent

WEIGHT = "Stands for"
"""The column that says how many members of the whole table a drawn row stands for."""

MAX_STATEMENTS = 4 * MEGABYTE
_LONG = 400
_MOST = {
    MANIFEST: bundle.MAX_BYTES,
    RECIPE: MAX_RECIPE,
    SAMPLE: MAX_UNPACKED,
    STATEMENTS: MAX_STATEMENTS,
    MAP: MAX_UNPACKED,
}
"""Bytes of each file of a bundle, unpacked."""


@dataclass(frozen=True)
class Facts:
    """What a bundle says of its table, the draw and the run, checked.

    Attributes:
        name: Of the table.
        engine: What was asked, with its version.
        rows: All of them.
        complete: Those with every feature.
        members: The members that these stand for.
        weight: The table's column of weights, or "".
        id: The table's column that names members, or "".
        implicates: How many rows a member has.
        drawn: Rows that were drawn.
        changed: Share of the members whose segment the passes over all rows changed.
        converged: Whether nothing moved at last.
        rank_error: Of a median, how far the share of its segment below it is off at most.
        told: How rows were drawn, what the scale rests on, which rules hold: a sentence each.
    """

    name: str
    engine: str
    rows: int
    complete: int
    members: float
    weight: str
    id: str
    implicates: int
    drawn: int
    changed: float
    converged: bool
    rank_error: float
    told: tuple[str, ...]

    @classmethod
    def of(cls, found: Bundle) -> Facts:
        """Read them out of a bundle.

        Raises:
            DataError: If one is missing or of the wrong kind.
        """
        said = found.facts
        table, draw, engine = said["table"], said["draw"], said["engine"]
        try:
            return cls(
                name=_words(table["name"]).removesuffix(".parquet").removesuffix(".csv") or "The table",
                engine=" ".join((_words(engine["name"]), _words(engine["version"]))),
                rows=int(table["rows"]),
                complete=int(table["complete"]),
                members=float(table["weights"]),
                weight=_words(table["weight"]),
                id=_words(table["id"]),
                implicates=int(table["implicates"]),
                drawn=int(draw["rows"]),
                changed=float(said["refinement"]["share"]),
                converged=bool(said["converged"]),
                rank_error=float(said["profiles"]["rank_error"]),
                told=tuple(_told(said)),
            )
        except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
            raise DataError("This is no sound bundle (what it says of itself cannot be read): run it again.") from error

    @property
    def drawn_words(self) -> str:
        """Which rows a table of the drawn ones holds."""
        return (
            f"These are {self.drawn:,} rows drawn from {self.rows:,}, each weighted to stand for its share of all, in "
            "the segments that were found in all rows."
        )


def _words(value: object) -> str:
    """Text as it may stand in a sentence; "" for null."""
    if value is not None and not isinstance(value, str):
        raise TypeError("no text")
    return clean_name(value or "")


def _told(said: Mapping[str, Any]) -> Iterator[str]:
    """What is worth knowing of a run, a sentence each."""
    yield clean_name(str(said["draw"]["rule"]), _LONG)
    yield from (clean_name(str(rule), _LONG) for rule in said["rules"].values())
    for part, of in said["scale"].items():
        if of is not None:
            yield f"{capitalised(clean_name(str(part)))} of the scale: {clean_name(str(of))}."
    for row in said["draw"]["missed"]:
        share, few = float(row["share"]), float(row["fewer_than_30"])
        yield f"Of a segment of {100 * share:g}% of all, fewer than 30 were drawn with a chance of {percent(few)}."


@dataclass(frozen=True, eq=False)
class Brought:
    """A result that was found past one machine, and the rows that were drawn for it.

    Attributes:
        bundle: What was found; its folder is gone.
        data: The drawn rows that have every feature, each with the members that it stands for as its weight. Features
            were read and prepared by the numbers of the recipe, as those of all rows were.
        statements: The SQL that the engine was asked.
    """

    bundle: Bundle
    facts: Facts
    data: Dataset
    statements: str


def opened(archive: bytes, name: str) -> Brought:
    """Read a bundle from a zip archive of its folder.

    Args:
        archive: The content of the archive.
        name: What it is called, for the sentence of an error.

    Raises:
        DataError: One sentence, if it is no such archive, too large, damaged, or no sound bundle.
        RecipeError: If its recipe is none.
    """
    name = shown(name)
    with folder(len(archive)) as place:
        packed, unpacked = place / "brought.zip", place / "bundle"
        packed.write_bytes(archive)
        _unpack(packed, unpacked, name)
        found = bundle.read(unpacked)
        facts = Facts.of(found)
        data = _drawn(found, facts, name)
        statements = (unpacked / STATEMENTS).read_text(encoding="utf-8", errors="replace")
    return Brought(replace(found, folder=Path()), facts, data, statements)


def _unpack(packed: Path, into: Path, name: str) -> None:
    """Lay down the files of a bundle, wherever in the archive its folder is; other files are passed over."""
    if not zipfile.is_zipfile(packed):
        raise DataError(f"{name} is no zip archive: pack the folder of the bundle into one.")
    damaged = f"{name} is a damaged or locked zip archive: make it again."
    with any_error_as(damaged), open_archive(packed, name) as archive:
        members = {member.filename: member for member in archive.infolist()}
        places = [PurePosixPath(path).parent for path in members if PurePosixPath(path).name == MANIFEST]
        if not places:
            raise DataError(f"{name} holds no {MANIFEST}: pack the folder that the run has written.")
        root = min(places, key=lambda place: len(place.parts))
        for file, most in _MOST.items():
            member = members.get(str(root / file))
            if member is None:
                continue
            if member.file_size > most or member.compress_type not in PACKINGS:
                raise DataError(
                    f"{name}: {file} has more than {most // MEGABYTE:,} MB, or is packed oddly: make it again."
                )
            (into / file).parent.mkdir(parents=True, exist_ok=True)
            if member.file_size:
                take(archive, member, into / file, name, most)
            else:  # an engine that is asked nothing in SQL
                (into / file).touch()


def _drawn(found: Bundle, facts: Facts, name: str) -> Dataset:
    """The drawn rows as a table."""
    preparation = found.stored.preparation
    choices = dict(preparation.choices) if isinstance(preparation, Preparation) else {}
    chosen: Mapping[str, Any] = choices.pop("columns", {})
    understood = table.understand(found.sample, f"{facts.name}.parquet", {})
    there = {column.name for column in understood.columns}
    roles = {facts.weight: "weight", facts.id: "id" if facts.implicates == 1 else "leave out"}
    columns = {column: dict(said) for column, said in chosen.items() if column in there}
    for column, role in roles.items():
        if column in there:
            columns[column] = {**columns.get(column, {}), "role": role}
    base = table.as_dataset(understood, {"columns": columns})
    features = _features(found, name)
    if len(base) != len(features):
        raise DataError(f"{name} holds {SAMPLE} with rows that have nothing in them: run it again.")
    complete = features.notna().all(axis=1).to_numpy()
    if not complete.any():
        raise DataError(f"{name} holds no drawn row with every feature: run it again.")
    own = base.weights()[complete]
    weight = WEIGHT
    while weight in there or weight in features:
        weight += "*"
    frame = base.frame.drop(columns=[one for one in features if one in base.frame])
    frame = pd.concat([frame, features], axis=1)[complete].reset_index(drop=True)
    frame = frame.assign(**{weight: own * (facts.members / own.sum())})
    entity = base.subject.entity
    return replace(
        base,
        frame=frame,
        codebook=_codebook(base, found, weight),
        name=facts.name,
        fingerprint=_mark(found),
        subject=replace(base.subject, entity=replace(entity, behind="drawn")),
        weight=weight,
        vintage=f"{facts.drawn:,} rows drawn from {facts.rows:,}",
        notes=(*base.notes, facts.drawn_words),
        preparation=preparation,
    )


def _features(found: Bundle, name: str) -> pd.DataFrame:
    """The features of the drawn rows, by the frozen numbers of the recipe; NaN where there is none."""
    needs = found.stored.needs
    with any_error_as(f"{name} holds {SAMPLE} that cannot be read: run it again."):
        own = matched(needs, pq.read_schema(found.sample).names)
        cells = pq.read_table(found.sample, columns=list(own.values()))
    chunks = {need: cells.column(column).combine_chunks() for need, column in own.items()}
    return pd.DataFrame(found.stored.features(chunks))


def _codebook(base: Dataset, found: Bundle, weight: str) -> Codebook:
    """What the columns mean, those that steps have made included."""
    book: Codebook = base.codebook
    preparation = found.stored.preparation
    if isinstance(preparation, Preparation):
        for step in (*preparation.made, *preparation.steps):
            book = step.codebook(book)
    known = {name: book[name] for name in book if name in base.frame}
    for feature in found.stored.model.recipe.features:
        known[feature] = book[feature] if feature in book else Variable(feature, label=feature, format=",.2f")
    known[weight] = Variable(weight, label=weight, definition="Members of the whole table.", unit="weight")
    return Codebook(known)


def _mark(found: Bundle) -> str:
    """What tells one result from another: what its files are."""
    return hashlib.sha256(json.dumps(found.facts["files"], sort_keys=True).encode()).hexdigest()[:16]
