"""Formulas behind the words of the page on methods, one click away from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from lib.estimates.ends import MOST_RELATIVE_ERROR, NARROW, THIN, WIDE_FOR_ITS_SIZE, WIDEST
from lib.features.redundancy import CORRELATED, FOR_SO_MANY, NEVER_MORE, TOGETHER
from lib.segments.judge.floor import DRAWS
from lib.segments.judge.stability import DISSOLVED, STABLE
from lib.solvers.enough import TIMES_FOUND


class Formula(NamedTuple):
    """A formula and what it makes exact.

    Attributes:
        title: What it is of, as the words call it.
        lines: LaTeX, one formula each.
        where: What its letters stand for, in Markdown.
    """

    title: str
    lines: tuple[str, ...]
    where: str = ""


def render(formulas: Sequence[Formula]) -> None:
    """Each closed under its title."""
    for title, lines, where in formulas:
        with st.expander(title, icon=":material/function:"):
            for line in lines:
                st.latex(line)
            if where:
                st.caption(where)


STANDARD_ERRORS = Formula(
    "Standard errors",
    (
        r"\operatorname{se}^2 = \frac{1}{R - 1} \sum_{r=1}^{R} (\hat\theta_r - \bar\theta)^2 + "
        r"\Big(1 + \frac{1}{m}\Big) \frac{1}{m - 1} \sum_{i=1}^{m} (\hat\theta^{(i)} - \bar\theta^{(\cdot)})^2",
    ),
    "$\\hat\\theta_r$ is the figure under replicate r of R, on the first implicate; "
    "$\\hat\\theta^{(i)}$ the figure in implicate i of m = 5, with the survey's weights (Rubin 1987).",
)

WILSON = Formula(
    "Wilson's interval of a share",
    (
        r"\frac{p + \frac{z^2}{2n} \pm z \sqrt{\frac{p(1-p)}{n} + \frac{z^2}{4n^2}}}{1 + \frac{z^2}{n}}, "
        r"\qquad z = 1.96",
    ),
    "p is the share and n the number it rests on; with weights or replicates, as many as would give the same "
    "standard error if drawn at random. Wilson (1927).",
)

WOODRUFF = Formula(
    "Woodruff's interval of a quantile",
    (
        r"\Big[\hat Q\big(p - 1.96 \operatorname{se}(\hat F)\big),\; \hat Q\big(p + 1.96 "
        r"\operatorname{se}(\hat F)\big)\Big], \qquad \hat F = \hat F\big(\hat Q(p)\big)",
    ),
    "$\\hat Q(p)$ is the quantile at the share p, a half for the median, and $\\hat F$ the share at or below it, of "
    "which the standard error comes from the replicates, or from rows drawn at random. The interval need not be "
    "symmetric. Woodruff (1952).",
)

FISHER = Formula(
    "Fisher's interval of a correlation",
    (r"\tanh\Big(\operatorname{artanh} r \pm 1.96\, \frac{\operatorname{se}(r)}{1 - r^2}\Big)",),
    "r is the correlation and se(r) its standard error, by the replicates or of rows drawn at random by "
    "linearisation: $\\operatorname{se}^2 = \\sum_i \\big(\\frac{w_i}{\\sum w}\\big)^2 "
    "\\big(x_i y_i - \\frac{r}{2} (x_i^2 + y_i^2)\\big)^2$ of standardised columns. Fisher (1921).",
)

BOOTSTRAP = Formula(
    "Bootstrap by member",
    (
        r"w_i^{(r)} = w_i\, n_i^{(r)}, \qquad (n_1^{(r)}, \dots, n_N^{(r)}) \sim "
        r"\operatorname{Multinomial}\big(N; \tfrac{1}{N}, \dots, \tfrac{1}{N}\big)",
    ),
    "Of the N members of the whole table N are drawn with replacement, each with all its rows; $w_i$ is the weight of "
    "member i and $n_i^{(r)}$ how often draw r holds it. Each draw takes the place of a replicate. Efron (1979).",
)

_TOLD = (
    "*More* or *less* is said only where the interval leaves out zero; the largest of several is named alone only "
    "where no other interval reaches into its own, which is stricter, as se is at most the sum of both."
)
_DIFFERENCES = "Differences of two figures"
_APART = (
    r"\hat\delta = \hat\theta - \hat\eta, \qquad \hat\delta \pm 1.96 \operatorname{se}(\hat\delta), \qquad "
    r"\operatorname{se}(\hat\delta)^2 = \operatorname{se}(\hat\theta)^2 + \operatorname{se}(\hat\eta)^2"
)

DIFFERENCES = Formula(
    _DIFFERENCES,
    (
        r"\hat\delta_r = \hat\theta_r - \hat\eta_r, \qquad \hat\delta^{(i)} = \hat\theta^{(i)} - \hat\eta^{(i)}, "
        r"\qquad \hat\delta \pm 1.96 \operatorname{se}(\hat\delta)",
        rf"\text{{of two waves: }} {_APART}",
        r"\text{of their medians: } \Big[\hat\delta - \sqrt{(\hat\theta - l_\theta)^2 + (u_\eta - \hat\eta)^2},\; "
        r"\hat\delta + \sqrt{(u_\theta - \hat\theta)^2 + (\hat\eta - l_\eta)^2}\Big]",
    ),
    "Within a wave both figures are taken under the same replicate r and in the same implicate i, so that what they "
    "have in common falls out: se is the standard error above, of these differences. Two waves share nobody. l and u "
    "are the ends of each wave's own interval: Zou and Donner (2008). " + _TOLD,
)

DIFFERENCES_OF_ROWS = Formula(
    _DIFFERENCES, (_APART,), "As if both rested on rows of their own, whatever they have in common. " + _TOLD
)

TOO_UNSURE = Formula(
    "When a figure is too unsure",
    (
        rf"n < {THIN} \quad\text{{or}}\quad d > {WIDEST:g} \quad\text{{or}}\quad "
        rf"\big(d > {NARROW:g} \;\text{{and}}\; d > {WIDE_FOR_ITS_SIZE:g} \min(p, 1 - p)\big)",
        rf"n < {THIN} \quad\text{{or}}\quad \operatorname{{se}}(\hat\theta) > {MOST_RELATIVE_ERROR:g}\, |\hat\theta|",
    ),
    "First of a share p whose 95% interval has the width d and which rests on n sampled members (after Parker and "
    "others 2017, who take the share or its complement), then of an amount.",
)

FLOOR = Formula(
    "Noise floor between waves",
    (
        r"J_s^{(b)} = \frac{w(A_s \cap B_{\pi(s)})}{w(A_s \cup B_{\pi(s)})}, \qquad "
        r"\text{floor}_s = Q_{.05}\big(J_s^{(1)}, \dots, J_s^{(B)}\big)",
        rf"\text{{changed: }} {DISSOLVED:g} < J_s < \text{{floor}}_s,\; J_s < {STABLE:g}; \qquad "
        rf"\text{{gone: }} J_s \le {DISSOLVED:g},\; J_s < \text{{floor}}_s",
    ),
    "The wave on view is drawn twice with replacement, the second time as many as the other wave has, "
    f"B = {DRAWS} times. $A_s$ are those of the second draw whom the model of the first puts into segment s, $B_t$ the "
    "segments found in the second draw itself, matched by $\\pi$; $J_s$ without b is the same between the two waves.",
)

MATCHING = Formula(
    "Matching by assignment",
    (
        r"\pi = \arg\max_{\pi} \sum_s J(A_s, B_{\pi(s)}), \qquad "
        r"J(A, B) = \frac{w(A \cap B)}{w(A \cup B)}",
    ),
    "Over all one-to-one pairings at once (Kuhn 1955); pairs that share nobody are no match.",
)

TRENDS = Formula(
    "Trends",
    (
        r"x_{\text{dollars of } y} = x \cdot \frac{P_y}{P_{y_0}}, \qquad "
        r"(\hat\theta_t - \hat\theta_u) \pm 1.96 \sqrt{\operatorname{se}(\hat\theta_t)^2 + "
        r"\operatorname{se}(\hat\theta_u)^2}",
        r"s(x) = \arg\min_j \lVert \phi(x) - c_j \rVert \quad\text{or}\quad \arg\max_j \pi_j f_j(x)",
    ),
    "$P_y$ is the September CPI-U-RS of year y, $y_0$ the year of the file's dollars; t and u are two waves. The "
    "second line puts a household of another wave into a segment: $\\phi$ is the scale, $c_j$ are the centroids, of "
    "the wave in which they were found, $\\pi_j f_j$ its mixture.",
)

REDUNDANCY = Formula(
    "Relatives",
    (
        rf"|\rho_S(x, y)| \ge {CORRELATED:g}, \qquad \rho_S(x, y) = \operatorname{{cor}}_w(\operatorname{{rank}}_w x, "
        r"\operatorname{rank}_w y)",
        rf"\rho_S \ge {TOGETHER:g}, \quad \operatorname{{share}}_w(xy \ge 0, |x| \le |y|, y \ne 0) \ge {NEVER_MORE:g}, "
        rf"\quad \operatorname{{share}}_w(\text{{the same and }} |x| \ge \tfrac{{1}}{{2}} |y|) \ge {FOR_SO_MANY:g}",
    ),
    "Either the first line, or the second of x as a part of y, or of y as a part of x, where both are in one unit. "
    "Ranks are weighted mid-ranks; shares are of the weight of those who have any of either.",
)

SENSITIVITY = Formula(
    "Which choices decide",
    (
        r"a_c = \operatorname{ARI}_w(S, S_c), \qquad \text{noise} = \min_{c \in \text{seeds}} a_c, \qquad "
        r"\text{matters: } \min_{c \in \text{kind}} a_c < \text{noise}",
    ),
    "S are the segments on view and $S_c$ those after one change c, ARI the adjusted Rand index. Changes that give "
    "another number of segments are shown, but not counted as telling.",
)

STARTS = Formula(
    "k-means and its starts",
    (
        r"W_k = \min_{c_1, \dots, c_k} \sum_i w_i \min_j \lVert x_i - c_j \rVert^2, \qquad "
        rf"\text{{until }} \#\{{s : W^{{(s)}} \le (1 + 10^{{-4}}) \min_t W^{{(t)}}\}} \ge {TIMES_FOUND}",
    ),
    "$x_i$ is a row on the comparable scale, $w_i$ what it counts, $c_j$ a centroid, $W^{(s)}$ the "
    "inertia with which start s ends.",
)

SILHOUETTE = Formula(
    "Silhouette",
    (
        r"s_i = \frac{b_i - a_i}{\max(a_i, b_i)}, \qquad "
        r"a_i = \frac{\sum_{j \in C(i),\, j \ne i} w_j d_{ij}}{\sum_{j \in C(i),\, j \ne i} w_j}, \qquad "
        r"b_i = \min_{C \ne C(i)} \frac{\sum_{j \in C} w_j d_{ij}}{\sum_{j \in C} w_j}",
    ),
    "$d_{ij}$ is the distance of two rows on the comparable scale, $w_j$ what a row counts, $C(i)$ the "
    "segment of row i; the mean of $s_i$ is weighted too. Rousseeuw (1987), with weights.",
)

NULL_MODELS = Formula(
    "Null models, and when a score exceeds them",
    (
        r"x_{ij} = F_j^{-1}\left(\tfrac{\operatorname{rank}(z_{ij}) - 1/2}{n}\right), \qquad z_i \sim N(0, R), "
        r"\qquad R = I \;\text{ or }\; \rho_S(x) = \rho_S(\text{data})",
        r"\bar{s} \pm t_{.975,\, B-1}\; \operatorname{sd}(s_1, \dots, s_B) \sqrt{1 + 1/B}",
    ),
    "$F_j$ is the weighted distribution of column j and $\\rho_S$ Spearman's correlation, weighted; $s_b$ is "
    "the score of drawn table b of B. R is found step by step, as ties weaken the correlation of ranks.",
)

GAP = Formula(
    "Gap",
    (
        r"\operatorname{gap}(k) = \frac{1}{B} \sum_b \log W_k^{(b)} - \log W_k, \qquad "
        r"e_k = \operatorname{sd}_b(\log W_k^{(b)}) \sqrt{1 + 1/B}",
        r"\hat{k} = \min \{k : \operatorname{gap}(k) \ge \operatorname{gap}(k^*) - e_{k^*}\}, \qquad "
        r"k^* = \arg\max_k \operatorname{gap}(k)",
    ),
    "$W_k$ is the inertia of k segments per unit of weight, $W_k^{(b)}$ that of drawn table b. One segment "
    "has a gap of 0, as margins are kept: where none is above that by more than its error, nothing is advised.",
)

STABILITY = Formula(
    "Stability",
    (
        r"J_s = \frac{1}{R} \sum_r \max_t \frac{w(S_s \cap T^{(r)}_t)}{w(S_s \cup T^{(r)}_t)}, \qquad "
        r"J_s \pm t_{.975,\, R-1} \frac{\operatorname{sd}_r}{\sqrt{R}}",
    ),
    "$S_s$ is segment s among those drawn in resample r, $T^{(r)}_t$ a segment found in it, w their weight.",
)

MIXTURE = Formula(
    "Mixture for mixed types, and BIC",
    (
        r"f(x) = \sum_{s=1}^{k} \pi_s \prod_{j \in \mathcal{A}} \varphi(x_j; \mu_{sj}, \sigma_{sj}^2) "
        r"\prod_{j \in \mathcal{C}} p_{sj}(x_j)",
        r"\operatorname{BIC} = -2 n \frac{\sum_i w_i \log f(x_i)}{\sum_i w_i} + q \log n",
    ),
    "$\\mathcal{A}$ are amounts, $\\mathcal{C}$ codes and having any; q is the number of parameters, n "
    "Kish's effective number of members, $(\\sum w)^2 / \\sum w^2$, rows of a member taken together. "
    "Schwarz (1978).",
)

AGREEMENT = Formula(
    "Adjusted Rand index",
    (
        r"\frac{J - E}{\frac{1}{2}(A + B) - E}, \qquad J = \sum_{st} \binom{n_{st}}{2}, \quad "
        r"A = \sum_s \binom{a_s}{2}, \quad B = \sum_t \binom{b_t}{2}, \quad E = \frac{A B}{\binom{n}{2}}",
    ),
    "$n_{st}$ counts, by weight, who is in s of one and in t of the other; $a_s$ and $b_t$ are the sums, "
    "n all. Hubert and Arabie (1985).",
)

OF_SEGMENTS = (
    STARTS,
    SILHOUETTE,
    NULL_MODELS,
    GAP,
    STABILITY,
    MIXTURE,
    AGREEMENT,
    SENSITIVITY,
    REDUNDANCY,
    MATCHING,
)
"""Behind the words about segments, of every table."""
