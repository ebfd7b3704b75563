"""What can be chosen about a map, and within which bounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from lib.errors import MapError

Method = Literal["pca", "tsne", "umap"]
METHODS: tuple[Method, ...] = ("pca", "tsne", "umap")

METHOD_LABELS: Mapping[Method, str] = {"pca": "PCA", "tsne": "t-SNE", "umap": "UMAP"}

PERPLEXITY = (5, 100)
NEIGHBOURS = (5, 100)
MIN_DIST = (0.0, 0.99)

_HELD: Mapping[Method, tuple[str, ...]] = {"pca": (), "tsne": ("perplexity",), "umap": ("neighbours", "min_dist")}


@dataclass(frozen=True)
class Settings:
    """The parameters of t-SNE and UMAP; each method looks only at its own.

    Attributes:
        perplexity: t-SNE: about how many nearest members each one is kept close to.
        neighbours: UMAP: how many nearest members make up a neighbourhood.
        min_dist: UMAP: how close points may come, on a scale where an island is a few units wide.
        everyone: Draw every sampled member once, whatever its weight; else members are drawn in proportion to it.

    Raises:
        MapError: On construction, if a value is out of its bounds.
    """

    perplexity: int = 30
    neighbours: int = 15
    min_dist: float = 0.1
    everyone: bool = False

    def __post_init__(self) -> None:
        _within("Perplexity", self.perplexity, PERPLEXITY, whole=True)
        _within("The number of neighbours", self.neighbours, NEIGHBOURS, whole=True)
        _within("The minimum distance", self.min_dist, MIN_DIST, whole=False)

    def of(self, method: Method) -> dict[str, float]:
        """The parameters that ``method`` looks at."""
        return {name: getattr(self, name) for name in _HELD[method]}

    def neighbourhood(self, method: Method) -> int:
        """How many other points each point is compared with."""
        return 3 * self.perplexity if method == "tsne" else self.neighbours


def check_enough(points: int, method: Method, settings: Settings) -> None:
    """Refuse a neighbourhood that is as large as the whole.

    Args:
        points: Different points to be mapped.
        method: "tsne" or "umap".
        settings: The parameters chosen.

    Raises:
        MapError: Says how many points there are and how many it takes.
    """
    needed = settings.neighbourhood(method) + 1
    if points >= needed:
        return
    chosen = f"perplexity {settings.perplexity}" if method == "tsne" else f"{settings.neighbours} neighbours"
    raise MapError(
        f"{METHOD_LABELS[method]} with {chosen} needs at least {needed} different points. Got {points:,}: "
        "choose a smaller number, a larger population or more features."
    )


def _within(name: str, value: Any, bounds: tuple[float, float], *, whole: bool) -> None:  # noqa: ANN401 - from a link
    kinds = (int,) if whole else (int, float)
    low, high = bounds
    if isinstance(value, bool) or not isinstance(value, kinds) or not low <= value <= high:
        kind = "a whole number" if whole else "a number"
        raise MapError(f"{name} must be {kind} between {low:g} and {high:g}. Got {value!r}.")


DEFAULT_SETTINGS = Settings()
