"""The button that brings the real survey."""

from __future__ import annotations

import re

import streamlit as st

from lib.errors import HouseholdSegmentsError
from lib.sources import download
from lib.sources.download.transfer import Limits, UnreachableError
from lib.ui.sections import maps

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
    if st.button(
        f"Get the real survey of {words}",
        icon=":material/download:",
        width="stretch",
        help="From the Federal Reserve Board, about 3 MB a wave. It is kept on this server for everyone.",
    ):
        _fetch(missing)


def offer_missing() -> None:
    """Where a link asks for a wave that this server does not have, say so and offer it."""
    # read before the control is drawn: it drops what it does not know from the address
    asked = re.fullmatch(r"SCF (\d{4})", st.query_params.get("data", ""))
    if asked and int(asked[1]) in download.WAVES:
        st.session_state[_MISSING] = int(asked[1])
    wave = st.session_state.get(_MISSING)
    if wave is None or wave in download.readable()[0]:
        return
    st.warning(f"The link is about the survey of {wave}, which this server does not have yet.", icon=":material/link:")
    if st.button(f"Get the survey of {wave}", icon=":material/download:", key="get_missing", width="stretch"):
        _fetch([wave])


def _fetch(waves: list[int]) -> None:
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
    maps.warm_up.clear()
    if not failures:
        st.rerun()
