"""Segments that respect survey weights and implicates: found, scored, tested, described.

Segments are numbered from 1, ascending by the centroid's value of the recipe's first feature; 0 marks rows in no
segment. Long work takes ``progress(done, words)``, which cancels by raising ``Cancelled``.
"""

from lib.segments.algorithms import ALGORITHM_LABELS, CANNOT, DRAWN, METHOD, is_dear, is_quick
from lib.segments.describe.contrast import contrast
from lib.segments.describe.explain import Explanation, Rule, explain
from lib.segments.describe.found import Found, find_member
from lib.segments.describe.glance import flag_shares, glance, glance_columns
from lib.segments.describe.labelled import SEGMENT, labelled
from lib.segments.describe.lenses import Lenses, lens_columns, lenses
from lib.segments.describe.naming import name, names
from lib.segments.describe.picked import beside_the_rest, rows_of
from lib.segments.describe.profile import Others, Profile, profile, statistics
from lib.segments.describe.sure import Sureness, sureness, told_apart
from lib.segments.describe.typical import Typical, typical
from lib.segments.fit import fit, placed
from lib.segments.judge.beginning import PROVISIONAL, Beginning, beginning, known_beginning, mark_of
from lib.segments.judge.clustergram import Clustergram, clustergram
from lib.segments.judge.compare import Comparison, compare
from lib.segments.judge.findings import Findings, Nulls, findings, what_was_found
from lib.segments.judge.floor import Floor, noise_floor
from lib.segments.judge.gap import Gaps, advice, gaps
from lib.segments.judge.notebook import NotebookResult, differences, notebook_result, raw_unit_silhouettes
from lib.segments.judge.null import Null, null_silhouette
from lib.segments.judge.persist import Persistence, changed_shares, persist
from lib.segments.judge.scores import adjusted_rand, calinski_harabasz, davies_bouldin, score
from lib.segments.judge.sensitivity import Sensitivity, sensitivity
from lib.segments.judge.stability import Stability, jaccard, null_stability, stability, until_decided, verdict
from lib.segments.judge.suggest import Suggestion, agreement, knee, suggestions
from lib.segments.judge.sweep import Sweep, sweep
from lib.segments.kmeans import Step, iterations
from lib.segments.points import VERY_MANY, Points, points_of, row_weights
from lib.segments.recipe import ALGORITHMS, EXACT, MAX_FEATURES, MAX_K, MAX_STARTS, MIN_K, STARTS, Algorithm, Recipe
from lib.segments.segmentation import UNASSIGNED, Model, Placement, Segmentation, place
from lib.segments.silhouette import Silhouettes, silhouette_sweep, silhouettes
from lib.work.progress import Cancelled, Progress

__all__ = [
    "ALGORITHMS",
    "ALGORITHM_LABELS",
    "CANNOT",
    "DRAWN",
    "EXACT",
    "MAX_FEATURES",
    "MAX_K",
    "MAX_STARTS",
    "METHOD",
    "MIN_K",
    "PROVISIONAL",
    "SEGMENT",
    "STARTS",
    "UNASSIGNED",
    "VERY_MANY",
    "Algorithm",
    "Beginning",
    "Cancelled",
    "Clustergram",
    "Comparison",
    "Explanation",
    "Findings",
    "Floor",
    "Found",
    "Gaps",
    "Lenses",
    "Model",
    "NotebookResult",
    "Null",
    "Nulls",
    "Others",
    "Persistence",
    "Placement",
    "Points",
    "Profile",
    "Progress",
    "Recipe",
    "Rule",
    "Segmentation",
    "Sensitivity",
    "Silhouettes",
    "Stability",
    "Step",
    "Suggestion",
    "Sureness",
    "Sweep",
    "Typical",
    "adjusted_rand",
    "advice",
    "agreement",
    "beginning",
    "beside_the_rest",
    "calinski_harabasz",
    "changed_shares",
    "clustergram",
    "compare",
    "contrast",
    "davies_bouldin",
    "differences",
    "explain",
    "find_member",
    "findings",
    "fit",
    "flag_shares",
    "gaps",
    "glance",
    "glance_columns",
    "is_dear",
    "is_quick",
    "iterations",
    "jaccard",
    "knee",
    "known_beginning",
    "labelled",
    "lens_columns",
    "lenses",
    "mark_of",
    "name",
    "names",
    "noise_floor",
    "notebook_result",
    "null_silhouette",
    "null_stability",
    "persist",
    "place",
    "placed",
    "points_of",
    "profile",
    "raw_unit_silhouettes",
    "row_weights",
    "rows_of",
    "score",
    "sensitivity",
    "silhouette_sweep",
    "silhouettes",
    "stability",
    "statistics",
    "suggestions",
    "sureness",
    "sweep",
    "told_apart",
    "typical",
    "until_decided",
    "verdict",
    "what_was_found",
]
