"""Tables that pages show as HTML, read back."""

from __future__ import annotations

from html.parser import HTMLParser

import pandas as pd


class _Reader(HTMLParser):
    """Rows of texts; what stands below a figure is on a line of its own, what is hidden from ears is passed over."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._hidden = 0

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        elif tag in ("th", "td"):
            self.rows[-1].append("")
        elif tag == "small":
            self.rows[-1][-1] += "\n"
        self._hidden += tag == "span" and ("aria-hidden", "true") in attrs

    def handle_endtag(self, tag):
        self._hidden -= tag == "span" and self._hidden > 0

    def handle_data(self, data):
        if self.rows and self.rows[-1] and not self._hidden:
            self.rows[-1][-1] += data.lstrip() if not self.rows[-1][-1] else data


def read(html: str) -> pd.DataFrame | None:
    """The table of an element; None if it holds none."""
    reader = _Reader()
    reader.feed(html)
    return pd.DataFrame(reader.rows[1:], columns=reader.rows[0]) if reader.rows else None


def figures(at) -> list[pd.DataFrame]:
    """The tables of a page, in order."""
    tables = [read(element.proto.body) for element in at.get("html")]
    return [table for table in tables if table is not None]
