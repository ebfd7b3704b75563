"""Label any table with the segments of a saved recipe.

    python -m lib.segments.apply recipe.json table.csv -o labelled.csv

Rows stream through in pieces, so that a table may be larger than memory. The labels are those of the app. Where they
come from is said in labelled.csv-metadata.json.
"""

from __future__ import annotations

import argparse
import re
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lib import VERSION
from lib.errors import DataError, HouseholdSegmentsError
from lib.prices import price_ratio
from lib.segments.algorithms import recipe_words
from lib.segments.apply.placing import ADDED, Places, factor_of, matched, place_rows
from lib.segments.apply.stored import MAX_BYTES, StoredRecipe, read_recipe
from lib.segments.recipe import EXACT
from lib.segments.segmentation import UNASSIGNED
from lib.tables import csvw
from lib.tables.cells import clean_name
from lib.tables.csvw import Column
from lib.tables.own.encoding import find_encoding
from lib.tables.own.packed import out_of_archive
from lib.tables.read import Source, open_table
from lib.tables.whole import whole
from lib.tables.write import CsvSink, ParquetSink, RetypeError
from lib.words import counted, percent

OUTPUTS = (".csv", ".parquet")
_MOST_LINES = 40
"""Of what the input says of itself, so many facts are kept."""

_LONG = 4_000
_DOLLARS = re.compile(r"^\s*Dollars: (\d{4})\b")


@dataclass(frozen=True)
class Applied:
    """What became of a table.

    Attributes:
        rows: Rows read and written.
        missing: Rows without a segment, because a feature is missing or not a number.
        borderline: Rows that might as well belong to the next segment.
        sizes: Rows in each segment.
        notes: What is worth knowing, a sentence each.
        seconds: Time it took.
    """

    rows: int
    missing: int
    borderline: int
    sizes: Mapping[int, int]
    notes: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def words(self) -> str:
        """A sentence or two for the person who asked for it."""
        sizes = ", ".join(f"{number}: {rows:,}" for number, rows in sorted(self.sizes.items()) if number != UNASSIGNED)
        without = counted(self.missing, "row", ("lacks a feature and has", "lack a feature and have"))
        lacking = f" {without} segment {UNASSIGNED}." if self.missing else ""
        done = f"{counted(self.rows, 'row')} labelled in {self.seconds:.1f} s ({sizes}).{lacking}"
        return " ".join((done, *self.notes))


def label_file(
    stored: StoredRecipe, table: Path, output: Path, *, dollars: int | None = None, metadata: bool = True
) -> Applied:
    """Label a table of any length; what is written is whole, or nothing is.

    Args:
        stored: A saved recipe.
        table: CSV (also ``.gz``) or Parquet, bare or in a ``.zip`` as the app gives it; every column is kept.
        output: ``.csv`` or ``.parquet``; an older file of that name is replaced at the end.
        dollars: Year whose prices the table is in; by default what an export of the app says of itself, else that of
            the recipe.
        metadata: Whether it is said where the labels come from: in a file beside a CSV (see ``lib.tables.csvw``), in
            the metadata of Parquet. Without, what lay beside an older CSV of that name goes.

    Raises:
        DataError: One sentence; nothing was written then.
    """
    started = time.perf_counter()
    _check_output(table, output)
    with out_of_archive(table) as bare:
        done = _label(stored, bare, output, dollars, metadata=metadata)
    return replace(done, seconds=time.perf_counter() - started)


def _label(stored: StoredRecipe, table: Path, output: Path, dollars: int | None, *, metadata: bool) -> Applied:
    source = open_table(table, _encoding_of(stored, table))
    found = matched(stored.needs, source.names)
    if len(set(source.names)) < len(source.names):
        raise DataError(f"{table.name} has two columns of the same name: rename one of them.")
    year = _told_dollars(source) if dollars is None else _known(dollars)
    factor_of(stored, year)
    about = _origin(stored, source, year) if metadata else {}
    texts: set[str] = set()
    while True:
        try:
            with _draft_of(output) as draft:
                counts, borderline, schema = _stream(stored, source, found, output.suffix, draft, texts, year, about)
                if output.suffix.lower() == ".csv":
                    _say_beside(output, schema, about, source.delimiter)
            break
        except RetypeError as changed:
            texts.add(changed.column)
    return Applied(
        rows=sum(counts.values()),
        missing=counts.pop(UNASSIGNED, 0),
        borderline=borderline,
        sizes=dict(counts),
        notes=_notes(stored, year),
    )


