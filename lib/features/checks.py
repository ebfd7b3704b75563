"""What stops a column from being a feature, each said in one sentence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lib.dataset import Dataset
from lib.errors import HouseholdSegmentsError, RecipeError

LARGEST = 1e30
"""Values whose squares are still numbers, also where four bytes have to do for one."""


def check_features(dataset: Dataset, features: Sequence[str]) -> None:
    """Refuse columns on which no distance between members can be taken.

    Raises:
        RecipeError: For the first column that is unknown or was not asked, an identifier or weight, what segments are
            looked at through, a category with unlabelled codes, has missing or infinite values, or is the same for
            every member.
    """
    for name in features:
        _check_known(dataset, name)
        _check_meaning(dataset, name)
        _check_values(dataset, name)


def usable(dataset: Dataset, columns: Sequence[str]) -> list[str]:
    """Those of several columns that ``check_features`` does not refuse, in their order."""
    return [name for name in columns if _is_usable(dataset, name)]


def _is_usable(dataset: Dataset, name: str) -> bool:
    try:
        check_features(dataset, (name,))
    except HouseholdSegmentsError:
        return False
    return True


def feature_notes(dataset: Dataset, features: Sequence[str]) -> tuple[str, ...]:
    """What is doubtful about features that are allowed all the same, a sentence each."""
    return tuple(
        f"{dataset.codebook.label(name)} holds codes of {len(dataset.codebook[name].values)} categories: they are "
        "taken as numbers, which makes sense only where the order and the steps between them mean something."
        for name in features
        if dataset.codebook[name].unit == "category" and len(dataset.codebook[name].values) > 2
    )


def _check_known(dataset: Dataset, name: str) -> None:
    if name not in dataset.frame:
        raise RecipeError(f"{dataset.name} has no column {name}: choose one of its {len(dataset.columns)} columns.")
    if why := dataset.codebook[name].why_not:
        raise RecipeError(f"{why}: choose another column, or a later wave.")


def _check_meaning(dataset: Dataset, name: str) -> None:
    variable = dataset.codebook[name]
    if variable.unit in ("id", "weight"):
        raise RecipeError(
            f"{_called(dataset, name)} says which {dataset.entity.singular} a row is, not what it is like: "
            "leave it out of the features."
        )
    if variable.unit == "date":
        raise RecipeError(
            f"{_called(dataset, name)} holds dates, of which none is more than another: derive the days between two "
            "dates, and take those."
        )
    if name in dataset.subject.outcomes:
        raise RecipeError(
            f"{_called(dataset, name)} is what segments are looked at through, not what they are made from: "
            "leave it out of the features."
        )
    if variable.is_category:
        codes = np.unique(dataset.values(name))
        if unlabelled := [f"{c:g}" for c in codes if np.isfinite(c) and c not in variable.values]:
            raise RecipeError(
                f"{_called(dataset, name)} has codes without a label ({', '.join(unlabelled[:3])}): "
                "nobody can say how far apart they are, so choose another column."
            )


def _called(dataset: Dataset, name: str) -> str:
    """A column by its label, and by its name where that is another."""
    label = dataset.codebook.label(name)
    return label if label == name else f"{label} ({name})"


def _check_values(dataset: Dataset, name: str) -> None:
    label, values = _called(dataset, name), dataset.values(name)
    if missing := int(np.isnan(values).sum()):
        raise RecipeError(
            f"{label} is missing in {missing:,} of {len(values):,} rows: "
            "fill or leave out those rows, or choose another column."
        )
    if infinite := int(np.isinf(values).sum()):
        raise RecipeError(
            f"{label} is infinite in {infinite:,} of {len(values):,} rows: mend those values, or choose another column."
        )
    if len(values) and np.abs(values).max() > LARGEST:
        raise RecipeError(f"{label} has values beyond {LARGEST:g}, too large to compute with: cap or mend them.")
    if len(values) and np.ptp(values) == 0:
        raise RecipeError(
            f"{label} is the same for every {dataset.entity.singular} chosen ({values[0]:,.6g}): "
            "it cannot tell them apart, so leave it out."
        )
