"""Members picked out of a population: how they differ from the rest."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lib.dataset import MEMBERS, Counting, Dataset
from lib.estimates import mean, quantile, variance


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
