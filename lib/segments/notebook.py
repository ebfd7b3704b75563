"""What the well-known notebooks would say for the same choice, and why it differs.

They count rows (five per household, no weights), start k-means once, and take silhouettes in raw units of labels
found on scaled ones. ``KMeans``, ``StandardScaler`` and the seed are theirs, so that the figures are too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans

from lib.dataset import Dataset
from lib.features.space import Scaling, fit_space
from lib.segments.points import Floats, Labels, distinct, row_weights
from lib.segments.progress import one_thread
from lib.segments.recipe import Recipe
from lib.segments.segmentation import UNASSIGNED, Segmentation
from lib.segments.silhouette import silhouette_sweep
from lib.segments.words import listed

MATERIAL = 0.001
"""A difference in inertia or silhouette below this share is rounding."""


@dataclass(frozen=True, eq=False)
class NotebookResult:
    """Figures as the notebooks print them.

    Attributes:
        labels: Cluster of each row, numbered 0 to k - 1 in no order.
        inertia: Unweighted, over all rows, of one start.
        silhouette_raw: Of these labels in raw units, all rows together, as printed there.
        silhouette_scaled: Of the same labels on the scale on which they were found.
        means: Mean of each feature by cluster, in original units, ascending by the first feature.
        sizes: Rows and sampled households of each cluster, in the order of ``means``.
    """

    labels: Labels
    inertia: float
    silhouette_raw: float
    silhouette_scaled: float
    means: pd.DataFrame
    sizes: pd.DataFrame


def notebook_result(
    dataset: Dataset, recipe: Recipe, *, scaling: Scaling | None = None, starts: int = 1
) -> NotebookResult:
    """Cluster rows as the notebooks do: the recipe's features, k, seed and scaling; nothing else of it.

    Args:
        dataset: The households.
        recipe: Gives features, k, seed and scaling.
        scaling: Another scaling; the two-feature notebook uses "none", the others "standard".
        starts: ``n_init``; one in the notebooks, ten in the versions of scikit-learn they were written with.

    Raises:
        RecipeError: If a feature cannot be used.
    """
    raw = np.column_stack([dataset.values(name) for name in recipe.features])
    space = fit_space(dataset, recipe.features, scaling=scaling or recipe.scaling, weights=row_weights(dataset, "rows"))
    scaled = space.matrix(dataset.frame)
    with one_thread():
        model = KMeans(recipe.k, random_state=recipe.seed, n_init=starts).fit(scaled)
    labels = model.labels_.astype(np.intp)
    frame = pd.DataFrame(raw, columns=list(recipe.features)).assign(cluster=labels)
    means = frame.groupby("cluster").mean().sort_values(recipe.features[0])
    seen = distinct([labels, dataset.household_codes])[0]
    sizes = pd.DataFrame(
        {
            "rows": np.bincount(labels, minlength=recipe.k),
            "sampled": np.bincount(labels[seen], minlength=recipe.k),
        }
    ).loc[means.index]
    return NotebookResult(
        labels=labels,
        inertia=float(model.inertia_),
        silhouette_raw=float(silhouette_sweep(raw, [labels], double=True)[0]),
        silhouette_scaled=float(silhouette_sweep(scaled, [labels], double=True)[0]),
        means=means,
        sizes=sizes,
    )


def raw_unit_silhouettes(dataset: Dataset, segmentations: Sequence[Segmentation]) -> Floats:
    """The notebooks' silhouettes of other labels: features in raw units, every row once, all rows together.

    Args:
        dataset: The households that were segmented.
        segmentations: Any number of the same features, scored in one pass.

    Returns:
        One mean silhouette per segmentation.
    """
    raw = np.column_stack([dataset.values(name) for name in segmentations[0].recipe.features])
    labelings = [s.labels for s in segmentations]
    return silhouette_sweep(raw, labelings, unassigned=UNASSIGNED, double=True)


def differences(notebook: NotebookResult, segmentation: Segmentation) -> tuple[str, ...]:
    """Why the notebooks' figures differ from those of a segmentation of the same households, a sentence each."""
    counted = segmentation.recipe.counting
    said = [_starts(notebook, segmentation)] if counted == "rows" else [_counting()]
    said.append(_units(notebook))
    said.append(_few(notebook))
    return tuple(sentence for sentence in said if sentence)


def _starts(notebook: NotebookResult, segmentation: Segmentation) -> str:
    found, least = notebook.inertia, segmentation.inertia
    if found <= least * (1 + MATERIAL):
        return ""
    return (
        f"One start of k-means ends at inertia {found:,.6g}; the best of {segmentation.recipe.starts} starts ends "
        f"at {least:,.6g}, {100 * (found / least - 1):.1f} % lower: the lower one is right."
    )


def _counting() -> str:
    return (
        "The notebooks count the rows of the file: five copies of each household, and as many rich households as "
        "the survey asked rather than as there are."
    )


def _units(notebook: NotebookResult) -> str:
    if abs(notebook.silhouette_raw - notebook.silhouette_scaled) <= MATERIAL:
        return ""
    return (
        f"The silhouette of {notebook.silhouette_raw:.3f} is taken in raw units of labels found on another scale; "
        f"on the scale on which they were found it is {notebook.silhouette_scaled:.3f}."
    )


def _few(notebook: NotebookResult) -> str:
    few = [int(n) for n in notebook.sizes["sampled"] if n < 10]
    if not few:
        return ""
    counts = listed([str(n) for n in sorted(few)])
    noun = "clusters hold" if len(few) > 1 else "cluster holds"
    return f"{len(few)} {noun} no more than {counts} sampled households: five copies of each make them look solid."
