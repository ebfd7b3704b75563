"""Two segments beside each other, and the same recipe on another wave of a survey."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd
import streamlit as st

from lib.charts.looks import title_of
from lib.dataset import Codebook
from lib.errors import HouseholdSegmentsError
from lib.estimates.wording import difference, told_each
from lib.segments import Floor, Others, Persistence, Sureness
from lib.segments.judge.stability import DISSOLVED, STABLE
from lib.ui.run import background, results, segment_results
from lib.ui.scene import catalogue, controls, grid, links
from lib.ui.scene.scene import Segmented
from lib.words import capitalised, literal, percent, signed

_EVERYONE = 0
_NONE = "none"
_ALONE = "no counterpart"


def render(scene: Segmented) -> None:
    """Two segments, or a segment and everyone, column by column; and the same recipe on another wave."""
    first, second = _choose(scene)
    codebook = scene.codebook
    table = segment_results.contrast(scene.view, scene.recipe, first, second or None, scene.described)
    text = {name: codebook[name].text for name in table.index}
    one, other = (_headed(scene, number) for number in (first, second))
    beside = segment_results.others(scene.view, scene.heading, scene.described)

    shown = pd.DataFrame(
        {
            "Column": table["label"],
            f"Median: {one}": [text[name](value) for name, value in table["first_median"].items()],
            f"Median: {other}": [text[name](value) for name, value in table["second_median"].items()],
            **_of_others(beside, table, text),
            **({"Means apart": _apart(table, codebook)} if table["low"].notna().any() else {}),
            f"Mean: {one}": [codebook[name].mean_text(value) for name, value in table["first"].items()],
            f"Mean: {other}": [codebook[name].mean_text(value) for name, value in table["second"].items()],
            "Standard deviations apart": table["difference"].map(lambda by: signed(by, 2)),
        }
    )
    grid.render(shown, alt=f"{_called(scene, first)} beside {_called(scene, second)}")
    sampled, entity = scene.found.sizes["sampled"], scene.entity
    whole = sampled[second] if second else results.size(scene.view).sampled
    told = results.how_sure(scene.view)
    rests = f"{capitalised(one)}: {entity.sampled(sampled[first])}; {other}: {whole:,}"
    if beside is not None:
        rests += f"; {beside.title}: {results.size(scene.view.others).sampled:,}"
    controls.chart_note(scene, told, f"{rests}.")
    if scene.about.wave is not None:
        _render_waves(scene)


def _of_others(
    beside: Others | None, table: pd.DataFrame, text: Mapping[str, Callable[[float], str]]
) -> dict[str, list[str]]:
    """Medians of those whom all of them are shown beside."""
    if beside is None:
        return {}
    medians = beside.table.loc[table.index, "median"]
    return {f"Median: {beside.title}": [text[name](value) for name, value in medians.items()]}


def _apart(table: pd.DataFrame, codebook: Codebook) -> list[str]:
    """By how much the first mean is above the second or below it; only where the interval leaves out zero."""
    ends = zip(table.index, table["low"], table["high"], strict=True)
    return [difference(low, high, codebook[name].mean_text) or "cannot be told apart" for name, low, high in ends]


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
    return scene.title if number == _EVERYONE else title_of(number, scene.shown)


def _headed(scene: Segmented, number: int) -> str:
    """The same for a heading: names stand in the choices above, and would push figures off the page."""
    return scene.title if number == _EVERYONE else f"segment {number}"


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
    now = segment_results.sureness_now(scene.view, scene.recipe, other)
    floor = segment_results.known_noise_floor(scene.view, scene.recipe, other)
    said = came.words if floor is None else came.judged(floor)
    st.markdown(literal(said))
    grid.render(_side_by_side(scene, came, changed, now, floor), alt=said)
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


def _side_by_side(
    scene: Segmented, came: Persistence, changed: pd.DataFrame, now: Sureness, floor: Floor | None
) -> pd.DataFrame:
    """A row for every segment of either wave; what a segment without a counterpart cannot have is left blank."""
    pairs, codebook = came.paired(scene.found), scene.codebook
    old, new, is_pair = pairs["old"], pairs["new"], (pairs["old"] > 0) & (pairs["new"] > 0)
    then = segment_results.sureness(scene.view, scene.recipe)

    def said(name: str, form: str) -> list[str]:
        return ["" if pd.isna(value) else form.format(value) for value in pairs[name]]

    def of_pairs(words: pd.Series) -> pd.Series:
        return old.map(words).where(is_pair, "")

    return pd.DataFrame(
        {
            "Segment": [
                title_of(one, scene.shown) if one else f"{came.new_name}: segment {other}"
                for one, other in zip(old, new, strict=True)
            ],
            "Similarity": pairs["similarity"].map("{:.2f}".format).where(is_pair, _ALONE),
            **({} if floor is None else _by_chance(old, came, floor)),
            f"Share: {came.old_name}": grid.in_lines(told_each(pairs["old_share"], then.sizes, old, percent)),
            f"Share: {came.new_name}": grid.in_lines(told_each(pairs["new_share"], now.sizes, new, percent)),
            "Change of share": of_pairs(changed["words"]),
            f"Sampled: {came.old_name}": said("old_sampled", "{:,.0f}"),
            f"Sampled: {came.new_name}": said("new_sampled", "{:,.0f}"),
            "Would be placed there": said("kept", "{:.0%}"),
            **{
                f"Median, {came.new_name}: {codebook.label(name)}": grid.in_lines(
                    told_each(
                        old.map(came.new_medians[name]).where(is_pair),
                        now.profile.xs(name, level="column")[["median_low", "median_high"]],
                        new,
                        codebook[name].text,
                    )
                )
                for name in scene.recipe.features
            },
        }
    )


def _by_chance(old: pd.Series, came: Persistence, floor: Floor) -> dict[str, pd.Series]:
    """What two draws of one wave do, and what became of each segment beside that."""
    ends = floor.table["low"].map("{:.2f}".format) + " to " + floor.table["high"].map("{:.2f}".format)
    return {"By chance": old.map(ends).fillna(""), "Verdict": old.map(came.verdicts(floor)).fillna("")}
