"""Do segments persist? The same recipe on an older and a newer survey, in the same dollars."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from lib.dataset import Dataset
from lib.errors import RecipeError
from lib.estimates.ends import Z
from lib.estimates.wording import between, beyond
from lib.segments.describe.profile import check_same, profile
from lib.segments.fit import fit
from lib.segments.judge.floor import Floor, matched
from lib.segments.judge.scores import overlaps
from lib.segments.judge.stability import DISSOLVED, STABLE
from lib.segments.kmeans import squared_distances
from lib.segments.points import Floats, Labels
from lib.segments.recipe import Recipe
from lib.segments.segmentation import Segmentation
from lib.words import listed, percent

BACK, BY_CHANCE, NEARLY, CHANGED, GONE = (
    "comes back",
    "within what chance does",
    "comes back, a little changed",
    "changed",
    "gone",
)
"""What became of a segment, once it is known how far two draws of one wave differ."""


@dataclass(frozen=True, eq=False)
class Persistence:
    """Old segments matched with new ones.

    Attributes:
        table: One row per matched pair, indexed by ``old``: ``new`` (number of the new segment), ``old_share``
            and ``new_share`` (as counted by the recipe), ``old_count``, ``new_count``, ``old_sampled``,
            ``new_sampled``, ``distance`` (between the centroids, on the old scale), ``room`` (from the old
            centroid to the nearest other old one), ``kept`` (share of the new segment's members that the old
            model places in the matched one) and ``similarity`` (Jaccard, new members: in both over in either).
        new_medians: Weighted medians of the members of the matched new segments, by feature, in the common dollars,
            indexed by old segment.
        kept: Share of all new members that the old model places in the segment matched with theirs.
        lost: Old segments without a match.
        gained: New segments without a match.
        dollars: Year of the common dollars, or None.
        old_name: The older data.
        new_name: The newer data.
        new: The segmentation of the newer data.
    """

    table: pd.DataFrame
    new_medians: pd.DataFrame
    kept: float
    lost: tuple[int, ...]
    gained: tuple[int, ...]
    dollars: int | None
    old_name: str
    new_name: str
    new: Segmentation = field(repr=False)

    @property
    def words(self) -> str:
        """How many members fall where they would have, and which segments have no counterpart: what needs no floor."""
        sentences = [
            f"{self._kept}.",
            _these([str(s) for s in self.lost], "is matched with none", "are matched with none"),
            _these(
                [str(s) for s in self.gained],
                "is matched with none",
                "are matched with none",
                f"{self.new_name}: segment",
            ),
        ]
        return " ".join(filter(None, sentences))

    def paired(self, old: Segmentation) -> pd.DataFrame:
        """Every segment of either: the old ones, with a counterpart or without, then new ones that have none.

        Args:
            old: The older segmentation.

        Returns:
            ``old`` and ``new`` (numbers, 0 where there is none), and the columns of ``table``; NaN for what cannot be
            said of a segment alone, and a similarity of 0.
        """
        figures = ["share", "count", "sampled"]
        lost = old.sizes.loc[list(self.lost), figures].add_prefix("old_").rename_axis("old").reset_index()
        gained = self.new.sizes.loc[list(self.gained), figures].add_prefix("new_").rename_axis("new").reset_index()
        alone = [part.assign(similarity=0.0) for part in (lost, gained) if len(part)]
        table = pd.concat([self.table.reset_index(), *alone], ignore_index=True)
        table = table.assign(**{name: table[name].fillna(0).astype(int) for name in ("old", "new")})
        return table.sort_values("old", key=lambda old: old.mask(old == 0, np.inf), kind="stable", ignore_index=True)

    @property
    def similarity(self) -> pd.Series:
        """How far each old segment came back, 0 where it has no match; indexed by old segment."""
        return self.table["similarity"].reindex(self.table.index.union(list(self.lost)), fill_value=0.0)

    def verdicts(self, floor: Floor) -> pd.Series:
        """What became of each old segment: a change is called one only where two draws of the older wave differ less.

        Args:
            floor: How far they differ, see ``noise_floor``.

        Returns:
            One of ``BACK``, ``BY_CHANCE``, ``NEARLY``, ``CHANGED`` and ``GONE``, indexed by old segment. From .75 on a
            segment comes back, and up to .5 it is gone (Hennig 2007); but below the 5th percentile of the draws only
            is it changed or gone at all.
        """
        found, low = self.similarity, floor.table["low"]
        return pd.Series({s: _verdict(float(value), float(low[s])) for s, value in found.items()}, dtype=str)

    def judged(self, floor: Floor) -> str:
        """What became of the segments, in words, beside what chance alone does."""
        said = self.verdicts(floor)
        least, most = (percent(share) for share in floor.kept_between)
        numbers = {kind: [str(s) for s in said.index[said == kind]] for kind in _SAID}
        sentences = [
            f"{self._kept}; between two draws of {floor.name} alone it is {least} to {most}.",
            *(_these(numbers[kind], *words) for kind, words in _SAID.items()),
            _these(
                [str(s) for s in self.gained],
                "is matched with none",
                "are matched with none",
                f"{self.new_name}: segment",
            ),
            f"Of two draws of {floor.name} alone {floor.lost(STABLE):.1f} of {len(floor.numbers)} segments come back "
            f"with a similarity below {STABLE:g}.",
        ]
        return " ".join(filter(None, sentences))

    @property
    def _kept(self) -> str:
        return (
            f"{percent(self.kept)} of the {self.new.counted} of {self.new_name} fall where the segments of "
            f"{self.old_name} would put them"
        )


_SAID = {
    BACK: ("comes back", "come back"),
    BY_CHANCE: ("differs no more than two draws of one wave may", "differ no more than two draws of one wave may"),
    NEARLY: ("comes back, changed a little more than by chance", "come back, changed a little more than by chance"),
    CHANGED: ("changed more than chance explains", "changed more than chance explains"),
    GONE: ("is gone: chance alone would have left more of it", "are gone: chance alone would have left more of them"),
}


def persist(
    old_dataset: Dataset, old_segmentation: Segmentation, new_dataset: Dataset, recipe: Recipe | None = None
) -> Persistence:
    """Segment newer members by the same recipe, and match what is found with the older segments.

    Amounts of the newer data are put into the dollars of the older. The older model places every newer member; "kept"
    and "similarity" compare that with the newer segments. Segments are matched so that these similarities are largest
    in sum over all pairs (the Hungarian method): by the members that they share, which is what is said of them, and not
    by the distance of centroids, which a few members may decide. Segments that share nobody are no match.

    Args:
        old_dataset: The older members.
        old_segmentation: What ``fit`` made of it.
        new_dataset: The newer members, chosen by the same population.
        recipe: The recipe for the newer ones; by default that of the older.

    Raises:
        RecipeError: If the recipe cannot be used on the newer data, or uses other features than the older.
        DataError: If the dollars of one are unknown while those of the other are not.
    """
    check_same(old_dataset, old_segmentation)
    asked = recipe or old_segmentation.recipe
    if asked.features != old_segmentation.recipe.features:
        raise RecipeError("The same features are needed to compare two tables: use the older recipe.")
    data = new_dataset if old_dataset.dollars is None else new_dataset.in_dollars(old_dataset.dollars)
    new, model = fit(data, asked), old_segmentation.model
    moved = new.model.space.moved(new.model.centres, model.space)
    apart = np.sqrt(squared_distances(moved, model.centres)).T
    placed, assigned, weights = model.labels(data.frame), new.labels > 0, new.points.weights
    similar = overlaps(placed, new.labels, weights, (old_segmentation.k + 1, new.k + 1))[1:, 1:]
    old, found = matched(similar)
    shared = similar[old, found] > 0
    old, found = old[shared], found[shared]
    table = _table(old_segmentation, new, old + 1, found + 1, apart[old, found], placed).assign(
        similarity=similar[old, found]
    )
    partner = np.zeros(new.k + 1, dtype=np.intp)
    partner[found + 1] = old + 1
    return Persistence(
        table=table,
        new_medians=_medians(data, new, table["new"]),
        kept=_share((partner[new.labels] == placed) & assigned, weights * assigned),
        lost=tuple(sorted(set(old_segmentation.model.numbers) - set(table.index))),
        gained=tuple(sorted(set(new.model.numbers) - set(table["new"]))),
        dollars=data.dollars,
        old_name=old_dataset.name,
        new_name=new_dataset.name,
        new=new,
    )


def changed_shares(came: Persistence, then: pd.Series, now: pd.Series) -> pd.DataFrame:
    """By how much the shares of matched segments changed, each wave a sample of its own.

    Args:
        came: The matched segments.
        then: Standard errors of the older shares, by older segment.
        now: Of the newer ones, by newer segment.

    Returns:
        Indexed by old segment: ``change``, ``low`` and ``high`` (its 95 % interval, the segments taken as they are) and
        ``words``: "+2.1 (+0.3 to +3.9) points", and whether that can be told from none.
    """
    table = came.table
    error = np.hypot(then.loc[table.index].to_numpy(), now.loc[table["new"]].to_numpy())
    change = table["new_share"] - table["old_share"]
    found = pd.DataFrame({"change": change, "low": change - Z * error, "high": change + Z * error})
    return found.assign(words=[_change(*row) for row in found.itertuples(index=False)])


def _change(change: float, low: float, high: float) -> str:
    off = between(low, high, lambda share: f"{100 * share:+.1f}")
    told = f"{100 * change:+.1f}{f' ({off})' if off else ''} points"
    return told if beyond(low, high) else f"{told}: cannot be told from none"


def _table(
    before: Segmentation, after: Segmentation, old: Labels, new: Labels, apart: Floats, placed: Labels
) -> pd.DataFrame:
    weights, centres = after.points.weights, before.model.centres
    between = np.sqrt(squared_distances(centres, centres))
    np.fill_diagonal(between, np.inf)
    was, became = before.sizes.loc[old], after.sizes.loc[new]
    return pd.DataFrame(
        {
            "new": new,
            **{f"old_{name}": was[name].to_numpy() for name in ("share", "count", "sampled")},
            **{f"new_{name}": became[name].to_numpy() for name in ("share", "count", "sampled")},
            "distance": apart,
            "room": between.min(axis=1)[old - 1],
            "kept": [
                _share(placed[after.labels == n] == o, weights[after.labels == n])
                for o, n in zip(old, new, strict=True)
            ],
        },
        index=pd.Index(old, name="old"),
    )


def _medians(dataset: Dataset, segmentation: Segmentation, wanted: pd.Series) -> pd.DataFrame:
    """Medians of the features among the members of some segments, indexed as ``wanted`` is."""
    median = profile(dataset, segmentation).table["median"]
    features = segmentation.recipe.features
    return pd.DataFrame({name: [median[s, name] for s in wanted] for name in features}, index=wanted.index)


def _verdict(similarity: float, low: float) -> str:
    if similarity >= low:
        return BACK if similarity >= STABLE else BY_CHANCE
    if similarity >= STABLE:
        return NEARLY
    return CHANGED if similarity > DISSOLVED else GONE


def _share(holds: np.ndarray, weights: Floats) -> float:
    return float(weights @ holds / weights.sum()) if weights.sum() > 0 else float("nan")


def _these(numbers: list[str], one: str, several: str, noun: str = "Segment") -> str:
    if not numbers:
        return ""
    return f"{noun} {numbers[0]} {one}." if len(numbers) == 1 else f"{noun}s {listed(numbers)} {several}."
