"""Choosing features: by variance, by group of the codebook, or one's own list."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext

import numpy as np
import pandas as pd
import streamlit as st

from lib.estimates.wording import told_of
from lib.features import LeftOut
from lib.features.redundancy import CORRELATED, FOR_SO_MANY, NEVER_MORE, TOGETHER
from lib.features.wording import FEATURES
from lib.ui.run import results, segment_results
from lib.ui.scene import controls, links, own
from lib.ui.scene.scene import Scene, Segmented
from lib.words import literal, slug, within_sentence

_LEADING, _GROUP, _OWN_LIST = "leading", "group", "own"
_WAYS = {_LEADING: "Leading by variance", _GROUP: "A group of columns", _OWN_LIST: "My own list"}
_MOST_LEADING = 12
_MOST = 24
"""Columns of one's own: what is known of a customer is often some twenty of them."""

_SUGGESTED = 5
_NAMED = 2
"""Columns left out by accounting that are named for each that ties them; of the others the number is said."""

_ALL_OF_FILE = "All amounts of the file"
_CHOOSE, _OWN = "choose", "own"


def choose_features(scene: Scene) -> tuple[str, ...]:
    """Draw the ways to choose, name the chosen columns and return them."""
    with controls.folded("Choose features", key="features", icon=":material/checklist:"):
        chosen, passed_over = _choose(scene)
    names = literal(", ".join(scene.codebook.label(name) for name in chosen) or "none")
    st.caption(f"Features: {names}.")
    if passed_over:
        st.caption(passed_over)
    return chosen


def _choose(scene: Scene) -> tuple[tuple[str, ...], str]:
    """The features, and in Markdown what would have been chosen but cannot be."""
    way = links.segmented("By", _WAYS, key=_CHOOSE, format_func=_WAYS.__getitem__)
    if way == _LEADING:
        return _leading(scene)
    if way == _GROUP:
        return _of_a_group(scene), ""
    offered = (*scene.codebook.amounts(), *scene.codebook.categories())
    names = [name for name in offered if name not in scene.subject.outcomes]
    suggested = controls.leading(scene.subject.first.features, names)
    default = results.usable(scene.view, tuple(suggested), _SUGGESTED)
    return controls.pick_columns(FEATURES, names, scene.codebook, default=default, key=_OWN, most=_MOST), ""


def set_own(features: Sequence[str]) -> None:
    """Choose one's own list of features."""
    st.session_state[_CHOOSE], st.session_state[_OWN] = _OWN_LIST, list(features)[:_MOST]


def _leading(scene: Scene) -> tuple[tuple[str, ...], str]:
    with controls.grid(3, min_column_width=240, vertical_alignment="bottom"):
        number = int(links.slider("How many", 2, _MOST_LEADING, 5, key="leading"))
        trim = controls.pick_trim(
            "leading_variance", f"Trimmed leaves out the lowest and the highest tenth of the {scene.entity.plural}."
        )
        apart = links.toggle("Skip overlapping columns", True, key="apart", help=_about_relatives(scene.entity.plural))
    found = results.leading_apart(scene.view, trim, number) if apart else None
    chosen = results.leading(scene.view, trim)[:number] if found is None else found.columns
    if links.are_drawn() and found is not None and (said := _left_out(scene, found.left_out)):
        st.caption(said)
    return chosen, _passed_over(scene, results.passed_over(scene.view, trim, chosen))


def _passed_over(scene: Scene, names: tuple[str, ...]) -> str:
    """Amounts that would have been chosen but cannot be used, and what can be done."""
    if not names:
        return ""
    labels = ", ".join(scene.codebook.label(name) for name in names[:_MOST_LEADING])
    mended = ": missing ones can be filled, or those rows left out, under “Your own table”" if own.mine() else ""
    return f":material/warning: Passed over, as values are missing or all the same: {literal(labels)}{mended}."