def _encoding_of(stored: StoredRecipe, table: Path) -> str:
    """UTF-8, and for a recipe that says how a table was read what such a table would be read as."""
    is_bare = table.is_file() and table.suffix.lower() in (".csv", ".tsv", ".txt")
    return find_encoding(table, table.name) if is_bare and stored.preparation is not None else "utf-8"


def _stream(
    stored: StoredRecipe,
    source: Source,
    found: Mapping[str, str],
    suffix: str,
    draft: Path,
    texts: set[str],
    dollars: int | None,
    about: Mapping[str, str],
) -> tuple[Counter[int], int, pa.Schema]:
    """Rows by segment, those on a border, and the columns that were written."""
    counts: Counter[int] = Counter()
    borderline, schema = 0, pa.schema([])
    added = unused(source.names)
    sink = CsvSink(draft, source) if suffix.lower() == ".csv" else ParquetSink(draft, source, about, texts)
    with sink:
        for piece in source.pieces():
            features = stored.features({name: piece.column(own) for name, own in found.items()})
            places = place_rows(stored, features, dollars=dollars)
            counts.update(dict(enumerate(np.bincount(places.segment).tolist())))
            borderline += int(places.borderline.sum())
            labelled = _labelled(piece, places, stored.names, added)
            schema = labelled.schema
            sink.write(labelled)
    if not sum(counts.values()):
        raise DataError("The table has no rows: there is nothing to label.")
    return Counter({number: rows for number, rows in counts.items() if rows}), borderline, schema


def _say_beside(output: Path, schema: pa.Schema, about: Mapping[str, str], delimiter: str) -> None:
    """Write where labels come from beside a CSV file; nothing that was said of an older one stays."""
    if not about:
        csvw.beside(output).unlink(missing_ok=True)
        return
    *_, segment, name, distance, borderline = schema.names
    columns = {
        segment: Column(description="Number of the segment; 0 where a feature is missing."),
        name: Column(description="Name of the segment."),
        distance: Column(description="Distance to its centroid on the scale of the recipe."),
        borderline: Column(description="Whether it might as well belong to the next segment."),
    }
    terms = {"title": f"{output.stem}: rows with their segments", "provenance": about["Labelled by"]}
    with whole(csvw.beside(output)) as draft:
        draft.write_bytes(csvw.metadata(output.name, schema, about, columns=columns, terms=terms, delimiter=delimiter))


def _labelled(piece: pa.RecordBatch, places: Places, names: Mapping[int, str], added: Sequence[str]) -> pa.RecordBatch:
    unknown = places.segment == UNASSIGNED
    labels = pa.array([names.get(number, "") for number in range(int(places.segment.max(initial=0)) + 1)])
    columns = (
        pa.array(places.segment),
        labels.take(pa.array(places.segment)),
        pc.round(pa.array(places.distance, mask=unknown), 6),
        pa.array(places.borderline, mask=unknown),
    )
    return pa.RecordBatch.from_arrays([*piece.columns, *columns], names=[*piece.schema.names, *added])


def unused(names: Sequence[str]) -> list[str]:
    """What the columns that are added are called beside others: with a number where a name is taken."""
    added: list[str] = []
    for wanted in ADDED:
        options = (wanted if n == 1 else f"{wanted}_{n}" for n in range(1, len(names) + 2))
        added.append(next(name for name in options if name not in names))
    return added


def _origin(stored: StoredRecipe, source: Source, dollars: int | None) -> dict[str, str]:
    """Where the labels come from, label to words, then where the input says that it came from.

    ``Dollars`` are those of the table, so that the output may be labelled again.
    """
    measured = f"{percent(stored.agreement)} of the recipe's own rows" if stored.agreement < 1 else ""
    facts = {
        "Labelled by": recipe_words(stored.model.recipe, stored.about.get("Counting", "").partition(",")[0]),
        "Labelled with": f"Household Segments {VERSION}",
        "Dollars": f"{dollars} dollars" if dollars else "",
        "Dollars of the recipe": f"{stored.dollars} dollars" if stored.dollars and stored.money else "",
        "Nearest centre gives the app's labels for": measured,
    }
    told = {"Recipe", "Dollars"}  # said above
    facts |= {f"Recipe's {label[:1].lower()}{label[1:]}": w for label, w in stored.about.items() if label not in told}
    lines = [line.partition(":") for line in source.comments[:_MOST_LINES] if line.strip()]
    kept = {clean_name(f"Input: {label}", _LONG): clean_name(words, _LONG) for label, _, words in lines}
    return {label: clean_name(words, _LONG) for label, words in facts.items() if words} | kept


