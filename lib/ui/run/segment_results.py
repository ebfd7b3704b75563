"""Cached calls about segments: a view, a recipe and small choices in, a result out. Nothing here draws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from lib import estimates, explore, exports, features, segments
from lib.charts import profiles as charts
from lib.dataset import ROWS
from lib.segments import Recipe
from lib.segments.apply.stored import StoredRecipe
from lib.segments.describe import plane
from lib.ui.run import sampled
from lib.ui.run.cache import find, is_kept, kept, put
from lib.ui.run.results import in_words, size
from lib.ui.scene import own
from lib.ui.scene.view import Heading, View
from lib.work import log


@kept
def segmentation(view: View, recipe: Recipe) -> segments.Segmentation:
    """The segments of the population by a recipe; those of a result that was opened are as they were found."""
    if (stored := opened(view, recipe)) is not None:
        return segments.placed(view.members(recipe.features), stored.model)
    prepared = points_of(view, recipe.with_k(segments.MIN_K))
    with log.told("fit", recipe.algorithm, (view.key, recipe)):
        return segments.fit(view.members(recipe.features), recipe, prepared=prepared)


def opened(view: View, recipe: Recipe) -> StoredRecipe | None:
    """The segments of a result that was opened, where a view is of its drawn rows and a recipe is its own."""
    result = own.result_of(view.source)
    stored = None if result is None else result.bundle.stored
    return stored if stored is not None and stored.model.recipe == recipe else None


def find_told(view: View, recipe: Recipe, columns: tuple[str, ...], flags: tuple[str, ...]) -> None:
    """Find segments and what every page says of them first: what is asked for next is then there.

    Silhouettes are not among it: a page shows them last, and of all numbers they would take more than all else.

    Args:
        view: The population.
        recipe: How.
        columns: Columns that segments are described by.
        flags: Columns of which they are seen at a glance.
    """
    names(view, recipe)
    described(view, recipe, columns)
    if flags:
        glance(view, recipe, flags)


@kept
def silhouette(view: View, recipe: Recipe) -> float:
    """The mean silhouette of the segments, which the segmentation keeps too."""
    return segmentation(view, recipe).silhouette


def is_found(view: View, recipe: Recipe) -> bool:
    """Whether the segments are there already."""
    return is_kept(segmentation, view, recipe)


def is_quick(view: View, recipe: Recipe) -> bool:
    """Whether every number of segments is tried within a few seconds."""
    return segments.is_quick(recipe.algorithm, size(view).rows)


def is_dear(view: View, recipe: Recipe) -> bool:
    """Whether it takes minutes to compare with data without segments."""
    return segments.is_dear(recipe.algorithm, size(view).rows)


@kept
def points_of(view: View, recipe: Recipe) -> tuple[features.Space, segments.Points]:
    """The members on the scale of distances: the same for every number of segments."""
    return segments.points_of(view.members(recipe.features), recipe)


def sweep(view: View, recipe: Recipe, progress: segments.Progress | None = None) -> segments.Sweep:
    """Every number of segments and its scores; what was fitted before is not fitted again."""
    key = sweep_key(view, recipe)
    found = known_sweep(view, recipe)
    if found is None:
        found = segments.sweep(
            view.members(recipe.features),
            recipe,
            progress=progress,
            fitted=lambda one: segmentation(view, one),
        )
        put("sweeps", key, found)
    return found


def begun_with(view: View, recipe: Recipe) -> segments.Beginning | None:
    """With how many segments to begin, where that was found long before: what is found now must not move it."""
    of = size(view)
    return segments.known_beginning(segments.mark_of(view.about.name, of.rows, of.count, recipe))


def advised(view: View, recipe: Recipe) -> segments.Beginning | None:
    """The number of segments that is advised, found beforehand or by the scores of every number that are there now."""
    known = begun_with(view, recipe)
    if known is None and (swept := known_sweep(view, recipe)) is not None:
        known = segments.beginning(swept)
    return known


def known_sweep(view: View, recipe: Recipe) -> segments.Sweep | None:
    """The scores of every number of segments, if they are there already."""
    return find("sweeps", sweep_key(view, recipe))


def sweep_key(view: View, recipe: Recipe) -> tuple[object, ...]:
    """What a sweep is kept under: everything but the number of segments."""
    return ("sweep", view.key, recipe.with_k(segments.MIN_K))


@kept
def profile(view: View, recipe: Recipe, columns: tuple[str, ...]) -> segments.Profile:
    """Weighted statistics of columns in each segment."""
    data = view.members((*recipe.features, *columns))
    return segments.profile(data, segmentation(view, recipe), columns)


def others(view: View, heading: Heading, columns: tuple[str, ...]) -> segments.Others | None:
    """The same statistics of those the population is shown beside; None where it is all of them."""
    return None if view.is_everyone else segments.Others(heading.beside, _statistics(view.others, columns))


@kept
def _statistics(view: View, columns: tuple[str, ...]) -> pd.DataFrame:
    return segments.statistics(view.members(columns), columns, counting=view.counting)


@kept
def on_view(view: View, recipe: Recipe, numbers: tuple[int, ...]) -> tuple[int, int]:
    """Rows and sampled members of some segments."""
    those = np.isin(segmentation(view, recipe).labels, numbers)
    return int(those.sum()), view.members(recipe.features).sampled_among(those)


@kept
def names(view: View, recipe: Recipe) -> dict[int, str]:
    """A name for each segment, made from what sets it apart, or as a result that was opened says."""
    given = {} if (stored := opened(view, recipe)) is None else dict(stored.names)
    everyone = view.everyone(recipe.features) if view.population.conditions else None
    return segments.names(view.members(recipe.features), segmentation(view, recipe), everyone=everyone) | given


@kept
def explanation(view: View, recipe: Recipe) -> segments.Explanation:
    """The segments as rules in words."""
    return segments.explain(view.members(recipe.features), segmentation(view, recipe))


def stability(view: View, recipe: Recipe, progress: segments.Progress | None = None) -> segments.Stability:
    """Whether other members, or other imputations, would have given the same segments."""
    data = view.members(recipe.features)
    found = segments.stability(data, segmentation(view, recipe), progress=progress)
    put("stabilities", stability_key(view, recipe), found)
    return found


def known_stability(view: View, recipe: Recipe) -> segments.Stability | None:
    """How far segments come back, if that was tested already."""
    return find("stabilities", stability_key(view, recipe))


def stability_key(view: View, recipe: Recipe) -> tuple[object, ...]:
    """What a test of stability is kept under."""
    return ("stability", view.key, recipe)


def sensitivity(view: View, recipe: Recipe, progress: segments.Progress | None = None) -> segments.Sensitivity:
    """How far the segments survive other choices than those of the recipe."""
    found = segments.sensitivity(view.members(recipe.features), segmentation(view, recipe), progress=progress)
    put("sensitivities", sensitivity_key(view, recipe), found)
    return found


def known_sensitivity(view: View, recipe: Recipe) -> segments.Sensitivity | None:
    """How far the segments survive other choices, if that was tested already."""
    return find("sensitivities", sensitivity_key(view, recipe))


def sensitivity_key(view: View, recipe: Recipe) -> tuple[object, ...]:
    """What a test of other choices is kept under."""
    return ("sensitivity", view.key, recipe)


def stability_decided(view: View, recipe: Recipe, progress: segments.Progress | None = None) -> segments.Stability:
    """As ``stability``, resampled until every segment's verdict is sure, or the most was made."""
    before = known_stability(view, recipe) or stability(view, recipe)
    found = segments.until_decided(view.members(recipe.features), segmentation(view, recipe), before, progress)
    put("stabilities", stability_key(view, recipe), found)
    return found