def _about_relatives(members: str) -> str:
    return (
        "Columns that say much the same overlap, and would count twice. A column is left out if, with one ranked "
        "before it, it shares accounting (a sum and its parts), has a rank correlation of "
        f"{CORRELATED:g} or more either way, or if one is part of the other in fact: no more than it for at least "
        f"{NEVER_MORE:.0%} of the {members} that have any of either, at least half of it for {FOR_SO_MANY:.0%}, with a "
        f"rank correlation of at least {TOGETHER:g}. What is part of a column left out so is left out too. These "
        "thresholds are ours."
    )


def _left_out(scene: Scene, passed_over: Sequence[LeftOut]) -> str:
    """Which columns were left out because of which: measured ones each, those by accounting by what ties them."""
    label = scene.codebook.label
    told = [f"{label(one.column)} ({one.why(scene.codebook)})" for one in passed_over if one.kind != "sum"]
    tied: dict[str, list[str]] = {}
    for one in passed_over:
        if one.kind == "sum":
            tied.setdefault(one.because, []).append(label(one.column))
    for name, parts in tied.items():
        more = f" and {len(parts) - _NAMED} more" if len(parts) > _NAMED else ""
        told.append(f"{', '.join(parts[:_NAMED])}{more} (by accounting with {within_sentence(label(name))})")
    return f"Left out: {literal('; '.join(told))}." if told else ""


def _of_a_group(scene: Scene) -> tuple[str, ...]:
    codebook = scene.codebook
    amounts = codebook.amounts()
    made = {one.column for one in scene.subject.made}
    of_file = [name for name in amounts if name not in made and name not in scene.subject.outcomes]
    # what is known of a customer; of a survey it would be hundreds
    everything = [_ALL_OF_FILE] if 1 < len(of_file) <= _MOST else []
    groups = [*dict.fromkeys(codebook[name].group for name in amounts), *everything]
    left, right = st.columns([1, 3]) if links.are_drawn() else (nullcontext(), nullcontext())
    with left:
        first = scene.subject.first.group
        group = links.selectbox("Group", groups, key="group", default=first, ids=slug)
    is_all = group == _ALL_OF_FILE
    inside = of_file if is_all else [name for name in amounts if codebook[name].group == group]
    with right:
        default = results.usable(scene.view, tuple(inside), len(inside) if is_all else _SUGGESTED)
        return controls.pick_columns(FEATURES, inside, codebook, default=default, key="of_group", most=_MOST)


def render_relatives(scene: Scene, features: tuple[str, ...]) -> None:
    """Say which of the chosen columns say the same thing."""
    found = results.relatives(scene.view, features)
    if found:
        st.caption(":material/family_history: " + " ".join(literal(str(relative)) for relative in found[:4]))


def render_scales(scene: Segmented) -> None:
    """What each feature looks like before and after its scale was bent and made comparable."""
    found, recipe = scene.found, scene.recipe
    profile = segment_results.profile(scene.view, recipe, recipe.features).everyone
    sure = {name: results.spread(scene.view, scene.heading, name).iloc[0] for name in recipe.features}
    after = found.model.space.scaled(scene.members(recipe.features).frame)
    weights = found.points.weights / found.points.weights.sum()
    mean = weights @ after
    bends = found.model.space.bends()
    rows = []
    for position, part in enumerate(found.model.space.parts):
        name, text = part.feature, scene.codebook[part.feature].text
        column = after[:, position]
        rows.append(
            {
                "Feature": part.label(scene.codebook),
                "Median": told_of(sure[name], "0.5", text),
                "25% below": told_of(sure[name], "0.25", text),
                "75% below": told_of(sure[name], "0.75", text),
                "Mean": told_of(sure[name], "mean", scene.codebook[name].mean_text),
                "Standard deviation": text(profile.loc[name, "sd"]),
                **({"Bends at": "" if scene.codebook[name].spread else text(bends[name])} if bends else {}),
                "After: range": f"{column.min():z.2f} to {column.max():z.2f}",
                "After: standard deviation": f"{np.sqrt(weights @ (column - mean[position]) ** 2):.2f}",
            }
        )
    controls.dataframe(pd.DataFrame(rows), alt="Each feature before and after scaling")
    controls.chart_note(scene, results.how_sure(scene.view))
