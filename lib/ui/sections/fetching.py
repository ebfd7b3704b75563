"""The buttons that bring the real survey, and its replicate weights."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from lib.errors import HouseholdSegmentsError
from lib.sources import download
from lib.sources.download.limits import Limits, UnreachableError
from lib.ui.run import background, server
from lib.ui.scene import catalogue
from lib.words import listed, literal
from lib.work.progress import Progress

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

OFFERED = (2019, 2022)
_MISSING = "missing_wave"
"""What a session holds of a wave that was asked for, or on view, and is not there: the wave, and a sentence."""

_PATIENCE = Limits(answer=20)
"""Seconds that somebody at the screen is kept waiting for a first answer."""


def offer() -> None:
    """Offer to fetch the waves that are not there yet; say at once what went wrong if they cannot be had."""
    missing = [wave for wave in OFFERED if wave not in catalogue.look().surveys]
    if not missing:
        return
    words = " and ".join(map(str, missing))
    wanted = st.button(
        f"Get the real survey of {words}",
        icon=":material/download:",
        width="stretch",
        help="From the Federal Reserve Board, about 3 MB a wave. It is kept on this server for everyone.",
    )
    if wanted and _fetch_surveys(missing):
        st.rerun()


def wave_asked(said: str) -> int | None:
    """The wave of the survey that the data of a link are, whether this server has it or not."""
    found = re.fullmatch(r"(?:SCF )?(\d{4})", said)
    return int(found[1]) if found and int(found[1]) in download.WAVES else None


def offer_missing(chosen: str, then: Callable[[str], None]) -> None:
    """Where a link asks for a wave that this server does not have, or one on view has gone, say so and offer it.

    Args:
        chosen: The key of the data that were on view; "" where none were.
        then: Chooses the wave, by its key among the sources, once it is there.
    """
    # read before the control is drawn: it drops what it does not know from the address
    look = catalogue.look()
    there = look.surveys
    if asked := wave_asked(st.query_params.get("data", "")):
        how = "whose file here cannot be read" if asked in look.spoilt else "which this server does not have yet"
        st.session_state[_MISSING] = (asked, f"The link is about the survey of {asked}, {how}.")
    elif (gone := wave_asked(chosen)) and gone not in there:
        st.session_state[_MISSING] = (gone, f"The file of the survey of {gone} is gone, or holds something else now.")
    wave, says = st.session_state.get(_MISSING, (None, ""))
    if wave is None or wave in there:
        return
    st.warning(says, icon=":material/link:")
    wanted = st.button(f"Get the survey of {wave}", icon=":material/download:", key="get_missing", width="stretch")
    if wanted and _fetch_surveys([wave]):
        then(str(wave))
        st.rerun()


def offer_replicates(wave: int) -> None:
    """Offer to fetch the replicate weights of a wave; say at once what went wrong if they cannot be had."""
    wanted = st.button(
        f"Get the replicate weights of {wave}",
        icon=":material/download:",
        key="get_replicates",
        help="From the Federal Reserve Board, about 30 MB. They are kept on this server for everyone.",
    )
    if wanted and _fetch({f"the replicate weights of {wave}": partial(download.fetch_replicates, wave)}):
        st.rerun()


def offer_all() -> None:
    """Offer to fetch all waves that are not there, in the background: what has come stays if it is stopped."""
    missing = tuple(download.missing())
    if not missing:
        return

    def work(progress: Progress) -> None:
        try:
            download.fetch_several(missing, progress=progress, limits=_PATIENCE)
        finally:
            server.after_first_page.clear()

    years = listed([str(wave) for wave in missing])
    label = f"Get all waves ({len(missing)} missing)" if len(missing) > 1 else f"Get the wave of {years}"
    with st.container(horizontal=True, vertical_alignment="center"):
        background.on_request("all_waves", label, ":material/download:", "all waves", work)
        st.caption(f"Not on this server: {years}. From the Federal Reserve Board, about 3 MB a wave.")


def _fetch_surveys(waves: list[int]) -> bool:
    return _fetch({str(wave): partial(download.fetch, wave) for wave in waves})


def _fetch(wanted: Mapping[str, Callable[..., Path]]) -> bool:
    """Fetch what is named; whether all of it came, otherwise it has been said what went wrong."""
    failures = []
    for name, fetch in wanted.items():
        bar = st.progress(0.0, text=f"Fetching {name} ...")

        def show(done: int, total: int | None, name: str = name, bar: DeltaGenerator = bar) -> None:
            bar.progress(min(done / total, 1.0) if total else 0.0, text=_progress(name, done, total))

        try:
            fetch(progress=show, limits=_PATIENCE)
        except UnreachableError as error:
            failures.append(str(error))
            break
        except HouseholdSegmentsError as error:
            failures.append(str(error))
        finally:
            bar.empty()
    for failure in failures:
        st.error(literal(failure), icon=":material/cloud_off:")
    # the next run of the page sees the new files and has their first maps made
    server.after_first_page.clear()
    return not failures


def _progress(name: str, done: int, total: int | None) -> str:
    if not done:
        return f"Waiting for {name} ..."
    return f"Checking {name} ..." if done == total else f"Fetching {name}: {done / 1e6:.1f} MB"