def _known(year: int) -> int:
    """A year that was asked for; one without a price index is refused even where no amount needs it."""
    price_ratio(year, year)
    return year


def _told_dollars(source: Source) -> int | None:
    return next((int(year[1]) for line in source.comments if (year := _DOLLARS.match(line))), None)


def _notes(stored: StoredRecipe, dollars: int | None) -> tuple[str, ...]:
    notes = []
    if stored.money and dollars and dollars != stored.dollars:
        notes.append(f"Amounts were taken as {dollars} dollars and put into those of {stored.dollars}.")
    elif stored.money and stored.dollars:
        notes.append(f"Amounts were taken as {stored.dollars} dollars.")
    if stored.model.recipe.algorithm not in EXACT:
        known = stored.agreement == stored.agreement
        measured = f": it gives the app's own labels for {percent(stored.agreement)} of its rows" if known else ""
        notes.append(f"The nearest centroid only comes near to the segments of this algorithm{measured}.")
    return tuple(notes)


def _check_output(table: Path, output: Path) -> None:
    if "\0" in str(output):
        raise DataError("No file can have a NUL in its name: name the output otherwise.")
    if output.suffix.lower() not in OUTPUTS:
        raise DataError(f"Write to a file that ends in {' or '.join(OUTPUTS)}. Got {output.name}.")
    if not output.parent.is_dir():
        raise DataError(f"There is no folder {output.parent}: make it first.")
    if output.is_dir():
        raise DataError(f"{output} is a folder: name a file.")
    if output.exists() and table.exists() and output.samefile(table):
        raise DataError(f"{output.name} is the table itself: write to another file.")


@contextmanager
def _draft_of(output: Path) -> Iterator[Path]:
    """A draft that becomes the output at the end; what the disk or Arrow has against it, in a sentence."""
    begun = False
    try:
        with whole(output) as draft:
            begun = True
            yield draft
    except OSError as error:
        reason = error.strerror or str(error)
        if not begun:
            raise DataError(f"Nothing can be written to {output.parent}: {reason}.") from error
        raise DataError(f"{output.name} could not be written ({reason}): nothing was left behind.") from error
    except pa.ArrowException as error:
        raise DataError(f"The table holds something that cannot be written: {' '.join(str(error).split())}") from error


def main(arguments: Sequence[str] | None = None) -> int:
    """Label a table and say so in a line; returns the exit code: 0, 1 where it failed, 2 for a wrong call."""
    asked = _parser().parse_args(arguments)
    try:
        if asked.output.exists() and asked.recipe.exists() and asked.output.samefile(asked.recipe):
            raise DataError(f"{asked.output.name} is the recipe itself: write to another file.")
        with ended_as_by_hand():
            stored = load(asked.recipe)
            done = label_file(stored, asked.table, asked.output, dollars=asked.dollars, metadata=asked.metadata)
    except KeyboardInterrupt:
        sys.stderr.write("Stopped; nothing was written.\n")
        return 130
    except (HouseholdSegmentsError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stderr.write(f"{asked.output}: {done.words}\n")
    return 0


@contextmanager
def ended_as_by_hand() -> Iterator[None]:
    """Who ends the process by SIGTERM ends it as Ctrl+C does: nothing is left behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def load(path: Path) -> StoredRecipe:
    """Read a recipe file.

    Raises:
        DataError: If it is not there.
        RecipeError: If it is not a recipe.
    """
    if not path.is_file():
        raise DataError(f"There is no file {path}: check its name.")
    with path.open("rb") as file:
        return read_recipe(file.read(MAX_BYTES + 1))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m lib.segments.apply",
        description="Label a table with the segments of a saved recipe.",
    )
    parser.add_argument("recipe", type=Path, help="recipe as exported by the app (.json)")
    parser.add_argument("table", type=Path, help="table with the recipe's features (.csv, .csv.gz, .parquet, .zip)")
    parser.add_argument("-o", "--output", type=Path, required=True, help="where to write (.csv or .parquet)")
    parser.add_argument("--dollars", type=int, metavar="YEAR", help="year whose prices the table is in, as in 2019")
    parser.add_argument(
        "--no-metadata",
        "--no-header",
        dest="metadata",
        action="store_false",
        help="leave out where the labels come from: the file beside a CSV, the metadata of Parquet",
    )
    return parser
