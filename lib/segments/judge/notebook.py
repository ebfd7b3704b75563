"""What the well-known notebooks would say for the same choice, and why it differs.

They count rows (five per member, no weights), start k-means once, and take silhouettes in raw units of labels
found on scaled ones. ``KMeans``, ``StandardScaler`` and the seed are theirs, so that the figures are too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from lib.dataset import ROWS, Dataset
from lib.features.space import Scaling, fit_space
from lib.features.wording import SCALING_WORDS, TRANSFORM_WORDS
from lib.segments.algorithms import ALGORITHM_LABELS
from lib.segments.fit import fit
from lib.segments.points import Floats, Labels, distinct, row_weights
from lib.segments.recipe import Recipe
from lib.segments.segmentation import UNASSIGNED, Segmentation
from lib.segments.silhouette import silhouette_sweep
from lib.solvers import solve
from lib.subject import Entity
from lib.words import listed, percent

MATERIAL = 0.001
"""A difference in inertia or silhouette below this share is rounding."""

CHEAP = 10_000
"""Rows up to which many starts take a fraction of a second: only then are they tried beside the notebooks' one."""

FEW = 10
"""Sampled members below which a cluster is too small to stand for anyone."""


@dataclass(frozen=True, eq=False)
class NotebookResult:
    """Figures as the notebooks print them.

    Attributes:
        labels: Cluster of each row, numbered 0 to k - 1 in no order.
        inertia: Unweighted, over all rows, of one start.
        silhouette_raw: Of these labels in raw units, all rows together, as printed there.
        silhouette_scaled: Of the same labels on the scale on which they were found.
        means: Mean of each feature by cluster, in original units, ascending by the first feature.
        sizes: Rows and sampled members of each cluster, in the order of ``means``.
        scaling: On which the labels were found; there is never a transform.
        starts: Of which the best was kept.
        copies: Rows per member.
        least: Inertia of the best of as many starts as ``fit`` makes, everything else the same; NaN where the recipe
            asks for just that (then ``fit`` knows it), for another algorithm, or for more than ``CHEAP`` rows.
        tried: How many starts that took; 0 where ``least`` is NaN.
    """

    labels: Labels
    inertia: float
    silhouette_raw: float
    silhouette_scaled: float
    means: pd.DataFrame
    sizes: pd.DataFrame
    scaling: Scaling = "standard"
    starts: int = 1
    copies: int = 1
    least: float = float("nan")
    tried: int = 0


def notebook_result(
    dataset: Dataset, recipe: Recipe, *, scaling: Scaling | None = None, starts: int = 1
) -> NotebookResult:
    """Cluster rows as the notebooks do: the recipe's features, k, seed and scaling; nothing else of it.

    Args:
        dataset: The population.
        recipe: Gives features, k, seed and scaling.
        scaling: Another scaling; the two-feature notebook uses "none", the others "standard".
        starts: ``n_init``; one in the notebooks, ten in the versions of scikit-learn they were written with.

    Raises:
        RecipeError: If a feature cannot be used.
    """
    used = scaling or recipe.scaling
    raw = np.column_stack([dataset.values(name) for name in recipe.features])
    space = fit_space(dataset, recipe.features, scaling=used, weights=row_weights(dataset, ROWS))
    scaled = space.matrix(dataset.frame)
    figures, found = solve("plain", {"k": recipe.k, "seed": recipe.seed, "starts": starts}, {"matrix": scaled})
    labels = found["labels"]
    means = pd.DataFrame(raw, columns=list(recipe.features)).groupby(labels).mean()
    means = means.sort_values(recipe.features[0]).rename_axis("cluster")
    seen = distinct([labels, dataset.member_codes])[0]
    inertias = _of_many_starts(dataset, recipe, used)
    sizes = pd.DataFrame(
        {
            "rows": np.bincount(labels, minlength=recipe.k),
            "sampled": np.bincount(labels[seen], minlength=recipe.k),
        }
    ).loc[means.index]
    return NotebookResult(
        labels=labels,
        inertia=figures["inertia"],
        silhouette_raw=float(silhouette_sweep(raw, [labels], double=True)[0]),
        silhouette_scaled=float(silhouette_sweep(scaled, [labels], double=True)[0]),
        means=means,
        sizes=sizes,
        scaling=used,
        starts=starts,
        copies=dataset.implicates,
        least=float(inertias.min()) if len(inertias) else float("nan"),
        tried=len(inertias),
    )


def _of_many_starts(dataset: Dataset, recipe: Recipe, scaling: Scaling) -> Floats:
    """What each start of the recipe ends with when all else is theirs; empty where that is not asked."""
    theirs = replace(recipe, transform="none", scaling=scaling, counting=ROWS, pca=None)
    if recipe.algorithm != "kmeans" or recipe == theirs or len(dataset) > CHEAP:
        return np.empty(0)
    return fit(dataset, theirs).inertias


