"""Two segments beside each other, and the same recipe on another wave of a survey."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd
import streamlit as st

from lib.charts.segments import title_of
from lib.errors import HouseholdSegmentsError
from lib.estimates.wording import between, beyond
from lib.segments import Floor, Persistence
from lib.segments.judge.stability import DISSOLVED, STABLE
from lib.ui.run import background, results, segment_results
from lib.ui.scene import catalogue, controls, links
from lib.ui.scene.scene import Segmented
from lib.words import literal

_EVERYONE = 0
_NONE = "none"


def render(scene: Segmented) -> None:
    """Two segments, or a segment and everyone, column by column; and the same recipe on another wave."""
    first, second = _choose(scene)
    codebook = scene.codebook
    table = segment_results.contrast(scene.view, scene.recipe, first, second or None, scene.described)
    text = {name: codebook[name].text for name in table.index}
    one, other = _called(scene, first), _called(scene, second)
    shown = pd.DataFrame(
        {
            "Column": table["label"],
            f"Median: {one}": [text[name](value) for name, value in table["first_median"].items()],
            f"Median: {other}": [text[name](value) for name, value in table["second_median"].items()],
            f"Mean: {one}": [codebook[name].mean_text(value) for name, value in table["first"].items()],
            f"Mean: {other}": [codebook[name].mean_text(value) for name, value in table["second"].items()],
            "Standard deviations apart": table["difference"].map("{:+.2f}".format),
            **({"Means apart": _apart(table, text)} if table["low"].notna().any() else {}),
        }
    )
    st.dataframe(shown, hide_index=True, alt=f"{one} beside {other}")
    sampled, entity = scene.found.sizes["sampled"], scene.entity
    whole = sampled[second] if second else results.size(scene.view).sampled
    told = results.how_sure(scene.view)
    controls.chart_note(scene, told, f"{one}: {entity.sampled(sampled[first])}; {other}: {whole:,}.")
    if scene.about.wave is not None:
        _render_waves(scene)


def _apart(table: pd.DataFrame, text: Mapping[str, Callable[[float], str]]) -> list[str]:
    """By how much the first mean is above the second or below it; only where the interval leaves out zero."""
    words = []
    for name, low, high in zip(table.index, table["low"], table["high"], strict=True):
        least, most = sorted((abs(low), abs(high)))
        more = "more" if low > 0 else "less"
        words.append(f"{between(least, most, text[name])} {more}" if beyond(low, high) else "cannot be told apart")
    return words


def _choose(scene: Segmented) -> tuple[int, int]:
    left, right = st.columns(2)
    with left:
        first = links.selectbox(
            "Compare", scene.numbers, key="compare_first", format_func=lambda number: _called(scene, number)
        )
    with right:
        second = links.selectbox(
            "with",
            [_EVERYONE, *scene.numbers],
            key="compare_second",
            ids=lambda number: str(number or "everyone"),
            formerly={"Everyone": _EVERYONE},
            format_func=lambda number: _called(scene, number),
        )
    return first, second


def _called(scene: Segmented, number: int) -> str:
    return "All of them" if number == _EVERYONE else title_of(number, scene.shown)


def _render_waves(scene: Segmented) -> None:
    others = catalogue.other_waves(scene.view.source)
    if not others:
        st.caption("With two real waves downloaded, the same recipe can be compared between them.")
        return
    wave = links.selectbox(
        "The same recipe on another wave",
        [_NONE, *others],
        key="wave",
        format_func=lambda key: others.get(key, "None"),
    )
    if wave == _NONE:
        return
    other = scene.view.at(wave)
    try:
        came = segment_results.persistence(scene.view, scene.recipe, other)
    except HouseholdSegmentsError as error:
        st.info(literal(str(error)))
        return
    changed = segment_results.changed_sizes(scene.view, scene.recipe, other)
    floor = segment_results.known_noise_floor(scene.view, scene.recipe, other)
    said = came.words if floor is None else came.judged(floor)
    st.markdown(literal(said))
    st.dataframe(_side_by_side(scene, came, changed, floor), hide_index=True, alt=said)
    _explain(came, floor)
    if floor is None:
        background.render(
            "noise_floor",
            segment_results.noise_floor_key(scene.view, scene.recipe, other),
            lambda progress: segment_results.noise_floor(scene.view, scene.recipe, other, progress),
        )


def _explain(came: Persistence, floor: Floor | None) -> None:
    """How waves are compared, and what chance alone does."""
    st.caption(
        f"Both in {came.dollars} dollars; the population's conditions are those of the sidebar in both waves. Segments "
        "are matched by the members they share (Jaccard similarity, largest in sum over all pairs)."
    )
    if floor is None:
        st.caption(f"What became of a segment is said once it is known how far two draws of {came.old_name} differ.")
        return
    st.caption(
        f"By chance: 90% of {len(floor.similar)} pairs of draws of {floor.name} alone, with replacement and as if at "
        f"random, lie between these. What came back less is called a change; from {STABLE:g} on a segment comes back, "
        f"up to {DISSOLVED:g} it is gone (bounds by Hennig 2007). {floor.drawn}".rstrip()
    )


def _changes(changed: pd.DataFrame) -> list[str]:
    """By how many points shares changed: "+2.1 (0.3 to 3.9) points", and whether that can be told from none."""
    words = []
    for change, low, high in zip(changed["change"], changed["low"], changed["high"], strict=True):
        off = between(low, high, lambda share: f"{100 * share:+.1f}")
        told = f"{100 * change:+.1f}{f' ({off})' if off else ''} points"
        words.append(told if beyond(low, high) or not off else f"{told}: cannot be told from none")
    return words


def _side_by_side(scene: Segmented, came: Persistence, changed: pd.DataFrame, floor: Floor | None) -> pd.DataFrame:
    table, codebook = came.table, scene.codebook
    return pd.DataFrame(
        {
            "Segment": [title_of(int(number), scene.shown) for number in table.index],
            "Similarity": table["similarity"].map("{:.2f}".format),
            **({} if floor is None else _by_chance(came, floor)),
            f"Share: {came.old_name}": table["old_share"].map("{:.1%}".format),
            f"Share: {came.new_name}": table["new_share"].map("{:.1%}".format),
            "Change of share": _changes(changed),
            f"Sampled: {came.old_name}": table["old_sampled"].map("{:,}".format),
            f"Sampled: {came.new_name}": table["new_sampled"].map("{:,}".format),
            "Would be placed there": table["kept"].map("{:.0%}".format),
            **{
                f"Median, {came.new_name}: {codebook.label(name)}": came.new_medians[name].map(codebook[name].text)
                for name in scene.recipe.features
            },
        }
    )


def _by_chance(came: Persistence, floor: Floor) -> dict[str, pd.Series]:
    """What two draws of one wave do, and what became of each segment beside that."""
    chance = floor.table.loc[came.table.index]
    ends = chance["low"].map("{:.2f}".format) + " to " + chance["high"].map("{:.2f}".format)
    return {"By chance": ends, "Verdict": came.verdicts(floor).loc[came.table.index]}
