"""What pages begin with: who is on view, how they are counted, and the figures that lead."""

from __future__ import annotations

from collections.abc import Callable
from math import isclose, isnan

import streamlit as st

from lib.dataset import MEMBERS, ROWS
from lib.estimates.wording import far_off
from lib.explore import Headline, told_beside, told_of_headline
from lib.population import Condition, Population
from lib.ui.run import results
from lib.ui.scene import catalogue, controls
from lib.ui.scene.scene import Scene
from lib.ui.scene.view import EVERYBODY, View
from lib.ui.sections import conditions
from lib.words import capitalised, literal, percent


def render_lead(scene: Scene) -> None:
    """Say in one paragraph who is on view and how they are counted, and what counting rows would say."""
    conditions.render_unread()
    size = results.size(scene.view)
    share = "" if scene.view.is_everyone else f", {percent(size.share)} of all"
    said = f"**{literal(scene.title)}**: {controls.count_words(scene, size)}{share}. {controls.source_line(scene)}."
    if size.rows and scene.counts_both_ways:
        counting = f":material/balance: {_what_counting_changes(scene)}Now counting {scene.unit}."
        said = f"{said}\n\n:small[:gray[{counting}]]"
    st.markdown(said)
    render_synthetic(scene)


def render_synthetic(scene: Scene) -> None:
    """That figures are of drawn data, where they are, and how to get real ones."""
    if not scene.about.synthetic:
        return
    real = f" The button in the sidebar brings the real {scene.subject.wording.source.lower()}."
    st.info(
        f"These are figures of a **synthetic sample**, drawn from {controls.model_words(scene.about)}: near the "
        f"real ones, not equal to them.{real if scene.view.source == catalogue.SAMPLE else ''}",
        icon=":material/science:",
    )


def _what_counting_changes(scene: Scene) -> str:
    """What the way of counting does to the share of this population, or among everyone to a share that leads."""
    if not scene.view.is_everyone:
        who = "They are"
        rows, members = (results.size(scene.view.counted(how)).share for how in (ROWS, MEMBERS))
    elif (lead := scene.subject.lead) is not None:
        who, (rows, members) = lead.words, counted_both_ways(scene, *Population.parse(lead.condition).conditions)
    else:
        tiles = [results.headlines(scene.view.counted(how)) for how in (ROWS, MEMBERS)]
        shares = [[tile for tile in of if tile.kind == "share"] for of in tiles]
        if not shares[0]:
            return ""
        who, rows, members = f"{shares[0][0].label}:", shares[0][0].value, shares[1][0].value
    return f"{who} {percent(rows)} of the file's rows and {percent(members)} of {scene.entity.plural}. "


def counted_both_ways(scene: Scene, *conditions: Condition) -> tuple[float, float]:
    """The share of rows, and that of members, which meet conditions."""
    rows, members = (_share(scene.view.counted(how), conditions) for how in (ROWS, MEMBERS))
    return rows, members


def _share(view: View, conditions: tuple[Condition, ...]) -> float:
    everyone = results.size(view).count
    return results.size(view.narrowed(*conditions)).count / everyone if everyone else 0.0


def render_headlines(scene: Scene, *, size_is_said: bool = False) -> None:
    """Tiles of the population's headline figures, everyone's beside them, and of its size unless that is said."""
    view, size = scene.view, results.size(scene.view)
    alone, whose = view.is_everyone, literal(scene.heading.beside.lower())
    # four in a row leave none alone
    with st.grid(4 if size_is_said else 3, min_column_width=150):
        if not size_is_said:
            st.metric(
                capitalised(scene.unit),
                controls.short_count(scene, size),
                None if alone else f"{percent(size.share)} of all",
                delta_color="off",
                delta_arrow="off",
                border=True,
                help=None if alone else literal(_size_is_sure(scene)) or None,
            )
        for tile in results.headlines(view):
            if tile.kind == "share" and tile.column in view.population.columns and _is_all_or_none(tile.value):
                continue  # so by definition of who they are
            text = scene.codebook[tile.column].text if tile.kind == "median" else percent
            told = (scene.codebook[tile.column].definition, *_sureness(scene, tile, text))
            st.metric(
                literal(tile.label),
                text(tile.value),
                None if alone or isnan(tile.everyone) else f"{text(tile.everyone)} of {whose}",
                delta_color="off",
                delta_arrow="off",
                border=True,
                help=literal(" ".join(filter(None, told))) or None,
            )


def _is_all_or_none(share: float) -> bool:
    return isclose(share, 1) or isclose(share, 0, abs_tol=1e-9)


def _size_is_sure(scene: Scene) -> str:
    """How far off the size of a population may be."""
    found = results.share_within(scene.view, EVERYBODY)
    return far_off(found.low, found.high, percent, "share")


def _sureness(scene: Scene, tile: Headline, text: Callable[[float], str]) -> tuple[str, ...]:
    """How far off a headline figure may be, and whether it differs from that of the others beside it."""
    told = told_of_headline(tile, text, scene.entity, is_of_rows=scene.view.counting == ROWS)
    beside = "" if scene.view.is_everyone else told_beside(tile, text, scene.heading.beside.lower())
    return told, beside
