"""A recipe on a table of any length: drawn from, segmented in memory, refined over all rows, described from all rows."""

from __future__ import annotations

import datetime
import hashlib
import json
import shutil
from collections.abc import Mapping
from contextlib import closing, contextmanager
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from lib import VERSION
from lib.dataset import Dataset
from lib.engines import bundle as bundles
from lib.engines.bundle import Bundle, records
from lib.engines.drawn import MOST, dataset_of, drawing, effective, in_order, missed
from lib.engines.loop import EMPTY, MOST_PASSES, TIE, Refined, Say, State, refine
from lib.engines.medians import around, medians
from lib.engines.opened import Where, open_table
from lib.engines.table import Asked, Counts, Described, Table
from lib.errors import DataError, RecipeError
from lib.estimates import THIN
from lib.features.components import fit_rotation
from lib.features.space import Space
from lib.maps import project
from lib.segments import Recipe, Segmentation, fit, names, points_of, profile, stability, sweep
from lib.segments.apply.stored import StoredRecipe, to_text
from lib.segments.fit import inertia, sizes
from lib.segments.kmeans import in_order as segments_in_order
from lib.segments.points import VERY_MANY, Floats, Points
from lib.segments.segmentation import Model
from lib.tables.whole import whole

ALL = "all rows"


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
    recipe = stored.model.recipe
    if recipe.algorithm != "kmeans":
        raise RecipeError("Past one machine segments are found by k-means alone: choose k-means in the app.")
    where = table if isinstance(table, Where) else Where(table)
    asked, how = Asked(stored, id, weight, implicate), how or How()
    with _place(out) as part, closing(open_table(engine, where, asked)) as opened:
        found = _Run(opened, how, part, State(part / "state.json", _mark(stored, where, engine, asked, how)), say)
        found.finish()
        (part / "state.json").unlink()
        _swept(part)
        part.rename(out)
    return bundles.read(out)


@contextmanager
def _place(out: Path) -> Iterator[Path]:
    """The folder that a bundle is made in; one run at a time."""
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
    """Take away what does not belong to a bundle, such as drafts of a run that was killed."""
    for path in part.iterdir():
        if path.is_file() and path.name not in (bundles.MANIFEST, bundles.RECIPE, bundles.SAMPLE, bundles.STATEMENTS):
            path.unlink()


