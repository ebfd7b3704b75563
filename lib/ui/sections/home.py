"""Sections of the first page: what this is, what the data say of it, and the ways on."""

from __future__ import annotations

import streamlit as st

from lib.charts import explore as charts
from lib.charts import told
from lib.estimates.wording import with_interval
from lib.subject import LeadingRate, Way
from lib.ui.run import results
from lib.ui.run.cache import made
from lib.ui.run.drawing import draw
from lib.ui.scene import catalogue, controls, routing
from lib.ui.scene.scene import Scene
from lib.ui.sections import lead
from lib.words import capitalised, literal

_WHAT = (
    "**Household Segments** shows who they are, which kinds of {members} there are among them, and how far to trust "
    "that."
)
_OF_ANY = "This shows who is in a table, which kinds of {members} there are among them, and how far to trust that."
_DATA = "data"
_said = "{:.1%}".format


def title(scene: Scene) -> str:
    """What the data say first of all; of data that say nothing by themselves what they are."""
    rate = rate_of(scene)
    if rate is None:
        return literal(scene.about.name)
    whom = f"made-up {scene.entity.plural}" if scene.about.synthetic else scene.subject.wording.whole
    return literal(f"{_said(_found(scene, rate).of(-1)['share'])} of {whom} {rate.did}")


def rate_of(scene: Scene) -> LeadingRate | None:
    """The finding that the data have; None where they lack its columns."""
    rate = scene.subject.rate
    return rate if rate is not None and scene.known((rate.column, rate.by)) == (rate.column, rate.by) else None


def render_what(scene: Scene) -> None:
    """What this is, and whose data are on view."""
    size, about, entity = results.size(scene.view), scene.about, scene.entity
    what = (_OF_ANY if rate_of(scene) is None else _WHAT).format(members=entity.plural)
    is_real = about.wave is not None and not about.synthetic
    source = f"{scene.subject.wording.source_help.removesuffix('.')}, {about.wave}" if is_real else about.name
    stand = f", who stand for {controls.count_words(scene, size)}" if about.weight else ""
    st.markdown(f"{what} The data: {literal(source)}; {entity.sampled(size.sampled)}{stand}.")
    lead.render_synthetic(scene)


def render_rate(scene: Scene, rate: LeadingRate) -> None:
    """The finding, drawn: in how many of each group something is so."""
    found, label = _found(scene, rate), scene.codebook.label(rate.column)
    first, last = (f"{_said(row['share'])} of the {row['group'].lower()}" for row in (found.of(0), found.of(-2)))
    st.subheader(literal(f"By {rate.grouped}: {first}, {last}"))
    draw(
        lambda: charts.rates(
            found.table,
            label=label,
            by=capitalised(rate.grouped),
            unit=scene.unit,
            behind=capitalised(scene.entity.sampled_plural),
        ),
        scene,
        alt_text=found.sentence,
        key="rate_chart",
        titled=False,
    )
    of_all = found.of(-1)
    whole = with_interval(of_all["share"], of_all["low"], of_all["high"], _said)
    asked = _asked_about(scene, rate)
    controls.chart_note(
        scene,
        f"Of all {scene.entity.plural} {whole}{asked}.",
        results.how_sure(scene.view),
        controls.unsure_note(scene, found.table),
    )


def _found(scene: Scene, rate: LeadingRate) -> results.Rates:
    return made("leading rates", (scene.view.key, rate.column, rate.by), lambda: _named(scene, rate))


def _named(scene: Scene, rate: LeadingRate) -> results.Rates:
    """The rates of its groups as the subject calls them."""
    found = results.rates(scene.view, rate.column, rate.by, f"All {scene.entity.plural}")
    named = {scene.codebook[rate.by].text(code): words for code, words in rate.groups.items()}
    table = found.table.assign(group=found.table["group"].replace(named))
    return results.Rates(table, told.rates(table, scene.codebook.label(rate.column), rate.grouped))


def _asked_about(scene: Scene, rate: LeadingRate) -> str:
    """Over what time the question was put in this wave."""
    change = next((one for one in scene.subject.changes if rate.column in one.columns), None)
    if change is None or scene.about.wave is None:
        return ""
    return f", {change.after if scene.about.wave >= change.since else f'asked {change.before}'}"


def render_ways(scene: Scene) -> None:
    """Where to go from here, one click each."""
    st.subheader("Where to go from here")
    for way in scene.subject.ways:
        _render_way(scene, way, is_whole=False)


def render_views(scene: Scene) -> None:
    """Views that are worth reading on with, and the one of a course."""
    if scene.subject.views:
        st.subheader("Read on")
        with st.grid(len(scene.subject.views), min_column_width=240):
            for way in scene.subject.views:
                with st.container():
                    _render_way(scene, way)
    if (course := scene.subject.course) is None:
        return
    st.subheader("For students")
    _render_way(scene, course)
    wave = course.choices.get(_DATA, "")
    if wave not in catalogue.choices():
        st.caption(f"The survey of {wave} is not on this server: it opens with {literal(scene.about.name)} instead.")


def _render_way(scene: Scene, way: Way, *, is_whole: bool = True) -> None:
    """A way on; a whole view forgets what was chosen before, so that it shows what it says."""
    label = way.label.replace("{members}", scene.entity.plural)
    st.button(
        label,
        icon=way.icon,
        key=f"way_{way.page}_{label}",
        width="stretch",
        on_click=_go,
        args=(way,),
        kwargs={"is_whole": is_whole},
    )
    st.caption(literal(way.words))


def _go(way: Way, *, is_whole: bool) -> None:
    choices = {key: said for key, said in way.choices.items() if key != _DATA or said in catalogue.choices()}
    routing.lead_to(way.page, choices, keeping={_DATA} - choices.keys() if is_whole else None)
