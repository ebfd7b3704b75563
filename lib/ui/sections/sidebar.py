"""The sidebar: which data, which of its members, how they are counted, and how many that is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import streamlit as st

from lib.dataset import COUNTINGS, MEMBERS, Codebook, Counting, Dataset
from lib.estimates import THIN, THIN_SOURCE
from lib.features.wording import COUNT, counts
from lib.population import Condition, Population, named_population
from lib.subject import NamedPopulation, Subject
from lib.tables.cells import clean_name
from lib.ui.run import background, results, saved, whole_page
from lib.ui.scene import catalogue, controls, desk, links, own
from lib.ui.scene.scene import Scene
from lib.ui.scene.view import EVERYONE, Heading, View
from lib.ui.sections import conditions, fetching
from lib.words import a, capitalised, counted, literal, percent

_DATA, _COUNT, _WHO = "data", "count", "who"
_AS_IN_THE_FILE = 0
_LONGEST_TITLE = 60
_MOST_UNREAD = 3


def choose_scene() -> Scene:
    """Draw the sidebar and return what it says."""
    with st.sidebar:
        source, dollars = _choose_data()
        base, named = _choose_named(source, dollars)
        own = conditions.choose(base)
        counting = _choose_counting(base)
        population = Population((*base.view.population.conditions, *own.conditions))
        view = replace(base.view, population=population, counting=counting)
        scene = Scene(view, Heading(_title(named, own, base)))
        _show_size(scene)
        if view.about.wave is not None:
            fetching.offer()
    return scene


def choose_everyone() -> Scene:
    """Draw what the sidebar has to say on a page that is about all members, counted by weight: which data."""
    with st.sidebar:
        source, dollars = _choose_data(has_dollars=False)
        view = View(source, catalogue.stamp_of(source), dollars, Population(), MEMBERS)
        if view.about.wave is not None:
            fetching.offer()
    return Scene(view, Heading(EVERYONE))


def subject_on_view() -> Subject:
    """The subject of the data that the sidebar is about to show: what the menu needs to know before it is drawn."""
    return catalogue.about(_source_on_view()).subject


def render_unread() -> None:
    """Say which choices of a link nobody understood; drawn once all controls have read theirs."""
    unread = [one for one in links.not_understood() if one.key != _DATA or not fetching.wave_asked(one.value)]
    if unread:
        parts = "; ".join(f"{one.label}: {_shown(one.value)}" for one in unread[:_MOST_UNREAD])
        if len(unread) > _MOST_UNREAD:
            parts += f"; and {len(unread) - _MOST_UNREAD} more"
        st.info(f"The link asks for what is not to be had here: {literal(parts)}.", icon=":material/link_off:")


def _shown(value: str) -> str:
    """A value of a link in a line."""
    return clean_name(value, _LONGEST_TITLE) or "nothing"


def set_counting(counting: Counting) -> None:
    """Choose how to count."""
    st.session_state[_COUNT] = counting


def forget_own() -> None:
    """Let go of one's own table, and of all that is made or being made from it."""
    background.stop_all()
    own.clear()
    saved.let_go()
    st.toast("Your table is forgotten.", icon=":material/check:")


def set_source(source: str) -> None:
    """Choose which data to look at."""
    st.session_state[_DATA] = source


def _source_on_view() -> str:
    """What the control of the data will say once it is drawn: what was chosen, what the link asks for, or the first."""
    sources = catalogue.choices()
    return links.about_to_show(_DATA, sources, ids=_id_of, format_func=lambda key: sources[key].name)


def _id_of(key: str) -> str:
    """What stands for a source in the address: of one's own table no more than that it is one."""
    return "own" if own.is_own(key) else key


def _choose_data(*, has_dollars: bool = True) -> tuple[str, int | None]:
    sources = catalogue.choices()
    st.subheader("Data")
    fetching.offer_missing(str(st.session_state.get(_DATA, "")), then=set_source)
    wording = subject_on_view().wording
    source = links.selectbox(
        wording.source,
        sources,
        key=_DATA,
        ids=_id_of,
        format_func=lambda key: sources[key].name,
        help=wording.source_help or None,
    )
    links.be_private(own.is_own(source))
    _say_what_is_not_in_use()
    if own.is_own(source):
        st.caption(":material/lock: Your own table: in this session alone, nowhere on the disk, in no link.")
        st.button("Forget my data", icon=":material/delete:", on_click=forget_own, width="stretch")
    if links.is_of_another_version():
        st.warning("The link was made by another version of the app: some choices may differ.", icon=":material/link:")
    for reason in catalogue.unreadable():
        st.warning(f"{literal(reason)} The app goes on without it.", icon=":material/broken_image:")
    about = catalogue.about(source)
    _say_what_it_is(about, catalogue.columns_of(source, catalogue.stamp_of(source)))
    return source, _choose_dollars(about) if has_dollars else about.dollars


def _say_what_is_not_in_use() -> None:
    """That a table which was brought is not the one on view yet: who goes straight to the pages expects it there."""
    made = desk.laid()
    if made is not None and made.prepared is not None and made.key is None:
        name = clean_name(made.prepared.data.name, _LONGEST_TITLE)
        st.info(
            f"“{literal(name)}” was brought and is not in use yet: “Use this table” under “Your own table”.",
            icon=":material/table_view:",
        )


