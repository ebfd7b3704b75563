"""The button that brings the real survey."""

from __future__ import annotations

import re
from collections.abc import Callable

import streamlit as st

from lib.errors import HouseholdSegmentsError
from lib.sources import download
from lib.sources.download.limits import Limits, UnreachableError
from lib.ui.run import server

OFFERED = (2019, 2022)
_MISSING = "wave_of_link"
_PATIENCE = Limits(answer=20)
"""Seconds that somebody at the screen is kept waiting for a first answer."""


def offer() -> None:
    """Offer to fetch the waves that are not there yet; say at once what went wrong if they cannot be had."""
    missing = [wave for wave in OFFERED if wave not in download.readable()[0]]
    if not missing:
        return
    words = " and ".join(map(str, missing))
    wanted = st.button(
        f"Get the real survey of {words}",
        icon=":material/download:",
        width="stretch",
        help="From the Federal Reserve Board, about 3 MB a wave. It is kept on this server for everyone.",
    )
    if wanted and _fetch(missing):
        st.rerun()


def wave_asked(said: str) -> int | None:
    """The wave of the survey that the data of a link are, whether this server has it or not."""
    found = re.fullmatch(r"(?:SCF )?(\d{4})", said)
    return int(found[1]) if found and int(found[1]) in download.WAVES else None


def offer_missing(then: Callable[[str], None]) -> None:
    """Where a link asks for a wave that this server does not have, say so and offer it.

    Args:
        then: Chooses the wave, by its key among the sources, once it is there.
    """
    # read before the control is drawn: it drops what it does not know from the address
    if asked := wave_asked(st.query_params.get("data", "")):
        st.session_state[_MISSING] = asked
    wave = st.session_state.get(_MISSING)
    if wave is None or wave in download.readable()[0]:
        return
    st.warning(f"The link is about the survey of {wave}, which this server does not have yet.", icon=":material/link:")
    wanted = st.button(f"Get the survey of {wave}", icon=":material/download:", key="get_missing", width="stretch")
    if wanted and _fetch([wave]):
        then(str(wave))
        st.rerun()


def _fetch(waves: list[int]) -> bool:
    """Fetch waves; whether all of them came, otherwise it has been said what went wrong."""
    failures = []
    for wave in waves:
        bar = st.progress(0.0, text=f"Fetching {wave} ...")

        def show(done: int, total: int | None, wave: int = wave, bar: object = bar) -> None:
            share = min(done / total, 1.0) if total else 0.0
            text = f"Fetching {wave}: {done / 1e6:.1f} MB" if done else f"{wave}: another visitor is fetching it ..."
            bar.progress(share, text=text)  # type: ignore[attr-defined]

        try:
            download.fetch(wave, progress=show, limits=_PATIENCE)
        except UnreachableError as error:
            failures.append(str(error))
            break
        except HouseholdSegmentsError as error:
            failures.append(str(error))
        finally:
            bar.empty()
    for failure in failures:
        st.error(failure, icon=":material/cloud_off:")
    # the next run of the page sees the new files and has their first maps made
    server.after_first_page.clear()
    return not failures
