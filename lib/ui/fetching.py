"""The button that brings the real survey."""

from __future__ import annotations

import streamlit as st

from lib.errors import HouseholdSegmentsError
from lib.sources import download
from lib.sources.transfer import Limits, UnreachableError

OFFERED = (2019, 2022)
_PATIENCE = Limits(answer=20)
"""Seconds that somebody at the screen is kept waiting for a first answer."""


def offer() -> None:
    """Offer to fetch the waves that are not there yet; say at once what went wrong if they cannot be had."""
    missing = [wave for wave in OFFERED if wave not in download.downloaded()]
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
    if not failures:
        st.rerun()