def null_stability(view: View, recipe: Recipe, progress: segments.Progress | None = None) -> segments.Null:
    """How surely segments come back in data without any."""
    stable = known_stability(view, recipe) or stability(view, recipe)
    data = view.members(recipe.features)
    found = segments.null_stability(data, segmentation(view, recipe), stable, progress=progress)
    put("nulls", null_key("stability", view, recipe), found)
    return found


def null_silhouette(view: View, recipe: Recipe, progress: segments.Progress | None = None) -> segments.Null:
    """The mean silhouettes of data without segments."""
    found = segments.null_silhouette(view.members(recipe.features), segmentation(view, recipe), progress=progress)
    put("nulls", null_key("silhouette", view, recipe), found)
    return found


def gaps(view: View, recipe: Recipe, progress: segments.Progress | None = None) -> segments.Gaps:
    """Every number of segments beside data without any; the sweep is there already."""
    found = segments.gaps(view.members(recipe.features), sweep(view, recipe), progress=progress)
    put("nulls", gaps_key(view, recipe), found)
    return found


def beside(view: View, recipe: Recipe) -> segments.Nulls:
    """What is known already of data without segments, beside what is known by now of the data."""
    stable, null = known_stability(view, recipe), find("nulls", null_key("stability", view, recipe))
    return segments.Nulls(
        find("nulls", null_key("silhouette", view, recipe)),
        null.of(stable.mean) if null is not None and stable is not None else None,
        find("nulls", gaps_key(view, recipe)),
    )


def null_key(score: str, view: View, recipe: Recipe) -> tuple[object, ...]:
    """What a score of data without segments is kept under."""
    return (f"null {score}", view.key, recipe)


