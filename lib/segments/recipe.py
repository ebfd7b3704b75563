"""Everything that determines a segmentation, in one small hashable value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from numbers import Real
from typing import Any, Literal

from lib.dataset import COUNTINGS, MEMBERS, Counting
from lib.errors import RecipeError
from lib.features.space import BENT, SCALINGS, TRANSFORMS, Scaling, Transform
from lib.tables.files import shown

Algorithm = Literal["kmeans", "bisecting", "gaussian_mixture", "latent_class", "ward", "hdbscan"]
ALGORITHMS: tuple[Algorithm, ...] = ("kmeans", "bisecting", "gaussian_mixture", "latent_class", "ward", "hdbscan")

EXACT: frozenset[Algorithm] = frozenset({"kmeans", "latent_class"})
"""Those by which a stored model places members exactly as they were found; of the others the nearest centre is near."""

MIN_K, MAX_K = 2, 30
MAX_FEATURES = 60
MAX_STARTS = 200
MAX_SEED = 2**32 - 1
MIN_BEND, MAX_BEND = 0.001, 1_000.0
STARTS = MAX_STARTS
"""Few recipes need so many: see ``lib.solvers.enough.TIMES_FOUND``."""


@dataclass(frozen=True)
class Recipe:
    """What was asked for: cache key, link, header of an export and title of a report alike.

    Attributes:
        features: Columns to segment on, in order; segments are numbered by the first. Any sequence is accepted.
        transform: What is done about skew, see ``lib.features.fit_space``.
        scaling: How columns are made comparable.
        algorithm: How segments are found.
        k: Number of segments (HDBSCAN finds its own).
        starts: The most starts of k-means, of which the best counts. Up to twenty all are made; of more, as many as
            it takes to find the least inertia three times (see ``lib.solvers.enough.TIMES_FOUND``).
        seed: Start of all random numbers.
        counting: Members (weighted, implicates respected) or rows.
        pca: Share of the variance, above 0 and below 1, that principal components of the scaled columns are to keep;
            segments are then sought among their scores. None seeks them among the columns themselves.
        bend: Where the scale bends, as a multiple of each column's own typical amount (see ``lib.features.fit_space``);
            1 for a transform that bends nowhere.

    Raises:
        RecipeError: On construction, if a value is not allowed.
    """

    features: tuple[str, ...]
    transform: Transform = "none"
    scaling: Scaling = "standard"
    algorithm: Algorithm = "kmeans"
    k: int = 4
    starts: int = STARTS
    seed: int = 42
    counting: Counting = MEMBERS
    pca: float | None = None
    bend: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "features", _features(self.features))
        for name, allowed in _CHOICES.items():
            if getattr(self, name) not in allowed:
                raise RecipeError(
                    f"{name.capitalize()} must be one of {', '.join(allowed)}. Got {_said(getattr(self, name))}."
                )
        for name, (low, high) in _RANGES.items():
            object.__setattr__(self, name, _whole(name, getattr(self, name), low, high))
        object.__setattr__(self, "pca", _share(self.pca))
        bend = _factor(self.bend)
        # what bends nowhere is one recipe, whatever the factor: one key, one link
        object.__setattr__(self, "bend", bend if self.transform in BENT else 1.0)

    def with_k(self, k: int) -> Recipe:
        """The same recipe with another number of segments."""
        return replace(self, k=k)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON, links and headers of exports.

        ``pca`` is left out where there is none, ``bend`` where it is 1: such recipes stay what versions without them
        can read, and what was kept under them is found again.
        """
        values = {f.name: getattr(self, f.name) for f in fields(self)} | {"features": list(self.features)}
        return {name: value for name, value in values.items() if name not in _LATER or value != _LATER[name]}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Recipe:
        """Read back what ``to_dict`` gave; what is not there takes its default.

        Raises:
            RecipeError: If a name or value is not part of a recipe.
        """
        known = {f.name for f in fields(cls)}
        if unknown := sorted(map(str, set(stored) - known)):
            raise RecipeError(f"A recipe has no {shown(unknown[0])}: it consists of {', '.join(sorted(known))}.")
        if "features" not in stored:
            raise RecipeError("A recipe needs features: name at least one column.")
        return cls(**stored)


_LATER: Mapping[str, Any] = {"pca": None, "bend": 1.0}
"""What recipes did not have at first, and what they meant without it."""

_CHOICES: Mapping[str, tuple[str, ...]] = {
    "transform": TRANSFORMS,
    "scaling": SCALINGS,
    "algorithm": ALGORITHMS,
    "counting": COUNTINGS,
}
_RANGES = {"k": (MIN_K, MAX_K), "starts": (1, MAX_STARTS), "seed": (0, MAX_SEED)}


def _features(given: Any) -> tuple[str, ...]:  # noqa: ANN401 - it may come from a file
    several = isinstance(given, Iterable) and not isinstance(given, str | Mapping)
    names: tuple[Any, ...] = tuple(given) if several else (given,)
    if not names or not all(isinstance(name, str) and name for name in names):
        raise RecipeError("Features must be names of columns, at least one.")
    if len(names) > MAX_FEATURES:
        raise RecipeError(f"At most {MAX_FEATURES} features can be used together. Got {len(names)}.")
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise RecipeError(f"Each feature counts once: {shown(twice[0])} is listed more than once.")
    return names


def _share(given: Any) -> float | None:  # noqa: ANN401 - it may come from a link
    if given is None:
        return None
    number = _number(given)
    if not 0 < number < 1:
        raise RecipeError(
            "PCA keeps a share of the variance above 0 and below 1, such as 0.95, or is left out (None). "
            f"Got {_said(given)}."
        )
    return number


def _factor(given: Any) -> float:  # noqa: ANN401 - it may come from a link
    number = _number(given)
    if not MIN_BEND <= number <= MAX_BEND:
        raise RecipeError(
            f"The scale bends at a multiple of the typical amount between {MIN_BEND:g} and {MAX_BEND:,.0f}, 1 unless "
            f"asked for otherwise. Got {_said(given)}."
        )
    return number


def _number(given: Any) -> float:  # noqa: ANN401 - it may come from a link
    """A number as a float; NaN for what is none, or has more digits than any."""
    try:
        return float(given) if isinstance(given, Real) and not isinstance(given, bool) else float("nan")
    except OverflowError:
        return float("nan")


def _whole(name: str, value: Any, low: int, high: int) -> int:  # noqa: ANN401 - it may come from a link
    if isinstance(value, bool) or (not isinstance(value, int) and not _is_whole(value)):
        raise RecipeError(f"{name.capitalize()} must be a whole number. Got {_said(value)}.")
    if not low <= int(value) <= high:
        raise RecipeError(f"{name.capitalize()} must be between {low} and {high:,}. Got {_said(value)}.")
    return int(value)


def _said(given: Any) -> str:  # noqa: ANN401 - it may come from a link
    """What was given, as it may stand in a sentence."""
    try:
        return shown(repr(given))
    except ValueError:  # Python writes no number of thousands of digits
        return "a number of very many digits"


def _is_whole(value: Any) -> bool:  # noqa: ANN401
    return hasattr(value, "__index__") or (isinstance(value, float) and value.is_integer())
