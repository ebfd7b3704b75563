"""What this server is, does and keeps: its version, its data, who waits, and results that all visitors share."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from lib import VERSION, maps
from lib.sources import download
from lib.ui.run import background, crowd, server, settings
from lib.ui.scene import catalogue, controls
from lib.ui.scene.kept import ROOM
from lib.words import literal

_HASH = 12
"""Characters of a file's SHA-256 that are shown: enough to tell releases apart."""


def render_server() -> None:
    """Version, uptime, work and waves in two lines and a table; what is kept, and what had to make room."""
    with st.expander("This server", icon=":material/memory:", key="server", on_change="rerun") as shown:
        if not shown.open:
            return
        running, waiting = map(sum, zip(*_queues(), strict=True))
        st.markdown(
            f"Version {VERSION}, up for {_duration(server.uptime())}. Work in the background: {running} under way, "
            f"{waiting} waiting; pages that wait for their turn: {crowd.GATE.waiting}."
        )
        for sentence in settings.misunderstood():
            st.warning(literal(sentence), icon=":material/settings:")
        if not (waves := _waves()).empty:
            controls.dataframe(waves, alt="Waves of the survey on this server")
        st.markdown(
            f"{ROOM.nbytes / 1e6:.0f} of {ROOM.most / 1e6:.0f} MB are taken by results that all visitors share. "
            "What nobody asked for longest makes room first."
        )
        columns = {"kind": "What", "entries": "Kept", "made": "Made", "found": "Found again", "left": "Made room"}
        table = pd.DataFrame(ROOM.kinds(), columns=list(columns)).rename(columns=columns)
        controls.dataframe(table, alt="What the server keeps, by kind of result")


def _duration(seconds: float) -> str:
    """Such as "3 h 12 min"; days where it is as long."""
    minutes = int(seconds // 60)
    days, hours = minutes // 1440, minutes // 60 % 24
    return f"{days} d {hours} h" if days else f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"


def _queues() -> list[tuple[int, int]]:
    """What runs and what waits in each queue of this server."""
    queues = (background.background(), background.reading(), background.ahead(), maps.shared())
    return [queue.under_way for queue in queues]


def _waves() -> pd.DataFrame:
    """The real waves that are there: which release each is, and when it came, as far as that is known."""
    rows = [
        {
            "Wave": str(year),
            "Release": catalogue.about(str(year)).vintage,
            "File": path.name,
            "Fetched": entry.date[:10] if (entry := download.entry_of(path)) else "brought by hand",
            "SHA-256": entry.sha256[:_HASH] if entry else "",
        }
        for year, path in sorted(catalogue.look().surveys.items(), reverse=True)
    ]
    return pd.DataFrame(rows)