def _mark(stored: StoredRecipe, where: Where, engine: str, asked: Asked, how: How) -> str:
    """What tells one run from another, so that none goes on with what another has found."""
    prepared = None if stored.preparation is None else stored.preparation.to_dict()
    told = [VERSION, engine, where.table, where.database, where.spark, stored.model.recipe.to_dict(), prepared]
    said = json.dumps([*told, asked.id, asked.weight, asked.implicate, how.draw], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


class _Run:
    """One run, step by step; each step that took long is written down."""

    def __init__(self, table: Table, how: How, part: Path, state: State, say: Say) -> None:
        self.table, self.how, self.part, self.state, self.say = table, how, part, state, say
        self.asked = table.asked
        self.recipe: Recipe = self.asked.stored.model.recipe
        self.counts = self._counted()
        self.drawing = drawing(self.counts.rows, how.draw, self.recipe.seed, self.asked.id)
        self.rows = self._drawn()
        self.dataset: Dataset = dataset_of(self.rows, self.asked, self.asked.columns(table.kinds()), self.counts)
        self.space, self.points = self._started()

    def _counted(self) -> Counts:
        counts = self.table.counts()
        if not counts.rows:
            raise DataError(f"{self.table.name} has no rows.")
        if counts.unsound:
            raise DataError(
                f"The weights ({self.asked.weight}) of {counts.unsound:,} rows are missing, negative or no numbers: "
                "mend them, or count rows."
            )
        if not counts.weights > 0:
            lacked = ", ".join(counts.lacking)
            raise DataError(f"No row has a weight and every feature ({lacked or 'weights are 0'}): choose other ones.")
        self.say(f"{counts.rows:,} rows, {counts.complete:,} with every feature.")
        seen = [counts.rows, counts.complete, counts.weights, *counts.means]
        if "counts" in self.state and not np.allclose(self.state["counts"], seen, rtol=1e-9):
            self.say("The table has changed since the run that was cut off: it begins anew.")
            self.state = State(self.part / "state.json", "")
            self.state.keep(counts=seen)
        elif "counts" not in self.state:
            self.state.keep(counts=seen)
        return counts

    def _drawn(self) -> pa.Table:
        path = self.part / bundles.SAMPLE
        if "drawn" in self.state and path.is_file():
            self.say(f"Goes on after {len(self.state['iterations']) if 'iterations' in self.state else 0} passes.")
            return pq.read_table(path)
        rows = in_order(self.table.draw(self.drawing.below, self.drawing.seed), self.asked)
        if not len(rows):
            raise DataError("No row was drawn: draw more.")
        with whole(path) as draft:
            pq.write_table(rows, draft, compression="zstd")
        self.state.keep(drawn=len(rows))
        self.say(f"{len(rows):,} rows drawn.")
        return rows

    def _started(self) -> tuple[Space, Points]:
        """The scale and those drawn on it; the centres to begin with are in the state afterwards."""
        space, points = points_of(self.dataset, self.recipe)
        if "space" in self.state:
            space = Space.from_dict(self.state["space"])
            return space, replace(points, matrix=space.matrix(self.dataset.frame))
        if self.drawing.below is not None:
            space = self._over_all(space, points.weights)
            points = replace(points, matrix=space.matrix(self.dataset.frame))
        found = fit(self.dataset, self.recipe, prepared=(space, points))
        start = found.model.centres.tolist()
        self.state.keep(
            space=space.to_dict(), start=start, centres=start, iterations=[], inertias=found.inertias.tolist()
        )
        self.say(f"{self.recipe.k} segments of those drawn, from {len(found.inertias)} starts.")
        return space, points

    @property
    def _is_of_all(self) -> bool:
        """Whether centre and spread can be had of all rows: quantiles, and amounts in two parts, are of those drawn."""
        return self.recipe.scaling in ("standard", "minmax") and self.recipe.transform != "two_part"

    def _over_all(self, space: Space, weights: Floats) -> Space:
        """The scale with the centre and the spread of all rows, where that takes no quantiles."""
        if not self._is_of_all:
            return space
        found = self.table.spread(space)
        middle, spread = found.means, found.deviations
        if self.recipe.scaling == "minmax":
            middle, spread = found.lows, found.highs - found.lows
        stated = np.array([self.dataset.codebook[part.feature].spread is not None for part in space.parts])
        centre = space.centre + np.where(stated, 0, middle) * space.spread
        moved = replace(space, centre=centre, spread=space.spread * np.where(stated, 1, spread), rotation=None)
        if self.recipe.pca is None:
            return moved
        return replace(moved, rotation=fit_rotation(moved.scaled(self.dataset.frame), weights, self.recipe.pca))

    def finish(self) -> None:
        """Everything after the start, and the files of the bundle."""
        refined = refine(self.table, self.space, self.counts, self.state, most=self.how.passes, say=self.say)
        order = segments_in_order(self.space.ordered(refined.centres))
        model = Model(self.recipe, self.space, refined.centres[order])
        start = np.array(self.state["start"], dtype=float)[order]
        segmented = self._segmented(model)
        called = self._names(segmented)
        facts = {
            **self._origin(),
            **self._refinement(model, start, refined),
            **self._described(model, segmented, called),
            **self._judged(segmented),
        }
        notes = [*self._notes(facts, refined), *segmented.notes]
        self._write(model, called, {**facts, "notes": notes})

    def _segmented(self, model: Model) -> Segmentation:
        """Those drawn, placed by the centres of all rows."""
        labels = model.labels_of(self.points.matrix)
        return Segmentation(
            model=model,
            entity=self.dataset.entity,
            labels=labels,
            inertia=inertia(self.points, labels, model.centres),
            inertias=np.array(self.state["inertias"], dtype=float),
            sizes=sizes(self.dataset, labels, self.points.weights, len(model.centres)),
            points=self.points,
        )

    def _is_everywhere(self, segmented: Segmentation) -> bool:
        """Whether somebody of each segment was drawn."""
        return bool((segmented.sizes["rows"] > 0).all())

    def _names(self, segmented: Segmentation) -> dict[int, str]:
        if not self._is_everywhere(segmented):
            return {number: f"Segment {number}" for number in segmented.model.numbers}
        return names(self.dataset, segmented)

    @property
    def _sampled(self) -> str:
        """What figures of those drawn rest on."""
        return ALL if self.drawing.below is None else f"sample of {len(self.dataset):,}"

    def _origin(self) -> dict[str, Any]:
        counts, drawn = self.counts, self.drawing
        members = self.dataset.sampled if self.asked.implicate else len(self.dataset)
        return {
            "format": bundles.FORMAT,
            "format_version": bundles.FORMAT_VERSION,
            "made_with": VERSION,
            "made_on": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
            "engine": {"name": self.table.engine, "version": self.table.version},
            "table": {
                "name": self.table.name,
                "rows": counts.rows,
                "complete": counts.complete,
                "lacking": dict(counts.lacking),
                "members": counts.members,
                "weight": self.asked.weight,
                "weights": counts.weights,
                "id": self.asked.id,
                "implicates": self.dataset.implicates,
            },
            "counting": self.recipe.counting,
            "draw": {
                "rows": len(self.rows),
                "complete": len(self.dataset),
                "members": members,
                "share": drawn.share,
                "seed": drawn.seed,
                "rule": drawn.rule,
                "effective": effective(self.points.weights),
                "missed": missed(counts.members, drawn.share),
            },
            "rules": {"tie": TIE, "empty": EMPTY},
            "scale": self._scale(),
        }

    def _scale(self) -> dict[str, str | None]:
        measured = ALL if self._is_of_all else self._sampled
        return {
            "curves": None if self.recipe.transform == "none" else self._sampled,
            "centre and spread": None if self.recipe.scaling == "none" else measured,
            "rotation": None if self.recipe.pca is None else self._sampled,
        }

    def _refinement(self, model: Model, start: Floats, refined: Refined) -> dict[str, Any]:
        changed = self.table.changed(self.space, start, model.centres)
        share = changed.weight / self.counts.weights
        self.say(f"The passes over all rows changed the segment of {changed.rows:,} rows ({100 * share:.3g}%).")
        log = [
            {"pass": one.number, **{n: v for n, v in asdict(one).items() if n != "number"}}
            for one in refined.iterations
        ]
        return {
            "iterations": log,
            "converged": refined.converged,
            "refinement": {"of": ALL, "rows": self.counts.complete, "changed": changed.rows, "share": share},
            "inertia": {"of": ALL, "value": refined.iterations[-1].inertia},
        }

    def _described(self, model: Model, segmented: Segmentation, called: Mapping[int, str]) -> dict[str, Any]:
        found = self.table.described(self.space, model.centres)
        whole_drawn = self.drawing.below is None
        x, weights = self.dataset.frame[list(self.asked.features)].to_numpy(dtype=float), self.points.weights
        start = around(x, weights, segmented.labels, self.counts, segmented.k, whole=whole_drawn)
        middles, error = medians(self.table, self.space, model.centres, found, self.counts, start)
        everyone = _together(found)
        start = around(x, weights, np.ones(len(x), dtype=np.intp), self.counts, 1, whole=whole_drawn)
        middle, error_of_all = medians(self.table, self.space, model.centres[:1], everyone, self.counts, start)
        drawn = profile(self.dataset, segmented)
        self.say("Sizes, means and medians of all rows.")
        return {
            "sizes": {"of": ALL, "table": self._sizes(found, called)},
            "profiles": {
                "of": {**dict.fromkeys(("mean", "sd", "median"), ALL), "p25": self._sampled, "p75": self._sampled},
                "rank_error": max(error, error_of_all),
                "everyone": self._statistics(everyone, middle, 0, drawn.everyone),
                "table": [
                    {"segment": number, **row}
                    for place, number in enumerate(segmented.model.numbers)
                    for row in self._statistics(found, middles, place, drawn.table.loc[number])
                ],
            },
        }

    def _sizes(self, found: Described, called: Mapping[int, str]) -> list[dict[str, Any]]:
        table = pd.DataFrame(
            {
                "name": pd.Series(called).reindex(range(1, len(found.rows) + 1)).fillna("").to_numpy(),
                "count": found.counts,
                "share": found.weights / found.weights.sum(),
                "sampled": found.members,
                "rows": found.rows,
                "thin": found.members < THIN,
            },
            index=pd.RangeIndex(1, len(found.rows) + 1, name="segment"),
        )
        return records(table)

    def _statistics(self, found: Described, middles: Floats, place: int, drawn: pd.DataFrame) -> list[dict[str, Any]]:
        columns = self.asked.features
        figures = zip(columns, found.means[place], found.deviations[place], middles[place], strict=True)
        return [
            {
                "column": c,
                "mean": mean,
                "sd": sd,
                "median": median,
                "p25": drawn.at[c, "p25"],
                "p75": drawn.at[c, "p75"],
            }
            for c, mean, sd, median in figures
        ]

    def _judged(self, segmented: Segmentation) -> dict[str, Any]:
        """Scores of every number of segments and stability: of those drawn, and of fewer where they are many."""
        if self.how.quick or not self._is_everywhere(segmented):
            return {"scores": None, "stability": None}
        of = self._sampled if self.dataset.sampled <= VERY_MANY else f"sample of {VERY_MANY:,}"
        self.say("Scoring every number of segments.")
        swept = sweep(self.dataset, self.recipe)
        self.say("Segmenting resamples.")
        stable = stability(self.dataset, segmented)
        return {
            "scores": {"of": of, "table": records(swept.table), "notes": list(swept.notes)},
            "stability": {"of": of, "resamples": stable.resamples, "table": records(stable.table)},
        }

    def _notes(self, facts: Mapping[str, Any], refined: Refined) -> list[str]:
        counts, notes = self.counts, []
        if lacking := counts.rows - counts.complete:
            notes.append(f"{lacking:,} of {counts.rows:,} rows lack a feature and have segment 0.")
        if not refined.converged:
            notes.append(
                f"After {len(refined.iterations)} passes centres still moved: more would change them a little."
            )
        if empty := [row["segment"] for row in facts["sizes"]["table"] if not row["rows"]]:
            notes.append(f"Nobody is in segment {empty[0]}: fewer segments say as much.")
        told = [one for one in facts["draw"]["missed"] if one[f"fewer_than_{THIN}"] > 0.05]
        if told and self.drawing.below is not None:
            most = told[0]
            notes.append(
                f"A segment of {100 * most['share']:g}% of all may have been missed: with a chance of "
                f"{100 * most[f'fewer_than_{THIN}']:.3g}% fewer than {THIN} of it were drawn, with one of "
                f"{100 * most['none']:.3g}% none."
            )
        for note in notes:
            self.say(note)
        return notes

    def _write(self, model: Model, called: Mapping[int, str], facts: Mapping[str, Any]) -> None:
        """The files, the one that says what belongs to it last."""
        stored, table = self.asked.stored, self.table
        gone = {"Fingerprint", "Recipe", "Release", "Synthetic"}
        about = {
            **{label: words for label, words in stored.about.items() if label not in gone},
            "Data": f"{table.name}, {self.counts.rows:,} rows",
            "Recipe": json.dumps(model.recipe.to_dict(), ensure_ascii=False),
            "Engine": f"{table.engine} {table.version}",
        }
        text = to_text(model, called, self.dataset.codebook, stored.dollars, about, preparation=stored.preparation)
        (self.part / bundles.RECIPE).write_text(text, encoding="utf-8")
        asked = replace(self.asked, stored=replace(stored, model=model, names=called))
        statements = table.statements(asked)
        told = "\n".join(f"-- {what}\n{words}" for what, words in statements.items())
        (self.part / bundles.STATEMENTS).write_text(told, encoding="utf-8")
        shutil.rmtree(self.part / "maps", ignore_errors=True)
        if self.space.dimensions > 1:
            (self.part / "maps").mkdir()
            drawn = project(self.dataset, self.recipe, "pca").table[["id", "x", "y", "weight"]]
            pq.write_table(pa.Table.from_pandas(drawn, preserve_index=False), self.part / bundles.MAP)
        bundles.write(self.part, facts)


def _together(found: Described) -> Described:
    """All segments as one."""
    held = found.weights > 0
    weights, means = found.weights[held], found.means[held]
    share = weights[:, None] / weights.sum()
    mean = (share * means).sum(axis=0)
    variance = (share * (found.deviations[held] ** 2 + (means - mean) ** 2)).sum(axis=0)
    return Described(
        rows=found.rows.sum(keepdims=True),
        members=found.members.sum(keepdims=True),
        counts=found.counts.sum(keepdims=True),
        weights=found.weights.sum(keepdims=True),
        means=mean[None, :],
        deviations=np.sqrt(variance)[None, :],
    )
