"""Finished charts: a Vega-Lite specification and, apart from it, the bytes of its tables.

A chart of Altair costs tens of milliseconds to write out and holds on to the tables it was made from. A finished one
costs nothing to send again, is small, and says how large it is. Nothing here asks Altair's converter of tables, which
is one for the whole process: charts are finished by several threads at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import altair as alt
import pandas as pd
import pyarrow as pa
from altair.utils import schemapi

from lib.charts.theme import in_currency, with_words
from lib.subject import Subject
from lib.words import capitalised

Chart = alt.Chart | alt.LayerChart | alt.FacetChart | alt.ConcatChart | alt.HConcatChart | alt.VConcatChart
Spec = dict[str, Any]

_PARTS = ("layer", "concat", "hconcat", "vconcat")

# the default theme sets sizes that hold where a chart takes what room there is
alt.theme.enable("none")
# every part of a chart would be checked when made: most of the time of making, and tests check whole charts
schemapi.disable_debug_mode()


@dataclass(frozen=True)
class Finished:
    """A chart that is ready to be sent.

    Attributes:
        spec: The specification; it refers to its tables by name.
        tables: Arrow IPC streams by name.
    """

    spec: Mapping[str, Any]
    tables: Mapping[str, bytes]

    @property
    def nbytes(self) -> int:
        """Bytes of the tables; the specification has a few thousand more."""
        return sum(map(len, self.tables.values()))

    def sent(self, tables: Mapping[str, pd.DataFrame]) -> Spec:
        """The specification with its tables as bytes, and with others that it refers to by name."""
        return {**self.spec, "datasets": {**self.tables, **{name: as_bytes(table) for name, table in tables.items()}}}

    def with_tables(self, tables: Mapping[str, pd.DataFrame]) -> Finished:
        """The same chart with further tables that it refers to by name."""
        return Finished(self.spec, {**self.tables, **{name: as_bytes(table) for name, table in tables.items()}})

    def as_high_as(self, pixels: int) -> Finished:
        """The same chart, so high."""
        return Finished({**self.spec, "height": pixels}, self.tables)

    def worded(self, words: Mapping[str, Any]) -> Finished:
        """The same chart in which something stands in the place of texts, such as a title in the place of its mark."""
        return Finished(_worded(self.spec, words), self.tables) if words else self

    def written_out(self, tables: Mapping[str, pd.DataFrame]) -> Spec:
        """The same with every row written out, for whatever draws without the app."""
        named = {name: pa.ipc.open_stream(content).read_all().to_pylist() for name, content in self.tables.items()}
        return {**self.spec, "datasets": {**named, **{name: rows_of(table) for name, table in tables.items()}}}


def finish(chart: Chart, subject: Subject, *, validate: bool = False) -> Finished:
    """A chart of ``lib.charts``, ready to be sent.

    Args:
        chart: Any chart whose encodings say their types.
        subject: Kind of table, whose currency amounts are in.
        validate: Whether it is checked against Vega-Lite's schema, which takes most of the time.
    """
    tables: dict[str, bytes] = {}
    names: dict[int, str] = {}

    def named(table: pd.DataFrame) -> alt.NamedData:
        # layers often share one table: it is sent once
        if id(table) not in names:
            names[id(table)] = f"table{len(names)}"
            tables[names[id(table)]] = as_bytes(table)
        return alt.NamedData(names[id(table)])

    spec = exchanged(chart, named).to_dict(validate=validate)
    return Finished(_worded(in_currency(with_words(spec), subject), {}), tables)


def exchanged(chart: Any, data: Callable[[pd.DataFrame], alt.Data]) -> Any:  # noqa: ANN401 - Altair's charts and parts
    """A copy of a chart, its parts and what it looks up, in which something else stands for every table."""
    copy = _twin(chart)
    if isinstance(getattr(copy, "data", None), pd.DataFrame):
        copy.data = data(copy.data)
    if isinstance(transforms := getattr(copy, "transform", None), list):
        copy.transform = [exchanged(one, data) if isinstance(one, alt.LookupTransform) else one for one in transforms]
    if isinstance(copy, alt.LookupTransform):
        copy["from"] = exchanged(copy["from"], data)
    for name in _PARTS:
        if isinstance(parts := getattr(copy, name, None), list):
            setattr(copy, name, [exchanged(part, data) for part in parts])
    if isinstance(copy, alt.FacetChart):
        copy.spec = exchanged(copy.spec, data)
    return copy


def _twin(chart: Any) -> Any:  # noqa: ANN401 - Altair's charts and parts
    """A copy that shares its parts with the chart: Altair's own of layers begins by making each layer anew, twice."""
    copy = object.__new__(type(chart))
    vars(copy).update(vars(chart), _kwds=dict(vars(chart)["_kwds"]))
    return copy


_PICTURE = "image"


def _worded(part: Any, words: Mapping[str, Any]) -> Any:  # noqa: ANN401 - whatever a specification is made of
    """The same with something in the place of texts, and without the one title that is none in a tooltip.

    What stands beside that is fetched as a picture.
    """
    if isinstance(part, str):
        return words.get(part, part)
    if isinstance(part, dict):
        told = {name: _worded(value, words) for name, value in part.items()}
        if told.get("title") == _PICTURE:
            told["title"] = capitalised(_PICTURE)
        return told
    return [_worded(value, words) for value in part] if isinstance(part, list) else part


def as_bytes(table: pd.DataFrame) -> bytes:
    """A table as an Arrow IPC stream, without its index."""
    if not len(table):
        return _of_no_rows(tuple(zip(table.columns, table.dtypes, strict=True)))
    return _streamed(table)


@lru_cache(maxsize=64)
def _of_no_rows(types: tuple[tuple[str, Any], ...]) -> bytes:
    """Of nothing picked and nobody found, which is what most pages say at most times."""
    return _streamed(pd.DataFrame({name: pd.Series(dtype=type_) for name, type_ in types}))


def _streamed(table: pd.DataFrame) -> bytes:
    # column by column: what pandas and Arrow tell each other about a whole table takes five times as long
    columns = [pa.array(table[name].to_numpy(), from_pandas=True) for name in table]
    batch = pa.RecordBatch.from_arrays(columns, names=[str(name) for name in table])
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as stream:
        stream.write_batch(batch)
    return bytes(sink.getvalue().to_pybytes())


def rows_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    """A table as rows of plain values."""
    return cast("list[dict[str, Any]]", alt.to_values(table)["values"])
