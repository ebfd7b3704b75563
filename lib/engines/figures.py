"""The second half of a run in figures: what ``bundle.json`` says, and of which rows."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from lib import VERSION
from lib.engines.begin import ALL, Begun
from lib.engines.bundle import FORMAT, FORMAT_VERSION
from lib.engines.drawn import missed
from lib.engines.loop import EMPTY, TIE, Refined, Say
from lib.engines.medians import around, medians
from lib.engines.table import Described
from lib.estimates import THIN
from lib.estimates.ends import effective_size
from lib.plain import records
from lib.segments import Profile, Segmentation, stability, sweep
from lib.segments.points import VERY_MANY, Floats

_LIKELY = 0.05
"""From this chance on a segment that may have been missed is spoken of. Ours."""


def origin(begun: Begun) -> dict[str, Any]:
    """What was segmented, by what, and who was drawn."""
    counts, drawn, asked, dataset = begun.counts, begun.drawing, begun.asked, begun.dataset
    recipe = begun.recipe
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "made_with": VERSION,
        "made_on": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        "engine": {"name": begun.table.engine, "version": begun.table.version},
        "table": {
            "name": begun.table.name,
            "rows": counts.rows,
            "complete": counts.complete,
            "lacking": dict(counts.lacking),
            "members": counts.members,
            "weight": asked.weight,
            "weights": counts.weights,
            "id": asked.id,
            "implicates": dataset.implicates,
        },
        "counting": recipe.counting,
        "draw": {
            "rows": len(begun.rows),
            "complete": len(dataset),
            "members": dataset.sampled if asked.implicate else len(dataset),
            "share": drawn.share,
            "seed": drawn.seed,
            "rule": drawn.rule,
            "effective": effective_size(begun.points.weights),
            "missed": missed(counts.members, drawn.share),
        },
        "rules": {"tie": TIE, "empty": EMPTY},
        "scale": {
            "curves": None if recipe.transform == "none" else begun.of_drawn,
            "centre and spread": None if recipe.scaling == "none" else begun.of_scale,
            "rotation": None if recipe.pca is None else begun.of_drawn,
        },
    }


def refinement(begun: Begun, start: Floats, centres: Floats, refined: Refined, say: Say) -> dict[str, Any]:
    """What the passes over all rows did."""
    changed = begun.table.changed(begun.space, start, centres)
    share = changed.weight / begun.counts.weights
    say(f"The passes over all rows changed the segment of {changed.rows:,} rows ({100 * share:.3g}%).")
    passes = [{"pass": one.number, **asdict(one)} for one in refined.iterations]
    return {
        "iterations": [{name: value for name, value in one.items() if name != "number"} for one in passes],
        "converged": refined.converged,
        "refinement": {"of": ALL, "rows": begun.counts.complete, "changed": changed.rows, "share": share},
        "inertia": {"of": ALL, "value": refined.iterations[-1].inertia},
    }


def described(
    begun: Begun, segmented: Segmentation, drawn: Profile, called: Mapping[int, str], say: Say
) -> dict[str, Any]:
    """Sizes and profiles: of all rows, but for the outer quartiles, which ``drawn`` has of those drawn."""
    table, space, centres, counts = begun.table, begun.space, segmented.model.centres, begun.counts
    found = table.described(space, centres)
    x, weights = begun.dataset.frame[list(begun.asked.features)].to_numpy(dtype=float), begun.points.weights
    near = around(x, weights, segmented.labels, counts, segmented.k, whole=begun.is_whole)
    middles, error = medians(table, space, centres, found, counts, near)
    everyone, nobody_else = _together(found), np.ones(len(x), dtype=np.intp)
    near = around(x, weights, nobody_else, counts, 1, whole=begun.is_whole)
    # to one centre alone everybody is nearest
    middle, error_of_all = medians(table, space, centres[:1], everyone, counts, near)
    say("Sizes, means and medians of all rows.")
    by_segment = [
        {"segment": number, **row}
        for place, number in enumerate(segmented.model.numbers)
        for row in _statistics(found, middles, place, _own(drawn.table, number, drawn.everyone))
    ]
    return {
        "sizes": {"of": ALL, "table": _sizes(found, called)},
        "profiles": {
            "of": {**dict.fromkeys(("mean", "sd", "median"), ALL), "p25": begun.of_drawn, "p75": begun.of_drawn},
            "rank_error": max(error, error_of_all),
            "everyone": _statistics(everyone, middle, 0, drawn.everyone),
            "table": by_segment,
        },
    }


def judged(begun: Begun, segmented: Segmentation, say: Say) -> dict[str, Any]:
    """Scores of every number of segments, and stability: of those drawn, and of fewer where they are many."""
    of = begun.of_drawn if begun.dataset.sampled <= VERY_MANY else f"sample of {VERY_MANY:,}"
    say("Scoring every number of segments.")
    swept = sweep(begun.dataset, begun.recipe)
    say("Segmenting resamples.")
    stable = stability(begun.dataset, segmented)
    return {
        "scores": {"of": of, "table": records(swept.table.reset_index()), "notes": list(swept.notes)},
        "stability": {"of": of, "resamples": stable.resamples, "table": records(stable.table.reset_index())},
    }


UNJUDGED: Mapping[str, None] = {"scores": None, "stability": None}


def notes(begun: Begun, facts: Mapping[str, Any]) -> list[str]:
    """What is worth knowing, a sentence each."""
    counts, found = begun.counts, []
    if lacking := counts.rows - counts.complete:
        found.append(f"Of {counts.rows:,} rows {lacking:,} lack a feature and have segment 0.")
    if not facts["converged"]:
        made = len(facts["iterations"])
        found.append(f"After {made} passes centres still moved: more would change them a little.")
    if empty := [row["segment"] for row in facts["sizes"]["table"] if not row["rows"]]:
        found.append(f"Nobody is in segment {empty[0]}: fewer segments say as much.")
    few = f"fewer_than_{THIN}"
    likely = [one for one in facts["draw"]["missed"] if one[few] >= _LIKELY]
    if likely and not begun.is_whole:
        most = likely[0]
        found.append(
            f"A segment of {100 * most['share']:g}% of all may have been missed: the chance that fewer than {THIN} of "
            f"it were drawn is {100 * most[few]:.3g}%, that none was {100 * most['none']:.3g}%."
        )
    return found


def _sizes(found: Described, called: Mapping[int, str]) -> list[dict[str, Any]]:
    numbers = pd.RangeIndex(1, len(found.rows) + 1, name="segment")
    columns = {
        "name": [called.get(number, "") for number in numbers],
        "count": found.counts,
        "share": found.weights / found.weights.sum(),
        "sampled": found.members,
        "rows": found.rows,
        "thin": found.members < THIN,
    }
    return records(pd.DataFrame(columns, index=numbers).reset_index())


def _own(table: pd.DataFrame, number: int, everyone: pd.DataFrame) -> pd.DataFrame:
    """The figures of a segment among those drawn, NaN where none of it was."""
    return table.loc[number] if number in table.index.levels[0] else everyone * np.nan


def _statistics(found: Described, middles: Floats, place: int, drawn: pd.DataFrame) -> list[dict[str, Any]]:
    """One segment's figures, by feature; ``drawn`` has them in the same order."""
    columns = {
        "mean": found.means[place],
        "sd": found.deviations[place],
        "median": middles[place],
        "p25": drawn["p25"].to_numpy(),
        "p75": drawn["p75"].to_numpy(),
    }
    return records(pd.DataFrame(columns, index=pd.Index(drawn.index, name="column")).reset_index())


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
