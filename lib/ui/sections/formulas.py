"""Formulas behind the words of the page on methods, one click away from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from lib.estimates.ends import MOST_RELATIVE_ERROR, NARROW, THIN, WIDE_FOR_ITS_SIZE, WIDEST
from lib.features.redundancy import CORRELATED, FOR_SO_MANY, NEVER_MORE, TOGETHER
from lib.segments.judge.floor import DRAWS
from lib.segments.judge.stability import DISSOLVED, STABLE


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
    ),
    "Within a wave both figures are taken under the same replicate r and in the same implicate i, so that what they "
    "have in common falls out: se is the standard error above, of these differences. Two waves share nobody. " + _TOLD,
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
    "The older wave is drawn twice with replacement, the second time as many as the newer wave has, "
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