def raw_unit_silhouettes(dataset: Dataset, segmentations: Sequence[Segmentation]) -> Floats:
    """The notebooks' silhouettes of other labels: features in raw units, every row once, all rows together.

    Args:
        dataset: The table that was segmented.
        segmentations: Any number of the same features, scored in one pass.

    Returns:
        One mean silhouette per segmentation.
    """
    raw = np.column_stack([dataset.values(name) for name in segmentations[0].recipe.features])
    labelings = [s.labels for s in segmentations]
    return silhouette_sweep(raw, labelings, unassigned=UNASSIGNED, double=True)


def differences(notebook: NotebookResult, segmentation: Segmentation) -> tuple[str, ...]:
    """Why the notebooks' figures differ from those of a segmentation of the same members, a sentence each.

    Inertias are compared only where they are sums of the same squares: over rows, on the same scale, by k-means.
    """
    said = (
        _counting(notebook, segmentation),
        _algorithm(segmentation),
        _starts(notebook, segmentation),
        _transform(segmentation),
        _scaling(notebook, segmentation),
        _pca(segmentation),
        _units(notebook),
        _few(notebook, segmentation.entity),
    )
    return tuple(sentence for sentence in said if sentence)


def _counting(notebook: NotebookResult, segmentation: Segmentation) -> str:
    if segmentation.recipe.counting == ROWS:
        return ""
    if notebook.copies > 1:
        one, many = segmentation.entity.singular, segmentation.entity.plural
        return (
            f"The notebooks count the rows of the file: {_times(notebook)} copies of each {one}, and as many rich "
            f"{many} as the survey asked rather than as there are."
        )
    if np.ptp(segmentation.points.weights) > 0:
        return "The notebooks count every row once; here each counts by its weight."
    return ""


def _algorithm(segmentation: Segmentation) -> str:
    algorithm = segmentation.recipe.algorithm
    if algorithm == "kmeans":
        return ""
    return f"The notebooks use k-means; the method chosen here is another ({ALGORITHM_LABELS[algorithm]})."


def _starts(notebook: NotebookResult, segmentation: Segmentation) -> str:
    is_same = _comparable(notebook, segmentation)
    ours, found = len(segmentation.inertias) if is_same or not notebook.tried else notebook.tried, notebook.inertia
    once = "One start" if notebook.starts == 1 else f"The best of {notebook.starts} starts"
    least = segmentation.inertia if is_same else notebook.least
    if np.isfinite(least):
        if found <= least * (1 + MATERIAL):
            return ""
        counted = "" if is_same else ", counted their way,"
        return (
            f"{once} of k-means ends at inertia {_figure(found)}; the best of {ours} starts{counted} ends "
            f"at {_figure(least)}, {percent(1 - least / found)} lower: the lower one is right."
        )
    if segmentation.recipe.algorithm != "kmeans" or notebook.starts >= ours:
        return ""
    times = "once" if notebook.starts == 1 else f"{notebook.starts} times"
    return f"The notebooks start k-means {times} and keep where it ends; here the best of {ours} starts counts."


def _comparable(notebook: NotebookResult, segmentation: Segmentation) -> bool:
    recipe = segmentation.recipe
    same_scale = recipe.transform == "none" and recipe.scaling == notebook.scaling and recipe.pca is None
    same_sum = recipe.counting == ROWS and recipe.algorithm == "kmeans" and segmentation.k == len(notebook.means)
    return same_scale and same_sum


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 1e5 else f"{value:,.6g}"


def _transform(segmentation: Segmentation) -> str:
    words = TRANSFORM_WORDS[segmentation.recipe.transform].effect
    return f"The notebooks take amounts as they are; here {words}." if words else ""


def _scaling(notebook: NotebookResult, segmentation: Segmentation) -> str:
    ours = segmentation.recipe.scaling
    if ours == notebook.scaling:
        return ""
    return f"In the notebooks {SCALING_WORDS[notebook.scaling].effect}; here {SCALING_WORDS[ours].effect}."


def _pca(segmentation: Segmentation) -> str:
    rotation = segmentation.model.space.rotation
    if rotation is None:
        return ""
    return f"The notebooks compare the columns themselves; here {rotation.words}, and the rest is left out."


def _units(notebook: NotebookResult) -> str:
    raw, scaled = notebook.silhouette_raw, notebook.silhouette_scaled
    if not np.isfinite([raw, scaled]).all() or abs(raw - scaled) <= MATERIAL:
        return ""
    return (
        f"The silhouette of {raw:.3f} is taken in raw units of labels found on another scale; "
        f"on the scale on which they were found it is {scaled:.3f}."
    )


def _few(notebook: NotebookResult, entity: Entity) -> str:
    few = sorted(int(n) for n in notebook.sizes["sampled"] if n < FEW)
    if not few:
        return ""
    subject = f"{len(few)} clusters hold" if len(few) > 1 else "1 cluster holds"
    last = entity.sampled(few[-1]).partition(" ")[2]
    held = f"{subject} no more than {listed([str(n) for n in few])} {last}"
    if notebook.copies == 1:
        return f"{held}: too few to stand for anyone."
    each, look = ("it", "it look") if few == [1] else ("each", "them look")
    return f"{held}: {_times(notebook)} copies of {each} make {look} solid."


def _times(notebook: NotebookResult) -> str:
    return "five" if notebook.copies == 5 else str(notebook.copies)