def gaps_key(view: View, recipe: Recipe) -> tuple[object, ...]:
    """What gaps are kept under: everything but the number of segments."""
    return ("gaps", view.key, recipe.with_k(segments.MIN_K))


@kept
def notebook(view: View, recipe: Recipe) -> segments.NotebookResult:
    """What the well-known notebooks would say: rows, one start; two features unscaled, more of them scaled."""
    scaling: features.Scaling = "none" if len(recipe.features) == 2 else "standard"
    return segments.notebook_result(view.members(recipe.features), recipe, scaling=scaling)


@kept
def steps(view: View, recipe: Recipe, start: int, linear: bool) -> tuple[segments.Step, ...]:
    """The iterations of one start of k-means, with the labels of the points that the plane shows."""
    rows = plane_of(view, recipe, linear).points["row"].to_numpy()
    return segments.iterations(view.members(recipe.features), recipe, start=start, rows=rows)


@kept
def plane_of(view: View, recipe: Recipe, linear: bool) -> plane.Plane:
    """Members, centroids and regions of a segmentation by two features, ready to draw."""
    data = view.members(recipe.features)
    return plane.plane_of(data, segmentation(view, recipe), explore.MAX_POINTS, linear=linear)


@kept
def clustergram(view: View, recipe: Recipe) -> segments.Clustergram:
    """Where members go as the number of segments grows; the sweep is there already."""
    return segments.clustergram(sweep(view, recipe))


@kept
def shares_by_segment(
    view: View, recipe: Recipe, column: str, names: tuple[tuple[int, str], ...], title: str
) -> pd.DataFrame:
    """Shares of a column's codes within each segment and in the whole population, in words."""
    data = view.members((*recipe.features, column))
    within = segments.labelled(data, segmentation(view, recipe), dict(names))
    sample = estimates.Sample(within, counting=view.counting, replicates=sampled.replicates(view))
    table = estimates.sure_shares(sample, column, segments.SEGMENT)
    table = table[table["group"].isin([number for number, _ in names])]
    table = table.assign(group=table["group"].map(within.codebook[segments.SEGMENT].text))
    everyone = estimates.sure_shares(sample, column).assign(group=title)
    return in_words(pd.concat([table, everyone], ignore_index=True), view, column)


def comparison(view: View, recipe: Recipe, progress: segments.Progress | None = None) -> segments.Comparison:
    """The same members segmented by several algorithms."""
    found = segments.compare(view.members(recipe.features), recipe, progress=progress)
    put("comparisons", comparison_key(view, recipe), found)
    return found


def known_comparison(view: View, recipe: Recipe) -> segments.Comparison | None:
    """The comparison of algorithms, if it was made already."""
    return find("comparisons", comparison_key(view, recipe))


def comparison_key(view: View, recipe: Recipe) -> tuple[object, ...]:
    """What a comparison of methods is kept under: everything but the method."""
    return ("comparison", view.key, replace(recipe, algorithm="kmeans"))


@kept
def lenses(view: View, recipe: Recipe) -> segments.Lenses:
    """Segments through the lenses of their subject, on columns that they were not made from."""
    data = view.members((*recipe.features, *_there(view, segments.lens_columns(view.about.subject))))
    return segments.lenses(data, segmentation(view, recipe), replicates=sampled.replicates(view))


def lenses_of_others(view: View, recipe: Recipe) -> segments.Lenses | None:
    """The same with those as everyone whom the population is shown beside; None where it is all of them."""
    if view.is_everyone or not view.about.subject.lenses:
        return None
    needed = (*recipe.features, *_there(view, segments.lens_columns(view.about.subject)))
    everyone, replicates = view.others.members(needed), sampled.replicates(view)
    return segments.lenses(view.members(needed), segmentation(view, recipe), everyone=everyone, replicates=replicates)


@kept
def flag_shares(view: View, columns: tuple[str, ...]) -> pd.DataFrame:
    """The same few flags among all of a population."""
    return segments.flag_shares(sampled.sample(view, columns), columns)


@kept
def glance(view: View, recipe: Recipe, columns: tuple[str, ...]) -> pd.DataFrame:
    """A few flags in every segment, see ``lib.segments.describe.glance``, and among all of them."""
    sample = sampled.sample(view, (*recipe.features, *columns))
    by_segment = segments.glance(sample, segmentation(view, recipe), columns)
    return pd.concat([by_segment, flag_shares(view.alone, columns)], ignore_index=True)


@kept
def sureness(view: View, recipe: Recipe, columns: tuple[str, ...] = ()) -> segments.Sureness:
    """How far off sizes of segments may be, and means and medians of columns in them, the segments as they are."""
    return _sureness(view, recipe, columns, in_full=False)