def _say_what_it_is(about: Dataset, codebook: Codebook) -> None:
    prepared = about.preparation.words(codebook) if about.preparation is not None else ()
    if about.synthetic:
        st.caption(
            f":material/science: **Synthetic sample**: drawn from {controls.model_words(about)}. "
            f"No row is a real {about.entity.singular}."
        )
    if about.wave and not about.synthetic:
        vintage = f", {about.vintage}" if about.vintage else ""
        st.caption(f"{about.subject.wording.source} of {about.wave}{vintage}. {literal(' '.join(about.notes))}")
    elif about.preparation is not None and (about.notes or prepared):
        with st.expander("About this table", icon=":material/info:"):
            st.caption(literal(" ".join(about.notes)))
            for number, words in enumerate(prepared, start=1):
                st.caption(f"{number}\\. {literal(words)}")


def _choose_dollars(about: Dataset) -> int | None:
    """The year whose prices amounts are shown in; None leaves them as they are, for nobody knows their year."""
    if about.dollars is None or about.wave is None:
        return None
    years = sorted({about.wave, about.dollars, 2019, 2022})
    chosen = links.selectbox(
        "Amounts in",
        [_AS_IN_THE_FILE, *years],
        key="dollars",
        ids=lambda year: str(year or "file"),
        format_func=lambda year: f"{year} dollars" if year else f"Dollars of the file ({about.dollars})",
    )
    return chosen or about.dollars


def _choose_named(source: str, dollars: int | None) -> tuple[Scene, NamedPopulation]:
    """The population with a name, and the scene of it; where there is but one there is nothing to choose."""
    subject = catalogue.about(source).subject
    st.subheader("Who")
    columns = catalogue.columns_of(source, catalogue.stamp_of(source))
    # a table may lack what tells the members of a population
    there = [n.key for n in subject.populations if set(named_population(n, dollars).columns) <= set(columns)]
    key, label = subject.populations[0].key, capitalised(subject.entity.plural)
    if len(there) > 1:
        key = links.selectbox(
            label,
            there,
            key=_WHO,
            format_func=lambda key: subject.named(key).label,
            help=_about_limits(subject) if dollars else None,
        )
    else:
        links.without(label, key, key=_WHO)
    named = subject.named(key)
    view = View(source, catalogue.stamp_of(source), dollars, named_population(named, dollars), MEMBERS)
    return Scene(view, Heading(named.label)), named


def _about_limits(subject: Subject) -> str | None:
    years = sorted({named.limit_year for named in subject.populations if named.limit_year})
    stated = " and ".join(map(str, years))
    return f"Dollar limits are stated in {stated} dollars and follow the dollar year chosen above." if years else None


def _choose_counting(scene: Scene) -> Counting:
    if (result := own.result_of(scene.view.source)) is not None:
        return result.bundle.stored.model.recipe.counting
    if not scene.counts_both_ways:
        return MEMBERS
    return links.segmented(
        COUNT,
        COUNTINGS,
        key=_COUNT,
        format_func=lambda how: counts(how, scene.entity),
        help=_about_counting(scene),
        width="stretch",
    )


def _about_counting(scene: Scene) -> str:
    entity, copies = scene.entity, scene.about.implicates
    weight = " with its weight" if scene.about.weight else ""
    together = f", the {'five' if copies == 5 else copies} implicates of {a(entity.singular)} together as one"
    theirs = ", as well-known notebooks count" if scene.subject.wording.notebooks else ""
    return (
        f"{capitalised(entity.plural)}: every row{weight}{together if copies > 1 else ''}. "
        f"Rows: every row of the file once{theirs}. {controls.implicates_are(scene.about)}"
    )


def _title(named: NamedPopulation, own: Population, base: Scene) -> str:
    if not own.conditions:
        return named.label
    words = own.words(base.codebook, base.view.dollars)
    first = "" if named == base.subject.populations[0] else f"{named.label}; "
    return f"{first}{words if len(words) <= _LONGEST_TITLE else counted(len(own.conditions), 'own condition')}"


def _show_size(scene: Scene) -> None:
    size = results.size(scene.view)
    with st.container(border=True):
        st.markdown(f"**{controls.count_words(scene, size)}**  \n{percent(size.share)} of all {scene.unit}")
        if scene.counts_both_ways:
            st.caption(f"Rests on {scene.entity.sampled(size.sampled)} ({size.rows:,} rows of the file).")
        if 0 < size.sampled < THIN:
            few = f":material/warning: Fewer than {scene.entity.sampled(THIN)}: too few to rely on."
            st.caption(few, help=THIN_SOURCE)


def stop_if_empty(scene: Scene, *, but: Collection[Condition] = ()) -> None:
    """Where few or none meet the conditions, say so and suggest what to loosen; without anybody the page ends.

    Args:
        scene: The population.
        but: Conditions that the page has made, which nobody can loosen.
    """
    entity, size = scene.entity, results.size(scene.view)
    if size.sampled >= THIN:
        return
    verb = "meets" if size.sampled == 1 else "meet"
    few = f"Only {entity.sampled(size.sampled)} {verb} all of these conditions: too few to rely on."
    nobody = f"No {entity.singular} meets all of these conditions."
    if not scene.view.population.conditions:
        few, nobody = f"Only {entity.sampled(size.sampled)}: too few to rely on.", "There is nobody in this table."
    st.warning(few if size.rows else nobody, icon=":material/group_off:")
    suggestions = [
        f"- without *{literal(scene.words(condition))}*: {entity.sampled(sampled)}"
        for condition, sampled in results.loosened(scene.view)
        if sampled > size.sampled and condition not in but
    ]
    if suggestions:
        st.markdown("\n".join(["What to loosen:", "", *suggestions]))
    elif scene.view.population.conditions:
        st.markdown("No single condition is the cause: remove two or more of them in the sidebar.")
    if not size.rows:
        whole_page.end()
