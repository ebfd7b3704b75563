"""The number of segments beside null models: how much closer members lie than in data without segments.

Tibshirani, Walther and Hastie (2001), "Estimating the number of clusters in a data set via the gap statistic", with the
null models of ``lib.segments.judge.null`` in the place of their uniform one: margins are skewed here, and any null
without that skew is exceeded by everything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lib.dataset import Dataset
from lib.segments.fit import centres_of, inertia
from lib.segments.judge.null import KINDS, Beside, Kind, labelled, margins_of, scored
from lib.segments.judge.suggest import GAP, Suggestion
from lib.segments.judge.sweep import Sweep
from lib.segments.points import Floats, Labels, Points, some_members
from lib.work.progress import Progress, report

DRAWS, STARTS = 4, 10
"""Data sets of each null model, and starts of k-means on each: log inertia is then within 0.01 of that of many."""


COLUMNS: Mapping[Kind, str] = {"unrelated": "Unrelated columns", "correlated": "Correlated columns"}
"""What each kind of null model is called where it is drawn."""

_ERROR, _UNRELATED = "Its error", "Gap to unrelated columns"

BANDS: Mapping[str, str] = {
    "silhouette": "Bands: where 95 of 100 tables without segments would score, whose columns have the same margins and "
    "are unrelated, or correlated as these are.",
    "gap_correlated": "Band: by how much the gap may be off, as the tables without segments differ.",
}
"""What is drawn beside a score, a sentence."""


@dataclass(frozen=True, eq=False)
class Gaps:
    """A sweep beside both null models.

    Attributes:
        table: One row per k, and for each kind of null model: ``gap`` (log inertia of the null model less that of the
            data), ``error`` (what the gap of one further data set may be off: sd x sqrt(1 + 1/draws)), ``silhouette``
            (mean over the data sets drawn), ``low`` and ``high`` (where 95 of 100 further ones would lie), each
            followed by "_unrelated" or "_correlated".
        rows: Of each data set drawn.
    """

    table: pd.DataFrame
    rows: int

    @property
    def suggestion(self) -> Suggestion:
        """The smallest k whose gap is within its error of the largest; one segment, with a gap of 0, is no advice.

        "globalSEmax" of R's ``cluster::maxSE``: the first k that the next one does not exceed, as in the paper, stops
        before groups that only a larger k can tell apart.
        """
        gaps, errors = self.table["gap_correlated"], self.table["error_correlated"]
        largest = gaps.idxmax()
        least = gaps[largest] - errors[largest]
        if not least > 0:
            return Suggestion(GAP, None, "inertia is no lower than chance allows in columns that are only correlated")
        k = int(gaps.index[gaps >= least][0])
        reason = f"no other number is surely farther from columns that are only correlated ({gaps[k]:.2f})"
        return Suggestion(GAP, k, reason, k in (gaps.index[0], gaps.index[-1]))

    def drawn(self, score: str) -> pd.DataFrame | None:
        """What a chart of a score shows beside the data's: ``what``, ``k``, ``score``, ``low``, ``high``; else None."""
        if score == "silhouette":
            each = [self._of(COLUMNS[kind], f"silhouette_{kind}", f"low_{kind}", f"high_{kind}") for kind in KINDS]
            return pd.concat(each, ignore_index=True)
        if not score.startswith("gap_"):
            return None
        own, off = self.table["gap_correlated"], self.table["error_correlated"]
        around = pd.DataFrame({"what": _ERROR, "k": own.index, "score": own, "low": own - off, "high": own + off})
        return pd.concat([around, self._of(_UNRELATED, *["gap_unrelated"] * 3)], ignore_index=True)

    def _of(self, what: str, score: str, low: str, high: str) -> pd.DataFrame:
        table = self.table
        columns = {"score": table[score], "low": table[low], "high": table[high]}
        return pd.DataFrame({"what": what, "k": table.index, **columns}).reset_index(drop=True)


def gaps(dataset: Dataset, swept: Sweep, *, progress: Progress | None = None) -> Gaps:
    """Segment data sets of both null models by every number of segments of a sweep.

    Args:
        dataset: The table that was swept over.
        swept: Its segmentations.
        progress: Told the share done; may raise ``Cancelled``.

    Raises:
        RecipeError: If there is one feature only.
    """
    some = some_members(dataset)
    data = dataset if some is None else dataset.where(some, "drawn")
    ks = [int(k) for k in swept.table.index]
    margins = margins_of(data, swept[ks[0]])
    logs = {kind: np.empty((DRAWS, len(ks))) for kind in KINDS}
    scores = {kind: np.empty((DRAWS, len(ks))) for kind in KINDS}
    for done, (kind, points) in enumerate(margins.drawn(DRAWS)):
        labelings = []
        for at, k in enumerate(ks):
            report(progress, (done + at / len(ks)) / (DRAWS * len(KINDS)), f"{k} segments in data without any")
            labelings.append(labelled(points, swept.recipe.with_k(k), STARTS))
        logs[kind][done % DRAWS] = [_log_within(points, labels) for labels in labelings]
        scores[kind][done % DRAWS] = scored(points, labelings)
    report(progress, 1.0, "Data without segments")
    own = np.log([swept.table.loc[k, "inertia"] / swept[k].points.weights.sum() for k in ks])
    columns: dict[str, Floats] = {}
    for kind in KINDS:
        bands = np.array([Beside(np.nan, tuple(column)).band for column in scores[kind].T])
        columns |= {
            f"gap_{kind}": logs[kind].mean(axis=0) - own,
            f"error_{kind}": logs[kind].std(axis=0, ddof=1) * np.sqrt(1 + 1 / DRAWS),
            f"silhouette_{kind}": scores[kind].mean(axis=0),
            f"low_{kind}": bands[:, 0],
            f"high_{kind}": bands[:, 1],
        }
    return Gaps(pd.DataFrame(columns, index=swept.table.index), margins.rows)


def advice(swept: Sweep, known: Gaps | None = None) -> tuple[Suggestion, ...]:
    """What each criterion advises, that of the null models among them once it is known."""
    return (*swept.suggestions, *([known.suggestion] if known is not None else []))


def _log_within(points: Points, labels: Labels) -> float:
    """Log of the inertia per unit of weight."""
    k = int(labels.max()) + 1
    if k < 1:
        return float("nan")
    within = inertia(points, labels + 1, centres_of(points, labels, k)) / points.weights.sum()
    return float(np.log(within)) if within > 0 else float("-inf")
