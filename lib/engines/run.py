"""A recipe on a table of any length: rows are drawn, segmented in memory, and refined and described over all rows."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from lib import VERSION
from lib.engines import bundle as bundles
from lib.engines import figures
from lib.engines.begin import Begun, begin
from lib.engines.beside import beside_recipe
from lib.engines.bundle import Bundle
from lib.engines.drawn import MOST
from lib.engines.loop import MOST_PASSES, Refined, Say, State, refine
from lib.engines.opened import Where, open_table
from lib.engines.table import Asked
from lib.errors import DataError, RecipeError
from lib.maps import project
from lib.segments import Segmentation, names, profile
from lib.segments.apply.stored import StoredRecipe, to_text
from lib.segments.fit import inertia, sizes
from lib.segments.judge.findings import starts_words
from lib.segments.kmeans import in_order
from lib.segments.points import Floats
from lib.segments.segmentation import Model

_STATE = "state.json"
_GONE = frozenset({"Fingerprint", "Release", "Synthetic"})
"""What a recipe says of the table that it was made from, and no other."""


def _nothing(_: str) -> None:
    """For whom nobody listens."""


@dataclass(frozen=True)
class How:
    """What else can be asked for.

    Attributes:
        draw: Rows that are drawn at most.
        passes: Passes over all rows at most.
        quick: Whether other numbers of segments and stability are left out.
    """

    draw: int = MOST
    passes: int = MOST_PASSES
    quick: bool = False


def run(
    stored: StoredRecipe,
    table: str | Where,
    engine: str = "duckdb",
    *,
    out: Path,
    id: str | None = None,  # noqa: A002 - what the column is
    weight: str | None = None,
    implicate: str | None = None,
    how: How | None = None,
    say: Say = _nothing,
) -> Bundle:
    """Find the segments of a recipe in a table of any length, and leave them in a bundle.

    Args:
        stored: The recipe; its own scale and centres play no part.
        table: Where the table is.
        engine: Which engine keeps or scans it.
        out: The folder to make; what is known between two passes lies beside it until then, and a run that was cut off
            goes on from there.
        id: Column that names the row's member; needed where rows have to be drawn.
        weight: Column of weights.
        implicate: Column whose last digit numbers the implicates of a member.
        how: What else is asked for.
        say: Told how far it is.

    Raises:
        DataError: If the table or the engine cannot do it.
        RecipeError: If the recipe cannot be followed: it must be of k-means.
    """
    if stored.model.recipe.algorithm != "kmeans":
        raise RecipeError("Past one machine segments are found by k-means alone: choose k-means in the app.")
    where = table if isinstance(table, Where) else Where(table)
    asked, how = Asked(stored, id, weight, implicate), how or How()
    with _place(out) as part:
        state = State(part / _STATE, _mark(where, engine, asked, how))
        with closing(open_table(engine, where, asked)) as opened:
            begun = begin(opened, how.draw, part, state, say)
            refined = refine(opened, begun.space, begun.counts, state, most=how.passes, say=say)
            _finish(begun, refined, np.array(state["start"]), np.array(state["inertias"]), part, how, say)
        _swept(part)
        part.rename(out)
    return bundles.read(out)


@contextmanager
def _place(out: Path) -> Iterator[Path]:
    """The folder that a bundle is made in, beside its place; one run at a time."""
    if out.exists():
        raise DataError(f"{out.name} is there already: name another folder.")
    if not out.parent.is_dir():
        raise DataError(f"There is no folder {out.parent}: make it first.")
    part = out.parent / f".{out.name}.part"
    lock = FileLock(out.parent / f".{out.name}.lock")
    try:
        lock.acquire(blocking=False)
    except Timeout as error:
        raise DataError(f"{out.name} is being made by another run: wait for it, or name another folder.") from error
    try:
        part.mkdir(exist_ok=True)
        yield part
    finally:
        lock.release()
        Path(lock.lock_file).unlink(missing_ok=True)


def _swept(part: Path) -> None:
    """Take away what does not belong to a bundle: the state, and drafts of a run that was killed."""
    for path in part.iterdir():
        if path.is_file() and path.name not in bundles.FILES:
            path.unlink()


def _mark(where: Where, engine: str, asked: Asked, how: How) -> str:
    """What tells one run from another, so that none goes on with what another has found."""
    stored = asked.stored
    prepared = None if stored.preparation is None else stored.preparation.to_dict()
    told = [VERSION, engine, where.table, where.database, where.spark, stored.model.recipe.to_dict(), prepared]
    said = json.dumps([*told, asked.id, asked.weight, asked.implicate, how.draw], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def _finish(begun: Begun, refined: Refined, start: Floats, inertias: Floats, part: Path, how: How, say: Say) -> None:
    """Everything after the last pass: the files of the bundle."""
    order = in_order(begun.space.ordered(refined.centres))
    segmented = _segmented(begun, Model(begun.recipe, begun.space, refined.centres[order]), inertias)
    # of a segment that nobody drawn is in there is no median to name it by
    is_everywhere = bool((segmented.sizes["rows"] > 0).all())
    drawn = profile(begun.dataset, segmented)
    called = {number: f"Segment {number}" for number in segmented.model.numbers}
    if is_everywhere:
        called = names(begun.dataset, segmented, described=drawn)
    recipes = beside_recipe(begun.asked.stored, begun.dataset, segmented)
    called |= recipes.names(begun.asked.stored.names)
    facts = {
        **figures.origin(begun),
        **figures.refinement(begun, start[order], segmented.model.centres, refined, say),
        **figures.described(begun, segmented, drawn, called, say),
        **(figures.UNJUDGED if how.quick or not is_everywhere else figures.judged(begun, segmented, say)),
    }
    notes = [recipes.words, *filter(None, [starts_words(segmented)]), *figures.notes(begun, facts)]
    for note in notes:
        say(note)
    _write(begun, segmented.model, called, {**facts, "notes": notes}, part)


def _segmented(begun: Begun, model: Model, inertias: Floats) -> Segmentation:
    """Those drawn, placed by the centres of all rows."""
    labels, points = model.labels_of(begun.points.matrix), begun.points
    return Segmentation(
        model=model,
        entity=begun.dataset.entity,
        labels=labels,
        inertia=inertia(points, labels, model.centres),
        inertias=inertias,
        sizes=sizes(begun.dataset, labels, points.weights, len(model.centres)),
        points=points,
    )


def _write(begun: Begun, model: Model, called: Mapping[int, str], facts: Mapping[str, Any], part: Path) -> None:
    """The files, the one that says what belongs to it last."""
    stored, table = begun.asked.stored, begun.table
    about = {
        **{label: words for label, words in stored.about.items() if label not in _GONE},
        "Data": f"{table.name}, {begun.counts.rows:,} rows",
        "Recipe": json.dumps(model.recipe.to_dict(), ensure_ascii=False),
        "Engine": f"{table.engine} {table.version}",
    }
    book, preparation = begun.dataset.codebook, stored.preparation
    text = to_text(model, called, book, stored.dollars, about, preparation=preparation)
    (part / bundles.RECIPE).write_text(text, encoding="utf-8")
    asked = replace(begun.asked, stored=replace(stored, model=model, names=called))
    statements = "\n".join(f"-- {what}\n{words}" for what, words in table.statements(asked).items())
    (part / bundles.STATEMENTS).write_text(statements, encoding="utf-8")
    shutil.rmtree(part / "maps", ignore_errors=True)
    if begun.space.dimensions > 1:
        (part / "maps").mkdir()
        drawn = project(begun.dataset, begun.recipe, "pca").table[["id", "x", "y", "weight"]]
        pq.write_table(pa.Table.from_pandas(drawn, preserve_index=False), part / bundles.MAP)
    bundles.write(part, facts)