@kept
def sureness_in_full(view: View, recipe: Recipe, columns: tuple[str, ...]) -> segments.Sureness:
    """The same, and how far off standard deviations and quartiles: what is handed on."""
    return _sureness(view, recipe, columns, in_full=True)


def _sureness(view: View, recipe: Recipe, columns: tuple[str, ...], *, in_full: bool) -> segments.Sureness:
    sample = sampled.sample(view, (*recipe.features, *columns))
    return segments.sureness(sample, segmentation(view, recipe), columns, in_full=in_full)


@kept
def typical(view: View, recipe: Recipe, segment: int) -> segments.Typical:
    """The member of a segment that is nearest to all others of it."""
    data = view.members((*recipe.features, *_there(view, view.about.subject.telling.columns)))
    return segments.typical(data, segmentation(view, recipe), segment)


@kept
def contrast(view: View, recipe: Recipe, first: int, second: int | None, columns: tuple[str, ...]) -> pd.DataFrame:
    """How two segments, or a segment and everyone, differ."""
    sample, told = sampled.sample(view, (*recipe.features, *columns)), profile(view, recipe, columns)
    found = segmentation(view, recipe)
    return segments.contrast(sample.dataset, found, first, second, columns, described=told, sample=sample)


@kept
def described(view: View, recipe: Recipe, columns: tuple[str, ...]) -> pd.DataFrame:
    """Statistics of columns in each segment, as ``profile`` has them, with the ends of their intervals beside them."""
    return profile(view, recipe, columns).table.join(sureness(view, recipe, columns).profile)


def told_apart(view: View, recipe: Recipe, columns: tuple[str, ...]) -> pd.DataFrame:
    """In which columns the mean of each segment can be told from that of all of them."""
    return sureness(view, recipe, columns).told_apart


@kept
def most_apart(view: View, recipe: Recipe, columns: tuple[str, ...], names: tuple[tuple[int, str], ...]) -> str:
    """What sets each of several segments apart most, in words."""
    described, sure = profile(view, recipe, columns), sureness(view, recipe, columns)
    is_of_rows = view.counting == ROWS
    told = (charts.most_apart(described, sure, s, dict(names), view.codebook, is_of_rows=is_of_rows) for s, _ in names)
    return "; ".join(told)


@kept
def changed_sizes(view: View, recipe: Recipe, other: View) -> pd.DataFrame:
    """By how much the shares of matched segments changed from one wave to another, each a sample of its own.

    See ``lib.segments.changed_shares``.
    """
    came = persistence(view, recipe, other)
    then, now = (one.sizes["standard_error"] for one in (sureness(view, recipe), sureness_now(view, recipe, other)))
    return segments.changed_shares(came, then, now)


@kept
def sureness_now(view: View, recipe: Recipe, other: View) -> segments.Sureness:
    """How far off the segments found in another wave may be, as they are, in the dollars of the comparison."""
    came, data = persistence(view, recipe, other), other.members(recipe.features)
    data = data if came.dollars is None else data.in_dollars(came.dollars)
    sample = estimates.Sample(data, counting=other.counting, replicates=sampled.replicates(other))
    return segments.sureness(sample, came.new, recipe.features)


@kept
def persistence(view: View, recipe: Recipe, other: View) -> segments.Persistence:
    """What became of the segments in another wave."""
    old = view.members(recipe.features)
    return segments.persist(old, segmentation(view, recipe), other.members(recipe.features), recipe)


def noise_floor(view: View, recipe: Recipe, other: View, progress: segments.Progress | None = None) -> segments.Floor:
    """How far two draws of this wave alone differ, of which the second is as large as another wave."""
    found = known_noise_floor(view, recipe, other)
    if found is None:
        data = view.members(recipe.features)
        later = other.members(recipe.features).sampled
        found = segments.noise_floor(data, segmentation(view, recipe), later=later, progress=progress)
        put("noise floors", noise_floor_key(view, recipe, other), found)
    return found


def known_noise_floor(view: View, recipe: Recipe, other: View) -> segments.Floor | None:
    """How far two draws of this wave alone differ, if that is known already."""
    return find("noise floors", noise_floor_key(view, recipe, other))


def noise_floor_key(view: View, recipe: Recipe, other: View) -> tuple[object, ...]:
    """What a noise floor is kept under."""
    return ("noise floor", view.key, recipe, other.key)


def _there(view: View, columns: tuple[str, ...]) -> tuple[str, ...]:
    """Those of several columns that the data have."""
    return tuple(name for name in columns if name in view.codebook)


def origin(view: View, heading: Heading, recipe: Recipe | None = None) -> exports.Provenance:
    """Where figures of a view come from."""
    data = view.members(recipe.features if recipe else ())
    return exports.provenance(
        data, view.population, heading.title, recipe, counting=view.counting, codebook=view.codebook
    )
