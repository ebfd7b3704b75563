"""Members picked out of a population: how they differ from the rest, and who is nearest to one of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lib.dataset import MEMBERS, Counting, Dataset
from lib.errors import RecipeError
from lib.estimates import mean, quantile, variance
from lib.segments.segmentation import Segmentation

NEIGHBOURS = 5


def beside_the_rest(
    dataset: Dataset, inside: NDArray[np.bool_], columns: Sequence[str], *, counting: Counting = MEMBERS
) -> pd.DataFrame:
    """Weighted mean and median of columns among picked rows and among the rest.

    Args:
        dataset: The population.
        inside: One truth value per row: whether it is picked.
        columns: Amounts.
        counting: Members (weighted) or rows.

    Returns:
        Indexed by column: ``mean``, ``median``, ``rest_mean``, ``rest_median``, ``difference`` (of the means, in
        standard deviations of the population), the largest difference first.
    """
    weights = dataset.weights(counting)
    rows = {}
    for name in columns:
        values = dataset.values(name)
        spread = np.sqrt(variance(values, weights))
        own, rest = (mean(values[m], weights[m]) for m in (inside, ~inside))
        rows[name] = {
            "mean": own,
            "median": float(quantile(values[inside], weights[inside], 0.5)),
            "rest_mean": rest,
            "rest_median": float(quantile(values[~inside], weights[~inside], 0.5)),
            "difference": (own - rest) / spread if spread > 0 else 0.0,
        }
    table = pd.DataFrame.from_dict(rows, orient="index")
    order = table["difference"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order].rename_axis("column")


def rows_of(dataset: Dataset, ids: Collection[int | str]) -> NDArray[np.bool_]:
    """One truth value per row: whether it belongs to one of these members (all implicates)."""
    return np.asarray(pd.Index(dataset.ids).isin(list(ids)), dtype=bool)


def neighbours(dataset: Dataset, segmentation: Segmentation, member: int | str) -> pd.DataFrame:
    """The members most like one of them, on the scale on which segments were found.

    Args:
        dataset: The table that was segmented.
        segmentation: What ``fit`` made of it.
        member: What names it in ``Dataset.ids``.

    Returns:
        The features, in their units, of the member itself and of its ``NEIGHBOURS`` nearest, one implicate each;
        ``id``, ``segment`` and ``distance`` are the index.

    Raises:
        RecipeError: If there is nobody of that name in the population.
    """
    one = np.flatnonzero(dataset.implicate_codes == 0)
    place = np.flatnonzero(dataset.ids[one] == member)
    if not len(place):
        noun = dataset.entity.singular
        raise RecipeError(f"There is no {noun} {member} in this population: look at another, or widen it.")
    matrix = segmentation.points.matrix[one]
    distance = np.sqrt(np.square(matrix - matrix[place[0]]).sum(axis=1))
    nearest = np.argsort(distance, kind="stable")
    nearest = np.concatenate([place[:1], nearest[nearest != place[0]][:NEIGHBOURS]])
    rows = one[nearest]
    # told in the index, where no column of the table can have the same name
    told = {"id": dataset.ids[rows], "segment": segmentation.labels[rows], "distance": distance[nearest]}
    return pd.DataFrame(
        {name: dataset.values(name)[rows] for name in segmentation.recipe.features},
        index=pd.MultiIndex.from_arrays(list(told.values()), names=list(told)),
    )
